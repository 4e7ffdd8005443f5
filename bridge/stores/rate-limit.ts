import type { Redis } from 'ioredis';
import { swarmKey } from '../queue/redis.ts';

export interface Rate {
  /** So many at once after a rest. */
  readonly burst: number;
  readonly perMinute: number;
}

/** A bucket that fills steadily; one step, so that calls at the same time count each. Returns milliseconds to wait. */
const TAKE = `
local burst, perMs, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local kept = redis.call('HMGET', KEYS[1], 'tokens', 'at')
local tokens = tonumber(kept[1] or burst)
local at = tonumber(kept[2] or now)
tokens = math.min(burst, tokens + math.max(0, now - at) * perMs)
local wait = 0
if tokens >= 1 then tokens = tokens - 1 else wait = math.ceil((1 - tokens) / perMs) end
redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', tostring(math.max(now, at)))
redis.call('PEXPIRE', KEYS[1], math.ceil(burst / perMs) + 1000)
return wait`;

/** 0: go on; else how many milliseconds until the next call is let through. */
export async function takeToken(redis: Redis, whose: string, { burst, perMinute }: Rate, now: number): Promise<number> {
  return Number(await redis.eval(TAKE, 1, swarmKey('door', 'rate', whose), burst, perMinute / 60_000, now));
}
