import { afterEach, describe, expect, it } from 'vitest';
import type { FaultCode } from '../../bridge/protocol/fault.ts';
import type { Deadlines } from '../../bots/providers/watched-fetch.ts';
import { codeOf, everythingIn, HISTORY, PNG, run, SYSTEM, textOf, type Run, type RunOptions } from './provider-run.ts';
import { startProviderServer, type ProviderServer, type Reply, type Responder } from './provider-server.ts';
import { ANSWER, beginning, BEGINNING, bodyOf, failure, FIRST_WORDS, fixture, KEY, longAnswer, stream, WIRES, type Failure, type Json, type Wire } from './provider-wires.ts';

const SHORT: Deadlines = { firstByteMs: 200, idleMs: 200, totalMs: 20_000 };

let server: ProviderServer | undefined;
afterEach(async () => {
  await server?.[Symbol.asyncDispose]();
  server = undefined;
});

async function ask(wire: Wire, respond: Responder | Reply, options: RunOptions = {}): Promise<Run & { server: ProviderServer }> {
  const started = await startProviderServer(typeof respond === 'function' ? respond : () => respond);
  server = started;
  return { ...(await run(wire, started.url, options)), server: started };
}

/** What is to be known of a failure: the code, how often was asked, and what secrets the thrown thing shows. */
function outcome({ error, server }: Run & { server: ProviderServer }) {
  const shown = everythingIn(error);
  return { code: codeOf(error), requests: server.requests.length, leaked: [KEY, SYSTEM, '뭐부터'].filter((secret) => shown.includes(secret)) };
}

const fault = (code: FaultCode, requests: number) => ({ code, requests, leaked: [] });

