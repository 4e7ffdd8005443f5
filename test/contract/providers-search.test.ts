import { afterEach, describe, expect, it } from 'vitest';
import { costOf, estimateOf } from '../../bots/budget/cost.ts';
import { PRICE_TABLE } from '../../bridge/protocol/prices/price-table.ts';
import type { Found } from '../house/wires/wire-format.ts';
import { agentOn, ask, codeOf, providerOn, requestOf, textOf, type Asked, type RunOptions } from './provider-run.ts';
import type { Reply } from './provider-server.ts';
import { bodyOf, fixture, STREAMING } from './provider-wires.ts';
import { CALLING, DF, finishOf, TOOLS } from './tool-steps.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const SEARCHING = CALLING.filter(({ name }) => name !== 'compatible');
const A = { url: 'https://a.example/1', title: 'A 회사 실적' };
const B = { url: 'https://b.example/2?x=1', title: 'B 회사 실적' };
const FOUND: Found = { queries: ['A 회사 실적', 'B 회사 실적'], sources: [A, B], cited: 1 };
const PRICE = { input: 0, output: 0, search: 10_000 };

const looked = ({ format }: (typeof SEARCHING)[number], found: Found | undefined, ...pieces: string[]): Reply => ({
  body: [
    format.begin,
    found === undefined ? '' : format.found(found),
    format.open,
    ...pieces.map(format.piece),
    found === undefined ? '' : format.cites(found),
    format.close(pieces.join('')),
    format.end(pieces.join(''), [], found),
  ].join(''),
  pieces: 97,
});
const sourcesOf = ({ parts }: Asked) => parts.filter((part) => part.type === 'source');
const search = (more: RunOptions['request'] = {}): RunOptions => ({ request: { search: true, ...more } });

describe.each(SEARCHING)('$name, told to look it up', (one) => {
  const { name, wire } = one;
  /** Where what is named is marked in the answer, it stands first, with its title. */
  const first = name === 'google' ? [A, B] : [B, A];

  it('is asked with its own search alone: no tools of ours, no schema', async () => {
    const { server, error } = await ask(stack, wire, looked(one, FOUND, '답'), search({ tools: TOOLS }));
    expect(error).toBeUndefined();
    expect(bodyOf(server.requests[0]).tools).toEqual(
      {
        openai: [{ type: 'web_search', external_web_access: false }],
        anthropic: [{ type: 'web_search_20250305', name: 'web_search', max_uses: 3 }],
        google: [{ googleSearch: {} }],
      }[name],
    );
    const without = await ask(stack, wire, looked(one, undefined, '답'), { request: { tools: TOOLS } });
    expect(one.format.isSearch(bodyOf(without.server.requests[0]))).toBe(false);
  });

  it('streams its words, then its sources, the named ones first, and says how often it searched', async () => {
    const asked = await ask(stack, wire, looked(one, FOUND, 'A는 3조, ', 'B는 2조.'), search());
    expect(asked.error).toBeUndefined();
    expect(textOf(asked.parts)).toBe('A는 3조, B는 2조.');
    expect(sourcesOf(asked).map(({ url }) => url)).toEqual(first.map(({ url }) => url));
    expect(sourcesOf(asked)[0]).toMatchObject({ title: first[0]?.title });
    expect(asked.parts.slice(-3).map(({ type }) => type)).toEqual(['source', 'source', 'finish']);
    const { usage } = finishOf(asked.parts) ?? {};
    expect(usage).toMatchObject({ inputTokens: 41, searches: 2 });
    expect(usage && costOf(usage, PRICE).usd).toBe(20_000);
  });

  it('lets no address through that a browser must not open, and none twice', async () => {
    const sources = ['javascript:alert(1)', 'data:text/html,x', A.url, A.url, 'file:///etc/passwd', 'no address'].map(
      (url) => ({ url, title: 'x' }),
    );
    const asked = await ask(stack, wire, looked(one, { queries: ['q'], sources, cited: 4 }, '답'), search());
    expect(asked.error).toBeUndefined();
    expect(sourcesOf(asked).map(({ url }) => url)).toEqual([A.url]);
  });

  it('names a few of the many that it has seen', async () => {
    const sources = Array.from({ length: 300 }, (_, i) => ({ url: `https://n.example/${i}`, title: `${i}` }));
    const asked = await ask(stack, wire, looked(one, { queries: ['q'], sources }, '답'), search());
    expect(sourcesOf(asked)).toHaveLength(20);
  });

  it('finds nothing, and brings no source', async () => {
    const asked = await ask(stack, wire, looked(one, { queries: ['q'], sources: [] }, '없음'), search());
    expect(asked.error).toBeUndefined();
    expect(sourcesOf(asked)).toEqual([]);
  });

  it('sets aside the price of more than one search', () => {
    const request = { ...requestOf(agentOn(wire, 'http://127.0.0.1:1')), search: true } as const;
    expect(estimateOf(request, PRICE).usd).toBe(30_000);
    expect(PRICE_TABLE[wire.model]?.search).toBeGreaterThan(0);
  });

  it('is not asked again for a day where its endpoint refuses, and never answers from memory instead', async () => {
    const words = {
      openai: "Hosted tool 'web_search' is not supported with gpt-6-astra.",
      anthropic: 'Web search is not enabled for this organization.',
      google: 'Search Grounding is not supported.',
    }[name];
    const body = JSON.stringify({ error: { type: 'invalid_request_error', message: words, code: 400, status: 'X' } });
    const refusal: Reply = { status: 400, body, headers: { 'content-type': 'application/json' } };
    const { server, error } = await ask(stack, wire, refusal, search());
    expect(codeOf(error)).toBe('provider.request');
    expect(server.requests).toHaveLength(1);
    const provider = providerOn(wire, server.url);
    expect(provider.canSearch?.()).toBe(false);
    expect(providerOn(wire, 'http://127.0.0.1:1').canSearch?.()).toBe(true);
  });

  it('is asked again after a bad minute', async () => {
    const { error, parts } = await ask(
      stack,
      wire,
      (_, index) => (index === 0 ? { status: 503, body: '{}' } : looked(one, FOUND, '답')),
      search(),
    );
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe('답');
  });

  it('makes up no calls of our tools on the way', async () => {
    const body = [one.format.begin, one.format.open, one.format.piece('답'), one.format.close('답')].join('');
    const asked = await ask(
      stack,
      wire,
      { body: body + one.format.calls([DF], true).join('') + one.format.end('답', []) },
      search(),
    );
    expect(asked.parts.some(({ type }) => type === 'tool-call')).toBe(false);
  });
});

