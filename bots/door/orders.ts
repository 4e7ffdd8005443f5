import type { Redis } from 'ioredis';
import { z } from 'zod';
import { DoorProblem } from '../../bridge/http/problems.ts';
import { JobView } from '../../bridge/http/schemas.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { maskSecrets } from '../../bridge/matrix/secrets.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import { OUTSIDE_ORDER_KEY } from '../../bridge/protocol/content.ts';
import type { AgentId, EventId, Lang, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { RoomEvent } from '../../bridge/protocol/room-event.ts';
import { canonical } from '../../bridge/queue/canonical.ts';
import type { OrderBox } from '../../bridge/queue/executor-queue.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { outsideOrder } from '../../bridge/text/door.ts';
import type { Speech } from './speech.ts';

export interface OutsideOrdersDeps {
  readonly redis: Redis;
  readonly speech: Pick<Speech, 'send'>;
  readonly orders: Pick<OrderBox, 'add'>;
  readonly coordinator: Pick<Account, 'event'>;
  readonly executor: UserId;
  readonly hq: RoomId;
  readonly lang: Lang;
}

const JOBS = swarmKey('door', 'jobs');
const JOB_OF = swarmKey('door', 'job-of');
const NUMBER = swarmKey('door', 'job-number');
const ORDER_OF_JOBS = swarmKey('door', 'job-order');
const KEEP = 5_000;

const Sent = z.object({ origin_server_ts: z.int() });

/** Commands that outside agents ask for: an event in HQ that the executor reads for itself, and what it says of it. */
export class OutsideOrders {
  readonly #deps: OutsideOrdersDeps;

  constructor(deps: OutsideOrdersDeps) {
    this.#deps = deps;
  }

  /** `seed` names the call: made again after a crash, it orders nothing twice. */
  async order(agent: AgentId, command: Command, seed: string): Promise<JobView> {
    const { redis, speech, orders, coordinator, hq, lang } = this.#deps;
    if (maskSecrets(canonical(command)).masked) throw new DoorProblem('command.secret');
    const text = outsideOrder[lang](`${command.type} · ${command.reason.slice(0, 300)}`);
    const event = await speech.send(agent, { text }, seed, { [OUTSIDE_ORDER_KEY]: command });
    const { origin_server_ts: at } = Sent.parse(await coordinator.event(hq, event));
    const known = await redis.hget(JOB_OF, event);
    const id = known ?? `j${await redis.incr(NUMBER)}`;
    const job: JobView = (known === null ? null : await this.get(known)) ?? { id, agent, state: 'asked', why: null, exitCode: null, output: null, event, at };
    if (known === null) await redis.multi().hset(JOBS, id, JSON.stringify(job)).hset(JOB_OF, event, id).zadd(ORDER_OF_JOBS, at, id).exec();
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
    if ((event.kind !== 'message' && event.kind !== 'edit') || event.sender !== this.#deps.executor) return;
    const { root, result } = event.chavion ?? {};
    if (root === undefined || result === undefined) return;
    const id = await this.#deps.redis.hget(JOB_OF, root);
    const job = id === null ? null : await this.get(id);
    if (job === null) return;
    const { state, why, exitCode, output } = result;
    const next: JobView = { ...job, state, why: why ?? null, exitCode: exitCode ?? null, output: output ?? null };
    await this.#deps.redis.hset(JOBS, job.id, JSON.stringify(next));
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
