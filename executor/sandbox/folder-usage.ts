import { lstatSync, opendirSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';

export interface FolderUsage {
  readonly bytes: number;
  readonly inodes: number;
}

/** Deeper than any build tool goes; below it nothing is counted, so it counts as too much. */
const DEEPEST = 100;
const BATCH = 128;

/**
 * What lies below an open folder. Only names and sizes are looked at; a link is an entry like any other. Stops as soon
 * as a limit is passed, so that a hostile folder costs no more than a full one. A folder swapped for a link meanwhile
 * can only make it count something else.
 * Most are small, and a look at each is shorter than the way to another thread and back; every few milliseconds it lets others in.
 */
export async function folderUsage(fd: number, limits: FolderUsage): Promise<FolderUsage> {
  let bytes = 0;
  let inodes = 0;
  let began = performance.now();
  const folders = [{ path: `/proc/self/fd/${fd}/.`, depth: 0 }];
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.depth > DEEPEST) return { bytes, inodes: Number.POSITIVE_INFINITY };
    try {
      using open = opendirSync(folder.path, { bufferSize: BATCH });
      for (let entry = open.readSync(); entry !== null; entry = open.readSync()) {
        const path = `${folder.path}/${entry.name}`;
        if (entry.isDirectory()) folders.push({ path, depth: folder.depth + 1 });
        bytes += sizeOf(path);
        inodes += 1;
        if (bytes > limits.bytes || inodes > limits.inodes) return { bytes, inodes };
        began = await letOthersIn(began);
      }
    } catch (error) {
      if (!isGone(error)) return { bytes, inodes: Number.POSITIVE_INFINITY };
    }
    began = await letOthersIn(began);
  }
  return { bytes, inodes };
}

const AT_A_STRETCH_MS = 5;

async function letOthersIn(began: number): Promise<number> {
  if (performance.now() - began < AT_A_STRETCH_MS) return began;
  await setImmediate();
  return performance.now();
}

function sizeOf(path: string): number {
  try {
    return (lstatSync(path, { throwIfNoEntry: false })?.blocks ?? 0) * 512;
  } catch {
    return 0;
  }
}

/** Ended or closed to us: its owner is the job, which can take away only what it can give back. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}
