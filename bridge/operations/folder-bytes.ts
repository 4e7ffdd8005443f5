import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** What the files of a folder take on the disk; what goes away while it is counted does not count. */
export async function folderBytes(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? folderBytes(path) : fileBytes(path);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of a file or of a folder. */
export const bytesOf = async (path: string): Promise<number> => (await folderBytes(path)) || fileBytes(path);

async function fileBytes(path: string): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  return (found?.blocks ?? 0) * 512;
}
