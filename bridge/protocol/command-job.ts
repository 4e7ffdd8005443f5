import { z } from 'zod';
import { EventId, Lang, RoomId } from './ids.ts';
import { StepId } from './plan.ts';

/** Where to look; the executor refuses where room or time are not as claimed. */
const place = {
  v: z.literal(1),
  /** The event of a master that ordered it: a `!run`, or the root of a task. */
  root: EventId,
  room: RoomId,
  /** origin_server_ts of the root, milliseconds. */
  at: z.int().nonnegative(),
  /** In which language to answer. */
  lang: Lang,
};

/** A master's `!run`. */
export const RunJob = z.strictObject({ ...place, type: z.literal('run') });
export type RunJob = z.infer<typeof RunJob>;

/** A command that an outside agent asks for: it stands in that agent's own message, and a master is always asked. */
export const OutsideJob = z.strictObject({ ...place, type: z.literal('outside') });
export type OutsideJob = z.infer<typeof OutsideJob>;

/**
 * A command that an agent asks for while it answers a master's message, the root. It stands in an event of the agent's
 * own (`orders/command-request.ts`), and its authority is the root's.
 */
export const ChatJob = z.strictObject({
  ...place,
  type: z.literal('chat'),
  /** The agent's event. */
  request: EventId,
});
export type ChatJob = z.infer<typeof ChatJob>;

/** One command of a task's plan; which, and whether it may, stands in the events that are named. */
export const PlanJob = z.strictObject({
  ...place,
  type: z.literal('plan'),
  /** The coordinator's `decision`: which plan has won, and by whose votes. */
  decision: EventId,
  /** The coordinator's last `patched`, where the plan in force is the winner's no more. */
  patched: EventId.optional(),
  step: StepId,
  /** 1, and one more for each time that this step is begun again, whatever its command has become meanwhile. */
  attempt: z.int().min(1).max(9),
  /** The master's `!retry`, where the task was ended since. */
  retry: EventId.optional(),
  /** The master's message that wants something changed of what the finished task has made, where the plan is for that. */
  revision: EventId.optional(),
});
export type PlanJob = z.infer<typeof PlanJob>;

/**
 * The task needs the commands no longer that were ordered so far: what runs is killed, what waits is withdrawn.
 * Believed as it is, for it can do no more than stop.
 */
export const EndJob = z.strictObject({
  ...place,
  type: z.literal('end'),
  /** Which of the task's ends, where it has more than one: the id of the `withdraw` effect. */
  id: z.string().max(200).optional(),
  /** Of what came into force up to then, milliseconds since 1970; the box puts it in. */
  until: z.int().nonnegative().optional(),
});
export type EndJob = z.infer<typeof EndJob>;

/**
 * What the swarm puts into the executor's box: where to look, and nothing to run. The executor reads the events itself.
 */
export const CommandJob = z.discriminatedUnion('type', [RunJob, OutsideJob, ChatJob, PlanJob, EndJob]);
export type CommandJob = z.infer<typeof CommandJob>;

/** What begins a command. */
export type OrderJob = RunJob | OutsideJob | ChatJob | PlanJob;

export const ORDERS_QUEUE = 'orders';

/** Ends have a box of their own: they are not to wait behind what they end. */
export const ENDS_QUEUE = 'ends';

/** Whether it says of itself that another version has made it. */
export const isOfAnotherVersion = (payload: unknown): boolean =>
  z.looseObject({ v: z.int().refine((v) => v !== 1) }).safeParse(payload).success;

/** The id under which an order can be added only once. */
export function commandJobId(job: CommandJob): string {
  switch (job.type) {
    case 'run':
    case 'outside':
      return job.root;
    case 'chat':
      return job.request;
    case 'plan':
      return [job.root, job.patched ?? job.decision, job.step, job.attempt].join('.');
    case 'end':
      return [job.root, 'end', ...(job.id === undefined ? [] : [job.id])].join('.').replaceAll(':', '_');
  }
}

/** An order that did not begin within a day is not begun any more; so nothing older has to be remembered. */
export const ORDER_LASTS_MS = 24 * 3_600_000;
/** A task goes on for as long as masters take to answer; then its commands are not begun any more. */
export const TASK_LASTS_MS = 14 * 24 * 3_600_000;
/** What an agent asks for counts as meant by a message that is not older than this when it is taken. */
export const CHAT_LASTS_MS = 10 * 60_000;
/** So many commands one message may set off in conversation. */
export const MAX_CHAT_COMMANDS = 20;
/** Silence for this long refuses. */
export const APPROVAL_LASTS_MS = 7 * 24 * 3_600_000;

/** The field at fault first: `root: expected string`. */
export function faultOf(error: z.ZodError): { readonly field: string; readonly what: string } {
  const [issue] = error.issues;
  const path = issue?.path.join('.') ?? '';
  const field = path === '' && issue?.code === 'unrecognized_keys' ? issue.keys.join(', ') : path;
  return { field: field === '' ? 'job' : field, what: issue?.message ?? 'not readable' };
}
