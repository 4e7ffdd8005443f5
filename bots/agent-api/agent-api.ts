import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Board } from '../../bridge/stores/task-board.ts';
import type { SwarmPort } from '../../bridge/http/swarm-port.ts';
import type { Observed } from '../../bridge/http/api-deps.ts';
import { KeyRing } from '../../bridge/stores/agent-keys.ts';
import { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { Questions } from '../../bridge/stores/open-questions.ts';
import { buildHttpApi } from '../../bridge/http/server.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { UserId as UserIdSchema } from '../../bridge/protocol/ids.ts';
import type { AgentConfig } from '../../bridge/protocol/roster.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { InboxJob } from '../../bridge/protocol/turn.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import type { SwarmCommand } from '../commands/house-commands.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Address } from '../residents/public-address.ts';
import type { OutsideAgentPort } from '../models/providers/outside.ts';
import type { Residents } from '../residents/residents.ts';
import { agentCommand } from './agent-command.ts';
import { InboxMessages } from './inbox-messages.ts';
import { KeyMessages } from './key-messages.ts';
import { OutsideOrders } from './orders.ts';
import { Outsiders } from './outsiders.ts';
import { Speech, type SpeechDeps } from './speech.ts';
import { swarmTasks } from './swarm-tasks.ts';
import { TaskRequests } from './task-requests.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { TurnDeps } from '../turns/turn.ts';

export interface DoorwayDeps extends Pick<SpeechDeps, 'masters' | 'hq' | 'lang' | 'roomLang' | 'ownerTitle' | 'countTurns' | 'enqueue'> {
  readonly redis: Redis;
  readonly residents: Residents;
  /** Asked for when needed: minds ask here in turn. */
  readonly bindings: () => ModelBindings;
  readonly ghost: (user: UserId) => Account;
  readonly orders: OrderBox;
  readonly ops: RoomId;
  readonly serverName: string;
  readonly listen: { readonly host: string; readonly port: number };
  /** Under which outside agents reach it. */
  readonly address: Address;
  /** Names under which it may be asked for besides. */
  readonly names: readonly string[];
  /** Only containers reach it, and the proxy in front. */
  readonly ownNetwork: boolean;
  /** Asked for when needed: tasks ask here in turn. */
  readonly tasks: () => Tasks;
  readonly log: Logger;
  readonly watched?: Observed;
}

/** What a script does without: one that does not answer a question within this is absent. */
const ANSWER_MS = 5 * 60_000;
/** A busy agent with many hands; a stuck loop is stopped. */
const RATE = { burst: 240, perMinute: 600 };

export interface Doorway {
  readonly outsideAgents: OutsideAgentPort;
  readonly command: SwarmCommand;
  /** Whatever comes in; looks at the executor's words, and at what masters say to requests. */
  hear(event: RoomEvent): Promise<void>;
  /** Words for an agent that is not there now, once for each event. */
  leave(letter: InboxJob): Promise<void>;
  /** An answer to somebody's message; nothing where that one lives here. */
  readonly tellAsker: NonNullable<TurnDeps['tellAsker']>;
  /** Outside agents are known from here on. */
  start(): Promise<void>;
  /** Lets them in. */
  open(): Promise<void>;
  close(): Promise<void>;
}

/** The door for agents that live elsewhere, as the swarm has it. */
export function createDoorway(deps: DoorwayDeps): Doorway {
  const { redis, residents, ghost, log } = deps;
  const coordinator = ghost(residents.coordinator);
  const changed = (agents: readonly AgentConfig[]) => {
    residents.outside(agents);
    deps.bindings().outside(agents);
  };
  const outsiders = new Outsiders(redis, changed);
  const inbox = new AgentInbox(redis);
  const questions = new Questions(redis, inbox);
  const keys = new KeyRing(redis);
  const letters = new KeyMessages(redis, coordinator, log);
  const news = new InboxMessages(inbox, outsiders);
  const bindings: SpeechDeps['bindings'] = {
    get ready() {
      return deps.bindings().ready;
    },
  };
  const speech = new Speech({ ...deps, outsiders, inbox, questions, bindings });
  const orders = new OutsideOrders({ redis, speech, orders: deps.orders, coordinator, letters: news, executor: residents.executor, hq: deps.hq, lang: deps.lang });
  const tasks: Pick<Tasks, 'live' | 'ended' | 'get' | 'start' | 'cancel'> = {
    live: () => deps.tasks().live(),
    ended: (most) => deps.tasks().ended(most),
    get: (which) => deps.tasks().get(which),
    start: (order) => deps.tasks().start(order),
    cancel: (root, by) => deps.tasks().cancel(root, by),
  };
  const requests = new TaskRequests({ ...deps, tasks, coordinator, letters: news, onError: () => log.warn('requests of outside agents could not be looked through') });
  const port = houseOf();
  const server = buildHttpApi({ redis, keys, inbox, board: new Board(redis), port, url: deps.address.base, onlyHere: deps.address.onlyHere, names: deps.names, ownNetwork: deps.ownNetwork, rate: RATE, log, watched: deps.watched });

  function houseOf(): SwarmPort {
    return {
      lang: deps.lang,
      touch: async (agent, how) => {
        if (how === 'listening') await outsiders.listens(agent);
        await outsiders.heard(agent);
      },
      arrived: (agent) => letters.withdraw(agent),
      presence: () => residents.agents.map(({ id, config }) => ({ id, name: config.name, online: outsiders.get(id) === undefined ? deps.bindings().ready.has(id) : outsiders.isOnline(id), outside: outsiders.get(id) !== undefined })),
      nameOf: (agent) => residents.byId.get(agent)?.config.name ?? agent,
      say: (agent, message, seed) => speech.say(agent, message, seed),
      announce: (agent, { text, thread }, seed) => speech.send(agent, { text, ...(thread === null ? {} : { thread }) }, seed),
      order: (agent, { command }, seed) => orders.order(agent, command, seed),
      job: (id) => orders.get(id),
      swarmTasks: swarmTasks(tasks, requests),
      health: async () => (await redis.ping()) === 'PONG',
    };
  }

  return {
    outsideAgents: {
      online: (agent) => outsiders.isOnline(agent) && outsiders.maySpeak(agent),
      maySpeak: (agent) => outsiders.maySpeak(agent),
      listening: (agent) => outsiders.isListening(agent) && outsiders.maySpeak(agent),
      ask: ({ turn, agent, question, prompt, chain, task }, signal) => {
        const from = chain === undefined ? 'coordinator' : (residents.byUser.get(chain.from)?.id ?? 'master');
        return questions.ask({ id: turn, agent: agent.id, from, content: question, prompt, until: task?.until ?? Date.now() + ANSWER_MS, ...(task === undefined ? {} : { task: { id: `s${task.no}`, phase: task.phase } }), ...(chain === undefined ? {} : { chain: { root: chain.root, depth: chain.depth, event: chain.event } }) }, () => outsiders.isOnline(agent.id), signal);
      },
    },
    command: agentCommand({
      redis,
      residents,
      outsiders,
      keys,
      inbox,
      questions,
      letters,
      tasks: deps.tasks,
      coordinator,
      ghost,
      userOf: (id) => UserIdSchema.parse(`@agent_${id}:${deps.serverName}`),
      rooms: [deps.hq, deps.ops],
      ops: deps.ops,
      address: deps.address,
      ownerTitle: deps.ownerTitle,
    }),
    hear: async (event) => {
      await orders.hear(event);
      await requests.hear(event);
    },
    leave: ({ agent, source, text, thread }) => inbox.put(agent, source, { type: 'chat', from: 'master', content: text, event: source, root: source, depth: 0, at: Date.now(), ...(thread === undefined ? {} : { thread }) }),
    tellAsker: async (asker, { turn, by, to, event, text, root, depth, thread }) => {
      const agent = residents.byUser.get(asker)?.id;
      if (agent === undefined || agent === by || outsiders.get(agent) === undefined) return;
      await inbox.put(agent, `answer.${turn}`, { type: 'answer', from: by, content: text, event, inReplyTo: to, root, depth, at: Date.now(), ...(thread === undefined ? {} : { thread }) });
    },
    async start() {
      await outsiders.start();
      letters.start();
      requests.start();
    },
    async open() {
      await (await server).listen(deps.listen);
    },
    async close() {
      outsiders.stop();
      letters.stop();
      requests.stop();
      await (await server).close();
    },
  };
}
