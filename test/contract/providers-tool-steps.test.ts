import { afterEach, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../bots/models/providers/provider.ts';
import { TOOL_WIRES } from '../house/provider-formats.ts';
import { agentOn, ask, fault, HISTORY, outcome, providerOn, requestOf, textOf } from './provider-run.ts';
import { startProviderServer } from './provider-server.ts';
import { bodyOf, type Json, STREAMING } from './provider-wires.ts';
import { answer, CALLING, callsOf, DF, finishOf, next, rolesOf, stepOf, TOOLS, WHO } from './tool-steps.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const request = { tools: TOOLS };
const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: Json) => `event: ${value.type}\n${data(value)}`;
const LONG = '생각'.repeat(60_000);

/** How each thinks before it calls, and where that stands when it is handed back. */
const THOUGHTS: Readonly<
  Record<
    string,
    { readonly think: (text: string) => string; readonly back: (body: Json) => unknown; readonly signed: unknown }
  >
> = {
  openai: {
    think: (text) => {
      const item = { id: 'rs_1', type: 'reasoning', summary: [], encrypted_content: text };
      return (
        event({ type: 'response.output_item.added', output_index: 0, item: { ...item, encrypted_content: '' } }) +
        event({ type: 'response.output_item.done', output_index: 0, item })
      );
    },
    back: (body) => body.input.find((item: Json) => item.type === 'reasoning'),
    signed: { type: 'reasoning', id: 'rs_1', summary: [], encrypted_content: '디스크를 보자' },
  },
  anthropic: {
    think: (thinking) =>
      event({
        type: 'content_block_start',
        index: 0,
        content_block: { type: 'thinking', thinking: '', signature: '' },
      }) +
      event({ type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking } }) +
      event({ type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 'c2lnbmVk' } }) +
      event({ type: 'content_block_stop', index: 0 }),
    back: (body) =>
      body.messages.flatMap(({ content }: Json) => content).find((part: Json) => part.type === 'thinking'),
    signed: { type: 'thinking', thinking: '디스크를 보자', signature: 'c2lnbmVk' },
  },
  google: {
    think: (text) => data({ candidates: [{ content: { parts: [{ text, thought: true }], role: 'model' }, index: 0 }] }),
    back: (body) =>
      body.contents.flatMap(({ parts }: Json) => parts).find((part: Json) => 'functionCall' in part)?.thoughtSignature,
    signed: 'c2lnbmVk',
  },
  compatible: {
    think: (text) => data({ choices: [{ index: 0, delta: { reasoning_content: text }, finish_reason: null }] }),
    back: (body) => body.messages.find((message: Json) => message.tool_calls !== undefined)?.reasoning_content,
    signed: '디스크를 보자',
  },
};

describe.each(CALLING)('$name, in a turn of several steps', ({ name, wire, format }) => {
  const { think, back, signed } = THOUGHTS[name] ?? { think: () => '', back: () => 'none', signed: undefined };
  const thinking = (text: string, calls = [DF]) => ({
    body: format.begin + think(text) + format.calls(calls, true).join('') + format.end('', calls),
  });

  it('gets its own thoughts back as it signed them, and those of others not at all', async () => {
    const first = await ask(stack, wire, thinking('디스크를 보자', [DF, WHO]), { request });
    expect(first.error).toBeUndefined();
    expect([textOf(first.parts), callsOf(first.parts).length]).toEqual(['', 2]);
    const backIn = async (messages: readonly ChatMessage[]) => {
      const { server, error } = await ask(stack, wire, answer(format, [], '끝.'), { request, messages });
      expect(error).toBeUndefined();
      return back(bodyOf(server.requests[0]));
    };
    expect(await backIn(next(first.parts, wire.model))).toEqual(signed);
    expect(await backIn(next(first.parts, 'somebody/else'))).toEqual(
      // What Google documents for calls that it has not made.
      name === 'google' ? 'skip_thought_signature_validator' : undefined,
    );
    // Of another version of the SDK, or of another answer.
    const [assistant, results] = stepOf(first.parts, wire.model);
    for (const state of ['', '{', '[{"type":"of tomorrow"}]', '[]', 'null', '"text"'])
      await backIn([...HISTORY, { ...assistant!, step: { provider: wire.model, state } }, results!]);
  });

  it('keeps no more of its thoughts than a journal can hold', async () => {
    const { parts, error } = await ask(stack, wire, thinking(LONG), { request });
    expect(error).toBeUndefined();
    expect(callsOf(parts)).toHaveLength(1);
    const { step = '' } = finishOf(parts) ?? {};
    expect(Buffer.byteLength(step)).toBeLessThanOrEqual(256 * 1024);
    const after = await ask(stack, wire, answer(format, [], '끝.'), { request, messages: next(parts, wire.model) });
    expect(after.error).toBeUndefined();
  });

  it('has what it sent before sent again in the same bytes', async () => {
    let messages = HISTORY;
    const sent: string[][] = [];
    for (let step = 0; step < 6; step += 1) {
      const calls = Array.from({ length: 6 }, (_, i) => ({ ...DF, id: `call_${i}` }));
      const { parts, server, error } = await ask(stack, wire, answer(format, calls, `${step}. `), {
        request: { ...request, cacheKey: 'room-and-agent' },
        messages,
      });
      expect(error).toBeUndefined();
      const body = bodyOf(server.requests[0]);
      expect(body.prompt_cache_key).toBe(name === 'openai' ? 'room-and-agent' : undefined);
      sent.push(blocksOf(body).map((block) => JSON.stringify(block)));
      messages = [...messages, ...stepOf(parts, wire.model)];
    }
    for (const [i, blocks] of sent.slice(1).entries()) expect(blocks.slice(0, sent[i]?.length)).toEqual(sent[i]);
  });
});

