import { globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom. A folder that is not on the left may be imported by nobody but itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'bridge/protocol': [],
  'bridge/processes': [],
  'bridge/text': ['bridge/protocol'],
  'bridge/config': ['bridge/protocol', 'bridge/text'],
  'bridge/matrix': ['bridge/protocol', 'bridge/text'],
  'bridge/queue': ['bridge/protocol', 'bridge/text'],
  'bridge/appservice': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue'],
  'bridge/terminal': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/config'],
  'bridge/launcher': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/config', 'bridge/processes', 'synapse'],
  'bridge/operations': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/config', 'bridge/launcher', 'bridge/processes', 'synapse'],
  synapse: ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/config', 'bridge/processes'],
  bots: ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/config', 'bridge/appservice', 'bridge/http'],
  'bridge/http': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/appservice'],
  executor: ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/config'],
  'chavion.ts': ['bridge/launcher', 'bridge/operations', 'bridge/config', 'bridge/text', 'bridge/protocol', 'synapse'],
};

/** Vendor SDKs are known to one place each. */
const VENDORS: readonly { readonly name: RegExp; readonly only: RegExp }[] = [
  { name: /^(?:ai|@ai-sdk\/.+)$/, only: /^bots\/providers\// },
  { name: /^matrix-bot-sdk$/, only: /^bridge\/matrix\/|^synapse\// },
  { name: /^matrix-js-sdk/, only: /^bridge\/terminal\// },
  { name: /^bullmq$/, only: /^bridge\/queue\// },
  { name: /^fastify$/, only: /^bridge\/(?:appservice|http)\// },
  { name: /^(?:@fastify\/.+|fastify-type-provider-zod|@modelcontextprotocol\/.+|prom-client)$/, only: /^bridge\/http\// },
];

const files = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts']).map((file) => file.replaceAll('\\', '/'));
const imports = new Map(
  files.map((file) => {
    const source = readFileSync(file, 'utf8');
    const found = [...source.matchAll(/(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\{[^}]*\}[^'"\n;]*)?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g)];
    return [file, found.map((match) => match[1] ?? match[2] ?? match[3] ?? '')] as const;
  }),
);

const roomOf = (file: string): string => {
  const parts = file.split('/');
  return parts[0] === 'bridge' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
};
const local = (file: string): string[] => (imports.get(file) ?? []).filter((to) => to.startsWith('.')).map((to) => normalize(join(dirname(file), to)));

describe('the edges of the house', () => {
  it('reads real imports', () => {
    expect(files.length).toBeGreaterThan(50);
    expect([...imports.values()].flat().length).toBeGreaterThan(150);
  });

  it('imports only along the allowed edges', () => {
    const wrong = files.flatMap((file) =>
      local(file)
        .filter((to) => roomOf(to) !== roomOf(file) && !(ALLOWED[roomOf(file)] ?? []).includes(roomOf(to)))
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  it('knows vendor SDKs in one place each', () => {
    const wrong = files.flatMap((file) =>
      (imports.get(file) ?? []).filter((name) => VENDORS.some((vendor) => vendor.name.test(name) && !vendor.only.test(file))).map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('protocol knows zod and nothing else', () => {
    const wrong = files.filter((file) => file.startsWith('bridge/protocol/')).flatMap((file) => (imports.get(file) ?? []).filter((name) => !name.startsWith('.') && name !== 'zod'));
    expect(wrong).toEqual([]);
  });

  it('has no cycles', () => {
    const done = new Set<string>();
    const cycles: string[] = [];
    const visit = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (done.has(file) || path.includes(file)) return;
      for (const next of local(file)) visit(next, [...path, file]);
      done.add(file);
    };
    for (const file of files) visit(file, []);
    expect(cycles).toEqual([]);
  });

  it('has no barrels and no rooms for odds and ends', () => {
    expect(files.filter((file) => /(?:^|\/)(?:index|utils?|helpers?|misc|common)\.ts$/.test(file))).toEqual([]);
  });
});
