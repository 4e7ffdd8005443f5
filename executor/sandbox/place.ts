import { folderUsage } from './folder-usage.ts';
import type { OpenFolder } from './folders.ts';
import { namelessBytes } from './process-tree.ts';
import { allowance, over, type Fullness } from './room.ts';
import type { KilledWhy, Limits } from './sandbox.ts';

/** Where a job works: what stands at /work, how it is watched, and what becomes of what was made there. */
export interface JobPlace {
  readonly folder: Pick<OpenFolder, 'path' | 'identity'>;
  readonly writable: boolean;
  /** By the kernel, whatever is written; else by looks alone. */
  readonly held: boolean;
  /** What files of the job may take of the machine's memory, and take now: no memory of its processes. */
  readonly memoryBytes: number;
  heldBytes(): number;
  /** Cheap enough for five times a second. */
  look(first: number): Promise<KilledWhy | undefined>;
  /** Once, when nothing of the job lives any more: what was made is kept, or says why it was not. */
  leave(why: KilledWhy | undefined): Promise<'disk' | 'inodes' | undefined>;
}

export const readingPlace = (folder: OpenFolder): JobPlace => ({
  folder,
  writable: false,
  held: true,
  memoryBytes: 0,
  heldBytes: () => 0,
  look: () => Promise.resolve(undefined),
  leave: () => Promise.resolve(undefined),
});

/** A walk of the workspace may take a tenth of the time. */
const WALK_SHARE = 10;

/** Runs `walk` as often as its price allows. */
export function seldom<T>(walk: (first: number) => Promise<T>): (first: number) => Promise<T | undefined> {
  let next = 0;
  return async (first) => {
    const began = performance.now();
    if (began < next) return undefined;
    const found = await walk(first);
    next = performance.now() + (performance.now() - began) * WALK_SHARE;
    return found;
  };
}

/** Where there can be no stores: the workspace itself, looked at again and again. What was too much stays there. */
export async function watchedPlace(folder: OpenFolder, limits: Limits, fullness: Fullness): Promise<JobPlace> {
  const before = await fullness.of(folder, limits);
  const allowed = allowance(limits, before);
  const walk = seldom(async (first) => {
    const nameless = namelessBytes(first, folder.device);
    const used = await folderUsage(folder.fd, allowed);
    return over({ bytes: used.bytes + nameless, inodes: used.inodes }, allowed);
  });
  return {
    folder,
    writable: true,
    held: false,
    memoryBytes: 0,
    heldBytes: () => 0,
    look: walk,
    // The last look, when nobody writes any more: a short job may have filled the disk between two others.
    leave: async () => over(await fullness.again(folder, limits), allowed),
  };
}
