import { type Draft, windUpAt } from '../state/draft.ts';
import { messageId, pollWindowId, presenceId } from '../state/message-ids.ts';

/**
 * All ballots are in: whether the poll waits for the owner's. It does, for as long as he has chosen since it opened,
 * where there is something to choose and he is there to do it; his tap ends it. Whether he is there is asked once, and
 * the time is a timer of the task's: a swarm that was killed goes on with what is left of it.
 */
export function staysOpen(draft: Draft): boolean {
  const { state, rules } = draft;
  const { pollOpen, round, repolled, tap, proposals } = state;
  const ms = (rules.judgement?.ownerSeconds ?? 0) * 1_000;
  if (pollOpen === undefined || pollOpen === null || tap !== null || proposals.length < 2) return false;
  if (!draft.isSaid(messageId.poll(round, repolled))) return false;
  // A change of the setting changes nothing of a poll that waits already.
  const timer = pollWindowId(round, repolled);
  const until = pollOpen.owner === 'unasked' ? Math.min(pollOpen.at + ms, windUpAt(state)) : state.timers[timer];
  if (pollOpen.owner === 'away' || until === undefined || draft.at >= until) return false;
  if (pollOpen.owner === 'unasked') {
    draft.set({ pollOpen: { ...pollOpen, owner: 'asked' } });
    draft.timer(timer, until);
    draft.setOff({ kind: 'presence', id: presenceId(round, repolled) });
  }
  return true;
}
