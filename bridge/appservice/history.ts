import type { Account } from '../matrix/account.ts';
import { decodeEvent, type DecodeOptions } from '../matrix/decode.ts';
import type { EventId, RoomId } from '../protocol/ids.ts';
import type { RoomEvent } from '../protocol/room-event.ts';
import type { History } from './timeline.ts';

/** Reads old events with the eyes of a ghost that is in the room. */
export function homeserverHistory(reader: (room: RoomId) => Promise<Account>, options: DecodeOptions): History {
  const decode = (room: RoomId, raw: readonly unknown[]): RoomEvent[] =>
    raw.flatMap((one) => decodeEvent(one, options, room) ?? []).reverse();

  return {
    async latest(room, limit) {
      const { chunk } = await (await reader(room)).messages(room, { limit });
      return decode(room, chunk);
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
