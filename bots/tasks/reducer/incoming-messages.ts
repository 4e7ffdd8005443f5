import type { AgentId, EventId } from '../../../bridge/protocol/ids.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { newPlan, wrapUp } from '../phases/ways-out.ts';
import type { Say } from '../state/task-state.ts';

/** Of the coordinator, and nothing goes on without: if it cannot write, nobody would see the rest either. */
const BINDING: ReadonlySet<Say['what']> = new Set(['electorate', 'voters', 'decision', 'patched', 'failure']);

/** Where a message stands, for whatever names it later. */
export function noteMessage(draft: Draft, say: Say, event: EventId): void {
  take(draft, say);
  const { state } = draft;
  draft.set({ events: { ...state.events, [say.id]: event } });
  if (isOf(draft, say, messageId.proposal))
    draft.set({
      proposals: state.proposals.map((one) =>
        one.hash === say.about && one.authors.some((author) => author === say.as)
          ? { ...one, events: [...one.events, event] }
          : one,
      ),
    });
  else if (isOf(draft, say, messageId.ballot))
    draft.set({ ballots: state.ballots.map((one) => (one.by === say.as ? { ...one, event } : one)) });
  else if (say.what === 'patch' && state.patch !== null)
    draft.set({ patch: { ...state.patch, events: [...state.patch.events, event] } });
  else if (say.what === 'question' && state.question !== null) draft.set({ question: { ...state.question, event } });
  else if (
    say.what === 'poll' &&
    !draft.ended &&
    (state.decision !== null || say.id !== messageId.poll(state.round, state.repolled))
  )
    draft.say({ id: say.id.replace('poll', 'poll-end'), what: 'poll-end' });
}

/** What nobody can read again is not counted: a plan without its author's word, a ballot, a patch. */
export function lose(draft: Draft, say: Say): void {
  take(draft, say);
  draft.set({ unsaid: [...draft.state.unsaid, say.id] });
  const { state } = draft;
  // What is being reported has been given up or carried out already.
  const goesOn = !draft.ended && state.phase !== 'reporting';
  if (isOf(draft, say, messageId.proposal)) {
    const proposals = state.proposals
      .map((one) =>
        one.hash === say.about ? { ...one, authors: one.authors.filter((author) => author !== say.as) } : one,
      )
      .filter(({ authors }) => authors.length > 0);
    draft.set({ proposals });
    if (
      state.decision !== null &&
      state.setback === null &&
      goesOn &&
      !proposals.some(({ hash }) => hash === state.decision?.winner)
    )
      newPlan(draft, 'plan-unfit');
  } else if (isOf(draft, say, messageId.ballot)) {
    draft.set({ ballots: state.ballots.filter(({ by }) => by !== say.as) });
  } else if (say.what === 'patch' && state.patch !== null) {
    draft.set({ patch: null });
    if (goesOn) newPlan(draft, 'command-failed', state.patch.step);
  } else if (BINDING.has(say.what) && goesOn) {
    wrapUp(draft, 'not-said');
  }
}

const take = (draft: Draft, say: Say): void =>
  draft.set({ saying: draft.state.saying.filter(({ id }) => id !== say.id) });

const isOf = ({ state }: Draft, say: Say, id: (round: number, agent: AgentId) => string): boolean =>
  say.as !== null && say.id === id(state.round, say.as);
