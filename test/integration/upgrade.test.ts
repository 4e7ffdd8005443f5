import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { Ready } from '../../bridge/launcher/instance/ready.ts';
import { houseEnvironment } from '../house/house.ts';
import { removeHouse } from '../house/remains.ts';

const run = promisify(execFile);
const PROJECT = join(import.meta.dirname, '..', '..');

let folder: string;
/** Where the next versions come from, and the owner's clone. */
let work: string;
let clone: string;
let env: Record<string, string>;

const git = async (at: string, ...args: readonly string[]): Promise<string> =>
  (await run('git', ['-C', at, '-c', 'user.name=test', '-c', 'user.email=test@house.test', ...args])).stdout.trim();

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'chavion-upgrade-'));
  [work, clone] = [join(folder, 'work'), join(folder, 'clone')];
  const bare = join(folder, 'upstream.git');
  await git(PROJECT, 'clone', '--quiet', '--bare', '--no-hardlinks', PROJECT, bare);
  await git(folder, 'clone', '--quiet', bare, work);
  await git(folder, 'clone', '--quiet', bare, clone);
  // No link to the folder: the parts' accounts may have no way to where the project lies.
  const packages = [`${join(PROJECT, 'node_modules')}/.`, join(clone, 'node_modules')] as const;
  await mkdir(packages[1]);
  await run('cp', ['--archive', '--link', ...packages]).catch(() => run('cp', ['--archive', ...packages]));
  env = await houseEnvironment(folder);
});
afterAll(async () => {
  await removeHouse(folder);
  await rm(folder, { recursive: true, force: true });
});

function npmStart(
  args: readonly string[] = [],
  more: Readonly<Record<string, string>> = {},
): ChildProcess & { said: () => string } {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'chavion.ts', ...args], {
    cwd: clone,
    env: { ...env, ...more },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  return Object.assign(child, { said: () => said });
}

async function upgrade(more: Readonly<Record<string, string>> = {}): Promise<{ code: number | null; said: string }> {
  const child = npmStart(['upgrade'], more);
  await once(child, 'close');
  return { code: child.exitCode, said: child.said() };
}

/** A new version upstream. */
async function publish(change: (at: string) => Promise<void>): Promise<string> {
  await change(work);
  await git(work, 'add', '--all');
  await git(work, 'commit', '--quiet', '--message', 'a new version');
  await git(work, 'push', '--quiet');
  return git(work, 'rev-parse', '--short', 'HEAD');
}

const newVersion = (version: string) => async (at: string) => {
  const file = join(at, 'package.json');
  await writeFile(file, (await readFile(file, 'utf8')).replace(/"version": "[^"]+"/, `"version": "${version}"`));
};

const head = () => git(clone, 'rev-parse', '--short', 'HEAD');
const ready = () => {
  const file = join(folder, 'data', 'ready.json');
  return existsSync(file) ? Ready.parse(JSON.parse(readFileSync(file, 'utf8'))) : undefined;
};

async function until<T>(find: () => T | undefined, house: { said: () => string }): Promise<T> {
  for (const end = Date.now() + 150_000; ; await sleep(100)) {
    const found = find();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`waited in vain:\n${house.said()}`);
  }
}

