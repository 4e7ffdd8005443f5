import type { Redis } from 'ioredis';
import { z } from 'zod';
import { luaCommand } from '../queue/lua-command.ts';
import { swarmKey } from '../queue/redis.ts';

export interface Rate {
  /** So many at once after a rest. */
  readonly burst: number;
  readonly perMinute: number;
}

const takeOne = luaCommand(import.meta.url, 'lua/take-token-1.lua', z.int().nonnegative());

/** 0: go on; else how many milliseconds until the next call is let through. */
export async function takeToken(redis: Redis, whose: string, { burst, perMinute }: Rate, now: number): Promise<number> {
  return takeOne(redis, [swarmKey('door', 'rate', whose)], [burst, perMinute / 60_000, now]);
}
