import { z } from 'zod';
import { wasEdited, wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { ORDER_LASTS_MS, type OrderJob, type RunJob } from '../../bridge/protocol/command-job.ts';
import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { parseRun, type RunFault, type RunOrder } from '../../bridge/protocol/orders/run-order.ts';
import type { Reaction } from './relations.ts';

export type GateRefusal =
  | 'no-event'
  | 'redacted'
  | 'not-message'
  | 'not-master'
  | 'not-agent'
  | 'bad-command'
  | 'edited'
  | 'secret'
  | 'wrong-room'
  | 'wrong-time'
  | 'too-old'
  | 'not-run'
  | 'bad-order'
  | 'stopped';

/** `by` is there when a master is behind it, who is owed an answer. */
export interface Refused {
  readonly kind: 'refused';
  readonly why: GateRefusal;
  readonly by?: UserId;
  readonly fault?: { readonly field: string; readonly why: RunFault };
}

/** `files`: it may have some, its own or those of the message that it answers. */
export type GateVerdict =
  | { readonly kind: 'order'; readonly by: UserId; readonly order: RunOrder; readonly files: boolean }
  | Refused;

/** What the executor has read from the homeserver with its own account, just now. */
export interface OrderFacts {
  /** The root event as the homeserver has it; null when there is none in that room. */
  readonly raw: unknown;
  readonly masters: ReadonlySet<UserId>;
  readonly reactions: readonly Reaction[];
  /** Orders of this room up to this time have been stopped. */
  readonly stoppedUntil: number;
  readonly rooms: readonly RoomId[];
  readonly now: number;
}

export const STOP_SIGN = '🛑';
export const CLOCKS_DIFFER_MS = 300_000;

const Envelope = z.object({ room_id: z.string().optional() });

/**
 * Whether there is an order, whose, and for what. The job only says where to look: all that counts is in the event.
 * Pure; the same facts give the same verdict.
 */
export function judgeOrder(job: RunJob, facts: OrderFacts): GateVerdict {
  const root = masterMessage(job, facts, ORDER_LASTS_MS);
  if (root.kind === 'refused') return root;
  const by = root.message.sender;
  const parsed = parseRun(root.message.body);
  if (parsed === null) return { kind: 'refused', why: 'not-run', by };
  if (parsed.kind === 'bad')
    return { kind: 'refused', why: 'bad-order', by, fault: { field: parsed.field, why: parsed.why } };
  return {
    kind: 'order',
    by,
    order: parsed.order,
    files: root.message.attachment !== undefined || root.message.replyTo !== undefined,
  };
}

/** Where an order stands, and since when. */
type OrderPlace = Pick<OrderJob, 'room' | 'root' | 'at'>;

/** The root as a master's message that stands as it was sent, at most so old, and that no master has stopped. */
export function masterMessage(job: OrderPlace, facts: OrderFacts, lastsMs: number): SenderStanding | Refused {
  return standingMessage(job, facts, lastsMs, (sender) => facts.masters.has(sender), 'not-master');
}

export interface SenderStanding {
  readonly kind: 'message';
  /** Its body is what in it can order something. */
  readonly message: MessageEvent;
}

/** The root as a message by whoever `may` order, that stands as it was sent. `otherwise` is what everybody else is refused with. */
export function standingMessage(
  job: OrderPlace,
  facts: OrderFacts,
  lastsMs: number,
  may: (sender: UserId) => boolean,
  otherwise: GateRefusal,
): SenderStanding | Refused {
  const envelope = Envelope.safeParse(facts.raw);
  if (!envelope.success) return { kind: 'refused', why: 'no-event' };
  if (!facts.rooms.includes(job.room) || (envelope.data.room_id !== undefined && envelope.data.room_id !== job.room))
    return { kind: 'refused', why: 'wrong-room' };
  const event = decodeEvent(facts.raw, { isOwn: () => false }, job.room);
  if (event === null)
    return {
      kind: 'refused',
      why: wasRedacted(facts.raw) ? 'redacted' : 'not-message',
    };
  if (event.eventId !== job.root) return { kind: 'refused', why: 'no-event' };
  if (!may(event.sender)) return { kind: 'refused', why: otherwise };
  if (event.kind !== 'message') return { kind: 'refused', why: 'not-message' };
  const refused = (why: GateRefusal): Refused => ({ kind: 'refused', why, by: event.sender });
  const words = orderWords(event);
  if (words === null) return refused('not-message');
  if (event.at !== job.at || event.at > facts.now + CLOCKS_DIFFER_MS) return refused('wrong-time');
  if (facts.now - event.at > lastsMs) return refused('too-old');
  // What was sent first and what is seen now differ: neither is certain to be what was meant.
  if (wasEdited(facts.raw)) return refused('edited');
  // It is masked here and about to be taken out of the room.
  if (event.masked) return refused('secret');
  if (
    event.at <= facts.stoppedUntil ||
    facts.reactions.some(({ key, sender }) => key.startsWith(STOP_SIGN) && facts.masters.has(sender))
  )
    return refused('stopped');
  return { kind: 'message', message: { ...event, body: words } };
}
