import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Redis } from 'ioredis';
import { pino } from 'pino';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { ExecutorSettings } from '../../bridge/protocol/executor-settings.ts';
import { EventId, type RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { openOrderQueues, workOnOrders } from '../../bridge/queue/executor-queue.ts';
import { buildExecutor } from '../../executor/executor.ts';
import type { Sandbox } from '../../executor/sandbox/sandbox.ts';

const MASTER = UserId.parse('@master:bench.test');
const EXECUTOR = UserId.parse('@executor:bench.test');

/** The homeserver's part, in memory and at once: the only thing of the whole path that is not the real one. */
class RoomsInMemory extends Account {
  readonly #events = new Map<string, object>();
  readonly #sent = new Map<string, EventId>();
  reports = 0;

  constructor() {
    super({
      homeserverUrl: 'http://127.0.0.1:9',
      accessToken: 'none',
      userId: EXECUTOR,
      ghost: false,
      limiter: new RoomLimiter(),
    });
  }

  /** A master's message. */
  say(room: RoomId, body: string): { readonly root: EventId; readonly at: number } {
    const root = EventId.parse(`$${randomUUID()}`);
    const at = Date.now();
    this.#events.set(root, {
      event_id: root,
      room_id: room,
      sender: MASTER,
      type: 'm.room.message',
      origin_server_ts: at,
      content: { msgtype: 'm.text', body },
    });
    return { root, at };
  }

  override event(_room: RoomId, event: EventId): Promise<unknown> {
    return Promise.resolve(this.#events.get(event) ?? null);
  }

  override state(): Promise<unknown> {
    return Promise.resolve({ users: { [MASTER]: 100 } });
  }

  /** What is related to an event: nothing. */
  override call(): Promise<unknown> {
    return Promise.resolve({ chunk: [] });
  }

  override send(_room: RoomId, type: string, _content: Record<string, unknown>, txnId: string): Promise<EventId> {
    const known = this.#sent.get(txnId);
    if (known !== undefined) return Promise.resolve(known);
    const event = EventId.parse(`$${randomUUID()}`);
    this.#sent.set(txnId, event);
    if (type === 'm.room.message') this.reports += 1;
    return Promise.resolve(event);
  }
}

export interface OrderPath {
  /** One `!run true`, from the box to its report. */
  run(): Promise<void>;
  close(): Promise<void>;
}

/** An executor as `executor/main.ts` puts it together, at a real Redis and a real sandbox, with nobody at the homeserver. */
export async function openOrderPath(
  folder: string,
  redis: Redis,
  sandbox: Sandbox,
  concurrency: number,
): Promise<OrderPath> {
  for (const name of ['executor', 'rules']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'rules', 'policy.json'), JSON.stringify({ concurrency }));
  const settings = ExecutorSettings.parse({
    CHAVION_HOMESERVER_URL: 'http://127.0.0.1:9',
    CHAVION_EXECUTOR_USER: EXECUTOR,
    CHAVION_EXECUTOR_PASSWORD: 'x'.repeat(32),
    CHAVION_REDIS_URL: 'redis://127.0.0.1:9',
    CHAVION_ADMIN_USER: '@admin:bench.test',
    CHAVION_HQ_ROOM: '!hq:bench.test',
    CHAVION_OPS_ROOM: '!ops:bench.test',
    CHAVION_LANG: 'en',
    CHAVION_TZ: 'UTC',
    CHAVION_EXECUTOR_FOLDER: join(folder, 'executor'),
    CHAVION_RULES_FOLDER: join(folder, 'rules'),
  });
  const rooms = new RoomsInMemory();
  const fatal = (error: unknown): void => {
    throw error;
  };
  const executor = await buildExecutor({
    settings,
    account: rooms,
    redis,
    sandbox,
    runFolder: join(folder, 'run'),
    secrets: [],
    fatal,
    log: pino({ enabled: false }),
  });
  const box = openOrderQueues(redis);
  const waiting = new Map<unknown, { readonly done: () => void; readonly failed: (error: unknown) => void }>();
  const worker = workOnOrders(redis, { concurrency, onFailure: (_id, error) => fatal(error) }, async (payload) => {
    await executor.take(payload);
    const root = typeof payload === 'object' && payload !== null && 'root' in payload ? payload.root : undefined;
    waiting.get(root)?.done();
    waiting.delete(root);
  });
  return {
    async run() {
      const room = settings.CHAVION_HQ_ROOM;
      const { root, at } = rooms.say(room, '!run true');
      const before = rooms.reports;
      const ended = new Promise<void>((done, failed) => waiting.set(root, { done, failed }));
      await box.add({ v: 1, type: 'run', root, room, at, lang: 'en' });
      await ended;
      // In ops and in the room of the order.
      if (rooms.reports < before + 2) throw new Error('an order was not told of');
    },
    async close() {
      await worker.close();
      await box.close();
      await executor.stop();
    },
  };
}
