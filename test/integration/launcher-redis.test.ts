import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisUrl } from '../../bridge/launcher/redis.ts';
import { Secrets } from '../../bridge/launcher/instance/secrets.ts';
import { type House, startHouse } from '../house/house.ts';

let house: House;
let secrets: Secrets;
let port: number;
beforeAll(async () => {
  house = await startHouse();
  secrets = Secrets.parse(JSON.parse(readFileSync(join(house.data, 'secrets.json'), 'utf8')));
  port = Number(house.env['CHAVION_REDIS_PORT']);
});
afterAll(() => house[Symbol.asyncDispose]());

async function as<T>(user: 'swarm' | 'executor', act: (redis: Redis) => Promise<T>): Promise<T> {
  const redis = new Redis(redisUrl(user, secrets.redis[user], port), { maxRetriesPerRequest: null });
  redis.on('error', () => undefined);
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

describe('the job box', () => {
  it('lets nobody in without a password', async () => {
    for (const credentials of [
      {},
      { username: 'default', password: 'guess' },
      { username: 'swarm', password: 'guess' },
    ]) {
      const stranger = new Redis({
        port,
        host: '127.0.0.1',
        lazyConnect: true,
        enableReadyCheck: false,
        retryStrategy: () => null,
        ...credentials,
      });
      stranger.on('error', () => undefined);
      await expect(stranger.set('x', '1')).rejects.toThrow(/NOAUTH|WRONGPASS/);
      stranger.disconnect();
    }
  });

  it('shows each part its own keys and no others, and no way to change the server', async () => {
    await as('swarm', async (redis) => {
      expect(await redis.set('chavion:swarm:test:own', '1')).toBe('OK');
      for (const forbidden of [
        ['SET', 'chavion:executor:x', '1'],
        ['GET', 'other'],
        ['CONFIG', 'GET', '*'],
        ['ACL', 'LIST'],
        ['FLUSHALL'],
        ['SHUTDOWN'],
        ['MONITOR'],
        ['SUBSCRIBE', 'chavion:executor:x'],
        ['EVAL', "return redis.call('SET','chavion:executor:x','1')", '0'],
      ]) {
        const [command = '', ...args] = forbidden;
        const refused = await redis.call(command, ...args).then(
          () => 'was done',
          (error: Error) => error.message,
        );
        expect([command, refused]).toEqual([command, expect.stringMatching(/NOPERM|ACL|permission|can't access/i)]);
      }
    });
    await as('executor', async (redis) => {
      expect(await redis.set('chavion:executor:test:own', '1')).toBe('OK');
      await expect(redis.get('chavion:swarm:test:own')).rejects.toThrow(/NOPERM/);
    });
  });

  it.each(['swarm', 'executor'] as const)(
    'lets the %s neither end, pause or watch others nor look at every key at once',
    async (user) => {
      await as(user, async (redis) => {
        const forbidden = [
          'CLIENT KILL TYPE normal',
          'CLIENT PAUSE 10000 ALL',
          'CLIENT UNPAUSE',
          'CLIENT LIST',
          'CLIENT NO-EVICT ON',
          'CLIENT TRACKING ON',
          'CLIENT REPLY OFF',
          'KEYS *',
          'RANDOMKEY',
          'DBSIZE',
          'SORT x',
          'WAIT 1 0',
          'MIGRATE 127.0.0.1 1 x 0 1',
          'RESTORE x 0 x',
          'SWAPDB 0 0',
          'FLUSHDB',
          'SCRIPT FLUSH',
          'SCRIPT KILL',
          'FUNCTION FLUSH',
          'FUNCTION LIST',
          'SAVE',
          'BGREWRITEAOF',
          'SLOWLOG GET',
          'LATENCY RESET',
          'REPLICAOF NO ONE',
          'CLUSTER INFO',
          'COMMAND DOCS',
          'PUBLISH chavion:x y',
          'PSUBSCRIBE *',
          'OBJECT HELP',
          'MEMORY DOCTOR',
          'LOLWUT',
          'ACL WHOAMI',
          'MODULE LIST',
        ];
        for (const line of forbidden) {
          const [command = '', ...args] = line.split(' ');
          const refused = await redis.call(command, ...args).then(
            () => 'was done',
            (error: Error) => error.message,
          );
          expect([line, refused]).toEqual([line, expect.stringMatching(/NOPERM/)]);
        }
        await expect(redis.eval("return redis.call('KEYS', '*')", 0)).rejects.toThrow(
          /NOPERM|ACL|permission|can't (?:access|run)/i,
        );
      });
    },
  );

  it('keeps what was written in a transaction when it is killed at once', async () => {
    await as('swarm', async (redis) => {
      await redis.multi().set('chavion:swarm:test:a', '1').rpush('chavion:swarm:test:list', 'x', 'y').exec();
    });
    const before = await house.kill('redis');
    await house.reborn('redis', before);
    await as('swarm', async (redis) => {
      expect(await redis.get('chavion:swarm:test:a')).toBe('1');
      expect(await redis.lrange('chavion:swarm:test:list', 0, -1)).toEqual(['x', 'y']);
    });
  });

  it('carries a job across its own death', async () => {
    const connection = () => {
      const redis = new Redis(redisUrl('swarm', secrets.redis.swarm, port), { maxRetriesPerRequest: null });
      redis.on('error', () => undefined);
      return redis;
    };
    const [producing, consuming] = [connection(), connection()];
    const queue = new Queue('launcher-test', { connection: producing, prefix: 'chavion:swarm' });
    queue.on('error', () => undefined);
    await queue.add('one', { n: 1 }, { jobId: 'one' });
    await queue.add('later', { n: 2 }, { jobId: 'later', delay: 500, attempts: 3 });
    const before = await house.kill('redis');
    await house.reborn('redis', before);
    const seen: string[] = [];
    const both = Promise.withResolvers<void>();
    const worker = new Worker(
      'launcher-test',
      async (job) => {
        seen.push(job.name);
        if (seen.length === 2) both.resolve();
      },
      { connection: consuming, prefix: 'chavion:swarm' },
    );
    worker.on('error', () => undefined);
    await both.promise;
    expect(seen.toSorted()).toEqual(['later', 'one']);
    await worker.close();
    await queue.close();
    producing.disconnect();
    consuming.disconnect();
  });
});
