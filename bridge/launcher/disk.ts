import { statfs } from 'node:fs/promises';

/** Below this Redis and Synapse are about to fail: a compaction alone may want as much. */
export const LOW_DISK_BYTES = 200_000_000;
const EVERY_MS = 5_000;

export const readableBytes = (bytes: number): string => (bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : bytes >= 1e6 ? `${Math.round(bytes / 1e6)} MB` : `${Math.ceil(bytes / 1e3)} KB`);

/** Said by Node, by SQLite or by tar. */
export function isFullDisk(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return ('code' in error && error.code === 'ENOSPC') || /no space left on device|database or disk is full/i.test(error.message) || isFullDisk(error.cause);
}

export type DiskState = 'roomy' | 'low' | 'full';

/** Where full means that nothing can be written at all, as Redis and Synapse will find. */
export function diskState(freeBytes: number): DiskState {
  if (freeBytes < 1_000_000) return 'full';
  return freeBytes < LOW_DISK_BYTES ? 'low' : 'roomy';
}

/** Tells every change, and the state at the beginning when it is not a good one. */
export function watchDisk(folders: readonly string[], changed: (folder: string, state: DiskState, freeBytes: number) => void): Disposable {
  const states = new Map<string, DiskState>();
  const look = async () => {
    for (const folder of folders) {
      const { bavail, bsize } = await statfs(folder);
      const state = diskState(bavail * bsize);
      if ((states.get(folder) ?? 'roomy') !== state) changed(folder, state, bavail * bsize);
      states.set(folder, state);
    }
  };
  const quietly = () => void look().catch(() => undefined);
  quietly();
  const timer = setInterval(quietly, EVERY_MS);
  return { [Symbol.dispose]: () => clearInterval(timer) };
}
