import { describe, expect, it } from 'vitest';
import { fits, messageContent } from '../../bridge/matrix/content.ts';
import { FAULT_CODES, type FaultCode, ProviderFault, type Tries } from '../../bridge/protocol/fault.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentConfig, Roster } from '../../bridge/protocol/roster.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { faultPhrase } from '../../bridge/text/faults.ts';
import { withFallback } from '../../bots/models/fallback.ts';
import { probe } from '../../bots/models/model-check.ts';
import type { Provider, StreamPart } from '../../bots/models/providers/provider.ts';
import { createProvider, createProviders } from '../../bots/models/registry.ts';
import { pastedBlock, relay } from '../../bots/models/providers/relay.ts';
import { waitBeforeNext, withRetry } from '../../bots/models/retry.ts';
import { faultOfAnswer } from '../../bots/models/providers/http-fault.ts';
import { retryAfterMs } from '../../bots/models/providers/retry-after.ts';
import { HISTORY, requestOf, SYSTEM } from './provider-run.ts';

const roster = Roster.parse(defaultRoster);
const none = ProviderSettings.parse({});
const agent = (values: object) =>
  AgentConfig.parse({
    id: 'gabriel',
    name: '가브리엘',
    callsigns: ['가'],
    role: '팀장',
    model: 'rehearsal',
    prompt: 'p',
    ...values,
  });

async function all(
  provider: Provider,
  request = requestOf(agent({})),
  signal = new AbortController().signal,
): Promise<StreamPart[]> {
  const parts: StreamPart[] = [];
  for await (const part of provider.stream(request, signal)) parts.push(part);
  return parts;
}
const said = (parts: readonly StreamPart[]) => parts.map((part) => (part.type === 'text' ? part.text : '')).join('');

