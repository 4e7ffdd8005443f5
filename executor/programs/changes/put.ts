import {
  accessSync,
  chmodSync,
  closeSync,
  constants,
  copyFileSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { ChangeFault } from './change-fault.ts';
import { type ChangeSet, inOrder, isSameState, named, type OrderedChange, type PlaceState } from './change-set.ts';
import { at, codeOf, nameBytes, fileState, inFolder, isAbsent, openFolder, stateAt } from './place.ts';
import { STAGE } from './walk.ts';

/** Called between two steps; a test ends the process there. */
export type Between = (done: string) => void;

/**
 * Makes a folder what a change set says it is to be. Everything that comes is laid beside it first, in a folder of ours
 * on the same disk; then each place changes by one rename. Repeated after a crash it goes on where it was cut off.
 * Where it cannot go on (a place is
 * neither as before nor as after, the disk is full) what was done is taken back, and `NotPut` says why.
 */
export async function put(
  real: string,
  keep: string,
  changes: ChangeSet,
  between: Between = () => undefined,
): Promise<void> {
  const root = openFolder(real);
  try {
    const steps = inOrder(changes);
    const stage = stagedOrNotPut(root, changes);
    try {
      try {
        await lay(root, stage, keep, steps);
        between('laid');
        for (const [number, step] of steps.entries()) {
          take(root, stage, step, number);
          between(step.path);
        }
      } catch (cause) {
        takeBack(root, stage, keep, steps);
        clear(root, stage);
        throw new NotPut(cause);
      }
      for (const folder of foldersOf(steps)) synced(root, folder);
      fsyncSync(root);
      between('put');
      clear(root, stage);
      fsyncSync(root);
    } finally {
      closeSync(stage);
    }
  } finally {
    closeSync(root);
  }
}

/** The folder is as it was before. */
export class NotPut extends Error {
  constructor(cause: unknown) {
    super('not put', { cause });
    this.name = 'NotPut';
  }
}

/** The first place that is not as it was when the change set was made. */
export function notAsBefore(real: string, { steps }: ChangeSet): string | undefined {
  const root = openFolder(real);
  try {
    return firstOther(root, steps);
  } finally {
    closeSync(root);
  }
}

const firstOther = (root: number, steps: ChangeSet['steps']): string | undefined =>
  steps.find(({ path, before }) => {
    const now = stateAt(root, path);
    return now === null || !isSameState(now, before);
  })?.path;

/** Without a stage nothing can be taken; what an earlier run has taken cannot be taken back either. */
function stagedOrNotPut(root: number, { steps }: ChangeSet): number {
  try {
    return staged(root);
  } catch (cause) {
    throw firstOther(root, steps) === undefined ? new NotPut(cause) : cause;
  }
}

/** That what comes can be laid beside a folder; looked at where it is only lent for reading, and so without laying anything. */
export function checkStage(real: string): void {
  const root = openFolder(real);
  try {
    const place = inFolder(root, STAGE);
    const stands = lstatSync(place, { throwIfNoEntry: false });
    if (stands?.isDirectory() === false) throw new ChangeFault('closed', STAGE);
    try {
      accessSync(stands === undefined ? `/proc/self/fd/${root}/` : place, constants.W_OK | constants.X_OK);
    } catch (error) {
      // Whose it is is looked at before whether it is lent for writing here.
      if (codeOf(error) !== 'EROFS') throw new ChangeFault('closed', codeOf(error));
    }
  } finally {
    closeSync(root);
  }
}

/** Ours, and a folder: what somebody else has put in its place is not ours to go through. */
function staged(root: number): number {
  const place = inFolder(root, STAGE);
  try {
    mkdirSync(place, { mode: 0o700 });
  } catch (error) {
    if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() !== true) throw error;
  }
  return openFolder(place);
}

const newName = (number: number): string => `n${number}`;
const oldName = (number: number): string => `o${number}`;

const AT_A_TIME = 64;

async function onDisk(place: Buffer): Promise<void> {
  await using file = await open(place, constants.O_RDONLY | constants.O_NOFOLLOW);
  await file.sync();
}

