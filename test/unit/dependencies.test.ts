import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';

const Names = z.record(z.string(), z.string());
const { dependencies, devDependencies, scripts } = z
  .object({ dependencies: Names, devDependencies: Names, scripts: Names })
  .parse(JSON.parse(readFileSync('package.json', 'utf8')));
const Lock = z.object({
  packages: z.record(
    z.string(),
    z.object({ link: z.boolean().optional(), resolved: z.string().optional(), peerDependencies: Names.optional() }),
  ),
});
const lock = Lock.parse(JSON.parse(readFileSync('package-lock.json', 'utf8'))).packages;

/** `@scope/name/file` is `@scope/name`. */
const packageOf = (path: string): string =>
  path
    .split('/')
    .slice(0, path.startsWith('@') ? 2 : 1)
    .join('/');

function importedBy(patterns: readonly string[]): ReadonlySet<string> {
  const files = globSync([...patterns], { exclude: ['**/node_modules/**', 'test/house/generators/**'] });
  const paths = files.flatMap((file) =>
    [
      ...readFileSync(file, 'utf8').matchAll(
        /(?:^|\n)\s*(?:import|export)\b[^'"\n;]*(?:\{[^}]*\}[^'"\n;]*)?\bfrom\s+'([^']+)'|\b(?:import|createRequire\(import\.meta\.url\)|import\.meta\.resolve)\(\s*['`]([^'`]+)['`]|(?:^|\n)import\s+'([^']+)'/g,
      ),
    ].map((match) => match[1] ?? match[2] ?? match[3] ?? ''),
  );
  return new Set(paths.filter((path) => /^@?[a-z]/.test(path) && !path.startsWith('node:')).map(packageOf));
}

const product = importedBy(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts']);
const tests = importedBy(['test/**/*.ts']);

describe('what package.json asks for', () => {
  it('is all imported by the product', () => {
    expect(Object.keys(dependencies).filter((name) => !product.has(name))).toEqual([]);
  });

  it('is all that the product imports', () => {
    expect([...product].filter((name) => !(name in dependencies))).toEqual([]);
  });

  it('for development is imported by tests alone, run by a script, types of something imported, or a peer', () => {
    const inScripts = Object.values(scripts).join(' ');
    const peers = new Set(
      Object.keys(devDependencies).flatMap((name) => Object.keys(lock[`node_modules/${name}`]?.peerDependencies ?? {})),
    );
    const used = (name: string) =>
      tests.has(name) ||
      inScripts.includes(`node_modules/${name}/`) ||
      name === '@types/node' ||
      product.has(name.replace(/^@types\//, '')) ||
      peers.has(name);
    expect(Object.keys(devDependencies).filter((name) => !used(name) || product.has(name))).toEqual([]);
  });

  it('is all that tests import', () => {
    expect([...tests].filter((name) => !(name in dependencies) && !(name in devDependencies))).toEqual([]);
  });

  it('is locked without the address of a registry', () => {
    expect(Object.entries(lock).filter(([, { link, resolved }]) => resolved !== undefined && link !== true)).toEqual(
      [],
    );
  });

  it('leaves out what nobody calls', () => {
    const dead = ['request', 'request-promise', 'tough-cookie', 'express', 'morgan', 'lowdb', 'lodash', 'postgres'];
    expect(
      dead.filter((name) =>
        Object.entries(lock).some(([at, { link }]) => at.endsWith(`node_modules/${name}`) && link !== true),
      ),
    ).toEqual([]);
  });
});
