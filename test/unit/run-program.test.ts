import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { type ProcessMark, isAlive, mark } from '../../bridge/launcher/instance/processes.ts';
import { runProgram } from '../../bridge/processes/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'chavion-program-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: process.env['PATH'] ?? '' };
const sh = (script: string) => ({ program: 'sh', args: ['-c', script], env });
/** Says its own number and its child's, and is deaf to a polite request. */
const FAMILY = `trap '' TERM; sleep 1000 & echo $$ $!; wait`;

async function gone(marks: readonly ProcessMark[]): Promise<void> {
  for (const end = Date.now() + 20_000; marks.some(isAlive); await sleep(20))
    if (Date.now() > end)
      throw new Error(
        `still there: ${marks
          .filter(isAlive)
          .map(({ pid }) => pid)
          .join(' ')}`,
      );
}
const marksIn = (line: string): ProcessMark[] => line.split(' ').flatMap((pid) => mark(Number(pid)) ?? []);

describe('a program that is run', () => {
  it('tells its end and its last lines', async () => {
    expect(await runProgram(sh('echo one; echo two >&2; exit 7'))).toMatchObject({
      code: 7,
      silent: false,
      tail: expect.arrayContaining(['one', 'two']),
    });
    expect(await runProgram({ program: 'there-is-no-such-program', args: [], env })).toMatchObject({ code: 127 });
  });

  it('ends with all that it has started when it is stopped, though it does not listen', async () => {
    const stop = new AbortController();
    let family: ProcessMark[] = [];
    const line = (text: string) => {
      family = marksIn(text);
      stop.abort(new Error('enough'));
    };
    await expect(runProgram({ ...sh(FAMILY), stop: stop.signal, graceSeconds: 1, line })).rejects.toThrow('enough');
    expect(family).toHaveLength(2);
    await gone(family);
  });

  it('is ended where it waits in silence, and what it says of its waiting is no sign of life', async () => {
    const life = (text: string) => !text.startsWith('retry');
    const { silent } = await runProgram({
      ...sh('while :; do echo retry; sleep 0.1; done'),
      silence: { firstMs: 400, thenMs: 400, life },
    });
    expect(silent).toBe(true);
    expect(
      await runProgram({
        ...sh('for i in 1 2 3 4 5 6; do echo here; sleep 0.2; done'),
        silence: { firstMs: 800, thenMs: 800 },
      }),
    ).toMatchObject({ code: 0, silent: false });
  });

  it('lives while it writes one line anew, as git does', async () => {
    const { code, silent } = await runProgram({
      ...sh(String.raw`for i in 1 2 3 4 5 6; do printf '%s %%\r' $i; sleep 0.2; done`),
      silence: { firstMs: 800, thenMs: 800 },
    });
    expect({ code, silent }).toEqual({ code: 0, silent: false });
  });

  it.each(['SIGKILL', 'SIGTERM'] as const)('does not outlive the process that runs it (%s)', async (signal) => {
    const file = join(folder, `${signal}.ts`);
    const said = join(folder, signal);
    writeFileSync(
      file,
      `import { runProgram } from ${JSON.stringify(join(import.meta.dirname, '../../bridge/processes/run-program.ts'))};
       import { writeFileSync } from 'node:fs';
       await runProgram({ program: 'sh', args: ['-c', ${JSON.stringify(FAMILY)}], env: process.env, graceSeconds: 1, line: (line) => { writeFileSync(${JSON.stringify(said)}, line); process.stdout.write(line); } });`,
    );
    const parent: ChildProcess = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    if (parent.stdout === null) throw new Error('no output');
    await once(parent.stdout, 'data');
    const family = marksIn(readFileSync(said, 'utf8'));
    expect(family).toHaveLength(2);
    parent.kill(signal);
    await gone(family);
  });
});

describe('.node/run while it installs', () => {
  it('takes npm with it when it is ended or killed', async () => {
    const project = join(folder, 'project');
    execFileSync('mkdir', ['-p', join(project, '.node'), join(project, 'bin')]);
    execFileSync('cp', [join(import.meta.dirname, '../../.node/run'), join(project, '.node', 'run')]);
    writeFileSync(join(project, 'package-lock.json'), '{}');
    writeFileSync(
      join(project, 'bin', 'npm'),
      `#!/bin/sh\nsleep 1000 &\necho $$ $! >${join(project, 'pids')}\nwait\n`,
      { mode: 0o755 },
    );
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      rmSync(join(project, 'pids'), { force: true });
      const run = spawn('sh', [join(project, '.node', 'run'), '-e', '0'], {
        env: { ...env, PATH: `${join(project, 'bin')}:${env.PATH}` },
        stdio: 'ignore',
      });
      let family: ProcessMark[] = [];
      for (const end = Date.now() + 20_000; family.length < 2; await sleep(20)) {
        if (Date.now() > end) throw new Error('npm was not begun');
        try {
          family = marksIn(readFileSync(join(project, 'pids'), 'utf8').trim());
        } catch {
          // Not yet.
        }
      }
      run.kill(signal);
      await gone(family);
      expect(family).toHaveLength(2);
    }
  });

  it('says what to do about an npm that cannot read the list', () => {
    const project = join(folder, 'old-npm');
    execFileSync('mkdir', ['-p', join(project, '.node'), join(project, 'bin')]);
    execFileSync('cp', [join(import.meta.dirname, '../../.node/run'), join(project, '.node', 'run')]);
    writeFileSync(join(project, 'package-lock.json'), '{}');
    writeFileSync(
      join(project, 'bin', 'npm'),
      '#!/bin/sh\n[ "$1" = --version ] && echo 9.2.0 && exit\necho "npm ERR! The command can only install with an existing package-lock.json"\nexit 1\n',
      { mode: 0o755 },
    );
    const { status, stderr } = spawnSync('sh', [join(project, '.node', 'run'), '-e', '0'], {
      env: { ...env, PATH: `${join(project, 'bin')}:${env.PATH}` },
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(stderr).toContain('npm 9.2.0은 너무 낡아');
    expect(stderr).toContain('npm install -g npm@10');
  });
});
