import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { FaultCode } from '../../bridge/protocol/fault.ts';
import { ModelName } from '../../bridge/protocol/roster.ts';
import {
  ask,
  codeOf,
  everythingIn,
  fault,
  HELD_OUT,
  outcome,
  PNG,
  run,
  SHORT,
  SYSTEM,
  textOf,
} from './provider-run.ts';
import { startProviderServer } from './provider-server.ts';
import { answering, beginning, bodyOf, failure, KEY, WIRES, type Failure, type Json } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
let printed: unknown[] = [];
beforeEach(() => {
  const print = (...words: unknown[]) => {
    printed.push(words);
  };
  vi.spyOn(console, 'error').mockImplementation(print);
  vi.spyOn(console, 'warn').mockImplementation(print);
  vi.spyOn(process, 'emitWarning').mockImplementation(print);
});
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
  vi.restoreAllMocks();
  // An SDK that prints its errors prints the prompt.
  const words = printed.splice(0);
  if (words.length > 0) throw new Error('something was printed', { cause: words });
});

/** What holds of every provider, whatever its wire looks like. */
describe.each(WIRES)('$name', (wire) => {
  // A server at home may still be at work on the first question.
  const hangs = wire.endpoint === undefined ? 2 : 1;

  it('passes the answer on whole, in order, and ends with one finish', async () => {
    const { parts, error } = await ask(stack, wire, answering(wire));
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe(wire.answer);
    expect(parts.filter((part) => part.type === 'finish')).toHaveLength(1);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'stop' });
  });

  it('sends system prompt, history, text files and images in the form of this provider', async () => {
    const { server } = await ask(stack, wire, answering(wire));
    const [request] = server.requests;
    const body = bodyOf(request);
    expect(request?.method).toBe('POST');
    expect(request?.path).toBe(wire.path);
    expect(wire.system(body)).toBe(SYSTEM);
    expect(wire.texts(body).join('\n')).toMatch(
      /이 사진 봐 줘\n[^]*보았습니다\.\n[^]*뭐부터 하지\?\n\n파일 일정\.txt:\n월요일 부산, 화요일 정비/,
    );
    expect(wire.images(body)).toEqual([wire.image(Buffer.from(PNG).toString('base64'))]);
  });

  it('asks as warm and as deep as the roster says, without a word about what the model ignores', async () => {
    const asked = async (agent: object): Promise<Json> => {
      const { error, server } = await ask(stack, wire, answering(wire), { agent });
      expect(error).toBeUndefined();
      return bodyOf(server.requests[0]);
    };
    const [plain, warm, deep, both] = [
      await asked({}),
      await asked({ temperature: 0.25 }),
      await asked({ reasoningEffort: 'high' }),
      await asked({ temperature: 0.25, reasoningEffort: 'high' }),
    ];
    expect([wire.temperature?.(plain), wire.temperature?.(warm)]).toEqual([
      undefined,
      wire.temperature === undefined ? undefined : 0.25,
    ]);
    expect([wire.effort?.(plain), wire.effort?.(deep), wire.effort?.(both)]).toEqual(
      wire.effort === undefined ? [undefined, undefined, undefined] : [undefined, 'high', 'high'],
    );
  });

  it('leaves images out for a model that does not see', async () => {
    const { server } = await ask(stack, wire, answering(wire), { agent: { sees: false } });
    expect(wire.images(bodyOf(server.requests[0]))).toEqual([]);
  });

  it('carries the key in its one header and nowhere else', async () => {
    const { server } = await ask(stack, wire, answering(wire));
    const { headers, path, body } = server.requests[0]!;
    expect(headers[wire.keyHeader]).toBe(wire.keyValue);
    const others = Object.entries(headers).filter(([name]) => name !== wire.keyHeader);
    expect(JSON.stringify([others, path, body])).not.toContain(KEY);
  });

  it.each<[Failure, FaultCode, number]>([
    ['401', 'provider.key', 1],
    ['402', 'provider.payment', 1],
    ['403', 'provider.forbidden', 1],
    ['404', 'provider.model', 1],
    ['quota', 'provider.quota', 1],
    ['context', 'provider.context', 1],
    ['429', 'provider.rate', 3],
    ['500', 'provider.overloaded', HELD_OUT],
    ['503', 'provider.overloaded', HELD_OUT],
    ['529', 'provider.overloaded', HELD_OUT],
  ])('meets %s with %s after %i requests', async (name, code, requests) => {
    expect(outcome(await ask(stack, wire, failure(wire, name)))).toEqual(fault(code, requests));
  });

  it('waits as long as retry-after says in seconds, and answers then', async () => {
    const well = answering(wire);
    const { parts, waits, server } = await ask(stack, wire, (request, index) =>
      index === 0 ? failure(wire, '429', { 'retry-after': '7' }) : well(request, index),
    );
    expect(textOf(parts)).toBe(wire.answer);
    expect(waits).toEqual([7_000]);
    expect(parts.some((part) => part.type === 'restart')).toBe(false);
    expect(server.requests.filter(({ method }) => method === 'POST')).toHaveLength(2);
  });

  it('waits until the date that retry-after names', async () => {
    const date = new Date(Date.now() + 40_000).toUTCString();
    const well = answering(wire);
    const { waits } = await ask(stack, wire, (request, index) =>
      index === 0 ? failure(wire, '503', { 'retry-after': date }) : well(request, index),
    );
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(25_000);
    expect(waits[0]).toBeLessThanOrEqual(40_000);
  });

  it('does not wait longer than a minute, and keeps what was asked for', async () => {
    const result = await ask(stack, wire, failure(wire, '429', { 'retry-after': '3600' }));
    expect(outcome(result)).toEqual(fault('provider.rate', 1));
    expect(result.error).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(result.waits).toEqual([]);
  });

  it('says that nobody is there when the connection is refused', async () => {
    const gone = await startProviderServer(() => 'drop');
    await gone[Symbol.asyncDispose]();
    const result = await run(wire, gone.url);
    expect(codeOf(result.error)).toBe('provider.unreachable');
    expect(result.waits).toHaveLength(HELD_OUT - 1);
    expect(result.error).toMatchObject({ tries: { count: HELD_OUT, ms: 30_000 } });
    expect(everythingIn(result.error)).not.toContain(KEY);
  });

  it('refuses a redirect, which would carry the key elsewhere', async () => {
    await using thief = await startProviderServer(() => ({ body: '' }));
    expect(
      outcome(await ask(stack, wire, { status: 307, headers: { location: `${thief.url}/v1` }, body: '' })),
    ).toEqual(fault('provider.unreachable', 1));
    expect(thief.requests).toEqual([]);
  });

  it('outlasts a bad minute, and says so after some seconds, once', async () => {
    const well = answering(wire);
    const { parts, waits } = await ask(stack, wire, (request, index) =>
      index < 6 ? failure(wire, '503') : well(request, index - 6),
    );
    expect(textOf(parts)).toBe(wire.answer);
    expect(waits).toEqual([500, 1_000, 2_000, 4_000, 4_000, 4_000]);
    const held = parts.filter((part) => part.type === 'progress' && part.text.startsWith('⏳'));
    expect(held).toEqual([{ type: 'progress', text: expect.stringContaining('앞으로 27초까지') }]);
  });

  it('is asked three times at most where somebody waits at a terminal', async () => {
    const result = await ask(stack, wire, failure(wire, '503'), { request: { hurried: true } });
    expect(outcome(result)).toEqual(fault('provider.overloaded', 3));
  });

  it('gives up when the answer is dropped every time', async () => {
    expect(outcome(await ask(stack, wire, { body: beginning(wire), ending: 'drop' }))).toEqual(
      fault('provider.interrupted', 3),
    );
  });

  it('gives up on a server that falls silent in the middle', async () => {
    const result = await ask(stack, wire, { body: beginning(wire), ending: 'hang' }, { deadlines: SHORT });
    expect(outcome(result)).toEqual(fault('provider.timeout', hangs));
    await expect.poll(() => result.server.abandoned()).toBe(hangs);
  });

  it('gives up on a server that never begins', async () => {
    const result = await ask(stack, wire, () => 'hang', { deadlines: SHORT });
    expect(outcome(result)).toEqual(fault('provider.timeout', hangs));
    await expect.poll(() => result.server.abandoned()).toBe(hangs);
  });

  it.each(['<html>it works</html>', '{}', 'data: 7\n\n', 'data: {"error":5}\n\n', 'data: null\n\n', '\u0000\ufffd'])(
    'survives %j in place of an answer',
    async (body) => {
      const { error } = await ask(stack, wire, { body });
      expect(codeOf(error)).toMatch(/^provider\./);
    },
  );

  it('ends at once when aborted before the first byte, and hangs up', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the master');
    const result = await ask(stack, wire, () => (setTimeout(() => controller.abort(reason), 20), 'hang'), {
      signal: controller.signal,
    });
    expect(result.error).toBe(reason);
    expect(result.server.requests).toHaveLength(1);
    await expect.poll(() => result.server.abandoned()).toBe(1);
  });

  it('makes no call when aborted before', async () => {
    const reason = new Error('too late');
    const result = await ask(stack, wire, answering(wire), { signal: AbortSignal.abort(reason) });
    expect(result.error).toBe(reason);
    expect(result.server.requests).toEqual([]);
  });
});

it.each([
  ['openai', 'openai/gpt-4.1'],
  ['anthropic', 'anthropic/claude-sonnet-4-0'],
] as const)('a model of %s that takes a temperature gets it', async (name, model) => {
  const wire = WIRES.find((one) => one.name === name)!;
  const { server } = await ask(stack, wire, answering(wire), {
    agent: { model: ModelName.parse(model), temperature: 0.25 },
  });
  expect(bodyOf(server.requests[0]).temperature).toBe(0.25);
});
