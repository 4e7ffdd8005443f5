import type { Redis } from 'ioredis';
import { z } from 'zod';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { CLEAN, type Taint, withTaint } from './rule-of-two.ts';

/** Where agents speak: a room, or a thread in it. */
export interface Place {
  readonly room: RoomId;
  readonly thread?: EventId | undefined;
}

/** What turns have brought into conversations: their answers are read by the next ones, and their workspaces used. */
export interface TaintStore {
  /** `since`: the oldest message that the turn is told, milliseconds since 1970. */
  of(place: Place, since: number): Promise<Taint>;
  note(place: Place, taint: Taint): Promise<void>;
}

/** Longer than a thread goes on. */
const KEPT_S = 400 * 24 * 3600;
/** A room's workspace is one day's, and an answer stands in the room a little later than what it was drawn from. */
const DAY_MS = 24 * 3_600_000;

const Time = z.coerce.number().optional();
/** When it last came in, milliseconds since 1970. */
const Noted = z.object({ untrusted: Time, private: Time });

export function taintStore(redis: Redis): TaintStore {
  const read = async (key: string, since: number): Promise<Taint> => {
    const noted = Noted.parse(await redis.hgetall(key));
    const counts = (at = -Infinity) => at >= since;
    return { untrusted: counts(noted.untrusted), private: counts(noted.private) };
  };
  return {
    async of({ room, thread }, since) {
      const [inRoom, inThread] = await Promise.all([
        read(keyOf({ room }), Math.min(since, Date.now()) - DAY_MS),
        // Its workspace lasts as long as it does.
        thread === undefined ? CLEAN : read(keyOf({ room, thread }), 0),
      ]);
      return withTaint(inRoom, inThread);
    },
    async note(place, taint) {
      const now = Date.now();
      const held = { ...(taint.untrusted ? { untrusted: now } : {}), ...(taint.private ? { private: now } : {}) };
      if (Object.keys(held).length === 0) return;
      await Promise.all([redis.hset(keyOf(place), held), redis.expire(keyOf(place), KEPT_S)]);
    },
  };
}

const keyOf = ({ room, thread }: Place): string => swarmKey('taint', thread === undefined ? room : `${room} ${thread}`);
