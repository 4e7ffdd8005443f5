import { RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import type { Ask, AskKind } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { HQ_ROOM } from '../house/paper-memory.ts';
import { askOf, carriedOut, OTHER_PLAN, PLAN, task, withProposals } from '../unit/task-models-scene.ts';

export const ANSWER_KINDS: readonly AskKind[] = [
  'triage',
  'propose',
  'critique',
  'vote',
  'work',
  'verify',
  'diagnose',
  'report',
];

/** A master's task as it stands when Claude is asked in each phase. */
export function taskStates(
  mission: string,
  by: UserId,
): Readonly<Record<AskKind, { readonly state: TaskState; readonly ask: Ask }>> {
  const begun = { ...task(mission), by, room: RoomId.parse(HQ_ROOM) };
  const proposed = withProposals(begun, PLAN, OTHER_PLAN);
  const done = carriedOut(begun, PLAN, { measure: '12M', look: '3 files' });
  const failed = carriedOut(begun, PLAN, { measure: '12M', look: 'no such file' }, { look: 'failed' });
  return {
    triage: { state: begun, ask: askOf('triage', 'claude') },
    propose: { state: begun, ask: askOf('propose', 'claude') },
    critique: { state: proposed, ask: askOf('critique', 'claude') },
    vote: { state: proposed, ask: askOf('vote', 'claude') },
    work: { state: done, ask: askOf('work', 'claude', 'advice') },
    verify: { state: done, ask: askOf('verify', 'claude') },
    diagnose: { state: failed, ask: askOf('diagnose', 'claude', 'look') },
    report: { state: done, ask: askOf('report', 'claude') },
  };
}
