import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { GapFill } from '../bridge/appservice/gap-fill.ts';
import { heardByAll, Inbox } from '../bridge/appservice/inbox.ts';
import type { SwarmEnvironment } from '../bridge/config/swarm.ts';
import { Metrics } from '../bridge/http/metrics.ts';
import { refused } from '../bridge/matrix/account.ts';
import { EditBudget } from '../bridge/matrix/edit-budget.ts';
import { ownHostNames } from '../bridge/protocol/host-names.ts';
import { type AgentId, type Lang, RoomId, type UserId } from '../bridge/protocol/ids.ts';
import type { SwarmJob, TurnJob } from '../bridge/protocol/turn.ts';
import { ExecutorOffers } from '../bridge/queue/executor-offers.ts';
import { ExecutorRegistry } from '../bridge/queue/executor-registry.ts';
import { swarmKey } from '../bridge/queue/redis.ts';
import { adminElsewhere } from '../bridge/text/room/admin.ts';
import { createAgentApi } from './agent-api/agent-api.ts';
import { createOutsideAgents } from './agent-api/outside-agents.ts';
import { modelCommands } from './intake/model-command.ts';
import { BallotBox } from './ballots/ballot-box.ts';
import { BallotStore } from './ballots/ballot-store.ts';
import { MastersVotes } from './ballots/masters-votes.ts';
import { budgetCommands } from './budget/budget-commands.ts';
import { buildHands } from './build-hands.ts';
import { buildModels } from './build-models.ts';
import { buildLibrary } from './build-library.ts';
import { buildMemoryCommands } from './build-memory-commands.ts';
import { buildRecall } from './build-recall.ts';
import type { SwarmCommands } from './commands/house-commands.ts';
import type { CommandResults } from './hands/command-results.ts';
import { createPreview } from './deliverables/preview.ts';
import { gapsOf } from './gaps.ts';
import { recentCommands } from './hands/recent-commands.ts';
import type { HouseToolDeps, HouseView } from './hands/house-tool.ts';
import { ALL_TOOLS, ToolSwitches } from './hands/tool-switches.ts';
import { toolsCommand } from './hands/tools-command.ts';
import { askForPushes } from './intake/ask-for-pushes.ts';
import { replacedBy } from './intake/decisions.ts';
import { createIntake } from './intake/intake.ts';
import { createUnreadableJobs } from './intake/unreadable-jobs.ts';
import { acrossUpgrades, type Former, moveRoom, placeSchedules } from './intake/upgraded-rooms.ts';
import { observedSwarm } from './observed.ts';
import { type CoordinatorDeps, giveNotice } from './residents/coordinator.ts';
import { publicAddress } from './residents/public-address.ts';
import { buildSchedule } from './schedule/build-schedule.ts';
import { openBase, type SwarmBase } from './swarm-base.ts';
import { JobWorker } from './swarm-jobs.ts';
import { openQueues } from './swarm-queues.ts';
import { taskEventHandler } from './tasks/event-handler.ts';
import { judgementCommand } from './tasks/judgement-command.ts';
import { JudgementSettings } from './tasks/judgement-settings.ts';
import { readLendings } from './tasks/lent-folders.ts';
import { keepTaskRecords } from './tasks/task-records.ts';
import { taintOfRecord, taskRecordFor } from './tasks/prompts/task-record.ts';
import { followUpCommand } from './tasks/follow-up-command.ts';
import { taskCommands } from './tasks/task-commands.ts';
import { createTasks } from './tasks/tasks.ts';
import { AgentStatus, renderAgents } from './turns/agent-status.ts';
import { Attachments } from './turns/attachments.ts';
import { documentReading } from './turns/posted-documents.ts';
import { Beginnings } from './turns/beginnings.ts';
import { RoomMemory } from './turns/room-memory.ts';
import { RunningTurns } from './turns/running-turns.ts';
import type { TurnDeps } from './turns/turn.ts';

/** Of the fifty edits a second that Synapse sustains, the swarm's share. */
const EDITS_PER_SECOND = 15;
const SAID_LATELY_S = 600;

