import type { Command } from '../../../bridge/protocol/command.ts';
import type { Plan } from '../../../bridge/protocol/plan.ts';
import { flowOf } from '../../hands/command-tools.ts';
import { needsConsent, type Taint, taintOf, withTaint } from '../../hands/rule-of-two.ts';

/** What a plan was made of, beside its own commands. */
export interface PlanMaterial {
  readonly taint: Taint;
  /** In the master's words, or in what was looked up: letter for letter. */
  readonly isKnown: (url: string) => boolean;
}

/**
 * The rule of two over a whole plan, whose steps work in one folder: a step that sends something out asks where strangers'
 * words and private ones are anywhere in it, and a page whose address nobody but the model has named asks. Whatever the
 * model wrote there itself does not count. Pure.
 */
export function withConsents(plan: Plan, material: PlanMaterial): Plan {
  const taint = taintWith(commandsOf(plan), material.taint);
  return {
    ...plan,
    steps: plan.steps.map((step) =>
      step.kind === 'command' ? { ...step, command: withConsent(step.command, { ...material, taint }) } : step,
    ),
  };
}

export const commandsOf = ({ steps }: Plan): readonly Command[] =>
  steps.flatMap((step) => (step.kind === 'command' ? [step.command] : []));

export const taintWith = (commands: readonly Command[], taint: Taint): Taint =>
  commands.reduce((all, command) => withTaint(all, taintOf(flowOf(command))), taint);

/** One command, in a plan that holds this. */
export function withConsent(command: Command, { taint, isKnown }: PlanMaterial): Command {
  if (command.type !== 'read_page' && command.type !== 'send_mail' && command.type !== 'call_tool') return command;
  const { asks: _, ...bare } = command;
  if (needsConsent(taint, flowOf(command))) return { ...bare, asks: 'tainted' };
  return bare.type === 'read_page' && !isKnown(bare.url) ? { ...bare, asks: 'address' } : bare;
}
