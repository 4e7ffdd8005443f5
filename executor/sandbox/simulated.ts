import { checkJob } from './job-check.ts';
import { BOX_PATHS, type OutputObserver, type Sandbox, type SandboxJob, type SandboxResult } from './sandbox.ts';

/** What a simulated job says and how it ends; by default it says what would run, and succeeds. */
export type Script = (job: SandboxJob) => {
  readonly code: number;
  readonly stdout?: string;
  readonly stderr?: string;
  readonly ms?: number;
};

const wouldRun: Script = (job) => ({ code: 0, stdout: `${describe(job)}\n` });

/** Runs nothing and touches nothing, with the same manners: for dry runs, and for tests of what stands before it. */
export class SimulatedSandbox implements Sandbox {
  readonly #script: Script;

  constructor(script: Script = wouldRun) {
    this.#script = script;
  }

  async run(job: SandboxJob, observer: OutputObserver, signal: AbortSignal): Promise<SandboxResult> {
    if (signal.aborted) return { kind: 'killed', why: 'cancelled', ...NOTHING };
    try {
      checkJob(job);
    } catch (error) {
      return { kind: 'sandbox-error', detail: error instanceof Error ? error.message : String(error) };
    }
    const { code, stdout = '', stderr = '', ms = 0 } = this.#script(job);
    const over = await pause(Math.min(ms, job.timeoutMs), signal);
    if (over === 'aborted') return { kind: 'killed', why: 'cancelled', ...NOTHING };
    if (ms > job.timeoutMs) return { kind: 'killed', why: 'timeout', ...NOTHING, ms: job.timeoutMs };
    let left = job.limits.outputBytes;
    for (const [bytes, give] of [
      [Buffer.from(stdout), 'stdout'],
      [Buffer.from(stderr), 'stderr'],
    ] as const) {
      if (bytes.length > 0) observer[give](bytes.subarray(0, left));
      if (bytes.length > left) return { kind: 'killed', why: 'output', ...NOTHING, ms };
      left -= bytes.length;
    }
    return { kind: 'exited', code, ...NOTHING, ms };
  }
}

const NOTHING = { ms: 0, cpuMs: 0, maxRssBytes: 0 };

function describe(job: SandboxJob): string {
  const what = 'argv' in job.command ? job.command.argv.join(' ') : job.command.script;
  const folders = [job.workspace, ...job.lent].map(
    (folder) =>
      `${'name' in folder ? `${BOX_PATHS.lent}/${String(folder.name)}` : BOX_PATHS.workspace} ${folder.writable ? 'rw' : 'ro'}`,
  );
  return `would run: ${what} (${[...folders, ...(job.programs === true ? ['programs'] : []), job.egress === null ? 'no network' : 'network'].join(', ')})`;
}

function pause(ms: number, signal: AbortSignal): Promise<'over' | 'aborted'> {
  if (ms === 0) return Promise.resolve('over');
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve('over'), ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve('aborted');
    });
  });
}
