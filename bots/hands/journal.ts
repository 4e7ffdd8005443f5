import type { Redis } from 'ioredis';
import { z } from 'zod';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { ToolOutcome } from './tool.ts';

/** As long as the decision that the turn comes from. */
const KEPT_S = 3 * 24 * 3600;

const Call = z.object({ id: z.string(), name: z.string(), input: z.string() });

/** One call of the model: what it said, and which tools it asked for. */
export const TurnStep = z.object({
  text: z.string(),
  calls: z.array(Call),
  /** What the provider of this label wants to have back. */
  state: z.object({ provider: z.string(), state: z.string() }).optional(),
});
export type TurnStep = z.infer<typeof TurnStep>;

/**
 * What a turn has done so far, each part stored before the next one begins: whoever takes the turn up after a crash goes
 * on behind it. Where two run the same turn the first word counts for both.
 */
export interface Journal {
  step(turn: string, step: number): Promise<TurnStep | null>;
  keepStep(turn: string, step: number, made: TurnStep): Promise<TurnStep>;
  outcome(turn: string, step: number, place: number): Promise<ToolOutcome | null>;
  keepOutcome(turn: string, step: number, place: number, made: ToolOutcome): Promise<ToolOutcome>;
}

export function redisJournal(redis: Redis): Journal {
  async function find<T>(turn: string, field: string, schema: z.ZodType<T>): Promise<T | null> {
    const stored = await redis.hget(swarmKey('hands', turn), field);
    return stored === null ? null : schema.parse(JSON.parse(stored));
  }
  async function keep<T>(turn: string, field: string, made: T, schema: z.ZodType<T>): Promise<T> {
    const key = swarmKey('hands', turn);
    const [first] = await Promise.all([redis.hsetnx(key, field, JSON.stringify(made)), redis.expire(key, KEPT_S)]);
    return first === 1 ? made : ((await find(turn, field, schema)) ?? made);
  }
  return {
    step: (turn, step) => find(turn, `step.${step}`, TurnStep),
    keepStep: (turn, step, made) => keep(turn, `step.${step}`, made, TurnStep),
    outcome: (turn, step, place) => find(turn, `outcome.${step}.${place}`, ToolOutcome),
    keepOutcome: (turn, step, place, made) => keep(turn, `outcome.${step}.${place}`, made, ToolOutcome),
  };
}
