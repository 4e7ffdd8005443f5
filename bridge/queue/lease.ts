import { randomUUID } from 'node:crypto';
import type { Redis } from 'ioredis';
import { luaCommand, YesNo } from './lua-command.ts';

const renewLease = luaCommand(import.meta.url, 'lua/renew-lease-1.lua', YesNo);
const releaseLease = luaCommand(import.meta.url, 'lua/release-lease-1.lua', YesNo);

/** Gives back what `holder` took under its own name. @returns false where it is not its own (any more): then nothing is changed. */
export const release = (redis: Redis, key: string, holder: string): Promise<boolean> =>
  releaseLease(redis, [key], [holder]);

/**
 * Something that one process does at a time. It is renewed while it is held and given back on every way out; a dead
 * holder gives way when its time is up. Each taking has a name of its own, so that nobody renews or ends another's.
 */
export class Lease implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #key: string;
  readonly #name: string;
  readonly #lastsMs: number;
  readonly #timer: NodeJS.Timeout;

  private constructor(redis: Redis, key: string, name: string, lastsMs: number) {
    this.#redis = redis;
    this.#key = key;
    this.#name = name;
    this.#lastsMs = lastsMs;
    this.#timer = setInterval(() => void this.isHeld().catch(() => undefined), lastsMs / 3).unref();
  }

  /** Null where somebody else has it. */
  static async take(redis: Redis, key: string, lastsMs: number): Promise<Lease | null> {
    const name = randomUUID();
    return (await redis.set(key, name, 'PX', lastsMs, 'NX')) === null ? null : new Lease(redis, key, name, lastsMs);
  }

  /** Asked before what must not be done by two; renews it. */
  async isHeld(): Promise<boolean> {
    return renewLease(this.#redis, [this.#key], [this.#name, this.#lastsMs]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await release(this.#redis, this.#key, this.#name);
  }
}
