import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ApiProblem } from '../../bridge/http/problems.ts';
import { JobView } from '../../bridge/http/schemas.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import { APPROVAL_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { OUTSIDE_ORDER_KEY } from '../../bridge/protocol/content.ts';
import type { AgentId, EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import { change } from '../../bridge/queue/atomic.ts';
import { canonical } from '../../bridge/digest/canonical.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { jobMessage, outsideOrder } from '../../bridge/text/room/agent-api.ts';
import type { InboxMessages } from './inbox-messages.ts';
import type { Speech } from './speech.ts';
import { WaitingPlaces } from './waiting-places.ts';

export interface OutsideOrdersDeps {
  readonly redis: Redis;
  readonly speech: Pick<Speech, 'send'>;
  readonly orders: Pick<OrderBox, 'add'>;
  readonly coordinator: Pick<Account, 'event'>;
  readonly inboxMessages: Pick<InboxMessages, 'tell'>;
  readonly executor: UserId;
  readonly hq: RoomId;
  readonly lang: Lang;
}

const JOBS = swarmKey('door', 'jobs');
const JOB_OF = swarmKey('door', 'job-of');
const NUMBER = swarmKey('door', 'job-number');
const ORDER_OF_JOBS = swarmKey('door', 'job-order');
const KEEP = 5_000;
/** Of one agent at once: each of them rings the master's phone. */
const MAX_WAITING = 10;
const waitingKey = (agent: AgentId): string => swarmKey('door', 'jobs-waiting', agent);
const orderedKey = (seed: string): string => swarmKey('door', 'ordered', seed);

/** A word of the executor's that comes late undoes nothing. */
const RANK: Readonly<Record<JobView['state'], number>> = {
  asked: 0,
  running: 1,
  unknown: 2,
  done: 3,
  failed: 3,
  refused: 3,
  stopped: 3,
};

const Sent = z.object({ origin_server_ts: z.int() });

/** Commands that outside agents ask for: an event in HQ that the executor reads for itself, and what it says of it. */
export class OutsideOrders {
  readonly #deps: OutsideOrdersDeps;

  readonly #places: WaitingPlaces;

  constructor(deps: OutsideOrdersDeps) {
    this.#deps = deps;
    this.#places = new WaitingPlaces(deps.redis, MAX_WAITING, APPROVAL_LASTS_MS);
  }

  /** `seed` names the call: made again after a crash, it orders nothing twice. */
  async order(agent: AgentId, command: Command, seed: string): Promise<JobView> {
    const { redis, speech, orders, coordinator, hq, lang } = this.#deps;
    if (maskSecrets(canonical(command)).masked) throw new ApiProblem('command.secret');
    const places = [orderedKey(seed), waitingKey(agent), seed] as const;
    if (!(await this.#places.take(...places))) throw new ApiProblem('command.waiting', { what: String(MAX_WAITING) });
    const text = outsideOrder[lang](`${command.type} · ${command.reason.slice(0, 300)}`);
    let event: EventId;
    try {
      event = await speech.send(agent, { text }, seed, { [OUTSIDE_ORDER_KEY]: command });
    } catch (error) {
      await this.#places.giveBack(...places);
      throw error;
    }
    const { origin_server_ts: at } = Sent.parse(await coordinator.event(hq, event));
    const known = await redis.hget(JOB_OF, event);
    const id = known ?? `j${await redis.incr(NUMBER)}`;
    const job: JobView = (known === null ? null : await this.get(known)) ?? {
      id,
      agent,
      state: 'asked',
      why: null,
      exitCode: null,
      output: null,
      event,
      at,
    };
    if (known === null)
      await redis
        .multi()
        .hset(JOBS, id, JSON.stringify(job))
        .hset(JOB_OF, event, id)
        .zadd(ORDER_OF_JOBS, at, id)
        .zadd(waitingKey(agent), Date.now(), id)
        .zrem(waitingKey(agent), seed)
        .exec();
    await this.#forgetOld();
    await orders.add({ v: 1, type: 'outside', root: event, room: hq, at, lang });
    return job;
  }

  async get(id: string): Promise<JobView | null> {
    const raw = await this.#deps.redis.hget(JOBS, id);
    return raw === null ? null : JobView.parse(JSON.parse(raw));
  }

  /** The executor has said how a command stands. Others are not believed. */
  async hear(event: RoomEvent): Promise<void> {
    if (event.kind === 'redaction') return this.#takenBack(event.target);
    if ((event.kind !== 'message' && event.kind !== 'edit') || event.sender !== this.#deps.executor) return;
    const { root, result } = event.chavion ?? {};
    if (root === undefined || result === undefined) return;
    const { state, why, exitCode, output } = result;
    await this.#turn(root, (job) =>
      RANK[state] < RANK[job.state]
        ? null
        : { ...job, state, why: why ?? null, exitCode: exitCode ?? null, output: output ?? null },
    );
  }

  /** Out of the room before the executor has seen it, it is nothing that the executor would answer. */
  async #takenBack(order: EventId): Promise<void> {
    await this.#turn(order, (job) => (job.state === 'asked' ? { ...job, state: 'stopped' } : null));
  }

  /** Two swarms may hear of one order at once. Whoever asked and listens need not ask again how it ended. */
  async #turn(order: EventId, next: (job: JobView) => JobView | null): Promise<void> {
    const { redis, inboxMessages, lang } = this.#deps;
    const id = await redis.hget(JOB_OF, order);
    const stored: { job: JobView | null } = { job: null };
    if (id !== null)
      await change(redis, JOBS, id, (raw) => {
        stored.job = raw === null ? null : next(JobView.parse(JSON.parse(raw)));
        return stored.job === null ? null : JSON.stringify(stored.job);
      });
    const { job } = stored;
    if (job === null) return;
    if (job.state === 'asked' || job.state === 'running') return;
    await redis.zrem(waitingKey(job.agent), job.id);
    await inboxMessages.tell(job.agent, `job.${job.id}.${job.state}`, {
      from: 'executor',
      text: jobMessage[lang](job),
      event: job.event,
    });
  }

  async #forgetOld(): Promise<void> {
    const { redis } = this.#deps;
    const old = await redis.zrange(ORDER_OF_JOBS, '0', String(-KEEP - 1));
    for (const id of old) {
      const job = await this.get(id);
      const transaction = redis.multi().hdel(JOBS, id).zrem(ORDER_OF_JOBS, id);
      await (job === null ? transaction : transaction.hdel(JOB_OF, job.event satisfies EventId)).exec();
    }
  }
}
