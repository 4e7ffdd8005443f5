import type { Redis } from 'ioredis';
import { z } from 'zod';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { swarmKey } from '../../bridge/queue/redis.ts';
import type { ProviderRest, BudgetState } from './cooldowns.ts';
import type { Cost } from './cost.ts';
import { type Limit, limitField, readLimits } from './limits.ts';
import { PERIODS, type Period, periodKey } from './periods.ts';

/** What is kept of money in Redis. Every step that compares and changes is one script: several swarms share the purse. */

const LIMITS = swarmKey('purse', 'limits');
const HELD = swarmKey('purse', 'held');
const RESTS = swarmKey('purse', 'rests');
const FROZEN = swarmKey('purse', 'frozen');
const TOLD = swarmKey('purse', 'told');
const WARNED = swarmKey('purse', 'warned');
const spentKey = (period: Period, key: string): string => swarmKey('purse', 'spent', period, key);
const KEEP_DAYS: Readonly<Record<Period, number>> = { day: 40, month: 400 };
const SETTLED_S = 24 * 3600;

/**
 * Takes a call's estimate out of what is left. A call may begin as long as anything is left when all running ones are
 * counted at their estimates: so no limit is overdrawn by more than one estimate. What a killed swarm held runs out.
 */
const RESERVE = `
local limits, day, month, held, rests, frozen = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local id, agent, label, now, expiry, usd, tokens = ARGV[1], ARGV[2], ARGV[3], tonumber(ARGV[4]), ARGV[5], ARGV[6], ARGV[7]
if string.match(redis.call('GET', frozen) or '', ' on$') then return 'rest' end
local rest = redis.call('HGET', rests, agent)
if rest then
  local until_, _, of = string.match(rest, '^(%d+) (%S+) (.*)$')
  if until_ and tonumber(until_) > now and of == label then return 'rest' end
end
local sums = { [agent .. '.usd'] = 0, [agent .. '.tokens'] = 0, ['*.usd'] = 0, ['*.tokens'] = 0 }
local all = redis.call('HGETALL', held)
for i = 1, #all, 2 do
  local whose, ends, u, t = string.match(all[i + 1], '^(%S+) (%d+) (%d+) (%d+)$')
  if not ends or tonumber(ends) <= now then
    redis.call('HDEL', held, all[i])
  else
    sums['*.usd'] = sums['*.usd'] + u
    sums['*.tokens'] = sums['*.tokens'] + t
    if whose == agent then
      sums[agent .. '.usd'] = sums[agent .. '.usd'] + u
      sums[agent .. '.tokens'] = sums[agent .. '.tokens'] + t
    end
  end
end
local busy = false
for _, scope in ipairs({ agent, '*' }) do
  for name, key in pairs({ day = day, month = month }) do
    for _, unit in ipairs({ 'usd', 'tokens' }) do
      local amount = string.match(redis.call('HGET', limits, scope .. '.' .. name .. '.' .. unit) or '', '^%d+ (%d+)$')
      if amount then
        local spent = tonumber(redis.call('HGET', key, scope .. '.' .. unit) or '0')
        if spent >= tonumber(amount) then return 'rest' end
        if spent + sums[scope .. '.' .. unit] >= tonumber(amount) then busy = true end
      end
    end
  end
end
if busy then return 'busy' end
redis.call('HSET', held, id, agent .. ' ' .. expiry .. ' ' .. usd .. ' ' .. tokens)
return 'held'`;

/** Longer for a call that goes on; what has run out meanwhile is held again. */
const RENEW = `
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2])
return 1`;

/** Once for each call, however often it is sent. */
const SETTLE = `
redis.call('HDEL', KEYS[3], ARGV[1])
if not redis.call('SET', KEYS[4], '1', 'EX', ${SETTLED_S}, 'NX') then return 0 end
for i, key in ipairs({ KEYS[1], KEYS[2] }) do
  for _, scope in ipairs({ ARGV[2], '*' }) do
    redis.call('HINCRBY', key, scope .. '.usd', ARGV[3])
    redis.call('HINCRBY', key, scope .. '.tokens', ARGV[4])
  end
  redis.call('EXPIRE', key, ARGV[4 + i])
end
return 1`;

/** Keeps what the newest command says; an older one that comes late undoes nothing. */
const SET_NEWER = `
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[2]) then return 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[3])
return 1`;
const FREEZE = `
local before = redis.call('GET', KEYS[1])
if before and tonumber(string.match(before, '^%d+')) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[2])
return 1`;

