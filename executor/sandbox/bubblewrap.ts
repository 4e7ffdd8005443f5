import { mkdirSync } from 'node:fs';
import { constants as os } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { bwrapFlags, gateCommand, houseBinds, type Base } from './bwrap-flags.ts';
import { tidyCgroups, type CgroupRoot } from './cgroups.ts';
import { OpenFolder } from './folders.ts';
import { closeInherited } from './spawner/inherited-descriptors.ts';
import { checkJob } from './job-check.ts';
import { Groups } from './groups.ts';
import { launch, type Launched } from './launch.ts';
import { cgroupMeter, treeMeter, type UsageMeter, type Reading } from './meter.ts';
import { OutputCollector } from './output-collector.ts';
import { Life, gone } from './life.ts';
import { PipeStock } from './spawner/pipes.ts';
import { readingPlace, type JobPlace } from './place.ts';
import { startOf } from './process-tree.ts';
import {
  DEFAULT_LIMITS,
  BOX_PATHS,
  type KilledWhy,
  type OutputObserver,
  type Sandbox,
  type SandboxJob,
  type SandboxResult,
} from './sandbox.ts';
import { machineOf, seccompFilter, type Machine } from './seccomp/seccomp.ts';
import { buildSkeleton, laidOutBase, tidyRunFolder } from './skeleton.ts';
import { Spawner } from './spawner/spawner.ts';
import { Stores } from './stores.ts';
import { watch } from './watchdog.ts';

export interface BubblewrapOptions {
  /** A folder of our own, for pipes and sockets; no other account may enter it. At most 60 characters long. */
  readonly runFolder: string;
  readonly cgroups: CgroupRoot | null;
  readonly bwrap?: string;
  /** What the clock shows inside; without it UTC. */
  readonly timeZone?: string;
  /** `copy`: as on kernels that have no better (`spawner/stores.pl`). */
  readonly stores?: 'best' | 'copy';
}

const DRAINING_MS = 1_000;
const STARTING_MS = 30_000;

/** The real sandbox. Throws where it cannot be one: as root, or on a machine that no filter was written for. */
export class Bubblewrap implements Sandbox, Disposable {
  readonly #groups: Groups | null;
  readonly #bwrap: string;
  readonly #base: Base;
  readonly #timeZone: string | undefined;
  readonly #machine: Machine;
  readonly #spawner: Spawner;
  readonly #pipes: PipeStock;
  readonly #stores: Stores;

  constructor(options: BubblewrapOptions) {
    // As root neither the limit of processes nor the files' permissions would hold.
    if (process.getuid?.() === 0) throw new Error('the sandbox does not run as root');
    const machine = machineOf(process.arch);
    if (machine === undefined) throw new Error(`no system call filter for ${process.arch}`);
    this.#machine = machine;
    this.#groups = options.cgroups === null ? null : new Groups(options.cgroups);
    this.#bwrap = options.bwrap ?? '/usr/bin/bwrap';
    closeInherited();
    mkdirSync(options.runFolder, { recursive: true, mode: 0o700 });
    tidyRunFolder(options.runFolder);
    if (options.cgroups !== null) tidyCgroups(options.cgroups);
    this.#base = buildSkeleton(options.runFolder);
    this.#timeZone = options.timeZone;
    this.#spawner = new Spawner(options.runFolder, machine, this.#base, options.stores);
    this.#pipes = new PipeStock(options.runFolder, this.#spawner);
    this.#stores = new Stores(this.#spawner, options.runFolder);
  }

  /** Jobs that run end as sandbox errors. */
  [Symbol.dispose](): void {
    this.#spawner[Symbol.dispose]();
  }

  /** Why the kernel does not hold what commands write here, so that it is only watched; undefined where it does. */
  storesMissing(): Promise<string | undefined> {
    return this.#stores.missing();
  }

  async run(job: SandboxJob, observer: OutputObserver, signal: AbortSignal): Promise<SandboxResult> {
    if (signal.aborted) return { kind: 'killed', why: 'cancelled', ms: 0, cpuMs: 0, maxRssBytes: 0 };
    try {
      checkJob(job);
      await using resources = new AsyncDisposableStack();
      return await this.#run(job, observer, signal, resources);
    } catch (error) {
      return { kind: 'sandbox-error', detail: error instanceof Error ? error.message : String(error) };
    }
  }

