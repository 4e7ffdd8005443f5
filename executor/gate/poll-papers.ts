import { z } from 'zod';
import { wasEdited } from '../../bridge/matrix/as-sent.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import type { PlanHash } from '../../bridge/protocol/plan.ts';
import type { PollResponseEvent } from '../../bridge/protocol/room-event.ts';
import { actIn, isHere, type SaidAct, type TaskThread } from './task-acts.ts';

/** Of a hash, enough to tell twenty plans apart. */
const SHORTEST_ANSWER = 16;

const Start = z.object({
  sender: z.string(),
  type: z.literal('org.matrix.msc3381.poll.start'),
  content: z.object({ 'm.relates_to': z.object({ rel_type: z.literal('m.thread'), event_id: EventId }) }),
});

/** A response as it was sent, in a poll that the coordinator opened in this thread. Whose it is, the caller looks at. */
export function responseIn(thread: TaskThread, id: EventId): PollResponseEvent | null {
  const raw = thread.events.get(id);
  if (wasEdited(raw)) return null;
  const response = decodeEvent(raw, { isOwn: () => true }, thread.room);
  if (response?.kind !== 'poll-response' || response.eventId !== id || !isHere(raw, thread.room)) return null;
  const start = Start.safeParse(thread.events.get(response.target));
  return start.success &&
    start.data.sender === thread.coordinator &&
    start.data.content['m.relates_to'].event_id === thread.root
    ? response
    : null;
}

export const isAnswerFor = (answer: string, hash: PlanHash): boolean =>
  answer.length >= SHORTEST_ANSWER && hash.startsWith(answer);

/**
 * An agent's ballot: in its vote in the poll, which no client shows as a message, or in a message of its own where
 * there was no poll. What the poll counts and what is counted here have to be one vote.
 */
export function ballotIn(thread: TaskThread, id: EventId): SaidAct<'ballot'> | null {
  const response = responseIn(thread, id);
  if (response === null) return actIn(thread, id, 'ballot');
  const act = response.chavion?.act;
  if (act?.conversation !== thread.root || act.content.kind !== 'ballot') return null;
  const [first] = act.content.ranking;
  const [answer, ...more] = response.answers;
  const agrees = first === undefined ? answer === undefined : answer !== undefined && isAnswerFor(answer, first);
  return agrees && more.length === 0 ? { event: id, by: response.sender, at: response.at, content: act.content } : null;
}
