import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { PlanHash, StepId } from '../../../bridge/protocol/plan.ts';

/** Of what is said anew in one round; the first keeps its name. */
const again = (what: string, round: number, times: number): string =>
  times === 0 ? `${what}.${round}` : `${what}.${round}.${times}`;

/** Where a message of a task is found in `TaskState.events`: the id of the `say` that made it. */
export const messageId = {
  /** `recalled`: an agent that was put out of the house has left it so often in this round. */
  electorate: (round: number, recalled = 0) => again('electorate', round, recalled),
  voters: (round: number) => `voters.${round}`,
  proposal: (round: number, agent: AgentId) => `proposal.${round}.${agent}`,
  refusal: (ask: string) => `refusal.${ask}`,
  critique: (round: number, agent: AgentId) => `critique.${round}.${agent}`,
  /** `repolled`: so often a plan went out of it with its author. */
  poll: (round: number, repolled = 0) => again('poll', round, repolled),
  pollEnd: (round: number, repolled = 0) => again('poll-end', round, repolled),
  reopened: (round: number) => `reopened.${round}`,
  ballot: (round: number, agent: AgentId) => `ballot.${round}.${agent}`,
  ballots: (round: number) => `ballots.${round}`,
  /** A master's choice may overrule a decision that is on its way already. */
  decision: (round: number, rule: 'vote' | 'choice' | 'alone') =>
    rule === 'choice' ? `decision.${round}.choice` : `decision.${round}`,
  plan: (round: number, hash: PlanHash) => `plan.${round}.${hash.slice(0, 16)}`,
  run: (round: number) => `run.${round}`,
  /** A question may come up more than once in a round: `version` is the state's. */
  question: (round: number, kind: string, version: number) => `question.${round}.${kind}.${version}`,
  work: (round: number, step: StepId) => `work.${round}.${step}`,
  patch: (round: number, step: StepId, attempt: number, agent: AgentId) => `patch.${round}.${step}.${attempt}.${agent}`,
  patched: (round: number, step: StepId, attempt: number) => `patched.${round}.${step}.${attempt}`,
  failure: (round: number) => `failure.${round}`,
  verdict: (round: number) => `verdict.${round}`,
  report: (round: number) => `report.${round}`,
  ended: (round: number) => `ended.${round}`,
} as const;

/** The timer by which a frozen task ends, thawed or not. */
export const freezeLimitId = (freezes: number): string => `frozen.${freezes}`;

/** The timer by which a poll that stays open for its owner is closed, and the question whether he is there. */
export const pollWindowId = (round: number, repolled: number): string => again('poll-window', round, repolled);
export const presenceId = (round: number, repolled: number): string => again('presence', round, repolled);

/** One sending of a command. */
export const dispatchId = (hash: PlanHash, step: StepId, attempt: number): string =>
  `dispatch.${hash.slice(0, 16)}.${step}.${attempt}`;
