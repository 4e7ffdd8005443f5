import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { EventId, type RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import { readReactions } from './relations.ts';
import { revocationOf, revokedBy, type StandingOrder } from './standing-order.ts';

const Naming = z.object({ content: z.object({ 'com.chavion': z.object({ source: EventId }) }) });
const Page = z.object({ chunk: z.array(z.unknown()), end: z.string().optional() });

const PAGE = 100;
/** Ten thousand messages of masters since the order. */
const MAX_PAGES = 100;

export interface StandingReader {
  readonly account: Account;
  readonly masters: ReadonlySet<UserId>;
  readonly rooms: readonly RoomId[];
  /** What was seen while it happened: a word taken away from the room later counts all the same. */
  readonly revokedAt: (key: string) => number;
  readonly timeZone: string;
}

/** The order that a run names. Undefined where it names none, or where it cannot be read whether it was taken away. */
export async function readStandingOrder(
  root: unknown,
  room: RoomId,
  { account, masters, rooms, revokedAt, timeZone }: StandingReader,
): Promise<StandingOrder | undefined> {
  const source = Naming.safeParse(root).data?.content['com.chavion'].source;
  if (source === undefined) return undefined;
  // A schedule outlives an upgrade of its room: the order stands where it was given.
  const where = await roomOf(account, source, [room, ...rooms]);
  if (where === null) return undefined;
  const [raw, reactions] = await Promise.all([
    account.event(where, source),
    readReactions(account, where, source, masters).catch(() => null),
  ]);
  const ordered = decodeEvent(raw, { isOwn: () => false }, room);
  if (ordered?.kind !== 'message' || reactions === null) return undefined;
  const since = ordered.at;
  const seen = await revocations(account, rooms, masters, since);
  if (seen === null) return undefined;
  const words = proposedLine(raw) ?? orderWords(ordered) ?? '';
  const at = revocationOf(source, words, (key) => Math.max(revokedAt(key), seen.get(key) ?? 0));
  return { event: source, room: where, raw, reactions, revokedAt: at, timeZone };
}

async function roomOf(account: Account, event: EventId, rooms: readonly RoomId[]): Promise<RoomId | null> {
  for (const room of new Set(rooms)) if ((await account.event(room, event)) !== null) return room;
  return null;
}

/** What masters have taken away since then, in all rooms; null where there is too much to read. */
async function revocations(
  account: Account,
  rooms: readonly RoomId[],
  masters: ReadonlySet<UserId>,
  since: number,
): Promise<ReadonlyMap<string, number> | null> {
  const found = new Map<string, number>();
  const filter = JSON.stringify({ types: ['m.room.message'], senders: [...masters] });
  for (const room of rooms) {
    let from: string | undefined;
    for (let pages = 0; ; pages += 1) {
      if (pages === MAX_PAGES) return null;
      const path = `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`;
      const page = Page.parse(await account.call('GET', path, { query: { dir: 'b', from, limit: PAGE, filter } }));
      const events = page.chunk.flatMap((raw) => decodeEvent(raw, { isOwn: () => false }, room) ?? []);
      for (const event of events) {
        const key = event.kind === 'message' && masters.has(event.sender) ? revokedBy(orderWords(event) ?? '') : null;
        if (key !== null) found.set(key, Math.max(found.get(key) ?? 0, event.at));
      }
      from = page.end;
      if (from === undefined || events.some(({ at }) => at < since)) break;
    }
  }
  return found;
}
