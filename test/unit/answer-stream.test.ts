import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { Account } from '../../bridge/matrix/account.ts';
import { RoomLimiter } from '../../bridge/matrix/room-limiter.ts';
import { AnswerStream } from '../../bridge/matrix/answer-stream.ts';
import { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';

const ROOM = RoomId.parse('!room:house.test');
const SOURCE = EventId.parse(`$${'s'.repeat(43)}`);
const AGENT = UserId.parse('@agent_claude:house.test');
const ENDING = { kind: 'answer', attachedNote: '(file)', fileName: 'claude.md' } as const;
/** Past the first words in the room. */
const BEGUN_MS = 2_000;

const opened: { close(): void; closeAllConnections(): void }[] = [];
afterAll(() => {
  for (const server of opened.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

interface Shown {
  readonly id: string;
  readonly part: number;
  body: string;
  growing: boolean;
}

/** A room that knows transaction ids, edits and redactions. `slow` is awaited before each answer. */
async function openRoom(slow: () => Promise<unknown> = () => Promise.resolve()) {
  const known = new Map<string, string>();
  const shown = new Map<string, Shown>();
  /** How the room looked after each event. */
  const looks: Shown[][] = [];
  const server = createServer((request, response) => {
    void (async () => {
      const path = decodeURIComponent(new URL(request.url ?? '', 'http://x').pathname);
      const sent = await text(request);
      const body = path.includes('/upload') ? {} : JSON.parse(sent);
      await slow();
      const id = known.get(path) ?? `$${String(known.size).padStart(43, '0')}`;
      if (!known.has(path)) take(path, id, body);
      known.set(path, id);
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ event_id: id, content_uri: 'mxc://house.test/file' }));
    })();
  });
  function take(path: string, id: string, body: Record<string, never>): void {
    const redacted = /\/redact\/(\$[^/]+)\//.exec(path)?.[1];
    const content = body['m.new_content'] ?? body;
    const look = {
      part: content['com.chavion']?.['part'] ?? 0,
      body: String(content['body']),
      growing: content['com.chavion']?.['streaming'] === true,
    };
    const target = body['m.relates_to']?.['rel_type'] === 'm.replace' ? String(body['m.relates_to']['event_id']) : id;
    if (redacted !== undefined) shown.delete(redacted);
    else if (path.includes('/send/'))
      shown.set(target, { ...look, id: target, part: shown.get(target)?.part ?? look.part });
    looks.push([...shown.values()].map((one) => ({ ...one })));
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  opened.push(server);
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  const account = new Account({
    homeserverUrl: `http://127.0.0.1:${address.port}`,
    accessToken: 't',
    userId: AGENT,
    ghost: true,
    limiter: new RoomLimiter(),
  });
  const run = (again: boolean, budget = new EditBudget(15)) =>
    new AnswerStream(
      {
        account,
        room: ROOM,
        txn: 'turn',
        chavion: { v: 1, kind: 'answer', source: SOURCE },
        again,
        left: again ? [...shown.keys()].map((id) => EventId.parse(id)) : [],
        shows: () => undefined,
      },
      budget,
    );
  return { run, looks, now: () => [...shown.values()] };
}

const paragraphs = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => `${from + i}번째 단락입니다. ${'가나다라 '.repeat(40)}\n\n`).join('');
const squeezed = (text: string) => text.replace(/\s+/g, ' ').trim();

describe.concurrent('an answer of several messages', () => {
  it('loses nothing that is said while a part is being closed', async () => {
    const room = await openRoom(() => sleep(100));
    const stream = room.run(false);
    stream.push(paragraphs(0, 40));
    const pushing = setInterval(() => stream.push('또 한 마디. '), 20);
    await sleep(BEGUN_MS + 1_500);
    clearInterval(pushing);
    await stream.finish(ENDING);
    expect(room.now().length).toBeGreaterThan(1);
    expect(room.now().map(({ part, growing }) => [part, growing])).toEqual(room.now().map((_, i) => [i, false]));
    expect(
      squeezed(
        room
          .now()
          .map(({ body }) => body)
          .join(' '),
      ),
    ).toBe(squeezed(stream.text));
  });

  it('looks unfinished at every moment before its end', async () => {
    const room = await openRoom();
    const stream = room.run(false);
    stream.push(paragraphs(0, 40));
    await sleep(BEGUN_MS);
    expect(room.now().length).toBeGreaterThan(1);
    await stream.finish(ENDING);
    for (const look of room.looks.slice(0, -1)) expect(look.some(({ growing }) => growing)).toBe(true);
    expect(room.now().some(({ growing }) => growing)).toBe(false);
  });

  it('leaves no message of an earlier run that was longer', async () => {
    const room = await openRoom();
    room.run(false).push(paragraphs(0, 40));
    await sleep(BEGUN_MS);
    expect(room.now().length).toBeGreaterThan(1);
    const second = room.run(true);
    second.push('짧은 답.');
    await second.finish(ENDING);
    expect(room.now().map(({ part, body, growing }) => [part, body, growing])).toEqual([[0, '짧은 답.', false]]);
  });

  it('begins anew in its first message when the provider does', async () => {
    const room = await openRoom();
    const stream = room.run(false);
    stream.push(paragraphs(0, 40));
    await sleep(BEGUN_MS);
    stream.restart();
    stream.push('다시 한 답.');
    await stream.finish(ENDING);
    expect(room.now().map(({ part, body, growing }) => [part, body, growing])).toEqual([[0, '다시 한 답.', false]]);
  });
});

it.concurrent('is whole at the end when two runs were at it, whichever ends last', async () => {
  const room = await openRoom();
  const [first, second] = [room.run(false), room.run(true)];
  first.push('처음 ');
  await sleep(BEGUN_MS);
  first.push('답.');
  second.push('둘째 ');
  await first.finish(ENDING);
  await sleep(BEGUN_MS);
  second.push('답, 더 긴 말로.');
  await sleep(BEGUN_MS);
  expect(room.now().map(({ growing }) => growing)).toEqual([true]);
  await second.finish(ENDING);
  expect(room.now().map(({ body, growing }) => [body, growing])).toEqual([['둘째 답, 더 긴 말로.', false]]);
});

it.concurrent('attaches the file before it says that there is one', async () => {
  const room = await openRoom();
  const stream = room.run(false);
  stream.push(paragraphs(0, 120));
  await stream.finish(ENDING);
  const kinds = room.looks.map((look) =>
    look
      .map(({ body, growing }) => `${body === 'claude.md' ? 'file' : 'words'}${growing ? ' growing' : ''}`)
      .join(', '),
  );
  expect([...new Set(kinds)]).toEqual(['words growing', 'words growing, file', 'words, file']);
});

describe.concurrent('what it opened', () => {
  it('is closed by a stop between progress and the first words', async () => {
    const release = Promise.withResolvers<void>();
    const room = await openRoom(() => release.promise);
    const budget = new EditBudget(15);
    {
      await using stream = room.run(false, budget);
      stream.progress('찾는 중');
      // The first message is on its way, and nobody knows yet that it stands.
      await sleep(BEGUN_MS);
      setTimeout(() => release.resolve(), 100);
      if (await stream.halt()) await stream.finish({ ...ENDING, last: '(멈춤)' });
    }
    expect(room.now().map(({ body, growing }) => [body, growing])).toEqual([['(멈춤)', false]]);
    expect(budget.active).toBe(0);
  });

  it('is given back when nobody ends it', async () => {
    const room = await openRoom();
    const budget = new EditBudget(15);
    {
      await using stream = room.run(false, budget);
      stream.push('반쪽');
      await sleep(BEGUN_MS);
      expect(budget.active).toBe(1);
    }
    const looks = room.looks.length;
    await sleep(BEGUN_MS);
    expect([budget.active, room.looks.length]).toEqual([0, looks]);
  });

  it('is taken out where the provider begins anew while a part is being closed', async () => {
    let hold: Promise<unknown> = Promise.resolve();
    const room = await openRoom(() => hold);
    const stream = room.run(false);
    const release = Promise.withResolvers<void>();
    stream.push(paragraphs(0, 10));
    await sleep(BEGUN_MS);
    hold = release.promise;
    // The part that is to continue is on its way.
    stream.push(paragraphs(10, 40));
    await sleep(BEGUN_MS);
    stream.restart();
    release.resolve();
    await sleep(200);
    stream.push('다시 한 답.');
    await stream.finish(ENDING);
    expect(room.now().map(({ part, body, growing }) => [part, body, growing])).toEqual([[0, '다시 한 답.', false]]);
  });
});
