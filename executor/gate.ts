import { z } from 'zod';
import { decodeEvent } from '../bridge/matrix/decode.ts';
import { ORDER_LASTS_MS, type RunJob } from '../bridge/protocol/command-job.ts';
import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import type { MessageEvent } from '../bridge/protocol/room-event.ts';
import { parseRun, type RunFault, type RunOrder } from '../bridge/protocol/run-order.ts';
import type { Reaction } from './relations.ts';

export type GateRefusal =
  | 'no-event'
  | 'redacted'
  | 'not-message'
  | 'not-master'
  | 'edited'
  | 'secret'
  | 'wrong-room'
  | 'wrong-time'
  | 'too-old'
  | 'not-run'
  | 'bad-order'
  | 'stopped';

export type GateVerdict =
  | { readonly kind: 'order'; readonly by: UserId; readonly order: RunOrder }
  /** `by` is there when a master is behind it, who is owed an answer. */
  | { readonly kind: 'refused'; readonly why: GateRefusal; readonly by?: UserId; readonly fault?: { readonly field: string; readonly why: RunFault } };

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
const CLOCKS_DIFFER_MS = 300_000;

const Unsigned = z.object({
  room_id: z.string().optional(),
  unsigned: z
    .object({ redacted_because: z.unknown().optional(), 'm.relations': z.object({ 'm.replace': z.unknown().optional() }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});

/**
 * Whether there is an order, whose, and for what. The job only says where to look: all that counts is in the event.
 * Pure; the same facts give the same verdict.
 */
export function judgeOrder(job: RunJob, facts: OrderFacts): GateVerdict {
  const envelope = Unsigned.safeParse(facts.raw);
  if (!envelope.success) return { kind: 'refused', why: 'no-event' };
  if (!facts.rooms.includes(job.room) || (envelope.data.room_id !== undefined && envelope.data.room_id !== job.room)) return { kind: 'refused', why: 'wrong-room' };
  const event = decodeEvent(facts.raw, { isOwn: () => false }, job.room);
  if (event === null) return { kind: 'refused', why: envelope.data.unsigned?.redacted_because === undefined ? 'not-message' : 'redacted' };
  if (event.eventId !== job.root) return { kind: 'refused', why: 'no-event' };
  if (!facts.masters.has(event.sender)) return { kind: 'refused', why: 'not-master' };
  if (event.kind !== 'message' || event.msgtype !== 'm.text') return { kind: 'refused', why: 'not-message' };
  return judgeMessage(job, event, facts, envelope.data.unsigned?.['m.relations']?.['m.replace'] !== undefined);
}

function judgeMessage(job: RunJob, message: MessageEvent, facts: OrderFacts, edited: boolean): GateVerdict {
  const by = message.sender;
  const refused = (why: GateRefusal): GateVerdict => ({ kind: 'refused', why, by });
  if (message.at !== job.at || message.at > facts.now + CLOCKS_DIFFER_MS) return refused('wrong-time');
  if (facts.now - message.at > ORDER_LASTS_MS) return refused('too-old');
  // What was sent first and what is seen now differ: neither is certain to be what was meant.
  if (edited) return refused('edited');
  // It is masked here and about to be taken out of the room.
  if (message.masked) return refused('secret');
  if (message.at <= facts.stoppedUntil || facts.reactions.some(({ key, sender }) => key.startsWith(STOP_SIGN) && facts.masters.has(sender))) return refused('stopped');
  const parsed = parseRun(message.body);
  if (parsed === null) return refused('not-run');
  if (parsed.kind === 'bad') return { kind: 'refused', why: 'bad-order', by, fault: { field: parsed.field, why: parsed.why } };
  return { kind: 'order', by, order: parsed.order };
}