export interface Upgraded {
  readonly former: Former;
  /** HQ, ops or the memory room is another room from now on. */
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
  const base = openBase(given, redis, log, upgraded.former);
  const ground = openGround(base, given, upgraded);
  const { queues, metrics, executors, worker, models } = ground;
  const tasks = buildTasks(ground);
  const preview = createPreview({ ...base, tasks, settings: given.settings });
  const schedule = scheduleOf(ground, tasks);
  const agentApi = agentApiOf(ground, tasks);
  // Made below, of what turns are made of as well.
  const house = async (what: HouseView, job: TurnJob, by: UserId) => {
    if (what === 'commands') return recentCommands(await base.timeline.view(base.ops), base.residents.executor);
    if (what === 'agents') return agentsNow(ground, turns)(job.lang, new Set(base.residents.byId.keys()), new Set());
    return commands[what]({ ...job, type: 'command', name: what, words: '', by });
  };
  const turns = turnsOf(ground, agentApi, tasks, house);
  const unreadable = unreadableOf(base, queues, given.settings);
  const intake = intakeOf(ground, tasks, turns);
  const inbox: Inbox = new Inbox(
    { isOwn: base.residents.isOwn, takenOut: (event) => base.houseMemory.takenOut(event) },
    base.timeline,
    heardByAll([
      (event) => base.houseMemory.hear(event),
      (event) => agentApi.hear(event),
      (event) => preview.hear(event),
      intake,
    ]),
    unreadable,
  );
  const commands: SwarmCommands = {
    admin: async (job) => (ownRooms(base).includes(job.room) ? null : adminElsewhere[job.lang]()),
    agent: agentApi.command,
    ...unreadable.commands(() => inbox),
    ...schedule.commands,
    ...budgetCommands({ ...base, ...models }),
    ...modelCommands({ ...base, ...models }),
    ...taskCommands({ ...base, tasks }),
    'follow-up': followUpCommand({ ...base, tasks }),
    ...preview.commands,
    ...toolsCommand({ ...base, ...ground }),
    ...judgementCommand(ground.judgement),
    ...buildMemoryCommands(base, ground.recall, turns.memory, (line) => giveNotice(line, linesOf(base))),
  };
  const { scheduler } = schedule;
  const count = (type: SwarmJob['type'], outcome: 'done' | 'failed') => metrics.job(type, outcome);
  const ballots = new BallotBox({ ...base, ...turns, store: ground.ballots });
  const work = { commands, lines: linesOf(base), turns, ballots, scheduler, agentApi, orders: queues.orders, count };
  return {
    inbox,
    gaps: gapsOf(base, inbox),
    async start() {
      await placeRooms(base);
      await recallStops(base, turns.running);
      await base.houseMemory.start(({ room, event }) => turns.memory.redacted(room, event));
      await Promise.all([models.reload(), models.spending.start(), agentApi.start(), readOwnRooms(base)]);
      executors.start();
      await ground.offers.start();
      await ground.switches.start();
      await ground.judgement.start();
      for (const part of [tasks, preview, agentApi]) await part.open();
      await keepTaskRecords({ ...base, tasks });
      await scheduler.start();
      await askForPushes(base.coordinator);
    },
    work: () => worker.start(redis, work, base),
    async stop() {
      await scheduler.stop();
      await Promise.all([worker, tasks, preview, agentApi].map((part) => part.close()));
      models.spending.stop();
      executors.stop();
      ground.offers.stop();
      await ground.library.stop();
      ground.switches.stop();
      ground.judgement.stop();
      await queues.close();
    },
  };
}

/** What the capabilities below stand on. */
type Ground = ReturnType<typeof openGround>;
type Tasks = ReturnType<typeof buildTasks>;
type AgentApi = ReturnType<typeof agentApiOf>;

function openGround(base: SwarmBase, given: SwarmEnvironment, upgraded: Upgraded) {
  const outside = createOutsideAgents(base);
  const models = buildModels(base, given, outside.port);
  outside.onChange((agents) => models.bindings.outside(agents));
  const queues = openQueues(base);
  const library = buildLibrary(base, queues.orders);
  return {
    base,
    given,
    upgraded,
    outside,
    models,
    library,
    recall: buildRecall(base, base.houseMemory, library),
    queues,
    worker: new JobWorker(),
    metrics: new Metrics(),
    executors: new ExecutorRegistry(base.redis),
    offers: new ExecutorOffers(base.redis),
    switches: new ToolSwitches(base.redis),
    judgement: new JudgementSettings(base.redis, base.roster.judgement),
    ballots: new BallotStore(base.redis),
    edits: new EditBudget(EDITS_PER_SECOND),
    frozen: () => models.spending.frozen,
  };
}

function buildTasks({ base, given, models, recall, queues, metrics, edits, offers, frozen, judgement }: Ground) {
  const tasks = createTasks({
    ...base,
    orders: queues.orders,
    bindings: models.bindings,
    recall,
    budget: edits,
    // The part's own folder is where the launcher writes what is lent.
    lendings: () => readLendings(given.all['HOME']),
    mail: () => offers.now().mail,
    available: (agent) => models.spending.affords(agent),
    frozen,
    judgement: () => judgement.now,
  });
  tasks.onEnded(({ phase }) => metrics.taskEnded(phase));
  // The executor keeps what a task has made for as long as it goes on. What is not told it keeps a little longer.
  tasks.onEnded(({ root, room, at, lang, since, runs }) => {
    const end = { v: 1, type: 'end', root, room, at, lang, id: `over.${runs}`, until: since } as const;
    void queues.orders
      .add(end)
      .catch((error: unknown) =>
        base.log.warn({ task: root, error: error instanceof Error ? error.name : 'unknown' }, 'end'),
      );
  });
  return tasks;
}

