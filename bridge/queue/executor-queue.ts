import { createHash } from 'node:crypto';
import type { Redis } from 'ioredis';
import { z } from 'zod';
import { type CommandJob, commandJobId, ENDS_QUEUE, ORDERS_QUEUE } from '../protocol/command-job.ts';
import type { EventId } from '../protocol/ids.ts';
import type { LibraryJob } from '../protocol/orders/library-document.ts';
import type { DocumentJob } from '../protocol/orders/posted-document.ts';
import { openQueue, workOn } from './jobs.ts';

/** Every key of the executors lies under this. Of it, the swarm reaches the box of orders and nothing else. */
export const EXECUTOR_PREFIX = 'chavion:executor';

export const executorKey = (...parts: readonly string[]): string => [EXECUTOR_PREFIX, ...parts].join(':');

/** Where the words of a posted document are left: below the box of orders, which the swarm reaches. */
export const documentKey = (event: EventId): string => executorKey(ORDERS_QUEUE, 'document', event);

/** The same for the pages of a document of the library, by the file's address. */
export const libraryKey = (file: string): string =>
  executorKey(ORDERS_QUEUE, 'library', createHash('sha256').update(file).digest('hex'));

/** Asked for again a minute later it is another job: the words of the first may have gone. */
const documentJobId = ({ event, asked }: DocumentJob): string =>
  `${event}.document.${Math.floor(asked / 60_000)}`.replaceAll(':', '_');

const libraryJobId = ({ file, asked }: LibraryJob): string =>
  `${createHash('sha256').update(file).digest('hex')}.library.${Math.floor(asked / 60_000)}`;

function jobIdOf(job: CommandJob | DocumentJob | LibraryJob): string {
  if (job.type === 'document') return documentJobId(job);
  return job.type === 'library' ? libraryJobId(job) : commandJobId(job);
}

/** The swarm's end of the box: it can say where an order stands, and has no other power over the executor. */
export interface OrderBox {
  add(job: CommandJob | DocumentJob | LibraryJob): Promise<void>;
  close(): Promise<void>;
}

export function openOrderQueues(redis: Redis): OrderBox {
  const orders = openQueue<CommandJob | DocumentJob | LibraryJob>(ORDERS_QUEUE, redis, EXECUTOR_PREFIX);
  const ends = openQueue<CommandJob>(ENDS_QUEUE, redis, EXECUTOR_PREFIX);
  return {
    add: (job) =>
      job.type === 'end'
        ? ends.add([{ id: commandJobId(job), data: { until: Date.now(), ...job } }])
        : orders.add([{ id: jobIdOf(job), data: job }]),
    close: async () => void (await Promise.all([orders.close(), ends.close()])),
  };
}

/** The executor's end. What is in a job is not looked at here: a malformed one is to be refused, not tried again. */
export function workOnOrders(
  redis: Redis,
  options: { readonly concurrency: number; readonly onFailure: (id: string, error: Error) => void },
  take: (payload: unknown) => Promise<void>,
): { close(): Promise<void> } {
  const workers = [ORDERS_QUEUE, ENDS_QUEUE].map((queue) =>
    workOn(queue, z.unknown(), redis, options, (payload) => take(payload), EXECUTOR_PREFIX),
  );
  return { close: async () => void (await Promise.all(workers.map((worker) => worker.close()))) };
}