  /** Kills the parent of a job and sees whether the job survives it; undefined when it does not. */
  async diesWithParent(workspacePath: string): Promise<string | undefined> {
    await using resources = new AsyncDisposableStack();
    const workspace = resources.use(new OpenFolder({ path: workspacePath, writable: false }));
    const output = new OutputCollector(1_000, { stdout: () => undefined, stderr: () => undefined }, () => undefined);
    const script = "trap '' TERM HUP INT; setsid nohup sleep 60 & sleep 60";
    const job: SandboxJob = {
      command: { script },
      cwd: '.',
      timeoutMs: 60_000,
      workspace: { path: workspacePath, writable: false },
      lent: [],
      egress: null,
      limits: DEFAULT_LIMITS,
    };
    const launched = await this.#launch(
      job,
      readingPlace(workspace),
      [],
      output,
      { group: null, adopt: () => undefined },
      true,
    );
    const first = await launched.ready;
    const start = first === undefined ? undefined : startOf(first);
    if (first === undefined || start === undefined) return 'it did not start';
    launched.release();
    await sleep(100); // time for the job to begin
    launched.kill();
    const survivor = await gone(first, start, 2_000).then(
      () => undefined,
      () => `process ${first} lives on`,
    );
    if (survivor !== undefined) process.kill(first, 'SIGKILL');
    await output.drained(DRAINING_MS);
    return survivor;
  }

  async #run(
    job: SandboxJob,
    observer: OutputObserver,
    signal: AbortSignal,
    resources: AsyncDisposableStack,
  ): Promise<SandboxResult> {
    const workspace = resources.use(new OpenFolder(job.workspace));
    const lent = job.lent.map((folder) => resources.use(new OpenFolder(folder)));
    const ending: { why?: KilledWhy; fault?: unknown } = {};
    const life = new Life();
    const end = (why: KilledWhy) => {
      ending.why ??= why;
      life.kill();
    };
    const place = await this.#stores.enter(workspace, job.limits, end);
    const settle = once(() => place.leave(ending.why));
    const meter = this.#meter(job, place);
    resources.defer(() => meter.close());
    // What went wrong with it has been said where it was asked for, or something worse has.
    resources.defer(() =>
      settle().then(
        () => undefined,
        () => undefined,
      ),
    );
    resources.defer(() => life.end());
    const abort = () => end('cancelled');
    signal.addEventListener('abort', abort);
    resources.defer(() => signal.removeEventListener('abort', abort));
    const output = new OutputCollector(job.limits.outputBytes, observer, () => end('output'));
    const onDisk = [...(place.held ? [] : [workspace]), ...lent.filter(({ writable }) => writable)];
    const launched = await this.#launch(job, place, lent, output, meter);
    const tooLong = setTimeout(() => life.kill(), STARTING_MS);
    const first = await life.of(launched).finally(() => clearTimeout(tooLong));
    if (ending.why !== undefined || signal.aborted) {
      await life.end();
      await output.drained(DRAINING_MS); // what is still on its way to the gate holds the pipes
      return { kind: 'killed', why: ending.why ?? 'cancelled', ms: 0, cpuMs: 0, maxRssBytes: 0 };
    }
    if (first === undefined) {
      await output.drained(DRAINING_MS);
      return failed(output, launched);
    }
    const began = performance.now();
    const timer = setTimeout(() => end('timeout'), job.timeoutMs);
    const dog = watch(
      { meter, countsTmp: this.#groups === null, limits: job.limits, place, onDisk, pid: first },
      end,
      (error) => {
        ending.fault = error; // what cannot be watched may not run on
        life.kill();
      },
    );
    resources.defer(() => {
      clearTimeout(timer);
      dog.stop();
    });
    launched.release();

    const code = await launched.ended;
    const ms = Math.round(performance.now() - began);
    clearTimeout(timer);
    dog.stop();
    await life.end();
    await output.drained(DRAINING_MS);
    if (ending.fault !== undefined) throw ending.fault;
    const [last, held] = [meter.read(), place.heldBytes()];
    if (last.outOfMemory) ending.why ??= 'memory';
    // A group still counts what lies in the store.
    const used = usage(
      ms,
      this.#groups === null ? last : { ...last, memoryBytes: Math.max(0, last.memoryBytes - held) },
      dog.peak(),
    );
    const overfull = await settle();
    if (code === undefined && ending.why === undefined) return failed(output, launched);
    const why = ending.why ?? overfull;
    if (why !== undefined) return { kind: 'killed', why, ...used };
    return { kind: 'exited', code: code ?? 0, ...signalOf(code ?? 0), ...used };
  }

  async #launch(
    job: SandboxJob,
    place: JobPlace,
    lent: readonly OpenFolder[],
    output: OutputCollector,
    meter: Pick<UsageMeter, 'group' | 'adopt'>,
    underShell = false,
  ): Promise<Launched> {
    const files = filesFor(job);
    const { skeleton, withoutPrograms } = await this.#spawner.home();
    if (job.programs === true && withoutPrograms !== undefined) throw new Error(`no programs: ${withoutPrograms}`);
    const [stdout, stderr] = await Promise.all([this.#pipes.take(), this.#pipes.take()]);
    const flags = bwrapFlags({
      base: skeleton === undefined ? this.#base : laidOutBase(this.#base, skeleton),
      timeZone: this.#timeZone,
      workspaceWritable: place.writable,
      lent: job.lent,
      files: [...files.keys()],
      egressSocket: job.egress?.socketPath,
      house: job.programs === true ? houseBinds(this.#base.house, skeleton) : [],
      tmpBytes: job.limits.tmpBytes,
    });
    const filter = seccompFilter(this.#machine, {
      unixSockets: job.lent.length === 0 || job.egress !== null,
      namelessMemory: this.#groups !== null,
      noAllocation: !place.held || job.lent.some(({ writable }) => writable),
    });
    return launch({
      spawner: this.#spawner,
      bwrap: this.#bwrap,
      flags,
      command: commandLine(job, this.#groups === null),
      filter,
      stdout,
      stderr,
      workspace: place.folder,
      lent,
      files: [...files.values()],
      underShell,
      group: meter.group,
      listen: (out, err) => output.listen(out, err),
      adopt: (pid) => meter.adopt(pid),
    });
  }

  #meter(job: SandboxJob, place: JobPlace): UsageMeter {
    if (this.#groups === null) return treeMeter(job.limits);
    return cgroupMeter(this.#groups, { ...job.limits, memoryBytes: job.limits.memoryBytes + place.memoryBytes });
  }
}

/** What is handed in as files, which the job can open again and again but not change. */
function filesFor(job: SandboxJob): Map<string, Uint8Array> {
  const files = new Map<string, Uint8Array>();
  if ('script' in job.command) files.set(BOX_PATHS.script, Buffer.from(job.command.script));
  if (job.stdin !== undefined) files.set(BOX_PATHS.stdin, job.stdin);
  return files;
}

function commandLine(job: SandboxJob, dataLimit: boolean): string[] {
  const own = 'argv' in job.command ? job.command.argv : ['/usr/bin/bash', '--noprofile', '--norc', BOX_PATHS.script];
  return [
    // Only inside may the folder be looked up: it can be a link by now.
    ...gateCommand(
      job.cwd === '.' ? BOX_PATHS.workspace : `${BOX_PATHS.workspace}/${job.cwd}`,
      job.stdin === undefined ? '' : BOX_PATHS.stdin,
      job.limits,
      { dataLimit },
    ),
    ...(job.egress === null
      ? []
      : ['/usr/bin/perl', BOX_PATHS.forwarder, String(BOX_PATHS.proxyPort), BOX_PATHS.egressSocket]),
    ...own,
  ];
}

/** However often it is asked for. */
function once<T>(does: () => Promise<T>): () => Promise<T> {
  let done: Promise<T> | undefined;
  return () => (done ??= does());
}

const failed = (output: OutputCollector, launched: Launched): SandboxResult => ({
  kind: 'sandbox-error',
  detail: output.beginning() || launched.fault() || 'bwrap ended without a report',
});

const usage = (ms: number, last: Reading, peak: { memoryBytes: number; cpuMs: number }) => ({
  ms,
  cpuMs: Math.max(last.cpuMs, peak.cpuMs),
  maxRssBytes: Math.max(last.memoryBytes, peak.memoryBytes),
});

function signalOf(code: number): { signal?: string } {
  const name = Object.entries(os.signals).find(([, number]) => number === code - 128)?.[0];
  return name === undefined ? {} : { signal: name };
}
