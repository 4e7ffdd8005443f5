import type { Redis } from 'ioredis';
import { z } from 'zod';
import { executorKey } from './executor-queue.ts';

/** Where executors sign in; the swarm may read it and nothing else of theirs. */
export const REGISTRY_KEY = executorKey('roll');

/** How many commands ended how since it started; `refused`: turned away. */
export const EndCounts = z.record(z.string().regex(/^[a-z-]{1,20}$/), z.int().nonnegative());
export type EndCounts = z.infer<typeof EndCounts>;

/** How an executor is, as it says itself. */
export const ExecutorSign = z.object({
  id: z.string().max(100),
  host: z.string().max(255),
  /** How many commands run or wait for their turn, and how many may run at once. */
  busy: z.int().nonnegative(),
  concurrency: z.int().positive(),
  ended: EndCounts.optional(),
  /** Milliseconds since 1970. */
  at: z.int(),
});
export type ExecutorSign = z.infer<typeof ExecutorSign>;

export interface RegisteredExecutor extends ExecutorSign {
  readonly online: boolean;
}

export const SIGN_EVERY_MS = 3_000;
/** After that many missed signs it is away; after a week it is forgotten. */
const AWAY_MS = 4 * SIGN_EVERY_MS;
const FORGOTTEN_MS = 7 * 24 * 3_600_000;

export const registerExecutor = async (redis: Redis, sign: ExecutorSign): Promise<void> =>
  void (await redis.hset(REGISTRY_KEY, sign.id, JSON.stringify(sign)));

/** Those that were there within a week, by host and id. What cannot be read is left out. */
export function registryOf(signs: Readonly<Record<string, string>>, now: number): readonly RegisteredExecutor[] {
  return Object.values(signs)
    .flatMap((text) => {
      const sign = Sign.safeParse(text);
      return sign.success && now - sign.data.at < FORGOTTEN_MS
        ? [{ ...sign.data, online: now - sign.data.at < AWAY_MS }]
        : [];
    })
    .toSorted((a, b) => a.host.localeCompare(b.host) || a.id.localeCompare(b.id));
}

const Sign = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(ExecutorSign);

/** The registry as it was a moment ago, for whoever has to answer at once. */
export class ExecutorRegistry {
  readonly #redis: Redis;
  #signs: Readonly<Record<string, string>> = {};
  #timer: NodeJS.Timeout | undefined;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  start(): void {
    this.#read();
    this.#timer = setInterval(() => this.#read(), SIGN_EVERY_MS).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  list(): readonly RegisteredExecutor[] {
    return registryOf(this.#signs, Date.now());
  }

  #read(): void {
    this.#redis.hgetall(REGISTRY_KEY).then(
      (signs) => (this.#signs = signs),
      () => undefined,
    );
  }
}
