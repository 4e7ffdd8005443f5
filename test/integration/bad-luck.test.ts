import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { dataPaths, Instance, isRoot, newInstanceId, stateRoot } from '../../bridge/launcher/instance/instance.ts';
import { takeLock } from '../../bridge/launcher/instance/lock.ts';
import { Terminal } from '../../bridge/launcher/instance/terminal.ts';
import { pack } from '../../bridge/operations/archive.ts';
import { backUpInstance } from '../../bridge/operations/backup.ts';
import { restoreInstance } from '../../bridge/operations/restore.ts';
import { House } from '../house/house.ts';
import { removeHouse } from '../house/remains.ts';

/** Houses that nobody has opened: files where the parts leave theirs, and no process. */
let top: string;
const homes: string[] = [];
beforeAll(async () => {
  top = await mkdtemp(join(tmpdir(), 'chavion-luck-'));
});
afterAll(async () => {
  for (const home of homes) await removeHouse(home);
  await rm(top, { recursive: true, force: true });
});

/** A project's folder, with the data folder in it. */
async function home(): Promise<string> {
  const folder = await mkdtemp(join(top, 'home-'));
  homes.push(folder);
  return folder;
}

const pathsIn = (folder: string) => dataPaths(folder, { CHAVION_DATA_DIR: 'data' });
const instanceIn = (data: string): Instance =>
  Instance.parse(JSON.parse(readFileSync(join(data, 'instance.json'), 'utf8')));

async function builtHouse(serverName = 'chavion.local'): Promise<string> {
  const folder = await home();
  const paths = pathsIn(folder);
  const instance = { id: newInstanceId(), serverName, separated: isRoot() };
  const root = stateRoot(instance, paths);
  for (const place of [paths.data, join(root, 'redis', 'appendonlydir'), join(root, 'synapse', 'media')])
    await mkdir(place, { recursive: true });
  await writeFile(paths.instance, JSON.stringify(instance));
  await writeFile(paths.secrets, '{"secret":"of the house"}');
  await writeFile(join(root, 'redis', 'appendonlydir', 'appendonly.aof.manifest'), 'file a seq 1 type b');
  await writeFile(join(root, 'synapse', 'media', 'picture'), randomBytes(200_000));
  using database = new DatabaseSync(join(root, 'synapse', 'homeserver.db'));
  database.exec("create table said (word text); insert into said values ('hello')");
  return folder;
}

/** Whether all of the house is here. */
function isWhole(data: string): boolean {
  const root = stateRoot(instanceIn(data), { ...pathsIn('/'), data });
  using database = new DatabaseSync(join(root, 'synapse', 'homeserver.db'), { readOnly: true });
  const word = database.prepare('select word from said').get()?.['word'];
  return (
    word === 'hello' &&
    readFileSync(join(data, 'secrets.json'), 'utf8').includes('of the house') &&
    existsSync(join(root, 'redis', 'appendonlydir', 'appendonly.aof.manifest'))
  );
}

function screen(): { readonly terminal: Terminal; readonly said: () => string } {
  let said = '';
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => ((said += chunk.toString()), done()) });
  return { terminal: new Terminal('ko', out as NodeJS.WriteStream), said: () => said };
}

const backUp = (folder: string, env = {}, file?: string, passphrase?: string) =>
  backUpInstance(folder, env, { file, passphrase }, screen().terminal);
async function restore(folder: string, file: string, env = {}, passphrase = ''): Promise<string> {
  const { terminal, said } = screen();
  await restoreInstance(folder, env, { file, passphrase: async () => passphrase }, terminal);
  return said();
}

/** A tar that works and then does not end while somebody listens. */
async function slowTar(): Promise<string> {
  return withProgram('tar', 'PATH=${PATH#*:}\ntar "$@"\nwhile printf . >&2; do sleep 0.1; done\n');
}

