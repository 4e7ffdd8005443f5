import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Rooms } from '../../bridge/appservice/rooms.ts';
import type { Timeline } from '../../bridge/appservice/timeline.ts';
import { maskSecrets } from '../../bridge/matrix/secrets/secrets.ts';
import type { EventId, Lang, RoomId } from '../../bridge/protocol/ids.ts';
import type { Roster } from '../../bridge/protocol/roster.ts';
import { Lease } from '../../bridge/queue/lease.ts';
import { luaCommand, YesNo } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import {
  type Memory,
  type NextSummary,
  nextSummary,
  NO_MEMORY,
  summaryQuestion,
  summarySystem,
} from './memory-plan.ts';
import { KEPT_SHARE } from './context.ts';
import { speakers } from './speakers.ts';
import type { ModelBinding, ModelBindings } from '../models/model-bindings.ts';
import type { Provider } from '../models/providers/provider.ts';
import type { Residents } from '../residents/residents.ts';

export interface RoomMemoryDeps {
  readonly redis: Redis;
  readonly timeline: Pick<Timeline, 'view'>;
  readonly rooms: Pick<Rooms, 'masters' | 'members' | 'reader'>;
  readonly residents: Residents;
  readonly bindings: ModelBindings;
  readonly roster: Roster;
  readonly log: Logger;
}

const StoredMemory = z.object({
  text: z.string(),
  by: z.string(),
  since: z.number(),
  until: z.number(),
  madeAt: z.number(),
});

/** One summing up at a time in a room, by whichever swarm; one that died gives way so soon. */
const LEASE_MS = 15_000;
const PATIENCE_MS = 150_000;
/** A turn does not ask Redis anew for what the turn beside it has just read. */
const FRESH_MS = 1_000;
const LONGEST_TEXT = 6_000;
const PROMPT_TOKENS = 3_000;

const keepSummary = luaCommand(import.meta.url, 'lua/keep-summary-1.lua', YesNo);

/** A running summary for each room of what no longer fits into a context. */
export class RoomMemory {
  readonly #deps: RoomMemoryDeps;
  readonly #fresh = new Map<RoomId, Promise<Memory>>();

  constructor(deps: RoomMemoryDeps) {
    this.#deps = deps;
  }

  of(room: RoomId): Promise<Memory> {
    const fresh = this.#fresh.get(room);
    if (fresh !== undefined) return fresh;
    const reading = this.#read(room).then(({ memory }) => memory);
    this.#fresh.set(room, reading);
    setTimeout(() => this.#fresh.delete(room), FRESH_MS).unref();
    return reading;
  }

  /** Sums up where it is time to. Holds nobody up, and fails in silence: the next message is the next occasion. */
  consider(room: RoomId, lang: Lang): void {
    this.#sumUp(room, lang).catch((error: unknown) =>
      this.#deps.log.info({ room, error: error instanceof Error ? error.name : 'unknown' }, 'not summed up'),
    );
  }

  /** What was said until then is not remembered any more. Coming a second time it undoes nothing. */
  async forget(room: RoomId, at: number): Promise<void> {
    const { memory } = await this.#read(room);
    if (memory.since < at) await this.#replace(room, { ...NO_MEMORY, since: at, until: at, madeAt: at });
  }

