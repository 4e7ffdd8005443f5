import type { Command } from '../protocol/command.ts';
import type { AgentId, EventId, Lang } from '../protocol/ids.ts';
import type { JobView, MessageIn, PresenceView, TaskView } from './schemas.ts';

/** What the agents' API needs of the house behind it. Every method may throw `ApiProblem`. */
export interface SwarmPort {
  /** The language in which the agents' API speaks to those who prefer none. */
  readonly lang: Lang;
  /** It was heard of just now; `listening`: it waits for letters. */
  readonly touch: (agent: AgentId, how?: 'listening') => Promise<void>;
  /** The first of all its calls with this key: the message that holds it is taken out of the room. */
  readonly arrived: (agent: AgentId) => Promise<void>;
  readonly presence: () => readonly PresenceView[];
  readonly nameOf: (agent: AgentId) => string;
  /** `seed` names the call: the same one says nothing twice. */
  readonly say: (agent: AgentId, message: MessageIn, seed: string) => Promise<Spoken>;
  /** A line about an item of the board, in its thread where it has one. */
  readonly announce: (
    agent: AgentId,
    line: { readonly text: string; readonly thread: EventId | null },
    seed: string,
  ) => Promise<EventId>;
  readonly order: (
    agent: AgentId,
    order: { readonly command: Command; readonly thread: EventId | null },
    seed: string,
  ) => Promise<JobView>;
  /** Null: there is none of that name. */
  readonly job: (id: string) => Promise<JobView | null>;
  readonly swarmTasks: SwarmTasks | null;
  readonly health: () => Promise<boolean>;
}

export interface Spoken {
  /** Null where the words are an answer: its turn says them. */
  readonly event: EventId | null;
  /** Agents that were called by it and now have a turn or a letter. */
  readonly called: readonly AgentId[];
  /** What became of the question that it answers. */
  readonly answer: 'taken' | 'late' | 'unknown' | null;
  /** Why nobody more was called. */
  readonly bound: 'depth' | 'turns' | null;
}

/** Tasks that the agents carry out together. */
export interface SwarmTasks {
  readonly list: (limit: number) => Promise<readonly TaskView[]>;
  readonly get: (id: string) => Promise<TaskView | null>;
  /** The report of one that has ended. */
  readonly result: (id: string) => Promise<string | null>;
  /** Asks a master for one. Null: they cannot be had from outside. */
  readonly begin: ((agent: AgentId, mission: string, seed: string) => Promise<TaskView>) | null;
}
