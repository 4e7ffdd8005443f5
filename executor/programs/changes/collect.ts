import { chmodSync, closeSync, constants, copyFileSync, fstatSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ChangeFault } from './change-fault.ts';
import { type FolderMarks, byPath, changedSince, type Mark, viewMark } from './folder-marks.ts';
import { type ChangeSet, isSameState, MOST_STEPS, named, type PlaceState, type PlaceChange } from './change-set.ts';
import { at, codeOf, fileState, openFile, openFolder } from './place.ts';
import { type Found, walk } from './walk.ts';

const NONE: PlaceState = { kind: 'none' };

/**
 * What a command made of the view: each place that is another now, with its bytes of before and after kept in `keep`
 * (`old/…`, `new/…`), so that the view can go. Throws `changed` where the real folder is no longer what the view was
 * made of, and `special` where it was left something that cannot be put there.
 */
export function collect(
  real: string,
  view: string,
  keep: string,
  base: FolderMarks,
  limits: { readonly entries: number; readonly bytes: number },
): ChangeSet {
  const [from, to] = [openFolder(real), openFolder(view)];
  try {
    const changed = changedSince(base, walk(from, limits.entries));
    if (changed !== undefined) throw new ChangeFault('changed', named(changed));
    for (const folder of ['old', 'new']) mkdirSync(join(keep, folder), { mode: 0o700 });
    const kept = { count: 0, left: limits.bytes };
    const keeping = (root: number, path: string, where: 'old' | 'new') => keptState(root, path, keep, where, kept);
    const now = new Map([...walk(to, limits.entries)].map((found) => [found.path, found]));
    const steps: PlaceChange[] = [];
    const marks = byPath(base);
    for (const path of [...new Set([...marks.keys(), ...now.keys()])].toSorted()) {
      const [mark, found] = [marks.get(path), now.get(path)];
      if (isUntouched(mark, found)) continue;
      // Nobody saw what is there, and so nobody can have meant to put something in its place.
      if (mark !== undefined && mark.view === undefined && found !== undefined)
        throw new ChangeFault('special', named(path));
      // What is in a folder that was closed is not gone.
      if (found?.kind === 'other' || found?.closed === true) throw new ChangeFault('special', named(path));
      const step = {
        path,
        before: mark === undefined ? NONE : stateOf(mark, () => keeping(from, path, 'old')),
        after: found === undefined ? NONE : stateOf(found, () => keeping(to, path, 'new')),
      };
      if (isSameState(step.before, step.after)) continue;
      if (steps.push(step) > MOST_STEPS) throw new ChangeFault('too-many', `more than ${MOST_STEPS} changes`);
    }
    return { v: 1, steps };
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

/** What was never in the view has not been taken out of it. */
function isUntouched(mark: Mark | undefined, found: Found | undefined): boolean {
  if (mark === undefined) return false;
  if (mark.view === undefined) return found === undefined;
  return found !== undefined && viewMark(found) === mark.view;
}

function stateOf(place: Mark | Found, file: () => PlaceState): PlaceState {
  if (place.kind === 'file') return file();
  if (place.kind === 'link') return { kind: 'link', to: 'to' in place ? (place.to ?? '') : linkOf(place) };
  return { kind: 'folder', mode: 'stat' in place ? Number(place.stat.mode & 0o777n) : modeOf(place) };
}

const linkOf = (mark: Mark | Found): string => ('real' in mark ? mark.real.slice('link '.length) : '');
const modeOf = (mark: Mark | Found): number => ('real' in mark ? Number(mark.real.split(' ')[1] ?? '0') & 0o777 : 0);

const tooBig = (): ChangeFault => new ChangeFault('too-big', 'what changed is too large to be kept');

function keptState(
  root: number,
  path: string,
  keep: string,
  where: 'old' | 'new',
  kept: { count: number; left: number },
): PlaceState {
  const name = `${where}/${kept.count++}`;
  try {
    const file = at(root, path, openFile);
    try {
      // Before a byte is copied: a file with holes is as long as somebody said, and its copy may have none.
      if (fstatSync(file).size > kept.left) throw tooBig();
      const place = join(keep, name);
      copyFileSync(`/proc/self/fd/${file}`, place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
      chmodSync(place, 0o600);
      const { size, sha256 } = fileState(Buffer.from(place));
      if ((kept.left -= size) < 0) throw tooBig();
      return { ...at(root, path, fileState), size, sha256, kept: name };
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error))) throw new ChangeFault('special', named(path));
    throw error;
  }
}
