import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { wasEdited } from '../../bridge/matrix/as-sent.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import { EventId, type RoomId } from '../../bridge/protocol/ids.ts';
import type { Attempt } from './attempts.ts';
import type { PlanOrder } from './plan-gate.ts';
import { relatedEvents } from './relations.ts';
import { namedIn } from './task-acts.ts';

/** More than any honest task names: a decision of 20 proposals and 200 ballots, and its patches. */
const MAX_EVENTS = 400;

/** The events that a job names and those that they name, as the homeserver has them now. */
export async function readEvidence(account: Account, job: PlanJob): Promise<ReadonlyMap<EventId, unknown>> {
  const events = new Map<EventId, unknown>();
  let wanted: readonly EventId[] = [job.root, job.decision, job.patched, job.retry, job.revision].filter(
    (id) => id !== undefined,
  );
  while (wanted.length > 0) {
    const read = await Promise.all(
      wanted.slice(0, MAX_EVENTS - events.size).map(async (id) => [id, await account.event(job.room, id)] as const),
    );
    for (const [id, raw] of read) events.set(id, raw);
    if (events.size >= MAX_EVENTS) break;
    wanted = [
      ...new Set(read.flatMap(([id, raw]) => [...namedIn(raw), ...(id === job.revision ? repliedIn(raw) : [])])),
    ].filter((id) => !events.has(id));
  }
  return events;
}

const Reply = z.object({
  content: z.object({ 'm.relates_to': z.object({ 'm.in_reply_to': z.object({ event_id: EventId }) }) }),
});

/** What a master's message answers, which says what it is about. */
const repliedIn = (raw: unknown): readonly EventId[] => {
  const reply = Reply.safeParse(raw);
  return reply.success ? [reply.data.content['m.relates_to']['m.in_reply_to'].event_id] : [];
};

const Edited = z.object({ unsigned: z.object({ 'm.relations': z.object({ 'm.replace': z.unknown() }) }) });

/** What the executor's account has told of the commands of this plan: also another executor's. */
export async function readAttempts(
  account: Account,
  room: RoomId,
  root: EventId,
  order: PlanOrder,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  const take = (result: CommandResult | undefined, at: number): void => {
    if (result === undefined || at < order.decidedAt || !order.hashes.includes(result.plan)) return;
    attempts.push({
      step: result.step,
      attempt: result.attempt,
      state: stateOf(result),
      repeatable: isRepeatable(order, result),
      at,
    });
  };
  for await (const raw of relatedEvents(account, room, root, 'm.reference')) {
    const event = decodeEvent(raw, { isOwn: () => true }, room);
    if (event?.kind === 'plan-result' && event.sender === account.userId && event.root === root && !wasEdited(raw))
      take(event.result, event.at);
  }
  // As an executor of an earlier version has told it.
  for await (const raw of relatedEvents(account, room, root, 'm.thread')) {
    const message = decodeEvent(raw, { isOwn: () => true }, room);
    if (message?.kind !== 'message' || message.sender !== account.userId) continue;
    const edit = decodeEvent(
      Edited.safeParse(raw).data?.unsigned['m.relations']['m.replace'],
      { isOwn: () => true },
      room,
    );
    take(
      (edit?.kind === 'edit' && edit.sender === account.userId ? edit.chavion : message.chavion)?.result,
      message.at,
    );
  }
  return furthest(attempts);
}

/** Of an attempt that was told of more than once the last that is certain, since when it was taken. */
function furthest(attempts: readonly Attempt[]): readonly Attempt[] {
  const known = new Map<string, Attempt>();
  for (const one of attempts) {
    const key = `${one.step}.${one.attempt}`;
    const other = known.get(key);
    const last = other === undefined || certainty(one) > certainty(other) ? one : other;
    known.set(key, { ...last, at: Math.min(one.at, other?.at ?? one.at) });
  }
  return [...known.values()];
}

const certainty = ({ state }: Attempt): number => (state === 'open' ? 0 : state === 'unknown' ? 1 : 2);

const stateOf = ({ state }: CommandResult): Attempt['state'] =>
  state === 'asked' || state === 'running' ? 'open' : state;
const isRepeatable = ({ plan }: PlanOrder, result: CommandResult): boolean =>
  plan.steps.some((step) => step.kind === 'command' && step.command.id === result.step && step.command.repeatable);
