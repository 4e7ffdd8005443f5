import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { hostsOfCommand, lentTo } from '../../../bridge/protocol/command.ts';
import {
  MAX_PLAN_BYTES,
  MAX_STEPS,
  Plan,
  planBytes,
  type Step,
  stepAfter,
  type StepId,
  stepId,
} from '../../../bridge/protocol/plan.ts';
import { canonical } from '../../../bridge/digest/canonical.ts';
import type { PlanFault } from '../state/ask.ts';

export type { PlanFault } from '../state/ask.ts';

/** What a plan is held against; it is checked when it is proposed and again when it has won. */
export interface PlanCheckFacts {
  /** Who can be given work. */
  readonly agents: readonly AgentId[];
  readonly lent: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  /** `host:port` that commands may reach at all; null leaves it to each approval. */
  readonly hosts?: readonly string[] | null;
  /** Milliseconds for the whole plan, what can run side by side counted once. */
  readonly budgetMs: number;
  /** How long a work step is waited for. */
  readonly workMs: number;
}

/** Code, not a model. Every fault names its field; none: the plan may stand for election. */
export function checkPlan(input: unknown, facts: PlanCheckFacts): readonly PlanFault[] {
  const steps =
    typeof input === 'object' && input !== null && 'steps' in input && Array.isArray(input.steps)
      ? input.steps.length
      : 0;
  // Said of the number, before ten thousand steps are read one by one.
  if (steps > MAX_STEPS) return [{ field: 'steps', problem: 'too-many-steps', detail: String(steps) }];
  const parsed = Plan.safeParse(input);
  if (!parsed.success)
    return parsed.error.issues.map((issue) => ({
      field: issue.path.join('.'),
      problem: 'schema',
      detail: issue.message.slice(0, 200),
    }));
  const plan = parsed.data;
  const bytes = planBytes(canonical(plan));
  if (bytes > MAX_PLAN_BYTES) return [{ field: '', problem: 'too-big', detail: String(bytes) }];
  const faults = [...plan.steps.flatMap((step, index) => stepFaults(step, index, plan, facts)), ...cycleFaults(plan)];
  return faults.length > 0 ? faults : timeFaults(plan, facts);
}

function stepFaults(step: Step, index: number, plan: Plan, facts: PlanCheckFacts): PlanFault[] {
  const id = stepId(step);
  const field = `steps.${index}`;
  const inner = step.kind === 'command' ? `${field}.command` : field;
  const ids = plan.steps.map(stepId);
  const faults: PlanFault[] = [];
  if (ids.indexOf(id) !== index) faults.push({ field: `${inner}.id`, problem: 'double-id', detail: id });
  for (const other of stepAfter(step)) {
    if (other === id) faults.push({ field: `${inner}.after`, problem: 'waits-for-itself', detail: id });
    else if (!ids.includes(other)) faults.push({ field: `${inner}.after`, problem: 'unknown-step', detail: other });
  }
  if (step.kind === 'work') {
    if (!facts.agents.includes(step.agent))
      faults.push({ field: `${field}.agent`, problem: 'unknown-agent', detail: step.agent });
    return faults;
  }
  for (const use of lentTo(step.command)) {
    const folder = facts.lent.find(({ name }) => name === use.name);
    if (folder === undefined) faults.push({ field: `${inner}.lent`, problem: 'not-lent', detail: use.name });
    else if (use.access === 'rw' && folder.mode === 'ro')
      faults.push({ field: `${inner}.lent`, problem: 'lent-read-only', detail: use.name });
  }
  const stranger =
    facts.hosts === undefined || facts.hosts === null
      ? undefined
      : hostsOfCommand(step.command).find((host) => facts.hosts?.includes(host) !== true);
  if (stranger !== undefined) faults.push({ field: `${inner}.hosts`, problem: 'host-not-allowed', detail: stranger });
  if (!hasCheck(step)) faults.push({ field: `${inner}.success`, problem: 'no-check', detail: id });
  return faults;
}

/** The exit code of a script that forgives itself at the end says nothing. */
function hasCheck({ command }: Extract<Step, { kind: 'command' }>): boolean {
  if (command.type !== 'shell') return true;
  const { outputContains, fileExists } = command.success;
  return outputContains !== undefined || fileExists !== undefined || !/\|\|\s*(?:true|:)\s*$/.test(command.script);
}

/** One fault, naming who waits in the ring. */
function cycleFaults(plan: Plan): PlanFault[] {
  let left = plan.steps.map((step) => ({ id: stepId(step), after: stepAfter(step) }));
  for (;;) {
    const waiting = new Set(left.map(({ id }) => id));
    const rest = left.filter(({ id, after }) => after.some((other) => other !== id && waiting.has(other)));
    if (rest.length === left.length) break;
    left = rest;
  }
  return left.length === 0 ? [] : [{ field: 'steps', problem: 'cycle', detail: left.map(({ id }) => id).join(', ') }];
}

function timeFaults(plan: Plan, facts: PlanCheckFacts): PlanFault[] {
  const ends = new Map<StepId, number>();
  const byId = new Map(plan.steps.map((step) => [stepId(step), step]));
  const endOf = (id: StepId): number => {
    const known = ends.get(id);
    const step = byId.get(id);
    if (known !== undefined || step === undefined) return known ?? 0;
    const end =
      Math.max(0, ...stepAfter(step).map(endOf)) + (step.kind === 'command' ? step.command.timeoutMs : facts.workMs);
    ends.set(id, end);
    return end;
  };
  const needed = Math.max(...[...byId.keys()].map(endOf));
  return needed <= facts.budgetMs ? [] : [{ field: 'steps', problem: 'too-long', detail: String(needed) }];
}
