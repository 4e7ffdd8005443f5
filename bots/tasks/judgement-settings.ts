import type { Redis } from 'ioredis';
import { Judgement } from '../../bridge/protocol/judging/judgement.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';

const KEY = swarmKey('judgement');
/** What another swarm was told is known here so soon. */
const READ_EVERY_MS = 3_000;

/** How plans are judged here: as the roster says, and as masters have changed it since. */
export class JudgementSettings {
  readonly #redis: Pick<Redis, 'hgetall' | 'hset' | 'hget'>;
  readonly #roster: Judgement;
  #now: Judgement;
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Pick<Redis, 'hgetall' | 'hset' | 'hget'>, roster: Judgement) {
    this.#redis = redis;
    this.#roster = roster;
    this.#now = roster;
  }

  async start(): Promise<void> {
    this.#timer = setInterval(() => void this.#read().catch(() => undefined), READ_EVERY_MS).unref();
    await this.#read();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  get now(): Judgement {
    return this.#now;
  }

  /** `at`: of the order, milliseconds since 1970; one that comes again after a later one changes nothing. */
  async set(change: Partial<Judgement>, at: number): Promise<void> {
    for (const [key, value] of Object.entries(change)) {
      const before = Number((await this.#redis.hget(KEY, key))?.split(' ')[0] ?? 0);
      if (before <= at) await this.#redis.hset(KEY, key, `${at} ${JSON.stringify(value)}`);
    }
    await this.#read();
  }

  /** What cannot be read, of a later version or a slip, is as the roster has it. */
  async #read(): Promise<void> {
    let now = this.#roster;
    for (const [key, text] of Object.entries(await this.#redis.hgetall(KEY)))
      now = Judgement.safeParse({ ...now, [key]: valueOf(text) }).data ?? now;
    this.#now = now;
  }
}

function valueOf(text: string): unknown {
  try {
    return JSON.parse(text.slice(text.indexOf(' ') + 1));
  } catch {
    return undefined;
  }
}
