import {
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fstatSync,
  linkSync,
  lstatSync,
  mkdirSync,
  symlinkSync,
  utimesSync,
} from 'node:fs';
import { ChangeFault } from './change-fault.ts';
import { type FolderMarks, type Mark, realMark, viewMark } from './folder-marks.ts';
import { at, nameBytes, codeOf, openFile, openFolder } from './place.ts';
import { type Found, walk } from './walk.ts';

export interface ViewLimits {
  readonly bytes: number;
  readonly entries: number;
}

/**
 * Copies a folder as far as it can be read, sharing the bytes where the file system can. Names of one file stay names of
 * one file; pipes, sockets and devices are left out. Throws where it is too large, or changes under the hand.
 */
export function makeView(real: string, view: string, limits: ViewLimits): FolderMarks {
  const from = openFolder(real);
  mkdirSync(view, { mode: 0o700 });
  const to = openFolder(view);
  try {
    const marks: Mark[] = [];
    const inodes = new Map<string, string>();
    const folders: Found[] = [];
    let left = limits.bytes;
    for (const found of walk(from, limits.entries)) {
      const { path, kind } = found;
      if (kind === 'file') left -= Number(found.stat.size);
      if (left < 0) throw new ChangeFault('too-big', `more than ${limits.bytes} bytes`);
      const inView = copied(from, to, found, inodes);
      if (kind === 'folder') folders.push(found);
      marks.push({ path, kind, real: realMark(found), ...(inView ? { view: '' } : {}) });
    }
    // Only now: a folder that nobody may write in could not have been filled. The deepest first.
    for (const { path, stat } of folders.toReversed())
      at(to, path, (place) => chmodSync(place, Number(stat.mode & 0o777n)));
    const views = new Map([...walk(to, limits.entries)].map((found) => [found.path, viewMark(found)]));
    return {
      marks: marks.map((mark) => {
        const seen = mark.view === undefined ? undefined : views.get(mark.path);
        return { path: mark.path, kind: mark.kind, real: mark.real, ...(seen === undefined ? {} : { view: seen }) };
      }),
    };
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** Whether it is in the view now. */
function copied(from: number, to: number, found: Found, inodes: Map<string, string>): boolean {
  const { path, kind, stat } = found;
  return at(to, path, (place) => {
    switch (kind) {
      case 'folder':
        mkdirSync(place, { mode: 0o700 });
        return true;
      case 'link':
        symlinkSync(nameBytes(found.to ?? ''), place);
        return true;
      case 'other':
        return false;
      case 'file': {
        const inode = `${stat.dev}:${stat.ino}`;
        const twin = stat.nlink > 1n ? inodes.get(inode) : undefined;
        if (twin !== undefined) {
          at(to, twin, (other) => linkSync(other, place));
          return true;
        }
        if (!copyFile(from, found, place)) return false;
        if (stat.nlink > 1n) inodes.set(inode, path);
        return true;
      }
    }
  });
}

/** False where it may not be read; a command could not read it either. */
function copyFile(from: number, { path, stat }: Found, place: Buffer): boolean {
  let file: number;
  try {
    file = at(from, path, openFile);
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error))) return false;
    if (codeOf(error) === 'ENOENT') throw unsteady(path);
    throw error;
  }
  try {
    copyFileSync(`/proc/self/fd/${file}`, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    const now = fstatSync(file, { bigint: true });
    const copy = lstatSync(place, { bigint: true });
    if (now.ino !== stat.ino || now.mtimeNs !== stat.mtimeNs || now.size !== stat.size || copy.size !== stat.size)
      throw unsteady(path);
  } finally {
    closeSync(file);
  }
  chmodSync(place, Number(stat.mode & 0o777n));
  utimesSync(place, Number(stat.atimeMs) / 1_000, Number(stat.mtimeMs) / 1_000);
  return true;
}

const unsteady = (path: string): ChangeFault =>
  new ChangeFault('changed', `it is being written to: ${Buffer.from(path, 'latin1').toString('utf8')}`);
