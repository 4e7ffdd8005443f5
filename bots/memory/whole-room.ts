import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent, type DecodeOptions } from '../../bridge/matrix/decode.ts';
import type { RoomId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';

const PAGE = 1_000;
/** A room that never comes to an end is no reason never to begin. */
const MOST_PAGES = 200;
const TYPES = ['m.room.message', 'm.room.redaction', 'm.reaction'];

/** Everything that was said in a room, page by page, the newest first; in a page, too. */
export async function* wholeRoom(
  account: Pick<Account, 'messages'>,
  room: RoomId,
  options: DecodeOptions,
): AsyncGenerator<readonly RoomEvent[]> {
  let from: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const { chunk, end } = await account.messages(room, {
      limit: PAGE,
      types: TYPES,
      ...(from === undefined ? {} : { from }),
    });
    yield chunk.flatMap((raw) => decodeEvent(raw, options, room) ?? []);
    if (end === undefined || end === from) return;
    from = end;
  }
}
