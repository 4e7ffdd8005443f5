import { z } from 'zod';
import { type AdminOrder, parseAdmin } from '../../protocol/orders/admin-order.ts';
import { wasEdited, wasRedacted } from '../../matrix/as-sent.ts';
import { decodeEvent } from '../../matrix/decode.ts';
import { EventId, type RoomId, UserId } from '../../protocol/ids.ts';
import { orderWords } from '../../protocol/orders/order-words.ts';

export interface AdminFacts {
  /** The event as the homeserver has it now; null where there is none. */
  readonly raw: unknown;
  readonly event: EventId;
  readonly room: RoomId;
  readonly masters: ReadonlySet<UserId>;
  readonly now: number;
}

export type AdminVerdict =
  | {
      readonly kind: 'order';
      readonly by: UserId;
      readonly order: AdminOrder;
      readonly body: string;
      readonly thread: EventId | undefined;
    }
  /** `owed`: a master is behind it, who is told. */
  | {
      readonly kind: 'refused';
      readonly why: 'no-order' | 'not-master' | 'redacted' | 'edited' | 'too-old';
      readonly owed: boolean;
      readonly body: string;
    };

/** An order that waited longer is not what somebody wants now. */
export const ADMIN_ORDER_LASTS_MS = 10 * 60_000;
const CLOCKS_DIFFER_MS = 5 * 60_000;
const MAX_WORDS = 2_000;

const Raw = z.object({
  event_id: EventId,
  room_id: z.string().optional(),
  type: z.literal('m.room.message'),
  state_key: z.undefined().optional(),
  sender: UserId,
  origin_server_ts: z.int(),
});

/** Whether there is an order of a master's, and which. Pure; what somebody has said of the event does not count here. */
export function judgeAdmin({ raw, event, room, masters, now }: AdminFacts): AdminVerdict {
  const parsed = Raw.safeParse(raw);
  const refused = (why: Extract<AdminVerdict, { kind: 'refused' }>['why'], owed = false, body = ''): AdminVerdict => ({
    kind: 'refused',
    why,
    owed,
    body,
  });
  if (!parsed.success) return refused('no-order');
  const { sender, origin_server_ts: at, event_id, room_id } = parsed.data;
  if (event_id !== event || (room_id !== undefined && room_id !== room)) return refused('no-order');
  if (wasRedacted(raw)) return refused('redacted');
  const message = decodeEvent(raw, { isOwn: () => false }, room);
  const body = message?.kind === 'message' ? (orderWords(message)?.slice(0, MAX_WORDS) ?? '') : '';
  const order = parseAdmin(body);
  if (order === null) return refused('no-order');
  if (!masters.has(sender)) return refused('not-master');
  // What was sent first and what is seen now differ: neither is certain to be what was meant.
  if (wasEdited(raw)) return refused('edited', true, body);
  if (now - at > ADMIN_ORDER_LASTS_MS || at > now + CLOCKS_DIFFER_MS) return refused('too-old', true, body);
  return { kind: 'order', by: sender, order, body, thread: message?.kind === 'message' ? message.thread : undefined };
}
