import { z } from 'zod';
import { CommandResult } from '../act.ts';
import { CHAVION_KEY, ChavionContent } from '../content.ts';
import { EventId } from '../ids.ts';

/**
 * How a command of a task stands, in the task's room, written by the executor: an event for each state, never edited.
 * Clients show nothing of it; what they show is the coordinator's one message for the run.
 */
export const PLAN_RESULT_TYPE = 'com.chavion.plan.result';

export const PlanResultContent = z.looseObject({
  /** In words, for whoever reads the room's events. */
  body: z.string(),
  /** `root`: the task. */
  [CHAVION_KEY]: ChavionContent.extend({ kind: z.literal('result'), root: EventId, result: CommandResult }),
  /** The task's root, so that all of them are found by it; not the thread, which shows its last event. */
  'm.relates_to': z.looseObject({ rel_type: z.literal('m.reference'), event_id: EventId }),
});
export type PlanResultContent = z.infer<typeof PlanResultContent>;

/** Of one output, in the message of the run; what is longer is a file beside it. */
export const RUN_SHOWS = { lines: 12, characters: 800 } as const;
export const isLong = (output: string): boolean =>
  output.length > RUN_SHOWS.characters || output.split('\n').length > RUN_SHOWS.lines;
