import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

export interface Reaction {
  readonly event: EventId;
  readonly sender: UserId;
  readonly key: string;
  readonly at: number;
}

const Page = z.object({ chunk: z.array(z.unknown()), next_batch: z.string().optional() });
const PAGE = 100;
/** A flood beyond this is not read through. */
const MAX_PAGES = 10;
/** Of one's own reactions in a room since the event. */
const MAX_OWN_PAGES = 100;
const CLOCKS_DIFFER_MS = 300_000;

/**
 * The unredacted reactions of `senders` to an event, as the homeserver has them. However many others react to it, theirs
 * are found: then the room is searched for what these alone have put since. Throws where even that is too much.
 */
export async function readReactions(
  account: Account,
  room: RoomId,
  event: EventId,
  senders: ReadonlySet<UserId> | Promise<ReadonlySet<UserId>>,
): Promise<readonly Reaction[]> {
  const found: Reaction[] = [];
  try {
    for await (const raw of relatedEvents(account, room, event, 'm.annotation'))
      found.push(...reactionTo(raw, room, event));
  } catch (error) {
    if (!(error instanceof TooMany)) throw error;
    return ownReactions(account, room, event, await senders);
  }
  const theirs = await senders;
  return found.filter(({ sender }) => theirs.has(sender));
}

function reactionTo(raw: unknown, room: RoomId, event: EventId): readonly Reaction[] {
  const decoded = decodeEvent(raw, { isOwn: () => false }, room);
  return decoded?.kind === 'reaction' && decoded.target === event
    ? [{ event: decoded.eventId, sender: decoded.sender, key: decoded.key, at: decoded.at }]
    : [];
}

const Sent = z.object({ origin_server_ts: z.int() });
const History = z.object({ chunk: z.array(z.unknown()), end: z.string().optional() });

async function ownReactions(
  account: Account,
  room: RoomId,
  event: EventId,
  senders: ReadonlySet<UserId>,
): Promise<readonly Reaction[]> {
  const since = Sent.parse(await account.event(room, event)).origin_server_ts - CLOCKS_DIFFER_MS;
  const filter = JSON.stringify({ types: ['m.reaction'], senders: [...senders] });
  const found: Reaction[] = [];
  let from: string | undefined;
  for (let pages = 0; pages < MAX_OWN_PAGES; pages += 1) {
    const page = History.parse(
      await account.call('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, {
        query: { dir: 'b', from, limit: PAGE, filter },
      }),
    );
    found.push(...page.chunk.flatMap((raw) => reactionTo(raw, room, event)));
    from = page.end;
    if (from === undefined || page.chunk.some((raw) => (Sent.safeParse(raw).data?.origin_server_ts ?? since) < since))
      return found.filter(({ sender }) => senders.has(sender));
  }
  throw new TooMany('too many reactions');
}

class TooMany extends Error {}

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
  throw new TooMany('too many relations');
}
