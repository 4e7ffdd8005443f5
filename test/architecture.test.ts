import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

/** Who may import whom. A room that is not on the left may be imported by nobody but itself. */
const ALLOWED: Readonly<Record<string, readonly string[]>> = {
  'bridge/protocol': [],
  'bridge/processes': [],
  'bridge/digest': ['bridge/protocol'],
  'bridge/text': ['bridge/protocol'],
  'bridge/config': ['bridge/protocol', 'bridge/text'],
  'bridge/matrix': ['bridge/protocol', 'bridge/text'],
  'bridge/mail': ['bridge/protocol'],
  'bridge/queue': ['bridge/protocol'],
  'bridge/stores': ['bridge/protocol', 'bridge/digest', 'bridge/queue'],
  'bridge/appservice': ['bridge/protocol', 'bridge/matrix'],
  'bridge/http': ['bridge/protocol', 'bridge/digest', 'bridge/text', 'bridge/matrix', 'bridge/queue', 'bridge/stores'],
  'bridge/terminal': ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/config'],
  'bridge/launcher': [
    'bridge/protocol',
    'bridge/digest',
    'bridge/text',
    'bridge/config',
    'bridge/mail',
    'bridge/processes',
    'synapse',
  ],
  'bridge/operations': [
    'bridge/protocol',
    'bridge/text',
    'bridge/matrix',
    'bridge/config',
    'bridge/launcher',
    'bridge/processes',
    'synapse',
  ],
  synapse: ['bridge/protocol', 'bridge/text', 'bridge/matrix', 'bridge/config', 'bridge/processes'],
  bots: [
    'bridge/protocol',
    'bridge/digest',
    'bridge/text',
    'bridge/matrix',
    'bridge/queue',
    'bridge/stores',
    'bridge/config',
    'bridge/appservice',
    'bridge/http',
    'bridge/processes',
  ],
  executor: [
    'bridge/protocol',
    'bridge/digest',
    'bridge/text',
    'bridge/mail',
    'bridge/matrix',
    'bridge/queue',
    'bridge/config',
    'bridge/processes',
  ],
  'chavion.ts': [
    'bridge/launcher',
    'bridge/operations',
    'bridge/config',
    'bridge/mail',
    'bridge/text',
    'bridge/protocol',
    'synapse',
  ],
};

/** The walls inside a room: each folder imports only what stands before it in the list. */
const WALLS: Readonly<Record<string, readonly string[]>> = {
  bots: [
    'bots/addressing',
    'bots/commands',
    'bots/residents',
    'bots/memory/grammar',
    'bots/memory',
    'bots/memory/library',
    'bots/models/providers/search',
    'bots/models/providers',
    'bots/models/providers/manus',
    'bots/models/providers/perplexity',
    'bots/models',
    'bots/budget',
    'bots/hands',
    'bots/turns',
    'bots/tasks/state',
    'bots/tasks/plan',
    'bots/tasks/phases',
    'bots/tasks/reducer',
    'bots/tasks/prompts',
    'bots/tasks/offline',
    'bots/tasks/answers',
    'bots/tasks/runtime',
    'bots/tasks/picture',
    'bots/tasks/messages',
    'bots/tasks',
    'bots/ballots',
    'bots/schedule',
    'bots/deliverables',
    'bots/agent-api',
    'bots/intake',
    'bots',
  ],
  executor: [
    'executor/ledger',
    'executor/gate',
    'executor/policy',
    'executor/reports',
    'executor/approvals',
    'executor/programs/make',
    'executor/programs/changes',
    'executor/programs',
    'executor/sandbox/seccomp',
    'executor/sandbox/spawner',
    'executor/sandbox/egress',
    'executor/sandbox/house',
    'executor/sandbox',
    'executor/work',
    'executor/mail',
    'executor/orders',
    'executor',
  ],
  'bridge/protocol': [
    'bridge/protocol/documents',
    'bridge/protocol/judging',
    'bridge/protocol',
    'bridge/protocol/tasks',
    'bridge/protocol/tools',
    'bridge/protocol/prices',
    'bridge/protocol/moments',
    'bridge/protocol/orders',
  ],
  'bridge/text': [
    'bridge/text',
    'bridge/text/hands',
    'bridge/text/tasks',
    'bridge/text/terminal',
    'bridge/text/room/commands',
    'bridge/text/room',
  ],
  'bridge/matrix': ['bridge/matrix/secrets', 'bridge/matrix'],
  'bridge/http': ['bridge/http/preview', 'bridge/http'],
  'bridge/launcher': [
    'bridge/launcher/instance',
    'bridge/launcher/disk',
    'bridge/launcher/supervision',
    'bridge/launcher',
    'bridge/launcher/verbs',
  ],
  'bridge/operations': ['bridge/operations', 'bridge/operations/admin', 'bridge/operations/compose'],
};

/** What a reader takes in at one look. */
const FILES_OF_A_FOLDER = 25;

