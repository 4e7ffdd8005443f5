import { z } from 'zod';
import type { Account } from '../bridge/matrix/account.ts';
import { decodeEvent } from '../bridge/matrix/decode.ts';
import type { EventId, RoomId, UserId } from '../bridge/protocol/ids.ts';

export interface Reaction {
  readonly event: EventId;
  readonly sender: UserId;
  readonly key: string;
  readonly at: number;
}

const Page = z.object({ chunk: z.array(z.unknown()), next_batch: z.string().optional() });
const PAGE = 100;
/** Whoever puts more reactions under one message than this wants to hide something: then nothing is believed. */
const MAX_PAGES = 10;

/** All unredacted reactions to an event, as the homeserver has them. Throws when there are too many to read. */
export async function readReactions(account: Account, room: RoomId, event: EventId): Promise<readonly Reaction[]> {
  const found: Reaction[] = [];
  for await (const raw of relatedEvents(account, room, event, 'm.annotation')) {
    const decoded = decodeEvent(raw, { isOwn: () => false }, room);
    if (decoded?.kind !== 'reaction' || decoded.target !== event) continue;
    found.push({ event: decoded.eventId, sender: decoded.sender, key: decoded.key, at: decoded.at });
  }
  return found;
}

/** Whether anybody has tried to replace the event by another text. */
export async function isEdited(account: Account, room: RoomId, event: EventId): Promise<boolean> {
  for await (const _ of relatedEvents(account, room, event, 'm.replace')) return true;
  return false;
}

/** Newest first. Throws when there are too many to read. */
export async function* relatedEvents(account: Account, room: RoomId, event: EventId, relation: string): AsyncGenerator {
  const path = `/_matrix/client/v1/rooms/${encodeURIComponent(room)}/relations/${encodeURIComponent(event)}/${relation}`;
  let from: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = Page.parse(await account.call('GET', path, { query: { limit: PAGE, from } }));
    yield* page.chunk;
    if (page.next_batch === undefined) return;
    from = page.next_batch;
  }
  throw new Error('too many relations');
}
