import { z } from 'zod';
import { AgentId, EventId, Lang, RoomId, UserId } from './ids.ts';

export const Floor = z.enum(['open', 'called', 'closed']);
/** Who may speak in a room: everyone, only those called, or nobody but to commands. */
export type Floor = z.infer<typeof Floor>;

/** Agents that mention agents stop answering one another at this depth. */
export const MAX_DEPTH = 4;
/** ... and after this many turns that one master's event has set off. */
export const MAX_TURNS_PER_ROOT = 40;

/** A discussion is a chain of turns; each carries what is needed to add the next. */
export const Discussion = z.object({
  topic: z.string(),
  rounds: z.int().positive(),
  /** Everyone's turns, round after round; the summary comes after the last. */
  order: z.array(AgentId).min(1),
  index: z.int().nonnegative(),
});
export type Discussion = z.infer<typeof Discussion>;

/** One agent's answer to one event; the job id is made of both, so a second delivery is the same job. */
export const TurnJob = z.object({
  type: z.literal('turn'),
  room: RoomId,
  source: EventId,
  /** origin_server_ts of the master's event at the root: `!stop` silences turns of events before it. */
  at: z.int(),
  agent: AgentId,
  thread: EventId.optional(),
  root: EventId,
  depth: z.int().min(0).max(MAX_DEPTH),
  lang: Lang,
  discussion: Discussion.optional(),
  /** What was said right before, as part of the same thought: this answers all of it. */
  burst: z.array(EventId).max(20).optional(),
  /** The edit or deletion that asks for this in place of what the source set off first, or the event of the `news`. */
  cause: EventId.optional(),
  /** Another's answer to the same message rings. */
  silent: z.boolean().optional(),
  /** What its agent may do about it: `act`, or look things up alone. Absent: nothing but speak. */
  hands: z.enum(['act', 'look']).optional(),
  /** What became of a command that waited for a master's ✅, for its agent: the answer to `source` goes on with it. */
  news: z.string().max(16_000).optional(),
  /** The root of the finished task that it is about: it is answered from the task's record. */
  task: EventId.optional(),
  /** More may follow: milliseconds from `at` before thinking begins, and before the first word. */
  waits: z.object({ begin: z.int().nonnegative(), speak: z.int().nonnegative() }).optional(),
  /** The words of an event that held a secret, masked: the event itself is soon gone from the homeserver. */
  heard: z.object({ event: EventId, sender: UserId, body: z.string() }).optional(),
});
export type TurnJob = z.infer<typeof TurnJob>;

/** A line of the coordinator (or of the agent that was spoken to), sent once. */
export const NoticeJob = z.object({
  type: z.literal('notice'),
  room: RoomId,
  source: EventId,
  thread: EventId.optional(),
  /** Who says it; the coordinator where nobody is named. */
  as: AgentId.optional(),
  text: z.string(),
  /** Shows the summary of the room. */
  memory: z.boolean().optional(),
  /** No part of the conversation. */
  quiet: z.boolean().optional(),
  /** Tells apart the lines that one event may set off. */
  slot: z
    .string()
    .regex(/^[a-z]+$/)
    .optional(),
  /** A message to take out of the room first; `otherwise` is said where that is not allowed. */
  redact: z.object({ event: EventId, otherwise: z.string() }).optional(),
});
export type NoticeJob = z.infer<typeof NoticeJob>;

/** An invitation to an agent: masters' are followed, others refused. */
export const InviteJob = z.object({
  type: z.literal('invite'),
  room: RoomId,
  source: EventId,
  agent: AgentId,
  accept: z.boolean(),
  lang: Lang,
});
export type InviteJob = z.infer<typeof InviteJob>;

/** A master's `!run` on its way to the executor: where it stands, and nothing to run. */
export const RunOrderJob = z.object({
  type: z.literal('order'),
  room: RoomId,
  source: EventId,
  /** origin_server_ts of the order. */
  at: z.int(),
  lang: Lang,
});
export type RunOrderJob = z.infer<typeof RunOrderJob>;

/** Commands of the house: parts of the swarm carry them out and answer with a line. */
export const HOUSE_COMMANDS = [
  'task',
  'status',
  'tasks',
  'cancel',
  'retry',
  'choose',
  'publish',
  'schedule',
  'schedules',
  'unschedule',
  'run-now',
  'cycle',
  'budget',
  'freeze',
  'thaw',
  'agent',
  'admin',
  'aside',
  'model',
  'tools',
  'judge',
  'memory',
  'forget',
] as const;
/** Nobody types the last one: plain words under a finished task are it. */
export const SwarmCommandName = z.enum([...HOUSE_COMMANDS, 'follow-up']);
export type SwarmCommandName = z.infer<typeof SwarmCommandName>;

