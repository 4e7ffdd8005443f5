import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, lstatSync, openSync, readlinkSync, readSync } from 'node:fs';
import { ChangeFault } from './change-fault.ts';
import type { PlaceState } from './change-set.ts';

/**
 * Places below a folder that others may write at the same time: every folder on the way is opened without following
 * links, and what is done is done in the folder that was opened, whatever its name leads to by then.
 */
const FOLDER = constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW;

/** Deeper ones are nobody's, and would take all descriptors. */
export const MOST_DEPTH = 100;

export const nameBytes = (path: string): Buffer => Buffer.from(path, 'latin1');

/** The name of an entry in an open folder. */
export const inFolder = (folder: number, name: string): Buffer => nameBytes(`/proc/self/fd/${folder}/${name}`);

export const openFolder = (path: Buffer | string): number => openSync(path, FOLDER);

/** Runs `use` with the place's name in its open folder; `gone` where a folder on the way is missing or no folder. */
export function at<T>(root: number, path: string, use: (place: Buffer, folder: number) => T, gone?: () => T): T {
  const names = path.split('/');
  const last = names.pop() ?? '';
  if (last === '' || [...names, last].some((name) => name === '' || name === '.' || name === '..'))
    throw new ChangeFault('special', 'not a name below a folder');
  let folder = root;
  try {
    for (const name of names) {
      const next = openFolder(inFolder(folder, name));
      if (folder !== root) closeSync(folder);
      folder = next;
    }
    return use(inFolder(folder, last), folder);
  } catch (error) {
    if (gone !== undefined && isAbsent(error)) return gone();
    throw error;
  } finally {
    if (folder !== root) closeSync(folder);
  }
}

export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

/** It is not there, or something on the way is no folder. */
export const isAbsent = (error: unknown): boolean => ['ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error));

/** The state of a place without where its bytes are kept; null for what is neither file, folder nor link. */
export function stateAt(root: number, path: string): PlaceState | null {
  return at<PlaceState | null>(
    root,
    path,
    (place) => {
      const stat = lstatSync(place);
      if (stat.isSymbolicLink()) return { kind: 'link', to: readlinkSync(place, { encoding: 'latin1' }) };
      if (stat.isDirectory()) return { kind: 'folder', mode: stat.mode & 0o777 };
      return stat.isFile() ? { ...fileState(place), kept: 'old/0' } : null;
    },
    () => ({ kind: 'none' }),
  );
}

type FileState = Omit<Extract<PlaceState, { kind: 'file' }>, 'kept'>;

export function fileState(place: Buffer): FileState {
  const file = openFile(place);
  try {
    const { size, mode, mtimeMs } = fstatSync(file);
    return { kind: 'file', size, sha256: hashOf(file), mode: mode & 0o777, mtime: mtimeMs / 1_000 };
  } finally {
    closeSync(file);
  }
}

/** Without waiting for the other end of what turns out to be a pipe. */
export function openFile(place: Buffer): number {
  const file = openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  if (fstatSync(file).isFile()) return file;
  closeSync(file);
  throw new ChangeFault('special', 'not a plain file');
}

export function hashOf(file: number): string {
  const hash = createHash('sha256');
  const chunk = Buffer.allocUnsafe(1 << 18);
  for (let from = 0; ;) {
    const read = readSync(file, chunk, 0, chunk.length, from);
    if (read === 0) return hash.digest('hex');
    hash.update(chunk.subarray(0, read));
    from += read;
  }
}
