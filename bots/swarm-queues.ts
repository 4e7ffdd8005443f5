import { jobId, type SwarmJob } from '../bridge/protocol/turn.ts';
import { openOrderQueues } from '../bridge/queue/executor-queue.ts';
import { openQueue } from '../bridge/queue/jobs.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { loggedOrders } from './observed.ts';
import type { SwarmBase } from './swarm-base.ts';
import { SWARM_QUEUE } from './swarm-jobs.ts';
import { TASKS_QUEUE, type TaskJob } from './tasks/runtime/task-job.ts';

const CHAIN_S = 24 * 3600;

/** The boxes of jobs, and how many turns a message has set off. */
export function openQueues({ redis, log }: SwarmBase) {
  const turns = openQueue<SwarmJob>(SWARM_QUEUE, redis);
  const tasks = openQueue<TaskJob>(TASKS_QUEUE, redis);
  const orders = loggedOrders(openOrderQueues(redis), log);
  return {
    turns,
    tasks,
    orders,
    enqueue: (jobs: readonly SwarmJob[]) => turns.add(jobs.map((data) => ({ id: jobId(data), data }))),
    countTurns: async (root: string, count: number): Promise<number> => {
      const key = swarmKey('chain', root);
      const [taken] = await Promise.all([redis.incrby(key, count), redis.expire(key, CHAIN_S)]);
      return taken;
    },
    close: async () => void (await Promise.all([turns.close(), tasks.close(), orders.close()])),
  };
}