describe('npm start -- upgrade', () => {
  it('says that nothing is newer, and changes nothing', async () => {
    const before = await head();
    const { code, said } = await upgrade();
    expect(code).toBe(0);
    expect(said).toContain('이미 가장 새 판입니다');
    expect(await head()).toBe(before);
    expect(existsSync(join(folder, 'data', 'backups'))).toBe(false);
  });

  it('refuses where files were changed, where there is no upstream, and outside a clone', async () => {
    const commit = await publish(newVersion('98.0.0'));
    await writeFile(join(clone, 'LICENSE'), 'mine\n');
    const changed = await upgrade();
    expect(changed.code).toBe(1);
    expect(changed.said).toContain('LICENSE');
    expect(readFileSync(join(clone, 'LICENSE'), 'utf8')).toBe('mine\n');
    await git(clone, 'checkout', '--quiet', '--', 'LICENSE');

    await git(clone, 'branch', '--unset-upstream');
    expect((await upgrade()).said).toContain('git branch --set-upstream-to');
    await git(
      clone,
      'branch',
      '--quiet',
      '--set-upstream-to',
      `origin/${await git(clone, 'branch', '--show-current')}`,
    );

    await git(clone, 'commit', '--quiet', '--allow-empty', '--message', 'of my own');
    expect((await upgrade()).said).toContain('git rebase');
    await git(clone, 'reset', '--quiet', '--hard', 'HEAD~1');
    expect(await head()).not.toBe(commit);
  });

  it('backs the running house up, brings it to the new version under the same process, and is safe to repeat', async () => {
    const house = npmStart();
    try {
      const old = await until(ready, house);
      const commit = await publish(newVersion('99.0.0'));
      const { code, said } = await upgrade();
      expect(said).toMatch(
        new RegExp(`Chavion [\\d.]+ \\(\\w+\\), Synapse [\\d.]+ → Chavion 99\\.0\\.0 \\(${commit}\\)`),
      );
      expect(code).toBe(0);
      expect(await head()).toBe(commit);
      expect(readdirSync(join(folder, 'data', 'backups')).filter((name) => name.endsWith('.tar.gz'))).toHaveLength(1);
      const now = await until(() => {
        const one = ready();
        return one !== undefined && one.pids.swarm !== null && one.pids.swarm !== old.pids.swarm ? one : undefined;
      }, house);
      expect(now.pids.launcher).toBe(old.pids.launcher);
      expect(now.master).toEqual(old.master);
      expect((await upgrade()).said).toContain('이미 가장 새 판입니다: Chavion 99.0.0');
      expect(existsSync(join(folder, 'data', 'upgrade.json'))).toBe(false);
    } finally {
      house.kill('SIGTERM');
      await once(house, 'exit');
    }
  });

  it('ends where it is told to while it makes way for the new version', async () => {
    const house = npmStart();
    await until(ready, house);
    await publish(newVersion('99.0.1'));
    expect((await upgrade()).code).toBe(0);
    house.kill('SIGTERM');
    expect(await once(house, 'exit')).toEqual([0, null]);
    expect(ready()).toBeUndefined();
  });

  it('leaves everything as it is where the new packages cannot be had', async () => {
    const before = await head();
    await publish(async (at) => {
      const file = join(at, 'package-lock.json');
      // A lock that does not belong to its package.json.
      await writeFile(
        file,
        JSON.stringify({
          name: 'chavion',
          version: '0',
          lockfileVersion: 3,
          packages: { '': { dependencies: { nothing: '1.0.0' } } },
        }),
      );
    });
    const { code, said } = await upgrade();
    expect(code).toBe(1);
    expect(said).toContain('지금 판은 그대로입니다');
    expect(await head()).toBe(before);
    expect(readdirSync(clone).filter((name) => name.startsWith('.upgrade-'))).toEqual([]);
    expect(existsSync(join(clone, 'node_modules', 'zod'))).toBe(true);
  });

  it('says who does not answer, and ends with its npm when it is told to or killed', async () => {
    await publish(async (at) => {
      const wants = {
        name: 'chavion',
        version: '99.0.5',
        private: true,
        type: 'module',
        dependencies: { 'is-number': '7.0.0' },
      };
      await writeFile(join(at, 'package.json'), JSON.stringify(wants));
      const integrity = `sha512-${Buffer.alloc(64).toString('base64')}`;
      await writeFile(
        join(at, 'package-lock.json'),
        JSON.stringify({
          ...wants,
          lockfileVersion: 3,
          packages: { '': wants, 'node_modules/is-number': { version: '7.0.0', integrity } },
        }),
      );
    });
    const before = await head();
    const silent = createServer((socket) => void socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
    onTestFinished(() => void silent.close());
    await once(silent, 'listening');
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const registry = (port: number) => ({
      npm_config_registry: `http://127.0.0.1:${port}/`,
      npm_config_cache: join(folder, 'npm-cache'),
    });

    const ends = {
      SIGTERM: [130, expect.stringContaining('중단했습니다')],
      SIGKILL: [null, expect.any(String)],
    } as const;
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const asked = once(silent, 'connection');
      const child = npmStart(['upgrade'], registry(address.port));
      const [connection]: Socket[] = await asked;
      const hungUp = once(connection ?? child, 'close');
      child.kill(signal);
      await once(child, 'close');
      expect([child.exitCode, child.said()]).toEqual(ends[signal]);
      // Its npm is gone too.
      await hungUp;
    }
    const { code, said } = await upgrade(registry(1));
    expect([code, said]).toEqual([1, expect.stringContaining('꾸러미를 받는 곳(127.0.0.1:1)에 닿지 못해')]);
    expect(await head()).toBe(before);
    expect(readdirSync(clone).filter((name) => name.startsWith('.upgrade-'))).toEqual([]);
  });

  it('puts new packages in the place of the old ones, and takes away those of an upgrade that was killed', async () => {
    // No process has a number that large.
    const abandoned = join(clone, '.upgrade-4194305-AbCdEf');
    await mkdir(abandoned);
    const commit = await publish(async (at) => {
      const bare = { name: 'chavion', version: '0.3.0', private: true, type: 'module' };
      await writeFile(join(at, 'package.json'), JSON.stringify(bare));
      await writeFile(
        join(at, 'package-lock.json'),
        JSON.stringify({ ...bare, lockfileVersion: 3, packages: { '': bare } }),
      );
    });
    const { code, said } = await upgrade();
    expect(said).toContain('Chavion 0.3.0');
    expect(code).toBe(0);
    expect(await head()).toBe(commit);
    const { stdout } = await run('sh', ['-c', 'cksum <package-lock.json'], { cwd: clone });
    expect(readFileSync(join(clone, 'node_modules', '.chavion-lock'), 'utf8')).toBe(stdout.trim());
    expect(existsSync(join(clone, 'node_modules', 'zod'))).toBe(false);
    expect(existsSync(abandoned)).toBe(false);
    expect(existsSync(join(PROJECT, 'node_modules', 'zod'))).toBe(true);
  });
});
