import type { Redis } from 'ioredis';
import { luaCommand, YesNo } from './lua-command.ts';

/** What several processes read, change and write in one hash: in one step, or over what was read. */

const raiseField = luaCommand(import.meta.url, 'lua/raise-field-1.lua', YesNo);
const swapField = luaCommand(import.meta.url, 'lua/swap-field-1.lua', YesNo);

/** A number that only grows, whoever comes later. @returns false where it was as high already. */
export const raise = (redis: Redis, hash: string, field: string, to: number): Promise<boolean> =>
  raiseField(redis, [hash], [field, to]);

/** Writes over what was read, null for nothing. @returns false where something else stands there by now. */
export const swap = (
  redis: Redis,
  hash: string,
  field: string,
  before: string | null,
  after: string,
): Promise<boolean> => swapField(redis, [hash], [field, before ?? '', after]);

/** Writes what `next` makes of what stands there (null: nothing does); asked anew where another was first. Null changes nothing. */
export async function change(
  redis: Redis,
  hash: string,
  field: string,
  next: (before: string | null) => string | null,
): Promise<void> {
  for (;;) {
    const before = await redis.hget(hash, field);
    const after = next(before);
    if (after === null || after === before) return;
    if (await swap(redis, hash, field, before, after)) return;
  }
}
