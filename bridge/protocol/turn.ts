import { z } from 'zod';
import { AgentId, EventId, Lang, RoomId } from './ids.ts';

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
  /** The whole order of speakers, all rounds, the summary last. */
  order: z.array(AgentId).min(1),
  index: z.int().nonnegative(),
});
export type Discussion = z.infer<typeof Discussion>;

/** One agent's answer to one event; the job id is made of both, so a second delivery is the same job. */
export const TurnJob = z.object({
  room: RoomId,
  source: EventId,
  /** origin_server_ts of the source: `!stop` silences turns of events before it. */
  at: z.int(),
  agent: AgentId,
  thread: EventId.optional(),
  root: EventId,
  depth: z.int().min(0).max(MAX_DEPTH),
  lang: Lang,
  discussion: Discussion.optional(),
});
export type TurnJob = z.infer<typeof TurnJob>;
