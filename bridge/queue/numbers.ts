import type { Redis } from 'ioredis';
import { z } from 'zod';
import { luaCommand } from './lua-command.ts';

const takeNumberScript = luaCommand(import.meta.url, 'lua/take-number-1.lua', z.int().nonnegative());

/** Of so many numbers under a key the next one for this name, the same whenever it asks; null where they are used up. */
export async function takeNumber(
  redis: Redis,
  key: string,
  name: string,
  { most, seconds }: { readonly most: number; readonly seconds: number },
): Promise<number | null> {
  const number = await takeNumberScript(redis, [key], [name, most, seconds]);
  return number === 0 ? null : number;
}
