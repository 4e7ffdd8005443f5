import { stepId } from '../../bridge/protocol/plan.ts';
import { type Evidence, evidenceNow } from './evidence.ts';
import type { Ask, TaskState } from './state.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'refused', 'unknown', 'stopped']);

/** The command that a diagnosis is about: the one the ask names, else the first that failed. */
export function failedStep(state: Pick<TaskState, 'plan' | 'commands' | 'works'>, { step }: Pick<Ask, 'step'>): Evidence | undefined {
  const commands = evidenceNow(state).filter((evidence) => evidence.step.kind === 'command');
  return step === undefined ? commands.find((evidence) => FAILED.has(evidence.state)) : commands.find((evidence) => stepId(evidence.step) === step);
}
