import type { Redis } from 'ioredis';

/** The few commands of Redis that the executor itself sends, in memory. */
export function paperRedis(): Redis {
  const values = new Map<string, string>();
  const hashes = new Map<string, Map<string, string>>();
  const hash = (key: string) => hashes.get(key) ?? hashes.set(key, new Map()).get(key) ?? new Map<string, string>();
  const commands = {
    set: (key: string, value: string) => Promise.resolve(values.has(key) ? null : (values.set(key, value), 'OK')),
    get: (key: string) => Promise.resolve(values.get(key) ?? null),
    hset: (key: string, field: string, value: string) => Promise.resolve(hash(key).set(field, value).size),
    hgetall: (key: string) => Promise.resolve(Object.fromEntries(hash(key))),
    hdel: (key: string, field: string) => Promise.resolve(Number(hash(key).delete(field))),
  };
  return commands as unknown as Redis;
}
