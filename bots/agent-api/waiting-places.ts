import type { Redis } from 'ioredis';
import { luaCommand, YesNo } from '../../bridge/queue/lua-command.ts';

const takePlace = luaCommand(import.meta.url, 'lua/take-place-2.lua', YesNo);

/** How many things of one agent may wait for a master at once. `asked` names a call, the same when it is made again. */
export class WaitingPlaces {
  readonly #redis: Redis;
  readonly #most: number;
  readonly #lastsMs: number;

  constructor(redis: Redis, most: number, lastsMs: number) {
    this.#redis = redis;
    this.#most = most;
    this.#lastsMs = lastsMs;
  }

  /** @returns false where there is none. */
  take(asked: string, waiting: string, call: string): Promise<boolean> {
    return takePlace(this.#redis, [asked, waiting], [call, Date.now(), this.#lastsMs, this.#most]);
  }

  /** Nothing came of the call: it may be made again when there is a place. */
  async giveBack(asked: string, waiting: string, call: string): Promise<void> {
    await this.#redis.multi().zrem(waiting, call).del(asked).exec();
  }
}
