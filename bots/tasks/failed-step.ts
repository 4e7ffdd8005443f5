import type { Command } from '../../bridge/protocol/command.ts';
import { stepId } from '../../bridge/protocol/plan.ts';
import { type Evidence, evidenceNow } from './evidence.ts';
import type { Ask, TaskState } from './state.ts';

const FAILED: ReadonlySet<string> = new Set(['failed', 'refused', 'unknown', 'stopped']);

/** The command that a diagnosis is about: the one the ask names, else the first that failed. */
export function failedStep(state: Pick<TaskState, 'plan' | 'commands' | 'works'>, { step }: Pick<Ask, 'step'>): Evidence | undefined {
  const commands = evidenceNow(state).filter((evidence) => evidence.step.kind === 'command');
  return step === undefined ? commands.find((evidence) => FAILED.has(evidence.state)) : commands.find((evidence) => stepId(evidence.step) === step);
}

/** What another agent would have in place of the failed command; undefined where nobody has said. */
export function patchedCommand(state: Pick<TaskState, 'plan' | 'commands' | 'works' | 'patch'>, ask: Pick<Ask, 'step'>): Command | undefined {
  const failed = failedStep(state, ask);
  if (failed === undefined || state.patch?.step !== stepId(failed.step)) return undefined;
  const patched = state.patch.plan.steps.find((step) => stepId(step) === stepId(failed.step));
  return patched?.kind === 'command' ? patched.command : undefined;
}
