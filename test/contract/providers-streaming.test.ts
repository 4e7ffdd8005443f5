import { afterEach, describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../bots/models/providers/provider.ts';
import { ask, fault, HELD_OUT, HISTORY, outcome, textOf, type Asked } from './provider-run.ts';
import type { Reply } from './provider-server.ts';
import {
  ANSWER,
  beginning,
  BEGINNING,
  bodyOf,
  fixture,
  longAnswer,
  stream,
  STREAMING,
  type Json,
} from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

/** What holds of every provider that sends its answer as a stream of events. */
describe.each(STREAMING)('$name', (wire) => {
  it('passes the answer on whole, in order and with its usage', async () => {
    const { parts, error, server } = await ask(stack, wire, { ...stream(wire, 'answer'), pieces: 7 });
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe(ANSWER);
    expect(parts.filter((part) => part.type === 'text').length).toBeGreaterThan(3);
    expect(parts.filter((part) => part.type === 'finish')).toEqual([
      { type: 'finish', reason: 'stop', usage: { inputTokens: 41, outputTokens: 12, ...wire.billed } },
    ]);
    expect(parts.at(-1)?.type).toBe('finish');
    expect(server.requests).toHaveLength(1);
  });

  it('keeps the messages apart as they were said, and sends the limit', async () => {
    const { server } = await ask(stack, wire, stream(wire, 'answer'), { agent: { maxOutputTokens: 777 } });
    const body = bodyOf(server.requests[0]);
    expect(wire.texts(body).join('\n').replaceAll('\n\n', '\n')).toBe(
      [
        '[마스터] 이 사진 봐 줘',
        '보았습니다.',
        '[마스터] 그럼 오늘 뭐부터 하지?',
        '파일 일정.txt:',
        '월요일 부산, 화요일 정비',
        ...(wire.name === 'anthropic' ? [''] : []),
      ].join('\n'),
    );
    expect(wire.maxTokens?.(body)).toBe(777);
  });

  it('tells the provider up to where the next question begins alike, where it wants to be told', async () => {
    const messages: ChatMessage[] = [
      {
        role: 'user',
        content: [
          ...Array.from({ length: 30 }, (_, i) => ({ type: 'text' as const, text: `[마스터] ${i}` })),
          { type: 'text', text: '(It is now 09:00)', passing: true },
        ],
      },
    ];
    const { server } = await ask(stack, wire, stream(wire, 'answer'), {
      messages,
      request: { cacheKey: 'room-and-agent' },
    });
    const body = bodyOf(server.requests[0]);
    expect(body.prompt_cache_key).toBe(wire.name === 'openai' ? 'room-and-agent' : undefined);
    const marked = (parts: Json[]): string[] =>
      parts.filter((part) => part.cache_control !== undefined).map((part) => part.text);
    expect(wire.name === 'anthropic' ? [...marked(body.system), ...marked(body.messages[0].content)] : []).toEqual(
      wire.name === 'anthropic' ? [body.system[0].text, '[마스터] 12\n', '[마스터] 24\n', '[마스터] 29\n'] : [],
    );
    expect(wire.texts(body).join('')).not.toContain('passing');
  });

  it('never sends two messages of one role in a row', async () => {
    const [first, , last] = HISTORY;
    const { server } = await ask(stack, wire, stream(wire, 'answer'), { messages: [first!, last!] });
    const body = bodyOf(server.requests[0]);
    const messages: Json[] = body.messages ?? body.input ?? body.contents;
    expect(messages.filter((message) => message.role === 'user')).toHaveLength(1);
    expect(wire.texts(body).join('\n')).toMatch(/사진 봐 줘[^]*뭐부터 하지\?\n\n파일/);
  });

  it('says when the answer was cut by the limit', async () => {
    const { parts, error, server } = await ask(stack, wire, stream(wire, 'length'));
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe(BEGINNING);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length' });
    expect(server.requests).toHaveLength(1);
  });

  it('brings five megabytes whole', async () => {
    const sentence = (i: number) => `${i}번째 짐은 ${i * 7}호 창고에서 싣고 ${i % 60}분에 떠납니다. `;
    const piece = (i: number) => Array.from({ length: 16 }, (_, k) => sentence(16 * i + k)).join('');
    const times = 5_300;
    const { parts, error } = await ask(stack, wire, { body: longAnswer(wire, times, piece) });
    expect(error).toBeUndefined();
    const text = textOf(parts);
    expect(Buffer.byteLength(text)).toBeGreaterThan(5_000_000);
    expect(
      text === ANSWER.replace('정비부터 ', `${Array.from({ length: times }, (_, i) => piece(i)).join('')}정비부터 `),
    ).toBe(true);
    expect(parts.at(-1)?.type).toBe('finish');
  });

  it('begins anew when the answer is dropped in the middle', async () => {
    const cut: Reply = { body: beginning(wire), ending: 'drop' };
    const { parts, error } = await ask(stack, wire, (_, index) => (index < 2 ? cut : stream(wire, 'answer')));
    expect(error).toBeUndefined();
    expect(parts.filter((part) => part.type === 'restart')).toHaveLength(2);
    expect(textOf(parts)).toBe(ANSWER);
  });

  it('does not take a stream that merely stops for an answer', async () => {
    expect(outcome(await ask(stack, wire, { body: beginning(wire) }))).toEqual(fault('provider.interrupted', 3));
  });

  it('ends the whole attempt in time though words keep dripping, and does not ask again', async () => {
    const drip: Reply = { body: longAnswer(wire, 3_000, (i) => `${i}번째 짐, `), pieces: 64, ending: 'hang' };
    expect(
      outcome(await ask(stack, wire, drip, { deadlines: { firstByteMs: 600, idleMs: 600, totalMs: 1_200 } })),
    ).toEqual(fault('provider.timeout', 1));
  });

  it('does not take nothing for an answer', async () => {
    expect(outcome(await ask(stack, wire, stream(wire, 'empty')))).toEqual(fault('provider.empty', 3));
  });

  it.each(['end', 'drop'] as const)(
    'takes a body cut before its first word for a broken connection: %s',
    async (ending) => {
      expect(outcome(await ask(stack, wire, { body: ending === 'end' ? '' : ': ping\n\n', ending }))).toEqual(
        fault('provider.interrupted', 3),
      );
      const blank = beginning(wire).replaceAll(/안녕하세요, |마스터\. /gu, '');
      expect(outcome(await ask(stack, wire, { body: blank, ending }))).toEqual(fault('provider.interrupted', 3));
    },
  );

  it('gives an answer that thoughts ate more room, once', async () => {
    const eaten: Reply = { body: fixture(wire, 'length.sse').replaceAll(/안녕하세요, |마스터\. |오늘은 /gu, '') };
    const roomOf = ({ server }: Asked) => server.requests.map((request) => wire.maxTokens?.(bodyOf(request)));
    const well = await ask(stack, wire, (_, index) => (index === 0 ? eaten : stream(wire, 'answer')));
    expect(textOf(well.parts)).toBe(ANSWER);
    expect(roomOf(well)).toEqual([4_000, 16_000]);
    expect(well.parts.filter((part) => part.type === 'restart')).toEqual([
      { type: 'restart', spent: { inputTokens: 41, outputTokens: 12, ...wire.billed } },
    ]);
    const again = await ask(stack, wire, eaten);
    expect(outcome(again)).toEqual(fault('provider.thinking', 2));
    const small = await ask(stack, wire, (_, index) =>
      index === 0 ? eaten : { status: 400, body: '{"error":{"message":"max_tokens is too large"}}' },
    );
    expect(outcome(small)).toEqual(fault('provider.thinking', 2));
  });

  it.each(['filtered', 'refusal'] as const)(
    'tells a %s answer from a failure, and does not ask again',
    async (name) => {
      expect(outcome(await ask(stack, wire, stream(wire, name)))).toEqual(fault('provider.filtered', 1));
    },
  );

  it('asks again after a chunk that is not JSON', async () => {
    expect(outcome(await ask(stack, wire, stream(wire, 'malformed')))).toEqual(fault('provider.malformed', 3));
  });

  it('asks again after an error event inside the stream', async () => {
    expect(outcome(await ask(stack, wire, stream(wire, 'error-event')))).toEqual(
      fault('provider.overloaded', HELD_OUT),
    );
  });

  it('ends at once when aborted in mid-stream, with the reason, and hangs up', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the master');
    const result = await ask(
      stack,
      wire,
      { body: beginning(wire), ending: 'hang' },
      {
        signal: controller.signal,
        onPart: (part) => part.type === 'text' && controller.abort(reason),
      },
    );
    expect(result.error).toBe(reason);
    expect(result.server.requests).toHaveLength(1);
    await expect.poll(() => result.server.abandoned()).toBe(1);
  });
});

