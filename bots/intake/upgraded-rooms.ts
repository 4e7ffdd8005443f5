import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { SwarmEnvironment } from '../../bridge/config/swarm.ts';
import { Account } from '../../bridge/matrix/account.ts';
import { formerOf, isLeft, latestOf } from '../../bridge/matrix/lineage.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { change } from '../../bridge/queue/atomic.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

/** Rooms that were upgraded, and where each of them goes on. */
export type Former = ReadonlyMap<RoomId, RoomId>;

/** The house's rooms as they are now: what the environment names may have been upgraded since it was written. Not `settled`: they go on where the coordinator is not yet. */
export async function currentRooms(
  given: SwarmEnvironment,
): Promise<{ readonly environment: SwarmEnvironment; readonly former: Former; readonly settled: boolean }> {
  const { settings } = given;
  const userId = UserId.parse(`@agent_coordinator:${settings.CHAVION_SERVER_NAME}`);
  const account = new Account({
    homeserverUrl: settings.CHAVION_HOMESERVER_URL,
    accessToken: settings.CHAVION_APPSERVICE_TOKEN,
    userId,
    ghost: true,
    limiter: new RoomLimiter(),
  });
  const never = {
    admin: settings.CHAVION_ADMIN_USER,
    executor: UserId.parse(`@executor:${settings.CHAVION_SERVER_NAME}`),
  };
  const [hq, ops, memory] = await Promise.all([
    latestOf(account, settings.CHAVION_HQ_ROOM, never),
    latestOf(account, settings.CHAVION_OPS_ROOM, never),
    latestOf(account, settings.CHAVION_MEMORY_ROOM, never),
  ]);
  const former = new Map<RoomId, RoomId>();
  for (const room of [hq, ops, memory]) for (const before of await formerOf(account, room)) former.set(before, room);
  const left = await Promise.all([hq, ops, memory].map((room) => isLeft(account, room)));
  return {
    environment: {
      ...given,
      settings: { ...settings, CHAVION_HQ_ROOM: hq, CHAVION_OPS_ROOM: ops, CHAVION_MEMORY_ROOM: memory },
    },
    former,
    settled: !left.includes(true),
  };
}

/** Sends where it is told, and finds what was said before an upgrade where it was said. */
export function acrossUpgrades(account: Account, former: Former): Pick<Account, 'send' | 'event' | 'userId'> {
  return {
    userId: account.userId,
    send: (...sending) => account.send(...sending),
    async event(room, event) {
      const before = [...former].filter(([, now]) => now === room).map(([old]) => old);
      for (const one of [room, ...before]) {
        const found = await account.event(one, event);
        if (found !== null) return found;
      }
      return null;
    },
  };
}

const SCHEDULES = swarmKey('clock', 'schedules');
const Placed = z.looseObject({ room: z.string() });

/** What hung on the old room's id: who speaks there, what is remembered. What the new room has of its own stays. */
export async function moveRoom(redis: Redis, from: RoomId, to: RoomId): Promise<void> {
  for (const what of ['floor', 'memory']) {
    await redis.renamenx(swarmKey(what, from), swarmKey(what, to)).catch((error: unknown) => {
      // There was nothing to move.
      if (!(error instanceof Error && /no such key/i.test(error.message))) throw error;
    });
  }
}

/** Schedules belong to HQ, whichever room that is: after an upgrade, and where the old one was deleted too. */
export async function placeSchedules(redis: Redis, hq: RoomId): Promise<void> {
  for (const [id, text] of Object.entries(await redis.hgetall(SCHEDULES))) {
    const schedule = Placed.safeParse(jsonOf(text)).data;
    if (schedule === undefined || schedule.room === hq) continue;
    // One that another swarm takes away meanwhile does not come back.
    await change(redis, SCHEDULES, id, (now) => {
      const standing = Placed.safeParse(jsonOf(now ?? '')).data;
      return standing === undefined ? null : JSON.stringify({ ...standing, room: hq });
    });
    // The day's thread cannot go on in another room: the next round begins one.
    const days = [-1, 0, 1].map((day) => new Date(Date.now() + day * 86_400_000).toISOString().slice(0, 10));
    await redis.del(...days.map((day) => swarmKey('clock', 'day', day, 'head')));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
