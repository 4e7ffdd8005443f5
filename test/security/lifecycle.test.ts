import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BOX_PATHS } from '../../executor/sandbox/sandbox.ts';
import type { HostServices, Outcome } from './case.ts';
import { MODES, SandboxHouse, SUITE_LIMITS, openHostServices, processesWith } from './house.ts';

const shell = (script: string, more: object = {}) => ({
  type: 'shell' as const,
  id: 'one',
  reason: 'to see',
  script,
  ...more,
});
const eventually = async (what: () => boolean, ms: number) => {
  const until = performance.now() + ms;
  while (!what() && performance.now() < until) await sleep(20);
  return what();
};

/** Whatever bwrap started for this folder, at the gate or past it: it holds the folder as a mount or a descriptor. */
function livingUnder(workspace: string, marker: string): number {
  return (
    processesWith(marker).length +
    processesWith('/usr/bin/bwrap').filter((pid) => holds(pid, workspace)).length +
    processesWith('exec 6<&-').filter((pid) => holds(pid, workspace)).length
  );
}

function holds(pid: number, path: string): boolean {
  try {
    const links = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
    return links.includes(path) || readFileSync(`/proc/${pid}/mountinfo`, 'utf8').includes(path);
  } catch {
    return false;
  }
}

describe.each(MODES)('the life of a job, %s', (mode) => {
  let house: SandboxHouse;
  let host: HostServices & AsyncDisposable;
  beforeAll(async () => {
    host = await openHostServices();
    house = await SandboxHouse.open(mode);
  });
  afterAll(async () => {
    await house?.[Symbol.asyncDispose]();
    await host?.[Symbol.asyncDispose]();
  });
  const run = async (script: string, more: object = {}): Promise<Outcome> =>
    house.run(house.scene(host), shell(script, more));

  it('reads and writes in its workspace, which stays for the next', async () => {
    const scene = house.scene(host);
    await house.run(scene, { type: 'write_file', id: 'a', reason: 'r', path: 'deep/er/file.txt', content: '안녕\n' });
    expect((await house.run(scene, { type: 'read_file', id: 'a', reason: 'r', path: 'deep/er/file.txt' })).stdout).toBe(
      Buffer.from('안녕\n').toString('latin1'),
    );
    expect((await house.run(scene, shell('cat er/file.txt; pwd', { cwd: 'deep' }))).stdout).toContain(
      `${BOX_PATHS.workspace}/deep`,
    );
    expect((await house.run(scene, { type: 'list_files', id: 'a', reason: 'r' })).stdout).toMatch(
      /^d \d+ \S+ deep\0d \d+ \S+ deep\/er\0f 7 \S+ deep\/er\/file.txt\0$/,
    );
  });

  it('writes into a folder that is lent for writing, and reads one that is lent', async () => {
    const scene = house.scene(host);
    const outcome = await house.run(
      scene,
      shell('cat /lent/papers/paper; echo new >/lent/site/page', {
        lent: [
          { name: 'papers', access: 'ro' },
          { name: 'site', access: 'rw' },
        ],
      }),
    );
    expect(outcome).toMatchObject({ result: { kind: 'exited', code: 0 }, stdout: 'as it was' });
    expect(readFileSync(join(scene.site, 'page'), 'utf8')).toBe('new\n');
  });

  it('has pipes that can be opened by name', async () => {
    expect(
      await run('cat /dev/stdin; echo again >/dev/stderr; echo out | tee /dev/stderr', { stdin: 'in\n' }),
    ).toMatchObject({ stdout: 'in\nout\n', stderr: 'again\nout\n' });
  });

  it('tells nothing of where it lies, of the owner’s programs and of how the machine was started', async () => {
    const { stdout } = await run(
      'cat /proc/cmdline /proc/mounts /proc/self/mountinfo /proc/1/mountinfo /proc/self/mountstats; ls -A /usr/local; hostname; echo told',
    );
    expect(stdout).toContain(' /work ');
    expect(stdout).not.toContain(house.folder);
    expect(stdout).not.toContain('scenes');
    expect(stdout.startsWith('tmpfs / ')).toBe(true);
    expect(stdout.endsWith('sandbox\ntold\n')).toBe(true);
  });

  it('takes a long script and much input, and need not read it', async () => {
    expect((await run(`# ${'x'.repeat(60_000)}\nwc -c`, { stdin: 'y'.repeat(250_000) })).stdout.trim()).toBe('250000');
    expect((await run('exit 4', { stdin: 'y'.repeat(250_000) })).result).toMatchObject({ kind: 'exited', code: 4 });
  });

  it('tells what was used and how it ended', async () => {
    const { result } = await run(
      `perl -e 'my $x = "x" x (50 << 20); my $t = time; 1 while time < $t + 2'; kill -SEGV $$`,
    );
    expect(result).toMatchObject({ kind: 'exited', code: 139, signal: 'SIGSEGV' });
    expect(result.kind === 'exited' && result.maxRssBytes).toBeGreaterThan(50 << 20);
    expect(result.kind === 'exited' && result.cpuMs).toBeGreaterThan(150);
  });

  it('is limited by the kernel as was asked, with no way back', async () => {
    const { stdout } = await run('cat /proc/self/limits');
    const both = (name: string) =>
      new RegExp(`^Max ${name} {2,}(\\S+) +(\\S+)`, 'm').exec(stdout)?.slice(1).map(Number);
    const { processes, openFiles, fileBytes, cpuMs } = SUITE_LIMITS;
    const asked = {
      processes,
      'open files': openFiles,
      'file size': fileBytes,
      'cpu time': cpuMs / 1000,
      'core file size': 0,
      'locked memory': 65_536,
      'msgqueue size': 0,
      'realtime priority': 0,
    };
    expect(Object.fromEntries(Object.keys(asked).map((name) => [name, both(name)]))).toEqual(
      Object.fromEntries(Object.entries(asked).map(([name, limit]) => [name, [limit, limit]])),
    );
    expect(both('data size')?.[0] === SUITE_LIMITS.memoryBytes).toBe(house.cgroups === null);
  });

  it('says so when a program or a folder is missing', async () => {
    expect(
      (await house.run(house.scene(host), { type: 'run', id: 'a', reason: 'r', argv: ['no-such-program'] })).result,
    ).toMatchObject({ kind: 'exited', code: 127 });
    expect(await run('true', { cwd: 'nowhere' })).toMatchObject({
      result: { kind: 'exited', code: 125 },
      stderr: expect.stringContaining('nowhere'),
    });
  });

  it('lets an overfull workspace be emptied', async () => {
    const scene = house.scene(host);
    for (let n = 0; n < 15; n++) house.write(join(scene.workspace, `file-${n}`), 'x'.repeat(2 << 20));
    expect((await house.run(scene, shell('head -c 4M /dev/zero >more; sleep 3'))).result).toMatchObject({
      kind: 'killed',
      why: 'disk',
    });
    expect((await house.run(scene, shell('rm -f file-* more; ls | wc -l'))).stdout).toBe('0\n');
    expect((await house.run(scene, shell('echo fine'))).result).toMatchObject({ kind: 'exited', code: 0 });
  });

  it('runs eight at a time, each to its own observer', async () => {
    const outcomes = await Promise.all(Array.from({ length: 8 }, (_none, n) => run(`sleep 0.2; echo ${n}`)));
    expect(outcomes.map(({ stdout }) => stdout.trim())).toEqual(['0', '1', '2', '3', '4', '5', '6', '7']);
  });

  it('leaves no pipe, no socket, no descriptor and nobody in a cgroup behind', async () => {
    await run('true');
    const descriptors = () => readdirSync(`/proc/${house.child.pid}/fd`).length;
    const before = descriptors();
    await Promise.all(
      Array.from({ length: 10 }, (_none, n) =>
        run(`exit ${n}`, n % 2 === 0 ? { stdin: 'x' } : { hosts: ['example.org:443'] }),
      ),
    );
    await run('sleep 9', { timeoutMs: 200 });
    expect(await eventually(() => descriptors() <= before, 3_000)).toBe(true);
    expect(readdirSync(join(house.folder, 'run')).filter((name) => name.endsWith('.sock'))).toEqual([]);
    // Other accounts' groups cannot be looked into, and find says so.
    const cgroups = () =>
      spawnSync('find', ['/sys/fs/cgroup', '-type', 'd', '-name', `job-${house.child.pid}-*`], { encoding: 'utf8' })
        .stdout.trim()
        .split('\n')
        .filter(Boolean);
    const inhabited = () => cgroups().filter((folder) => readFileSync(join(folder, 'cgroup.procs'), 'utf8') !== '');
    expect(await eventually(() => inhabited().length === 0, 3_000)).toBe(true);
    // Kept for the next jobs: never more than ran at once.
    expect(cgroups().length).toBeLessThanOrEqual(12);
  });

  it('ends with the executor, however that ended', async () => {
    const other = await SandboxHouse.open(mode);
    const scene = other.scene(host);
    const daemon = `exec -a ${scene.marker} sleep 600`;
    void other.run(
      scene,
      shell(
        `trap '' TERM HUP; setsid nohup bash -c '${daemon}' & for n in 1 2 3; do bash -c '${daemon}' & done; ${daemon}`,
      ),
    );
    expect(await eventually(() => processesWith(scene.marker).length >= 5, 5_000)).toBe(true);
    const exit = once(other.child, 'exit');
    other.child.kill('SIGKILL');
    await exit;
    expect(await eventually(() => processesWith(scene.marker).length === 0, 2_000)).toBe(true);
    await other[Symbol.asyncDispose]();
  });

  it('ends with the spawner, and the next job has another one', async () => {
    const other = await SandboxHouse.open(mode);
    const scene = other.scene(host);
    const spawners = () => processesWith(join(other.folder, 'run', 'spawner.pl'));
    for (const what of [9, 19]) {
      const daemon = `exec -a ${scene.marker} sleep 600`;
      const lost = other.run(scene, shell(`trap '' TERM HUP; setsid nohup bash -c '${daemon}' & ${daemon}`));
      expect(await eventually(() => processesWith(scene.marker).length >= 2, 5_000)).toBe(true);
      expect(spawners()).toHaveLength(1);
      process.kill(spawners()[0] ?? 0, what);
      if (what === 19) break;
      expect((await lost).result.kind).toBe('sandbox-error');
      expect(processesWith(scene.marker)).toEqual([]);
      expect((await other.run(scene, shell('echo on'))).stdout).toBe('on\n');
    }
    // Stopped, it cannot see that the executor has gone, and dies all the same.
    const exit = once(other.child, 'exit');
    other.child.kill('SIGKILL');
    await exit;
    expect(await eventually(() => processesWith(scene.marker).length + spawners().length === 0, 2_000)).toBe(true);
    await other[Symbol.asyncDispose]();
  });

  it('takes its own processes with it when it is given up', async () => {
    const other = await SandboxHouse.open(mode);
    const spawners = () => processesWith(join(other.folder, 'run', 'spawner.pl'));
    expect((await other.run(other.scene(host), shell('echo on'))).stdout).toBe('on\n');
    expect(spawners()).toHaveLength(1);
    other.child.send({ dispose: true });
    expect(await eventually(() => spawners().length === 0, 5_000)).toBe(true);
    await other[Symbol.asyncDispose]();
  });

  it('ends with the executor at any moment of its beginning', async () => {
    for (const delay of [0, 4, 8, 12, 18, 30]) {
      const other = await SandboxHouse.open(mode);
      const scene = other.scene(host);
      for (let n = 0; n < 6; n++)
        void other.run(scene, shell(`echo >${scene.workspace}; exec -a ${scene.marker} sleep 600`));
      await sleep(delay);
      const exit = once(other.child, 'exit');
      other.child.kill('SIGKILL');
      await exit;
      expect(await eventually(() => livingUnder(scene.workspace, scene.marker) === 0, 3_000)).toBe(true);
      await other[Symbol.asyncDispose]();
    }
  });

  it('gives out whole plain files and nothing else', async () => {
    const scene = house.scene(host);
    await house.run(
      scene,
      shell(
        `mkdir out; echo one >out/one.txt; echo two >two.txt; mkfifo pipe; ln -s ${scene.secret.path} link; ln -s ${scene.secret.folder} folder; ln -s /dev/zero endless; perl -MSocket -e 'socket(my $s, 1, 1, 0); bind $s, sockaddr_un("socket")'; printf x >$'new\\nline'; printf x >$'\\e[2Jescape'; truncate -s 15M sparse; printf x >$'bad\\xff'; tar cf evil.tar --absolute-names -P /etc/passwd --transform 's,^,../../../,'`,
      ),
    );
    house.write(join(scene.workspace, 'large'), 'x'.repeat(2_000_000));
    const { artifacts, leftOut } = await house.take(scene);
    expect(artifacts.filter(({ path }) => path !== 'evil.tar')).toEqual([
      { path: 'out/one.txt', text: 'one\n' },
      { path: 'two.txt', text: 'two\n' },
    ]);
    expect(leftOut).toEqual(
      expect.arrayContaining([
        'pipe',
        'link',
        'folder',
        'endless',
        'socket',
        'sparse',
        'large',
        'new\nline',
        '\u001b[2Jescape',
      ]),
    );
    expect(JSON.stringify(artifacts)).not.toContain(scene.secret.token);
  });
});

