import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Lease } from '../../bridge/queue/lease.ts';
import { change, raise } from '../../bridge/queue/atomic.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { PaperRedis } from '../house/paper-redis.ts';

/** What the product asks of Redis: the same cases for the real one and for the one of paper that unit tests stand on. */
const KINDS = {
  'Redis itself': async () => {
    const bare = await BareRedis.start();
    return { client: () => bare.client(), end: () => bare[Symbol.asyncDispose]() };
  },
  'the one of paper': () => {
    const paper = new PaperRedis();
    return Promise.resolve({ client: () => paper.client(), end: () => Promise.resolve() });
  },
};

describe.each(Object.entries(KINDS))('%s', (_, open) => {
  let redis: Redis;
  let other: Redis;
  let end: () => Promise<void>;
  let count = 0;
  const fresh = () => `key.${(count += 1)}`;
  beforeAll(async () => {
    const made = await open();
    [redis, other, end] = [made.client(), made.client(), made.end];
  });
  afterAll(() => end());

  it('keeps strings, and one word said first', async () => {
    const key = fresh();
    expect([
      await redis.get(key),
      await redis.set(key, '가'),
      await redis.get(key),
      await other.mget(key, fresh()),
    ]).toEqual([null, 'OK', '가', ['가', null]]);
    expect([
      await redis.set(key, 'b', 'EX', 60, 'NX'),
      await redis.set(key, 'b', 'EX', 60, 'NX', 'GET'),
      await redis.get(key),
    ]).toEqual([null, '가', '가']);
    const first = fresh();
    expect([
      await redis.set(first, 'a', 'EX', 60, 'NX', 'GET'),
      await redis.set(first, 'b', 'EX', 60, 'NX', 'GET'),
      await redis.ttl(first),
    ]).toEqual([null, 'a', 60]);
    expect([
      await redis.set(fresh(), 'a', 'PX', 60_000, 'NX'),
      await redis.del(first, key, fresh()),
      await redis.exists(first),
    ]).toEqual(['OK', 2, 0]);
  });

  it('counts', async () => {
    const [key, hash, text] = [fresh(), fresh(), fresh()];
    expect([await redis.incr(key), await redis.incrby(key, 4), await redis.get(key)]).toEqual([1, 5, '5']);
    expect([
      await redis.hincrby(hash, 'n', 2),
      await redis.hincrby(hash, 'n', -3),
      await redis.hget(hash, 'n'),
    ]).toEqual([2, -1, '-1']);
    await redis.set(text, 'x');
    await expect(redis.incr(text)).rejects.toThrow('ERR value is not an integer');
    await expect(redis.hget(text, 'n')).rejects.toThrow('WRONGTYPE');
  });

  it('keeps hashes, empty ones not at all', async () => {
    const key = fresh();
    expect([
      await redis.hset(key, 'a', '1', 'b', '2'),
      await redis.hset(key, { a: '3', c: '4' }),
      await redis.hsetnx(key, 'a', '5'),
      await redis.hsetnx(key, 'd', '5'),
    ]).toEqual([2, 1, 0, 1]);
    expect([
      await redis.hgetall(key),
      await redis.hmget(key, 'a', 'x'),
      await redis.hlen(key),
      await redis.hexists(key, 'x'),
    ]).toEqual([{ a: '3', b: '2', c: '4', d: '5' }, ['3', null], 4, 0]);
    expect([
      await redis.hdel(key, 'a', 'b', 'c', 'd', 'x'),
      await redis.exists(key),
      await redis.hgetall(key),
      await redis.hget(key, 'a'),
    ]).toEqual([4, 0, {}, null]);
  });

  it('keeps sets and sorted sets in their order', async () => {
    const [set, sorted] = [fresh(), fresh()];
    expect([
      await redis.sadd(set, 'a', 'b', 'a'),
      await redis.sadd(set, 'a'),
      await redis.sismember(set, 'b'),
      await redis.srem(set, 'a', 'x'),
      await redis.smembers(set),
    ]).toEqual([2, 0, 1, 1, ['b']]);
    expect([
      await redis.zadd(sorted, 10, 'ten'),
      await redis.zadd(sorted, 9, 'nine', 11, 'eleven'),
      await redis.zadd(sorted, 8, 'ten'),
    ]).toEqual([1, 2, 0]);
    expect([
      await redis.zrange(sorted, '0', '-1'),
      await redis.zrevrange(sorted, 0, 1),
      await redis.zcard(sorted),
      await redis.zscore(sorted, 'nine'),
    ]).toEqual([['ten', 'nine', 'eleven'], ['eleven', 'nine'], 3, '9']);
    expect([await redis.zrem(sorted, 'nine'), await redis.zrange(sorted, '0', '-1')]).toEqual([1, ['ten', 'eleven']]);
  });

  it('forgets at its time, and what is set anew has no end', async () => {
    const [key, never] = [fresh(), fresh()];
    await redis.set(key, 'a', 'EX', 60);
    await redis.set(never, 'a');
    expect([
      await redis.pttl(never),
      await redis.pttl(fresh()),
      await redis.expire(never, 60),
      await redis.persist(never),
      await redis.pttl(never),
      await redis.expire(fresh(), 60),
    ]).toEqual([-1, -2, 1, 1, -1, 0]);
    await redis.set(key, 'b');
    expect(await redis.pttl(key)).toBe(-1);
    expect(await redis.pexpire(key, 1)).toBe(1);
    await expect.poll(() => redis.get(key)).toBeNull();
    expect(await redis.hset(key, 'a', '1')).toBe(1);
    expect(await redis.ttl(key)).toBe(-1);
  });

  it('answers a transaction in its order', async () => {
    const key = fresh();
    expect(await redis.multi().hincrby(key, 'epoch', 1).hset(key, 'memory', 'm').hgetall(key).exec()).toEqual([
      [null, 1],
      [null, 1],
      [null, { epoch: '1', memory: 'm' }],
    ]);
  });

  it('runs scripts: what it has and has not, numbers, lists, errors', async () => {
    const key = fresh();
    const script = `
local before = redis.call('GET', KEYS[1])
if not before then redis.call('SET', KEYS[1], ARGV[1] .. ' ' .. ARGV[2], 'EX', 60) return false end
if tonumber(string.match(before, '^%d+')) <= tonumber(ARGV[1]) then redis.call('SET', KEYS[1], ARGV[1] .. ' later') end
return before`;
    expect([
      await redis.eval(script, 1, key, 5, 'x'),
      await redis.ttl(key),
      await redis.eval(script, 1, key, 4, 'y'),
      await redis.eval(script, 1, key, 6, 'y'),
      await redis.get(key),
    ]).toEqual([null, 60, '5 x', '5 x', '6 later']);
    expect(
      await redis.eval("return {1, 'two', redis.call('HGETALL', KEYS[1]), 3.9, false, #ARGV}", 1, fresh(), 'a', 'b'),
    ).toEqual([1, 'two', [], 3, null, 2]);
    const hash = fresh();
    expect(
      await redis.eval(
        "for i = 1, #ARGV do redis.call('HSET', KEYS[1], i, ARGV[i]) end return redis.call('HGETALL', KEYS[1])",
        1,
        hash,
        'a',
        '나',
      ),
    ).toEqual(['1', 'a', '2', '나']);
    await expect(redis.eval("return redis.call('INCR', KEYS[1])", 1, hash)).rejects.toThrow('WRONGTYPE');
    await expect(redis.eval('return nothing(', 0)).rejects.toThrow('ERR');
  });

  it('keeps a script under its name', async () => {
    const named = other as Redis & { addTwice: (key: string, what: string) => Promise<unknown> };
    named.defineCommand('addTwice', {
      numberOfKeys: 1,
      lua: "redis.call('SADD', KEYS[1], ARGV[1]) return redis.call('SADD', KEYS[1], ARGV[1])",
    });
    expect(await named.addTwice(fresh(), 'a')).toBe(0);
    named.defineCommand('addTwice', { numberOfKeys: 1, lua: 'return false' });
    expect(await named.addTwice(fresh(), 'a')).toBeNull();
  });

  it('carries what the product builds on it: a lease, and a value that only grows', async () => {
    const [key, hash] = [fresh(), fresh()];
    const first = await Lease.take(redis, key, 60_000);
    expect([await Lease.take(other, key, 60_000), await first?.isHeld()]).toEqual([null, true]);
    await first?.[Symbol.asyncDispose]();
    await using second = await Lease.take(other, key, 60_000);
    expect([await second?.isHeld(), await first?.isHeld()]).toEqual([true, false]);
    expect([
      await raise(redis, hash, 'f', 5),
      await raise(other, hash, 'f', 4),
      await raise(other, hash, 'f', 50),
      await redis.hget(hash, 'f'),
    ]).toEqual([true, false, true, '50']);
    await Promise.all([redis, other].map((client) => change(client, hash, 'list', (before) => `${before ?? ''}.`)));
    expect(await redis.hget(hash, 'list')).toBe('..');
  });
});
