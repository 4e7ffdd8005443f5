import { statfs } from 'node:fs/promises';
import type { DiskState, Reserve } from './reserve.ts';

/** Below this Redis and Synapse are about to fail: a compaction alone may want as much. */
export const LOW_DISK_BYTES = 200_000_000;
const EVERY_MS = 1_000;

/** Said by Node, by SQLite or by tar. */
export function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return (
    ('code' in error && error.code === 'ENOSPC') ||
    /no space left on device|database or disk is full/i.test(error.message) ||
    isFullDisk(error.cause)
  );
}

/** Of a small disk, such as a /tmp in memory, a tenth is enough. */
export const lowBytes = (totalBytes: number): number => Math.min(LOW_DISK_BYTES, totalBytes / 10);

/**
 * Where full means that nothing can be written at all, as Redis and Synapse will find. `kept`: what is set aside there,
 * of what was `wanted`.
 */
export function diskState(
  { free, total }: { readonly free: number; readonly total: number },
  reserve: { readonly kept: number; readonly wanted: number },
  before: DiskState,
): DiskState {
  if (free < 1_000_000) return 'full';
  // Once it was low it is roomy again with something to spare, or it would be both by turns.
  const low = (lowBytes(total) + reserve.wanted) * (before === 'roomy' ? 1 : 1.5);
  return free + reserve.kept < low ? 'low' : 'roomy';
}

/** Of one folder's disk, since when, and which of its changes this is. */
export interface DiskNews {
  readonly folder: string;
  readonly state: DiskState;
  readonly free: number;
  readonly since: number;
}

export interface DiskWatch extends Disposable {
  /** As they are now. */
  states(): readonly DiskNews[];
}

/**
 * Tells every change, and the state at the beginning when it is not a good one. `reserve` lies on the first folder's
 * disk: it goes when room runs out there, so that Redis and the homeserver have it while the owner makes room, and comes
 * back when there is plenty again.
 */
export function watchDisk(
  folders: readonly string[],
  changed: (folder: string, state: DiskState, freeBytes: number) => void,
  reserve?: Reserve,
): DiskWatch {
  const states = new Map<string, DiskNews>();
  const look = async () => {
    for (const [index, folder] of folders.entries()) {
      const found = await statfs(folder).catch(() => undefined);
      if (found === undefined) continue; // not there yet
      const [free, total] = [found.bavail * found.bsize, found.blocks * found.bsize];
      const own = index === 0 ? reserve : undefined;
      const before = states.get(folder)?.state ?? 'roomy';
      const state = diskState({ free, total }, { kept: own?.bytes() ?? 0, wanted: own?.wanted ?? 0 }, before);
      await own?.follow(state, free);
      if (before !== state || !states.has(folder)) states.set(folder, { folder, state, free, since: Date.now() });
      if (before !== state) changed(folder, state, free);
    }
  };
  let looking = false;
  const quietly = () => {
    if (looking) return;
    looking = true;
    void look()
      .catch(() => undefined)
      .finally(() => (looking = false));
  };
  quietly();
  const timer = setInterval(quietly, EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer), states: () => [...states.values()] };
}
