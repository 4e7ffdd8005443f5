import { z } from 'zod';
import type { Account } from '../matrix/account.ts';
import { decodeEvent, type DecodeOptions } from '../matrix/decode.ts';
import type { EventId, RoomId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';
import type { History } from './timeline.ts';

const MOST_PAGES = 10;

/** The latest edit of an event, as the homeserver bundles it: it may lie further on than was read, and no thread lists it. */
const Bundle = z.object({
  unsigned: z.object({ 'm.relations': z.object({ 'm.replace': z.object({ event_id: z.string() }).loose() }) }),
});

/** Reads old events with the eyes of a ghost that is in the room. */
export function homeserverHistory(reader: (room: RoomId) => Promise<Account>, options: DecodeOptions): History {
  const decode = (room: RoomId, raw: readonly unknown[]): RoomEvent[] =>
    raw
      .flatMap((one) => [Bundle.safeParse(one).data?.unsigned['m.relations']['m.replace'], one])
      .flatMap((one) => (one === undefined ? [] : (decodeEvent(one, options, room) ?? [])))
      .reverse();

  return {
    async latest(room, limit) {
      const account = await reader(room);
      let events: readonly RoomEvent[] = [];
      let from: string | undefined;
      // A growing answer is one message and dozens of edits: these do not count.
      for (let page = 0; page < MOST_PAGES; page += 1) {
        const { chunk, end } = await account.messages(room, { limit, ...(from === undefined ? {} : { from }) });
        events = [...decode(room, chunk), ...events];
        if (end === undefined || chunk.length === 0 || events.filter(({ kind }) => kind !== 'edit').length >= limit)
          break;
        from = end;
      }
      return events;
    },
    async thread(room, root, limit) {
      const account = await reader(room);
      const [first, rest] = await Promise.all([account.event(room, root), account.thread(room, root, limit)]);
      return decode(room, [...rest, first]);
    },
    async event(room: RoomId, event: EventId) {
      const raw = await (await reader(room)).event(room, event);
      return raw === null ? null : decodeEvent(raw, options, room);
    },
  };
}
