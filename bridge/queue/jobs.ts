import { type Job, Queue, UnrecoverableError, Worker } from 'bullmq';
import type { Redis } from 'ioredis';
import type { z } from 'zod';
import { SWARM_PREFIX } from './redis.ts';

/** A BullMQ queue whose payloads are one zod schema at both ends. */
export interface JobQueue<T> {
  /** Durable when it resolves. A job whose id is known already is not added again; one with a delay begins that much later. */
  add(jobs: readonly { readonly id: string; readonly data: T; readonly delayMs?: number }[]): Promise<void>;
  /** How many wait or run. */
  depth(): Promise<number>;
  close(): Promise<void>;
}

/** Something stored that does not fit what reads it. `why`: the field at fault, no words of its content. */
export interface Unreadable {
  readonly what: string;
  readonly id: string;
  readonly why: string;
  readonly data: unknown;
}
export type PutAside = (unreadable: Unreadable) => Promise<void>;

export interface JobContext {
  readonly id: string;
  /** False on the first try; true after a crash or a retry, when parts of the work may be done already. */
  readonly again: boolean;
}

/**
 * A dead worker's jobs are taken over once its lock has run out and the next check comes by,
 * so five seconds at the most.
 */
const LOCK_MS = 4_000;
const STALLED_CHECK_MS = 1_000;

/** With the waits between them about a minute. */
const ATTEMPTS = 8;

/** Ids are remembered this long, far longer than a homeserver takes to repeat a delivery. */
const KEEP = { age: 3 * 24 * 3600, count: 50_000 };

export function openQueue<T>(name: string, redis: Redis, prefix = SWARM_PREFIX): JobQueue<T> {
  const queue = new Queue(name, { connection: redis, prefix });
  queue.on('error', () => undefined); // the connection's own listener reports it
  return {
    async add(jobs) {
      if (jobs.length === 0) return;
      await queue.addBulk(
        jobs.map(({ id, data, delayMs }) => ({
          name,
          data,
          opts: {
            jobId: id,
            delay: delayMs ?? 0,
            attempts: ATTEMPTS,
            backoff: { type: 'exponential', delay: 500 },
            removeOnComplete: KEEP,
            removeOnFail: KEEP,
          },
        })),
      );
    },
    async depth() {
      const counts = await queue.getJobCounts('waiting', 'active', 'delayed', 'prioritized');
      return Object.values(counts).reduce((sum, n) => sum + n, 0);
    },
    close: () => queue.close(),
  };
}

/** Handlers run at least once per job and must be idempotent; a throw is tried again. */
export function workOn<T>(
  name: string,
  schema: z.ZodType<T>,
  redis: Redis,
  options: {
    readonly concurrency: number;
    /** A worker of BullMQ fetches one job after another: so many do it side by side. Divides `concurrency`. */
    readonly fetchers?: number;
    readonly onFailure: (id: string, error: Error) => void;
    /** In place of the last throw, after which nobody would hear of the job again. */
    readonly giveUp?: (data: T) => Promise<void>;
    /** A job that another version has made, or nobody: it is not tried again. It stays among the failed ones. */
    readonly putAside?: PutAside;
  },
  handle: (data: T, context: JobContext) => Promise<void>,
  prefix = SWARM_PREFIX,
): { close(): Promise<void> } {
  const running = new Map<string, Promise<void>>();
  const run = async (job: Job): Promise<void> => {
    const id = job.id ?? '';
    const { data, error: unfit } = schema.safeParse(job.data);
    if (unfit !== undefined) {
      const why = unfit.issues[0]?.path.join('.') ?? '';
      await options.putAside?.({ what: name, id, why: why === '' ? 'job' : why, data: job.data });
      throw new UnrecoverableError(`a job that does not fit: ${why}`);
    }
    try {
      await handle(data, { id, again: job.attemptsStarted > 1 || job.stalledCounter > 0 });
    } catch (error) {
      if (options.giveUp === undefined || job.attemptsMade + 1 < ATTEMPTS) throw error;
      options.onFailure(id, error instanceof Error ? error : new Error('unknown'));
      await options.giveUp(data);
    }
  };
  const handleOnce = (job: Job): Promise<void> => {
    const id = job.id ?? '';
    // While Redis is away locks run out, and the job comes once more to the very process that is still at it.
    const begun = running.get(id);
    if (begun !== undefined) return begun;
    const now = run(job).finally(() => running.delete(id));
    running.set(id, now);
    return now;
  };
  const fetchers = options.fetchers ?? 1;
  const workers = Array.from({ length: fetchers }, () => {
    const worker = new Worker(name, handleOnce, {
      connection: redis,
      prefix,
      concurrency: Math.ceil(options.concurrency / fetchers),
      lockDuration: LOCK_MS,
      stalledInterval: STALLED_CHECK_MS,
      maxStalledCount: 1_000,
      removeOnComplete: KEEP,
      removeOnFail: KEEP,
    });
    worker.on('error', () => undefined);
    worker.on('failed', (job, error) => options.onFailure(job?.id ?? '', error));
    return worker;
  });
  return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}
