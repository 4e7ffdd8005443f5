import type { Redis } from 'ioredis';
import { EventId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
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

const ADD = `
if redis.call('ZSCORE', KEYS[3], ARGV[3]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
redis.call('HSETNX', KEYS[2], ARGV[1], ARGV[4])
return 1`;
const LATER = `
local before = tonumber(redis.call('HGET', KEYS[1], ARGV[1]) or '-1')
if tonumber(ARGV[2]) <= before then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

const NUMBER = `
redis.call('HSETNX', KEYS[1], ARGV[1], redis.call('HLEN', KEYS[1]) + 1)
return redis.call('HGET', KEYS[1], ARGV[1])`;

export interface Kept extends Schedule {
  readonly handled: number;
}

/** Schedules in Redis, shared by all swarms. */
export class ScheduleStore {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @returns false where it was taken away already. */
  async add(schedule: Schedule): Promise<boolean> {
    return (await this.#redis.eval(ADD, 3, SCHEDULES, HANDLED, GONE, schedule.id, JSON.stringify(schedule), schedule.source, schedule.at)) === 1;
  }

  async all(): Promise<readonly Kept[]> {
    const [schedules, handled] = await Promise.all([this.#redis.hgetall(SCHEDULES), this.#redis.hgetall(HANDLED)]);
    return Object.entries(schedules)
      .map(([id, text]) => ({ ...Schedule.parse(JSON.parse(text)), handled: Number(handled[id] ?? 0) }))
      .toSorted((a, b) => a.at - b.at);
  }

  async get(id: string): Promise<Kept | null> {
    return (await this.all()).find((one) => one.id === id) ?? null;
  }

  async remove({ id, source }: Pick<Schedule, 'id' | 'source'>): Promise<void> {
    await this.#redis.multi().hdel(SCHEDULES, id).hdel(HANDLED, id).hdel(RUNS, id).zadd(GONE, Date.now(), source).zremrangebyscore(GONE, 0, Date.now() - MONTH_MS).exec();
  }

  /** Occurrences up to then need nothing any more. */
  async handled(id: string, at: number): Promise<void> {
    await this.#redis.eval(LATER, 1, HANDLED, id, at);
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
  async roundNo(day: string, key: string): Promise<number> {
    const [no] = await Promise.all([this.#redis.eval(NUMBER, 1, dayKey(day, 'rounds'), key), this.#redis.expire(dayKey(day, 'rounds'), DAY_KEPT_S)]);
    return Number(no);
  }

  async openRound(round: Round): Promise<void> {
    await this.#redis.hset(OPEN, round.root, JSON.stringify(round));
  }

  async openRounds(): Promise<readonly Round[]> {
    return Object.values(await this.#redis.hgetall(OPEN)).map((text) => Round.parse(JSON.parse(text)));
  }

  async closeRound({ root, day }: Round, line: string): Promise<void> {
    await this.#redis.multi().hdel(OPEN, root).hset(dayKey(day, 'ended'), root, line).expire(dayKey(day, 'ended'), DAY_KEPT_S).exec();
  }

  /** What was told of the ends of a day's rounds. */
  async endedRounds(day: string): Promise<readonly string[]> {
    return this.#redis.hvals(dayKey(day, 'ended'));
  }
}

const dayKey = (day: string, what: string): string => swarmKey('clock', 'day', day, what);
