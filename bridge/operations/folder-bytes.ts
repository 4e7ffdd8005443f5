import { lstat, readdir } from 'node:fs/promises';

/** What the files of a folder take on the disk, each once; what goes away while it is counted does not count. */
export const folderBytes = (folder: string): Promise<number> => bytesBelow(Buffer.from(folder), new Set());

/** Names are bytes, and one file may have many. */
async function bytesBelow(folder: Buffer, seen: Set<string>): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true, encoding: 'buffer' }).catch(() => []);
  const sizes = await Promise.all(
    entries.map(async (entry) => {
      const path = Buffer.concat([folder, Buffer.from('/'), entry.name]);
      return entry.isDirectory() ? bytesBelow(path, seen) : fileBytes(path, seen);
    }),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}

/** Of a file or of a folder. */
export const bytesOf = async (path: string): Promise<number> =>
  (await folderBytes(path)) || fileBytes(Buffer.from(path), new Set());

async function fileBytes(path: Buffer, seen: Set<string>): Promise<number> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return 0;
  if (found.nlink > 1) {
    const identity = `${found.dev}:${found.ino}`;
    if (seen.has(identity)) return 0;
    seen.add(identity);
  }
  return found.blocks * 512;
}
