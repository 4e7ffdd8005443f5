import { type PlanJob, TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { readFollowUp } from '../../bridge/protocol/orders/follow-up.ts';
import { masterMessage, type OrderFacts } from './gate.ts';
import type { Reaction } from './relations.ts';
import { messageIn, type TaskThread } from './task-acts.ts';

/** A master's message under a finished task, which orders a change of what it has made. */
export interface RevisionOrder {
  readonly by: UserId;
  readonly words: string;
  /** origin_server_ts. */
  readonly at: number;
}

/**
 * The order behind a plan that changes what a task has made: a master's message, unredacted and unedited, in the task's
 * thread or in reply to something in it, that asks for no answer and is no thanks. It is read again as the order of the
 * task is; null where it is none. Pure.
 */
export function judgeRevision(
  { room, revision }: PlanJob,
  thread: TaskThread,
  facts: OrderFacts & { readonly revisionReactions: readonly Reaction[] },
): RevisionOrder | null {
  const message = revision === undefined ? null : messageIn(thread, revision);
  if (message === null || revision === undefined || !isUnder(thread, message)) return null;
  const order = masterMessage(
    { room, root: revision, at: message.at },
    { ...facts, raw: thread.events.get(revision), reactions: facts.revisionReactions },
    TASK_LASTS_MS,
  );
  if (order.kind === 'refused') return null;
  const { sender, body, at } = order.message;
  const read = readFollowUp(body);
  // Of a thought in pieces the last piece may say little alone.
  return read === 'change' || read === 'unclear' ? { by: sender, words: body, at } : null;
}

function isUnder(thread: TaskThread, message: NonNullable<ReturnType<typeof messageIn>>): boolean {
  if (message.thread !== undefined) return message.thread === thread.root;
  const { replyTo } = message;
  return replyTo !== undefined && (replyTo === thread.root || messageIn(thread, replyTo)?.thread === thread.root);
}
