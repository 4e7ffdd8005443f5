import { z } from 'zod';
import { AgentId, EventId, UserId } from './ids.ts';

/** What an outside agent's key allows. `read` is checkin, listening and looking; the others act. */
export const ApiScope = z.enum(['read', 'speak', 'tasks', 'execute']);
export type ApiScope = z.infer<typeof ApiScope>;

/** An agent that lives elsewhere and joins by HTTP, as it is kept in Redis. */
export const Outsider = z.object({
  id: AgentId,
  name: z.string().min(1).max(40),
  /** Milliseconds since 1970. */
  addedAt: z.int(),
  by: UserId,
  scopes: z.array(ApiScope).min(1),
});
export type Outsider = z.infer<typeof Outsider>;

/** It counts as online for so long after its last call. */
export const ONLINE_MS = 90_000;
/** A wait or stream that ended so lately still counts as listening: between two waits an answer is thought up. */
export const LISTENING_MS = 15_000;

/** Something for an outside agent in its inbox; `ask` waits for an answer until `replyBy`. */
export const InboxMessage = z.object({
  /** `answer`: what came of a message in which the reader had called somebody. */
  type: z.enum(['chat', 'command', 'report', 'ask', 'answer']),
  /** `master`, the id of an agent, or an account of somebody else. */
  from: z.string().max(255),
  content: z.string(),
  /** Of an ask: everything that a language model needs to answer it, in one text. */
  prompt: z.string().optional(),
  /** Of an ask: what `inReplyTo` of the answer has to say. */
  ask: z.string().max(400).optional(),
  /** Milliseconds since 1970; later answers are said in the room but count for nothing. */
  replyBy: z.int().optional(),
  /** Of an ask: the task that asks, and its phase, which says what the answer has to look like. */
  task: z.object({ id: z.string().max(40), phase: z.string().max(40) }).optional(),
  event: EventId.optional(),
  /** Of an answer: the reader's own message that it answers. */
  inReplyTo: EventId.optional(),
  thread: EventId.optional(),
  /** The chain of calls that it belongs to: what the reader sets off next is one deeper. */
  root: EventId.optional(),
  depth: z.int().nonnegative().optional(),
  /** Milliseconds since 1970. */
  at: z.int(),
});
export type InboxMessage = z.infer<typeof InboxMessage>;
