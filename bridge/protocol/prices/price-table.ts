import type { Price } from '../roster.ts';

/**
 * What the providers ask, as their price lists said on this day. `npm start -- doctor` warns when the day is long ago;
 * a price in the roster file goes before the one here. Where a list has an introductory price with an end, the price
 * after that end stands here: a limit has to hold then, too.
 */
export const PRICES_READ_ON = '2026-11-28';

/** Dollars of a million tokens, as price lists print them. */
interface Listed {
  readonly input: number;
  readonly output: number;
  readonly cached?: number | undefined;
  readonly write?: number | undefined;
  readonly audio?: number | undefined;
  /** Dollars of a thousand searches. */
  readonly searches?: number | undefined;
  readonly long?: Long | undefined;
}

/** Above so many tokens of input everything costs `input` and `output` times as much. */
interface Long {
  readonly above: number;
  readonly input: number;
  readonly output: number;
}

function listed({ input, output, cached, write, audio, searches, long }: Listed): Price {
  return {
    ...rates(input, output, cached, write),
    ...(audio === undefined ? {} : { audioInput: micro(audio) }),
    ...(searches === undefined ? {} : { search: micro(searches / 1_000) }),
    ...(long === undefined
      ? {}
      : {
          long: {
            above: long.above,
            ...rates(input * long.input, output * long.output, times(cached, long.input), times(write, long.input)),
          },
        }),
  };
}

const rates = (input: number, output: number, cached: number | undefined, write: number | undefined) => ({
  input: micro(input),
  output: micro(output),
  ...(cached === undefined ? {} : { cachedInput: micro(cached) }),
  ...(write === undefined ? {} : { cacheWrite: micro(write) }),
});
const micro = (dollars: number): number => Math.round(dollars * 1_000_000);
const times = (dollars: number | undefined, factor: number) => (dollars === undefined ? undefined : dollars * factor);

const LONG: Long = { above: 272_000, input: 2, output: 1.5 };
/** https://developers.openai.com/api/docs/pricing: web search is $10 a thousand calls with every model. */
const openai = (input: number, output: number, cached?: number, write?: number, long?: Long): Price =>
  listed({ input, output, cached, write, searches: 10, long });
/** https://platform.claude.com/docs/about-claude/pricing: reading a cache, writing it for five minutes, $10 a thousand searches. */
const anthropic = (input: number, output: number, cached: number, write: number, long?: Long): Price =>
  listed({ input, output, cached, write, searches: 10, long });
/** https://ai.google.dev/gemini-api/docs/pricing: thoughts are output; $14 a thousand searches since Gemini 3, $35 before. */
const google = (input: number, output: number, cached: number, more: Omit<Listed, 'input' | 'output'> = {}): Price =>
  listed({ input, output, cached, searches: 14, ...more });
/**
 * https://docs.perplexity.ai/docs/agent-api/models, and docs/getting-started/pricing for a search: $2.50 a thousand. The
 * models of before are Sonar that searches more often; an answer says what it has cost.
 */
const SONAR: Price = listed({ input: 0.25, output: 2.5, cached: 0.0625, searches: 2.5 });
/** https://help.manus.im/en/articles/11711097: 1,900 credits are $19; an answer says how many it took. */
const IN_CREDITS: Price = { input: 0, output: 0, credit: 10_000 };

