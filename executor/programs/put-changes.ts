import { closeSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { FolderMarks, changedSince } from './changes/folder-marks.ts';
import { ChangeFault } from './changes/change-fault.ts';
import { ChangeSet, changesHash, named, reversed } from './changes/change-set.ts';
import { notAsBefore, NotPut, put } from './changes/put.ts';
import { openFolder } from './changes/place.ts';
import { isOnItsWay, readStanding, writeStanding } from './changes/standing.ts';
import { walk } from './changes/walk.ts';
import { EXIT, ProgramFault, programMain } from './program.ts';
import { changing } from './changing.ts';

/**
 * `put-changes <real> <trial> <hash> <entries> there|back|again`: puts what `<trial>/changes.json` says there, or takes
 * it back; `again` is there once more after a taking back that could not be finished, whatever else has changed in the
 * folder since the trial. `<trial>/standing` says how the folder stands: whoever finds it between two states goes on the
 * same way without asking how the folder looks.
 */
await programMain(
  changing(async ([real = '', trial = '', hash = '', entries = '0', way = '']) => {
    const changes = ChangeSet.parse(JSON.parse(readFileSync(join(trial, 'changes.json'), 'utf8')));
    if (changesHash(changes) !== hash) throw new ChangeFault('kept', 'these are not the changes that were shown');
    const standing = readStanding(trial);
    const to = way === 'back' ? 'back' : 'there';
    // Done before, and cut off before that was heard; and what was never there can be neither taken back nor put again.
    if (standing === to || (standing === 'tried' && way !== 'there')) return '';
    const wanted = to === 'back' ? reversed(changes) : changes;
    if (!isOnItsWay(standing)) {
      const other =
        (standing === 'tried' ? undefined : notAsBefore(real, wanted)) ??
        (way === 'there' ? notAsBase(real, trial, Number(entries), standing === 'tried' ? null : changes) : undefined);
      if (other !== undefined) throw new ChangeFault('changed', named(other));
      writeStanding(trial, `putting ${to}`);
    } else if (standing !== `putting ${to}`) throw new ProgramFault('other-way', `it is ${standing}`, EXIT.usage);
    try {
      await put(real, trial, wanted);
    } catch (error) {
      if (!(error instanceof NotPut)) throw error;
      writeStanding(trial, isOnItsWay(standing) ? (to === 'back' ? 'there' : 'tried') : standing);
      throw error.cause;
    }
    writeStanding(trial, to);
    return '';
  }),
);

/** `returned`: places that were put there and taken back, and so are other files with the same in them. */
function notAsBase(real: string, trial: string, entries: number, returned: ChangeSet | null): string | undefined {
  const { marks } = FolderMarks.parse(JSON.parse(readFileSync(join(trial, 'base.json'), 'utf8')));
  const own = new Set(returned?.steps.map(({ path }) => path));
  const root = openFolder(real);
  try {
    const now = [...walk(root, entries)].filter(({ path }) => !own.has(path));
    return changedSince({ marks: marks.filter(({ path }) => !own.has(path)) }, now);
  } finally {
    closeSync(root);
  }
}
