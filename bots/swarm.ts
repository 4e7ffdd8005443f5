import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { GapFill } from '../bridge/appservice/gap-fill.ts';
import { heardByAll, Inbox } from '../bridge/appservice/inbox.ts';
import type { SwarmEnvironment } from '../bridge/config/swarm.ts';
import { Meters } from '../bridge/http/metrics.ts';
import { refused } from '../bridge/matrix/account.ts';
import { EditBudget } from '../bridge/matrix/edit-budget.ts';
import { ownHostNames } from '../bridge/protocol/host-names.ts';
import { RoomId } from '../bridge/protocol/ids.ts';
import { jobId, type SwarmJob } from '../bridge/protocol/turn.ts';
import { openOrderQueues } from '../bridge/queue/executor-queue.ts';
import { ExecutorRegistry } from '../bridge/queue/executor-registry.ts';
import { openQueue } from '../bridge/queue/jobs.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { adminElsewhere } from '../bridge/text/room/admin.ts';
import { createAgentApi } from './agent-api/agent-api.ts';
import { createOutsideAgents } from './agent-api/outside-agents.ts';
import { budgetCommands } from './budget/budget-commands.ts';
import { buildModels } from './build-models.ts';
import type { SwarmCommands } from './commands/house-commands.ts';
import { createPreview } from './deliverables/preview.ts';
import { gapsOf } from './gaps.ts';
import { askForPushes } from './intake/ask-for-pushes.ts';
import { replacedBy } from './intake/decisions.ts';
import { createIntake } from './intake/intake.ts';
import { createMisfits } from './intake/unreadable-jobs.ts';
import { acrossUpgrades, type Former, moveRoom, placeSchedules } from './intake/upgraded-rooms.ts';
import { loggedOrders, observedSwarm } from './observed.ts';
import type { CoordinatorDeps } from './residents/coordinator.ts';
import { publicAddress } from './residents/public-address.ts';
import { buildSchedule } from './schedule/build-schedule.ts';
import { openBase, type SwarmBase } from './swarm-base.ts';
import { JobWorker, SWARM_QUEUE } from './swarm-jobs.ts';
import { taskEventHandler } from './tasks/event-handler.ts';
import { readLendings } from './tasks/lent-folders.ts';
import { TASKS_QUEUE, type TaskJob } from './tasks/runtime/task-job.ts';
import { taskCommands } from './tasks/task-commands.ts';
import { createTasks } from './tasks/tasks.ts';
import { AgentStatus, renderAgents } from './turns/agent-status.ts';
import { Attachments } from './turns/attachments.ts';
import { Beginnings } from './turns/beginnings.ts';
import { RoomMemory } from './turns/room-memory.ts';
import { RunningTurns } from './turns/running-turns.ts';
import type { TurnDeps } from './turns/turn.ts';

/** Of the fifty edits a second that Synapse sustains, the swarm's share. */
const EDITS_PER_SECOND = 15;
const SAID_LATELY_S = 600;
const CHAIN_S = 24 * 3600;

export interface Upgraded {
  readonly former: Former;
  /** HQ or ops is another room from now on. */
  readonly again: () => void;
}

export interface Swarm {
  readonly inbox: Inbox;
  readonly gaps: GapFill;
  /** Loads what decisions need. */
  start(): Promise<void>;
  /** Turns go on from here. */
  work(): void;
  stop(): Promise<void>;
}