/** All bytes that come, on the disk where they will be, before anything changes. */
async function lay(root: number, stage: number, keep: string, steps: readonly OrderedChange[]): Promise<void> {
  const laid: Buffer[] = [];
  for (const [number, { path, after }] of steps.entries()) {
    if (after.kind !== 'file' && after.kind !== 'link') continue;
    // Cut off earlier, it may stand in its place already.
    const now = stateAt(root, path);
    if (now !== null && isSameState(now, after)) continue;
    const place = inFolder(stage, newName(number));
    rmSync(place, { force: true });
    if (after.kind === 'link') symlinkSync(nameBytes(after.to), place);
    else {
      layFile(place, keep, after);
      laid.push(place);
    }
  }
  // Many at a time: a disk writes what waits for it together.
  for (let from = 0; from < laid.length; from += AT_A_TIME)
    await Promise.all(laid.slice(from, from + AT_A_TIME).map(onDisk));
  fsyncSync(stage);
}

function layFile(place: Buffer, keep: string, after: Extract<PlaceState, { kind: 'file' }>): void {
  copyFileSync(join(keep, after.kept), place, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
  if (fileState(place).sha256 !== after.sha256) throw new ChangeFault('kept', 'what was kept is not what was shown');
  chmodSync(place, after.mode);
  utimesSync(place, after.mtime, after.mtime);
}

function take(root: number, stage: number, step: OrderedChange, number: number): void {
  const now = stateAt(root, step.path);
  if (now !== null && [step.after, step.last].some((state) => state !== undefined && isSameState(now, state))) return;
  if (now === null || !isSameState(now, step.before)) throw new ChangeFault('changed', named(step.path));
  at(root, step.path, (place) => {
    const old = inFolder(stage, oldName(number));
    const { before, after } = step;
    if (after.kind === 'none') {
      if (before.kind === 'folder') emptied(place, step.path);
      else {
        rmSync(old, { force: true });
        renameSync(place, old);
      }
      return;
    }
    if (after.kind === 'folder') {
      mkdirSync(place, { mode: after.mode });
      // The bit by which its entries belong to a group comes from the folder above.
      const { mode } = lstatSync(place);
      chmodSync(place, (mode & 0o7000) | after.mode);
      return;
    }
    if (before.kind !== 'none') keepOld(place, old);
    renameSync(inFolder(stage, newName(number)), place);
  });
}

/** Only what is empty goes: what somebody has put there meanwhile stays. */
function emptied(place: Buffer, path: string): void {
  try {
    rmdirSync(place);
  } catch {
    throw new ChangeFault('changed', named(path));
  }
}

/** The file itself, with whose it is; where that may not be, what was kept of it has to do. */
function keepOld(place: Buffer, old: Buffer): void {
  rmSync(old, { force: true });
  try {
    linkSync(place, old);
  } catch {
    // others' files cannot be given a second name
  }
}

function takeBack(root: number, stage: number, keep: string, steps: readonly OrderedChange[]): void {
  for (const [number, step] of [...steps.entries()].toReversed()) {
    const now = stateAt(root, step.path);
    // What somebody else has made of it meanwhile is his.
    if (now === null || isSameState(now, step.before) || !isSameState(now, step.after)) continue;
    at(root, step.path, (place) => {
      const { before, after } = step;
      if (after.kind === 'folder') return rmdirSync(place);
      if (before.kind === 'none') return unlinkSync(place);
      if (before.kind === 'folder') return mkdirSync(place, { mode: before.mode });
      const old = inFolder(stage, oldName(number));
      if (lstatSync(old, { throwIfNoEntry: false }) === undefined) {
        if (before.kind === 'link') symlinkSync(nameBytes(before.to), old);
        else layFile(old, keep, before);
      }
      renameSync(old, place);
    });
  }
}

/** What lies in it is flat, and named by us. */
function clear(root: number, stage: number): void {
  for (const name of readdirSync(`/proc/self/fd/${stage}`, { encoding: 'latin1' }))
    rmSync(inFolder(stage, name), { force: true });
  try {
    rmdirSync(inFolder(root, STAGE));
  } catch {
    // somebody has put something else there
  }
}

function foldersOf(steps: readonly OrderedChange[]): ReadonlySet<string> {
  return new Set(
    steps.map(({ path }) => path.slice(0, Math.max(0, path.lastIndexOf('/')))).filter((one) => one !== ''),
  );
}

function synced(root: number, path: string): void {
  try {
    at(root, path, (place) => {
      const folder = openFolder(place);
      fsyncSync(folder);
      closeSync(folder);
    });
  } catch (error) {
    if (!isAbsent(error)) throw error; // it has gone with the rest
  }
}
