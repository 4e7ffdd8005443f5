import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentConfig } from '../../bridge/protocol/roster.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { createProvider } from '../../bots/models/registry.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import { estimateOf } from '../../bots/budget/cost.ts';
import { SpendingLedger } from '../../bots/budget/spending-ledger.ts';
import type { Limit } from '../../bots/budget/limits.ts';
import { Budget } from '../../bots/budget/budget.ts';
import { withBudget } from '../../bots/budget/with-budget.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { SEOUL, claude, price, request, utc } from './budget-scene.ts';

const gpt = AgentId.parse('gpt');
const priceOf = () => price;

describe('on a real Redis', () => {
  let redis: BareRedis;
  beforeAll(async () => {
    redis = await BareRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => redis.client().flushall());

  const warned: string[] = [];
  const open = async (
    more: { readonly now?: () => number; readonly label?: string; readonly free?: readonly AgentId[] } = {},
  ) => {
    const budget = new Budget({
      redis: redis.client(),
      timeZone: SEOUL,
      agents: () => [claude, gpt],
      labelOf: () => more.label ?? 'm',
      isFree: (agent) => more.free?.includes(agent) ?? false,
      warn: (warning) => Promise.resolve(void warned.push(warning.id)),
      onError: (error) => expect.fail(String(error)),
      ...(more.now === undefined ? {} : { now: more.now }),
    });
    await budget.refresh();
    return budget;
  };
  /** Says one word, after a while; each call costs `usage`. */
  const metered = (
    usage: { inputTokens: number; outputTokens: number } | undefined,
    more: {
      readonly fault?: ProviderFault;
      readonly hold?: () => Promise<void>;
      readonly label?: string;
      readonly free?: readonly AgentId[];
    } = {},
  ) => {
    const calls = { begun: 0, running: 0, most: 0 };
    const provider: Provider = {
      label: more.label ?? 'm',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      async *stream(_request, signal) {
        calls.begun += 1;
        calls.running += 1;
        calls.most = Math.max(calls.most, calls.running);
        try {
          await more.hold?.();
          signal.throwIfAborted();
          if (more.fault !== undefined) throw more.fault;
          yield { type: 'text', text: 'ok' };
          yield { type: 'finish', reason: 'stop', ...(usage === undefined ? {} : { usage }) };
        } finally {
          calls.running -= 1;
        }
      },
    };
    return { provider, calls };
  };
  const take = async (provider: Provider, signal = new AbortController().signal) => {
    let text = '';
    for await (const part of provider.stream(request(), signal)) if (part.type === 'text') text += part.text;
    return text;
  };
  const codeOf = (error: unknown) => (error instanceof ProviderFault ? error.code : error);
  const spentBy = async (budget: Budget, scope: typeof claude | '*' = claude) => {
    await budget.refresh();
    return Number(budget.state.spent.day[`${scope}.usd`] ?? 0);
  };
  const usd = (amount: number, scope: typeof claude | '*' = claude): Limit => ({
    scope,
    period: 'day',
    unit: 'usd',
    amount,
  });

  it('fifty turns at once never overdraw by more than one estimate, and spend what there is', async () => {
    // Two swarms, two agents, each call costs nearly what was estimated.
    const budgets = [await open(), await open()];
    const estimate = estimateOf(request(), price).usd;
    const real = { inputTokens: 1_108, outputTokens: 990 };
    const each = 1_108 * 3 + 990 * 15;
    const limit = each * 7;
    await budgets[0]!.limit([usd(limit, '*')], 1);
    const { provider, calls } = metered(real, { hold: () => new Promise((resolve) => setTimeout(resolve, 20)) });
    const models = budgets.flatMap((budget) =>
      [claude, gpt].map((id) => withBudget(provider, budget, { id, priceOf })),
    );
    const ended = await Promise.all(Array.from({ length: 50 }, (_, i) => take(models[i % 4]!).catch(codeOf)));
    expect(new Set(ended)).toEqual(new Set(['ok', 'purse.blackout']));
    const spent = await spentBy(budgets[0]!, '*');
    expect(spent).toBe(calls.begun * each);
    expect(spent).toBeLessThanOrEqual(limit + estimate);
    // Whoever was made to wait had its turn when there was something left after all.
    expect(spent).toBeGreaterThanOrEqual(limit);
    expect(calls.most).toBeLessThanOrEqual(8);
    expect(await new SpendingLedger(redis.client(), SEOUL).held()).toEqual([]);
  });

  it('pays for a model that answers for one without a bill, and for nothing else', async () => {
    const budget = await open();
    const settings = ProviderSettings.parse({ OPENAI_API_KEY: 'k' });
    const { provider, calls } = metered({ inputTokens: 10, outputTokens: 10 });
    const config = AgentConfig.parse({
      id: claude,
      name: '가',
      callsigns: ['가'],
      role: 'r',
      prompt: 'p',
      model: 'relay',
      fallback: 'openai/x',
      price,
    });
    const answers = (ask: () => Promise<string>) => {
      const paid = (): Provider => withBudget(provider, budget, { id: config.id, priceOf });
      return withBudget(createProvider(config, settings, {}, { relay: { ask }, paid }), budget, {
        id: config.id,
        priceOf,
      });
    };
    expect(await take(answers(() => Promise.resolve('손으로')))).toBe('손으로');
    expect([calls.begun, await spentBy(budget)]).toEqual([0, 0]);
    const away = () => Promise.reject(new ProviderFault('provider.timeout'));
    expect(await take(answers(away))).toBe('ok');
    expect([calls.begun, await spentBy(budget)]).toEqual([1, 10 * 3 + 10 * 15]);
    await budget.limit([usd(1)], 1);
    expect(await take(answers(away)).catch(codeOf)).toBe('purse.blackout');
    expect(calls.begun).toBe(1);
  });

  it('waits for what is held and not spent, instead of falling into blackout', async () => {
    const budget = await open();
    await budget.limit([usd(estimateOf(request(), price).usd)], 1);
    const { provider, calls } = metered({ inputTokens: 10, outputTokens: 10 });
    const paid = withBudget(provider, budget, { id: claude, priceOf });
    expect(await Promise.all([take(paid), take(paid), take(paid)])).toEqual(['ok', 'ok', 'ok']);
    expect(calls.most).toBe(1);
  });

  it('a crash leaks nothing: what a dead swarm held runs out', async () => {
    let at = Date.now();
    const dead = new SpendingLedger(redis.client(), SEOUL);
    const cost = { usd: 500, tokens: 5 };
    await dead.setLimit(usd(400), 400, 1);
    expect(await dead.reserve({ id: 'a', agent: claude, cost }, 'm', at, at + 60_000)).toBe('held');
    expect(await dead.reserve({ id: 'b', agent: claude, cost }, 'm', at, at + 60_000)).toBe('busy');
    at += 60_000;
    expect(await dead.reserve({ id: 'c', agent: claude, cost }, 'm', at, at + 60_000)).toBe('held');
    expect(await dead.held()).toEqual(['c']);
  });

  it('counts a call once, however often its end is sent, and after its time ran out', async () => {
    const ledger = new SpendingLedger(redis.client(), SEOUL);
    const held = { id: 'a', agent: claude, cost: { usd: 500, tokens: 5 } };
    const now = Date.now();
    await ledger.reserve(held, 'm', now, now);
    await ledger.reserve({ ...held, id: 'b' }, 'm', now + 1, now + 60_000);
    for (let i = 0; i < 3; i += 1) await ledger.settle(held, { usd: 70, tokens: 7 }, now);
    expect((await ledger.state(now)).spent).toEqual({
      day: { 'claude.usd': '70', 'claude.tokens': '7', '*.usd': '70', '*.tokens': '7' },
      month: { 'claude.usd': '70', 'claude.tokens': '7', '*.usd': '70', '*.tokens': '7' },
    });
    expect(await ledger.held()).toEqual(['b']);
  });

  it('faults and aborts are paid for, and hold nothing afterwards', async () => {
    const budget = await open();
    await budget.limit([usd(10_000_000)], 1);
    const refused = metered(undefined, { fault: new ProviderFault('provider.key') });
    expect(await take(withBudget(refused.provider, budget, { id: claude, priceOf })).catch(codeOf)).toBe(
      'provider.key',
    );
    expect(await spentBy(budget)).toBe(0);
    const cut = metered(undefined, { fault: new ProviderFault('provider.interrupted') });
    expect(await take(withBudget(cut.provider, budget, { id: claude, priceOf })).catch(codeOf)).toBe(
      'provider.interrupted',
    );
    expect(await spentBy(budget)).toBe(1_108 * 3);
    const stop = new AbortController();
    const slow = metered(undefined, { hold: () => Promise.resolve(stop.abort(new Error('stopped'))) });
    await expect(take(withBudget(slow.provider, budget, { id: claude, priceOf }), stop.signal)).rejects.toThrow(
      'stopped',
    );
    expect(await spentBy(budget)).toBe(2 * 1_108 * 3);
    expect(await new SpendingLedger(redis.client(), SEOUL).held()).toEqual([]);
  });

  it('over the limit nothing is called, one turn tells, and the next day everything goes on', async () => {
    let at = utc('2026-11-22T14:00:00');
    const [budget, other] = [await open({ now: () => at }), await open({ now: () => at })];
    await budget.limit([usd(100)], 1);
    const { provider, calls } = metered({ inputTokens: 100, outputTokens: 0 });
    const paid = withBudget(provider, budget, { id: claude, priceOf });
    expect(await take(paid)).toBe('ok');
    const fault = await take(paid).catch((error: unknown) => error);
    expect(fault).toMatchObject({
      code: 'purse.blackout',
      rest: { why: 'own-day', until: utc('2026-11-22T15:00:00') },
    });
    expect(calls.begun).toBe(1);
    expect([budget.available(claude), budget.available(gpt)]).toEqual([false, true]);
    const { rest } = fault as { rest: NonNullable<ProviderFault['rest']> };
    expect(budget.quiet().size).toBe(0);
    expect(await budget.tellsFirst(claude, rest, 'turn.1')).toBe(true);
    expect(await other.tellsFirst(claude, rest, 'turn.2')).toBe(false);
    // After a crash the turn that tells is the same.
    expect(await other.tellsFirst(claude, rest, 'turn.1')).toBe(true);
    await other.refresh();
    expect([...other.quiet().keys()]).toEqual([claude]);
    at = utc('2026-11-22T15:00:00');
    await budget.refresh();
    expect([budget.available(claude), budget.quiet().size]).toEqual([true, 0]);
    expect(await take(paid)).toBe('ok');
  });

  it('who costs nothing is shut out by no limit, only by the freeze', async () => {
    const budget = await open({ free: [gpt] });
    await budget.limit([{ ...usd(0), scope: '*' }], 1);
    expect([budget.available(claude), budget.available(gpt), [...budget.blackouts().keys()]]).toEqual([
      false,
      true,
      [claude],
    ]);
    await budget.freeze(true, 2);
    expect([budget.available(gpt), budget.affords(gpt)]).toEqual([false, true]);
  });

  it('an older command that comes late undoes nothing', async () => {
    const budget = await open();
    await budget.limit([usd(300)], 20);
    await budget.limit([usd(100)], 10);
    expect(budget.state.limits).toEqual([usd(300)]);
    await budget.limit([{ ...usd(0), amount: null }], 30);
    await budget.limit([usd(300)], 20);
    expect(budget.state.limits).toEqual([]);
    await budget.freeze(true, 20);
    await budget.freeze(false, 10);
    expect(budget.frozen).toBe(true);
    await budget.freeze(false, 30);
    expect(budget.frozen).toBe(false);
  });

  it("a provider's wish makes all of an agent's calls wait, for the same time, until it is over or taken back", async () => {
    let at = utc('2026-11-22T03:00:00');
    const budget = await open({ now: () => at });
    const { provider, calls } = metered(undefined, { fault: new ProviderFault('provider.payment') });
    const paid = withBudget(provider, budget, { id: claude, priceOf });
    const faults: ProviderFault[] = [];
    for (let i = 0; i < 3; i += 1) await take(paid).catch((error: ProviderFault) => faults.push(error));
    expect(faults.map(({ code }) => code)).toEqual(['provider.payment', 'purse.blackout', 'purse.blackout']);
    expect(new Set(faults.map(({ rest }) => rest?.key)).size).toBe(1);
    expect(calls.begun).toBe(1);
    // Another model is another provider.
    const other = metered({ inputTokens: 1, outputTokens: 1 }, { label: 'other' });
    expect(await take(withBudget(other.provider, budget, { id: claude, priceOf }))).toBe('ok');
    await budget.wake([claude]);
    expect(budget.available(claude)).toBe(true);
    await take(paid).catch(() => undefined);
    expect(calls.begun).toBe(2);
    at = Date.now() + 3_600_001;
    await budget.refresh();
    expect(budget.available(claude)).toBe(true);
  });

  it('a freeze ends what runs, in every swarm, and lets nothing begin', async () => {
    const [here, there] = [await open(), await open()];
    const begun = Promise.withResolvers<void>();
    const waiting: Provider = {
      label: 'm',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      async *stream(_request, signal) {
        yield { type: 'text', text: 'so far' };
        begun.resolve();
        await new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
      },
    };
    const running = take(withBudget(waiting, there, { id: claude, priceOf })).catch(codeOf);
    const rehearsing = take(withBudget({ ...waiting, billing: 'none' }, there, { id: gpt, priceOf })).catch(codeOf);
    await begun.promise;
    await here.freeze(true, 10);
    await there.refresh();
    expect(await Promise.all([running, rehearsing])).toEqual(['purse.frozen', 'purse.frozen']);
    const { provider, calls } = metered({ inputTokens: 1, outputTokens: 1 });
    const paid = withBudget(provider, there, { id: claude, priceOf });
    expect(await take(paid).catch(codeOf)).toBe('purse.frozen');
    expect(await take(withBudget({ ...provider, billing: 'none' }, there, { id: gpt, priceOf })).catch(codeOf)).toBe(
      'purse.frozen',
    );
    expect([calls.begun, there.available(gpt), there.affords(gpt)]).toEqual([0, false, true]);
    await here.freeze(false, 20);
    expect(await take(paid)).toBe('ok');
    expect(await new SpendingLedger(redis.client(), SEOUL).held()).toEqual([]);
  });

  it('warns once, whoever sees it first', async () => {
    warned.length = 0;
    const [here, there] = [await open(), await open()];
    await here.limit([usd(1_000)], 1);
    const ledger = new SpendingLedger(redis.client(), SEOUL);
    await ledger.settle({ id: 'x', agent: claude, cost: { usd: 0, tokens: 0 } }, { usd: 850, tokens: 0 }, Date.now());
    await here.refresh();
    await expect.poll(() => ledger.warned(warned[0] ?? '')).toBe(true);
    for (let i = 0; i < 5; i += 1) await Promise.all([here.refresh(), there.refresh()]);
    expect(warned).toHaveLength(1);
  });

  it('what rehearses costs nothing and asks Redis nothing', async () => {
    const budget = await open();
    await budget.limit([usd(0)], 1);
    const { provider, calls } = metered({ inputTokens: 1_000, outputTokens: 1_000 });
    for (const free of [{ rehearsal: true }, { pace: 'by-hand' }, { label: 'echo' }] as const)
      expect(await take(withBudget({ ...provider, ...free, billing: 'none' }, budget, { id: claude, priceOf }))).toBe(
        'ok',
      );
    expect([calls.begun, await spentBy(budget)]).toEqual([3, 0]);
  });
});
