import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CgroupRoot } from './cgroups.ts';
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
export interface Meter {
  /** Once, while bwrap has started nothing yet: `pid` is its own. */
  adopt(pid: number): Promise<void>;
  read(): Reading;
  /** When nothing of the job lives any more. What the kernel does not let go of at once is removed a little later. */
  close(): void;
}

const NOTHING: Reading = { memoryBytes: 0, tasks: 0, cpuMs: 0, outOfMemory: false };

/** Without a cgroup: adds up the tree. */
export function treeMeter(limits: Limits): Meter {
  let root: number | undefined;
  return {
    adopt: (pid) => {
      root = pid;
      return Promise.resolve();
    },
    read: () => (root === undefined ? NOTHING : { ...readTree(root, limits.memoryBytes / 2), outOfMemory: false }),
    close: () => undefined,
  };
}

/** The watchdog ends a job at its limit of tasks; the kernel stands a little behind it. */
const TASK_SLACK = 8;

export function cgroupMeter(root: CgroupRoot, name: string, limits: Limits): Meter {
  return root.version === 1 ? splitMeter(root, name, limits) : unifiedMeter(root.folder, name, limits);
}

/**
 * Version 1: only the memory is put into a group. Each move into one costs the kernel milliseconds, the limit of
 * processes holds in the job's user namespace anyway, and the rest is added up from the tree.
 */
function splitMeter(root: Extract<CgroupRoot, { version: 1 }>, name: string, limits: Limits): Meter {
  const folder = join(root.memory, name);
  mkdirSync(folder);
  set(folder, 'memory.limit_in_bytes', limits.memoryBytes);
  if (existsSync(join(folder, 'memory.memsw.limit_in_bytes'))) set(folder, 'memory.memsw.limit_in_bytes', limits.memoryBytes);
  let first: number | undefined;
  return {
    adopt: (pid) => {
      first = pid;
      return enter(folder, pid);
    },
    read: () => ({
      ...(first === undefined ? NOTHING : readTree(first, Number.POSITIVE_INFINITY)),
      memoryBytes: field(folder, 'memory.stat', 'total_rss') + field(folder, 'memory.stat', 'total_shmem'),
      outOfMemory: field(folder, 'memory.oom_control', 'oom_kill') > 0,
    }),
    close: () => removeAll([folder]),
  };
}

function unifiedMeter(parent: string, name: string, limits: Limits): Meter {
  const folder = join(parent, name);
  mkdirSync(folder);
  set(folder, 'memory.max', limits.memoryBytes);
  set(folder, 'memory.oom.group', 1);
  if (existsSync(join(folder, 'memory.swap.max'))) set(folder, 'memory.swap.max', 0);
  set(folder, 'pids.max', limits.processes + TASK_SLACK);
  return {
    adopt: (pid) => enter(folder, pid),
    read: () => ({
      memoryBytes: field(folder, 'memory.stat', 'anon') + field(folder, 'memory.stat', 'shmem'),
      tasks: number(folder, 'pids.current'),
      cpuMs: Math.round(field(folder, 'cpu.stat', 'usage_usec') / 1000),
      outOfMemory: field(folder, 'memory.events', 'oom_kill') > 0,
    }),
    close: () => removeAll([folder]),
  };
}

/** The kernel takes milliseconds over it; the rest of us goes on meanwhile. */
const enter = (folder: string, pid: number) => writeFile(join(folder, 'cgroup.procs'), String(pid));
const set = (folder: string, file: string, value: number) => writeFileSync(join(folder, file), String(value));
const number = (folder: string, file: string) => Number(readFileSync(join(folder, file), 'latin1'));

function field(folder: string, file: string, name: string): number {
  const text = readFileSync(join(folder, file), 'latin1');
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
}

/** A group can be removed once the kernel has let go of its last process, a moment after that has ended. */
function removeAll(folders: readonly string[], tries = 100): void {
  const left = folders.filter((folder) => !removed(folder));
  if (left.length > 0 && tries > 0) setTimeout(() => removeAll(left, tries - 1), 20).unref();
}

function removed(folder: string): boolean {
  try {
    rmdirSync(folder);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'ENOENT';
  }
}
