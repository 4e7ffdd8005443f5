import { existsSync, fsyncSync, openSync, readFileSync, renameSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderMarks, changedSince } from './changes/folder-marks.ts';
import { ChangeFault } from './changes/change-fault.ts';
import { ChangeSet, changesHash, named, reversed } from './changes/change-set.ts';
import { notAsBefore, NotPut, put } from './changes/put.ts';
import { openFolder } from './changes/place.ts';
import { walk } from './changes/walk.ts';
import { EXIT, ProgramFault, programMain } from './program.ts';
import { changing } from './changing.ts';

/**
 * `put-changes <real> <trial> <hash> <entries> there|back|check`: puts what `<trial>/changes.json` says there, or takes
 * it back; `check` only looks whether the folder is still what the changes were made of. `<trial>/putting` stands while
 * the folder is between two states: whoever finds it goes on the same way without asking how the folder looks.
 */
await programMain(
  changing(async ([real = '', trial = '', hash = '', entries = '0', way = '']) => {
    const changes = ChangeSet.parse(JSON.parse(readFileSync(join(trial, 'changes.json'), 'utf8')));
    if (changesHash(changes) !== hash) throw new ChangeFault('kept', 'these are not the changes that were shown');
    // Done before, and cut off before that was heard.
    if (existsSync(join(trial, `put-${way}`))) return '';
    const mark = join(trial, 'putting');
    const begun = existsSync(mark) ? readFileSync(mark, 'utf8') : undefined;
    if (begun === undefined) {
      const other = way === 'back' ? notAsBefore(real, reversed(changes)) : notAsBase(real, trial, Number(entries));
      if (other !== undefined) throw new ChangeFault('changed', named(other));
      if (way === 'check') return '';
      begin(trial, mark, way);
    } else if (begun !== way) throw new ProgramFault('other-way', `it is on its way ${begun}`, EXIT.usage);
    try {
      await put(real, trial, way === 'back' ? reversed(changes) : changes);
    } catch (error) {
      if (!(error instanceof NotPut)) throw error;
      unlinkSync(mark);
      throw error.cause;
    }
    renameSync(mark, join(trial, `put-${way}`));
    synced(trial);
    return '';
  }),
);

function notAsBase(real: string, trial: string, entries: number): string | undefined {
  const base = FolderMarks.parse(JSON.parse(readFileSync(join(trial, 'base.json'), 'utf8')));
  return changedSince(base, walk(openFolder(real), entries));
}

/** On the disk before anything in the folder changes. */
function begin(trial: string, mark: string, way: string): void {
  writeFileSync(`${mark}.new`, way, { mode: 0o600, flush: true });
  renameSync(`${mark}.new`, mark);
  synced(trial);
}

function synced(folder: string): void {
  fsyncSync(openSync(folder, 'r'));
}
