import type { Redis } from 'ioredis';

/**
 * What lies in Redis, by key without `chavion:swarm:`; behind a blank the seconds that it lasts, in tens.
 * A text, a hash, a set (`['a']`), a sorted set (`[['a', 1]]`) or the fields of a stream's entries.
 */
export type Lying = Readonly<Record<string, Value>>;
type Value =
  | string
  | Readonly<Record<string, string>>
  | readonly string[]
  | readonly (readonly [string, number])[]
  | { readonly stream: readonly Readonly<Record<string, string>>[] };

export interface Case {
  readonly it: string;
  readonly given?: Lying;
  /** One after the other: what the script is told beside its keys, and what it answers. */
  readonly calls: readonly (readonly [words: readonly (string | number)[], answer: unknown])[];
  /** All that lies there afterwards. */
  readonly leaves: Lying;
}

/** What a script owes whoever calls it. */
export interface Contract {
  readonly file: string;
  readonly keys: readonly string[];
  readonly cases: readonly Case[];
}

const PREFIX = 'chavion:swarm:';
export const keyOf = (name: string): string => PREFIX + name;

export async function lay(redis: Redis, lying: Lying): Promise<void> {
  for (const [name, value] of Object.entries(lying)) {
    const [short = '', seconds] = name.split(' ');
    const key = keyOf(short);
    if (typeof value === 'string') await redis.set(key, value);
    else if (isList(value))
      for (const one of value) await (typeof one === 'string' ? redis.sadd(key, one) : redis.zadd(key, one[1], one[0]));
    else if (isStream(value))
      for (const fields of value.stream) await redis.xadd(key, '*', ...Object.entries(fields).flat());
    else await redis.hset(key, value);
    if (seconds !== undefined) await redis.expire(key, Number(seconds));
  }
}

export async function look(redis: Redis): Promise<Lying> {
  const keys = (await redis.keys('*')).toSorted();
  return Object.fromEntries(
    await Promise.all(
      keys.map(async (key) => {
        const lasts = await redis.pttl(key);
        return [
          `${key.replace(PREFIX, '')}${lasts < 0 ? '' : ` ${Math.ceil(lasts / 10_000) * 10}`}`,
          await valueOf(redis, key),
        ] as const;
      }),
    ),
  );
}

async function valueOf(redis: Redis, key: string): Promise<Value> {
  const type = await redis.type(key);
  switch (type) {
    case 'string':
      return (await redis.get(key)) ?? '';
    case 'hash':
      return redis.hgetall(key);
    case 'set':
      return (await redis.smembers(key)).toSorted();
    case 'zset':
      return pairs(await redis.zrange(key, '0', '-1', 'WITHSCORES'));
    case 'stream':
      return { stream: (await redis.xrange(key, '-', '+')).map(([, fields]) => Object.fromEntries(pairsOf(fields))) };
    default:
      throw new Error(`${key}: ${type}`);
  }
}

const pairsOf = (flat: readonly string[]): [string, string][] =>
  flat.flatMap((one, i) => (i % 2 === 0 ? [[one, flat[i + 1] ?? ''] as [string, string]] : []));
const pairs = (flat: readonly string[]): [string, number][] =>
  pairsOf(flat).map(([member, score]) => [member, Number(score)]);

const isList = (value: Value): value is readonly string[] | readonly (readonly [string, number])[] =>
  Array.isArray(value);
const isStream = (value: object): value is { readonly stream: readonly Readonly<Record<string, string>>[] } =>
  'stream' in value && Array.isArray(value.stream);
