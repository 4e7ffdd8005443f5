import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { newPlan, newPlansLeft, soleOf, wrapUp } from '../phases/ways-out.ts';

/**
 * An agent that is no longer of the house: until a decision stands, neither its plan nor its ballot counts, and the
 * electorate is named anew without it, so that whoever counts again counts the same. Nobody is asked anything twice.
 * What was decided before stays decided.
 */
export function putOut(draft: Draft, agent: AgentId): void {
  const { state } = draft;
  if (state.removed.includes(agent)) return;
  draft.set({ removed: [...state.removed, agent] });
  if (!state.electorate.includes(agent) || state.decision !== null || state.setback !== null || state.plan !== null)
    return;
  const electorate = state.electorate.filter((one) => one !== agent);
  if (electorate.length === 0) return wrapUp(draft, 'no-agents');
  draft.set({
    electorate,
    alone: soleOf(electorate),
    ballots: state.ballots.filter(({ by }) => by !== agent),
    objections: state.objections.filter(({ by }) => by !== agent),
  });
  const called = messageId.electorate(state.round, state.recalled);
  if (!draft.isSaid(called) && !draft.isPending(called)) return;
  draft.set({ recalled: state.recalled + 1 });
  draft.say({ id: messageId.electorate(state.round, state.recalled + 1), what: 'electorate' });
  takeBack(draft, agent);
}

/** Its plan stays where others have proposed the same. A poll that still shows it is closed for one that does not: letters have moved. */
function takeBack(draft: Draft, agent: AgentId): void {
  const { round, repolled, proposals, events, tap } = draft.state;
  const said = events[messageId.proposal(round, agent)];
  const left = proposals
    .map((one) =>
      one.authors.includes(agent)
        ? {
            ...one,
            authors: one.authors.filter((author) => author !== agent),
            events: one.events.filter((event) => event !== said),
          }
        : one,
    )
    .filter(({ authors }) => authors.length > 0);
  draft.set({ proposals: left });
  if (left.length === proposals.length) return;
  const stands = (hash: string | null): boolean => left.some((one) => one.hash === hash);
  draft.set({
    ballots: draft.state.ballots.map((one) => ({ ...one, ranking: one.ranking.filter(stands) })),
    objections: draft.state.objections.filter(({ of }) => stands(of)),
  });
  if (!stands(tap)) draft.set({ tap: null, tapEvent: null });
  const { phase } = draft.state;
  if (left.length === 0 && (phase === 'critique' || phase === 'voting') && newPlansLeft(draft.state))
    return newPlan(draft, 'no-plan');
  const shown = messageId.poll(round, repolled);
  if (!draft.isSaid(shown) && !draft.isPending(shown)) return;
  draft.closePoll();
  draft.set({ repolled: repolled + 1, pollOpen: { at: draft.at, owner: 'unasked' } });
  draft.say({ id: messageId.poll(round, repolled + 1), what: 'poll' });
}
