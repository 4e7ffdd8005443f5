import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { AgentId, EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { Lendings } from '../../bridge/protocol/lent-folder.ts';
import type { MailOffer } from '../../bridge/queue/executor-offers.ts';
import type { Judgement } from '../../bridge/protocol/judging/judgement.ts';
import { isThere } from '../../bridge/appservice/presence.ts';
import { modelFacts, modelKind } from '../../bridge/protocol/models.ts';
import type { PlanHash } from '../../bridge/protocol/plan.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import { openQueue, type PutAside, workOn } from '../../bridge/queue/jobs.ts';
import type { ModelBinding, ModelBindings } from '../models/model-bindings.ts';
import { searchersAmong } from '../hands/web-search.ts';
import type { Provider } from '../models/providers/provider.ts';
import type { Recall } from '../memory/recall.ts';
import type { Residents } from '../residents/residents.ts';
import { Asks } from './asks.ts';
import { newTask } from './state/begin.ts';
import { CardKeeper } from './card-keeper.ts';
import { cardText, statusOfTask } from './messages/card.ts';
import { carryOutEffect } from './effects.ts';
import { hasEnded, TaskMachine } from './runtime/machine.ts';
import { abandonQuestion } from './answers/abandon.ts';
import { askModel } from './answers/task-models.ts';
import { PATIENCE, slowness } from './runtime/patience.ts';
import { reduce } from './reducer/reduce.ts';
import { type SayingFacts, sayingOf } from './messages/saying.ts';
import type { TaskState, WantedRevision } from './state/task-state.ts';
import { pollWaitsMs } from './state/poll-window.ts';
import { TaskFiles } from './task-files.ts';
import { TaskStore } from './runtime/task-store.ts';
import { TaskJob, TASKS_QUEUE } from './runtime/task-job.ts';
import type { TaskEvent, TaskRules } from './state/transitions.ts';
import { TaskOutbox } from './outbox.ts';

export interface TasksDeps {
  readonly redis: Redis;
  readonly orders: Pick<OrderBox, 'add'>;
  readonly residents: Residents;
  readonly roster: Roster;
  readonly bindings: ModelBindings;
  readonly recall: Recall;
  readonly rooms: Pick<Rooms, 'members' | 'masters' | 'reader'>;
  readonly ghost: (user: UserId) => Account;
  readonly budget: EditBudget;
  /** As they are now. */
  readonly lendings: () => Lendings;
  /** Whose letters can be sent; undefined where no e-mail is set up. */
  readonly mail?: () => MailOffer | undefined;
  readonly serverName: string;
  readonly ops: RoomId;
  readonly timeZone: string;
  /** Everything stands still, as far as this swarm knows. */
  readonly frozen?: () => boolean;
  /** Not in blackout; also while all are frozen, for a task waits then with those whom it has. */
  readonly available?: (agent: AgentId) => boolean;
  /** What was stored and cannot be read. */
  readonly putAside?: PutAside;
  readonly log: Logger;
  readonly patience?: TaskRules['patience'];
  /** As it is now. */
  readonly judgement: () => Judgement;
}

export interface TaskOrder {
  /** The event at the head: the thread hangs on it, and the executor reads it again. */
  readonly root: EventId;
  readonly room: RoomId;
  /** origin_server_ts of the root. */
  readonly at: number;
  readonly by: UserId;
  readonly origin: TaskState['origin'];
  readonly mission: string;
  readonly lang: Lang;
  /** Milliseconds from now by which it has ended; three days. */
  readonly lastsMs?: number;
}

/** Tasks, for whoever starts them, ends them or looks at them. Everything here may be called twice for one event. */
export interface Tasks {
  /** The same task for the same root. */
  start(order: TaskOrder): Promise<TaskState>;
  /** By its number or its root. */
  get(which: number | EventId): Promise<TaskState | null>;
  /** Those that go on, the oldest first. */
  live(): Promise<readonly TaskState[]>;
  /** Those that ended, the newest first. */
  ended(most: number): Promise<readonly TaskState[]>;
  /** What `apply` gives back is the task afterwards; null where there is none. A task that has ended stays as it is. */
  cancel(root: EventId, by: UserId | null): Promise<TaskState | null>;
  /** A master's `!choose`, in his event. */
  choose(
    root: EventId,
    choice: { readonly hash: PlanHash; readonly by: UserId; readonly event: EventId },
  ): Promise<TaskState | null>;
  /** A master's `!retry`, in his event. */
  retry(root: EventId, by: UserId, event: EventId): Promise<TaskState | null>;
  /** What a master wants changed of what a finished task has made, in his event. */
  revise(root: EventId, wanted: Omit<WantedRevision, 'ready'>): Promise<TaskState | null>;
  apply(root: EventId, event: TaskEvent): Promise<TaskState | null>;
  /** An agent is put out of the house: tasks go on without it. */
  dismiss(agent: AgentId): Promise<void>;
  statusOfTask(state: TaskState): string;
  /** Who could take part in a task in that room now. */
  readyIn(room: RoomId): Promise<readonly AgentId[]>;
  /** Told of every end, and again after `!retry`; not of one during which this process died: `ended` knows it. */
  onEnded(listener: (state: TaskState) => void): () => void;
  open(): Promise<void>;
  close(): Promise<void>;
}

const DAY_MS = 24 * 3_600_000;
const LASTS_MS = 3 * DAY_MS;
/** Asks mostly wait for providers. */
const CONCURRENT_EFFECTS = 200;
/** What a dead swarm left is taken up so soon. */
const SWEEP_MS = 2_000;
/** A freeze, or its end, reaches the tasks so soon. */
const FREEZE_LOOK_MS = 1_000;
/** The time on the cards of tasks that go on. */
const REFRESH_MS = 20_000;

/** The seconds that a poll stays open, on the card. */
const COUNTDOWN_MS = 10_000;
/** Who has read or written something since then is there. */
const THERE_MS = 120_000;

/** The house of whose models it is; of servers of one's own each model is another. Null: it only rehearses. */
const vendorOf = (binding: ModelBinding | undefined): string | null => {
  if (binding === undefined || binding.provider.rehearsal) return null;
  const { model } = binding.config;
  return modelFacts(model).endpoint === true ? model : (modelKind(model) ?? model);
};

/** By itself, or by the tool. */
const looksUp = (provider: Pick<Provider, 'searches' | 'canSearch' | 'callsTools'> | undefined): boolean =>
  provider !== undefined && (provider.searches || (provider.callsTools === true && provider.canSearch?.() === true));

/** Asked of all residents: who is out of quota has perhaps begun something. */
const worksOn = (binding: ModelBinding | undefined): boolean => binding?.provider.abandon !== undefined;

export function createTasks(deps: TasksDeps): Tasks {
  const { redis, residents, roster, bindings, rooms, ghost, log } = deps;
  const store = new TaskStore(redis, deps.putAside);
  const queue = openQueue<TaskJob>(TASKS_QUEUE, redis);
  const ready = (those = bindings.ready) =>
    residents.agents
      .map(({ id }) => id)
      .filter((id) => those.has(id) && !bindings.byHand.has(id) && (deps.available?.(id) ?? true));
  /** A rehearsal shows every ballot, and nobody waits for the owner to choose between plans that are only played. */
  const judgementFor = (agents: readonly AgentId[]): Judgement => {
    const now = deps.judgement();
    const played = agents.every((id) => bindings.get(id)?.provider.rehearsal === true);
    return played ? { ...now, ownerSeconds: 0, earlyStop: false } : now;
  };
  const rules = (): TaskRules => ({
    integrator: roster.integrator,
    agents: ready(),
    residents: roster.agents.map(({ id }) => id),
    lent: deps.lendings().folders,
    hosts: deps.lendings().hosts,
    searches: ready().some((id) => looksUp(bindings.get(id)?.provider)),
    mails: deps.mail?.() !== undefined,
    hash: canonicalHash,
    seconds: new Set(ready().filter((id) => bindings.get(id)?.config.proposes === false)),
    worksOn: new Set(residents.agents.flatMap(({ id }) => (worksOn(bindings.get(id)) ? [id] : []))),
    slowness: slowness(ready().flatMap((id) => bindings.get(id) ?? [])),
    patience: deps.patience ?? PATIENCE,
    judgement: judgementFor(ready()),
    vendors: new Map(
      ready().flatMap((id) => {
        const vendor = vendorOf(bindings.get(id));
        return vendor === null ? [] : [[id, vendor] as const];
      }),
    ),
  });
  const machine = new TaskMachine({ store, queue, reduce, rules });

  const facts = (state: TaskState): SayingFacts => ({
    now: Date.now(),
    nameOf: (agent) => residents.nameOf(agent),
    isChosen: (agent) => bindings.isChosen(agent),
    ownerTitle: roster.ownerTitle,
    master: { userId: state.by, name: roster.ownerTitle },
    serverName: deps.serverName,
    ops: deps.ops,
  });
  const userOf = (agent: AgentId | null): UserId | undefined =>
    agent === null ? residents.coordinator : residents.byId.get(agent)?.userId;
  const coordinator = ghost(residents.coordinator);
  const card = (state: TaskState) => cardText(state, facts(state));
  const cards = new CardKeeper({ store, coordinator, budget: deps.budget, cardText: card, log });
  const outbox = new TaskOutbox({
    store,
    machine,
    accountOf: (agent) => {
      const user = userOf(agent);
      return user === undefined ? undefined : ghost(user);
    },
    sayingOf: (state, say) => sayingOf(state, say, facts(state)),
    shows: (root, id, text) => cards.knows(root, id, text),
    isRehearsing: (agent) => bindings.get(agent)?.provider.rehearsal === true,
    log,
  });
  const files = new TaskFiles({ account: coordinator, masters: () => rooms.masters() });
  const bindingDeps = {
    files: (state: TaskState) => files.of(state),
    bindings,
    recall: deps.recall,
    roster,
    lent: () => deps.lendings().folders,
    hosts: () => deps.lendings().hosts,
    mail: () => deps.mail?.()?.own,
    search: {
      searchers: searchersAmong(bindings),
      ownerTitle: roster.ownerTitle,
      timeZone: deps.timeZone,
      now: Date.now,
    },
    timeZone: deps.timeZone,
    now: () => Date.now(),
    log,
  };
  const frozen = deps.frozen ?? (() => false);
  const asks = new Asks({
    store,
    machine,
    frozen,
    askModel: (state, ask, signal) => askModel(state, ask, bindingDeps, signal),
  });

  /** Whose cards count the seconds down. */
  const counting = new Set<EventId>();
  const listeners = new Set<(state: TaskState) => void>();
  machine.watch((state, before) => {
    cards.touch(state.root);
    if (pollWaitsMs(state, Date.now()) > 0) counting.add(state.root);
    else counting.delete(state.root);
    if (state.phase !== before.phase)
      log.info({ event: state.root, task: state.root, no: state.no, phase: state.phase }, 'task');
    if (hasEnded(state) && !hasEnded(before)) for (const listener of listeners) listener(state);
  });

  const readyIn = async (room: RoomId): Promise<readonly AgentId[]> => {
    const members = await rooms.members(room);
    // An electorate is made of those who listen now: who was only heard of lately would be waited for.
    return ready(bindings.listening).filter((id) => {
      const user = userOf(id);
      return user !== undefined && members.has(user);
    });
  };
  const states = async (roots: readonly EventId[]): Promise<readonly TaskState[]> =>
    (await Promise.all(roots.map((root) => store.load(root)))).flatMap((state) => state ?? []);

  async function start({ root, lastsMs, ...order }: TaskOrder): Promise<TaskState> {
    const no = await store.number(root);
    if ((await store.load(root)) === null) {
      const now = Date.now();
      const state = newTask({
        ...order,
        root,
        no,
        deadline: now + (lastsMs ?? LASTS_MS),
        electorate: await readyIn(order.room),
      });
      await store.commit(null, { ...state, events: { card: await cards.post(state) } }, []);
    }
    const begun = await machine.apply(root, { kind: 'begin', at: Date.now() });
    if (begun === null) throw new Error('a task that was stored is gone');
    return begun;
  }

  /** Tasks stand still with the swarm and go on with it, whatever was killed when it was said. */
  async function followFreeze(): Promise<void> {
    const [held, isFrozen] = [await store.frozen(), frozen()];
    const differ = isFrozen ? (await store.live()).filter((root) => !held.includes(root)) : held;
    await Promise.all(
      differ.map((root) => machine.apply(root, { kind: isFrozen ? 'frozen' : 'thawed', at: Date.now() })),
    );
  }

  const isOwnerThere = async (room: RoomId): Promise<boolean> =>
    isThere({
      reader: await rooms.reader(room),
      room,
      people: await rooms.masters(),
      since: Date.now() - THERE_MS,
    });

  const timers: NodeJS.Timeout[] = [];
  const every = (ms: number, what: string, run: () => Promise<void>): void => {
    const warn = (error: unknown): void =>
      log.warn({ error: error instanceof Error ? error.message : 'unknown' }, what);
    timers.push(setInterval(() => void run().catch(warn), ms).unref());
  };
  let worker: { close(): Promise<void> } | null = null;

  return {
    start,
    get: async (which) => {
      const root = typeof which === 'number' ? await store.rootOf(which) : which;
      return root === null ? null : store.load(root);
    },
    live: async () => states(await store.live()),
    ended: async (most) => states(await store.ended(most)),
    cancel: (root, by) => machine.apply(root, { kind: 'cancel', at: Date.now(), by }),
    choose: (root, choice) => machine.apply(root, { kind: 'chosen', at: Date.now(), ...choice }),
    retry: async (root, by, event) => {
      const state = await store.load(root);
      return state === null
        ? null
        : machine.apply(root, { kind: 'retry', at: Date.now(), by, event, ready: [...(await readyIn(state.room))] });
    },
    revise: async (root, wanted) => {
      const state = await store.load(root);
      return state === null
        ? null
        : machine.apply(root, {
            kind: 'revise',
            at: Date.now(),
            ...wanted,
            ready: [...(await readyIn(state.room))],
          });
    },
    apply: (root, event) => machine.apply(root, event),
    dismiss: async (agent) => {
      for (const root of await store.live()) await machine.apply(root, { kind: 'left', at: Date.now(), agent });
    },
    statusOfTask: (state) => statusOfTask(state, facts(state)),
    readyIn,
    onEnded: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async open() {
      worker = workOn(
        TASKS_QUEUE,
        TaskJob,
        redis,
        {
          concurrency: CONCURRENT_EFFECTS,
          onFailure: (id, error) => log.error({ job: id, error: error.message }, 'job failed'),
          ...(deps.putAside === undefined ? {} : { putAside: deps.putAside }),
          giveUp: async ({ root, effect }) =>
            effect.kind === 'ask'
              ? asks.giveUp(root, effect.ask)
              : effect.kind === 'say'
                ? outbox.giveUp(root, effect.id)
                : undefined,
        },
        (job) =>
          carryOutEffect(job, {
            store,
            machine,
            asks,
            outbox,
            orders: deps.orders,
            abandon: (question) => abandonQuestion(question, bindings),
            frozen,
            isOwnerThere,
          }),
      );
      every(SWEEP_MS, 'effects left behind', () => machine.handOnAll());
      every(FREEZE_LOOK_MS, 'freeze', followFreeze);
      every(COUNTDOWN_MS, 'countdown', async () => counting.forEach((root) => cards.touch(root)));
      every(REFRESH_MS, 'cards left behind', () => cards.touchAll());
      await machine.handOnAll();
      await cards.touchAll();
    },
    async close() {
      for (const timer of timers) clearInterval(timer);
      asks.close();
      await worker?.close();
      await queue.close();
    },
  };
}