/** A master's command with the words behind it; carried out at least once, so that what it does hangs on `source`. */
export const SwarmCommandJob = z.object({
  type: z.literal('command'),
  room: RoomId,
  source: EventId,
  at: z.int(),
  by: UserId,
  thread: EventId.optional(),
  lang: Lang,
  name: SwarmCommandName,
  words: z.string(),
  /** Of `memory`: what is to be remembered, said in plain words and no command. */
  lines: z.array(z.string()).min(1).max(20).optional(),
  /** ... as it reads now in the memory room: `source` is the edit, this the line. */
  edited: EventId.optional(),
  /** ... in another message, to which this one points; `by`: whose words they are, where it is no master. */
  quoted: z.object({ event: EventId, by: UserId.optional() }).optional(),
  /** Of `follow-up`: the root of the task that is to be changed, and who was called to do it. */
  task: EventId.optional(),
  agent: AgentId.optional(),
});
export type SwarmCommandJob = z.infer<typeof SwarmCommandJob>;

/** Everybody's secret vote on what a master has put to the vote in a chat. */
export const BallotJob = z.object({
  type: z.literal('ballot'),
  room: RoomId,
  source: EventId,
  /** origin_server_ts of the master's message. */
  at: z.int(),
  thread: EventId.optional(),
  lang: Lang,
  question: z.string(),
  /** None: everyone names what they want. */
  options: z.array(z.string()),
  /** It is about whose opinion is best: of each option, whose name it is. */
  candidates: z.array(AgentId).optional(),
  /** Names, and no reasons. */
  brief: z.boolean().optional(),
  voters: z.array(AgentId).min(1),
  /** Who would have voted and rests. */
  absent: z.array(AgentId),
});
export type BallotJob = z.infer<typeof BallotJob>;

/** A master's vote in it, or that he has taken one back: all is counted again. */
export const RecountJob = z.object({
  type: z.literal('recount'),
  room: RoomId,
  /** The source of the ballot. */
  ballot: EventId,
  /** The vote. */
  source: EventId,
  at: z.int(),
  by: UserId,
  /** null: taken back. */
  choice: z.string().nullable(),
  /** Said in words, which are answered. */
  word: z.boolean().optional(),
});
export type RecountJob = z.infer<typeof RecountJob>;

/** One run of a schedule. */
export const OccurrenceJob = z.object({
  type: z.literal('occurrence'),
  /** See `bridge/digest/schedule-id.ts`. */
  schedule: z.string(),
  /** The master's message that ordered it. */
  source: EventId,
  /** Names the run: its time, or the command that wants it now. */
  key: z.string().max(300),
  /** Milliseconds since 1970. */
  at: z.int(),
  /** Its time passed while nobody could run it. */
  late: z.boolean(),
});
export type OccurrenceJob = z.infer<typeof OccurrenceJob>;

/** Words for an agent that lives elsewhere and is not there now. */
export const InboxJob = z.object({
  type: z.literal('letter'),
  room: RoomId,
  source: EventId,
  agent: AgentId,
  thread: EventId.optional(),
  text: z.string(),
});
export type InboxJob = z.infer<typeof InboxJob>;

export const SwarmJob = z.discriminatedUnion('type', [
  TurnJob,
  NoticeJob,
  InviteJob,
  InboxJob,
  RunOrderJob,
  SwarmCommandJob,
  OccurrenceJob,
  BallotJob,
  RecountJob,
]);
export type SwarmJob = z.infer<typeof SwarmJob>;

/** The id under which a job can be added only once. */
export function jobId(job: SwarmJob): string {
  switch (job.type) {
    case 'turn':
      return job.discussion === undefined
        ? `${job.cause ?? job.source}.${job.agent}`
        : `${job.cause ?? job.root}.discuss.${job.discussion.index}`;
    case 'notice':
      return `${job.source}.${job.slot ?? 'notice'}`;
    case 'invite':
      return `${job.source}.invite`;
    case 'letter':
      return `${job.source}.${job.agent}.letter`;
    case 'order':
      return `${job.source}.order`;
    case 'command':
      return `${job.source}.command`;
    case 'ballot':
      return `${job.source}.ballot`;
    case 'recount':
      return `${job.source}.recount${job.choice === null ? '.back' : ''}`;
    case 'occurrence':
      return `${job.source}.run.${job.key}`;
  }
}