/** Of calls that fail together one says until when. */
const REST = `
local before = redis.call('HGET', KEYS[1], ARGV[1])
if before then
  local until_, _, label = string.match(before, '^(%d+) (%S+) (.*)$')
  if until_ and tonumber(until_) > tonumber(ARGV[2]) and label == ARGV[3] then return before end
end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[4])
return ARGV[4]`;

const TELL = `
local key, turn = string.match(redis.call('HGET', KEYS[1], ARGV[1]) or '', '^(.*)\\n(.*)$')
if key == ARGV[2] then return turn == ARGV[3] and 1 or 0 end
redis.call('HSET', KEYS[1], ARGV[1], ARGV[2] .. '\\n' .. ARGV[3])
return 1`;

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
  async reserve({ id, agent, cost }: HeldBudget, label: string, now: number, expiry: number): Promise<'held' | 'busy' | 'rest'> {
    const [day, month] = this.#spentKeys(now);
    return Reserved.parse(await this.#redis.eval(RESERVE, 6, LIMITS, day, month, HELD, RESTS, FROZEN, id, agent, label, now, expiry, cost.usd, cost.tokens));
  }

  async renew({ id, agent, cost }: HeldBudget, expiry: number): Promise<void> {
    await this.#redis.eval(RENEW, 1, HELD, id, `${agent} ${expiry} ${cost.usd} ${cost.tokens}`);
  }

  /** What the call really cost counts for the day on which it ended. */
  async settle({ id, agent }: HeldBudget, { usd, tokens }: Cost, now: number): Promise<void> {
    const [day, month] = this.#spentKeys(now);
    await this.#redis.eval(SETTLE, 4, day, month, HELD, swarmKey('purse', 'settled', id), id, agent, usd, tokens, KEEP_DAYS.day * 86_400, KEEP_DAYS.month * 86_400);
  }

  /** @param amount null takes the limit away. */
  async setLimit({ scope, period, unit }: Omit<Limit, 'amount'>, amount: number | null, at: number): Promise<void> {
    await this.#redis.eval(SET_NEWER, 1, LIMITS, limitField(scope, period, unit), at, amount === null ? `${at}` : `${at} ${amount}`);
  }

  async setFrozen(frozen: boolean, at: number): Promise<void> {
    await this.#redis.eval(FREEZE, 1, FROZEN, at, `${at} ${frozen ? 'on' : 'off'}`);
  }

  /** @returns the rest that is in force: perhaps one that another call has asked for just before. */
  async rest(agent: AgentId, { why, until, label }: ProviderRest, now: number): Promise<ProviderRest> {
    const kept = readRest(String(await this.#redis.eval(REST, 1, RESTS, agent, now, label, `${until} ${why} ${label}`)));
    return kept ?? { why, until, label };
  }

  /** Agents' providers may be asked again. */
  async wake(agents: readonly AgentId[]): Promise<void> {
    if (agents.length > 0) await this.#redis.hdel(RESTS, ...agents);
  }

  /** Whether this turn is the one that tells of the agent's blackout. */
  async tellsFirst(agent: AgentId, key: string, turn: string): Promise<boolean> {
    return (await this.#redis.eval(TELL, 1, TOLD, agent, key, turn)) === 1;
  }

  async warned(id: string): Promise<boolean> {
    return (await this.#redis.zscore(WARNED, id)) !== null;
  }

  async rememberWarned(id: string, now: number): Promise<void> {
    await this.#redis.multi().zadd(WARNED, now, id).zremrangebyscore(WARNED, 0, now - 70 * 24 * 3_600_000).exec();
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

const Reserved = z.enum(['held', 'busy', 'rest']);

function readRest(stored: string): ProviderRest | undefined {
  const [, until, why, label] = /^(\d+) (provider\.(?:rate|quota|payment)) (.*)$/.exec(stored) ?? [];
  const reason = z.enum(['provider.rate', 'provider.quota', 'provider.payment']).safeParse(why);
  return reason.success && label !== undefined ? { until: Number(until), why: reason.data, label } : undefined;
}

function byAgent<T>(stored: Readonly<Record<string, string>>, read: (value: string) => T | undefined): ReadonlyMap<AgentId, T> {
  return new Map(
    Object.entries(stored).flatMap(([id, value]) => {
      const agent = AgentId.safeParse(id);
      const one = read(value);
      return agent.success && one !== undefined ? [[agent.data, one] as const] : [];
    }),
  );
}

