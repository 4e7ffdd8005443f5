import { z } from 'zod';
import { CommandId, WorkPath } from './command-fields.ts';
import { Command, type Risk, RISKS, riskOf } from './command.ts';
import { AgentId } from './ids.ts';

/** What a task carries out: typed commands for the executor and work for agents, with what each waits for. */
const text = (max: number) => z.string().trim().min(1).max(max);

export const PlanHash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .brand<'PlanHash'>();
/** Over the canonical form of a plan (`bridge/digest/canonical.ts`): equal plans are one candidate. */
export type PlanHash = z.infer<typeof PlanHash>;

/** Commands and work share their names; a name appears once in a plan. */
export const StepId = CommandId;
export type StepId = CommandId;

export const CommandStep = z.strictObject({
  kind: z.literal('command'),
  title: text(200),
  /** Its `id` is the step's, its `after` may name work too. */
  command: Command,
  /** Files of the workspace to bring into the thread when it has succeeded. */
  artifacts: z.array(WorkPath).max(20).default([]),
});
export type CommandStep = z.infer<typeof CommandStep>;

export const WorkStep = z.strictObject({
  kind: z.literal('work'),
  id: StepId,
  title: text(200),
  agent: AgentId,
  work: z.enum(['write', 'analyse', 'research']),
  instruction: text(8_000),
  after: z.array(StepId).max(32).default([]),
});
export type WorkStep = z.infer<typeof WorkStep>;

export const Step = z.discriminatedUnion('kind', [CommandStep, WorkStep]);
export type Step = z.infer<typeof Step>;

/** Beyond this nobody reads a plan on a phone. */
export const MAX_STEPS = 40;
/** A plan travels within one event, as a text in its JSON. */
export const MAX_PLAN_BYTES = 40_000;
/** Of the canonical JSON as it stands there, its quotes escaped. */
export const planBytes = (canonical: string): number => new TextEncoder().encode(JSON.stringify(canonical)).length;

/** The shape alone; order, names, policy and budget are for the plan check. */
export const Plan = z.strictObject({
  goal: text(2_000),
  steps: z.array(Step).min(1).max(MAX_STEPS),
});
export type Plan = z.infer<typeof Plan>;

export const stepId = (step: Step): StepId => (step.kind === 'command' ? step.command.id : step.id);
export const stepAfter = (step: Step): readonly StepId[] => (step.kind === 'command' ? step.command.after : step.after);

/** The gravest of its commands; a plan without commands reads at most. */
export function planRisk(plan: Plan): Risk {
  const risks = plan.steps.flatMap((step) => (step.kind === 'command' ? [RISKS.indexOf(riskOf(step.command))] : []));
  return RISKS[Math.max(0, ...risks)] ?? 'network';
}

export const commandCount = (plan: Plan): number => plan.steps.filter(({ kind }) => kind === 'command').length;
