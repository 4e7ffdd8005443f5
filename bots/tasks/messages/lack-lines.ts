import { lacksLine, notDoneLine } from '../../../bridge/text/tasks/task-needs.ts';
import { notDone } from '../plan/promised-files.ts';
import { plainWords } from '../../../bridge/matrix/markdown-words.ts';
import type { TaskState } from '../state/task-state.ts';

/** Before it begins and while it goes on: the parts of the mission for which there is no means here. */
export function lackLines({ lang, lacks, triage }: Pick<TaskState, 'lang' | 'lacks' | 'triage'>): readonly string[] {
  const said = (triage?.cannot ?? []).slice(0, 3).map((words) => plainWords(words, 80));
  return lacks.length + said.length === 0 ? [] : [lacksLine[lang](lacks, said)];
}

/** At its end: which of them were not done. */
export function shortLines(
  state: Pick<
    TaskState,
    | 'lang'
    | 'lacks'
    | 'mission'
    | 'revision'
    | 'origin'
    | 'plan'
    | 'commands'
    | 'earlier'
    | 'firstRound'
    | 'phase'
    | 'verdict'
  >,
): readonly string[] {
  if (state.phase === 'cancelled' || state.phase === 'failed') return [];
  const needs = notDone(state);
  const said = (state.verdict?.missing ?? []).slice(0, 3).map((words) => plainWords(words, 80));
  return needs.length + said.length === 0 ? [] : [notDoneLine[state.lang](needs, said)];
}