/** Without the marks, which are no part of what is kept. */
const blocksOf = (body: Json): Json[] =>
  (body.messages ?? body.input ?? body.contents).flatMap(({ content, parts, ...rest }: Json) =>
    [content ?? parts ?? rest].flat().map((part: Json) => {
      if (typeof part !== 'object') return part;
      const { cache_control: _, ...unmarked } = part;
      return unmarked;
    }),
  );

it('Anthropic finds what it kept of the step before within reach of a mark, and sees four marks at most', async () => {
  const wire = STREAMING.find(({ name }) => name === 'anthropic')!;
  const format = TOOL_WIRES.anthropic;
  let messages = HISTORY;
  let before: number | undefined;
  for (let step = 0; step < 8; step += 1) {
    const calls = Array.from({ length: 6 }, (_, i) => ({ ...DF, id: `call_${step}_${i}` }));
    const { parts, server } = await ask(stack, wire, answer(format, calls, '봅니다.'), { request, messages });
    const body = bodyOf(server.requests[0]);
    const blocks: Json[] = body.messages.flatMap(({ content }: Json) => content);
    const marks = blocks.flatMap((block, i) => (block.cache_control === undefined ? [] : [i]));
    expect(marks.length + body.system.length).toBeLessThanOrEqual(4);
    expect(body.tools.some((tool: Json) => tool.cache_control !== undefined)).toBe(false);
    expect(marks.at(-1)).toBe(blocks.length - 1);
    // It looks twenty blocks back from each mark.
    const from = before ?? marks.at(-1) ?? 0;
    expect(marks.some((mark) => mark >= from && mark - from < 20)).toBe(true);
    before = blocks.length - 1;
    messages = [...messages, ...stepOf(parts, wire.model)];
  }
});

it('OpenAI is not handed a thought that it has neither kept nor encrypted', async () => {
  const wire = STREAMING.find(({ name }) => name === 'openai')!;
  const format = TOOL_WIRES.openai;
  const item = { id: 'rs_1', type: 'reasoning', summary: [] };
  const thought =
    event({ type: 'response.output_item.added', output_index: 0, item }) +
    event({ type: 'response.output_item.done', output_index: 0, item });
  const body = format.begin + thought + format.calls([DF], true).join('') + format.end('', [DF]);
  const { parts } = await ask(stack, wire, { body }, { request });
  const { server } = await ask(stack, wire, answer(format, [], '끝.'), { request, messages: next(parts, wire.model) });
  expect(rolesOf(bodyOf(server.requests[0])).slice(-2)).toEqual(['function_call', 'function_call_output']);
  expect(server.requests[0]?.body).not.toContain('rs_1');
});

const chat = (delta: object, reason: string | null = null) =>
  data({ choices: [{ index: 0, delta, finish_reason: reason }] });
const started = (index: number, name: string, args: string) => ({
  index,
  id: `c${index}`,
  type: 'function',
  function: { name, arguments: args },
});

