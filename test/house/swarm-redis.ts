import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { tokensOf } from './appservice-port.ts';
import type { House } from './house.ts';

/** Redis as the swarm itself sees it. */
export async function swarmRedis(house: House): Promise<Redis> {
  const { redis } = await tokensOf(house);
  const client = new Redis({
    port: Number(house.env['CHAVION_REDIS_PORT']),
    username: 'swarm',
    password: redis.swarm,
    maxRetriesPerRequest: null,
  });
  client.on('error', () => undefined); // where it is down on purpose, it is waited for
  return client;
}

/** Jobs that are not done: all zero in a house at rest. */
export async function unfinishedJobs(house: House): Promise<Readonly<Record<string, number>>> {
  const redis = await swarmRedis(house);
  const key = (state: string) => `chavion:swarm:turns:${state}`;
  const [wait, active, delayed, failed] = await Promise.all([
    redis.llen(key('wait')),
    redis.llen(key('active')),
    redis.zcard(key('delayed')),
    redis.zcard(key('failed')),
  ]);
  redis.disconnect();
  return { wait, active, delayed, failed };
}

/** Waits until none waits, runs or is left behind by somebody who died. Throws where that takes longer. */
export async function jobsAreDone(house: House, withinMs: number): Promise<void> {
  const redis = await swarmRedis(house);
  const key = (state: string) => `chavion:swarm:turns:${state}`;
  try {
    for (const end = Date.now() + withinMs; ; await sleep(50)) {
      const open = await Promise.all([redis.llen(key('wait')), redis.llen(key('active')), redis.zcard(key('delayed'))]);
      if (open.every((count) => count === 0)) return;
      if (Date.now() > end) throw new Error(`jobs that do not end: ${open.join(', ')}`);
    }
  } finally {
    redis.disconnect();
  }
}

/** How often the agent's turns on these events were begun, all in all: once each, unless a lock ran out on a machine at its limit. */
export async function turnsBegun(house: House, events: readonly string[], agent: string): Promise<number> {
  const redis = await swarmRedis(house);
  const begun = await Promise.all(events.map((event) => redis.hget(`chavion:swarm:turns:${event}.${agent}`, 'ats')));
  redis.disconnect();
  return begun.reduce((sum, times) => sum + Number(times ?? Number.NaN), 0);
}