export const PRICE_TABLE: Readonly<Record<string, Price>> = {
  'openai/gpt-6.2-astra': openai(8, 40, 0.4, 10, LONG), // developers.openai.com/api/docs/models/gpt-6.2-astra
  'openai/gpt-6.2-sol': openai(2, 10, 0.1, 2.5, LONG), // developers.openai.com/api/docs/models/gpt-6.2-sol
  'openai/gpt-6.1-sol': openai(2, 10, 0.1, 2.5, LONG), // developers.openai.com/api/docs/models/gpt-6.1-sol
  'openai/gpt-6.1-terra': openai(1, 5, 0.05, 1.25, LONG), // developers.openai.com/api/docs/models/gpt-6.1-terra
  'openai/gpt-6-astra': openai(10, 50, 1, 12.5, LONG), // developers.openai.com/api/docs/models/gpt-6-astra
  'openai/gpt-6-sol': openai(2, 10, 0.2, 2.5, LONG), // developers.openai.com/api/docs/models/gpt-6-sol
  'openai/gpt-6-luna': openai(0.1, 0.5, 0.01, 0.125, LONG), // developers.openai.com/api/docs/models/gpt-6-luna
  'openai/gpt-5.6': openai(5, 30, 0.5, 6.25, LONG), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.6-sol': openai(5, 30, 0.5, 6.25, LONG), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.6-terra': openai(2, 12, 0.2, 2.5, LONG), // developers.openai.com/api/docs/pricing, since 2026-07-30
  'openai/gpt-5.6-luna': openai(0.2, 1.2, 0.02, 0.25, LONG), // developers.openai.com/api/docs/pricing, since 2026-07-30
  'openai/gpt-5.5': openai(5, 30, 0.5, undefined, LONG), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.4': openai(2.5, 15, 0.25, undefined, LONG), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.4-mini': openai(0.75, 4.5, 0.075), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.4-nano': openai(0.2, 1.25, 0.02), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.4-pro': openai(30, 180, undefined, undefined, LONG), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.2': openai(1.75, 14, 0.175), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.2-pro': openai(21, 168), // developers.openai.com/api/docs/pricing
  'openai/gpt-5.1': openai(1.25, 10, 0.125), // developers.openai.com/api/docs/pricing
  'openai/gpt-5': openai(1.25, 10, 0.125), // developers.openai.com/api/docs/pricing
  'openai/gpt-5-mini': openai(0.25, 2, 0.025), // developers.openai.com/api/docs/pricing
  'openai/gpt-5-nano': openai(0.05, 0.4, 0.005), // developers.openai.com/api/docs/pricing
  'openai/gpt-4.1': openai(2, 8, 0.5), // developers.openai.com/api/docs/pricing
  'openai/gpt-4.1-mini': openai(0.4, 1.6, 0.1), // developers.openai.com/api/docs/pricing
  'openai/gpt-4o': openai(2.5, 10, 1.25), // developers.openai.com/api/docs/pricing
  'openai/gpt-4o-mini': openai(0.15, 0.6, 0.075), // developers.openai.com/api/docs/pricing
  'openai/o3': openai(2, 8, 0.5), // developers.openai.com/api/docs/pricing
  'openai/o4-mini': openai(1.1, 4.4, 0.275), // developers.openai.com/api/docs/pricing

  'anthropic/claude-fable-5-1': anthropic(10, 50, 1, 12.5), // platform.claude.com/docs, models and pricing
  'anthropic/claude-fable-5': anthropic(10, 50, 1, 12.5), // platform.claude.com/docs, models and pricing
  'anthropic/claude-opus-5-5': anthropic(4, 20, 0.2, 5), // platform.claude.com/docs/models/opus-5-5/overview
  'anthropic/claude-opus-5': anthropic(5, 25, 0.5, 6.25), // platform.claude.com/docs/about-claude/models/whats-new-opus-5
  'anthropic/claude-opus-4-8': anthropic(5, 25, 0.5, 6.25), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-opus-4-7': anthropic(5, 25, 0.5, 6.25), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-opus-4-6': anthropic(5, 25, 0.5, 6.25), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-opus-4-5': anthropic(5, 25, 0.5, 6.25), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-opus-4-1': anthropic(15, 75, 1.5, 18.75), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-sonnet-5-5': anthropic(2, 10, 0.1, 2.5), // platform.claude.com/docs/models/sonnet-5-5/overview, cache reads since 2026-10-07
  'anthropic/claude-sonnet-5': anthropic(2, 10, 0.2, 2.5), // platform.claude.com/docs/models/sonnet-5/overview
  'anthropic/claude-sonnet-4-6': anthropic(3, 15, 0.3, 3.75), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-sonnet-4-5': anthropic(3, 15, 0.3, 3.75, { above: 200_000, input: 2, output: 1.5 }), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-haiku-5-5': anthropic(0.1, 0.5, 0.01, 0.125, { above: 100_000, input: 5, output: 5 }), // platform.claude.com/docs/about-claude/pricing
  'anthropic/claude-haiku-4-5': anthropic(1, 5, 0.1, 1.25), // platform.claude.com/docs/about-claude/pricing

  'google/gemini-4-neon': google(3, 15, 0.15), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-4-carbon': google(4, 20, 0.2), // ai.google.dev/gemini-api/docs/pricing, half of it until 2026-11-30
  'google/gemini-4-argon': google(4, 20, 0.2), // ai.google.dev/gemini-api/docs/pricing, half of it until 2026-11-30
  'google/gemini-4-hydrogen': google(1.5, 7.5, 0.075), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3.8-flash': google(1.5, 7.5, 0.15), // ai.google.dev/gemini-api/docs/pricing, half of it until 2026-12-31
  'google/gemini-3.7-flash': google(1.5, 7.5, 0.15), // ai.google.dev/gemini-api/docs/pricing, half of it until 2026-12-31
  'google/gemini-3.6-flash': google(1.5, 7.5, 0.15), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3.5-flash': google(1.5, 9, 0.15), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3.5-flash-lite': google(0.3, 2.5, 0.03), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3.1-pro-preview': google(2, 12, 0.2, { long: { above: 200_000, input: 2, output: 1.5 } }), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3.1-flash-lite-preview': google(0.25, 1.5, 0.025, { audio: 0.5 }), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-3-flash-preview': google(0.5, 3, 0.05, { audio: 1 }), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-2.5-pro': google(1.25, 10, 0.125, { searches: 35, long: { above: 200_000, input: 2, output: 1.5 } }), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-2.5-flash': google(0.3, 2.5, 0.03, { searches: 35, audio: 1 }), // ai.google.dev/gemini-api/docs/pricing
  'google/gemini-2.5-flash-lite': google(0.1, 0.4, 0.01, { searches: 35, audio: 0.3 }), // ai.google.dev/gemini-api/docs/pricing

  'perplexity/sonar': SONAR, // docs.perplexity.ai/docs/agent-api/models
  'perplexity/sonar-pro': SONAR, // docs.perplexity.ai/docs/agent-api/models
  'perplexity/sonar-reasoning': SONAR, // docs.perplexity.ai/docs/agent-api/models
  'perplexity/sonar-reasoning-pro': SONAR, // docs.perplexity.ai/docs/agent-api/models
  'perplexity/sonar-deep-research': SONAR, // docs.perplexity.ai/docs/agent-api/models

  'manus/manus-1.6': IN_CREDITS, // help.manus.im/en/articles/11711097
  'manus/manus-1.6-lite': IN_CREDITS, // help.manus.im/en/articles/11711097
  'manus/manus-1.6-max': IN_CREDITS, // help.manus.im/en/articles/11711097
};

const DAY_MS = 86_400_000;
/** Providers change their lists every few weeks. */
const STALE_DAYS = 90;

/** How many days ago the table was read, where that is too long; undefined where it is not. */
export function staleDays(now: number): number | undefined {
  const days = Math.floor((now - Date.parse(PRICES_READ_ON)) / DAY_MS);
  return days > STALE_DAYS ? days : undefined;
}
