import type { Redis } from 'ioredis';
import { z } from 'zod';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { executorKey } from '../../bridge/queue/executor-queue.ts';
import {
  type ExecutorSign,
  SIGN_EVERY_MS,
  registerExecutor,
  registryOf,
  REGISTRY_KEY,
} from '../../bridge/queue/executor-registry.ts';

const ENDED_KEY = executorKey('ended');
/** Clocks of machines differ by less. */
const OVERLAP_MS = 60_000;

export interface CompanyDeps {
  readonly redis: Redis;
  readonly sign: () => ExecutorSign;
  /** A task whose end another executor was told of; said again and again for a while. */
  readonly onEnded: (root: EventId, until: number) => void;
  readonly onError: (error: unknown) => void;
}

/** This executor among others on the same box: says that it is there, and passes on that a task has ended. */
export class Peers {
  readonly #deps: CompanyDeps;
  #at = 0;
  #busy = false;

  constructor(deps: CompanyDeps) {
    this.#deps = deps;
  }

  /** The job of an end comes to one executor, the task's commands may run at any. */
  async tellEnd(root: EventId, until: number): Promise<void> {
    await this.#deps.redis.hset(ENDED_KEY, root, JSON.stringify({ until, at: Date.now() }));
  }

  /** Whether others are there too. */
  async several(): Promise<boolean> {
    const signs = await this.#deps.redis.hgetall(REGISTRY_KEY);
    return registryOf(signs, Date.now()).filter(({ online }) => online).length > 1;
  }

  /** Until aborted. */
  run(signal: AbortSignal): void {
    void this.#tick();
    const timer = setInterval(() => void this.#tick(), SIGN_EVERY_MS);
    signal.addEventListener('abort', () => clearInterval(timer), { once: true });
  }

  async #tick(): Promise<void> {
    // While Redis is away commands queue up; one tick of them is enough.
    if (this.#busy) return;
    this.#busy = true;
    try {
      const { redis, sign } = this.#deps;
      const now = Date.now();
      await registerExecutor(redis, sign());
      for (const [root, text] of Object.entries(await redis.hgetall(ENDED_KEY))) await this.#hear(root, text, now);
      this.#at = now;
    } catch (error) {
      this.#deps.onError(error);
    } finally {
      this.#busy = false;
    }
  }

  async #hear(root: string, text: string, now: number): Promise<void> {
    const id = EventId.safeParse(root);
    const end = End.safeParse(parsed(text));
    if (!id.success || !end.success || now - end.data.at > TASK_LASTS_MS)
      return void (await this.#deps.redis.hdel(ENDED_KEY, root));
    if (end.data.at > this.#at - OVERLAP_MS) this.#deps.onEnded(id.data, Math.min(end.data.until, now));
  }
}

const End = z.object({ until: z.int(), at: z.int() });

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