  /** Words that were taken back do not live on in the summary: it is made anew without them. */
  async redacted(room: RoomId, target: EventId): Promise<void> {
    // First of all: a summary that is being made now may hold them.
    await this.#deps.redis.hincrby(memoryKey(room), 'epoch', 1);
    const { memory } = await this.#read(room);
    if (memory.text === '') return;
    const raw = Redacted.safeParse(await (await this.#deps.rooms.reader(room)).event(room, target)).data;
    if (raw !== undefined && (raw.type !== 'm.room.message' || raw.origin_server_ts > memory.until)) return;
    await this.#replace(room, { ...NO_MEMORY, since: memory.since });
    await this.#takeOutShown(room);
  }

  async #takeOutShown(room: RoomId): Promise<void> {
    const account = await this.#deps.rooms.reader(room);
    const shown = (await this.#deps.timeline.view(room)).filter(
      ({ event }) => event.chavion?.memory === true && event.sender === account.userId,
    );
    for (const { event } of shown) await account.redact(room, event.eventId, `${event.eventId}.forgotten`, 'made anew');
  }

  async #sumUp(room: RoomId, lang: Lang): Promise<void> {
    const { redis, timeline, bindings, roster } = this.#deps;
    const binding = this.#summariser();
    if (binding === undefined) return;
    // What an agent is told at least, right after its history was cut.
    const window =
      KEPT_SHARE *
      Math.min(...[...bindings.ready].map((id) => bindings.get(id)?.config.contextTokens ?? Number.POSITIVE_INFINITY));
    const limits = {
      window,
      everyMessages: roster.memory.everyMessages,
      capacity: Math.max(binding.config.contextTokens - PROMPT_TOKENS, 500),
    };
    if (nextSummary(await timeline.view(room), await this.of(room), limits) === null) return;

    await using lease = await Lease.take(redis, swarmKey('summing', room), LEASE_MS);
    if (lease === null) return;
    try {
      const { memory, epoch } = await this.#read(room);
      const next = nextSummary(await timeline.view(room), memory, limits);
      if (next === null) return;
      const text = await this.#write(room, lang, binding, memory, next);
      if (text === '') return;
      const made: Memory = {
        text,
        by: binding.config.name,
        since: memory.since,
        until: next.until,
        madeAt: next.madeAt,
      };
      await keepSummary(redis, [memoryKey(room)], [epoch, JSON.stringify(made)]);
    } finally {
      this.#fresh.delete(room);
    }
  }

  async #write(
    room: RoomId,
    lang: Lang,
    { config, provider }: ModelBinding,
    memory: Memory,
    { entries, until }: NextSummary,
  ): Promise<string> {
    const { residents, rooms, roster } = this.#deps;
    const [members, masters] = await Promise.all([rooms.members(room), rooms.masters()]);
    const nameOf = speakers({ roster, residents, masters, members });
    const question = summaryQuestion(memory, entries, ({ event }) => nameOf(event.sender));
    const request = {
      // Another summary of the room is another question.
      turn: `memory.${room}.${until}`,
      agent: config,
      ownerTitle: roster.ownerTitle,
      lang,
      system: summarySystem(lang),
      messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
      question,
    } as const;
    let text = '';
    for await (const part of provider.stream(request, AbortSignal.timeout(PATIENCE_MS))) {
      if (part.type === 'restart') text = '';
      else if (part.type === 'text') text += part.text;
    }
    return maskSecrets(text.trim().slice(0, LONGEST_TEXT).toWellFormed()).text;
  }

  /** The one the roster names, or the integrator, or whoever has a real model that answers at once. */
  #summariser(): ModelBinding | undefined {
    const { bindings, roster } = this.#deps;
    const { agent } = roster.memory;
    const order = agent === undefined ? [roster.integrator, ...roster.agents.map(({ id }) => id)] : [agent];
    // Nobody has asked for a summary: unless the roster wants it so, it is not worth a task, nor minutes.
    const fit = ({ billing, pace }: Provider): boolean =>
      agent === undefined ? billing === 'tokens' && pace === 'seconds' : billing !== 'none';
    return order.flatMap((id) => bindings.alone(id) ?? []).find(({ provider }) => fit(provider));
  }

  async #replace(room: RoomId, memory: Memory): Promise<void> {
    await this.#deps.redis
      .multi()
      .hincrby(memoryKey(room), 'epoch', 1)
      .hset(memoryKey(room), 'memory', JSON.stringify(memory))
      .exec();
    this.#fresh.delete(room);
  }

  async #read(room: RoomId): Promise<{ memory: Memory; epoch: string }> {
    const [memory, epoch] = await this.#deps.redis.hmget(memoryKey(room), 'memory', 'epoch');
    return { memory: memory == null ? NO_MEMORY : StoredMemory.parse(JSON.parse(memory)), epoch: epoch ?? '0' };
  }
}

/** What is left of an event after its redaction. */
const Redacted = z.object({ type: z.string(), origin_server_ts: z.number() });

const memoryKey = (room: RoomId): string => swarmKey('memory', room);