/** A path on which a program is another one. */
async function withProgram(name: string, script: string): Promise<string> {
  const bin = await mkdtemp(join(top, 'bin-'));
  await writeFile(join(bin, name), `#!/bin/sh\n${script}`);
  await chmod(join(bin, name), 0o755);
  return `${bin}:${process.env['PATH'] ?? ''}`;
}

async function during(
  folder: string,
  args: readonly string[],
  sign: () => boolean,
  signal: NodeJS.Signals,
  path?: string,
): Promise<{ process: ChildProcess; said: string; tookMs: number }> {
  const house = new House(folder, { PATH: path ?? (await slowTar()), CHAVION_DATA_DIR: join(folder, 'data') }, true);
  const process = house.launch(args);
  while (!sign() && process.exitCode === null) await sleep(20);
  process.kill(signal);
  const sent = performance.now();
  await once(process, 'close');
  return { process, said: house.output, tookMs: performance.now() - sent };
}

const unfinished = (folder: string): string[] =>
  existsSync(folder) ? readdirSync(folder).filter((name) => /^\.(?:restoring|staging)-|\.part$|\.lock/.test(name)) : [];

/** Goes on until whoever listens to it is gone. */
const WRITER = `
const database = new (require('node:sqlite').DatabaseSync)(process.argv[1]);
database.exec('pragma busy_timeout=10000');
setInterval(() => database.exec("insert into said values ('more')"), 2);
process.stdin.resume().on('end', () => process.exit());
`;

describe('a backup', () => {
  it('that is killed leaves nothing that the next one does not take away', async () => {
    const folder = await builtHouse();
    const { backups } = pathsIn(folder);
    await during(folder, ['backup'], () => unfinished(backups).some((name) => name.endsWith('.part')), 'SIGKILL');
    expect(unfinished(backups).length).toBeGreaterThan(1);
    const file = await backUp(folder);
    expect(readdirSync(backups)).toEqual([file.split('/').at(-1)]);
  });

  it.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)(
    'ended by %s says so, leaves nothing, and does not say that the house has stopped',
    async (signal) => {
      const folder = await builtHouse();
      const { backups } = pathsIn(folder);
      const { process, said } = await during(
        folder,
        ['backup'],
        () => unfinished(backups).some((name) => name.endsWith('.part')),
        signal,
      );
      expect(process.exitCode).toBe(130);
      expect(said).toContain('중단했습니다');
      expect(said).not.toContain('모두 멈췄습니다');
      expect(readdirSync(backups)).toEqual([]);
    },
  );

  it('ended while it copies something huge waits for none of it', async () => {
    const folder = await builtHouse();
    const { backups } = pathsIn(folder);
    const workspaces = join(stateRoot(instanceIn(pathsIn(folder).data), pathsIn(folder)), 'executor', 'workspaces');
    await mkdir(workspaces, { recursive: true });
    await writeFile(join(workspaces, 'huge'), '');
    await truncate(join(workspaces, 'huge'), 1e9);
    const begun = join(folder, 'copying');
    const { process, said, tookMs } = await during(
      folder,
      ['backup'],
      () => existsSync(begun),
      'SIGTERM',
      await withProgram('cp', `touch '${begun}'\nexec sleep 60\n`),
    );
    expect(process.exitCode).toBe(130);
    expect(said).toContain('중단했습니다');
    expect(readdirSync(backups)).toEqual([]);
    expect(tookMs).toBeLessThan(5_000);
  });

  it('goes one at a time, into a folder if that is what was given, and nowhere that is not there', async () => {
    const folder = await builtHouse();
    const stick = await home();
    expect(await backUp(folder, {}, stick)).toMatch(new RegExp(`^${stick}/chavion-.*\\.tar\\.gz$`));
    await expect(backUp(folder, {}, join(stick, 'missing', 'a.tar.gz'))).rejects.toThrow('There is no folder');
    const lock = takeLock(join(pathsIn(folder).backups, 'backup.lock'));
    await expect(backUp(folder)).rejects.toThrow(`Process ${process.pid} is using`);
    if (lock.kind === 'held') lock.release();
    expect(await backUp(folder)).toContain('chavion-');
  });

  it('ends while the homeserver goes on writing', async () => {
    const folder = await builtHouse();
    const path = join(stateRoot(instanceIn(pathsIn(folder).data), pathsIn(folder)), 'synapse', 'homeserver.db');
    using database = new DatabaseSync(path);
    // Of so many pages that somebody writes before a copy in many steps is through.
    database.exec('pragma page_size=512; vacuum; pragma journal_mode=wal; create table old (page blob)');
    database.exec(
      'with recursive n(i) as (select 1 union all select i + 1 from n where i < 10000) insert into old select randomblob(4000) from n',
    );
    const busy = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', '-e', WRITER, path], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    try {
      while (database.prepare('select count(*) as words from said').get()?.['words'] === 1) await sleep(10);
      const empty = await home();
      await restore(empty, await backUp(folder));
      expect(isWhole(pathsIn(empty).data)).toBe(true);
    } finally {
      busy.kill();
      await once(busy, 'exit');
    }
  });

  it('whose file cannot be written fails once', async () => {
    await expect(pack(top, join(top, 'missing', 'a.part'), undefined)).rejects.toThrow('ENOENT');
    await expect(pack(top, join(top, 'missing', 'a.part'), 'open sesame')).rejects.toThrow('ENOENT');
  });

  it('opens with the same syllables, however the keyboard spells them', async () => {
    const file = await backUp(await builtHouse(), {}, join(top, 'sealed.age'), '열려라 참깨 참깨'.normalize('NFD'));
    const empty = await home();
    await restore(empty, file, {}, '열려라 참깨 참깨'.normalize('NFC'));
    expect(isWhole(pathsIn(empty).data)).toBe(true);
  });
});

