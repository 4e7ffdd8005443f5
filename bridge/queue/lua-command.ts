import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { Redis } from 'ioredis';
import { z } from 'zod';

/** `lua/take-token-1.lua` takes one key, and its caller gives it one: the compiler reads it off the name. */
interface KeyLists {
  1: readonly [string];
  2: readonly [string, string];
  3: readonly [string, string, string];
  4: readonly [string, string, string, string];
  6: readonly [string, string, string, string, string, string];
  7: readonly [string, string, string, string, string, string, string];
}
type KeysOf<File extends string> = {
  [Count in keyof KeyLists]: File extends `${string}-${Count}.lua` ? KeyLists[Count] : never;
}[keyof KeyLists];

/** One step in Redis, by whatever connection: nothing of anybody else's happens in between. */
export type LuaCommand<Keys, Answer> = (
  redis: Redis,
  keys: Keys,
  words: readonly (string | number)[],
) => Promise<Answer>;

/** What a script answers that says whether it has done it. */
export const YesNo = z.literal([0, 1]).transform((answer) => answer === 1);

const NAME = /^([a-z-]+)-(\d+)\.lua$/;

/**
 * A script from the `lua` folder beside the module at `beside`, read while that loads: later its account may not be able
 * to. Each connection learns it at its first call, and names it by its digest from then on; a Redis that has forgotten
 * it is told it again.
 */
export function luaCommand<File extends string, Answer>(
  beside: string,
  file: File,
  answer: z.ZodType<Answer>,
): LuaCommand<KeysOf<File>, Answer> {
  const [, name = '', count = ''] = NAME.exec(basename(file)) ?? [];
  const lua = readFileSync(new URL(file, beside), 'utf8');
  const knowing = new WeakSet<Redis>();
  return async (redis, keys, words) => {
    if (!knowing.has(redis)) redis.defineCommand(name, { lua, numberOfKeys: Number(count) });
    knowing.add(redis);
    const send: unknown = Reflect.get(redis, name);
    if (!isSend(send)) throw new Error(`${name} is no command`);
    return answer.parse(await send.apply(redis, [...keys, ...words]));
  };
}

type Send = (...words: readonly (string | number)[]) => Promise<unknown>;
const isSend = (value: unknown): value is Send => typeof value === 'function';
