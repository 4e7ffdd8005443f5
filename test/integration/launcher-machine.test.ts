import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeProgram } from '../../bridge/launcher/parts.ts';
import { House, houseEnvironment } from '../house/house.ts';

const isRoot = process.getuid?.() === 0;
const PROJECT = join(import.meta.dirname, '..', '..');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chavion-machine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** One start that finds nothing on its PATH but these programs. */
async function startWith(programs: Readonly<Record<string, string>>): Promise<{ code: number; output: string }> {
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  for (const [name, script] of Object.entries(programs))
    writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  const house = new House(folder, { ...(await houseEnvironment(folder)), PATH: bin, CHAVION_LANG: 'en' }, true);
  const [code] = await once(house.launch(), 'close');
  return { code: Number(code), output: house.output };
}

describe('a machine that lacks programs', () => {
  const python = 'exec /usr/bin/python3 "$@"';

  it('gets one command for all of them where nothing can be installed', async () => {
    const { code, output } = await startWith({
      python3: python,
      'apt-get': 'echo "asked: $*"; test "$1" = --version',
      sudo: 'exit 1',
    });
    expect(code).toBe(1);
    expect(output).toContain('sudo apt-get install -y redis-server bubblewrap\n');
    const log = isRoot ? readFileSync(join(folder, 'data', 'logs', 'install.log'), 'utf8') : '';
    expect(log.includes('asked: install -y')).toBe(isRoot);
  });

  it('is not told to use what its distribution does not have', async () => {
    const { code, output } = await startWith({ python3: python });
    expect(code).toBe(1);
    expect(output).toContain('redis-server, bubblewrap');
    expect(output).not.toContain('apt-get');
  });
});

describe('a project that lies where only its owner gets in', () => {
  it('still gives its parts the modules that they load after they have given up root', async () => {
    const project = join(folder, 'project');
    mkdirSync(join(project, 'node_modules', 'lazy'), { recursive: true });
    symlinkSync(join(PROJECT, 'bridge'), join(project, 'bridge'));
    writeFileSync(join(project, 'package.json'), '{"type":"module"}');
    writeFileSync(join(project, 'node_modules', 'lazy', 'index.js'), "module.exports = () => require('./late.js');");
    writeFileSync(join(project, 'node_modules', 'lazy', 'late.js'), "module.exports = 'late';");
    writeFileSync(join(project, 'later.ts'), "export const later: string = 'later';");
    writeFileSync(
      join(project, 'part.ts'),
      `import lazy from 'lazy';
       import { dropPrivileges } from './bridge/config/drop-privileges.ts';
       dropPrivileges(process.env.DROP_TO);
       const { later } = await import('./later.ts');
       process.stdout.write([process.getuid(), lazy(), later].join(' '));`,
    );
    const nobody = { uid: 64_322, gid: 64_322 };
    const { program, args, cwd } = nodeProgram({ separated: isRoot, project }, 'part.ts');
    const env = isRoot ? { DROP_TO: `${nobody.uid}:${nobody.gid}` } : {};
    const { stdout } = await promisify(execFile)(program, [...args], { cwd, env });
    expect(stdout).toBe(`${isRoot ? nobody.uid : process.getuid?.()} late later`);
  });
});
