import type { Redis } from 'ioredis';
import { z } from 'zod';
import { EventId } from '../../../bridge/protocol/ids.ts';
import type { PutAside } from '../../../bridge/queue/jobs.ts';
import { Lease } from '../../../bridge/queue/lease.ts';
import { luaCommand, YesNo } from '../../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../../bridge/queue/redis.ts';
import { ENDED, TaskState } from '../state/task-state.ts';
import { TaskEffect } from '../state/transitions.ts';

/** An effect that was decided and not yet handed on (a `say`: not yet said); `seq` is its place among them. */
export interface Pending {
  readonly seq: number;
  readonly effect: TaskEffect;
}

/** Ended tasks can be looked at and tried again this long. */
const KEEP_S = 90 * 24 * 3600;

const INDEX = {
  pending: swarmKey('tasks', 'pending'),
  cards: swarmKey('tasks', 'cards'),
  live: swarmKey('tasks', 'live'),
  frozen: swarmKey('tasks', 'frozen'),
  ended: swarmKey('tasks', 'ended'),
};
const NUMBERS = swarmKey('tasks', 'numbers');
const ROOTS = swarmKey('tasks', 'roots');
const NEXT = swarmKey('tasks', 'next');
const taskKey = (root: EventId): string => swarmKey('task', root);
const outboxKey = (root: EventId): string => swarmKey('task', root, 'outbox');

const commitTask = luaCommand(import.meta.url, 'lua/commit-task-7.lua', z.int());
const settleEffects = luaCommand(import.meta.url, 'lua/settle-effects-2.lua', z.int());
const numberTask = luaCommand(import.meta.url, 'lua/number-task-3.lua', z.int());
const showCard = luaCommand(import.meta.url, 'lua/show-card-2.lua', YesNo);

/** Tasks in Redis: every transition is here, with what it sets off, before anything of it is seen. */
export class TaskStore {
  readonly #redis: Redis;

  /** Told once in this process of what does not fit. */
  readonly #putAside: PutAside;
  readonly #unreadable = new Set<string>();

  constructor(redis: Redis, putAside: PutAside = () => Promise.resolve()) {
    this.#redis = redis;
    this.#putAside = putAside;
  }

  /** The same for the same root, however often it is asked. */
  async number(root: EventId): Promise<number> {
    return numberTask(this.#redis, [NUMBERS, ROOTS, NEXT], [root]);
  }

  async rootOf(no: number): Promise<EventId | null> {
    const root = await this.#redis.hget(ROOTS, String(no));
    return root === null ? null : EventId.parse(root);
  }

  /** Null also where it cannot be read: of that one nothing comes any more, and the others go on. */
  async load(root: EventId): Promise<TaskState | null> {
    const state = await this.#redis.hget(taskKey(root), 'state');
    return state === null ? null : this.#read(TaskState, 'task', root, state);
  }

  /** @param before null for a new task. @returns the effects with their places; null where another transition was first. */
  async commit(
    before: TaskState | null,
    state: TaskState,
    effects: readonly TaskEffect[],
  ): Promise<readonly Pending[] | null> {
    const { root, no, version, phase, frozenAt } = state;
    const standing = ENDED.has(phase) ? 'ended' : frozenAt === null ? 'live' : 'frozen';
    const last = await commitTask(
      this.#redis,
      [taskKey(root), outboxKey(root), INDEX.pending, INDEX.cards, INDEX.live, INDEX.ended, INDEX.frozen],
      [
        before === null ? '' : before.version,
        version,
        JSON.stringify(state),
        root,
        no,
        standing,
        KEEP_S,
        ...effects.map((effect) => JSON.stringify(effect)),
      ],
    );
    return last === -1 ? null : effects.map((effect, i) => ({ seq: last - effects.length + 1 + i, effect }));
  }

  /** In the order in which they were decided. */
  async outbox(root: EventId): Promise<readonly Pending[]> {
    const found = Object.entries(await this.#redis.hgetall(outboxKey(root)));
    const read = await Promise.all(
      found.map(async ([seq, text]) => ({
        seq: Number(seq),
        effect: await this.#read(TaskEffect, 'tasks', `${root}.${seq}`, text),
      })),
    );
    const lost = read.filter(({ effect }) => effect === null);
    if (lost.length > 0)
      await this.settle(
        root,
        lost.map(({ seq }) => seq),
      );
    return read.flatMap(({ seq, effect }) => (effect === null ? [] : [{ seq, effect }])).sort((a, b) => a.seq - b.seq);
  }

  async #read<T>(schema: z.ZodType<T>, what: string, id: string, text: string): Promise<T | null> {
    const { data, error } = schema.safeParse(jsonOf(text));
    if (error === undefined) return data;
    const why = error.issues[0]?.path.join('.') ?? '';
    if (!this.#unreadable.has(id)) await this.#putAside({ what, id, why: why === '' ? what : why, data: text });
    this.#unreadable.add(id);
    return null;
  }

  /** These effects are somebody else's business now. */
  async settle(root: EventId, seqs: readonly number[]): Promise<void> {
    await settleEffects(this.#redis, [outboxKey(root), INDEX.pending], [root, ...seqs]);
  }

  /** Tasks with effects that were not handed on. */
  pending(): Promise<readonly EventId[]> {
    return this.#members(INDEX.pending);
  }

  /** Tasks whose card is behind. */
  owedCards(): Promise<readonly EventId[]> {
    return this.#members(INDEX.cards);
  }

  /** Only one swarm edits a card at a time; a dead one gives way soon. Null where another one has it. */
  leaseCard(root: EventId): Promise<Lease | null> {
    return Lease.take(this.#redis, swarmKey('task', root, 'card'), 5_000);
  }

  async cardShown(root: EventId, version: number): Promise<void> {
    await showCard(this.#redis, [taskKey(root), INDEX.cards], [root, version]);
  }

  /** Of those that go on. */
  frozen(): Promise<readonly EventId[]> {
    return this.#members(INDEX.frozen);
  }

  async live(): Promise<readonly EventId[]> {
    return z.array(EventId).parse(await this.#redis.zrange(INDEX.live, '0', '-1'));
  }

  /** The newest first. */
  async ended(most: number): Promise<readonly EventId[]> {
    return z.array(EventId).parse(await this.#redis.zrevrange(INDEX.ended, 0, most - 1));
  }

  async #members(key: string): Promise<readonly EventId[]> {
    return z.array(EventId).parse(await this.#redis.smembers(key));
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