describe.each(WIRES)('$name', (wire) => {
  it('passes the answer on whole, in order and with its usage', async () => {
    const { parts, error, server } = await ask(wire, { ...stream(wire, 'answer'), pieces: 7 });
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe(ANSWER);
    expect(parts.filter((part) => part.type === 'text').length).toBeGreaterThan(3);
    expect(parts.filter((part) => part.type === 'finish')).toEqual([{ type: 'finish', reason: 'stop', usage: { inputTokens: 41, outputTokens: 12 } }]);
    expect(parts.at(-1)?.type).toBe('finish');
    expect(server.requests).toHaveLength(1);
  });

  it('sends system prompt, history, text files and images in the form of this provider', async () => {
    const { server } = await ask(wire, stream(wire, 'answer'), { agent: { maxOutputTokens: 777 } });
    const [request] = server.requests;
    const body = bodyOf(request);
    expect(request?.method).toBe('POST');
    expect(request?.path).toBe(wire.path);
    expect(wire.system(body)).toBe(SYSTEM);
    expect(wire.texts(body)).toEqual(['[마스터] 이 사진 봐 줘', '보았습니다.', '[마스터] 그럼 오늘 뭐부터 하지?\n\n파일 일정.txt:\n월요일 부산, 화요일 정비']);
    expect(wire.images(body)).toEqual([wire.image(Buffer.from(PNG).toString('base64'))]);
    expect(wire.maxTokens(body)).toBe(777);
  });

  it('leaves images out for a model that does not see', async () => {
    const { server } = await ask(wire, stream(wire, 'answer'), { agent: { sees: false } });
    expect(wire.images(bodyOf(server.requests[0]))).toEqual([]);
  });

  it('never sends two messages of one role in a row', async () => {
    const [first, , last] = HISTORY;
    const { server } = await ask(wire, stream(wire, 'answer'), { messages: [first!, last!] });
    const body = bodyOf(server.requests[0]);
    const messages: Json[] = body.messages ?? body.input ?? body.contents;
    expect(messages.filter((message) => message.role === 'user')).toHaveLength(1);
    expect(String(wire.texts(body))).toMatch(/사진 봐 줘[^]*뭐부터 하지\?\n\n파일/);
  });

  it('carries the key in its one header and nowhere else', async () => {
    const { server } = await ask(wire, stream(wire, 'answer'));
    const { headers, path, body } = server.requests[0]!;
    expect(headers[wire.keyHeader]).toBe(wire.keyValue);
    const others = Object.entries(headers).filter(([name]) => name !== wire.keyHeader);
    expect(JSON.stringify([others, path, body])).not.toContain(KEY);
  });

  it('says when the answer was cut by the limit', async () => {
    const { parts, error, server } = await ask(wire, stream(wire, 'length'));
    expect(error).toBeUndefined();
    expect(textOf(parts)).toBe(BEGINNING);
    expect(parts.at(-1)).toMatchObject({ type: 'finish', reason: 'length' });
    expect(server.requests).toHaveLength(1);
  });

  it('brings five megabytes whole', async () => {
    const piece = '가나다라마바사아자차카타파하 '.repeat(23);
    const times = 5_300;
    const { parts, error } = await ask(wire, { body: longAnswer(wire, times, piece) });
    expect(error).toBeUndefined();
    const text = textOf(parts);
    expect(Buffer.byteLength(text)).toBeGreaterThan(5_000_000);
    expect(text === ANSWER.replace('정비부터 ', `${piece.repeat(times)}정비부터 `)).toBe(true);
    expect(parts.at(-1)?.type).toBe('finish');
  });

  it.each<[Failure, FaultCode, number]>([
    ['401', 'provider.key', 1],
    ['402', 'provider.payment', 1],
    ['403', 'provider.forbidden', 1],
    ['404', 'provider.model', 1],
    ['quota', 'provider.quota', 1],
    ['context', 'provider.context', 1],
    ['429', 'provider.rate', 3],
    ['500', 'provider.overloaded', 3],
    ['503', 'provider.overloaded', 3],
    ['529', 'provider.overloaded', 3],
  ])('meets %s with %s after %i requests', async (name, code, requests) => {
    expect(outcome(await ask(wire, failure(wire, name)))).toEqual(fault(code, requests));
  });

  it('waits as long as retry-after says in seconds, and answers then', async () => {
    const { parts, waits, server } = await ask(wire, (_, index) => (index === 0 ? failure(wire, '429', { 'retry-after': '7' }) : stream(wire, 'answer')));
    expect(textOf(parts)).toBe(ANSWER);
    expect(waits).toEqual([7_000]);
    expect(parts.some((part) => part.type === 'restart')).toBe(false);
    expect(server.requests).toHaveLength(2);
  });

  it('waits until the date that retry-after names', async () => {
    const date = new Date(Date.now() + 40_000).toUTCString();
    const { waits } = await ask(wire, (_, index) => (index === 0 ? failure(wire, '503', { 'retry-after': date }) : stream(wire, 'answer')));
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(25_000);
    expect(waits[0]).toBeLessThanOrEqual(40_000);
  });

  it('does not wait longer than a minute, and keeps what was asked for', async () => {
    const result = await ask(wire, failure(wire, '429', { 'retry-after': '3600' }));
    expect(outcome(result)).toEqual(fault('provider.rate', 1));
    expect(result.error).toMatchObject({ retryAfterMs: 3_600_000 });
    expect(result.waits).toEqual([]);
  });

  it('says that nobody is there when the connection is refused', async () => {
    const gone = await startProviderServer(() => 'drop');
    await gone[Symbol.asyncDispose]();
    const result = await run(wire, gone.url);
    expect(codeOf(result.error)).toBe('provider.unreachable');
    expect(result.waits).toHaveLength(2);
    expect(everythingIn(result.error)).not.toContain(KEY);
  });

  it('refuses a redirect, which would carry the key elsewhere', async () => {
    await using thief = await startProviderServer(() => ({ body: '' }));
    expect(outcome(await ask(wire, { status: 307, headers: { location: `${thief.url}/v1` }, body: '' }))).toEqual(fault('provider.unreachable', 1));
    expect(thief.requests).toEqual([]);
  });

  it('begins anew when the answer is dropped in the middle', async () => {
    const cut: Reply = { body: beginning(wire), ending: 'drop' };
    const { parts, error } = await ask(wire, (_, index) => (index < 2 ? cut : stream(wire, 'answer')));
    expect(error).toBeUndefined();
    expect(parts.filter((part) => part.type === 'restart')).toHaveLength(2);
    expect(textOf(parts)).toBe(ANSWER);
  });

  it('gives up when the answer is dropped every time', async () => {
    expect(outcome(await ask(wire, { body: beginning(wire), ending: 'drop' }))).toEqual(fault('provider.interrupted', 3));
  });

  it('does not take a stream that merely stops for an answer', async () => {
    expect(outcome(await ask(wire, { body: beginning(wire) }))).toEqual(fault('provider.interrupted', 3));
  });

  it('gives up on a server that never begins', async () => {
    const result = await ask(wire, () => 'hang', { deadlines: SHORT });
    expect(outcome(result)).toEqual(fault('provider.timeout', 3));
    await expect.poll(() => result.server.abandoned()).toBe(3);
  });

  it('gives up on a server that falls silent in the middle', async () => {
    const result = await ask(wire, { body: beginning(wire), ending: 'hang' }, { deadlines: SHORT });
    expect(outcome(result)).toEqual(fault('provider.timeout', 3));
    expect(result.parts.some((part) => part.type === 'text')).toBe(true);
  });

  it('ends the whole attempt in time though words keep dripping, and does not ask again', async () => {
    const drip: Reply = { body: longAnswer(wire, 3_000, '가 '), pieces: 64, ending: 'hang' };
    expect(outcome(await ask(wire, drip, { deadlines: { firstByteMs: 5_000, idleMs: 5_000, totalMs: 300 } }))).toEqual(fault('provider.timeout', 1));
  });

  it('does not take nothing for an answer', async () => {
    expect(outcome(await ask(wire, stream(wire, 'empty')))).toEqual(fault('provider.empty', 3));
  });

  it('does not take an empty body for an answer', async () => {
    expect(outcome(await ask(wire, { body: '' }))).toEqual(fault('provider.empty', 3));
  });

  it.each(['filtered', 'refusal'] as const)('tells a %s answer from a failure, and does not ask again', async (name) => {
    expect(outcome(await ask(wire, stream(wire, name)))).toEqual(fault('provider.filtered', 1));
  });

  it('asks again after a chunk that is not JSON', async () => {
    expect(outcome(await ask(wire, stream(wire, 'malformed')))).toEqual(fault('provider.malformed', 3));
    expect(fixture(wire, 'malformed.sse')).toContain(FIRST_WORDS.slice(0, 5));
  });

  it.each(['<html>it works</html>', '{}', 'data: 7\n\n', 'data: {"error":5}\n\n', 'data: null\n\n', '\u0000\ufffd'])('survives %j in place of an answer', async (body) => {
    const { error } = await ask(wire, { body });
    expect(codeOf(error)).toMatch(/^provider\./);
  });

  it('asks again after an error event inside the stream', async () => {
    expect(outcome(await ask(wire, stream(wire, 'error-event')))).toEqual(fault('provider.overloaded', 3));
  });

  it('ends at once when aborted in mid-stream, with the reason, and hangs up', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the master');
    const result = await ask(wire, { body: beginning(wire), ending: 'hang' }, {
      signal: controller.signal,
      onPart: (part) => part.type === 'text' && controller.abort(reason),
    });
    expect(result.error).toBe(reason);
    expect(result.server.requests).toHaveLength(1);
    await expect.poll(() => result.server.abandoned()).toBe(1);
  });

  it('makes no call when aborted before', async () => {
    const reason = new Error('too late');
    const result = await ask(wire, stream(wire, 'answer'), { signal: AbortSignal.abort(reason) });
    expect(result.error).toBe(reason);
    expect(result.server.requests).toEqual([]);
  });
});
