import { z } from 'zod';
import { Act, CommandResult, Performative } from './act.ts';
import { AgentId, EventId, RoomId, UserId } from './ids.ts';

/** `order`: holds in every prompt. `fact`: is searched. `record`: what a task has brought; its words are models'. */
export const MemoryKind = z.enum(['order', 'fact', 'record']);
export type MemoryKind = z.infer<typeof MemoryKind>;

/**
 * The `com.chavion` key of every event a part of Chavion writes, beside a readable body.
 * Integers only: Synapse refuses floats in event content.
 */
export const ChavionContent = z.object({
  v: z.literal(1),
  /**
   * `answer`: an agent's words. `notice`: the coordinator's. `fault`: a turn that could not be had. `relay`: to be
   * carried to a web chat. `card`: a task at a glance. `act`: said within a task. `result`: of a task's or an
   * agent's command. `request`: a command that an agent asks for, `orders/command-request.ts`. `memory`: a line of the
   * memory room that the coordinator has written.
   */
  kind: z.enum(['answer', 'notice', 'fault', 'relay', 'card', 'act', 'result', 'request', 'memory']),
  /** The event that this answers. */
  source: EventId.optional(),
  /** Said right before it, and answered with it. */
  burst: z.array(EventId).max(20).optional(),
  /** The master's event at the head of the chain; turns are counted against it. */
  root: EventId.optional(),
  /** 0 answers a master; each agent that another one mentions is one deeper. */
  depth: z.int().min(0).max(16).optional(),
  agent: AgentId.optional(),
  /** The turn that said it: what one run of it begins, the next one ends. */
  turn: z.string().max(400).optional(),
  /** Continuation of a long answer: 0 is the beginning. */
  part: z.int().min(0).max(1000).optional(),
  /** A task's commands, how they stand and what they have put out. */
  run: z.boolean().optional(),
  /** Still growing by edits. */
  streaming: z.boolean().optional(),
  rehearsal: z.boolean().optional(),
  /** The answer is a question, and this the provider's own name for what waits; a master's reply hands it back. */
  resume: z.string().max(300).optional(),
  /** Shows the summary of the room, which is told to models otherwise, and taken out of the room with it. */
  memory: z.boolean().optional(),
  /** Said to a master about his message, and no part of the conversation: models are not told. */
  quiet: z.boolean().optional(),
  /** Nobody needs to be rung for it, and it is no `m.notice`: a file, the second answer to one greeting. `synapse/silent-rule.ts` */
  silent: z.boolean().optional(),
  /** Of the coordinator, at a master's `source`: an agent from elsewhere that the launcher is to invite. */
  admit: UserId.optional(),
  /** Of the executor: the commands that this message asks for or tells of. */
  hashes: z
    .array(z.string().regex(/^[0-9a-f]{64}$/))
    .min(1)
    .max(50)
    .optional(),
  /** Of a line of the memory room; `agent`: the only one whom it binds, `source`: where it was said. */
  remembers: MemoryKind.optional(),
  /** ... by this master ... */
  by: UserId.optional(),
  /** ... in this room. */
  sourceRoom: RoomId.optional(),
  /** Of such a line, and of the question whether it is to be one: whose words it quotes, where that is no master. */
  quotes: UserId.optional(),
  act: Act.optional(),
  /** Of an outside agent's message, where it said so. */
  performative: Performative.optional(),
  result: CommandResult.optional(),
});
export type ChavionContent = z.infer<typeof ChavionContent>;

export const CHAVION_KEY = 'com.chavion';

/** Beside it, in an outside agent's order: the command that it asks for, as `parseCommand` reads it. */
export const OUTSIDE_ORDER_KEY = 'com.chavion.order';
