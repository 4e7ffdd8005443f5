import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import type { Attempt } from './attempts.ts';
import type { PlanOrder } from './plan-gate.ts';
import { relatedEvents } from './relations.ts';
import { namedIn } from './task-acts.ts';

/** More than any honest task names: a decision of 20 proposals and 200 ballots, and its patches. */
const MAX_EVENTS = 400;

/** The events that a job names and those that they name, as the homeserver has them now. */
export async function readEvidence(account: Account, job: PlanJob): Promise<ReadonlyMap<EventId, unknown>> {
  const events = new Map<EventId, unknown>();
  let wanted: readonly EventId[] = [job.root, job.decision, job.patched, job.retry].filter((id) => id !== undefined);
  while (wanted.length > 0) {
    const read = await Promise.all(
      wanted.slice(0, MAX_EVENTS - events.size).map(async (id) => [id, await account.event(job.room, id)] as const),
    );
    for (const [id, raw] of read) events.set(id, raw);
    if (events.size >= MAX_EVENTS) break;
    wanted = [...new Set(read.flatMap(([, raw]) => namedIn(raw)))].filter((id) => !events.has(id));
  }
  return events;
}

const Edited = z.object({ unsigned: z.object({ 'm.relations': z.object({ 'm.replace': z.unknown() }) }) });

/** What the executor's account has told in a task's thread of the commands of this plan: also another executor's. */
export async function readAttempts(
  account: Account,
  room: RoomId,
  root: EventId,
  order: PlanOrder,
): Promise<readonly Attempt[]> {
  const attempts: Attempt[] = [];
  for await (const raw of relatedEvents(account, room, root, 'm.thread')) {
    const message = decodeEvent(raw, { isOwn: () => true }, room);
    if (message?.kind !== 'message' || message.sender !== account.userId || message.at < order.decidedAt) continue;
    const edit = decodeEvent(
      Edited.safeParse(raw).data?.unsigned['m.relations']['m.replace'],
      { isOwn: () => true },
      room,
    );
    const result = (edit?.kind === 'edit' && edit.sender === account.userId ? edit.chavion : message.chavion)?.result;
    if (result === undefined || !order.hashes.includes(result.plan)) continue;
    attempts.push({
      step: result.step,
      attempt: result.attempt,
      state: stateOf(result),
      repeatable: isRepeatable(order, result),
      at: message.at,
    });
  }
  return attempts;
}

const stateOf = ({ state }: CommandResult): Attempt['state'] =>
  state === 'asked' || state === 'running' ? 'open' : state;
const isRepeatable = ({ plan }: PlanOrder, result: CommandResult): boolean =>
  plan.steps.some((step) => step.kind === 'command' && step.command.id === result.step && step.command.repeatable);
