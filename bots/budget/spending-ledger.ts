import type { Redis } from 'ioredis';
import { z } from 'zod';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { luaCommand, YesNo } from '../../bridge/queue/lua-command.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { ProviderRest, BudgetState } from './cooldowns.ts';
import type { Cost } from './cost.ts';
import { type Limit, limitField, readLimits } from './limits.ts';
import { PERIODS, type Period, periodKey } from './periods.ts';

/** What is kept of money in Redis. Every step that compares and changes is one script: several swarms share it. */

const LIMITS = swarmKey('purse', 'limits');
const HELD = swarmKey('purse', 'held');
const RESTS = swarmKey('purse', 'rests');
const FROZEN = swarmKey('purse', 'frozen');
const TOLD = swarmKey('purse', 'told');
const WARNED = swarmKey('purse', 'warned');
const spentKey = (period: Period, key: string): string => swarmKey('purse', 'spent', period, key);
const KEEP_DAYS: Readonly<Record<Period, number>> = { day: 40, month: 400 };
const SETTLED_S = 24 * 3600;

const reserveCall = luaCommand(import.meta.url, 'lua/reserve-call-6.lua', z.enum(['held', 'busy', 'rest']));
const settleCall = luaCommand(import.meta.url, 'lua/settle-call-4.lua', YesNo);
const setLimit = luaCommand(import.meta.url, 'lua/set-limit-1.lua', YesNo);
const setFreeze = luaCommand(import.meta.url, 'lua/set-freeze-1.lua', YesNo);
const restAgent = luaCommand(import.meta.url, 'lua/rest-agent-1.lua', z.string());
const tellBlackout = luaCommand(import.meta.url, 'lua/tell-blackout-1.lua', YesNo);

export interface HeldBudget {
  readonly id: string;
  readonly agent: AgentId;
  readonly cost: Cost;
}

export class SpendingLedger {
  readonly #redis: Redis;
  readonly #timeZone: string;

  constructor(redis: Redis, timeZone: string) {
    this.#redis = redis;
    this.#timeZone = timeZone;
  }

  /** `rest`: the agent may not call now; `busy`: perhaps when one of the running calls has turned out cheaper. */
  reserve(
    { id, agent, cost }: HeldBudget,
    label: string,
    now: number,
    expiry: number,
  ): Promise<'held' | 'busy' | 'rest'> {
    const [day, month] = this.#spentKeys(now);
    return reserveCall(
      this.#redis,
      [LIMITS, day, month, HELD, RESTS, FROZEN],
      [id, agent, label, now, expiry, cost.usd, cost.tokens],
    );
  }

  /** Longer for a call that goes on; what has run out meanwhile is held again. */
  async renew({ id, agent, cost }: HeldBudget, expiry: number): Promise<void> {
    await this.#redis.hset(HELD, id, `${agent} ${expiry} ${cost.usd} ${cost.tokens}`);
  }

  /** What the call really cost counts for the day on which it ended. */
  async settle({ id, agent }: HeldBudget, { usd, tokens }: Cost, now: number): Promise<void> {
    const [day, month] = this.#spentKeys(now);
    await settleCall(
      this.#redis,
      [day, month, HELD, swarmKey('purse', 'settled', id)],
      [id, agent, usd, tokens, KEEP_DAYS.day * 86_400, KEEP_DAYS.month * 86_400, SETTLED_S],
    );
  }

  /** @param amount null takes the limit away. */
  async setLimit({ scope, period, unit }: Omit<Limit, 'amount'>, amount: number | null, at: number): Promise<void> {
    await setLimit(
      this.#redis,
      [LIMITS],
      [limitField(scope, period, unit), at, amount === null ? `${at}` : `${at} ${amount}`],
    );
  }

  async setFrozen(frozen: boolean, at: number): Promise<void> {
    await setFreeze(this.#redis, [FROZEN], [at, `${at} ${frozen ? 'on' : 'off'}`]);
  }

  /** @returns the rest that is in force: perhaps one that another call has asked for just before. */
  async rest(agent: AgentId, { why, until, label }: ProviderRest, now: number): Promise<ProviderRest> {
    const kept = readRest(await restAgent(this.#redis, [RESTS], [agent, now, label, `${until} ${why} ${label}`]));
    return kept ?? { why, until, label };
  }

  /** Agents' providers may be asked again. */
  async wake(agents: readonly AgentId[]): Promise<void> {
    if (agents.length > 0) await this.#redis.hdel(RESTS, ...agents);
  }

  /** Whether this turn is the one that tells of the agent's blackout. */
  tellsFirst(agent: AgentId, key: string, turn: string): Promise<boolean> {
    return tellBlackout(this.#redis, [TOLD], [agent, key, turn]);
  }

  async warned(id: string): Promise<boolean> {
    return (await this.#redis.zscore(WARNED, id)) !== null;
  }

  async rememberWarned(id: string, now: number): Promise<void> {
    await this.#redis
      .multi()
      .zadd(WARNED, now, id)
      .zremrangebyscore(WARNED, 0, now - 70 * 24 * 3_600_000)
      .exec();
  }

  async state(now: number): Promise<BudgetState> {
    const [day, month] = this.#spentKeys(now);
    const [limits, ofDay, ofMonth, rests, frozen, told] = await Promise.all([
      this.#redis.hgetall(LIMITS),
      this.#redis.hgetall(day),
      this.#redis.hgetall(month),
      this.#redis.hgetall(RESTS),
      this.#redis.get(FROZEN),
      this.#redis.hgetall(TOLD),
    ]);
    return {
      limits: readLimits(limits),
      spent: { day: ofDay, month: ofMonth },
      rests: byAgent(rests, readRest),
      frozenAt: frozen?.endsWith(' on') === true ? Number(frozen.split(' ')[0]) : null,
      told: byAgent(told, (value) => value.split('\n')[0]),
    };
  }

  /** What runs now, at its estimates. */
  async held(): Promise<readonly string[]> {
    return this.#redis.hkeys(HELD);
  }

  #spentKeys(now: number): [day: string, month: string] {
    const [day, month] = PERIODS.map((period) => spentKey(period, periodKey(period, now, this.#timeZone)));
    return [day ?? '', month ?? ''];
  }
}

function readRest(stored: string): ProviderRest | undefined {
  const [, until, why, label] = /^(\d+) (provider\.(?:rate|quota|payment)) (.*)$/.exec(stored) ?? [];
  const reason = z.enum(['provider.rate', 'provider.quota', 'provider.payment']).safeParse(why);
  return reason.success && label !== undefined ? { until: Number(until), why: reason.data, label } : undefined;
}

function byAgent<T>(
  stored: Readonly<Record<string, string>>,
  read: (value: string) => T | undefined,
): ReadonlyMap<AgentId, T> {
  return new Map(
    Object.entries(stored).flatMap(([id, value]) => {
      const agent = AgentId.safeParse(id);
      const one = read(value);
      return agent.success && one !== undefined ? [[agent.data, one] as const] : [];
    }),
  );
}