describe('compatible servers', () => {
  const wire = STREAMING.find(({ name }) => name === 'compatible')!;
  const format = TOOL_WIRES.compatible;
  const call = chat({ tool_calls: [started(0, 'run', '{"argv":["df"]}')] });

  it.each(['stop', 'tool_calls', 'function_call', 'eos', 'unheard of'])(
    'that end an answer with calls by "%s" have asked for them',
    async (reason) => {
      const { parts, error } = await ask(stack, wire, { body: call + chat({}, reason) }, { request });
      expect(error).toBeUndefined();
      expect(callsOf(parts)).toEqual([{ name: 'run', input: '{"argv":["df"]}' }]);
      expect(finishOf(parts)?.reason).toBe('tools');
    },
  );

  it('that announce calls and bring none have said what they have said, or nothing', async () => {
    const { parts } = await ask(stack, wire, { body: chat({ content: '네.' }) + chat({}, 'tool_calls') }, { request });
    expect(finishOf(parts)?.reason).toBe('stop');
    const none = await ask(stack, wire, { body: chat({}, 'tool_calls') }, { request });
    expect(outcome(none)).toEqual(fault('provider.empty', 3));
  });

  it('that reach the limit in the midst of a call have asked for the whole ones', async () => {
    const cut = chat({ tool_calls: [started(1, 'run', '{"argv":["who')] });
    const two = await ask(stack, wire, { body: call + cut + chat({}, 'length') }, { request });
    expect(two.error).toBeUndefined();
    expect(callsOf(two.parts)).toEqual([{ name: 'run', input: '{"argv":["df"]}' }]);
    const said = await ask(stack, wire, { body: chat({ content: '네.' }) + cut + chat({}, 'length') }, { request });
    expect([callsOf(said.parts), finishOf(said.parts)?.reason]).toEqual([[], 'length']);
    const alone = await ask(stack, wire, { body: cut + chat({}, 'length') }, { request });
    expect(outcome(alone)).toEqual(fault('provider.thinking', 2));
  });

  it('that filter an answer are not asked for its calls', async () => {
    const { error } = await ask(stack, wire, { body: call + chat({}, 'content_filter') }, { request });
    expect(error).toMatchObject({ code: 'provider.filtered' });
  });

  it('that name no call, however much they send for it, have answered nothing that can be read', async () => {
    const nameless = data({
      choices: [{ index: 0, delta: { tool_calls: [{ index: 0, function: { arguments: 'x' } }] } }],
    });
    const { error } = await ask(stack, wire, { body: nameless + chat({}, 'tool_calls') }, { request });
    expect(error).toMatchObject({ code: 'provider.malformed' });
  });

  it('that send without an end for a call that they never name are hung up on', async () => {
    const delta = { tool_calls: [{ index: 0, function: { arguments: 'x'.repeat(1_000_000) } }] };
    const result = await ask(stack, wire, { body: chat(delta).repeat(40), ending: 'hang' }, { request });
    expect(outcome(result)).toEqual(fault('provider.malformed', 1));
    await expect.poll(() => result.server.abandoned()).toBe(1);
  });

  const refusing = (status: number, error: unknown) => ({
    status,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ error }),
  });
  it.each<readonly [string, number, unknown]>([
    ['Ollama', 400, { message: 'library/gemma2:2b does not support tools', type: 'api_error' }],
    ['llama.cpp', 500, { code: 500, message: 'tools param requires --jinja flag', type: 'server_error' }],
    [
      'vLLM',
      400,
      { message: '"auto" tool choice requires --enable-auto-tool-choice and --tool-call-parser to be set' },
    ],
    ['OpenRouter', 404, { message: 'No endpoints found that support tool use.', code: 404 }],
    ['a strict server', 422, { message: "tools: Extra inputs are not permitted, 'unknown field'" }],
  ])('that will have no tools (%s) are asked without them, once and for all', async (_who, status, error) => {
    await using server = await startProviderServer(({ body }) =>
      JSON.parse(body).tools === undefined ? answer(format, [], '네.') : refusing(status, error),
    );
    const asked = { ...requestOf(agentOn(wire, server.url)), ...request };
    for (const expected of [2, 3, 4]) {
      const parts = await Array.fromAsync(providerOn(wire, server.url).stream(asked, new AbortController().signal));
      expect([textOf(parts), finishOf(parts)?.reason]).toEqual(['네.', 'stop']);
      expect(server.requests).toHaveLength(expected);
    }
  });

  it('that refuse something else about tools keep them', async () => {
    const { server } = await ask(stack, wire, refusing(400, { message: 'tool_call_id call_1 has no matching call' }), {
      request,
    });
    expect(server.requests).toHaveLength(1);
    expect(bodyOf(server.requests[0]).tools).toHaveLength(2);
  });

  it('that have called tools a moment ago keep them for the next turn', async () => {
    const first = await ask(stack, wire, answer(format, [DF]), { request });
    const messages = next(first.parts, wire.model);
    await using server = await startProviderServer(({ body }, index) =>
      index === 0 || JSON.parse(body).tools !== undefined
        ? refusing(400, { message: 'unexpected tool message' })
        : answer(format, [], '네.'),
    );
    const asked = { ...requestOf(agentOn(wire, server.url)), ...request, messages };
    for (const expected of [2, 4]) {
      const parts = await Array.fromAsync(providerOn(wire, server.url).stream(asked, new AbortController().signal));
      expect(textOf(parts)).toBe('네.');
      expect(server.requests).toHaveLength(expected);
    }
  });

  it('that refuse to see their own thoughts again are handed the calls alone', async () => {
    const thought = chat({ reasoning_content: '보자' });
    const first = await ask(stack, wire, { body: thought + call + chat({}, 'tool_calls') }, { request });
    await using server = await startProviderServer(({ body }) =>
      body.includes('reasoning_content')
        ? refusing(400, { message: "'messages.3': property 'reasoning_content' is unsupported" })
        : answer(format, [], '네.'),
    );
    const asked = { ...requestOf(agentOn(wire, server.url)), ...request, messages: next(first.parts, wire.model) };
    for (const expected of [2, 3]) {
      const parts = await Array.fromAsync(providerOn(wire, server.url).stream(asked, new AbortController().signal));
      expect(textOf(parts)).toBe('네.');
      expect(server.requests).toHaveLength(expected);
    }
    const last = bodyOf(server.requests.at(-1));
    expect(last.tools).toHaveLength(2);
    expect(format.results(last)).toHaveLength(1);
  });
});
