import { type Command, hostsOf, lentTo, writesWorkspace } from '../../bridge/protocol/command.ts';
import type { StepId } from '../../bridge/protocol/plan.ts';
import type { TaskState } from './state.ts';

/** A patch puts right what was agreed on; what asks for more is a new plan's affair. Null where it does not, else what it asks for. */
export function beyond(command: Command, failed: Command): string | null {
  const host = hostsOf(command).find((one) => !hostsOf(failed).includes(one));
  if (host !== undefined) return `${host} is no host of the command that failed`;
  const granted = new Map(lentTo(failed).map(({ name, access }) => [name, access] as const));
  const lent = lentTo(command).find(({ name, access }) => !granted.has(name) || (access === 'rw' && granted.get(name) === 'ro'));
  if (lent !== undefined) return `the command that failed had not ${lent.name} with ${lent.access}`;
  return writesWorkspace(command) && !writesWorkspace(failed) ? 'the command that failed wrote nothing into the workspace' : null;
}

/** What another agent would put in the place of the failed command: the last word on it, to be agreed with or not. */
export const proposedPatch = ({ diagnoses }: Pick<TaskState, 'diagnoses'>, step: StepId | undefined): Command | null =>
  diagnoses.findLast((one) => one.step === step && one.command !== null)?.command ?? null;
