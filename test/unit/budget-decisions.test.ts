import { describe, expect, it } from 'vitest';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import type { StreamPart } from '../../bots/models/providers/provider.ts';
import { amountInWords, amountOf, bar, renderBudget } from '../../bots/budget/budget-table.ts';
import { EMPTY, restOf, warningsOf } from '../../bots/budget/cooldowns.ts';
import { estimateOf, CostMeter } from '../../bots/budget/cost.ts';
import type { Limit } from '../../bots/budget/limits.ts';
import { periodEnd, periodKey } from '../../bots/budget/periods.ts';
import { pauseAsked } from '../../bots/budget/with-budget.ts';
import { SEOUL, claude, price, request, utc } from './budget-scene.ts';

const gpt = AgentId.parse('gpt');

describe('days and months', () => {
  it.each([
    [
      'the day in Seoul begins nine hours earlier',
      'day',
      '2026-11-22T14:59:59.999',
      SEOUL,
      '2026-11-22',
      '2026-11-22T15:00:00.000',
    ],
    ['and then it is the next', 'day', '2026-11-22T15:00:00.000', SEOUL, '2026-11-23', '2026-11-23T15:00:00.000'],
    ['a month', 'month', '2026-11-30T14:59:59.999', SEOUL, '2026-11', '2026-11-30T15:00:00.000'],
    ['the next month', 'month', '2026-11-30T15:00:00.000', SEOUL, '2026-12', '2026-12-31T15:00:00.000'],
    [
      'a day of 23 hours in Berlin',
      'day',
      '2026-03-28T23:30:00.000',
      'Europe/Berlin',
      '2026-03-29',
      '2026-03-29T22:00:00.000',
    ],
    [
      'a day of 25 hours in Berlin',
      'day',
      '2026-10-24T22:00:00.000',
      'Europe/Berlin',
      '2026-10-25',
      '2026-10-25T23:00:00.000',
    ],
    [
      'a month with a change in it',
      'month',
      '2026-10-01T00:00:00.000',
      'Europe/Berlin',
      '2026-10',
      '2026-10-31T23:00:00.000',
    ],
    [
      'a day without a midnight in Beirut',
      'day',
      '2026-03-28T12:00:00.000',
      'Asia/Beirut',
      '2026-03-28',
      '2026-03-28T22:00:00.000',
    ],
  ] as const)('%s', (_what, period, at, zone, key, end) => {
    expect(periodKey(period, utc(at), zone)).toBe(key);
    expect(new Date(periodEnd(period, utc(at), zone)).toISOString()).toBe(`${end}Z`);
  });
});

