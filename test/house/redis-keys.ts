import type { Redis } from 'ioredis';

/** Names of keys, a few at a time: the parts' accounts may not ask for all at once. */
export async function keysLike(redis: Redis, pattern: string): Promise<readonly string[]> {
  const found = new Set<string>();
  for (let cursor = '0'; ;) {
    const [next, keys] = await redis.scan(cursor, 'MATCH', pattern, 'COUNT', 1_000);
    for (const key of keys) found.add(key);
    if (next === '0') return [...found];
    cursor = next;
  }
}
