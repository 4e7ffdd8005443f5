import type { Redis } from 'ioredis';
import { z } from 'zod';
import { EventId } from '../../bridge/protocol/ids.ts';
import type { PutAside } from '../../bridge/queue/jobs.ts';
import { raise } from '../../bridge/queue/atomic.ts';
import { luaCommand, YesNo } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { scheduleId, SHORTEST_NAME, shortName } from '../../bridge/digest/schedule-id.ts';
import { LastRun, Round, Schedule } from './schedule.ts';

const SCHEDULES = swarmKey('clock', 'schedules');
/** Up to when each one's occurrences have been dealt with. */
const HANDLED = swarmKey('clock', 'handled');
const RUNS = swarmKey('clock', 'runs');
/** Messages whose schedule was taken away: one that comes a second time does not bring it back. */
const GONE = swarmKey('clock', 'gone');
/** Rounds of the cycle whose end has not been told. */
const OPEN = swarmKey('clock', 'rounds');
const DAY_KEPT_S = 7 * 24 * 3600;
const MONTH_MS = 30 * 24 * 3_600_000;

const addSchedule = luaCommand(import.meta.url, 'lua/add-schedule-3.lua', YesNo);
const numberRound = luaCommand(import.meta.url, 'lua/number-round-1.lua', z.int());

export interface Kept extends Schedule {
  readonly handled: number;
  /** How people call it: the letters that tell it apart from the others that there are now. */
  readonly name: string;
}

/** Schedules in Redis, shared by all swarms. */
export class ScheduleStore {
  readonly #redis: Redis;

  readonly #putAside: PutAside;
  readonly #unreadable = new Set<string>();

  constructor(redis: Redis, putAside: PutAside = () => Promise.resolve()) {
    this.#redis = redis;
    this.#putAside = putAside;
  }

  /** @returns false where it was taken away already. */
  async add(schedule: Schedule): Promise<boolean> {
    const { id, source, at } = schedule;
    return addSchedule(
      this.#redis,
      [SCHEDULES, HANDLED, GONE],
      [id, JSON.stringify(schedule), source, at, id.slice(0, SHORTEST_NAME)],
    );
  }

  async all(): Promise<readonly Kept[]> {
    const [schedules, handled] = await Promise.all([this.#redis.hgetall(SCHEDULES), this.#redis.hgetall(HANDLED)]);
    const read = await Promise.all(Object.entries(schedules).map(([id, text]) => this.#read(id, text)));
    const kept = read.flatMap((one) => one ?? []);
    const ids = kept.map(({ source }) => scheduleId(source));
    return kept
      .map((one) => ({ ...one, handled: Number(handled[one.id] ?? 0), name: shortName(scheduleId(one.source), ids) }))
      .toSorted((a, b) => a.at - b.at);
  }

  /** One that cannot be read keeps none of the others from its time. */
  async #read(id: string, text: string): Promise<Schedule | null> {
    const { data, error } = Schedule.safeParse(jsonOf(text));
    if (error === undefined) return data;
    const [field] = error.issues[0]?.path ?? [];
    if (!this.#unreadable.has(id))
      await this.#putAside({ what: 'schedule', id, why: String(field ?? 'schedule'), data: text });
    this.#unreadable.add(id);
    return null;
  }

  async get(id: string): Promise<Kept | null> {
    return (await this.all()).find((one) => one.id === id) ?? null;
  }

  /** All that a word means: one, unless it is so short that another begins with it too. */
  async named(word: string): Promise<readonly Kept[]> {
    return (await this.all()).filter(({ source }) => scheduleId(source).startsWith(word));
  }

  async remove({ id, source }: Pick<Schedule, 'id' | 'source'>): Promise<void> {
    await this.#redis
      .multi()
      .hdel(SCHEDULES, id)
      .hdel(HANDLED, id)
      .hdel(RUNS, id)
      .zadd(GONE, Date.now(), source)
      .zremrangebyscore(GONE, 0, Date.now() - MONTH_MS)
      .exec();
  }

  /** Occurrences up to then need nothing any more. */
  async handled(id: string, at: number): Promise<void> {
    await raise(this.#redis, HANDLED, id, at);
  }

  async lastRun(id: string): Promise<LastRun | null> {
    const text = await this.#redis.hget(RUNS, id);
    return text === null ? null : LastRun.parse(JSON.parse(text));
  }

  async ran(id: string, run: LastRun): Promise<void> {
    await this.#redis.hset(RUNS, id, JSON.stringify(run));
  }

  /** The head of a day's thread, where it has begun. */
  async head(day: string): Promise<EventId | null> {
    const head = await this.#redis.get(dayKey(day, 'head'));
    return head === null ? null : EventId.parse(head);
  }

  async setHead(day: string, head: EventId): Promise<void> {
    await this.#redis.set(dayKey(day, 'head'), head, 'EX', DAY_KEPT_S);
  }

  /** Which round of its day this one is: the same each time it is asked. */
  roundNo(day: string, key: string): Promise<number> {
    return numberRound(this.#redis, [dayKey(day, 'rounds')], [key, DAY_KEPT_S]);
  }

  async openRound(round: Round): Promise<void> {
    await this.#redis.hset(OPEN, round.root, JSON.stringify(round));
  }

  async openRounds(): Promise<readonly Round[]> {
    return Object.values(await this.#redis.hgetall(OPEN)).map((text) => Round.parse(JSON.parse(text)));
  }

  async closeRound({ root, day }: Round, line: string): Promise<void> {
    await this.#redis
      .multi()
      .hdel(OPEN, root)
      .hset(dayKey(day, 'ended'), root, line)
      .expire(dayKey(day, 'ended'), DAY_KEPT_S)
      .exec();
  }

  /** What was told of the ends of a day's rounds. */
  async endedRounds(day: string): Promise<readonly string[]> {
    return this.#redis.hvals(dayKey(day, 'ended'));
  }
}

const dayKey = (day: string, what: string): string => swarmKey('clock', 'day', day, what);

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