describe('what a call costs', () => {
  it('is estimated with all of the input and the longest answer', () => {
    const { usd, tokens } = estimateOf(request(), price);
    expect(tokens).toBe(104 + 1_004 + 1_000);
    expect(usd).toBe(Math.ceil(1_108 * 3 + 1_000 * 15));
    expect(estimateOf(request(), undefined).usd).toBe(0);
  });

  it('is estimated with the tools, the calls and what came of them, and with thoughts that go back', () => {
    const plain = request();
    const bare = estimateOf(plain, price).tokens;
    const offer = { name: 'run', description: 'x'.repeat(400), input: { type: 'object' as const } };
    expect(estimateOf({ ...plain, tools: [offer] }, price).tokens).toBeGreaterThan(bare + 100);
    const input = JSON.stringify({ script: 'x'.repeat(400) });
    const step = (state?: string) => ({
      ...plain,
      messages: [
        ...plain.messages,
        {
          role: 'assistant' as const,
          content: [{ type: 'tool-call' as const, id: 'a', name: 'run', input }],
          ...(state === undefined ? {} : { step: { provider: 'openai/gpt-6.1-sol', state } }),
        },
        {
          role: 'user' as const,
          content: [{ type: 'tool-result' as const, id: 'a', name: 'run', text: 'x'.repeat(4_000) }],
        },
      ],
    });
    expect(estimateOf(step(), price).tokens).toBeGreaterThan(bare + 1_100);
    expect(estimateOf(step('x'.repeat(40_000)), price).tokens).toBeGreaterThan(bare + 11_000);
  });

  const metered = (parts: readonly StreamPart[], fault: 'provider.rate' | 'provider.interrupted' | null = null) => {
    const meter = new CostMeter(request());
    for (const part of parts) meter.note(part);
    // Input at a micro-dollar a token, output at a thousand.
    return meter.cost(fault, { input: 1_000_000, output: 1_000_000_000 });
  };
  it.each([
    [
      "the provider's own figures",
      [
        { type: 'text', text: 'x' },
        { type: 'finish', reason: 'stop', usage: { inputTokens: 7, outputTokens: 9 } },
      ],
      null,
      7,
      9,
    ],
    [
      'a guess where it gives none',
      [
        { type: 'text', text: 'x'.repeat(40) },
        { type: 'finish', reason: 'stop' },
      ],
      null,
      1_108,
      10,
    ],
    [
      'an attempt that was cut counts too',
      [
        { type: 'text', text: 'x'.repeat(40) },
        { type: 'restart' },
        { type: 'finish', reason: 'stop', usage: { inputTokens: 7, outputTokens: 9 } },
      ],
      null,
      1_115,
      19,
    ],
    ['what it asked for', [{ type: 'tool-call', id: 'a', name: 'run', input: 'x'.repeat(37) }], null, 1_108, 14],
    [
      'and not what came to nothing',
      [
        { type: 'tool-call', id: 'a', name: 'run', input: 'x'.repeat(37) },
        { type: 'restart', spent: { inputTokens: 5, outputTokens: 1 } },
        { type: 'finish', reason: 'tools', usage: { inputTokens: 7, outputTokens: 9 } },
      ],
      null,
      12,
      10,
    ],
    ['what was said before an abort', [{ type: 'text', text: '가나다' }], null, 1_108, 3],
    ['nothing where the provider turned it away', [], 'provider.rate', 0, 0],
    ['the question where it broke off later', [], 'provider.interrupted', 1_108, 0],
  ] as const)('%s', (_what, parts, fault, input, output) => {
    expect(metered(parts, fault)).toEqual({ usd: input + 1_000 * output, tokens: input + output });
  });
});

describe('who stood in', () => {
  it('is paid at its own price, and what the first had spent at that of the first', () => {
    const meter = new CostMeter(request());
    meter.note({ type: 'spent', usage: { inputTokens: 10, outputTokens: 0 } });
    meter.note({ type: 'finish', reason: 'stop', usage: { inputTokens: 7, outputTokens: 0 }, model: 'google/cheap' });
    expect(meter.standIn).toBe('google/cheap');
    const [dear, cheap] = [5_000_000, 1_000_000].map((input) => ({ input, output: 0 }));
    expect(meter.cost(null, dear, cheap)).toEqual({ usd: 10 * 5 + 7, tokens: 17 });
  });

  it('cut attempts cost what the provider says of them', () => {
    const meter = new CostMeter(request());
    meter.note({ type: 'restart', spent: { inputTokens: 100, outputTokens: 0, billed: 3 } });
    meter.note({ type: 'finish', reason: 'stop', usage: { inputTokens: 7, outputTokens: 0 } });
    expect(meter.cost(null, { input: 1_000_000, output: 0 })).toEqual({ usd: 10, tokens: 107 });
  });
});

