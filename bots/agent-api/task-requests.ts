import type { Redis } from 'ioredis';
import { z } from 'zod';
import { ApiProblem } from '../../bridge/http/problems.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { cleanText } from '../../bridge/text/clean-text.ts';
import { fits, messageContent } from '../../bridge/matrix/content.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import { AgentId, EventId, type Lang, type RoomId, type UserId } from '../../bridge/protocol/ids.ts';
import type { ReactionEvent, RoomEvent } from '../../bridge/protocol/room-event.ts';
import { isSign, NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { MAX_MISSION, parseTask } from '../../bridge/protocol/orders/task-order.ts';
import {
  REQUEST_LASTS_MS,
  requestBody,
  requestedMission,
  TASK_REQUEST_KEY,
} from '../../bridge/protocol/orders/task-request.ts';
import { change } from '../../bridge/queue/atomic.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { taskRequest as say } from '../../bridge/text/room/agent-api.ts';
import { languageOf } from '../../bridge/protocol/orders/language.ts';
import type { Residents } from '../residents/residents.ts';
import type { Tasks } from '../tasks/tasks.ts';
import type { InboxMessages } from './inbox-messages.ts';
import { WaitingPlaces } from './waiting-places.ts';

const TaskRequest = z.object({
  id: z.string(),
  agent: AgentId,
  event: EventId,
  /** origin_server_ts of it. */
  at: z.int(),
  mission: z.string(),
  state: z.enum(['asking', 'begun', 'declined', 'lapsed']),
  /** Of the task that came of it: the request itself, or the order that a master typed instead. */
  root: EventId.nullable(),
});
export type TaskRequest = z.infer<typeof TaskRequest>;

export interface TaskRequestsDeps {
  readonly redis: Redis;
  readonly residents: Pick<Residents, 'byId' | 'byUser'>;
  readonly tasks: Pick<Tasks, 'start' | 'cancel'>;
  readonly coordinator: Account;
  readonly ghost: (user: UserId) => Account;
  readonly masters: () => Promise<ReadonlySet<UserId>>;
  readonly inboxMessages: Pick<InboxMessages, 'tell'>;
  readonly hq: RoomId;
  /** What masters last wrote in a room. */
  readonly roomLang: (room: RoomId) => Promise<Lang>;
  readonly onError: (error: unknown) => void;
}

const REQUESTS = swarmKey('door', 'requests');
const REQUEST_OF = swarmKey('door', 'request-of');
const TAPS = swarmKey('door', 'request-taps');
const NUMBER = swarmKey('door', 'request-number');
const ORDER = swarmKey('door', 'request-order');
const KEEP = 1_000;
/** Of one agent at once: each of them rings the master's phone. */
const MAX_WAITING = 3;
const waitingKey = (agent: AgentId): string => swarmKey('door', 'requests-waiting', agent);
const askedKey = (seed: string): string => swarmKey('door', 'request-by', seed);
const SWEEP_MS = 300_000;

const Sent = z.object({ sender: z.string(), origin_server_ts: z.int() });

/** Tasks that outside agents ask for: a message in HQ, which a master's ✅ begins. */
export class TaskRequests {
  readonly #deps: TaskRequestsDeps;
  readonly #places: WaitingPlaces;
  #timer: NodeJS.Timeout | undefined;

  constructor(deps: TaskRequestsDeps) {
    this.#deps = deps;
    this.#places = new WaitingPlaces(deps.redis, MAX_WAITING, REQUEST_LASTS_MS);
  }

  start(): void {
    const sweep = () => void this.sweep(Date.now()).catch(this.#deps.onError);
    sweep();
    this.#timer = setInterval(sweep, SWEEP_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** `seed` names the call: made again after a crash, it asks for nothing twice. */
  async ask(agent: AgentId, words: string, seed: string): Promise<TaskRequest> {
    const { redis, residents, ghost, masters, coordinator, hq } = this.#deps;
    // What the master does not see he has not agreed to: nothing hidden, and nothing far below an empty page.
    const shown = cleanText(words)
      .replace(/\n\s*\n\s*\n/gu, '\n\n')
      .trim();
    if (shown.length > MAX_MISSION) throw new ApiProblem('message.too-long');
    const order = parseTask(`!task ${shown}`);
    if (order?.kind !== 'task') throw new ApiProblem('request.invalid', { what: 'title' });
    const { mission } = order;
    if (maskSecrets(mission).masked) throw new ApiProblem('task.secret');
    const user = residents.byId.get(agent)?.userId;
    if (user === undefined) throw new ApiProblem('room.closed');
    const lang = languageOf(mission, await this.#deps.roomLang(hq));
    const content = {
      ...messageContent({
        text: '',
        chavion: { v: 1, kind: 'answer', agent },
        mentions: [...(await masters())].map((userId) => ({ userId, name: '' })),
      }),
      // Plain, so that nobody reads anything but what is asked for.
      body: requestBody(say.line[lang](), say.order[lang](), mission),
      [TASK_REQUEST_KEY]: true,
    };
    if (!fits(content) || requestedMission({ type: 'm.room.message', content }) !== mission)
      throw new ApiProblem('request.invalid', { what: 'title, description' });
    const places = [askedKey(seed), waitingKey(agent), seed] as const;
    if (!(await this.#places.take(...places))) throw new ApiProblem('task.waiting', { what: String(MAX_WAITING) });
    try {
      const event = await ghost(user).send(hq, 'm.room.message', content, `door.${seed}`);
      const { origin_server_ts: at } = Sent.parse(await coordinator.event(hq, event));
      const request = await this.#note({ agent, event, at, mission });
      if (request.state === 'asking') await redis.zadd(waitingKey(agent), request.at, request.id);
      await redis.zrem(waitingKey(agent), seed);
      for (const key of [YES, NO])
        await coordinator.send(
          hq,
          'm.reaction',
          { 'm.relates_to': { rel_type: 'm.annotation', event_id: event, key } },
          `door.${seed}.${key}`,
        );
      return request;
    } catch (error) {
      if (!refused(error)) throw error;
      await this.#places.giveBack(...places);
      throw new ApiProblem('room.closed');
    }
  }

  async get(id: string): Promise<TaskRequest | null> {
    const raw = await this.#deps.redis.hget(REQUESTS, id);
    return raw === null ? null : TaskRequest.parse(JSON.parse(raw));
  }

  /** Newest first. */
  async list(limit: number): Promise<readonly TaskRequest[]> {
    const ids = await this.#deps.redis.zrevrange(ORDER, 0, limit - 1);
    return (await Promise.all(ids.map((id) => this.get(id)))).flatMap((one) => one ?? []);
  }

  /** Whatever comes in; of a master's words and signs what concerns a request. Hearing it twice changes nothing. */
  async hear(event: RoomEvent): Promise<void> {
    const { redis, tasks, hq, masters } = this.#deps;
    if (event.roomId !== hq) return;
    switch (event.kind) {
      case 'reaction':
        return [YES, NO].some((sign) => isSign(event.key, sign)) && (await masters()).has(event.sender)
          ? this.#tapped(event)
          : undefined;
      case 'redaction': {
        // Without its yes the executor would run nothing more of it.
        const root = EventId.safeParse(await redis.hget(TAPS, event.target));
        if (root.success) await tasks.cancel(root.data, event.sender);
        const request = await this.#known(event.target);
        if (request?.state === 'asking') await this.#store({ ...request, state: 'declined' });
        return;
      }
      case 'message': {
        const order = event.thread === undefined ? parseTask(orderWords(event) ?? '') : null;
        if (order?.kind !== 'task' || !(await masters()).has(event.sender)) return;
        const request = (await this.list(KEEP)).find(
          ({ state, mission }) => (state === 'asking' || state === 'lapsed') && mission === order.mission,
        );
        if (request !== undefined) await this.#store({ ...request, state: 'begun', root: event.eventId });
        return;
      }
      case 'edit':
      case 'poll-response':
      case 'membership':
      case 'power':
      case 'encrypted':
      case 'upgrade':
      case 'standing':
      case 'command-result':
      case 'plan-result':
      case 'other':
      case 'unreadable':
        return;
    }
  }

  async #tapped({ eventId, target, key, sender, at }: ReactionEvent): Promise<void> {
    const { redis, tasks, hq } = this.#deps;
    const request = (await this.#known(target)) ?? (await this.#found(target));
    if (request === null || request.state === 'declined') return;
    if (isSign(key, NO)) {
      if (request.root === request.event) await tasks.cancel(request.event, sender);
      if (request.state === 'asking') await this.#store({ ...request, state: 'declined' });
      return;
    }
    if (request.root !== null && request.root !== request.event) return;
    const lang = languageOf(request.mission, await this.#deps.roomLang(hq));
    if (at > request.at + REQUEST_LASTS_MS) {
      const content = messageContent({
        text: say.tooLate[lang](),
        msgtype: 'm.notice',
        replyTo: target,
        chavion: { v: 1, kind: 'notice', source: target },
      });
      return void (await this.#deps.coordinator.send(hq, 'm.room.message', content, `${eventId}.late`));
    }
    await redis.hset(TAPS, eventId, request.event);
    await tasks.start({
      root: request.event,
      room: hq,
      at: request.at,
      by: sender,
      origin: 'outside',
      mission: request.mission,
      lang,
    });
    await this.#store({ ...request, state: 'begun', root: request.event });
  }

  /** What no master has answered in time is over, and is not waited for. */
  async sweep(now: number): Promise<void> {
    for (const request of await this.list(KEEP)) {
      if (request.state === 'asking' && request.at + REQUEST_LASTS_MS < now)
        await this.#store({ ...request, state: 'lapsed' });
    }
  }

  async #known(event: EventId): Promise<TaskRequest | null> {
    const id = await this.#deps.redis.hget(REQUEST_OF, event);
    return id === null ? null : this.get(id);
  }

  /** One that this house sent, and died before it could write it down. */
  async #found(event: EventId): Promise<TaskRequest | null> {
    const raw = await this.#deps.coordinator.event(this.#deps.hq, event);
    const mission = requestedMission(raw);
    const sent = Sent.safeParse(raw);
    const agent = sent.success
      ? [...this.#deps.residents.byUser].find(([user]) => user === sent.data.sender)?.[1]
      : undefined;
    return mission === null || !sent.success || agent === undefined
      ? null
      : this.#note({ agent: agent.id, event, at: sent.data.origin_server_ts, mission });
  }

  async #note(asked: Pick<TaskRequest, 'agent' | 'event' | 'at' | 'mission'>): Promise<TaskRequest> {
    const { redis } = this.#deps;
    const fresh = `r${await redis.incr(NUMBER)}`;
    await redis.hsetnx(REQUEST_OF, asked.event, fresh);
    const id = (await redis.hget(REQUEST_OF, asked.event)) ?? fresh;
    const request: TaskRequest = { id, ...asked, state: 'asking', root: null };
    await redis.hsetnx(REQUESTS, id, JSON.stringify(request));
    await redis.zadd(ORDER, asked.at, id);
    for (const old of await redis.zrange(ORDER, '0', String(-KEEP - 1))) {
      const gone = await this.get(old);
      await redis
        .multi()
        .hdel(REQUESTS, old)
        .zrem(ORDER, old)
        .hdel(REQUEST_OF, gone?.event ?? '')
        .exec();
    }
    return (await this.get(id)) ?? request;
  }

  /** Whoever asked is told what became of it. */
  async #store(request: TaskRequest): Promise<void> {
    const { redis, inboxMessages, roomLang, hq } = this.#deps;
    const { id, agent, state, event, mission } = request;
    const stored = { over: true };
    // Of a yes and a no, or of two swarms that hear of one, the first counts; a yes after the lapse still begins.
    await change(redis, REQUESTS, id, (raw) => {
      const before = raw === null ? 'asking' : TaskRequest.parse(JSON.parse(raw)).state;
      stored.over = before === 'asking' || before === state || (before === 'lapsed' && state === 'begun');
      return stored.over ? JSON.stringify(request) : null;
    });
    if (!stored.over) return;
    if (state === 'asking') return;
    await redis.zrem(waitingKey(agent), id);
    await inboxMessages.tell(agent, `request.${id}.${state}`, {
      from: 'coordinator',
      text: say[state][languageOf(mission, await roomLang(hq))](id),
      event,
    });
  }
}
