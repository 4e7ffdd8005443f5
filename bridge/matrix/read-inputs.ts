import { z } from 'zod';
import { type EventId, type RoomId, EventId as Event, type UserId } from '../protocol/ids.ts';
import { inputFiles, type InputFile, type Ordered, SENT_BEFORE_MS } from '../protocol/orders/input-files.ts';
import type { MessageEvent } from '../protocol/room-event.ts';
import type { Account } from './account.ts';
import { decodeEvent } from './decode.ts';

export interface InputPlace {
  readonly room: RoomId;
  readonly root: EventId;
  readonly masters: ReadonlySet<UserId>;
  /** Only what is sent with the order, and what it answers. */
  readonly orderOnly?: boolean;
}

const PAGE = 100;
/** Two thousand messages of masters since the order. */
const MAX_PAGES = 20;

const Page = z.object({ chunk: z.array(z.unknown()), end: z.string().optional() });
const Run = z.object({ content: z.object({ 'com.chavion': z.object({ source: Event }) }) });

/** The files of an order, as the homeserver has them now; none where the order cannot be read. */
export async function readInputs(
  account: Account,
  { room, root, masters, orderOnly = false }: InputPlace,
): Promise<readonly InputFile[]> {
  const raw = await account.event(room, root);
  const head = messageOf(raw, room);
  if (head === null) return [];
  const ordered = await orderBehind(account, { head, raw, masters });
  return inputFiles({
    root,
    ordered,
    said: orderOnly ? [] : await saidSince(account, room, masters, head.at - SENT_BEFORE_MS),
  });
}

/** A master's own message, or the one of which the coordinator's is a run. */
async function orderBehind(
  account: Account,
  { head, raw, masters }: { readonly head: MessageEvent; readonly raw: unknown; readonly masters: ReadonlySet<UserId> },
): Promise<Ordered | null> {
  const source = masters.has(head.sender) ? undefined : Run.safeParse(raw).data?.content['com.chavion'].source;
  const order = masters.has(head.sender)
    ? head
    : source === undefined
      ? null
      : messageOf(await account.event(head.roomId, source), head.roomId);
  if (order === null || !masters.has(order.sender)) return null;
  return {
    order,
    replied:
      order.replyTo === undefined ? null : messageOf(await account.event(head.roomId, order.replyTo), head.roomId),
  };
}

/** Oldest first. */
async function saidSince(
  account: Account,
  room: RoomId,
  masters: ReadonlySet<UserId>,
  since: number,
): Promise<readonly MessageEvent[]> {
  const filter = JSON.stringify({ types: ['m.room.message'], senders: [...masters] });
  const found: MessageEvent[] = [];
  let from: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages += 1) {
    const page = Page.parse(
      await account.call('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/messages`, {
        query: { dir: 'b', from, limit: PAGE, filter },
      }),
    );
    const messages = page.chunk
      .flatMap((raw) => messageOf(raw, room) ?? [])
      .filter(({ sender }) => masters.has(sender));
    found.push(...messages.filter(({ at }) => at >= since));
    from = page.end;
    if (from === undefined || page.chunk.length === 0 || messages.some(({ at }) => at < since)) break;
  }
  return found.reverse();
}

function messageOf(raw: unknown, room: RoomId): MessageEvent | null {
  const event = decodeEvent(raw, { isOwn: () => false }, room);
  return event?.kind === 'message' ? event : null;
}
