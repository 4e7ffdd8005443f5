import { describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type SandboxJob } from '../../executor/sandbox/sandbox.ts';
import { SimulatedSandbox } from '../../executor/sandbox/simulated.ts';
import { sandboxContract, scratch } from '../security/sandbox-contract.ts';

/** Plays the scripts of the contract. */
const PLAY: Readonly<Record<string, { code: number; stdout?: string; stderr?: string; ms?: number }>> = {
  'echo out; echo err >&2; exit 3': { code: 3, stdout: 'out\n', stderr: 'err\n' },
  'exit 0': { code: 0 },
  'sleep 30': { code: 0, ms: 30_000 },
  'head -c 5000 /dev/zero': { code: 0, stdout: '\0'.repeat(5_000) },
};

sandboxContract({
  name: 'the simulated sandbox',
  open: () => {
    const folder = scratch();
    const sandbox = new SimulatedSandbox(
      (job) => PLAY['script' in job.command ? job.command.script : ''] ?? { code: 127 },
    );
    return Promise.resolve({ sandbox, workspace: folder.path, close: () => Promise.resolve(folder.remove()) });
  },
});

describe('a dry run', () => {
  it('says what would run, and where, and runs nothing', async () => {
    const job: SandboxJob = {
      command: { argv: ['/usr/bin/touch', '/tmp/never'] },
      cwd: '.',
      timeoutMs: 1_000,
      workspace: { path: '/nowhere', writable: true },
      lent: [{ name: 'log', path: '/var/log', writable: false }],
      egress: null,
      limits: DEFAULT_LIMITS,
    };
    let said = '';
    const result = await new SimulatedSandbox().run(
      job,
      { stdout: (chunk) => void (said += Buffer.from(chunk).toString()), stderr: () => undefined },
      new AbortController().signal,
    );
    expect(result).toMatchObject({ kind: 'exited', code: 0 });
    expect(said).toBe('would run: /usr/bin/touch /tmp/never (/work rw, /lent/log ro, no network)\n');
  });
});
