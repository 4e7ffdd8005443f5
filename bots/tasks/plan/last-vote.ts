import type { LastVote, TaskState } from '../state/task-state.ts';
import { labelled, labelOf } from './plan-labels.ts';

const LONGEST = 500;
const MOST = 30;

/** How the plan came to win, for whoever asks later; a later round by one agent does not take its place. Pure. */
export function lastVoteOf(state: TaskState): LastVote | undefined {
  const { decision, proposals, ballots, objections, round } = state;
  if (decision === null || proposals.length === 0 || (decision.rule === 'alone' && state.lastVote !== undefined))
    return state.lastVote;
  const label = (hash: (typeof ballots)[number]['ranking'][number]): string => labelOf(state, hash);
  return {
    round,
    rule: decision.rule,
    winner: label(decision.winner),
    plans: labelled(state).map(({ label: name, proposal }) => ({
      label: name,
      goal: cut(proposal.plan.goal),
      authors: proposal.authors,
    })),
    ballots: ballots
      .slice(0, MOST)
      .map(({ by, ranking, reason }) => ({ by, ranking: ranking.map(label), reason: cut(reason) })),
    objections: objections.slice(0, MOST).map(({ by, of, text }) => ({ by, of: label(of), text: cut(text) })),
  };
}

const cut = (text: string): string => text.slice(0, LONGEST).toWellFormed();