describe('where it will not run', () => {
  const script = join(import.meta.dirname, 'sandbox-host.ts');
  const start = (more: object) =>
    JSON.stringify({
      uid: process.getuid?.() ?? 0,
      gid: process.getgid?.() ?? 0,
      runFolder: '/var/tmp/chavion-never',
      canaries: false,
      ...more,
    });

  it.runIf(process.getuid?.() === 0)('is as root', async () => {
    const child = spawn(process.execPath, [script, start({ uid: 0, gid: 0 })], { stdio: ['ignore', 'ignore', 'pipe'] });
    let said = '';
    child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
    const [code] = await once(child, 'exit');
    expect(code).not.toBe(0);
    expect(said).toContain('does not run as root');
    expect(existsSync('/var/tmp/chavion-never')).toBe(false);
  });
});

describe('a descriptor that a careless parent left open', () => {
  it('reaches no job', async () => {
    const host = await openHostServices();
    const house = await SandboxHouse.open(MODES[0], { inherit: '/var/tmp' });
    const { stdout } = await house.run(
      house.scene(host),
      shell(
        'for n in /proc/self/fd/*; do case $n in */[012]|*/127) ;; *) [ -e $n ] && echo "open $n" ;; esac; done; ls /proc/self/fd/77/; echo tried',
      ),
    );
    expect(stdout).toBe('tried\n');
    await house[Symbol.asyncDispose]();
    await host[Symbol.asyncDispose]();
  });
});