function scheduleOf({ base, upgraded, models, queues, frozen }: Ground, tasks: Tasks) {
  return buildSchedule({
    ...base,
    queue: queues.turns,
    tasks,
    coordinator: acrossUpgrades(base.coordinator, upgraded.former),
    view: (room) => base.timeline.view(room),
    frozen,
    paid: models.paid,
  });
}

function agentApiOf(ground: Ground, tasks: Tasks) {
  const { base, given, outside, models, queues, worker } = ground;
  const { settings } = given;
  return createAgentApi({
    ...base,
    ...queues,
    outside,
    bindings: models.bindings,
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
      metrics: ground.metrics,
      queues: { turns: queues.turns, tasks: queues.tasks },
      working: () => worker.working,
      tasks,
      spending: models.spending,
      residents: base.residents,
      executors: ground.executors,
      edits: ground.edits,
      coordinator: base.coordinator,
      rooms: ownRooms(base),
    }),
  });
}

function turnsOf(
  { base, models, recall, queues, metrics, edits, offers, switches }: Ground,
  { tellAsker }: AgentApi,
  tasks: Pick<Tasks, 'get'>,
  house: HouseToolDeps['view'],
) {
  const { bindings, spending } = models;
  const { hands, commandResults } = buildHands({ base, queues, bindings, offers, switches, house });
  return {
    ...base,
    ...queues,
    bindings,
    attachments: new Attachments(documentReading({ redis: base.redis, orders: queues.orders })),
    beginnings: new Beginnings(),
    memory: new RoomMemory({ ...base, bindings }),
    recall,
    budget: edits,
    running: new RunningTurns(),
    status: new AgentStatus(metrics),
    spending,
    hands,
    commandResults,
    replacedBy: (source) => replacedBy(base.redis, source),
    tellAsker,
    taskRecord: async (root, room) => {
      const task = await tasks.get(root);
      if (task === null) return null;
      const nameOf = (agent: AgentId): string => base.residents.byId.get(agent)?.config.name ?? agent;
      return { text: taskRecordFor(task, nameOf, room), taint: taintOfRecord(task) };
    },
  } satisfies TurnDeps & { readonly commandResults: CommandResults };
}

function unreadableOf(
  base: SwarmBase,
  { turns }: ReturnType<typeof openQueues>,
  settings: SwarmEnvironment['settings'],
) {
  const { rooms, residents } = base;
  return createUnreadableJobs({
    ...base,
    swarm: `${hostname()}:${settings.CHAVION_APPSERVICE_PORT}`,
    queue: turns,
    reader: (room) => rooms.reader(room),
    nameOf: (user) => residents.byUser.get(user)?.config.name ?? user,
  });
}

function intakeOf(ground: Ground, tasks: Tasks, turns: ReturnType<typeof turnsOf>) {
  const { base, upgraded, models, queues } = ground;
  const { residents, rooms, timeline } = base;
  const { bindings, spending } = models;
  const { attachments, running, memory, commandResults } = turns;
  return createIntake({
    ...base,
    queue: queues.turns,
    attachments,
    running,
    bindings,
    reloadModels: models.reload,
    memory,
    relay: models.relay,
    commandResults,
    tasks: taskEventHandler({
      tasks,
      rooms,
      timeline,
      coordinator: residents.coordinator,
      executor: residents.executor,
      former: upgraded.former,
    }),
    spending,
    votes: new MastersVotes(ground.ballots),
    houseUpgraded: upgraded.again,
    mayUseTools: (agent) => ground.switches.isOn(agent, ALL_TOOLS),
    agentsTable: agentsNow(ground, turns),
  });
}

/** The table of `!agents` at this moment. */
const agentsNow =
  ({ base, models, executors }: Ground, { status, running }: Pick<ReturnType<typeof turnsOf>, 'status' | 'running'>) =>
  (lang: Lang, present: ReadonlySet<AgentId>, off: ReadonlySet<AgentId>) =>
    renderAgents({ off, ...base, ...models, status, running, executors: executors.list() }, lang, present);

/** Where the launcher's admin answers; what it takes is never among the coordinator's commands. */
function ownRooms({ hq, ops }: SwarmBase): readonly RoomId[] {
  return [hq, ops];
}

async function recallStops({ redis }: SwarmBase, running: RunningTurns): Promise<void> {
  for (const [room, until] of Object.entries(await redis.hgetall(swarmKey('stopped'))))
    running.cancel({ room: RoomId.parse(room), until: Number(until) });
}

async function readOwnRooms(base: SwarmBase): Promise<void> {
  const { rooms, timeline } = base;
  await Promise.all([
    rooms.masters(),
    ...ownRooms(base).flatMap((room) =>
      [rooms.members(room), timeline.view(room)].map((reading) => reading.catch(unlessRefused)),
    ),
  ]);
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
