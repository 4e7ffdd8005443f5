import { afterEach, describe, expect, it } from 'vitest';
import { notesInMemory } from '../../bots/models/providers/manus/manus-notes.ts';
import { probe } from '../../bots/models/model-check.ts';
import {
  agentOn,
  ask,
  codeOf,
  fault,
  HELD_OUT,
  outcome,
  providerOn,
  QUICK,
  requestOf,
  SHORT,
  textOf,
  type Asked,
  type RunOptions,
} from './provider-run.ts';
import { startProviderServer, type Received, type Reply, type Responder } from './provider-server.ts';
import { bodyOf, failure, fixture, KEY, MANUS, manusTask, type Json } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const TASK = 'TeBim6FDQf9peS52xHtAyh';
const asked = (respond: Responder | Reply, options?: RunOptions) => ask(stack, MANUS, respond, options);
const posts = ({ server }: Asked, call: string): readonly Received[] =>
  server.requests.filter(({ method, path }) => method === 'POST' && path === `/v2/${call}`);
const sent = (result: Asked, call: string): Json => bodyOf(posts(result, call)[0]);

describe('a task', () => {
  it('is created once with profile and language, and looked at until it stops', async () => {
    const result = await asked(manusTask(['new', 'running', 'planning', 'stopped']));
    expect(sent(result, 'task.create')).toMatchObject({
      agent_profile: 'manus-1.6',
      locale: 'ko',
      share_visibility: 'private',
    });
    expect(posts(result, 'task.create')).toHaveLength(1);
    const looks = result.server.requests.filter(
      ({ method, path }) => method === 'GET' && !path.includes('/task.detail?'),
    );
    expect(looks.length).toBe(5);
    for (const { path } of looks) expect(path).toContain(`/v2/task.listMessages?task_id=${TASK}&order=desc`);
  });

  it('says what it has cost, and of a task that goes on only what came since', async () => {
    const costing = (...credits: readonly number[]): Responder => {
      const told = [...credits];
      const task = manusTask(['new', 'stopped']);
      return (request, index) =>
        request.path.includes('/task.detail?')
          ? { body: JSON.stringify({ ok: true, task: { id: TASK, credit_usage: told.shift() ?? 0 } }) }
          : task(request, index);
    };
    const usage = ({ parts }: Asked) => parts.flatMap((part) => (part.type === 'finish' ? [part.usage?.credits] : []));
    expect(usage(await asked(costing(120)))).toEqual([120]);
    expect(usage(await asked(costing(120, 150), { request: { resume: TASK, question: '네' } }))).toEqual([30]);
    expect(usage(await asked(manusTask(['new', 'stopped'])))).toEqual([undefined]);
  });

  it('shows each step once while it runs, and its files as sources that a browser may open', async () => {
    const { parts } = await asked(manusTask(['new', 'running', 'running', 'planning', 'planning', 'stopped']));
    expect(parts.filter((part) => part.type === 'progress')).toEqual([
      { type: 'progress', text: '작업을 시작합니다' },
      { type: 'progress', text: '(2/3) 정비 순서 정하기' },
    ]);
    expect(parts.filter((part) => part.type === 'source')).toEqual([
      { type: 'source', url: 'https://files.example.com/plan.md', title: '정비 계획.md' },
    ]);
  });

  it('brings an answer of five megabytes from several pages', async () => {
    const long = '가나다라마바사아 '.repeat(35_000);
    const page = (messages: unknown[], more: boolean): Reply => ({
      body: JSON.stringify({ ok: true, messages, has_more: more, ...(more ? { next_cursor: 'c2' } : {}) }),
    });
    const say = (id: string, content: string) => ({
      id,
      type: 'assistant_message',
      timestamp: 1,
      assistant_message: { content },
    });
    const stopped = { id: 's', type: 'status_update', timestamp: 9, status_update: { agent_status: 'stopped' } };
    const { parts, error } = await asked(
      ({ method, path }) => {
        if (method === 'POST') return { body: fixture(MANUS, 'created.json') };
        if (path.includes('cursor=c2')) return page([say('b', `둘째 ${long}`), say('a', `첫째 ${long}`)], false);
        return page([stopped, say('d', `넷째 ${long}`), say('c', `셋째 ${long}`)], true);
      },
      { request: { lang: 'en' } },
    );
    expect(error).toBeUndefined();
    const text = textOf(parts);
    expect(Buffer.byteLength(text)).toBeGreaterThan(3_000_000);
    expect(text === ['첫째', '둘째', '셋째', '넷째'].map((word) => `${word} ${long.trim()}`).join('\n\n')).toBe(true);
  });

  it('goes on looking at the same task when a look fails', async () => {
    const task = manusTask(['running', 'planning', 'stopped']);
    const result = await asked((request, index) =>
      [2, 4].includes(index) ? failure(MANUS, '503') : task(request, index),
    );
    expect(result.error).toBeUndefined();
    expect(textOf(result.parts)).toBe(MANUS.answer);
    expect(posts(result, 'task.create')).toHaveLength(1);
    expect(result.waits).toHaveLength(2);
  });

  it('gives up when every look fails, and creates no second task', async () => {
    const result = await asked(({ method }) =>
      method === 'POST' ? { body: fixture(MANUS, 'created.json') } : failure(MANUS, '500'),
    );
    expect(outcome(result)).toEqual(fault('provider.overloaded', HELD_OUT + 1));
    expect(posts(result, 'task.create')).toHaveLength(1);
  });

  it('gives a new task time to become known', async () => {
    const task = manusTask(['stopped']);
    const result = await asked((request, index) => (index === 1 ? failure(MANUS, '404') : task(request, index)));
    expect(textOf(result.parts)).toBe(MANUS.answer);
  });

  it('says of a task that stays unknown that it has vanished', async () => {
    const result = await asked(({ method }) =>
      method === 'POST' ? { body: fixture(MANUS, 'created.json') } : failure(MANUS, '404'),
    );
    expect(codeOf(result.error)).toBe('provider.vanished');
    expect(result.waits).toEqual([]);
  });

  it.each([
    ['failed', 'provider.failed'],
    ['failed-credit', 'provider.payment'],
    ['silent', 'provider.empty'],
  ] as const)('that ends %s is %s and is not paid for again', async (state, code) => {
    const result = await asked(manusTask(['running', state]));
    expect(codeOf(result.error)).toBe(code);
    expect(posts(result, 'task.create')).toHaveLength(1);
    expect(result.waits).toEqual([]);
  });

  it('is stopped at Manus when the master stops the answer', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the master');
    const result = await asked(manusTask(['running']), {
      signal: controller.signal,
      onPart: () => controller.abort(reason),
    });
    expect(result.error).toBe(reason);
    await expect.poll(() => posts(result, 'task.stop').length).toBe(1);
    expect(sent(result, 'task.stop')).toEqual({ task_id: TASK });
  });

  it('that never ends is given up and stopped at Manus', async () => {
    const result = await asked(manusTask(['running']), { pace: { ...QUICK, taskMs: 60 } });
    expect(codeOf(result.error)).toBe('provider.timeout');
    await expect.poll(() => posts(result, 'task.stop').length).toBe(1);
    expect(posts(result, 'task.create')).toHaveLength(1);
  });

  it.each([
    '{"ok":true,"messages":[7,null,{"id":1},{"id":"x","type":"status_update","status_update":{"agent_status":{}}}]}',
    '{"ok":true}',
    '[]',
    '"',
    'null',
  ])('survives %s in place of its events', async (body) => {
    const result = await asked(
      ({ method }) => (method === 'POST' ? { body: fixture(MANUS, 'created.json') } : { body }),
      { pace: { ...QUICK, taskMs: 60 } },
    );
    expect(codeOf(result.error)).toMatch(/^provider\.(?:malformed|timeout)$/);
  });
});

