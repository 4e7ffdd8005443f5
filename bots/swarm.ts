import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { GapFill, SyncPosition } from '../bridge/appservice/gap-fill.ts';
import { homeserverHistory } from '../bridge/appservice/history.ts';
import { heardByAll, Inbox } from '../bridge/appservice/inbox.ts';
import { Rooms } from '../bridge/appservice/rooms.ts';
import { Timeline } from '../bridge/appservice/timeline.ts';
import type { SwarmEnvironment } from '../bridge/config/swarm.ts';
import { Meters } from '../bridge/http/metrics.ts';
import { Account, refused } from '../bridge/matrix/account.ts';
import { EditBudget } from '../bridge/matrix/edit-budget.ts';
import { RoomLimiter } from '../bridge/matrix/room-limiter.ts';
import { ownHostNames } from '../bridge/protocol/host-names.ts';
import { RoomId, type UserId } from '../bridge/protocol/ids.ts';
import { Roster } from '../bridge/protocol/roster.ts';
import { jobId, SwarmJob } from '../bridge/protocol/turn.ts';
import { openOrderQueues } from '../bridge/queue/executor-queue.ts';
import { openQueue, workOn } from '../bridge/queue/jobs.ts';
import { ExecutorRegistry } from '../bridge/queue/executor-registry.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { adminElsewhere } from '../bridge/text/room/admin.ts';
import { roomNames } from '../bridge/text/room-names.ts';
import { AgentStatus, renderAgents } from './turns/agent-status.ts';
import { asideOf } from './intake/dead-letters.ts';
import { askForPushes } from './intake/ask-for-pushes.ts';
import { Attachments } from './turns/attachments.ts';
import type { CoordinatorDeps } from './residents/coordinator.ts';
import { createDoorway, type Doorway } from './agent-api/agent-api.ts';
import { buildSchedule } from './schedule/build-schedule.ts';
import type { SwarmCommands } from './commands/house-commands.ts';
import { replacedBy } from './intake/decisions.ts';
import { createIntake } from './intake/intake.ts';
import { ModelBindings } from './models/model-bindings.ts';
import { chosenModels } from './models/model-choices.ts';
import { publicAddress } from './residents/public-address.ts';
import { createProvider } from './models/registry.ts';
import { Budget } from './budget/budget.ts';
import { createMisfits } from './intake/unreadable-jobs.ts';
import { budgetCommands } from './budget/budget-commands.ts';
import { warnMaster } from './budget/warn-master.ts';
import { isFree, withBudget } from './budget/with-budget.ts';
import { WebChatRelay } from './models/relay-desk.ts';
import { createResidents } from './residents/residents.ts';
import { RoomMemory } from './turns/room-memory.ts';
import { roomLanguage } from './residents/room-language.ts';
import { RunningTurns } from './turns/running-turns.ts';
import { jobHandler } from './swarm-jobs.ts';
import { taskCommands } from './tasks/task-commands.ts';
import { taskEventHandler } from './tasks/event-handler.ts';
import { readLendings } from './tasks/lent-folders.ts';
import { TASKS_QUEUE, type TaskJob } from './tasks/runtime/task-job.ts';
import { createTasks } from './tasks/tasks.ts';
import { createPreview } from './deliverables/preview.ts';
import { acrossUpgrades, type Former, moveRoom, placeSchedules } from './intake/upgraded-rooms.ts';
import { giveUpTurn, type TurnDeps } from './turns/turn.ts';
import { loggedOrders, observedSwarm } from './observed.ts';

/** Of the fifty edits a second that Synapse sustains, the swarm's share. */
const EDITS_PER_SECOND = 15;
/** Turns mostly wait for providers. */
const CONCURRENT_JOBS = 200;
/** A message to a hundred agents is a hundred jobs at once, each of them an fsync to fetch. */
const FETCHERS = 8;
const QUEUE = 'turns';
const SAID_LATELY_S = 600;

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