describe('sources', () => {
  const wireOf = (name: string) => STREAMING.find((wire) => wire.name === name)!;

  it('of Perplexity come in the order to which [1], [2] in the text point, once each, with titles, if a browser may open them', async () => {
    const { parts } = await ask(stack, wireOf('perplexity'), stream(wireOf('perplexity'), 'answer'));
    expect(parts.filter((part) => part.type === 'source')).toEqual([
      { type: 'source', url: 'https://example.org/maintenance', title: '트럭 정비 안내' },
      { type: 'source', url: 'https://example.com/trucks?id=7', title: 'Truck care' },
    ]);
  });

  it('that come in the last chunk alone are not lost, nor words that no delta brought', async () => {
    const wire = wireOf('perplexity');
    const body = fixture(wire, 'answer.sse')
      .split(/(?<=\n\r?\n)/)
      .filter((event) => /response\.(?:created|completed)/.test(event))
      .join('');
    const { parts } = await ask(stack, wire, { body });
    expect(textOf(parts)).toBe(ANSWER);
    expect(parts.filter((part) => part.type === 'source')).toHaveLength(2);
  });

  it('of others come as their SDK passes them on', async () => {
    const { parts } = await ask(stack, wireOf('google'), { body: fixture(wireOf('google'), 'sources.sse') });
    expect(parts.filter((part) => part.type === 'source')).toEqual([
      { type: 'source', url: 'https://example.org/a', title: 'example.org' },
    ]);
  });
});