describe('a task whose creation nobody has heard the end of', () => {
  /** Manus as it is: what was created is listed, from the n-th look at the list on. */
  const manusThat = (
    creates: (index: number) => Reply | 'hang' | 'drop',
    listedAfter = 0,
    follow: Responder = manusTask(['running', 'stopped']),
  ): Responder => {
    const tasks: { id: string; title: string }[] = [];
    let looks = 0;
    let created = 0;
    return (request, index) => {
      if (request.path.startsWith('/v2/task.list?')) {
        const data = looks++ < listedAfter ? [] : [null, { id: 'other', title: '' }, ...tasks];
        return { body: JSON.stringify({ ok: true, data, has_more: false }) };
      }
      if (request.path !== '/v2/task.create') return follow(request, index);
      tasks.unshift({ id: TASK, title: JSON.parse(request.body).title });
      return creates(created++);
    };
  };
  const well: Reply = { body: fixture(MANUS, 'created.json') };
  const cut: Reply = { body: fixture(MANUS, 'created.json').slice(0, 60), ending: 'drop' };

  it.each<[string, () => Reply | 'hang' | 'drop', number]>([
    ['is cut', () => cut, 0],
    ['is cut, and listed later', () => cut, 2],
    ['breaks before its headers', () => 'drop', 0],
    ['hangs', () => 'hang', 0],
    ['ends in an error of the gateway', () => failure(MANUS, '503'), 0],
  ])('is found again and gone on with, never begun twice: its answer %s', async (_what, creates, later) => {
    const result = await asked(manusThat(creates, later), {
      deadlines: { ...SHORT, firstByteMs: 100 },
      pace: { ...QUICK, unknownMs: 6_000 },
    });
    expect(textOf(result.parts)).toBe(MANUS.answer);
    expect(posts(result, 'task.create')).toHaveLength(1);
  });

  it('is begun anew only where Manus lists none, or has turned it away', async () => {
    const never = await asked(manusThat((index) => (index === 0 ? cut : well), 1_000));
    expect(textOf(never.parts)).toBe(MANUS.answer);
    expect(posts(never, 'task.create')).toHaveLength(2);
    const busy = await asked(manusThat((index) => (index === 0 ? failure(MANUS, '429') : well)));
    expect(textOf(busy.parts)).toBe(MANUS.answer);
    expect(posts(busy, 'task.create')).toHaveLength(2);
    expect(busy.server.requests.some(({ path }) => path.startsWith('/v2/task.list?'))).toBe(false);
  });

  it('is the same one for the same turn in another process', async () => {
    const notes = notesInMemory();
    const server = stack.use(await startProviderServer(manusThat(() => well, 0, manusTask(['running']))));
    const controller = new AbortController();
    const dead = providerOn(MANUS, server.url, { notes });
    const request = requestOf(agentOn(MANUS, server.url));
    // The first process is gone after its first look: nothing of it goes on.
    for await (const part of dead.stream(request, controller.signal)) if (part.type === 'progress') break;
    const notesOfDead = await notes.of(request.turn);
    expect(notesOfDead).toMatchObject({ id: TASK });
    const next = await asked(
      manusThat(() => well),
      { notes },
    );
    expect(textOf(next.parts)).toBe(MANUS.answer);
    expect(posts(next, 'task.create')).toEqual([]);
    expect(server.requests.filter(({ path }) => path === '/v2/task.create')).toHaveLength(1);
    expect(server.requests.some(({ path }) => path === '/v2/task.stop')).toBe(false);
  });

  it('is stopped at Manus though the process that had begun it is gone', async () => {
    const notes = notesInMemory();
    const server = stack.use(await startProviderServer(manusThat(() => well, 0, manusTask(['running']))));
    const request = requestOf(agentOn(MANUS, server.url));
    for await (const part of providerOn(MANUS, server.url, { notes }).stream(request, new AbortController().signal))
      if (part.type === 'progress') break;
    const next = providerOn(MANUS, server.url, { notes });
    await next.abandon?.(request);
    await next.abandon?.(request);
    expect(server.requests.filter(({ path }) => path === '/v2/task.stop').map(({ body }) => JSON.parse(body))).toEqual([
      { task_id: TASK },
    ]);
    expect(await notes.of(request.turn)).toBeNull();
  });

  it('is stopped at Manus when the master stops the answer meanwhile', async () => {
    const controller = new AbortController();
    const reason = new Error('stopped by the master');
    const result = await asked(
      manusThat(() => (setTimeout(() => controller.abort(reason), 20), 'hang')),
      { signal: controller.signal },
    );
    expect(result.error).toBe(reason);
    await expect.poll(() => posts(result, 'task.stop').length).toBe(1);
    expect(sent(result, 'task.stop')).toEqual({ task_id: TASK });
  });

  it('a consent goes out once, whatever is killed after it', async () => {
    const notes = notesInMemory();
    await notes.put('$question.gabriel', { at: 0, id: TASK, since: 'evt_2' });
    const result = await asked(manusTask(['stopped']), { notes, request: { resume: TASK, question: '네' } });
    expect(posts(result, 'task.confirmAction')).toEqual([]);
    expect(posts(result, 'task.sendMessage')).toEqual([]);
    expect(result.error).toBeUndefined();
  });
});

