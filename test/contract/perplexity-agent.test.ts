import { afterEach, expect, it } from 'vitest';
import { checkKey } from '../../bridge/launcher/verbs/key-check.ts';
import { ask, fault, outcome, textOf } from './provider-run.ts';
import { startProviderServer } from './provider-server.ts';
import { ANSWER, bodyOf, failure, fixture, KEY, stream, STREAMING } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const wire = STREAMING.find(({ name }) => name === 'perplexity')!;
const SEARCH = [{ type: 'web_search' }];

it.each([
  // What rosters of before name is Sonar still, searching as hard as it did.
  ['perplexity/sonar', { model: 'perplexity/sonar', preset: 'fast' }],
  ['perplexity/sonar-pro', { model: 'perplexity/sonar', preset: 'low' }],
  ['perplexity/sonar-reasoning', { model: 'perplexity/sonar', preset: 'low' }],
  ['perplexity/sonar-reasoning-pro', { model: 'perplexity/sonar', preset: 'medium' }],
  ['perplexity/sonar-deep-research', { model: 'perplexity/sonar', preset: 'high' }],
  ['perplexity/xhigh', { preset: 'xhigh' }],
  ['perplexity/openai/gpt-6-sol', { model: 'openai/gpt-6-sol', tools: SEARCH }],
  ['perplexity/sonar-next', { model: 'perplexity/sonar-next', tools: SEARCH }],
])('%s asks for %j', async (model, choice) => {
  const { parts, server } = await ask(stack, { ...wire, model }, stream(wire, 'answer'));
  expect(textOf(parts)).toBe(ANSWER);
  const { model: asked, preset, tools, store, stream: streamed } = bodyOf(server.requests[0]);
  expect({ model: asked, preset, tools }).toEqual({ model: undefined, preset: undefined, tools: undefined, ...choice });
  expect([store, streamed]).toEqual([false, true]);
});

it('an address with its version at the end, or a stroke, is the same address', async () => {
  for (const end of ['/', '/v1', '/v1/']) {
    const asked = { ...wire, settings: (url: string) => wire.settings(`${url}${end}`) };
    const { server } = await ask(stack, asked, stream(wire, 'answer'));
    expect(server.requests.map(({ path }) => path)).toEqual(['/v1/agent']);
  }
});

it.each([
  [{ message: 'slow down', type: 'too_many_requests', code: '429' }, fault('provider.rate', 3)],
  [{ message: 'gone', type: 'insufficient_quota', code: null }, fault('provider.quota', 1)],
  [{ message: 'busy', type: null, code: '503' }, fault('provider.overloaded', 3)],
])('an answer that fails on the way says why: %j', async (error, expected) => {
  const failed = `data: ${JSON.stringify({ type: 'response.failed', sequence_number: 1, error })}\n\n`;
  expect(outcome(await ask(stack, wire, { body: failed }))).toMatchObject({ code: expected.code });
  const inside = { type: 'response.completed', response: { status: 'failed', output: [], error } };
  expect(outcome(await ask(stack, wire, { body: `data: ${JSON.stringify(inside)}\n\n` }))).toMatchObject({
    code: expected.code,
  });
});

it('fields that are null or of a new shape cost no word', async () => {
  const body = fixture(wire, 'answer.sse')
    .replaceAll('"item_id":"msg_8dd25736","output_index":1,"content_index":0', '"item_id":null,"output_index":null')
    .replaceAll('"annotations":[]', '"annotations":null')
    .replace(/"type":"response.in_progress"/, '"type":"response.skill_loaded","results":{"a":1},"item":7')
    .replaceAll('"snippet":""', '"snippet":null');
  const { parts, error } = await ask(stack, wire, { body });
  expect(error).toBeUndefined();
  expect(textOf(parts)).toBe(ANSWER);
});

it('a key is checked with an empty question, which costs nothing', async () => {
  const server = stack.use(
    await startProviderServer(({ headers }) =>
      failure(wire, headers.authorization === `Bearer ${KEY}` ? '404' : '401'),
    ),
  );
  const at = { PERPLEXITY_BASE_URL: server.url };
  expect(await checkKey('PERPLEXITY_API_KEY', KEY, at)).toEqual({ kind: 'works' });
  expect(await checkKey('PERPLEXITY_API_KEY', 'another', at)).toEqual({ kind: 'refused', status: 401 });
  expect(server.requests.map(({ method, path, body }) => [method, path, body])).toEqual(
    [1, 2].map(() => ['POST', '/v1/agent', '{}']),
  );
});
