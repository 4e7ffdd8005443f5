import { z } from 'zod';
import { EventId, Lang, RoomId } from './ids.ts';

/**
 * What the swarm puts into the executor's box: where to look, and nothing to run. The executor reads the event itself
 * and refuses where room or time are not as claimed.
 */
export const CommandJob = z.strictObject({
  v: z.literal(1),
  /** `run`: a master's `!run`. */
  type: z.literal('run'),
  /** The event that ordered it. */
  root: EventId,
  room: RoomId,
  /** origin_server_ts of the root, milliseconds. */
  at: z.int().nonnegative(),
  /** In which language to answer. */
  lang: Lang,
});
export type CommandJob = z.infer<typeof CommandJob>;

export const ORDERS_QUEUE = 'orders';

/** The id under which an order can be added only once. */
export const commandJobId = (job: CommandJob): string => job.root;

/** An order that did not begin within a day is not begun any more; so nothing older has to be remembered. */
export const ORDER_LASTS_MS = 24 * 3_600_000;
/** Silence for this long refuses. */
export const APPROVAL_LASTS_MS = 7 * 24 * 3_600_000;

/** The field at fault first: `root: expected string`. */
export function faultOf(error: z.ZodError): { readonly field: string; readonly what: string } {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  const field = path === '' && issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : path;
  return { field: field === '' ? 'job' : field, what: issue?.message ?? 'not readable' };
}
