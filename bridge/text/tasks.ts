import { phrase } from './say.ts';
import { PHASE_MARK, phaseWord, type TaskPhase } from './task-words.ts';

/** The task at a glance: its card, lists, and what is said to commands about it. */

export const taskEnded = phrase<[no: number, phase: TaskPhase, why: string]>(
  (no, phase, why) => `${PHASE_MARK[phase]} **임무 #${no}: ${phaseWord[phase].ko()}**. ${why}`,
  (no, phase, why) => `${PHASE_MARK[phase]} **Task #${no}: ${phaseWord[phase].en()}**. ${why}`,
);
export const taskNotice = phrase<[no: number, phase: TaskPhase]>(
  (no, phase) => `${PHASE_MARK[phase]} 임무 #${no}: ${phaseWord[phase].ko()}`,
  (no, phase) => `${PHASE_MARK[phase]} Task #${no}: ${phaseWord[phase].en()}`,
);
