import { hostsOfCommand, lentTo, type Risk } from '../../../bridge/protocol/command.ts';
import { commandCount, type Plan, planRisk, type Step } from '../../../bridge/protocol/plan.ts';
import { canonical } from '../../../bridge/digest/canonical.ts';

/** What a plan does that not all of its rivals do; `step`: the first that no other plan has. */
export type PlanDifference =
  | { readonly kind: 'changes' | 'reads' | 'mail' | 'hosts' | 'tools' | 'files'; readonly names: readonly string[] }
  | { readonly kind: 'risk'; readonly risk: Risk }
  | { readonly kind: 'works' | 'commands'; readonly count: number }
  | {
      readonly kind: 'step';
      readonly step: Step;
      /** No other plan has a step that is called so. */ readonly ownTitle: boolean;
    };

/** The gravest first: what cannot be taken back is what a choice is about. */
const NAMED = ['changes', 'mail', 'hosts', 'tools', 'files', 'reads'] as const;
type Named = (typeof NAMED)[number];

/**
 * For each plan what tells it from the others, in facts alone: no plan's own praise of itself. Empty only where it
 * stands alone or is equal to another one in all that it runs.
 */
export function differencesOf(plans: readonly Plan[]): readonly (readonly PlanDifference[])[] {
  if (plans.length < 2) return plans.map(() => []);
  const facts = plans.map(factsOf);
  const isShared = (kind: Named, name: string): boolean => facts.every((one) => one[kind].includes(name));
  const vary = (of: (plan: Plan) => unknown): boolean => new Set(plans.map(of)).size > 1;
  const risks = vary(planRisk);
  const counts = vary(commandCount);
  const works = vary(workCount);
  return plans.map((plan, i) => {
    const own: readonly PlanDifference[] = NAMED.flatMap((kind) => {
      const names = (facts[i]?.[kind] ?? []).filter((name) => !isShared(kind, name));
      return names.length === 0 ? [] : [{ kind, names }];
    });
    const measured: readonly PlanDifference[] = [
      ...(risks ? [{ kind: 'risk' as const, risk: planRisk(plan) }] : []),
      ...(works ? [{ kind: 'works' as const, count: workCount(plan) }] : []),
      ...(counts ? [{ kind: 'commands' as const, count: commandCount(plan) }] : []),
    ];
    const others = plans.filter((other) => other !== plan);
    const step = own.length > 0 ? undefined : plan.steps.find((one) => !others.some((other) => does(other, one)));
    return [
      ...own,
      ...(step === undefined ? [] : [{ kind: 'step' as const, step, ownTitle: !others.some(calls(step.title)) }]),
      ...measured,
    ];
  });
}

function factsOf(plan: Plan): Readonly<Record<Named, readonly string[]>> {
  const commands = plan.steps.flatMap((step) => (step.kind === 'command' ? [step.command] : []));
  const lent = (access: 'ro' | 'rw') =>
    commands.flatMap((command) => lentTo(command).flatMap((use) => (use.access === access ? [use.name] : [])));
  const only = (names: readonly string[]) => [...new Set(names)];
  return {
    changes: only(lent('rw')),
    reads: only(lent('ro')),
    mail: only(commands.flatMap((command) => (command.type === 'send_mail' ? command.to : []))),
    hosts: only(commands.flatMap(hostsOfCommand)),
    tools: only(commands.flatMap((command) => (command.type === 'call_tool' ? [command.tool] : []))),
    files: only(plan.steps.flatMap((step) => (step.kind === 'command' ? step.artifacts : []))),
  };
}

/**
 * Whether two plans come to the same: the same folders, hosts, letters and files, and step for step the same deeds. Not
 * looked at: titles, reasons, order, the words within a file, and how work for an agent is worded.
 */
export function sameInSubstance(one: Plan, other: Plan): boolean {
  const deeds = (plan: Plan) => canonical(plan.steps.map(deedOf).toSorted());
  const facts = (plan: Plan) =>
    canonical(Object.fromEntries(Object.entries(factsOf(plan)).map(([kind, names]) => [kind, names.toSorted()])));
  return planRisk(one) === planRisk(other) && facts(one) === facts(other) && deeds(one) === deeds(other);
}

function deedOf(step: Step): string {
  if (step.kind === 'work') return canonical({ work: step.work });
  const { command } = step;
  return command.type === 'write_file' || command.type === 'make_document'
    ? canonical({ type: command.type, path: command.path })
    : runs(step);
}

const workCount = (plan: Plan): number => plan.steps.length - commandCount(plan);

const calls =
  (title: string) =>
  ({ steps }: Plan): boolean =>
    steps.some((step) => step.title === title);

/** Whether it runs the very same; how a step is called, and why, is no difference. */
const does = (plan: Plan, step: Step): boolean => plan.steps.some((one) => runs(one) === runs(step));
function runs(step: Step): string {
  if (step.kind === 'work') return canonical({ agent: step.agent, work: step.work, instruction: step.instruction });
  const { id: _id, reason: _reason, after: _after, ...command } = step.command;
  return canonical(command);
}