it('a task that was deleted before the reply to it has vanished', async () => {
  const result = await asked(failure(MANUS, '404'), { request: { resume: TASK, question: '네' } });
  expect(codeOf(result.error)).toBe('provider.vanished');
});

it('is probed without a task, which would cost', async () => {
  const server = stack.use(
    await startProviderServer(({ headers }) =>
      headers['x-manus-api-key'] === KEY ? { body: '{"ok":true,"tasks":[]}' } : failure(MANUS, '401'),
    ),
  );
  const signal = new AbortController().signal;
  const agent = agentOn(MANUS, server.url);
  expect(await probe(providerOn(MANUS, server.url), agent, signal)).toMatchObject({ ok: true });
  expect(
    await probe(
      providerOn({ ...MANUS, settings: (url) => ({ ...MANUS.settings(url), MANUS_API_KEY: 'wrong' }) }, server.url),
      agent,
      signal,
    ),
  ).toMatchObject({ ok: false, code: 'provider.key' });
  expect(server.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
    'GET /v2/task.list?limit=1',
    'GET /v2/task.list?limit=1',
  ]);
});

describe('a task that waits for the master', () => {
  const waitingThen = (state: string): Responder => {
    let replied = false;
    let stale = 1;
    const before = manusTask([state]);
    const after: Responder = () => {
      const events: Json = JSON.parse(fixture(MANUS, 'stopped.json'));
      const old: Json = JSON.parse(fixture(MANUS, `${state}.json`));
      const fresh = events.messages.slice(0, 3).map((event: Json) => ({ ...event, id: `new_${event.id}` }));
      return { body: JSON.stringify({ ...events, messages: [...fresh, ...old.messages] }) };
    };
    return (request, index) => {
      // The first look after the reply still shows the old state.
      if (request.method === 'GET') return (replied && stale-- <= 0 ? after : before)(request, index);
      replied ||= request.path !== '/v2/task.create';
      return before(request, index);
    };
  };
  const replying = (state: string, reply: string) =>
    asked(waitingThen(state), { request: { resume: TASK, question: reply } });

  it.each([
    ['asking', '어느 정비소로 예약할까요?'],
    ['confirming', 'Send email to garage@example.com'],
    ['credit', 'This task may use many credits'],
    ['secret', `https://manus.im/app/${TASK}`],
  ])('ends the answer with the question: %s', async (state, words) => {
    const result = await asked(manusTask(['running', state]));
    expect(result.error).toBeUndefined();
    expect(textOf(result.parts)).toContain(words);
    expect(result.parts.at(-1)).toEqual({ type: 'finish', reason: 'stop', resume: TASK });
    expect(posts(result, 'task.confirmAction')).toEqual([]);
  });

  it('gets the reply to its question as a message, and tells only what came after it', async () => {
    const result = await replying('asking', '단골 정비소로');
    expect(sent(result, 'task.sendMessage')).toEqual({
      task_id: TASK,
      message: { content: [{ type: 'text', text: '단골 정비소로' }] },
    });
    expect(posts(result, 'task.create')).toEqual([]);
    expect(textOf(result.parts)).toBe(MANUS.answer);
  });

  it.each([
    ['confirming', '네', 'evt_act1', { accept: true }],
    ['confirming', '아니요', 'evt_act1', { accept: false }],
    ['credit', '마누스야, 진행해!', 'evt_act2', { action: 'accept' }],
    ['credit', 'no', 'evt_act2', { action: 'reject' }],
  ])('gets yes and no in the form that it asks for: %s %s', async (state, reply, event, input) => {
    const result = await replying(state, reply);
    expect(sent(result, 'task.confirmAction')).toEqual({ task_id: TASK, event_id: event, input });
    expect(textOf(result.parts)).toBe(MANUS.answer);
  });

  it.each(['네, 그런데 누구한테 보내는 거야?', '글쎄', 'yes if it is cheap', '네네치킨 시켜줘', '아니 그게 아니라'])(
    'does not take %j for a yes or a no, and asks again',
    async (reply) => {
      const result = await replying('confirming', reply);
      expect(posts(result, 'task.confirmAction')).toEqual([]);
      expect(posts(result, 'task.sendMessage')).toEqual([]);
      expect(textOf(result.parts)).toContain('Send email to garage@example.com');
      expect(result.parts.at(-1)).toMatchObject({ type: 'finish', resume: TASK });
    },
  );

  it('never carries a secret through the room', async () => {
    const result = await replying('secret', '네');
    expect(result.server.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    expect(textOf(result.parts)).toContain(`https://manus.im/app/${TASK}`);
  });
});
