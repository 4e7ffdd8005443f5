import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { DEFAULT_LIMITS, type Sandbox, type SandboxJob, type SandboxResult } from '../../executor/sandbox/sandbox.ts';

export interface Subject {
  readonly name: string;
  /** Real or not, its jobs say and do what the scripts below do. */
  open(): Promise<{ sandbox: Sandbox; workspace: string; close(): Promise<void> }>;
}

/** What every sandbox owes to those who use it; neither real nor simulated may differ here. */
export function sandboxContract(subject: Subject): void {
  describe(`${subject.name} keeps the contract`, () => {
    const opened = subject.open();
    afterAll(async () => (await opened).close());

    async function run(script: string, more: Partial<SandboxJob> = {}, signal = new AbortController().signal) {
      const { sandbox, workspace } = await opened;
      const said = { stdout: '', stderr: '' };
      const job: SandboxJob = {
        command: { script },
        cwd: '.',
        timeoutMs: 20_000,
        workspace: { path: workspace, writable: true },
        lent: [],
        egress: null,
        limits: DEFAULT_LIMITS,
        ...more,
      };
      const hear = (way: 'stdout' | 'stderr') => (chunk: Uint8Array) => {
        said[way] += Buffer.from(chunk).toString();
      };
      const result = await sandbox.run(job, { stdout: hear('stdout'), stderr: hear('stderr') }, signal);
      return { result, ...said };
    }
    const kindOf = (result: SandboxResult) => (result.kind === 'killed' ? result.why : result.kind);

    it('reports the exit code, and what was said on which way', async () => {
      expect(await run('echo out; echo err >&2; exit 3')).toMatchObject({
        result: { kind: 'exited', code: 3 },
        stdout: 'out\n',
        stderr: 'err\n',
      });
    });

    it('reports what was used, in whole numbers', async () => {
      const { result } = await run('exit 0');
      expect(result).toEqual({
        kind: 'exited',
        code: 0,
        ms: expect.any(Number),
        cpuMs: expect.any(Number),
        maxRssBytes: expect.any(Number),
      });
      expect(
        Object.values(result).filter((value) => typeof value === 'number' && !Number.isSafeInteger(value)),
      ).toEqual([]);
    });

    it('ends what lasts too long', async () => {
      expect(kindOf((await run('sleep 30', { timeoutMs: 300 })).result)).toBe('timeout');
    });

    it('ends what is cancelled, before and while it runs', async () => {
      expect(kindOf((await run('sleep 30', {}, AbortSignal.abort())).result)).toBe('cancelled');
      expect(kindOf((await run('sleep 30', {}, AbortSignal.timeout(200))).result)).toBe('cancelled');
    });

    it('hands on no more output than is allowed, to the byte', async () => {
      const { result, stdout } = await run('flood', {
        limits: { ...DEFAULT_LIMITS, outputBytes: 1_000 },
        command: { script: 'head -c 5000 /dev/zero' },
      });
      expect(kindOf(result)).toBe('output');
      expect(stdout.length).toBe(1_000);
      expect(
        kindOf(
          (
            await run('flood', {
              limits: { ...DEFAULT_LIMITS, outputBytes: 5_000 },
              command: { script: 'head -c 5000 /dev/zero' },
            })
          ).result,
        ),
      ).toBe('exited');
    });

    it.each([
      ['cwd', { cwd: '../x' }],
      ['cwd', { cwd: '/etc' }],
      ['timeoutMs', { timeoutMs: 0 }],
      ['timeoutMs', { timeoutMs: Number.NaN }],
      ['limits.memoryBytes', { limits: { ...DEFAULT_LIMITS, memoryBytes: -1 } }],
      ['command.argv', { command: { argv: [''] as [string] } }],
      ['command.argv', { command: { argv: ['a\0b'] as [string] } }],
      ['lent', { lent: [{ name: '../etc', path: '/etc', writable: false }] }],
      [
        'lent',
        {
          lent: [
            { name: 'a', path: '/usr', writable: false },
            { name: 'a', path: '/etc', writable: false },
          ],
        },
      ],
    ])('answers a job with a bad %s with that name, and throws nothing', async (field, more) => {
      const { result } = await run('echo never', more);
      expect(result).toMatchObject({ kind: 'sandbox-error', detail: expect.stringContaining(field) });
    });
  });
}

/** A folder to work in, for those who need none. */
export function scratch(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'chavion-contract-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
