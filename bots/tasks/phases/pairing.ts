import { commandCount, planRisk } from '../../../bridge/protocol/plan.ts';
import { type Risk, RISKS } from '../../../bridge/protocol/command.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { bothPlannedTheSame } from '../../../bridge/text/tasks/judgement-words.ts';
import { sameInSubstance } from '../plan/plan-differences.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { proposers } from '../state/seats.ts';
import type { Proposal } from '../state/task-state.ts';

/** What a pair may agree on without the others: nothing that leaves the workspace. */
const HARMLESS: ReadonlySet<Risk> = new Set(['read', 'write']);

/** The two that are asked first: the first who plans, and the next one whose model another house made. Null: all are asked. */
export function pairFor({ state, rules }: Draft): readonly [AgentId, AgentId] | null {
  if (rules.judgement?.fastPath !== true || state.alone !== null || state.round > state.firstRound) return null;
  if (state.lacks.length > 0 || (state.triage?.cannot ?? []).length > 0) return null;
  const [first, ...others] = proposers(state, rules);
  const vendor = first === undefined ? undefined : rules.vendors?.get(first);
  const second = others.find((agent) => {
    const its = rules.vendors?.get(agent);
    return its !== undefined && its !== vendor;
  });
  // With two there is nobody to be spared.
  return first === undefined || vendor === undefined || second === undefined || others.length < 2
    ? null
    : [first, second];
}

/**
 * Both have answered. Where they planned the same they are the electorate, each plan its author's ballot for the one
 * that asks for less, and nobody else is asked. Otherwise it goes on with everybody, and their plans stand among the others.
 */
export function agreeAsPair(draft: Draft): boolean {
  const { state } = draft;
  const { pair } = state;
  if (pair === undefined || pair === null) return false;
  draft.set({ pair: null });
  const plans = pair.map((agent) => state.proposals.find(({ authors }) => authors.includes(agent)));
  const [one, other] = plans;
  if (one === undefined || other === undefined) return false;
  if (!HARMLESS.has(planRisk(one.plan)) || !sameInSubstance(one.plan, other.plan)) return false;
  const [taken = one] = [one, other].toSorted(leastFirst);
  draft.set({
    electorate: [...pair],
    spared: state.electorate.filter((agent) => !pair.includes(agent)),
    recalled: state.recalled + 1,
    ballots: pair.map((by) => ({ by, ranking: [taken.hash], reason: bothPlannedTheSame[state.lang]() })),
  });
  draft.say({ id: messageId.electorate(state.round, state.recalled + 1), what: 'electorate', about: 'pair' });
  draft.go('voting');
  return true;
}

const leastFirst = (a: Proposal, b: Proposal): number =>
  RISKS.indexOf(planRisk(a.plan)) - RISKS.indexOf(planRisk(b.plan)) ||
  commandCount(a.plan) - commandCount(b.plan) ||
  (a.hash < b.hash ? -1 : 1);
