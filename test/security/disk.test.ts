import {
  existsSync,
  lstatSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  rmSync,
  statSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Limits } from '../../executor/sandbox/sandbox.ts';
import type { HostServices, Outcome, Scene } from './case.ts';
import { MODES, SandboxHouse, SUITE_LIMITS, openHostServices } from './house.ts';

const MiB = 1024 * 1024;
const FALLOCATE = process.arch === 'x64' ? 285 : 47;
const shell = (script: string) => ({ type: 'shell' as const, id: 'one', reason: 'to see', script });
const bytesIn = (folder: string): number =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).reduce(
    (sum, name) => sum + (lstatSync(join(folder, name), { throwIfNoEntry: false })?.blocks ?? 0) * 512,
    0,
  );
const allocating = (count: number, bytes: number) =>
  `perl -e '$| = 1; for my $i (1 .. ${count}) { open $f, ">", "big$i"; print syscall(${FALLOCATE}, fileno $f, 0, 0, ${bytes}) == 0 ? "had $i\\n" : "refused\\n" } sleep 1'`;

const WAYS = [...MODES.map((mode) => [mode, undefined] as const), ['ordinary account', 'copy'] as const] as const;

describe.each(WAYS)('what commands write, %s, %s', (mode, stores) => {
  let house: SandboxHouse;
  let host: HostServices & AsyncDisposable;
  beforeAll(async () => {
    host = await openHostServices();
    house = await SandboxHouse.open(mode, stores === undefined ? {} : { stores });
  });
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });
  const run = (scene: Scene, script: string, limits: Partial<Limits> = {}): Promise<Outcome> =>
    house.run(scene, shell(script), { limits });
  const done = { result: { kind: 'exited', code: 0 } };
  const killed = (why: string) => ({ result: { kind: 'killed', why } });

  it('is refused by the kernel, not seen afterwards', async () => {
    const scene = house.scene(host);
    const going = run(scene, allocating(20, 10 * MiB));
    let most = 0;
    const looking = setInterval(() => (most = Math.max(most, bytesIn(scene.workspace))), 10);
    await going;
    clearInterval(looking);
    const { stdout } = await going;
    expect(stdout.match(/^had/gm)).toHaveLength(2);
    expect(stdout.match(/^refused/gm)).toHaveLength(18);
    expect(most).toBeLessThanOrEqual(SUITE_LIMITS.diskBytes);
    expect(bytesIn(scene.workspace)).toBeLessThanOrEqual(SUITE_LIMITS.diskBytes);
  });

  it('goes when it was too much, and what was there before stays', async () => {
    const scene = house.scene(host);
    await run(scene, 'mkdir kept; echo one >kept/file');
    expect(
      await run(scene, 'echo two >kept/file; for n in $(seq 40); do head -c 1M /dev/zero >file-$n; done; sleep 9'),
    ).toMatchObject(killed('disk'));
    expect(readdirSync(scene.workspace)).toEqual(['kept']);
    expect(readFileSync(join(scene.workspace, 'kept/file'), 'utf8')).toBe('one\n');
    expect(await run(scene, 'for n in $(seq 3000); do : >file-$n; done; sleep 9')).toMatchObject(killed('inodes'));
    expect(readdirSync(scene.workspace)).toEqual(['kept']);
    expect(await run(scene, 'cat kept/file')).toMatchObject({ ...done, stdout: 'one\n' });
  });

  it('counts from one command to the next', async () => {
    const scene = house.scene(host);
    const ends: Outcome['result'][] = [];
    for (let n = 1; n <= 6; n += 1) ends.push((await run(scene, `head -c 5M /dev/zero >file-${n}`)).result);
    expect(ends.map(({ kind }) => kind)).toEqual(['exited', 'exited', 'exited', 'exited', 'killed', 'killed']);
    expect(readdirSync(scene.workspace).sort()).toEqual(['file-1', 'file-2', 'file-3', 'file-4']);
    // Replacing takes no more, and what is removed is there for others again.
    expect(await run(scene, 'head -c 5M /dev/urandom >file-1')).toMatchObject(done);
    expect(await run(scene, 'rm file-1 file-2; head -c 9M /dev/zero >file-3')).toMatchObject(done);
    expect(bytesIn(scene.workspace)).toBeLessThanOrEqual(SUITE_LIMITS.diskBytes);
    for (let n = 1; n <= 3; n += 1)
      ends.push((await run(scene, `for n in $(seq 600); do : >small-${n}-$n; done`)).result);
    expect(ends.slice(6)).toMatchObject([{ kind: 'exited' }, { kind: 'exited' }, { kind: 'killed', why: 'inodes' }]);
  });

  it('counts over all workspaces together', async () => {
    const [one, two] = [house.scene(host), house.scene(host)];
    const beside = { ...two, workspace: join(one.workspace, '../papers') };
    const limits = { totalBytes: 20 * MiB };
    expect(await run(one, 'head -c 12M /dev/zero >file', limits)).toMatchObject(done);
    expect(await run(beside, 'head -c 12M /dev/zero >file', limits)).toMatchObject(killed('disk'));
    expect(await run(one, 'rm file', limits)).toMatchObject(done);
    expect(await run(beside, 'head -c 12M /dev/zero >file', limits)).toMatchObject(done);
  });

  it('comes onto the disk as it was made', async () => {
    const scene = house.scene(host);
    const made = await run(
      scene,
      `mkdir -p a/b shut; echo x >a/b/f; chmod 750 a/b/f; touch -d '2020-02-02 02:02:02.123456789 UTC' a/b/f; ln a/b/f twin; ln -s /etc/passwd link; ln -s a dir
      truncate -s 9M hole; printf end >>hole; mkfifo pipe; echo y >$'n\\nl'; touch shut/in; chmod 500 shut`,
    );
    expect(made).toMatchObject(done);
    const at = (name: string) => join(scene.workspace, name);
    expect(statSync(at('a/b/f')).mode & 0o777).toBe(0o750);
    expect(lstatSync(at('a/b/f'), { bigint: true }).mtimeNs).toBe(1_580_608_922_123_456_789n);
    expect(statSync(at('twin')).ino).toBe(statSync(at('a/b/f')).ino);
    expect(readlinkSync(at('link'))).toBe('/etc/passwd');
    expect(lstatSync(at('dir')).isSymbolicLink()).toBe(true);
    expect(lstatSync(at('hole')).size).toBe(9 * MiB + 3);
    expect(lstatSync(at('hole')).blocks * 512).toBeLessThan(MiB);
    expect(lstatSync(at('pipe')).isFIFO()).toBe(true);
    expect(readFileSync(at('n\nl'), 'utf8')).toBe('y\n');
    expect(lstatSync(at('shut')).mode & 0o777).toBe(0o500);
    expect(readdirSync(scene.workspace).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('takes the place of what was there', async () => {
    const scene = house.scene(host);
    await run(scene, 'mkdir -p d/e gone; echo 1 >d/e/f; echo 2 >d/g; echo 3 >file; ln -s d link; echo 4 >gone/x');
    const changed = await run(
      scene,
      'rm -rf d gone; mkdir d; echo new >d/only; rm file; mkdir file; echo in >file/x; rm link; echo plain >link; mv file/x file/y',
    );
    expect(changed).toMatchObject({ ...done, stderr: '' });
    expect(readdirSync(scene.workspace, { recursive: true, encoding: 'utf8' }).sort()).toEqual([
      'd',
      'd/only',
      'file',
      'file/y',
      'link',
    ]);
    expect(readFileSync(join(scene.workspace, 'link'), 'utf8')).toBe('plain\n');
  });

  it('is seen at once by others in the same workspace, and kept when its command has ended', async () => {
    const scene = house.scene(host);
    const long = run(
      scene,
      'until [ -e go ]; do sleep 0.05; done; cat go; echo late >late; until [ -e end ]; do sleep 0.05; done',
    );
    expect(await run(scene, 'mkdir m; echo there >m/f; echo first >go')).toMatchObject(done);
    expect(readFileSync(join(scene.workspace, 'm/f'), 'utf8')).toBe('there\n');
    expect(await run(scene, 'mv m moved; until [ -e late ]; do sleep 0.05; done')).toMatchObject(done);
    expect(readdirSync(scene.workspace).sort()).toEqual(['go', 'late', 'moved']);
    await run(scene, ': >end');
    expect(await long).toMatchObject({ ...done, stdout: 'first\n' });
    expect(readFileSync(join(scene.workspace, 'moved/f'), 'utf8')).toBe('there\n');
  });

  it('is kept once: what somebody takes away afterwards does not come back when another command ends', async () => {
    const scene = house.scene(host);
    const long = run(scene, ': >begun; until [ -e end ]; do sleep 0.05; done');
    expect(await run(scene, 'until [ -e begun ]; do sleep 0.02; done')).toMatchObject(done);
    const back: number[] = [];
    for (let n = 0; n < 25; n += 1) {
      // Its last act is to write, as late as it can.
      expect(await run(scene, `mkdir own-${n}; echo >own-${n}/file`)).toMatchObject(done);
      rmSync(join(scene.workspace, `own-${n}`), { recursive: true });
      expect(await run(scene, 'true')).toMatchObject(done);
      if (existsSync(join(scene.workspace, `own-${n}`))) back.push(n);
    }
    expect(back).toEqual([]);
    await run(scene, ': >end');
    expect(await long).toMatchObject(done);
    expect(readdirSync(scene.workspace).sort()).toEqual(['begun', 'end']);
  });

  it('leads nowhere else while it is kept', async () => {
    const scene = house.scene(host);
    // Many files, so that the folder is another thing by the time the last of them is copied.
    const flips = run(
      scene,
      `mkdir d; : >d/key; for n in $(seq 300); do : >d/$n; done; ln -s ${scene.secret.folder} l; : >ready
      perl -e 'until (-e "end") { rename "d", "t"; rename "l", "d"; select undef, undef, undef, 0.004; rename "d", "l"; rename "t", "d"; select undef, undef, undef, 0.004 }'`,
    );
    const held = () => {
      const paths = readdirSync(scene.workspace, { recursive: true, encoding: 'utf8' }).map((name) =>
        join(scene.workspace, name),
      );
      return paths
        .filter((path) => realpathSync(path) === path && lstatSync(path).isFile())
        .map((path) => readFileSync(path, 'utf8'));
    };
    for (let n = 0; n < 15; n += 1) {
      expect(await run(scene, `until [ -e ready ]; do sleep 0.02; done; echo ${n} >n`)).toMatchObject(done);
      expect(held()).toContain(`${n}\n`);
      expect(held().join('')).not.toContain(scene.secret.token);
    }
    await run(scene, ': >end');
    expect(await flips).toMatchObject(done);
    expect(readFileSync(scene.secret.path, 'utf8')).toBe(scene.secret.token);
  });

  it('cannot be set aside at a stroke where only looks hold it', async () => {
    const scene = house.scene(host);
    const lent = await house.run(scene, {
      ...shell(`cd /lent/site; ${allocating(1, MiB)}; echo page >page`),
      lent: [{ name: 'site', access: 'rw' }],
    });
    expect(lent).toMatchObject({ ...done, stdout: 'refused\n' });
    expect(readFileSync(join(scene.site, 'page'), 'utf8')).toBe('page\n');
  });

  it('may be emptied where nothing more may be written', async () => {
    const scene = house.scene(host);
    await run(scene, 'head -c 20M /dev/zero >file');
    expect(await run(scene, 'echo more >more; head -c 4M /dev/zero >big', { totalBytes: MiB })).toMatchObject(
      killed('disk'),
    );
    expect(await run(scene, 'rm file', { totalBytes: MiB })).toMatchObject(done);
    expect(bytesIn(scene.workspace)).toBeLessThan(MiB);
  });
});