describe('Anthropic', () => {
  const one = SEARCHING.find(({ name }) => name === 'anthropic');

  it('pauses, gets its own words and findings back, and goes on; both are paid', async () => {
    if (one === undefined) throw new Error('anthropic?');
    const paused = String(looked(one, { ...FOUND, queries: ['A'] }, '먼저 A: ').body).replace('end_turn', 'pause_turn');
    const asked = await ask(
      stack,
      one.wire,
      (_, index) => (index === 0 ? { body: paused } : looked(one, { queries: ['B'], sources: [B] }, 'B는 2조.')),
      search(),
    );
    expect(asked.error).toBeUndefined();
    expect(textOf(asked.parts)).toBe('먼저 A: B는 2조.');
    const last = bodyOf(asked.server.requests[1]).messages.at(-1);
    expect(last.role).toBe('assistant');
    expect(last.content.map(({ type }: { type: string }) => type)).toEqual(
      expect.arrayContaining(['server_tool_use', 'web_search_tool_result', 'text']),
    );
    expect(finishOf(asked.parts)?.usage).toMatchObject({ inputTokens: 82, outputTokens: 24, searches: 2 });
  });

  it('that pauses for ever is left where it stands', async () => {
    if (one === undefined) throw new Error('anthropic?');
    const paused = String(looked(one, FOUND, '또 ').body).replace('end_turn', 'pause_turn');
    const asked = await ask(stack, one.wire, { body: paused }, search());
    expect(asked.error).toBeUndefined();
    expect(asked.server.requests).toHaveLength(4);
    expect(textOf(asked.parts)).toBe('또 또 또 또 ');
  });
});

it('bills of Google before Gemini 3 are by the answer, not by the search', async () => {
  const one = SEARCHING.find(({ name }) => name === 'google');
  if (one === undefined) throw new Error('google?');
  const asked = await ask(stack, one.wire, looked(one, FOUND, '답'), {
    ...search(),
    agent: { model: 'google/gemini-2.5-flash' },
  });
  expect(finishOf(asked.parts)?.usage?.searches).toBe(1);
});

it('nobody else can be told to search: not a server of one’s own, not Perplexity, which does so unasked', async () => {
  for (const wire of STREAMING.filter(({ name }) => name === 'compatible' || name === 'perplexity')) {
    const asked = await ask(stack, wire, { body: fixture(wire, 'answer.sse') }, search({ tools: TOOLS }));
    expect(asked.error).toBeUndefined();
    expect(providerOn(wire, asked.server.url).canSearch).toBeUndefined();
  }
});
