import { type BigIntStats, closeSync, lstatSync, readdirSync, readlinkSync } from 'node:fs';
import { ChangeFault } from './change-fault.ts';
import { codeOf, inFolder, MOST_DEPTH, openFolder } from './place.ts';

export interface Found {
  /** From the folder that was walked. */
  readonly path: string;
  readonly kind: 'file' | 'folder' | 'link' | 'other';
  readonly stat: BigIntStats;
  /** Of a link. */
  readonly to?: string;
  /** A folder that cannot be looked into. */
  readonly closed?: true;
}

/** What the house puts into a folder while it changes it; never seen by a walk. */
export const STAGE = '.chavion-changes';

/** Everything below an open folder, folders before what is in them, in the order of their names. */
export function* walk(root: number, most: number): Generator<Found> {
  let left = most;
  function* below(folder: number, before: string, depth: number): Generator<Found> {
    if (depth > MOST_DEPTH) throw new ChangeFault('too-deep', `more than ${MOST_DEPTH} folders in one another`);
    for (const name of readdirSync(`/proc/self/fd/${folder}`, { encoding: 'latin1' }).toSorted()) {
      if (before === '' && name === STAGE) continue;
      if (--left < 0) throw new ChangeFault('too-many', `more than ${most} files and folders`);
      const found = look(folder, name, `${before}${name}`);
      if (found === null) continue;
      if (found.kind !== 'folder') {
        yield found;
        continue;
      }
      const inner = opened(folder, name);
      yield inner === null ? { ...found, closed: true } : found;
      if (inner === null) continue;
      try {
        yield* below(inner, `${found.path}/`, depth + 1);
      } finally {
        closeSync(inner);
      }
    }
  }
  yield* below(root, '', 1);
}

/** Null where it has gone since its name was read. */
function look(folder: number, name: string, path: string): Found | null {
  const place = inFolder(folder, name);
  const stat = lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return null;
  if (stat.isSymbolicLink()) return { path, kind: 'link', stat, to: readlinkSync(place, { encoding: 'latin1' }) };
  return { path, kind: stat.isDirectory() ? 'folder' : stat.isFile() ? 'file' : 'other', stat };
}

function opened(folder: number, name: string): number | null {
  try {
    return openFolder(inFolder(folder, name));
  } catch (error) {
    if (['EACCES', 'EPERM', 'ENOENT', 'ENOTDIR', 'ELOOP'].includes(codeOf(error))) return null;
    throw error;
  }
}