/** Puts the swarm together; nothing listens or works before `start`. */
export function buildSwarm({ settings, providers: keys, all }: SwarmEnvironment, redis: Redis, log: Logger, upgraded: Upgraded): Swarm {
  const roster = Roster.parse(JSON.parse(settings.CHAVION_ROSTER_JSON));
  const residents = createResidents(roster, settings.CHAVION_SERVER_NAME);

  const lanes = new RoomLimiter();
  const ghosts = new Map<UserId, Account>();
  const ghost = (userId: UserId): Account => {
    const known = ghosts.get(userId);
    if (known !== undefined) return known;
    const account = new Account({ homeserverUrl: settings.CHAVION_HOMESERVER_URL, accessToken: settings.CHAVION_APPSERVICE_TOKEN, userId, ghost: true, lanes, onTrouble: (trouble) => log.warn(trouble, 'the homeserver does not answer') });
    ghosts.set(userId, account);
    return account;
  };
  const coordinator = ghost(residents.coordinator);

  const decoding = { isOwn: residents.isOwn };
  const rooms = new Rooms({
    coordinator,
    ghost,
    hq: settings.CHAVION_HQ_ROOM,
    admin: settings.CHAVION_ADMIN_USER,
    isMasterLike: (user) => !residents.isOwn(user) && user !== settings.CHAVION_ADMIN_USER,
    residents: [residents.coordinator, ...residents.agents.map((agent) => agent.userId)],
  });
  const timeline = new Timeline(homeserverHistory((room) => rooms.reader(room), decoding));
  const roomLang = roomLanguage({ timeline, rooms, residents, lang: settings.CHAVION_LANG });
  const putAside = asideOf({ redis, coordinator, ops: settings.CHAVION_OPS_ROOM, lang: settings.CHAVION_LANG, log });
  const queue = openQueue<SwarmJob>(QUEUE, redis);
  const orders = loggedOrders(openOrderQueues(redis), log);
  const taskQueue = openQueue<TaskJob>(TASKS_QUEUE, redis);
  const meters = new Meters();
  const executors = new ExecutorRegistry(redis);
  const running = new RunningTurns();
  const status = new AgentStatus(meters);
  const budget = new EditBudget(EDITS_PER_SECOND);
  let worker: { close(): Promise<void> } | null = null;
  const hqName = roomNames.hq.ko;
  const relay = new WebChatRelay({ redis, ops: settings.CHAVION_OPS_ROOM, ghost: (agent) => ghost(residents.byId.get(agent)?.userId ?? residents.coordinator), pace: roster.relay });
  const spending: Budget = new Budget({
    redis,
    timeZone: settings.CHAVION_TZ,
    agents: () => residents.agents.map(({ id }) => id),
    labelOf: (agent) => bindings.get(agent)?.provider.label,
    isFree: (agent) => {
      const provider = bindings.get(agent)?.provider;
      return provider !== undefined && isFree(provider);
    },
    warn: (warning) => warnMaster(warning, { coordinator, hq: settings.CHAVION_HQ_ROOM, lang: settings.CHAVION_LANG, nameOf: (agent) => residents.byId.get(agent)?.config.name ?? agent }),
    onError: (error) => log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'purse'),
  });
  const countTurns = async (root: string, count: number): Promise<number> => {
    const key = swarmKey('chain', root);
    const [taken] = await Promise.all([redis.incrby(key, count), redis.expire(key, 24 * 3600)]);
    return taken;
  };
  const enqueue = (jobs: readonly SwarmJob[]) => queue.add(jobs.map((data) => ({ id: jobId(data), data })));
  const agentApi: Doorway = createDoorway({
    redis,
    residents,
    bindings: () => bindings,
    ghost,
    masters: () => rooms.masters(),
    orders,
    hq: settings.CHAVION_HQ_ROOM,
    ops: settings.CHAVION_OPS_ROOM,
    serverName: settings.CHAVION_SERVER_NAME,
    lang: settings.CHAVION_LANG,
    roomLang,
    ownerTitle: roster.ownerTitle,
    listen: { host: settings.CHAVION_LISTEN, port: settings.CHAVION_API_PORT },
    address: publicAddress({ port: settings.CHAVION_API_PORT, own: settings.CHAVION_API_URL, home: settings.CHAVION_PUBLIC_URL, listen: settings.CHAVION_LISTEN }),
    names: ownHostNames(settings.CHAVION_API_URL, settings.CHAVION_PUBLIC_URL),
    // In containers the homeserver comes over a network that is theirs alone.
    ownNetwork: settings.CHAVION_APPSERVICE_LISTEN === '0.0.0.0',
    countTurns,
    enqueue,
    watched: observedSwarm({ meters, queues: { turns: queue, tasks: taskQueue }, working: () => worker !== null, tasks: () => tasks, spending, residents, executors, budget, coordinator, rooms: [settings.CHAVION_HQ_ROOM, settings.CHAVION_OPS_ROOM] }),
    tasks: () => tasks,
    log,
  });
  const bindings: ModelBindings = new ModelBindings(roster, (config) => withBudget(createProvider(config, keys, all, { relay: relay, outsideAgents: agentApi.outsideAgents }), spending, config), settings.CHAVION_REHEARSAL);
  const memory = new RoomMemory({ redis, timeline, rooms, residents, bindings, roster, log });
  const reloadModels = async () => bindings.use(await chosenModels(redis));

  const tasks = createTasks({
    redis,
    orders,
    residents,
    roster,
    bindings,
    rooms,
    ghost,
    budget,
    // The part's own folder, where the launcher writes what is lent.
    lendings: () => readLendings(all['HOME']),
    serverName: settings.CHAVION_SERVER_NAME,
    ops: settings.CHAVION_OPS_ROOM,
    timeZone: settings.CHAVION_TZ,
    available: (agent) => spending.affords(agent),
    frozen: () => spending.frozen,
    putAside,
    log,
  });
  const preview = createPreview({ redis, tasks, coordinator, settings, putAside, log });
  const { scheduler, commands: scheduleCommandTable } = buildSchedule({
    redis,
    queue,
    tasks,
    roster,
    coordinator: acrossUpgrades(coordinator, upgraded.former),
    masters: () => rooms.masters(),
    view: (room) => timeline.view(room),
    nameOf: (user) => residents.byUser.get(user)?.config.name ?? (residents.isOwn(user) ? null : roster.ownerTitle),
    frozen: () => spending.frozen,
    paid: () => [...bindings.ready].flatMap((id) => bindings.get(id) ?? []).flatMap(({ config, provider }) => (isFree(provider) ? [] : [{ price: config.price }])),
    hq: settings.CHAVION_HQ_ROOM,
    hqName,
    serverName: settings.CHAVION_SERVER_NAME,
    timeZone: settings.CHAVION_TZ,
    putAside,
    log,
  });

  const attachments = new Attachments();
  const intake = createIntake({
    attachments,
    redis,
    queue,
    timeline,
    rooms,
    residents,
    roster,
    running,
    bindings,
    reloadModels,
    memory,
    relay,
    tasks: taskEventHandler({ tasks, rooms, timeline, coordinator: residents.coordinator, executor: residents.executor, former: upgraded.former }),
    spending,
    timeZone: settings.CHAVION_TZ,
    hq: settings.CHAVION_HQ_ROOM,
    ops: settings.CHAVION_OPS_ROOM,
    admin: settings.CHAVION_ADMIN_USER,
    serverName: settings.CHAVION_SERVER_NAME,
    former: upgraded.former,
    houseUpgraded: upgraded.again,
    hqName,
    lang: settings.CHAVION_LANG,
    roomLang,
    agentsTable: (lang, present, off) => renderAgents({ off, residents, bindings, status, running, spending, timeZone: settings.CHAVION_TZ, executors: executors.list() }, lang, present),
    log,
  });
  const misfits = createMisfits({
    redis,
    queue,
    coordinator,
    reader: (room) => rooms.reader(room),
    ops: settings.CHAVION_OPS_ROOM,
    serverName: settings.CHAVION_SERVER_NAME,
    timeZone: settings.CHAVION_TZ,
    lang: settings.CHAVION_LANG,
    nameOf: (user) => residents.byUser.get(user)?.config.name ?? user,
    log,
  });
  const inbox: Inbox = new Inbox(decoding, timeline, heardByAll([(event) => agentApi.hear(event), (event) => preview.hear(event), intake]), misfits);

  const lines: CoordinatorDeps = {
    residents,
    ghost,
    rooms,
    hqName,
    saysFirst: async (what, job, forSeconds = SAID_LATELY_S) => {
      const said = await redis.set(swarmKey('said', what), job, 'EX', forSeconds, 'NX', 'GET');
      return said === null || said === job;
    },
  };
  const turns: TurnDeps = {
    roster,
    residents,
    bindings,
    ghost,
    timeline,
    rooms,
    attachments,
    memory,
    budget,
    running,
    status,
    spending,
    countTurns,
    replacedBy: (source) => replacedBy(redis, source),
    enqueue,
    tellAsker: agentApi.tellAsker,
    timeZone: settings.CHAVION_TZ,
    log,
  };

  const houseCommands: SwarmCommands = {
    // The launcher's admin answers in the house's own rooms; what it takes is never in here.
    admin: async ({ room, lang }) => (room === settings.CHAVION_HQ_ROOM || room === settings.CHAVION_OPS_ROOM ? null : adminElsewhere[lang]()),
    agent: agentApi.command,
    ...misfits.commands(() => inbox),
    ...scheduleCommandTable,
    ...budgetCommands({ spending, residents, bindings, timeZone: settings.CHAVION_TZ }),
    ...taskCommands({ tasks, hq: settings.CHAVION_HQ_ROOM, hqName, lang: settings.CHAVION_LANG, serverName: settings.CHAVION_SERVER_NAME }),
  };

  const positionIn = (key: string): SyncPosition => ({ load: () => redis.get(key), save: async (token) => void (await redis.set(key, token)) });

  tasks.onEnded(({ phase }) => meters.taskEnded(phase));
  return {
    inbox,
    gaps: {
      coordinator,
      agents: () => residents.agents.map(({ userId }) => ghost(userId)),
      position: positionIn(swarmKey('sync')),
      elsewhere: positionIn(swarmKey('sync-elsewhere')),
      accept: (events, room) => inbox.accept(events, room),
      onGap: (room) => {
        timeline.invalidate(room);
        rooms.invalidate();
        if (room === undefined) void askForPushes(coordinator);
      },
      onError: (error) => log.warn({ error: error instanceof Error ? error.message : 'unknown' }, 'sync'),
      onLost: (room, error) => log.error({ room, error: error instanceof Error ? error.message : 'unknown' }, 'what was missed cannot be read'),
    },
    async start() {
      for (const [from, to] of upgraded.former) await moveRoom(redis, from, to);
      await placeSchedules(redis, settings.CHAVION_HQ_ROOM);
      for (const [room, until] of Object.entries(await redis.hgetall(swarmKey('stopped')))) running.cancel({ room: RoomId.parse(room), until: Number(until) });
      await Promise.all([reloadModels(), spending.start(), agentApi.start(), rooms.masters(), ...[settings.CHAVION_HQ_ROOM, settings.CHAVION_OPS_ROOM].flatMap((room) => [rooms.members(room), timeline.view(room)].map((reading) => reading.catch(unlessRefused)))]);
      executors.start();
      await tasks.open();
      await preview.open();
      await agentApi.open();
      await scheduler.start();
      await askForPushes(coordinator);
    },
    work() {
      worker = workOn(
        QUEUE,
        SwarmJob,
        redis,
        {
          concurrency: CONCURRENT_JOBS,
          fetchers: FETCHERS,
          onFailure: (id, error) => log.error({ job: id, error: error.message }, 'job failed'),
          putAside,
          giveUp: async (job) => (job.type === 'turn' ? giveUpTurn(job, turns) : undefined),
        },
        jobHandler({ commands: houseCommands, lines, turns, scheduler, agentApi, orders, count: (type, outcome) => meters.job(type, outcome) }),
      );
    },
    async stop() {
      await scheduler.stop();
      await Promise.all([worker?.close(), tasks.close(), preview.close(), agentApi.close()]);
      spending.stop();
      executors.stop();
      await Promise.all([queue.close(), taskQueue.close(), orders.close()]);
    },
  };
}

/** A room of the house that is gone, or closed to us, is told by whoever looks after the rooms: it keeps nobody from the others. */
function unlessRefused(error: unknown): void {
  if (!refused(error)) throw error;
}
