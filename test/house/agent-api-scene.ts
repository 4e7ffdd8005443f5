import type { FastifyInstance } from 'fastify';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { Board } from '../../bridge/stores/task-board.ts';
import type { SwarmPort } from '../../bridge/http/swarm-port.ts';
import { AgentKeys } from '../../bridge/stores/agent-keys.ts';
import { AgentInbox } from '../../bridge/stores/agent-inbox.ts';
import { ApiProblem } from '../../bridge/http/problems.ts';
import type { Rate } from '../../bridge/stores/rate-limit.ts';
import type { JobView, TaskView } from '../../bridge/http/schemas.ts';
import { buildHttpApi } from '../../bridge/http/server.ts';
import { ApiScope } from '../../bridge/protocol/agent-api.ts';
import { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { BareRedis } from './bare-redis.ts';
import { freePorts } from './house.ts';

export interface Said {
  readonly agent: AgentId;
  readonly text: string;
  readonly thread: string | null;
}

/** The agents' API before a room that only takes down what is said. */
export class AgentApiScene implements AsyncDisposable {
  readonly redis: Redis;
  readonly keys: AgentKeys;
  readonly inbox: AgentInbox;
  readonly board: Board;
  readonly said: Said[] = [];
  readonly jobs = new Map<string, JobView>();
  /** Tasks of the swarm that were asked for, by the call that did; nobody says yes here. */
  readonly wishes = new Map<string, TaskView>();
  /** Lines that the API has logged. */
  readonly log: string[] = [];
  /** As its clock. */
  now = 0;
  readonly #agents: AgentId[] = [];
  readonly #server: BareRedis;
  readonly #sent = new Map<string, EventId>();
  #app: FastifyInstance | undefined;
  url = '';

  private constructor(server: BareRedis) {
    const redis = server.client();
    this.redis = redis;
    this.#server = server;
    this.keys = new AgentKeys(redis);
    this.inbox = new AgentInbox(redis);
    this.board = new Board(redis, () => Date.now() + this.now);
  }

  static async open(rate: Rate = { burst: 100_000, perMinute: 1_000_000 }): Promise<AgentApiScene> {
    const scene = new AgentApiScene(await BareRedis.start());
    await scene.start(rate);
    return scene;
  }

  async start(rate: Rate = { burst: 100_000, perMinute: 1_000_000 }): Promise<void> {
    const [port = 0] = await freePorts(1);
    this.url = `http://127.0.0.1:${port}`;
    const log = pino({ level: 'warn' }, { write: (line: string) => void this.log.push(line) });
    this.#app = await buildHttpApi({
      redis: this.redis,
      keys: this.keys,
      inbox: this.inbox,
      board: this.board,
      port: this.#house(),
      url: this.url,
      rate,
      log,
    });
    await this.#app.listen({ host: '127.0.0.1', port });
  }

  async close(): Promise<void> {
    await this.#app?.close();
  }

  /** A key for an agent, which need not have been there before. */
  async key(name: string, scopes: readonly ApiScope[] = ApiScope.options): Promise<string> {
    const agent = AgentId.parse(name);
    if (!this.#agents.includes(agent)) this.#agents.push(agent);
    return (await this.keys.issue(agent, scopes, Date.now())).key;
  }

  async call(
    method: string,
    path: string,
    options: { key?: string; body?: unknown; headers?: Record<string, string> } = {},
  ): Promise<{ status: number; body: Record<string, unknown>; headers: Headers }> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: {
        ...(options.key === undefined ? {} : { authorization: `Bearer ${options.key}` }),
        ...(options.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...options.headers,
      },
      ...(options.body === undefined ? {} : { body: JSON.stringify(options.body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body:
        response.headers.get('content-type')?.includes('json') === true
          ? (JSON.parse(text) as Record<string, unknown>)
          : { text },
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
    await this.#server[Symbol.asyncDispose]();
  }

  #once(seed: string, make: () => void): EventId {
    const known = this.#sent.get(seed);
    if (known !== undefined) return known;
    const event = EventId.parse(`$event${this.#sent.size}`);
    this.#sent.set(seed, event);
    make();
    return event;
  }

  #house(): SwarmPort {
    const receivers = () => ['all', 'master', 'executor', 'coordinator', ...this.#agents.map(String)];
    const known = (who: string) => {
      if (!receivers().includes(who)) throw new ApiProblem('receiver.unknown', { who });
    };
    return {
      lang: 'ko',
      touch: async () => undefined,
      arrived: async () => undefined,
      presence: () => this.#agents.map((id) => ({ id, name: id, online: true, outside: true })),
      nameOf: (agent) => agent,
      say: async (agent, message, seed) => {
        known(message.receiver);
        return {
          event: this.#once(seed, () => this.said.push({ agent, text: message.content, thread: null })),
          called: [],
          answer: null,
          bound: null,
        };
      },
      announce: async (agent, { text, thread }, seed) =>
        this.#once(seed, () => this.said.push({ agent, text, thread })),
      order: async (agent, { command }, seed) => {
        const event = this.#once(seed, () => this.said.push({ agent, text: JSON.stringify(command), thread: null }));
        const id = [...this.jobs.values()].find((job) => job.event === event)?.id ?? `j${this.jobs.size + 1}`;
        const job: JobView = {
          id,
          agent,
          state: 'asked',
          why: null,
          exitCode: null,
          output: null,
          event,
          at: Date.now(),
        };
        this.jobs.set(id, job);
        return job;
      },
      job: async (id) => this.jobs.get(id) ?? null,
      swarmTasks: {
        list: async () => [...this.wishes.values()],
        get: async (id) => [...this.wishes.values()].find((one) => one.id === id) ?? null,
        result: async () => null,
        begin: async (agent, mission, seed) => {
          const [title = '', ...rest] = mission.split('\n');
          const wish: TaskView = this.wishes.get(seed) ?? {
            id: `r${this.wishes.size + 1}`,
            kind: 'swarm',
            title,
            description: rest.join('\n'),
            state: 'asking',
            by: agent,
            owner: null,
            claimUntil: null,
            createdAt: Date.now(),
            reports: 0,
          };
          this.wishes.set(seed, wish);
          return wish;
        },
      },
      health: async () => true,
    };
  }
}
