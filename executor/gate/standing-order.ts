import { z } from 'zod';
import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import { parseCycle } from '../../bridge/protocol/orders/cycle-order.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { MomentOrigin } from '../../bridge/protocol/moments/moment.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { parseSchedule, parseUnschedule } from '../../bridge/protocol/orders/schedule-order.ts';
import { namesOf, scheduleId } from '../../bridge/digest/schedule-id.ts';
import { PROPOSAL_LASTS_MS, proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import { consentTo } from './approval.ts';
import { type GateRefusal, masterMessage, type OrderFacts, standingMessage, STOP_SIGN } from './gate.ts';
import { messageIn, type TaskThread } from './task-acts.ts';
import type { Reaction } from './relations.ts';

/** The master's `!schedule` or `!cycle` behind a root that the coordinator wrote, as the homeserver has it now. */
export interface StandingOrder {
  readonly event: EventId;
  readonly room: RoomId;
  readonly raw: unknown;
  readonly reactions: readonly Reaction[];
  /** When masters last took this away, or began another cycle; milliseconds since 1970, 0 for never. */
  readonly revokedAt: number;
  /** The owner's: `7시` is an hour there. */
  readonly timeZone: string;
}

export type StandingRefusal = GateRefusal | 'not-scheduled' | 'revoked';
export type StandingVerdict =
  | { readonly kind: 'message'; readonly message: MessageEvent; readonly by: UserId }
  | { readonly kind: 'refused'; readonly why: StandingRefusal; readonly by?: UserId };

const CLOCKS_DIFFER_MS = 300_000;

/**
 * A run of a schedule: a message of the coordinator that names a master's order, which stands unredacted and unedited
 * and was not taken away. Taken away it ends also what has begun: a time can be forged by whoever writes the run.
 */
export function judgeStandingOrder(
  job: PlanJob,
  thread: TaskThread,
  facts: OrderFacts,
  order: StandingOrder | undefined,
  lastsMs: number,
): StandingVerdict {
  const root = messageIn(thread, thread.root);
  if (
    order === undefined ||
    root === null ||
    root.sender !== thread.coordinator ||
    root.thread !== undefined ||
    root.chavion?.kind !== 'notice' ||
    root.chavion.source !== order.event
  )
    return { kind: 'refused', why: 'not-scheduled' };
  const sentAt = z.object({ origin_server_ts: z.int() }).safeParse(order.raw).data?.origin_server_ts;
  if (sentAt === undefined) return { kind: 'refused', why: 'not-scheduled' };
  const ordered = orderedBy(
    { ...job, room: order.room, root: order.event, at: sentAt },
    { ...facts, raw: order.raw, reactions: order.reactions, stoppedUntil: 0 },
    thread.coordinator,
  );
  if (ordered.kind === 'refused') return ordered;
  const { by } = ordered;
  const refused = (why: StandingRefusal): StandingVerdict => ({ kind: 'refused', why, by });
  if (!isStanding(ordered.words, { at: sentAt, timeZone: order.timeZone })) return refused('not-scheduled');
  if (order.revokedAt > sentAt) return refused('revoked');
  if (root.at !== job.at || root.at > facts.now + CLOCKS_DIFFER_MS || root.at < sentAt) return refused('wrong-time');
  if (facts.now - root.at > lastsMs) return refused('too-old');
  if (
    root.at <= facts.stoppedUntil ||
    facts.reactions.some(({ key, sender }) => key.startsWith(STOP_SIGN) && facts.masters.has(sender))
  )
    return refused('stopped');
  return { kind: 'message', message: root, by };
}

/** A master's own words, or a line that the coordinator has shown and a master has put his ✅ on. A no outweighs every yes. */
function orderedBy(
  job: PlanJob,
  facts: OrderFacts,
  coordinator: UserId,
):
  | { readonly kind: 'ordered'; readonly by: UserId; readonly words: string }
  | Extract<StandingVerdict, { kind: 'refused' }> {
  const line = proposedLine(facts.raw);
  if (line === null) {
    const own = masterMessage(job, facts, Number.POSITIVE_INFINITY);
    return own.kind === 'refused' ? own : { kind: 'ordered', by: own.message.sender, words: own.message.body };
  }
  const shown = standingMessage(job, facts, Number.POSITIVE_INFINITY, (sender) => sender === coordinator, 'not-master');
  if (shown.kind === 'refused') return { kind: 'refused', why: shown.why };
  const { yes, no } = consentTo(facts, job.at, PROPOSAL_LASTS_MS);
  if (yes === undefined || no) return { kind: 'refused', why: 'not-scheduled' };
  return { kind: 'ordered', by: yes.sender, words: line };
}

const isStanding = (body: string, origin: MomentOrigin): boolean =>
  parseSchedule(body, origin)?.kind === 'schedule' || parseCycle(body)?.kind === 'on';

/** The key under which the end of a cycle is remembered; of schedules it is their id. */
export const CYCLE = 'cycle';

/** What a master's message takes away; null for the others. A cycle that begins ends the one before. */
export function revokedBy(body: string): string | null {
  const cycle = parseCycle(body)?.kind;
  return cycle === 'off' || cycle === 'on' ? CYCLE : parseUnschedule(body);
}

/** Of all that was taken away, under any name that means this order: the newest time, 0 for none. */
export function revocationOf(order: EventId, body: string, revokedAt: (key: string) => number): number {
  const isCycle = parseCycle(body) !== null;
  return Math.max(...namesOf(scheduleId(order)).map(revokedAt), isCycle ? revokedAt(CYCLE) : 0);
}
