import type { AgentId } from '../../../bridge/protocol/ids.ts';
import {
  commandCount,
  planRisk,
  stepAfter,
  type Plan,
  type PlanHash,
  type Step,
  stepId,
} from '../../../bridge/protocol/plan.ts';
import { proposalLabel } from '../../../bridge/protocol/orders/task-order.ts';
import type { Election } from '../../../bridge/protocol/tasks/voting.ts';
import { voters } from '../state/seats.ts';
import type { Proposal, TaskState } from '../state/task-state.ts';

/** The proposals of a round as people know them: A, B, C, without a name of their authors. */
export interface LabelledProposal {
  readonly label: string;
  readonly proposal: Proposal;
}

/** In the order of their hashes, which tells nothing of who proposed and is the same for whoever looks. */
export function labelled({ proposals }: Pick<TaskState, 'proposals'>): readonly LabelledProposal[] {
  return proposals
    .toSorted((a, b) => (a.hash < b.hash ? -1 : 1))
    .map((proposal, i) => ({ label: proposalLabel(i), proposal }));
}

export const labelOf = (state: Pick<TaskState, 'proposals'>, hash: PlanHash): string =>
  labelled(state).find(({ proposal }) => proposal.hash === hash)?.label ?? '?';

/** At the place that `!choose` names (`Choice.index`). */
export const proposalAt = (state: Pick<TaskState, 'proposals'>, index: number): Proposal | undefined =>
  labelled(state)[index]?.proposal;

/** What is counted when the vote ends. */
export const electionOf = ({
  proposals,
  ballots,
  tap,
  ...seats
}: Pick<TaskState, 'electorate' | 'silent' | 'proposals' | 'ballots' | 'tap'>): Election => ({
  electorate: voters(seats),
  candidates: proposals.map(({ hash, plan }) => ({ hash, risk: planRisk(plan), commands: commandCount(plan) })),
  ballots: ballots.map(({ by, ranking }) => ({ by, ranking })),
  master: tap ?? undefined,
});

/** From 1, as the list counts them; 0 where the plan has no such step. */
export const placeOf = (plan: Plan, id: string): number => plan.steps.findIndex((step) => stepId(step) === id) + 1;
export const stepNamed = (plan: Plan | undefined, id: string): Step | undefined =>
  plan?.steps.find((step) => stepId(step) === id);
export const placesBefore = (plan: Plan, step: Step): readonly number[] =>
  stepAfter(step)
    .map((id) => placeOf(plan, id))
    .filter((place) => place > 0)
    .toSorted((a, b) => a - b);

/** How an agent is called, as people read it. */
export type NameOf = (agent: AgentId) => string;
