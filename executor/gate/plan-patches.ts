import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { beyond } from '../../bridge/protocol/tasks/patch-limits.ts';
import { type Plan, type PlanHash, type StepId, stepId } from '../../bridge/protocol/plan.ts';
import { canonical } from '../../bridge/digest/canonical.ts';
import { type Decided, planOfVote } from './plan-vote.ts';
import { actIn, agentOf, type SaidAct, type TaskThread } from './task-acts.ts';

/** Beyond it a plan is no longer the one that was voted for. */
export const MAX_PATCHES = 12;

/** The plan in force. */
export interface InForce {
  readonly hash: PlanHash;
  readonly plan: Plan;
  /** When it came into force, milliseconds since 1970. */
  readonly at: number;
  /** Every hash that the plan has had since the decision. */
  readonly hashes: readonly PlanHash[];
}

/** Follows the patches from the last one back to the decision, and makes sure that each changed one command alone. */
export function judgePatches(thread: TaskThread, decided: Decided, last: EventId | undefined): InForce | 'patch' {
  const chain = last === undefined ? [] : chainTo(thread, decided.event, last);
  if (chain === null) return 'patch';
  let force: InForce = { hash: decided.winner, plan: decided.plan, at: decided.at, hashes: [decided.winner] };
  for (const patched of chain) {
    const plan = agreedOn(thread, patched, force, decided);
    if (plan === null) return 'patch';
    force = { hash: patched.content.hash, plan, at: patched.at, hashes: [...force.hashes, patched.content.hash] };
  }
  return force;
}

/** The oldest first. */
function chainTo(thread: TaskThread, decision: EventId, last: EventId): readonly SaidAct<'patched'>[] | null {
  const chain: SaidAct<'patched'>[] = [];
  for (let id = last; id !== decision;) {
    const patched = actIn(thread, id, 'patched');
    if (patched === null || patched.by !== thread.coordinator || chain.length === MAX_PATCHES) return null;
    chain.unshift(patched);
    id = patched.content.base;
  }
  return chain;
}

function agreedOn(
  thread: TaskThread,
  { content }: SaidAct<'patched'>,
  base: InForce,
  { electorate, rule }: Decided,
): Plan | null {
  const needed = rule === 'alone' || electorate.size === 1 ? 1 : 2;
  const agents = new Set<AgentId>();
  let plan: Plan | null = null;
  for (const id of content.patches) {
    const patch = actIn(thread, id, 'patch');
    const agent = patch === null ? null : agentOf(patch.by, thread.coordinator);
    if (
      patch === null ||
      agent === null ||
      !electorate.has(agent) ||
      patch.content.hash !== content.hash ||
      patch.content.of !== base.hash
    )
      return null;
    agents.add(agent);
    plan = planOfVote(patch.content);
    if (plan === null || !changesOnly(patch.content.step, base.plan, plan)) return null;
  }
  return agents.size >= needed ? plan : null;
}

/** One command has become another under the same name that asks for no more; everything else is as it was, to the letter. */
function changesOnly(step: StepId, before: Plan, after: Plan): boolean {
  if (before.goal !== after.goal || before.steps.length !== after.steps.length) return false;
  const changed = before.steps.flatMap((old, i) => {
    const next = after.steps[i];
    return next !== undefined && canonical(old) === canonical(next) ? [] : [{ old, next }];
  });
  const [only] = changed;
  if (changed.length !== 1 || only?.old.kind !== 'command' || only.next?.kind !== 'command') return false;
  const { command, ...around } = only.next;
  const { command: old, ...aroundOld } = only.old;
  return (
    stepId(only.old) === step &&
    command.id === old.id &&
    canonical(around) === canonical(aroundOld) &&
    beyond(command, old) === null
  );
}
