import { statfs } from 'node:fs/promises';
import type { FolderUsage } from './folder-usage.ts';
import type { OpenFolder } from './folders.ts';
import type { UsageMeter, Reading } from './meter.ts';
import type { JobPlace } from './place.ts';
import { scarcity } from './room.ts';
import type { KilledWhy, Limits } from './sandbox.ts';

/** Where a cgroup holds the memory, most jobs are over before the first look is worth its price. */
const FIRST_TICK_MS = { held: 100, watched: 25 };
const TICK_MS = 200;
/** The last room of a disk is looked for more often. */
const DISK_TICK_MS = 25;

export interface WatchedJob {
  readonly meter: UsageMeter;
  /** A cgroup counts the memory of /tmp as well; without one it is asked for here. */
  readonly countsTmp: boolean;
  readonly limits: Limits;
  readonly place: JobPlace;
  /** What is written there goes straight to a disk of the host. */
  readonly onDisk: readonly OpenFolder[];
  /** The first process inside, as the host numbers it. */
  readonly pid: number;
}

export interface Watchdog {
  peak(): { readonly memoryBytes: number; readonly cpuMs: number };
  stop(): void;
}

/** Looks five times a second, and calls `trip` once with the first limit that is passed, or `fault` when it cannot look. */
export function watch(job: WatchedJob, trip: (why: KilledWhy) => void, fault: (error: unknown) => void): Watchdog {
  const peak = { memoryBytes: 0, cpuMs: 0 };
  let crowded = 0;
  let stopped = false;

  const overCounted = (all: Reading, tmpBytes: number): KilledWhy | undefined => {
    // A group counts what lies in the store as well, whoever wrote it.
    const reading = job.countsTmp ? all : { ...all, memoryBytes: Math.max(0, all.memoryBytes - job.place.heldBytes()) };
    peak.memoryBytes = Math.max(peak.memoryBytes, reading.memoryBytes + tmpBytes);
    peak.cpuMs = Math.max(peak.cpuMs, reading.cpuMs);
    // At the limit no more can start; a job that stays there for two looks is stuck or hostile.
    crowded = reading.tasks >= job.limits.processes ? crowded + 1 : 0;
    if (reading.outOfMemory || reading.memoryBytes + tmpBytes > job.limits.memoryBytes) return 'memory';
    if (crowded >= 2) return 'processes';
    return reading.cpuMs > job.limits.cpuMs ? 'cpu' : undefined;
  };

  const look = async (): Promise<KilledWhy | undefined> => {
    const tmp = job.countsTmp ? await tmpUsage(job.pid, job.limits.tmpBytes) : { bytes: 0, inodes: 0 };
    if (stopped) return undefined;
    const counted = overCounted(job.meter.read(), tmp.bytes);
    if (counted !== undefined) return counted;
    if (tmp.inodes > job.limits.inodes) return 'inodes';
    return stopped ? undefined : job.place.look(job.pid);
  };

  const scarce = async (): Promise<KilledWhy | undefined> => {
    for (const folder of job.onDisk) {
      const what = await scarcity(folder.fd);
      if (what !== undefined) return what;
    }
    return undefined;
  };

  const timers = new Map<() => Promise<KilledWhy | undefined>, NodeJS.Timeout>();
  const again = (what: () => Promise<KilledWhy | undefined>, firstMs: number, everyMs: number): void => {
    const tick = (): void => {
      what().then(
        (why) => {
          if (stopped) return;
          if (why === undefined) timers.set(what, setTimeout(tick, everyMs));
          else trip(why);
        },
        (error: unknown) => {
          if (!stopped) fault(error);
        },
      );
    };
    timers.set(what, setTimeout(tick, firstMs));
  };
  again(look, job.countsTmp ? FIRST_TICK_MS.watched : FIRST_TICK_MS.held, TICK_MS);
  if (job.onDisk.length > 0) again(scarce, DISK_TICK_MS, DISK_TICK_MS);

  return {
    peak: () => peak,
    stop: () => {
      stopped = true;
      for (const timer of timers.values()) clearTimeout(timer);
    },
  };
}

const TMPFS = 0x0102_1994;

/** Of /tmp inside. Until bwrap has built the box the path still leads to the host's: that one is not of the size asked for. */
async function tmpUsage(pid: number, tmpBytes: number): Promise<FolderUsage> {
  const none = { bytes: 0, inodes: 0 };
  try {
    const { type, bsize, blocks, bfree, files, ffree } = await statfs(`/proc/${pid}/root/tmp`);
    const ours = type === TMPFS && blocks === Math.ceil(tmpBytes / bsize);
    return ours ? { bytes: (blocks - bfree) * bsize, inodes: files - ffree } : none;
  } catch {
    return none; // it has ended
  }
}
