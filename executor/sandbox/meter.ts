import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Groups } from './groups.ts';
import { readTree } from './process-tree.ts';
import type { Limits } from './sandbox.ts';

/** What a job uses at this moment, or has used in all. */
export interface Reading {
  readonly memoryBytes: number;
  readonly tasks: number;
  readonly cpuMs: number;
  /** The kernel has ended a process of the job for want of memory. */
  readonly outOfMemory: boolean;
}

/** Counts, and where it is a cgroup also holds, what all processes of a job use together. */
export interface UsageMeter {
  /** `cgroup.procs` of the group that bwrap enters before it begins: whatever it starts is in. Null where there is none. */
  readonly group: string | null;
  /** Once: bwrap's own pid. */
  adopt(pid: number): void;
  read(): Reading;
  /** When nothing of the job lives any more. Its group is for the next job then. */
  close(): void;
}

const NOTHING: Reading = { memoryBytes: 0, tasks: 0, cpuMs: 0, outOfMemory: false };

/** Without a cgroup: adds up the tree. */
export function treeMeter(limits: Limits): UsageMeter {
  let root: number | undefined;
  return {
    group: null,
    adopt: (pid) => {
      root = pid;
    },
    read: () => (root === undefined ? NOTHING : { ...readTree(root, limits.memoryBytes / 2), outOfMemory: false }),
    close: () => undefined,
  };
}

/** The watchdog ends a job at its limit of tasks; the kernel stands a little behind it. */
const TASK_SLACK = 8;

export function cgroupMeter(groups: Groups, limits: Limits): UsageMeter {
  return groups.root.version === 1 ? splitMeter(groups, limits) : unifiedMeter(groups, limits);
}

/**
 * Version 1: only the memory is put into a group. Each move into one costs the kernel milliseconds, the limit of
 * processes holds in the job's user namespace anyway, and the rest is added up from the tree.
 */
function splitMeter(groups: Groups, limits: Limits): UsageMeter {
  const folder = groups.take(`${limits.memoryBytes}`, (fresh) => {
    set(fresh, 'memory.limit_in_bytes', limits.memoryBytes);
    if (existsSync(join(fresh, 'memory.memsw.limit_in_bytes')))
      set(fresh, 'memory.memsw.limit_in_bytes', limits.memoryBytes);
  });
  const killedBefore = field(folder, 'memory.oom_control', 'oom_kill');
  let first: number | undefined;
  return {
    group: join(folder, 'cgroup.procs'),
    adopt: (pid) => {
      first = pid;
    },
    read: () => ({
      ...(first === undefined ? NOTHING : readTree(first, Number.POSITIVE_INFINITY)),
      memoryBytes: fields(folder, 'memory.stat', ['total_rss', 'total_shmem']),
      outOfMemory: field(folder, 'memory.oom_control', 'oom_kill') > killedBefore,
    }),
    close: () => groups.giveBack(folder, 'memory.usage_in_bytes'),
  };
}

function unifiedMeter(groups: Groups, limits: Limits): UsageMeter {
  const folder = groups.take(`${limits.memoryBytes} ${limits.processes}`, (fresh) => {
    set(fresh, 'memory.max', limits.memoryBytes);
    set(fresh, 'memory.oom.group', 1);
    if (existsSync(join(fresh, 'memory.swap.max'))) set(fresh, 'memory.swap.max', 0);
    set(fresh, 'pids.max', limits.processes + TASK_SLACK);
  });
  const killedBefore = field(folder, 'memory.events', 'oom_kill');
  const usedBefore = field(folder, 'cpu.stat', 'usage_usec');
  return {
    group: join(folder, 'cgroup.procs'),
    adopt: () => undefined,
    read: () => ({
      memoryBytes: fields(folder, 'memory.stat', ['anon', 'shmem']),
      tasks: number(folder, 'pids.current'),
      cpuMs: Math.round((field(folder, 'cpu.stat', 'usage_usec') - usedBefore) / 1000),
      outOfMemory: field(folder, 'memory.events', 'oom_kill') > killedBefore,
    }),
    close: () => groups.giveBack(folder, 'memory.current'),
  };
}

const set = (folder: string, file: string, value: number) => writeFileSync(join(folder, file), String(value));
const number = (folder: string, file: string) => Number(readFileSync(join(folder, file), 'latin1'));

const field = (folder: string, file: string, name: string) => fields(folder, file, [name]);

/** The sum of some lines of a file of names and numbers. */
function fields(folder: string, file: string, names: readonly string[]): number {
  const lines = readFileSync(join(folder, file), 'latin1').split('\n');
  return names.reduce(
    (sum, name) => sum + Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? 0),
    0,
  );
}
