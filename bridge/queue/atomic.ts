import type { Redis } from 'ioredis';

/** What several processes read, change and write in one hash: in one step, or over what was read. */

const RAISE = `
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) <= before then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** A number that only grows, whoever comes later. @returns false where it was as high already. */
export const raise = async (redis: Redis, hash: string, field: string, to: number): Promise<boolean> => (await redis.eval(RAISE, 1, hash, field, to)) === 1;

const SWAP = `
if (redis.call('HGET', KEYS[1], ARGV[1]) or '') ~= ARGV[2] then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;

/** Writes what `next` makes of what stands there (null: nothing does); asked anew where another was first. Null changes nothing. */
export async function change(redis: Redis, hash: string, field: string, next: (before: string | null) => string | null): Promise<void> {
  for (;;) {
    const before = await redis.hget(hash, field);
    const after = next(before);
    if (after === null || after === before) return;
    if ((await redis.eval(SWAP, 1, hash, field, before ?? '', after)) === 1) return;
  }
}
