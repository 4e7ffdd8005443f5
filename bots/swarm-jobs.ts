import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { SwarmJob } from '../bridge/protocol/turn.ts';
import type { OrderBox } from '../bridge/queue/executor-queue.ts';
import { type JobContext, type PutAside, workOn } from '../bridge/queue/jobs.ts';
import type { Scheduler } from './schedule/scheduler.ts';
import { answerInvite, type CoordinatorDeps, giveNotice } from './residents/coordinator.ts';
import type { AgentApi } from './agent-api/agent-api.ts';
import type { BallotBox } from './ballots/ballot-box.ts';
import { carryOutCommand, type SwarmCommands } from './commands/house-commands.ts';
import { giveUpTurn, takeTurn } from './turns/take-turn.ts';
import type { TurnDeps } from './turns/turn.ts';

/** The queue of everything that the swarm does because of a message. */
export const SWARM_QUEUE = 'turns';
/** Turns mostly wait for providers. */
const CONCURRENT_JOBS = 200;
/** A message to a hundred agents is a hundred jobs at once, each of them an fsync to fetch. */
const FETCHERS = 8;

export interface JobDeps {
  readonly commands: SwarmCommands;
  readonly lines: CoordinatorDeps;
  readonly ballots: Pick<BallotBox, 'hold' | 'recount'>;
  readonly turns: TurnDeps;
  readonly scheduler: Pick<Scheduler, 'run'>;
  readonly agentApi: Pick<AgentApi, 'leave'>;
  readonly orders: Pick<OrderBox, 'add'>;
  /** A job has come to its end, or is to be tried again. */
  readonly count: (type: SwarmJob['type'], outcome: 'done' | 'failed') => void;
}

/** Carries out one job of the swarm; at least once each. */
export function jobHandler(deps: JobDeps): (job: SwarmJob, context: JobContext) => Promise<void> {
  return async (job, { again }) => {
    try {
      await carryOut(job, again, deps);
      deps.count(job.type, 'done');
    } catch (error) {
      deps.count(job.type, 'failed');
      throw error;
    }
  };
}

async function carryOut(
  job: SwarmJob,
  again: boolean,
  { commands, lines, turns, ballots, scheduler, agentApi, orders }: JobDeps,
): Promise<void> {
  switch (job.type) {
    case 'command':
      return carryOutCommand(job, commands, (line) => giveNotice(line, lines));
    case 'turn':
      return takeTurn(job, again, turns);
    case 'notice':
      return giveNotice(job, lines);
    case 'occurrence':
      return scheduler.run(job);
    case 'invite':
      return answerInvite(job, lines);
    case 'letter':
      return agentApi.leave(job);
    case 'ballot':
      return ballots.hold(job, again);
    case 'recount':
      return ballots.recount(job);
    case 'order':
      return orders.add({ v: 1, type: 'run', root: job.source, room: job.room, at: job.at, lang: job.lang });
  }
}

/** Works on the swarm's queue from `start` on. */
export class JobWorker {
  #worker: { close(): Promise<void> } | null = null;

  get working(): boolean {
    return this.#worker !== null;
  }

  start(redis: Redis, deps: JobDeps, { putAside, log }: { readonly putAside: PutAside; readonly log: Logger }): void {
    this.#worker = workOn(
      SWARM_QUEUE,
      SwarmJob,
      redis,
      {
        concurrency: CONCURRENT_JOBS,
        fetchers: FETCHERS,
        onFailure: (id, error) => log.error({ job: id, error: error.message }, 'job failed'),
        putAside,
        giveUp: async (job) => (job.type === 'turn' ? giveUpTurn(job, deps.turns) : undefined),
      },
      jobHandler(deps),
    );
  }

  async close(): Promise<void> {
    await this.#worker?.close();
  }
}
