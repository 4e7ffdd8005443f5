/**
 * One command in a box of its own: a fresh machine with the workspace at /work, lent folders at /lent/<name>, nothing
 * else of the host, no network. Two stand behind this: `bubblewrap.ts` and, for dry runs, `simulated.ts`.
 */
export interface Sandbox {
  /**
   * Resolves when nothing of the job lives any more, whatever became of it; never rejects. A job whose signal is
   * aborted ends as `killed: cancelled`. The observer gets at most `limits.outputBytes` in all.
   */
  run(job: SandboxJob, observer: OutputObserver, signal: AbortSignal): Promise<SandboxResult>;
}

export interface OutputObserver {
  stdout(chunk: Uint8Array): void;
  stderr(chunk: Uint8Array): void;
}

/** A folder of the host, absolute and free of links. */
export interface HostFolder {
  readonly path: string;
  readonly writable: boolean;
}

export interface MountedFolder extends HostFolder {
  /** Appears as /lent/<name>. */
  readonly name: string;
}

export interface SandboxJob {
  /** A program with its arguments, or a text for bash. */
  readonly command: { readonly argv: readonly [string, ...string[]] } | { readonly script: string };
  /** Relative to the workspace; `.` is its top. */
  readonly cwd: string;
  /** Without it the job reads nothing. */
  readonly stdin?: Uint8Array;
  readonly timeoutMs: number;
  readonly workspace: HostFolder;
  readonly lent: readonly MountedFolder[];
  /** The socket of the egress proxy that speaks for this job; null leaves it without any network. */
  readonly egress: { readonly socketPath: string } | null;
  /** Shows Node and the house's own programs, for reading, at `BOX_PATHS.house`. */
  readonly programs?: boolean;
  readonly limits: Limits;
}

export interface Limits {
  readonly memoryBytes: number;
  /** Processes and threads at a time. */
  readonly processes: number;
  /** Of all processes together. */
  readonly cpuMs: number;
  /** stdout and stderr together. */
  readonly outputBytes: number;
  /** What the workspace may hold, files left by earlier jobs included. */
  readonly diskBytes: number;
  readonly inodes: number;
  /** All workspaces together; without it ten times `diskBytes`. */
  readonly totalBytes?: number;
  readonly fileBytes: number;
  readonly openFiles: number;
  /** /tmp inside. */
  readonly tmpBytes: number;
}

const MiB = 1024 * 1024;

export const DEFAULT_LIMITS: Limits = {
  memoryBytes: 1024 * MiB,
  processes: 128,
  cpuMs: 600_000,
  outputBytes: 8 * MiB,
  diskBytes: 2048 * MiB,
  inodes: 100_000,
  fileBytes: 1024 * MiB,
  openFiles: 256,
  tmpBytes: 64 * MiB,
};

export type KilledWhy = 'timeout' | 'cpu' | 'memory' | 'disk' | 'inodes' | 'output' | 'processes' | 'cancelled';

export interface ResourceUsage {
  /** Wall clock, from the moment the job was let go. */
  readonly ms: number;
  readonly cpuMs: number;
  /** Highest seen; without a cgroup it is sampled, so a short job may show 0. */
  readonly maxRssBytes: number;
}

export type SandboxResult =
  /** `signal`: the shell's convention of 128 + number, named. */
  | ({ readonly kind: 'exited'; readonly code: number; readonly signal?: string } & ResourceUsage)
  | ({ readonly kind: 'killed'; readonly why: KilledWhy } & ResourceUsage)
  /** Nothing can be said of the command: the box could not be built or did not report. Never a reason to run without it. */
  | { readonly kind: 'sandbox-error'; readonly detail: string };

/** Where things appear inside. */
export const BOX_PATHS = {
  workspace: '/work',
  lent: '/lent',
  script: '/run/chavion/script',
  stdin: '/run/chavion/stdin',
  egressSocket: '/run/chavion/egress.sock',
  /** Those of the network, where there is one. */
  tools: '/run/chavion/tools',
  forwarder: '/run/chavion/tools/forward.pl',
  fetch: '/run/chavion/tools/fetch.pl',
  proxyPort: 3128,
  /** Node, what `executor/programs` and `bridge/protocol/documents` hold and the packages, where a job has them. */
  house: '/run/chavion/house',
  node: '/run/chavion/house/node',
  programs: '/run/chavion/house/executor/programs',
} as const;