describe('a restore', () => {
  it('that is killed is done again, and nothing of the first stays', async () => {
    const file = await backUp(await builtHouse());
    const folder = await home();
    const { data } = pathsIn(folder);
    await during(
      folder,
      ['restore', file],
      () => unfinished(data).some((name) => name.startsWith('.restoring')),
      'SIGKILL',
    );
    expect(existsSync(join(data, 'instance.json'))).toBe(false);
    await restore(folder, file);
    expect(isWhole(data)).toBe(true);
    expect(unfinished(data)).toEqual([]);
  });

  it('killed among the parts is not taken for a new house, and is done again', async () => {
    const file = await backUp(await builtHouse());
    const folder = await home();
    const paths = pathsIn(folder);
    const id = newInstanceId();
    const half = stateRoot({ id, serverName: '', separated: isRoot() }, paths);
    await mkdir(join(half, 'synapse'), { recursive: true });
    await mkdir(paths.data, { recursive: true });
    await writeFile(join(half, 'synapse', 'homeserver.db-wal'), 'of another database');
    await writeFile(paths.secrets, 'half');
    await writeFile(paths.restoring, JSON.stringify({ id }));
    const start = new House(folder, { PATH: process.env['PATH'] ?? '', CHAVION_DATA_DIR: paths.data }, true);
    await once(start.launch(), 'close');
    expect(start.output).toContain('npm start -- restore');
    expect(existsSync(paths.instance)).toBe(false);
    await restore(folder, file);
    expect(isWhole(paths.data)).toBe(true);
    expect(existsSync(join(half, 'synapse', 'homeserver.db-wal'))).toBe(false);
    expect(existsSync(paths.restoring)).toBe(false);
  });

  it('that fails on the way takes back what it has placed', async () => {
    const from = await builtHouse();
    const folder = await home();
    const paths = pathsIn(folder);
    await writeFile(pathsIn(from).provision, '{}');
    const file = await backUp(from);
    // In the way of a file that is placed late.
    await mkdir(paths.provision, { recursive: true });
    await expect(restore(folder, file)).rejects.toThrow('directory');
    expect(existsSync(paths.instance)).toBe(false);
    expect(existsSync(paths.secrets)).toBe(false);
    expect(unfinished(paths.data)).toEqual([]);
    await restore(folder, file);
    expect(isWhole(paths.data)).toBe(true);
  });

  it('writes over nothing: a house in use, one without its name, one that another restore is making', async () => {
    const file = await backUp(await builtHouse());
    const nameless = await home();
    await mkdir(pathsIn(nameless).data);
    await writeFile(pathsIn(nameless).secrets, 'mine');
    await expect(restore(nameless, file)).rejects.toThrow('not overwritten');
    expect(await readFile(pathsIn(nameless).secrets, 'utf8')).toBe('mine');

    const taken = await home();
    await mkdir(pathsIn(taken).data);
    const lock = takeLock(pathsIn(taken).lock);
    await expect(restore(taken, file)).rejects.toThrow(`Process ${process.pid} is using`);
    if (lock.kind === 'held') lock.release();
    await restore(taken, file);
    expect(isWhole(pathsIn(taken).data)).toBe(true);
  });

  it('follows the .env of the backup: name, place, roster and keys', async () => {
    const old = await builtHouse('pets.example');
    const elsewhere = join(await home(), 'data');
    await mkdir(join(old, 'lists'));
    await writeFile(join(old, 'lists', 'ours.json'), '{"agents":[]}');
    await writeFile(
      join(old, '.env'),
      `CHAVION_SERVER_NAME=pets.example\nCHAVION_DATA_DIR=${elsewhere}\nCHAVION_ROSTER=lists/ours.json\nOPENAI_API_KEY=sk-of-the-owner\n`,
    );
    const file = await backUp(old, { CHAVION_ROSTER: 'lists/ours.json', CHAVION_SERVER_NAME: 'pets.example' });
    const empty = await home();
    await restore(empty, file);
    expect(isWhole(elsewhere)).toBe(true);
    expect(existsSync(pathsIn(empty).instance)).toBe(false);
    expect(await readFile(join(empty, '.env'), 'utf8')).toContain('sk-of-the-owner');
    expect(existsSync(join(empty, 'lists', 'ours.json'))).toBe(true);
    // A second time it is that place which is looked at.
    const again = await home();
    await expect(restore(again, file)).rejects.toThrow(elsewhere);
  });

  it('leaves keys, a .env and a roster that are here as they are, and says where the others went', async () => {
    const old = await builtHouse();
    await writeFile(pathsIn(old).keys, 'OPENAI_API_KEY=sk-old\n');
    await writeFile(join(old, '.env'), 'CHAVION_LANG=en\n');
    await writeFile(join(old, 'ours.json'), '{"agents":[]}');
    const file = await backUp(old, { CHAVION_ROSTER: 'ours.json' });
    const folder = await home();
    await writeFile(join(folder, '.env'), 'CHAVION_TZ=UTC\n');
    await mkdir(pathsIn(folder).data);
    await writeFile(pathsIn(folder).keys, 'OPENAI_API_KEY=sk-new\n');
    const said = await restore(folder, file, { CHAVION_TZ: 'UTC' });
    const { data } = pathsIn(folder);
    expect(await readFile(join(folder, '.env'), 'utf8')).toBe('CHAVION_TZ=UTC\n');
    expect(await readFile(join(data, 'env-of-backup'), 'utf8')).toBe('CHAVION_LANG=en\n');
    expect(await readFile(join(data, 'keys.env'), 'utf8')).toBe('OPENAI_API_KEY=sk-new\n');
    expect(await readFile(join(data, 'keys-of-backup'), 'utf8')).toBe('OPENAI_API_KEY=sk-old\n');
    for (const name of ['env-of-backup', 'keys-of-backup']) expect(said).toContain(join(data, name));
    expect(said).toContain(`CHAVION_ROSTER=${join(folder, 'roster.json')}`);
  });
});