describe('who rests', () => {
  const now = utc('2026-11-22T03:00:00');
  const limit = (more: Partial<Limit>): Limit => ({ scope: claude, period: 'day', unit: 'usd', amount: 100, ...more });
  const state = (limits: readonly Limit[], spent: Record<string, string>) => ({
    ...EMPTY,
    limits,
    spent: { day: spent, month: spent },
  });
  const rest = (limits: readonly Limit[], spent: Record<string, string>) =>
    restOf(claude, 'm', state(limits, spent), now, SEOUL);

  it('nobody below the limit, everybody at it, each for the longest reason', () => {
    expect(rest([limit({})], { 'claude.usd': '99' })).toBeNull();
    expect(rest([limit({})], { 'gpt.usd': '500' })).toBeNull();
    expect(rest([limit({})], { 'claude.usd': '100' })).toMatchObject({
      why: 'own-day',
      until: utc('2026-11-22T15:00:00'),
    });
    expect(
      rest([limit({}), limit({ scope: '*', period: 'month' })], { 'claude.usd': '100', '*.usd': '100' }),
    ).toMatchObject({ why: 'house-month', until: utc('2026-11-30T15:00:00') });
    expect(rest([limit({ unit: 'tokens' })], { 'claude.tokens': '100' })).toMatchObject({ why: 'own-day' });
  });

  it('a raised limit ends it, and the next one is another blackout', () => {
    const first = rest([limit({})], { 'claude.usd': '150' });
    expect(rest([limit({ amount: 200 })], { 'claude.usd': '150' })).toBeNull();
    expect(rest([limit({ amount: 200 })], { 'claude.usd': '250' })?.key).not.toBe(first?.key);
  });

  it('what a provider asked for holds for that model and its time', () => {
    const asked = {
      ...EMPTY,
      rests: new Map([[claude, { until: now + 1_000, why: 'provider.rate', label: 'm' } as const]]),
    };
    expect(restOf(claude, 'm', asked, now, SEOUL)).toMatchObject({ why: 'provider.rate', until: now + 1_000 });
    expect(restOf(claude, 'other', asked, now, SEOUL)).toBeNull();
    expect(restOf(claude, 'm', asked, now + 1_000, SEOUL)).toBeNull();
    expect(restOf(gpt, 'm', asked, now, SEOUL)).toBeNull();
  });

  it('warns from 80 % on, with one name for a limit in a period', () => {
    const warned = (spent: string, at = now) =>
      warningsOf(state([limit({})], { 'claude.usd': spent }), at, SEOUL).map(({ id }) => id);
    expect(warned('79')).toEqual([]);
    expect(warned('80')).toHaveLength(1);
    expect(warned('80')).toEqual(warned('95'));
    expect(warned('80', now + 24 * 3_600_000)).not.toEqual(warned('80'));
  });

  it.each([
    ['provider.rate', 120_000, 120_000],
    ['provider.rate', undefined, null],
    ['provider.payment', undefined, 3_600_000],
    ['provider.quota', 5_000, 5_000],
    ['provider.payment', 0, null],
    ['provider.overloaded', 5_000, null],
  ] as const)('%s with %s', (code, retryAfterMs, wait) => {
    expect(pauseAsked(new ProviderFault(code, { retryAfterMs }), 'm', now)?.until ?? null).toBe(
      wait === null ? null : now + wait,
    );
  });
});

describe('the table', () => {
  it('is a bar and two lines, for a phone', () => {
    const state = {
      ...EMPTY,
      limits: [{ scope: claude, period: 'day', unit: 'usd', amount: 2_000_000 } as const],
      spent: {
        day: { 'claude.usd': '1240000', 'claude.tokens': '12345', '*.usd': '1240000', '*.tokens': '12345' },
        month: {},
      },
    };
    const text = renderBudget(
      {
        state,
        rests: new Map(),
        agents: [
          { id: claude, name: '클로드', unpriced: null },
          { id: gpt, name: 'GPT', unpriced: 'openai/gpt-9' },
        ],
        example: '클로드',
        now: utc('2026-11-22T03:00:00'),
        timeZone: SEOUL,
      },
      'ko',
    );
    expect(text).toContain('- **클로드** · 오늘 ▓▓▓░░ $1.24 / $2 · 12kt\n  이번 달 0\n- GPT · 쓴 것도 한도도 없음\n');
    expect(text).toContain('- **전체** · 오늘 $1.24 · 12kt\n  이번 달 0');
    expect(text).toMatch(/가격을 모르는 모델이라[^\n]*가장 비싼[^\n]*GPT `openai\/gpt-9`/);
  });

  it('shows little and all as what they are', () => {
    expect([bar(0), bar(0.001), bar(0.99), bar(1), bar(7)]).toEqual(['░░░░░', '▓░░░░', '▓▓▓▓░', '▓▓▓▓▓', '▓▓▓▓▓']);
    expect([
      amountInWords(100_000, 'tokens', 'ko'),
      amountInWords(1_500_000, 'tokens', 'ko'),
      amountInWords(999, 'tokens', 'ko'),
      amountInWords(100_000, 'tokens', 'en'),
      amountInWords(2_000_000, 'usd', 'ko'),
    ]).toEqual(['10만 토큰', '150만 토큰', '999 토큰', '100,000 tokens', '$2']);
    expect([
      amountOf(2_500, 'usd'),
      amountOf(2_000_000, 'usd'),
      amountOf(123_456_789, 'usd'),
      amountOf(999, 'tokens'),
      amountOf(100_000, 'tokens'),
      amountOf(1_500_000, 'tokens'),
    ]).toEqual(['$0.003', '$2', '$123', '999t', '100kt', '1.5Mt']);
  });
});
