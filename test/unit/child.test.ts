import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { end, isAlive, mark } from '../../bridge/launcher/instance/processes.ts';
import { askProgram, programFailure, startChild } from '../../bridge/processes/child.ts';

const folder = mkdtempSync(join(tmpdir(), 'chavion-child-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const env = { PATH: process.env['PATH'] ?? '' };
const SECRET = 'sk-do-not-hand-this-on';

describe('a program that is started', () => {
  it('has the environment that it is given, and none of ours', async () => {
    vi.stubEnv('OPENAI_API_KEY', SECRET);
    try {
      const told = await Promise.all([
        askProgram('/usr/bin/env'),
        startChild('/usr/bin/env', { buffer: true }),
        askProgram('/usr/bin/env', { env: { ONE: '1' } }),
      ]);
      expect(told.map(({ stdout }) => stdout)).toEqual(['', '', 'ONE=1']);
    } finally {
      vi.unstubAllEnvs();
    }
  });

  it('that cannot be started is a value', async () => {
    const { failed, exitCode, originalMessage } = await askProgram('there-is-no-such-program', { env });
    expect({ failed, exitCode, originalMessage }).toEqual({
      failed: true,
      exitCode: undefined,
      originalMessage: 'spawn there-is-no-such-program ENOENT',
    });
  });

  it('tells of its failure without its arguments', async () => {
    const said = await askProgram('sh', ['-c', 'echo no room >&2; exit 3', SECRET], { env });
    const mute = await askProgram('sh', ['-c', 'exit 3', SECRET], { env });
    const killed = await askProgram('sh', ['-c', 'kill -9 $$', SECRET], { env });
    const late = await askProgram('sh', ['-c', 'sleep 1000', SECRET], { env, timeout: 50 });
    const none = await askProgram('there-is-no-such-program', [SECRET], { env });
    expect([said, mute, killed, late, none].map((ended) => programFailure('sh', ended).message)).toEqual([
      'sh: no room',
      'sh: exit 3',
      'sh: SIGKILL',
      'sh: timed out',
      'sh: spawn there-is-no-such-program ENOENT',
    ]);
  });

  it('is ended with all that it has started when its time is over', async () => {
    const { timedOut, stdout } = await askProgram('sh', ['-c', 'sleep 1000 & echo $!; wait'], { env, timeout: 300 });
    expect(timedOut).toBe(true);
    // Signalled by then; the kernel may need a moment more.
    await vi.waitUntil(() => [mark(Number(stdout)) ?? []].flat().every((one) => !isAlive(one)));
  });

  it('outlives the process that started it', async () => {
    const file = join(folder, 'parent.ts');
    writeFileSync(
      file,
      `import { startChild } from ${JSON.stringify(join(import.meta.dirname, '../../bridge/processes/child.ts'))};
       for (const detached of [true, false]) console.log(startChild('sleep', ['1000'], { env: process.env, detached, stdio: 'ignore' }).pid);
       process.exit();`,
    );
    const { stdout } = await askProgram(process.execPath, ['--disable-warning=ExperimentalWarning', file], { env });
    const left = stdout.split('\n').flatMap((pid) => mark(Number(pid)) ?? []);
    await sleep(50);
    expect(left.filter(isAlive)).toHaveLength(2);
    await end(left, 0);
  });
});
