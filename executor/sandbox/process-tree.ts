import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';

/** Kernel pages and clock ticks as /proc counts them; both are fixed on the supported machines' distributions. */
const PAGE = 4096;
const TICK_MS = 10;

/** What has ended is mostly asked for at the end of a job: an exception costs more than the question before it. */
function read(path: string): string | undefined {
  if (!existsSync(path)) return undefined;
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined; // it ended in between
  }
}

function list(path: string): string[] {
  if (!existsSync(path)) return [];
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** The fields behind the command's name, which may hold blanks and brackets itself (proc(5), field 3 on). */
function statFields(pid: number): string[] | undefined {
  const text = read(`/proc/${pid}/stat`);
  return text?.slice(text.lastIndexOf(')') + 2).split(' ');
}

/** Tells a process from a later one of the same number; undefined when there is none, zombies included. */
export function startOf(pid: number): string | undefined {
  const fields = statFields(pid);
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19];
}

/**
 * A process with everything below it. The first process of a PID namespace adopts orphans, so below it is all that lives
 * in there, daemons included. One forking as fast as it can may slip a reading, never the end of its namespace.
 */
export function treeOf(root: number, atMost = 4096): number[] {
  const pids = [root];
  for (let at = 0; at < pids.length && pids.length < atMost; at++) {
    for (const thread of list(`/proc/${pids[at]}/task`)) {
      const children = read(`/proc/${pids[at]}/task/${thread}/children`)?.trim();
      if (children) pids.push(...children.split(' ').map(Number));
    }
  }
  return pids;
}

export interface TreeReading {
  /** Processes and threads. */
  readonly tasks: number;
  /** Of all, shared pages counted once (proportional set size), page tables included. */
  readonly memoryBytes: number;
  readonly cpuMs: number;
}

/** Adds up a tree. Exact shares are read only when the plain sum passes `suspectBytes`: they cost a page-table walk. */
export function readTree(root: number, suspectBytes: number): TreeReading {
  const pids = treeOf(root);
  let tasks = 0;
  let resident = 0;
  let ticks = 0;
  for (const pid of pids) {
    const fields = statFields(pid);
    if (fields === undefined) continue;
    for (const field of [11, 12, 13, 14]) ticks += Number(fields[field]); // utime stime cutime cstime
    tasks += Number(fields[17]);
    resident += Number(fields[21]) * PAGE;
  }
  const memoryBytes = resident > suspectBytes ? pids.reduce((sum, pid) => sum + proportionalBytes(pid), 0) : resident;
  return { tasks, memoryBytes, cpuMs: ticks * TICK_MS };
}

function proportionalBytes(pid: number): number {
  const kib = (text: string | undefined, name: string) =>
    Number(
      /^\s*(\d+) kB$/.exec(
        text
          ?.split('\n')
          .find((line) => line.startsWith(`${name}:`))
          ?.slice(name.length + 1) ?? '',
      )?.[1] ?? 0,
    );
  const rollup = read(`/proc/${pid}/smaps_rollup`);
  const status = read(`/proc/${pid}/status`);
  // Where the shares may not be read the whole is counted: too much kills a job, too little a server.
  const pss = rollup === undefined ? kib(status, 'VmRSS') : kib(rollup, 'Pss');
  return (pss + kib(status, 'VmPTE')) * 1024;
}

/** Files on `device` that have no name any more but are held open or mapped: no walk of the folder finds them. */
export function namelessBytes(root: number, device: number): number {
  const seen = new Map<number, number>();
  for (const pid of treeOf(root)) {
    for (const fd of list(`/proc/${pid}/fd`)) {
      const path = `/proc/${pid}/fd/${fd}`;
      try {
        if (!readlinkSync(path).endsWith(DELETED)) continue;
        const file = statSync(path);
        if (file.isFile() && file.dev === device) seen.set(file.ino, file.blocks * 512);
      } catch {
        continue; // closed in between
      }
    }
    for (const { ino, bytes } of deletedMappings(pid, device)) if (!seen.has(ino)) seen.set(ino, bytes);
  }
  return [...seen.values()].reduce((sum, bytes) => sum + bytes, 0);
}

const DELETED = ' (deleted)';

/** Mapped files without a name, at the size of the mapping: how much of it is on the disk cannot be asked. */
function deletedMappings(pid: number, device: number): { ino: number; bytes: number }[] {
  const maps = read(`/proc/${pid}/maps`);
  if (maps === undefined || !maps.includes(DELETED)) return [];
  return maps.split('\n').flatMap((line) => {
    const found = /^([0-9a-f]+)-([0-9a-f]+) \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+) .* \(deleted\)$/.exec(line);
    if (found === null) return [];
    const [from = 0, to = 0, major = 0, minor = 0] = found.slice(1, 5).map((hex) => Number.parseInt(hex, 16));
    return major === majorOf(device) && minor === minorOf(device) ? [{ ino: Number(found[5]), bytes: to - from }] : [];
  });
}

/** How glibc packs the two halves of a device number into one (sys/sysmacros.h), below 2^32. */
const majorOf = (device: number) => (device >>> 8) & 0xfff;
const minorOf = (device: number) => (device & 0xff) | ((device >>> 12) & 0xfff00);
