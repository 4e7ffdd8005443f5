import { z } from 'zod';
import { wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { AGAIN, isSign } from '../../bridge/protocol/orders/consent-signs.ts';
import type { ReactionEvent } from '../../bridge/protocol/room-event.ts';
import { isHere, type TaskThread } from './task-acts.ts';

/** The card as it was first sent: what it shows changes, whose it is does not. */
const Card = z.object({
  sender: z.string(),
  type: z.literal('m.room.message'),
  content: z.object({
    [CHAVION_KEY]: z.object({ kind: z.literal('card') }),
    'm.relates_to': z.object({ rel_type: z.literal('m.thread'), event_id: EventId }),
  }),
});

/** 🔁 on the card that the coordinator keeps in this thread. Whose it is, the caller looks at. */
export function againIn(thread: TaskThread, id: EventId): ReactionEvent | null {
  const raw = thread.events.get(id);
  const tap = decodeEvent(raw, { isOwn: () => false }, thread.room);
  if (tap?.kind !== 'reaction' || tap.eventId !== id || !isHere(raw, thread.room) || !isSign(tap.key, AGAIN))
    return null;
  const target = thread.events.get(tap.target);
  const card = Card.safeParse(target);
  return card.success &&
    !wasRedacted(target) &&
    card.data.sender === thread.coordinator &&
    card.data.content['m.relates_to'].event_id === thread.root
    ? tap
    : null;
}
