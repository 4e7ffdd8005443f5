import type { Figures, Metrics } from '../bridge/http/metrics.ts';
import type { Observed } from '../bridge/http/api-deps.ts';
import type { Account } from '../bridge/matrix/account.ts';
import type { EditBudget } from '../bridge/matrix/edit-budget.ts';
import { type CommandJob, commandJobId } from '../bridge/protocol/command-job.ts';
import type { RoomId } from '../bridge/protocol/ids.ts';
import type { OrderBox } from '../bridge/queue/executor-queue.ts';
import type { ExecutorRegistry } from '../bridge/queue/executor-registry.ts';
import type { JobQueue } from '../bridge/queue/jobs.ts';
import type { Logger } from 'pino';
import { WHOLE } from './budget/limits.ts';
import { PERIODS } from './budget/periods.ts';
import { spentOf } from './budget/cooldowns.ts';
import type { Budget } from './budget/budget.ts';
import type { Residents } from './residents/residents.ts';
import type { Tasks } from './tasks/tasks.ts';

export interface ObservedDeps {
  readonly metrics: Metrics;
  readonly queues: Readonly<Record<string, Pick<JobQueue<unknown>, 'depth'>>>;
  /** Whether somebody works on them. */
  readonly working: () => boolean;
  readonly tasks: Pick<Tasks, 'live'>;
  readonly spending: Budget;
  readonly residents: Residents;
  readonly executors: Pick<ExecutorRegistry, 'list'>;
  readonly edits: EditBudget;
  readonly coordinator: Account;
  /** HQ and ops. */
  readonly rooms: readonly RoomId[];
}

/** What the swarm lets be seen of itself: counts and ids of the roster, no words. */
export function observedSwarm(deps: ObservedDeps): Observed {
  const depths = async () =>
    Object.fromEntries(
      await Promise.all(Object.entries(deps.queues).map(async ([name, queue]) => [name, await queue.depth()] as const)),
    );
  return {
    metrics: deps.metrics,
    async figures(): Promise<Figures> {
      const [queues, live] = await Promise.all([depths(), deps.tasks.live()]);
      const tasks: Record<string, number> = {};
      for (const { phase } of live) tasks[phase] = (tasks[phase] ?? 0) + 1;
      const scopes = [WHOLE, ...deps.residents.agents.map(({ id }) => id)] as const;
      const spent = scopes.flatMap((agent) =>
        PERIODS.map((period) => ({
          agent,
          period,
          usd: spentOf(deps.spending.state, period, agent, 'usd'),
          tokens: spentOf(deps.spending.state, period, agent, 'tokens'),
        })),
      );
      const executors = deps.executors
        .list()
        .map(({ id, online, busy, ended }) => ({ id, online, busy, ended: ended ?? {} }));
      return { queues, tasks, spent, executors, edits: deps.edits.granted, blackouts: deps.spending.blackouts().size };
    },
    async parts() {
      const [homeserver, rooms, queue] = await Promise.all([
        deps.coordinator.call('GET', '/_matrix/client/versions', { tries: 1, timeoutMs: 2_000 }).then(
          () => true,
          () => false,
        ),
        // Deleted, or the coordinator is not in it any more: nothing that is said there is heard.
        Promise.all(
          deps.rooms.map((room) =>
            deps.coordinator.call('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/joined_members`, {
              tries: 1,
              timeoutMs: 2_000,
            }),
          ),
        ).then(
          () => true,
          () => false,
        ),
        depths().then(
          () => deps.working(),
          () => false,
        ),
      ]);
      return { homeserver, rooms, queue, executor: deps.executors.list().some(({ online }) => online) };
    },
  };
}

/** Notes under which name each order lies in the executor's box: by it the executor's lines are found. */
export function loggedOrders(orders: OrderBox, log: Logger): OrderBox {
  return {
    add: async (job: CommandJob) => {
      await orders.add(job);
      const task = job.type === 'plan' || job.type === 'end' ? { task: job.root } : {};
      log.info({ event: job.root, ...task, command: commandJobId(job), type: job.type }, 'ordered');
    },
    close: () => orders.close(),
  };
}
