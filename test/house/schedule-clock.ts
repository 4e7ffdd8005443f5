import type { Redis } from 'ioredis';
import { z } from 'zod';
import { scheduleId } from '../../bridge/digest/schedule-id.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

const SCHEDULES = swarmKey('clock', 'schedules');
const Kept = z.looseObject({ source: EventId, once: z.int() });

/** Brings on the moment of a schedule that comes once; whose order it is and what runs stays as it was. Its clock looks every few seconds. */
export async function bringOn(redis: Redis, name: string): Promise<void> {
  const kept = Object.entries(await redis.hgetall(SCHEDULES)).map(([id, text]) => ({
    id,
    schedule: Kept.safeParse(JSON.parse(text)).data,
  }));
  const found = kept.find(({ schedule }) => schedule !== undefined && scheduleId(schedule.source).startsWith(name));
  if (found?.schedule === undefined) throw new Error(`no schedule ${name} that comes once`);
  await redis.hset(SCHEDULES, found.id, JSON.stringify({ ...found.schedule, once: Date.now() }));
}