/** Vendor SDKs are known to one place each. */
const VENDORS: readonly { readonly name: RegExp; readonly only: RegExp }[] = [
  { name: /^(?:ai|@ai-sdk\/.+)$/, only: /^bots\/models\/providers\// },
  {
    name: /^(?:docx|pptxgenjs|pdfmake|write-excel-file\/.+|ical-generator|echarts)$/,
    only: /^executor\/programs\/make\//,
  },
  { name: /^matrix-bot-sdk$/, only: /^bridge\/matrix\/|^synapse\// },
  { name: /^matrix-js-sdk/, only: /^bridge\/terminal\// },
  { name: /^execa$/, only: /^bridge\/processes\/child\.ts$/ },
  { name: /^bullmq$/, only: /^bridge\/queue\// },
  { name: /^(?:nodemailer|imapflow)(?:\/|$)/, only: /^bridge\/mail\// },
  { name: /^fastify$/, only: /^bridge\/(?:appservice|http)\// },
  {
    name: /^(?:@fastify\/.+|fastify-type-provider-zod|@modelcontextprotocol\/server.*|prom-client)$/,
    only: /^bridge\/http\//,
  },
  { name: /^@modelcontextprotocol\/client/, only: /^executor\/programs\// },
];

const files = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts']).map(
  (file) => file.replaceAll('\\', '/'),
);
const imports = new Map(
  files.map((file) => {
    const source = readFileSync(file, 'utf8');
    const found = [
      ...source.matchAll(
        /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\{[^}]*\}[^'"\n;]*)?\bfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
      ),
    ];
    return [file, found.map((match) => match[1] ?? match[2] ?? match[3] ?? '')] as const;
  }),
);

const roomOf = (file: string): string => {
  const parts = file.split('/');
  return parts[0] === 'bridge' ? parts.slice(0, 2).join('/') : (parts[0] ?? '');
};
const local = (file: string): string[] =>
  (imports.get(file) ?? []).filter((to) => to.startsWith('.')).map((to) => normalize(join(dirname(file), to)));

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

  it('goes one way between the folders of a room', () => {
    const wrong = files.flatMap((file) => {
      const order = WALLS[roomOf(file)];
      if (order === undefined)
        return dirname(file) === roomOf(file) || file === roomOf(file) ? [] : [`${file}: no place in an order`];
      const place = (of: string) => order.indexOf(dirname(of));
      if (place(file) === -1) return [`${file}: no place in the order of ${roomOf(file)}`];
      return local(file)
        .filter((to) => roomOf(to) === roomOf(file) && place(to) > place(file))
        .map((to) => `${file} -> ${to}`);
    });
    expect(wrong).toEqual([]);
  });

  it('has folders that are taken in at one look', () => {
    const sizes = Map.groupBy(files, dirname);
    expect(
      [...sizes]
        .filter(([, inside]) => inside.length > FILES_OF_A_FOLDER)
        .map(([folder, inside]) => `${folder}: ${inside.length}`),
    ).toEqual([]);
  });

  it('knows vendor SDKs in one place each', () => {
    const wrong = files.flatMap((file) =>
      (imports.get(file) ?? [])
        .filter((name) => VENDORS.some((vendor) => vendor.name.test(name) && !vendor.only.test(file)))
        .map((name) => `${file} -> ${name}`),
    );
    expect(wrong).toEqual([]);
  });

  it('starts programs by execa alone', () => {
    const wrong = files.filter((file) =>
      (imports.get(file) ?? []).some((name) => /^(?:node:)?(?:child_process|cluster)$/.test(name)),
    );
    expect(wrong).toEqual([]);
  });

  it('protocol knows zod and nothing else', () => {
    const wrong = files
      .filter((file) => file.startsWith('bridge/protocol/'))
      .flatMap((file) => (imports.get(file) ?? []).filter((name) => !name.startsWith('.') && name !== 'zod'));
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

  it('means one thing by an exported name', () => {
    const places = new Map<string, Set<string>>();
    for (const file of files)
      for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
        /^export (?:abstract )?(?:async )?(?:function\*?|const|let|class|interface|type|enum) ([A-Za-z_$][\w$]*)/gm,
      ))
        places.set(name, (places.get(name) ?? new Set()).add(file));
    expect(places.size).toBeGreaterThan(500);
    expect(
      [...places].filter(([, where]) => where.size > 1).map(([name, where]) => `${name}: ${[...where].join(', ')}`),
    ).toEqual([]);
  });

  it('starts programs that are there', () => {
    const named = files.flatMap((file) => {
      const source = readFileSync(file, 'utf8').replace(/\/\*[^]*?\*\/|^\s*\/\/.*$/gm, '');
      const joined = [...source.matchAll(/\bjoin\(project((?:,\s*'[^']+')+)\)/g)].map(([, parts = '']) =>
        [...parts.matchAll(/'([^']+)'/g)].map(([, part]) => part).join('/'),
      );
      const whole = [...source.matchAll(/(?<!from\s|import\()'((?:[\w-]+\/)+[\w-]+\.ts)'/g)].map(
        ([, path = '']) => path,
      );
      return [...joined.filter((path) => path.endsWith('.ts')), ...whole].map((path) => [file, path] as const);
    });
    expect(named.length).toBeGreaterThan(2);
    expect(named.filter(([, path]) => !existsSync(path)).map(([file, path]) => `${file} -> ${path}`)).toEqual([]);
  });

  it('has no barrels and no rooms for odds and ends', () => {
    expect(files.filter((file) => /(?:^|\/)(?:index|utils?|helpers?|misc|common)\.ts$/.test(file))).toEqual([]);
  });
});
