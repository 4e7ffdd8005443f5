import type { Redis } from 'ioredis';
import { swap } from '../queue/atomic.ts';
import { swarmKey } from '../queue/redis.ts';
import type { AgentId, EventId } from '../protocol/ids.ts';
import { BoardItem, ItemId, type ClaimRefusal, seenAt, type BoardStep } from './board-item.ts';

const ITEMS = swarmKey('door', 'tasks');
const ORDER = swarmKey('door', 'task-order');
const NUMBER = swarmKey('door', 'task-number');
/** The oldest go when there are more. */
const KEEP = 2_000;

/** The board in Redis. */
export class Board {
  readonly #redis: Redis;
  readonly #now: () => number;

  constructor(redis: Redis, now: () => number = Date.now) {
    this.#redis = redis;
    this.#now = now;
  }

  /** `seed` names the call: made again after a crash, it finds the item that it has made. */
  async add(
    by: AgentId,
    wanted: { readonly title: string; readonly description: string; readonly claimSeconds: number },
    seed: string,
  ): Promise<BoardItem> {
    const fresh = ItemId.parse(`b${await this.#redis.incr(NUMBER)}`);
    const id = ItemId.parse(
      (await this.#redis.set(swarmKey('door', 'task-of', seed), fresh, 'EX', 24 * 3600, 'NX', 'GET')) ?? fresh,
    );
    const known = await this.get(id);
    if (known !== null) return known;
    const item: BoardItem = {
      id,
      ...wanted,
      by,
      createdAt: this.#now(),
      state: 'open',
      owner: null,
      claimUntil: null,
      claims: 0,
      reports: [],
      jobs: [],
      result: null,
      event: null,
    };
    await this.#redis.multi().hset(ITEMS, id, JSON.stringify(item)).zadd(ORDER, item.createdAt, id).exec();
    const old = await this.#redis.zrange(ORDER, '0', String(-KEEP - 1));
    if (old.length > 0)
      await this.#redis
        .multi()
        .hdel(ITEMS, ...old)
        .zrem(ORDER, ...old)
        .exec();
    return item;
  }

  async get(id: string): Promise<BoardItem | null> {
    const raw = await this.#redis.hget(ITEMS, id);
    return raw === null ? null : seenAt(BoardItem.parse(JSON.parse(raw)), this.#now());
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly BoardItem[]> {
    const ids = await this.#redis.zrevrange(ORDER, 0, limit - 1);
    if (ids.length === 0) return [];
    const raw = await this.#redis.hmget(ITEMS, ...ids);
    return raw.flatMap((one) => (one === null ? [] : [seenAt(BoardItem.parse(JSON.parse(one)), this.#now())]));
  }

  /** Where its first message stands. */
  async said(id: ItemId, event: EventId): Promise<void> {
    await this.change(id, (item) => ({ kind: 'next', item: { ...item, event } }));
  }

  /** Null: there is none of that name. `step` may be asked more than once, each time with what is there now. */
  async change(
    id: string,
    step: (item: BoardItem, now: number) => BoardStep,
  ): Promise<{ readonly kind: 'next'; readonly item: BoardItem; readonly before: BoardItem } | ClaimRefusal | null> {
    for (;;) {
      const raw = await this.#redis.hget(ITEMS, id);
      if (raw === null) return null;
      const before = BoardItem.parse(JSON.parse(raw));
      const now = this.#now();
      const next = step(before, now);
      if (next.kind === 'refused') return next;
      // Of two who change it at once, one looks again.
      if (await swap(this.#redis, ITEMS, id, raw, JSON.stringify(next.item)))
        return { kind: 'next', item: next.item, before: seenAt(before, now) };
    }
  }
}
