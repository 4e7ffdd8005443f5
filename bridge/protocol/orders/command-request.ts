import { z } from 'zod';
import { CommandResult } from '../act.ts';
import { CHAVION_KEY, ChavionContent } from '../content.ts';
import { EventId } from '../ids.ts';

/**
 * The event in which an agent asks for a command while it answers a master: in the room and thread of that message, in
 * reply to it, never edited. Clients show nothing of it; what they show is the answer that grows meanwhile.
 */
export const COMMAND_REQUEST_TYPE = 'com.chavion.request';

/** Beside `com.chavion` in it: the command, as `parseCommand` reads it. */
export const COMMAND_KEY = 'com.chavion.command';

/**
 * Beneath the master's message, by the executor: one for each command that it set off in conversation, with its number as
 * the key of an annotation. The homeserver takes each number once of an account, whichever executor it comes from.
 */
export const COMMAND_COUNTED_TYPE = 'com.chavion.counted';

export const CommandRequest = z.looseObject({
  /** In words, for whoever reads the room's events. */
  body: z.string(),
  [CHAVION_KEY]: ChavionContent.extend({ kind: z.literal('request'), source: EventId, root: EventId }),
  [COMMAND_KEY]: z.unknown(),
  'm.relates_to': z.looseObject({
    rel_type: z.string().optional(),
    /** The thread's root where `rel_type` is `m.thread`. */
    event_id: EventId.optional(),
    'm.in_reply_to': z.looseObject({ event_id: EventId }),
  }),
});
export type CommandRequest = z.infer<typeof CommandRequest>;

/** How it stands, in the ops room, written by the executor for the agent that asked; each later one replaces the last. */
export const COMMAND_RESULT_TYPE = 'com.chavion.result';

export const CommandResultContent = z.looseObject({
  body: z.string(),
  /** `source`: the request. */
  [CHAVION_KEY]: ChavionContent.extend({ kind: z.literal('result'), source: EventId, result: CommandResult }),
});
export type CommandResultContent = z.infer<typeof CommandResultContent>;
