import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { Board } from '../../bridge/stores/task-board.ts';
import type { SwarmPort } from '../../bridge/http/swarm-port.ts';
import type { Observed } from '../../bridge/http/api-deps.ts';
import { AgentKeys } from '../../bridge/stores/agent-keys.ts';
import { buildHttpApi } from '../../bridge/http/server.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import type { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { UserId as UserIdSchema } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import type { InboxJob } from '../../bridge/protocol/turn.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import type { SwarmCommand } from '../commands/house-commands.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Address } from '../residents/public-address.ts';
import type { Residents } from '../residents/residents.ts';
import { agentCommand } from './agent-command.ts';
import { InboxMessages } from './inbox-messages.ts';
import { KeyMessages } from './key-messages.ts';
import { OutsideOrders } from './orders.ts';
import type { OutsideAgents } from './outside-agents.ts';
import { Speech, type SpeechDeps } from './speech.ts';
import { swarmTasks } from './swarm-tasks.ts';
import { TaskRequests } from './task-requests.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { TurnDeps } from '../turns/turn.ts';

export interface AgentApiDeps extends Pick<
  SpeechDeps,
  'masters' | 'hq' | 'lang' | 'roomLang' | 'ownerTitle' | 'countTurns' | 'enqueue'
> {
  readonly redis: Redis;
  readonly residents: Residents;
  readonly outside: OutsideAgents;
  readonly bindings: ModelBindings;
  readonly ghost: (user: UserId) => Account;
  readonly coordinator: Account;
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
  readonly tasks: Tasks;
  readonly log: Logger;
  readonly observed?: Observed;
}

/** A busy agent with many hands; a stuck loop is stopped. */
const RATE = { burst: 240, perMinute: 600 };

export interface AgentApi {
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

/** The HTTP API and MCP for agents that live elsewhere, as the swarm has it. */
export function createAgentApi(deps: AgentApiDeps): AgentApi {
  const { redis, residents, bindings, tasks, coordinator, log } = deps;
  const { outsiders, inbox, questions } = deps.outside;
  const keys = new AgentKeys(redis);
  const keyMessages = new KeyMessages(redis, coordinator, log);
  const news = new InboxMessages(inbox, outsiders);
  const speech = new Speech({ ...deps, outsiders, inbox, questions });
  const orders = new OutsideOrders({
    redis,
    speech,
    orders: deps.orders,
    coordinator,
    inboxMessages: news,
    executor: residents.executor,
    hq: deps.hq,
    lang: deps.lang,
  });
  const requests = new TaskRequests({
    ...deps,
    tasks,
    coordinator,
    inboxMessages: news,
    onError: () => log.warn('requests of outside agents could not be looked through'),
  });
  const server = buildHttpApi({
    redis,
    keys,
    inbox,
    board: new Board(redis),
    port: swarmPort(),
    url: deps.address.base,
    onlyHere: deps.address.onlyHere,
    names: deps.names,
    ownNetwork: deps.ownNetwork,
    rate: RATE,
    log,
    observed: deps.observed,
  });

  function swarmPort(): SwarmPort {
    return {
      lang: deps.lang,
      touch: async (agent, how) => {
        if (how === 'listening') await outsiders.listens(agent);
        await outsiders.heard(agent);
      },
      arrived: (agent) => keyMessages.withdraw(agent),
      presence: () =>
        residents.agents.map(({ id, config }) => ({
          id,
          name: config.name,
          online: outsiders.get(id) === undefined ? bindings.ready.has(id) : outsiders.isOnline(id),
          outside: outsiders.get(id) !== undefined,
        })),
      nameOf: (agent) => residents.byId.get(agent)?.config.name ?? agent,
      say: (agent, message, seed) => speech.say(agent, message, seed),
      announce: (agent, { text, thread }, seed) =>
        speech.send(agent, { text, ...(thread === null ? {} : { thread }) }, seed),
      order: (agent, { command }, seed) => orders.order(agent, command, seed),
      job: (id) => orders.get(id),
      swarmTasks: swarmTasks(tasks, requests),
      health: async () => (await redis.ping()) === 'PONG',
    };
  }

  return {
    command: agentCommand({
      redis,
      residents,
      outsiders,
      keys,
      inbox,
      questions,
      keyMessages,
      tasks,
      coordinator,
      ghost: deps.ghost,
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
    leave: ({ agent, source, text, thread }) =>
      inbox.put(agent, source, {
        type: 'chat',
        from: 'master',
        content: text,
        event: source,
        root: source,
        depth: 0,
        at: Date.now(),
        ...(thread === undefined ? {} : { thread }),
      }),
    tellAsker: async (asker, { turn, by, to, event, text, root, depth, thread }) => {
      const agent = residents.byUser.get(asker)?.id;
      if (agent === undefined || agent === by || outsiders.get(agent) === undefined) return;
      await inbox.put(agent, `answer.${turn}`, {
        type: 'answer',
        from: by,
        content: text,
        event,
        inReplyTo: to,
        root,
        depth,
        at: Date.now(),
        ...(thread === undefined ? {} : { thread }),
      });
    },
    async start() {
      await outsiders.start();
      keyMessages.start();
      requests.start();
    },
    async open() {
      await (await server).listen(deps.listen);
    },
    async close() {
      outsiders.stop();
      keyMessages.stop();
      requests.stop();
      await (await server).close();
    },
  };
}
