import { type Count, countVotes, isSettled } from '../../../bridge/protocol/tasks/voting.ts';
import { electionOf } from '../plan/plan-labels.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { presentSeats, voters } from '../state/seats.ts';
import type { TaskState } from '../state/task-state.ts';
import { staysOpen } from './owners-vote.ts';
import { carryDecision, decide } from './deciding.ts';
import type { PhaseRules } from './phase.ts';
import { askMaster } from './ways-out.ts';

/** Secret until all are in or the time is up; then published, and only what is published is counted. */
export const voting: PhaseRules = {
  enter(draft) {
    if (draft.state.decision !== null) return carryDecision(draft, draft.state.decision);
    askVotes(draft);
    publishWhenAllAreIn(draft);
  },
  answered(draft, ask, answer) {
    if (answer.kind !== 'vote') return;
    const { ballots, proposals } = draft.state;
    const ranking = [...new Set(answer.ranking)].filter((hash) => proposals.some((one) => one.hash === hash));
    draft.set({ ballots: [...ballots, { by: ask.agent, ranking, reason: answer.reason }] });
    publishWhenAllAreIn(draft);
  },
  absent: publishWhenAllAreIn,
  ownerHeard: publishWhenAllAreIn,
  expired: publishWhenAllAreIn,
  said(draft) {
    if (draft.state.decision !== null) carryDecision(draft, draft.state.decision);
    else if (draft.state.published) countWhenPublished(draft);
    else publishWhenAllAreIn(draft);
  },
};

function askVotes(draft: Draft): void {
  const { ballots, reopened, leaving } = draft.state;
  for (const agent of presentSeats(draft.state)) {
    if (!ballots.some(({ by }) => by === agent) && !leaving.includes(agent))
      draft.ask('vote', agent, reopened ? { tail: '1' } : {});
  }
}

function publishWhenAllAreIn(draft: Draft): void {
  const { state, rules } = draft;
  if (state.published || state.decision !== null) return;
  if (state.asks.length > 0) {
    if (rules.judgement?.earlyStop !== true || !isSettled(electionOf(state))) return;
    for (const ask of state.asks) draft.close(ask);
    draft.set({ settled: true });
  }
  if (!state.reopened && count(state).kind === 'no-quorum') {
    draft.set({ reopened: true });
    askVotes(draft);
    draft.say({ id: messageId.reopened(state.round), what: 'notice', about: 'reopened' });
    if (draft.state.asks.length > 0) return;
  }
  // Votes are cast into the poll, which has to stand; a homeserver that takes none does without.
  const poll = messageId.poll(state.round, state.repolled);
  if (draft.isPending(poll)) return;
  // A tap makes no quorum.
  if (count(draft.state).kind !== 'no-quorum' && staysOpen(draft)) return;
  draft.set({ published: true });
  for (const { by } of state.ballots)
    draft.say({ id: messageId.ballot(state.round, by), as: by, what: 'ballot', about: by });
  countWhenPublished(draft);
}

/** The poll ends after the last vote in it: later ones would not be shown. */
function countWhenPublished(draft: Draft): void {
  const { state } = draft;
  const cast = state.ballots.every(({ by }) => draft.isSaid(messageId.ballot(state.round, by)));
  if (!cast) return;
  draft.closePoll();
  draft.say({ id: messageId.ballots(state.round), what: 'ballots' });
  // Who has fallen silent is out of the count, and the executor has to see of whom it was made.
  if (voters(state).length < state.electorate.length) draft.say({ id: messageId.voters(state.round), what: 'voters' });
  const counted = count(state);
  if (counted.kind === 'won') decide(draft, { winner: counted.winner, rule: 'vote', countedBy: counted.by });
  else askMaster(draft, counted.kind);
}

const count = (state: TaskState): Count => countVotes(electionOf(state));