/** Puts the swarm together, from what everything stands on to what a message sets off. Nothing listens or works before `start`. */
export function buildSwarm(given: SwarmEnvironment, redis: Redis, log: Logger, upgraded: Upgraded): Swarm {
  const { settings } = given;
  const base = openBase(given, redis, log, upgraded.former);
  const { residents, rooms, timeline, coordinator, hq, ops, lang, timeZone, serverName, hqName, putAside } = base;
  const queues = openQueues(base);
  const worker = new JobWorker();
  const meters = new Meters();
  const executors = new ExecutorRegistry(redis);
  const edits = new EditBudget(EDITS_PER_SECOND);

  const outside = createOutsideAgents(base);
  const models = buildModels(base, given, outside.port);
  const { bindings, spending } = models;
  outside.onChange((agents) => bindings.outside(agents));
  const frozen = () => spending.frozen;

  // The part's own folder is where the launcher writes what is lent.
  const tasks = createTasks({
    ...base,
    orders: queues.orders,
    bindings,
    budget: edits,
    lendings: () => readLendings(given.all['HOME']),
    available: (agent) => spending.affords(agent),
    frozen,
  });
  tasks.onEnded(({ phase }) => meters.taskEnded(phase));
  const preview = createPreview({ ...base, tasks, settings });
  const schedule = buildSchedule({
    ...base,
    queue: queues.turns,
    tasks,
    coordinator: acrossUpgrades(coordinator, upgraded.former),
    view: (room) => timeline.view(room),
    frozen,
    paid: models.paid,
  });

  const agentApi = createAgentApi({
    ...base,
    ...queues,
    outside,
    bindings,
    tasks,
    listen: { host: settings.CHAVION_LISTEN, port: settings.CHAVION_API_PORT },
    address: publicAddress({
      port: settings.CHAVION_API_PORT,
      own: settings.CHAVION_API_URL,
      home: settings.CHAVION_PUBLIC_URL,
      listen: settings.CHAVION_LISTEN,
    }),
    names: ownHostNames(settings.CHAVION_API_URL, settings.CHAVION_PUBLIC_URL),
    // In containers the homeserver comes over a network that is theirs alone.
    ownNetwork: settings.CHAVION_APPSERVICE_LISTEN === '0.0.0.0',
    observed: observedSwarm({
      meters,
      queues: { turns: queues.turns, tasks: queues.tasks },
      working: () => worker.working,
      tasks,
      spending,
      residents,
      executors,
      edits,
      coordinator,
      rooms: [hq, ops],
    }),
  });

  const running = new RunningTurns();
  const status = new AgentStatus(meters);
  const attachments = new Attachments();
  const memory = new RoomMemory({ ...base, bindings });
  const turns: TurnDeps = {
    ...base,
    ...queues,
    bindings,
    attachments,
    beginnings: new Beginnings(),
    memory,
    budget: edits,
    running,
    status,
    spending,
    replacedBy: (source) => replacedBy(redis, source),
    tellAsker: agentApi.tellAsker,
  };

  const misfits = createMisfits({
    ...base,
    swarm: `${hostname()}:${settings.CHAVION_APPSERVICE_PORT}`,
    queue: queues.turns,
    reader: (room) => rooms.reader(room),
    nameOf: (user) => residents.byUser.get(user)?.config.name ?? user,
  });
  const intake = createIntake({
    ...base,
    queue: queues.turns,
    attachments,
    running,
    bindings,
    reloadModels: models.reload,
    memory,
    relay: models.relay,
    tasks: taskEventHandler({
      tasks,
      rooms,
      timeline,
      coordinator: residents.coordinator,
      executor: residents.executor,
      former: upgraded.former,
    }),
    spending,
    houseUpgraded: upgraded.again,
    agentsTable: (tableLang, present, off) =>
      renderAgents(
        { off, residents, bindings, status, running, spending, timeZone, executors: executors.list() },
        tableLang,
        present,
      ),
  });
  const inbox: Inbox = new Inbox(
    { isOwn: residents.isOwn },
    timeline,
    heardByAll([(event) => agentApi.hear(event), (event) => preview.hear(event), intake]),
    misfits,
  );

  const commands: SwarmCommands = {
    // The launcher's admin answers in the house's own rooms; what it takes is never in here.
    admin: async (job) => (job.room === hq || job.room === ops ? null : adminElsewhere[job.lang]()),
    agent: agentApi.command,
    ...misfits.commands(() => inbox),
    ...schedule.commands,
    ...budgetCommands({ spending, residents, bindings, timeZone }),
    ...taskCommands({ tasks, hq, hqName, lang, serverName }),
  };

  return {
    inbox,
    gaps: gapsOf(base, inbox),
    async start() {
      await placeRooms(base);
      for (const [room, until] of Object.entries(await redis.hgetall(swarmKey('stopped'))))
        running.cancel({ room: RoomId.parse(room), until: Number(until) });
      await Promise.all([
        models.reload(),
        spending.start(),
        agentApi.start(),
        rooms.masters(),
        ...[hq, ops].flatMap((room) =>
          [rooms.members(room), timeline.view(room)].map((reading) => reading.catch(unlessRefused)),
        ),
      ]);
      executors.start();
      await tasks.open();
      await preview.open();
      await agentApi.open();
      await schedule.scheduler.start();
      await askForPushes(coordinator);
    },
    work: () =>
      worker.start(
        redis,
        {
          commands,
          lines: linesOf(base),
          turns,
          scheduler: schedule.scheduler,
          agentApi,
          orders: queues.orders,
          count: (type, outcome) => meters.job(type, outcome),
        },
        { putAside, log },
      ),
    async stop() {
      await schedule.scheduler.stop();
      await Promise.all([worker.close(), tasks.close(), preview.close(), agentApi.close()]);
      spending.stop();
      executors.stop();
      await queues.close();
    },
  };
}

/** The boxes of jobs, and how many turns a message has set off. */
function openQueues({ redis, log }: SwarmBase) {
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

/** What the coordinator says of itself. */
function linesOf({ redis, residents, ghost, rooms, hqName }: SwarmBase): CoordinatorDeps {
  return {
    residents,
    ghost,
    rooms,
    hqName,
    saysFirst: async (what, job, forSeconds = SAID_LATELY_S) => {
      const said = await redis.set(swarmKey('said', what), job, 'EX', forSeconds, 'NX', 'GET');
      return said === null || said === job;
    },
  };
}

/** What hung on a room that was upgraded hangs on the one after it. */
async function placeRooms({ redis, former, hq }: SwarmBase): Promise<void> {
  for (const [from, to] of former) await moveRoom(redis, from, to);
  await placeSchedules(redis, hq);
}

/** A room of the house that is gone, or closed to us, is told by whoever looks after the rooms: it keeps nobody from the others. */
function unlessRefused(error: unknown): void {
  if (!refused(error)) throw error;
}
