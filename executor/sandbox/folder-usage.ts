import { lstat, opendir } from 'node:fs/promises';

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
 */
export async function folderUsage(fd: number, limits: FolderUsage): Promise<FolderUsage> {
  let bytes = 0;
  let inodes = 0;
  const folders = [{ path: `/proc/self/fd/${fd}/.`, depth: 0 }];
  const count = async (paths: string[]) => {
    const sizes = await Promise.all(paths.map((path) => lstat(path).then((file) => file.blocks * 512, () => 0)));
    for (const size of sizes) bytes += size;
  };
  for (let folder = folders.pop(); folder !== undefined; folder = folders.pop()) {
    if (folder.depth > DEEPEST) return { bytes, inodes: Number.POSITIVE_INFINITY };
    let batch: string[] = [];
    try {
      for await (const entry of await opendir(folder.path, { bufferSize: 512 })) {
        const path = `${folder.path}/${entry.name}`;
        if (entry.isDirectory()) folders.push({ path, depth: folder.depth + 1 });
        batch.push(path);
        inodes += 1;
        if (batch.length === BATCH) {
          await count(batch);
          batch = [];
        }
        if (bytes > limits.bytes || inodes > limits.inodes) return { bytes, inodes };
      }
    } catch (error) {
      if (!isGone(error)) return { bytes, inodes: Number.POSITIVE_INFINITY };
    }
    await count(batch);
  }
  return { bytes, inodes };
}

/** Ended or closed to us: its owner is the job, which can take away only what it can give back. */
function isGone(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP';
}
