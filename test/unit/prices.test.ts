import { describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { PRICE_TABLE, PRICES_READ_ON, staleDays } from '../../bridge/protocol/prices/price-table.ts';
import { ModelName, Roster } from '../../bridge/protocol/roster.ts';
import { priceFindings } from '../../bridge/launcher/verbs/doctor.ts';
import { costOf } from '../../bots/budget/cost.ts';
import { modelPrice } from '../../bots/models/model-price.ts';

const none = { roster: new Map() };
const priceOf = (model: string, endpoint?: string) => modelPrice(ModelName.parse(model), { ...none, endpoint });

describe('the price table', () => {
  it('knows every model of the default residents, and none of them is a flagship', () => {
    const { agents } = Roster.parse(defaultRoster);
    const paid = agents.map(({ model }) => model).filter((model) => model.includes('/'));
    expect(paid.filter((model) => !priceOf(model).known)).toEqual([]);
    expect(paid.filter((model) => priceOf(model).price.output > 10_000_000)).toEqual([]);
  });

  it('has what the lists say, in micro-dollars', () => {
    expect(PRICE_TABLE['openai/gpt-6-astra']).toMatchObject({
      input: 10_000_000,
      output: 50_000_000,
      cachedInput: 1_000_000,
      cacheWrite: 12_500_000,
      search: 10_000,
      long: { above: 272_000, input: 20_000_000, output: 75_000_000, cachedInput: 2_000_000 },
    });
    expect(PRICE_TABLE['anthropic/claude-sonnet-5-5']).toMatchObject({
      input: 2_000_000,
      output: 10_000_000,
      cachedInput: 100_000,
      cacheWrite: 2_500_000,
    });
  });

  it('holds names that can be chosen and whole numbers', () => {
    const whole = (amounts: object) =>
      Object.values(amounts).every((amount) => typeof amount === 'object' || Number.isSafeInteger(amount));
    const wrong = Object.entries(PRICE_TABLE).filter(
      ([model, price]) => !ModelName.safeParse(model).success || !whole(price) || !whole(price.long ?? {}),
    );
    expect(wrong).toEqual([]);
  });

  it('is old after 90 days, and the doctor says so', () => {
    const days = (n: number) => Date.parse(PRICES_READ_ON) + n * 86_400_000;
    expect([staleDays(days(0)), staleDays(days(90)), staleDays(days(91))]).toEqual([undefined, undefined, 91]);
    expect(priceFindings(days(90))).toEqual([]);
    const [finding] = priceFindings(days(120));
    expect(finding?.good).toBe('note');
    expect(finding?.said.ko()).toContain(`120일 전(${PRICES_READ_ON})`);
    expect(finding?.said.en()).toContain('120 days old');
  });
});

describe('the price of a model', () => {
  it.each([
    [
      'a snapshot costs what its model costs',
      'anthropic/claude-haiku-4-5-20251001',
      undefined,
      'anthropic/claude-haiku-4-5',
    ],
    ['with another date, too', 'openai/gpt-5.4-mini-2026-03-17', undefined, 'openai/gpt-5.4-mini'],
    [
      'a gateway serves models of others',
      'compatible/openai/gpt-6-luna',
      'https://openrouter.ai/api/v1',
      'openai/gpt-6-luna',
    ],
  ])('%s', (_what, model, endpoint, like) => {
    expect(priceOf(model, endpoint)).toEqual({ price: PRICE_TABLE[like], known: true });
  });

  it('is nothing at home, and the dearest of all behind an unknown gateway', () => {
    expect(priceOf('compatible/llama', 'http://127.0.0.1:11434/v1')).toEqual({
      price: { input: 0, output: 0 },
      known: true,
    });
    expect(priceOf('compatible/llama', 'https://ai.example.com/v1')).toEqual({
      price: PRICE_TABLE['openai/gpt-5.4-pro'],
      known: false,
    });
    expect(priceOf('anthropic/claude-9')).toEqual({ price: PRICE_TABLE['anthropic/claude-opus-4-1'], known: false });
  });
});

describe('what is paid', () => {
  const price = { input: 2_000_000, output: 10_000_000, cachedInput: 100_000, cacheWrite: 2_500_000, search: 10_000 };
  it.each([
    ['cached input at its own price', { inputTokens: 100_000, outputTokens: 0, cachedTokens: 90_000 }, 20_000 + 9_000],
    [
      'what is written to the cache at its own',
      { inputTokens: 100_000, outputTokens: 0, writtenTokens: 40_000 },
      120_000 + 100_000,
    ],
    ['searches beside the tokens', { inputTokens: 0, outputTokens: 1_000, searches: 3 }, 10_000 + 30_000],
    ["the provider's own bill before all", { inputTokens: 9, outputTokens: 9, searches: 3, billed: 6_300.4 }, 6_301],
  ])('%s', (_what, usage, usd) => {
    expect(costOf(usage, price).usd).toBe(usd);
  });

  it('is more beyond the length that the list names, for all of the call', () => {
    const long = { above: 1_000, input: 4_000_000, output: 15_000_000 };
    expect(costOf({ inputTokens: 1_000, outputTokens: 100 }, { ...price, long }).usd).toBe(2_000 + 1_000);
    expect(costOf({ inputTokens: 1_001, outputTokens: 100 }, { ...price, long }).usd).toBe(4_004 + 1_500);
  });

  it('is counted in credits, and sound at its own price', () => {
    expect(
      costOf({ inputTokens: 50, outputTokens: 50, credits: 30 }, { input: 0, output: 0, credit: 10_000 }).usd,
    ).toBe(300_000);
    expect(
      costOf({ inputTokens: 1_000, outputTokens: 0, audioTokens: 1_000 }, { ...price, audioInput: 9_000_000 }).usd,
    ).toBe(9_000);
  });
});