describe('who gets which model', () => {
  it('rehearses without keys, each in its own words, in the language of the message', async () => {
    const providers = createProviders(roster.agents, none, {});
    for (const [lang, question, label] of [
      ['ko', '트럭 정비 일정 좀 잡아 줘', '[연습]'],
      ['en', 'plan the truck service', '[rehearsal]'],
      ['ko', '얘들아 안녕', '[연습]'],
    ] as const) {
      const answers = await Promise.all(
        roster.agents.map(async (config) => {
          const provider = providers.get(config.id);
          expect(provider?.rehearsal).toBe(true);
          return said(await all(provider!, { ...requestOf(config), question, lang }));
        }),
      );
      expect(new Set(answers).size).toBe(roster.agents.length);
      for (const answer of answers) {
        expect(answer.startsWith(label)).toBe(true);
        expect(answer.length).toBeLessThan(200);
        expect(answer.includes(question)).toBe(!question.includes('안녕'));
      }
    }
  });

  it('gives every agent of the default roster its own provider once its key is there', () => {
    const keys = {
      OPENAI_API_KEY: 'a',
      GOOGLE_GENERATIVE_AI_API_KEY: 'b',
      ANTHROPIC_API_KEY: 'c',
      MANUS_API_KEY: 'd',
      PERPLEXITY_API_KEY: 'e',
    };
    const providers = createProviders(roster.agents, ProviderSettings.parse(keys), {});
    expect(roster.agents.map(({ id }) => providers.get(id)?.label)).toEqual(roster.agents.map(({ model }) => model));
  });

  it('asks a compatible endpoint without a key only where it names none', () => {
    const at = (endpoint: object) =>
      agent({ model: 'compatible/llama', endpoint: { url: 'http://127.0.0.1:1/v1', ...endpoint } });
    expect(createProvider(at({}), none, {}).label).toBe('compatible/llama');
    expect(createProvider(at({ keyEnv: 'GATEWAY' }), none, {}).label).toBe('rehearsal');
    expect(createProvider(at({ keyEnv: 'GATEWAY' }), none, { GATEWAY: 'k' }).label).toBe('compatible/llama');
  });

  it('echoes the question, or drips words at the rate that is named', async () => {
    expect(said(await all(createProvider(agent({ model: 'echo' }), none, {})))).toBe('그럼 오늘 뭐부터 하지?');
    const drip = await all(createProvider(agent({ model: 'echo/50@500' }), none, {}));
    expect(said(drip).split(' ')).toHaveLength(50);
    expect(drip.length).toBeGreaterThan(5);
  });

  it('stops dripping at once', async () => {
    const reason = new Error('enough');
    const provider = createProvider(agent({ model: 'echo/100@1' }), none, {});
    await expect(all(provider, undefined, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const running = all(provider, undefined, controller.signal);
    controller.abort(reason);
    await expect(running).rejects.toBe(reason);
  });
});

describe('retries', () => {
  const fault = (retryable: boolean, retryAfter?: number, code: FaultCode = 'provider.rate') =>
    new ProviderFault(code, { retryable, retryAfterMs: retryAfter });

  it.each([
    [1, fault(true), 0, 500],
    [1, fault(true), 0.999, 999.5],
    [2, fault(true), 0, 1000],
    [3, fault(true), 0, undefined],
    [1, fault(false), 0, undefined],
    [1, fault(true, 30_000), 0, 30_000],
    [1, fault(true, 60_000), 0, 60_000],
    [1, fault(true, 60_001), 0, undefined],
    [1, fault(true, 0), 0, 500],
    [1, fault(true, undefined, 'provider.timeout'), 0, 500],
    [2, fault(true, undefined, 'provider.timeout'), 0, undefined],
    [1, fault(true, 40_000, 'provider.overloaded'), 0, 40_000],
    [2, fault(true, 40_000, 'provider.overloaded'), 0, undefined],
    [9, fault(true, undefined, 'provider.overloaded'), 0.999, 7_996],
  ])('after failure %i', (count, error, random, wait) => {
    expect(waitBeforeNext({ count, elapsedMs: 0 }, error, random)).toBe(wait);
  });

  it.each([0, 0.3, 0.999])('hold out through half a minute, and not longer: chance %d', (random) => {
    for (const code of ['provider.overloaded', 'provider.unreachable'] as const) {
      let elapsedMs = 0;
      let count = 1;
      for (; count < 50; count += 1) {
        const wait = waitBeforeNext({ count, elapsedMs }, fault(true, undefined, code), random);
        if (wait === undefined) break;
        elapsedMs += wait;
      }
      expect(elapsedMs).toBeGreaterThan(29_000);
      expect(elapsedMs).toBeLessThanOrEqual(30_000);
      expect(count).toBeGreaterThan(5);
      expect(count).toBeLessThan(13);
    }
    // The first attempt alone took longer than that: it is asked once more all the same.
    expect(waitBeforeNext({ count: 1, elapsedMs: 55_000 }, fault(true, undefined, 'provider.overloaded'), 0)).toBe(500);
  });

  it('end at once when aborted while waiting', async () => {
    const reason = new Error('stopped');
    const controller = new AbortController();
    let calls = 0;
    const failing: Provider = {
      label: 'x',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      // oxlint-disable-next-line require-yield -- it fails before it says a word
      async *stream() {
        calls += 1;
        await Promise.resolve();
        throw fault(true, 50_000);
      },
    };
    const running = all(withRetry(failing), undefined, controller.signal);
    setTimeout(() => controller.abort(reason), 20);
    await expect(running).rejects.toBe(reason);
    expect(calls).toBe(1);
  });

  it.each([
    [{ 'retry-after': '12' }, '', 12_000],
    [{ 'retry-after': '1.5' }, '', 1_500],
    [{ 'retry-after-ms': '250', 'retry-after': '9' }, '', 250],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:10 GMT' }, '', 9_000],
    [{ 'retry-after': 'Thu, 01 Jan 1970 00:00:00 GMT' }, '', 0],
    [{}, '{"retryDelay": "17s"}', 17_000],
    [{ 'retry-after': '-5' }, '', undefined],
    [{ 'retry-after': 'soon' }, '', undefined],
    [{}, '', undefined],
  ])('wait as %j says', (headers, body, milliseconds) => {
    expect(retryAfterMs(headers, body, 1_000)).toBe(milliseconds);
  });
});

describe('a fallback', () => {
  const failing = (code: FaultCode, ...before: StreamPart[]): Provider => ({
    label: 'first',
    billing: 'tokens',
    pace: 'seconds',
    sees: true,
    searches: false,
    rehearsal: false,
    async *stream() {
      yield* before;
      await Promise.resolve();
      throw new ProviderFault(code);
    },
  });
  const echo = createProvider(agent({ model: 'echo' }), none, {});

  it('answers when the first has failed, and voids what that one had said', async () => {
    const parts = await all(withFallback(failing('provider.quota', { type: 'text', text: '반쯤' }), echo));
    expect(parts.map(({ type }) => type)).toEqual(['text', 'restart', 'text', 'finish']);
    expect((await all(withFallback(failing('provider.key'), echo))).map(({ type }) => type)).toEqual([
      'text',
      'finish',
    ]);
  });

  const call: StreamPart = { type: 'tool-call', id: 'a', name: 'run', input: '{}' };

  it('voids the calls of the first, and those of an attempt that broke off', async () => {
    const parts = await all(withFallback(failing('provider.quota', call), echo));
    expect(parts.map(({ type }) => type)).toEqual(['tool-call', 'restart', 'text', 'finish']);
    let attempts = 0;
    const flaky: Provider = {
      ...failing('provider.quota'),
      async *stream() {
        attempts += 1;
        yield call;
        await Promise.resolve();
        if (attempts === 1) throw new ProviderFault('provider.interrupted', { retryable: true });
        yield { type: 'finish', reason: 'tools' };
      },
    };
    const clock = { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 };
    expect((await all(withRetry(flaky, clock))).map(({ type }) => type)).toEqual([
      'tool-call',
      'restart',
      'tool-call',
      'finish',
    ]);
  });

  it.each<FaultCode>(['provider.filtered', 'provider.request'])('does not get around %s', async (code) => {
    await expect(all(withFallback(failing(code), echo))).rejects.toMatchObject({ code });
  });

  it('is the model of an agent whose own key is missing', () => {
    const settings = ProviderSettings.parse({ ANTHROPIC_API_KEY: 'a' });
    const config = agent({ model: 'openai/gpt-6-astra', fallback: 'anthropic/claude-sonnet-5-5' });
    expect(createProvider(config, settings, {}).label).toBe('anthropic/claude-sonnet-5-5');
    expect(createProvider(config, none, {}).label).toBe('rehearsal');
  });
});

describe('a probe', () => {
  it('says who answers, and what is wrong with who does not', async () => {
    const signal = new AbortController().signal;
    expect(await probe(createProvider(agent({ model: 'echo' }), none, {}), agent({}), signal)).toMatchObject({
      ok: true,
    });
    const refused = agent({ model: 'compatible/x', endpoint: { url: 'http://127.0.0.1:1/v1' } });
    const quick = { retryClock: { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 } };
    expect(await probe(createProvider(refused, none, {}, quick), refused, signal)).toMatchObject({
      ok: false,
      code: 'provider.unreachable',
    });
  });
});

describe('relay', () => {
  const asking = (answer: (prompt: string) => Promise<string>) => relay({ ask: ({ prompt }) => answer(prompt) });

  it('puts who it is, the conversation and the question into what is pasted, and brings the reply', async () => {
    let pasted = '';
    const parts = await all(asking((prompt) => Promise.resolve(((pasted = prompt), ' 답입니다 '))));
    expect(parts.slice(1)).toEqual([
      { type: 'text', text: '답입니다' },
      { type: 'finish', reason: 'stop' },
    ]);
    expect(parts[0]).toMatchObject({ type: 'progress', text: expect.stringContaining('작업기록') });
    expect(pasted.startsWith(SYSTEM)).toBe(true);
    expect(pasted).toMatch(/뭐부터 하지\?\n\n파일 일정\.txt:[^]*화요일 정비$/);
  });

  it('leaves out the oldest where there is too much', async () => {
    let pasted = '';
    const old = { role: 'user', content: [{ type: 'text', text: 'old '.repeat(10_000) }] } as const;
    await all(
      asking((prompt) => Promise.resolve((pasted = prompt))),
      requestOf(agent({}), [old, HISTORY[1]!, HISTORY[2]!]),
    );
    expect(pasted).not.toContain('old old');
    expect(pasted).toContain('보았습니다.');
    expect(pasted).toContain('화요일 정비');
  });

  it('cuts a question that alone is too long, so that the whole fits into one event', async () => {
    let pasted = '';
    const long = { role: 'user', content: [{ type: 'text', text: `시작 ${'가'.repeat(50_000)}` }] } as const;
    await all(
      asking((prompt) => Promise.resolve((pasted = prompt))),
      requestOf(agent({}), [long]),
    );
    expect(pasted).toMatch(/시작 가+\n\[…\]$/u);
    expect(fits(messageContent({ text: pastedBlock(pasted), chavion: { v: 1, kind: 'relay' } }))).toBe(true);
    expect(messageContent({ text: pastedBlock(pasted), chavion: { v: 1, kind: 'relay' } })['formatted_body']).toContain(
      '<pre>',
    );
  });

  it.each([
    [() => Promise.resolve('   '), 'provider.empty'],
    [() => Promise.reject(new ProviderFault('provider.absent')), 'provider.absent'],
    [() => Promise.reject(new Error('no room')), 'provider.absent'],
  ])('ends in a fault without a reply', async (answer, code) => {
    await expect(all(asking(answer))).rejects.toMatchObject({ code });
  });

  it('fences what is pasted so that nothing in it closes the fence', () => {
    expect(pastedBlock('a ```js\nb\n``` c')).toBe('````\na ```js\nb\n``` c\n````');
    expect(pastedBlock('plain')).toBe('```\nplain\n```');
  });
});

describe('what an answer says of a failure', () => {
  const google = (quotaId: string) =>
    JSON.stringify({
      error: {
        status: 'RESOURCE_EXHAUSTED',
        message: 'Quota exceeded, limit: 250 PerDay',
        details: [
          { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations: [{ quotaId }] },
          { '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay: '40s' },
        ],
      },
    });
  const at = (time: string) => Date.parse(time);
  const HOUR = 3_600_000;

  it.each([
    // Summer time in Los Angeles (UTC-7), winter time (UTC-8), and the days on which they change.
    ['2026-07-10T12:00:00Z', 19 * HOUR],
    ['2026-11-28T04:41:27Z', 3 * HOUR + 18 * 60_000 + 33_000],
    ['2026-11-28T08:00:00Z', 24 * HOUR],
    ['2026-03-08T09:00:00Z', 22 * HOUR],
    ['2026-11-01T08:00:00Z', 24 * HOUR],
  ])("Google's quota of a day is renewed at midnight Pacific time: at %s", (now, wait) => {
    const body = google('GenerateRequestsPerDayPerProjectPerModel-FreeTier');
    const fault = faultOfAnswer({ status: 429, headers: { 'retry-after': '40' }, body }, at(now));
    expect(fault).toMatchObject({ code: 'provider.quota', retryAfterMs: wait, retryable: false });
  });

  it("Google's quota of a minute is waited for as it says, whatever its message mentions", () => {
    const body = google('GenerateRequestsPerMinutePerProjectPerModel-FreeTier');
    expect(faultOfAnswer({ status: 429, body }, 0)).toMatchObject({ code: 'provider.rate', retryAfterMs: 40_000 });
  });

  it('a context that a local server was started with is told apart from what a model can hold', () => {
    const body = JSON.stringify({
      error: {
        code: 400,
        message: 'request (9214 tokens) exceeds the available context size (4096 tokens), try increasing it',
        type: 'exceed_context_size_error',
        n_prompt_tokens: 9214,
        n_ctx: 4096,
      },
    });
    expect(faultOfAnswer({ status: 400, body }, 0).code).toBe('provider.window');
  });
});

describe('what a failure says', () => {
  it.each(FAULT_CODES)('%s: names itself in both languages, says what is kept, and is short', (code) => {
    const facts = { model: 'openai/gpt-6-astra', agent: 'gabriel', retryAfterMs: 30_000 };
    const ko = faultPhrase[code].ko(facts);
    const en = faultPhrase[code].en(facts);
    expect(ko).toMatch(/\p{Script=Hangul}/u);
    expect(ko).toMatch(/남아 있습니다|그대로 있습니다/);
    expect(en).toMatch(/is kept|stays in the room/);
    expect(en).not.toMatch(/\p{Script=Hangul}/u);
    expect(Math.max(ko.length, en.length)).toBeLessThan(180);
  });

  it.each(FAULT_CODES)('%s: says how often it was tried, and nothing of trying where it was asked once', (code) => {
    const say = (tries?: Tries) => {
      const facts = { model: 'openai/gpt', agent: 'gabriel', tries };
      return [faultPhrase[code].ko(facts), faultPhrase[code].en(facts)].join('\n');
    };
    expect(say({ count: 1, ms: 400 })).toBe(say());
    expect(say()).not.toMatch(/\d|여러 번|several|repeatedly/);
  });

  it.each(['overloaded', 'unreachable', 'rate', 'timeout'] as const)('%s: says how often and for how long', (what) => {
    const facts = { model: 'openai/gpt', agent: 'gabriel', tries: { count: 11, ms: 30_000 } };
    expect(faultPhrase[`provider.${what}`].ko(facts)).toContain('30초 동안 11번 해 봤지만');
    expect(faultPhrase[`provider.${what}`].en(facts)).toContain('11 tries in 30 s');
  });

  it('has one diagnosis and one advice for an empty account, the verb that wakes the agent', () => {
    const facts = { model: 'openai/gpt', agent: '가브리엘', rest: '12:00까지 쉬고 스스로 돌아옵니다.' };
    expect(faultPhrase['provider.payment'].ko(facts)).toBe(
      'openai/gpt 계정에 잔액이 없어 답하지 못했어요. 질문은 그대로 있습니다. 그 회사 홈페이지에서 충전한 뒤 `!해동 가브리엘`이라고 보내 주세요.',
    );
  });
});
