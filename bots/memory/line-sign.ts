import { z } from 'zod';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { EventId, type RoomId } from '../../bridge/protocol/ids.ts';
import { isSign, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { FACT_MARK, ORDER_MARK } from '../../bridge/text/room/commands/memory.ts';

const Annotations = z.object({
  chunk: z.array(
    z.object({
      event_id: EventId,
      sender: z.string(),
      content: z.object({ 'm.relates_to': z.object({ key: z.string() }).optional().catch(undefined) }),
    }),
  ),
});

/** A sign that tells how a line is taken, or asks for a ✅. */
const isOfLine = (key: string): boolean => key === ORDER_MARK || key === FACT_MARK || isSign(key, YES);

/**
 * Puts the coordinator's sign under a master's line, in the place of what stood there: an order may have become a fact.
 * May be run again. @param key null: it is no line any more. @param cause the message, or the edit of it, that the sign answers.
 */
export async function showSign(
  room: RoomId,
  line: EventId,
  key: string | null,
  cause: EventId,
  coordinator: Pick<Account, 'call' | 'send' | 'redact' | 'userId'>,
): Promise<void> {
  try {
    let stands = false;
    // What was written a moment ago has none.
    for (const [event, sign] of cause === line ? [] : await ownSigns(room, line, coordinator)) {
      if (sign === key) stands = true;
      else await coordinator.redact(room, event, `${event}.${cause}`, 'it is taken otherwise now');
    }
    if (stands || key === null) return;
    const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: line, key } };
    await coordinator.send(room, 'm.reaction', relation, `${cause}.noted`);
  } catch (error) {
    if (!refused(error)) throw error;
  }
}

async function ownSigns(
  room: RoomId,
  line: EventId,
  coordinator: Pick<Account, 'call' | 'userId'>,
): Promise<readonly (readonly [event: EventId, key: string])[]> {
  const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(line)}/m.annotation/m.reaction`;
  const { chunk } = Annotations.parse(await coordinator.call('GET', path, { query: { limit: 100 } }));
  return chunk.flatMap(({ event_id, sender, content }) => {
    const sign = content['m.relates_to']?.key;
    return sender === coordinator.userId && sign !== undefined && isOfLine(sign) ? [[event_id, sign]] : [];
  });
}
