import { statfs } from 'node:fs/promises';
import { folderUsage, type FolderUsage } from './folder-usage.ts';
import type { OpenFolder } from './folders.ts';
import type { Meter, Reading } from './meter.ts';
import { namelessBytes } from './process-tree.ts';
import type { KilledWhy, Limits } from './sandbox.ts';

/** Where a cgroup holds the memory, most jobs are over before the first look is worth its price. */
const FIRST_TICK_MS = { held: 100, watched: 25 };
const TICK_MS = 200;
/** A walk of the workspace may take a tenth of the time. */
const WALK_SHARE = 10;
/** Room for a job to tidy up a workspace that is over its limit already. */
const SLACK: FolderUsage = { bytes: 1024 * 1024, inodes: 64 };
/** What a job may not take from a file system of the host: the homeserver and Redis live there too. */
const RESERVE_BYTES = 256 * 1024 * 1024;
const RESERVE_SHARE = 0.01;
const RESERVE_INODES = 2_000;

export interface Watched {
  readonly meter: Meter;
  /** A cgroup counts the memory of /tmp as well; without one it is asked for here. */
  readonly countsTmp: boolean;
  readonly limits: Limits;
  readonly workspace: OpenFolder;
  readonly lent: readonly OpenFolder[];
  /** The first process inside, as the host numbers it. */
  readonly pid: number;
  /** How full the workspace was before. */
  readonly before: FolderUsage;
}

export interface Watchdog {
  peak(): { readonly memoryBytes: number; readonly cpuMs: number };
  stop(): void;
}

/** Looks five times a second, and calls `trip` once with the first limit that is passed, or `fault` when it cannot look. */
export function watch(job: Watched, trip: (why: KilledWhy) => void, fault: (error: unknown) => void): Watchdog {
  const peak = { memoryBytes: 0, cpuMs: 0 };
  const allowed = allowance(job.limits, job.before);
  const writable = [job.workspace, ...job.lent].filter((folder) => folder.writable);
  let crowded = 0;
  let nextWalk = 0;
  let stopped = false;

  const overCounted = (reading: Reading, tmpBytes: number): KilledWhy | undefined => {
    peak.memoryBytes = Math.max(peak.memoryBytes, reading.memoryBytes + tmpBytes);
    peak.cpuMs = Math.max(peak.cpuMs, reading.cpuMs);
    // At the limit no more can start; a job that stays there for two looks is stuck or hostile.
    crowded = reading.tasks >= job.limits.processes ? crowded + 1 : 0;
    if (reading.outOfMemory || reading.memoryBytes + tmpBytes > job.limits.memoryBytes) return 'memory';
    if (crowded >= 2) return 'processes';
    return reading.cpuMs > job.limits.cpuMs ? 'cpu' : undefined;
  };

  const overWorkspace = async (): Promise<KilledWhy | undefined> => {
    const began = performance.now();
    if (!job.workspace.writable || began < nextWalk) return undefined;
    const nameless = namelessBytes(job.pid, job.workspace.device);
    const used = await folderUsage(job.workspace.fd, allowed);
    nextWalk = performance.now() + (performance.now() - began) * WALK_SHARE;
    return over({ bytes: used.bytes + nameless, inodes: used.inodes }, allowed);
  };

  const look = async (): Promise<KilledWhy | undefined> => {
    const tmp = job.countsTmp ? await tmpUsage(job.pid, job.limits.tmpBytes) : { bytes: 0, inodes: 0 };
    if (stopped) return undefined;
    const counted = overCounted(job.meter.read(), tmp.bytes);
    if (counted !== undefined) return counted;
    if (tmp.inodes > job.limits.inodes) return 'inodes';
    for (const folder of writable) {
      const scarce = await scarcity(folder.fd);
      if (scarce !== undefined) return scarce;
    }
    return stopped ? undefined : overWorkspace();
  };

  let timer = setTimeout(tick, job.countsTmp ? FIRST_TICK_MS.watched : FIRST_TICK_MS.held);
  function tick(): void {
    look().then(
      (why) => {
        if (stopped) return;
        if (why === undefined) timer = setTimeout(tick, TICK_MS);
        else trip(why);
      },
      (error: unknown) => {
        if (!stopped) fault(error);
      },
    );
  }

  return {
    peak: () => peak,
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

/** A workspace that is too full already may be worked in, so that it can be emptied, but may not grow. */
export const allowance = (limits: Limits, before: FolderUsage): FolderUsage => ({
  bytes: Math.max(limits.diskBytes, before.bytes + SLACK.bytes),
  inodes: Math.max(limits.inodes, before.inodes + SLACK.inodes),
});

export function over(used: FolderUsage, allowed: FolderUsage): 'disk' | 'inodes' | undefined {
  if (used.bytes > allowed.bytes) return 'disk';
  return used.inodes > allowed.inodes ? 'inodes' : undefined;
}

/** The file system that the folder lies on is nearly full, whoever filled it. */
async function scarcity(fd: number): Promise<'disk' | 'inodes' | undefined> {
  const { bsize, blocks, bavail, files, ffree } = await statfs(`/proc/self/fd/${fd}`);
  if (bavail * bsize < Math.min(RESERVE_BYTES, blocks * bsize * RESERVE_SHARE)) return 'disk';
  return files > 0 && ffree < RESERVE_INODES ? 'inodes' : undefined;
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
