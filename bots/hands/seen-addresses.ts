import type { Redis } from 'ioredis';
import type { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { pageAddress } from './known-addresses.ts';
import type { Tool } from './tool.ts';

/** A room, or a thread in it. */
interface Conversation {
  readonly room: RoomId;
  readonly thread?: EventId | undefined;
}

/** Addresses that searches have found and pages have named in a conversation, so that reading on does not ask. */
export interface SeenAddresses {
  note(where: Conversation, addresses: Iterable<string>): Promise<void>;
  /** `address` as `pageAddress` gives it. A thread grows out of its room, whose people read both. */
  has(where: Conversation, address: string): Promise<boolean>;
}

const KEPT_S = 30 * 24 * 3600;
/** Of one conversation; the oldest go. */
const MOST = 3_000;

export function seenAddresses(redis: Redis, now: () => number = Date.now): SeenAddresses {
  return {
    async note(where, addresses) {
      const seen = [...new Set([...addresses].flatMap((one) => pageAddress(one) ?? []))];
      if (seen.length === 0) return;
      const key = keyOf(where);
      const at = now();
      await redis
        .multi()
        .zadd(key, ...seen.flatMap((address) => [at, address]))
        .zremrangebyrank(key, 0, -MOST - 1)
        .expire(key, KEPT_S)
        .exec();
    },
    async has({ room, thread }, address) {
      const places = thread === undefined ? [keyOf({ room })] : [keyOf({ room }), keyOf({ room, thread })];
      const scores = await Promise.all(places.map((key) => redis.zscore(key, address)));
      return scores.some((score) => score !== null);
    },
  };
}

const keyOf = ({ room, thread }: Conversation): string =>
  swarmKey('addresses', thread === undefined ? room : `${room} ${thread}`);

/** The same tool, whose findings count as named: before the model reads them. */
export const noting = (of: Tool, seen: SeenAddresses): Tool => ({
  ...of,
  use: (input, job) => {
    const use = of.use(input, job);
    if ('bad' in use) return use;
    return {
      ...use,
      carryOut: async (turn, key, asks) => {
        const outcome = await use.carryOut(turn, key, asks);
        await seen.note(turn.job, outcome.found?.sources.map(({ url }) => url) ?? []);
        return outcome;
      },
    };
  },
});
