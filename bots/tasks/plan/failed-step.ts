import type { Command } from '../../../bridge/protocol/command.ts';
import { type StepId, stepId } from '../../../bridge/protocol/plan.ts';
import { type Evidence, evidenceNow } from './evidence.ts';
import type { Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'refused', 'unknown', 'stopped']);

/** The command that a diagnosis is about: the one the ask names, else the first that failed. */
export function failedStep(
  state: Pick<TaskState, 'plan' | 'commands' | 'works'>,
  { step }: Pick<Ask, 'step'>,
): Evidence | undefined {
  const commands = evidenceNow(state).filter((evidence) => evidence.step.kind === 'command');
  return step === undefined
    ? commands.find((evidence) => FAILED.has(evidence.state))
    : commands.find((evidence) => stepId(evidence.step) === step);
}

/** What another agent would put in the place of the failed command: the last word on it, to be agreed with or not. */
export const proposedPatch = ({ diagnoses }: Pick<TaskState, 'diagnoses'>, step: StepId | undefined): Command | null =>
  diagnoses.findLast((one) => one.step === step && one.command !== null)?.command ?? null;
