import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoom } from '../house/matrix.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';

const FOUR = ['gabriel', 'jarvis', 'claude', 'manus'];
const AGENTS = join(import.meta.dirname, '..', 'house', 'agents');

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ keys: false, roster: rosterOf(...FOUR) });
});
afterAll(() => scene[Symbol.asyncDispose]());

const api = (): string => scene.house.ready.api!;

/** As anybody would call it. */
async function curl(key: string, path: string, body?: unknown): Promise<Json> {
  const args = [
    '-sS',
    '-H',
    `Authorization: Bearer ${key}`,
    ...(body === undefined ? [] : ['-H', 'Content-Type: application/json', '-d', JSON.stringify(body)]),
    `${api()}${path}`,
  ];
  return JSON.parse((await promisify(execFile)('curl', args)).stdout);
}

/** The private room with the coordinator, which the master enters when asked. */
async function keyRoom(): Promise<string> {
  const { body }: Json = await scene.master.call(
    'GET',
    '/_matrix/client/v3/sync?filter={"room":{"timeline":{"limit":1}}}',
  );
  for (const room of Object.keys(body.rooms?.invite ?? {})) await scene.master.call('POST', inRoom(room, 'join'), {});
  const { body: direct }: Json = await scene.master.call('GET', '/_matrix/client/v3/joined_rooms');
  const { rooms, space } = scene.house.ready;
  for (const room of direct.joined_rooms) if (![...Object.values(rooms), space].includes(room)) return room;
  throw new Error('no private room');
}

const messagesIn = async (room: string): Promise<Json[]> => {
  const { body }: Json = await scene.master.call('GET', inRoom(room, 'messages?dir=b&limit=50'));
  return body.chunk.filter((event: Json) => event.type === 'm.room.message');
};

/** `!agent add`, and the key out of the private room. */
async function added(words: string): Promise<{ key: string; room: string }> {
  const { master, hq } = scene;
  const order = await master.say(hq, words);
  await master.noticed(hq, order);
  const room = await keyRoom();
  const [letter] = await messagesIn(room);
  const key = /chv_[A-Za-z0-9_-]{55}/.exec(letter.content.body ?? '')?.[0];
  if (key === undefined) throw new Error('no key in the letter');
  return { key, room };
}

/** The first letter of that kind that comes. */
async function heard(key: string, type: string, since?: string): Promise<Json> {
  for (let after = since; ;) {
    const { messages, next } = await curl(key, `/api/messages?wait=20${after === undefined ? '' : `&since=${after}`}`);
    const found = messages.find((letter: Json) => letter.type === type);
    if (found !== undefined) return found;
    after = next ?? after;
  }
}

describe('an agent that lives elsewhere', () => {
  it('is let in by a master, who alone has its key, until it checks in', async () => {
    const { master, hq } = scene;
    const { key, room } = await added('!초대 스카우트 scout');
    const { body }: Json = await master.call('GET', inRoom(room, 'joined_members'));
    expect(Object.keys(body.joined).toSorted()).toEqual([scene.agent('coordinator'), master.userId].toSorted());
    expect(master.print(hq)).not.toContain(key);
    expect(await scene.redisContents()).not.toContain(key.slice(16));
    expect(await scene.house.logs()).not.toContain(key.slice(16));

    expect(await curl(key, '/api/agent/scout/checkin', {})).toMatchObject({ agent: 'scout', name: '스카우트' });
    expect(JSON.stringify(await messagesIn(room))).not.toContain(key);
    const table = await master.noticed(hq, await master.say(hq, '!에이전트'));
    expect(table.body).toMatch(/- \*\*스카우트\*\* · 밖에서 접속 중[^\n]*\n {2}outside$/m);
    expect(master.print(scene.ops)).not.toContain(key);
  });

  it('speaks from its own account, calls others, and is called by name', async () => {
    const { master, hq } = scene;
    const { key } = await added('!초대 새열쇠 scout');
    const said = await curl(key, '/api/messages', {
      receiver: 'all',
      type: 'chat',
      content: '안녕하세요, **밖에서** 왔습니다.',
    });
    const shown = await master.until('its words', hq, () => master.shown(hq).find(({ id }) => id === said.event));
    expect(shown).toMatchObject({ who: 'scout', body: '안녕하세요, **밖에서** 왔습니다.' });
    await scene.settled();
    expect(master.answers(hq, said.event)).toEqual([]);

    const called = await curl(key, '/api/messages', { receiver: '클로드', content: '어떻게 생각해요?' });
    expect(called.called).toEqual(['claude']);
    expect((await master.answered(hq, called.event)).map(({ who }) => who)).toEqual(['claude']);

    const question = await master.say(hq, '스카우트야, 들려?');
    const ask = await heard(key, 'ask');
    expect(ask).toMatchObject({ from: 'master', content: '스카우트야, 들려?' });
    expect(
      await curl(key, '/api/messages', {
        receiver: 'master',
        content: '들립니다. @자비스 도와주세요.',
        inReplyTo: ask.ask,
      }),
    ).toMatchObject({ answer: 'taken', event: null });
    const [answer] = await master.answered(hq, question);
    expect(answer).toMatchObject({ who: 'scout', body: '들립니다. @자비스 도와주세요.' });
    expect((await master.answered(hq, answer!.id)).map(({ who }) => who)).toEqual(['jarvis']);
    expect(await curl(key, '/api/messages', { receiver: 'master', content: '또', inReplyTo: ask.ask })).toMatchObject({
      answer: 'late',
    });
  });

  it('hears what came of what it asked, and loses no answer of its own to something said meanwhile', async () => {
    const { master, hq } = scene;
    const { key } = await added('!초대 새열쇠 scout');
    const { next } = await curl(key, '/api/messages?limit=100');
    const called = await curl(key, '/api/messages', { receiver: '클로드', content: '창고 열쇠는 어디 있나요?' });
    const [spoken] = await master.answered(hq, called.event);
    expect(await heard(key, 'answer', next)).toMatchObject({
      from: 'claude',
      inReplyTo: called.event,
      event: spoken?.id,
      content: spoken?.body,
    });

    const question = await master.say(hq, '스카우트야, 몇 시야?');
    // The ask lies in its inbox, and it has not looked.
    await scene.until(async () => (await scene.redis.zcard('chavion:swarm:door:open:scout')) === 1);
    const unread = await curl(key, '/api/messages', { receiver: 'all', content: '잠깐 다른 이야기' });
    expect(unread).toMatchObject({ answer: null, event: expect.any(String) as string });
    const { ask } = await heard(key, 'ask', next);
    const guessed = await curl(key, '/api/messages', { receiver: 'all', content: '찾아보는 중입니다' });
    expect(guessed).toMatchObject({ answer: 'taken' });
    await master.answered(hq, question);
    const truly = await curl(key, '/api/messages', { receiver: 'master', content: '세 시입니다', inReplyTo: ask });
    expect(truly).toMatchObject({ answer: 'taken', event: expect.any(String) as string });
    await master.until('the true answer', hq, () =>
      master.shown(hq).find(({ id, body }) => id === truly.event && body.includes('세 시입니다')),
    );
    expect(
      await curl(key, '/api/messages', { receiver: 'master', content: '세 시입니다', inReplyTo: ask }),
    ).toMatchObject({ answer: 'taken', event: null });
    expect(await curl(key, '/api/messages', { receiver: 'master', content: 'x', inReplyTo: '$nothing' })).toMatchObject(
      { code: 'ask.unknown' },
    );
  });

  it('ends with the others where two would call each other for ever', async () => {
    const [one, two] = [await added('!초대 하나 one'), await added('!초대 둘 two')];
    await Promise.all([curl(one.key, '/api/agent/one/checkin', {}), curl(two.key, '/api/agent/two/checkin', {})]);
    const sides = [
      { key: one.key, other: '둘' },
      { key: two.key, other: '하나' },
    ] as const;
    const bounds: (string | null)[] = [];
    let since = ['', ''];
    for (let turn = 0; bounds.at(-1) !== 'depth' && turn < 10; turn += 1) {
      const me = turn % 2 === 0 ? 0 : 1;
      // Each calls the other with a new message, never with an answer: nothing else would hold them.
      bounds.push(
        (
          await curl(sides[me].key, '/api/messages', {
            receiver: sides[me].other,
            type: 'report',
            content: `네 차례 ${turn}`,
          })
        ).bound,
      );
      if (bounds.at(-1) === 'depth') break;
      const { messages, next } = await curl(
        sides[1 - me]!.key,
        `/api/messages?wait=20${since[1 - me] === '' ? '' : `&since=${since[1 - me]}`}`,
      );
      expect(messages.at(-1)).toMatchObject({
        type: 'ask',
        content: expect.stringContaining(`네 차례 ${turn}`) as string,
      });
      since = me === 0 ? [since[0]!, next] : [next, since[1]!];
    }
    expect(bounds).toEqual([null, null, null, null, 'depth']);
    for (const name of ['one', 'two'])
      await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, `!agent remove ${name}`));
  });

  it('loses a key that it pastes into the room, and gets no say with one taken back', async () => {
    const { master, hq } = scene;
    const { key, room } = await added('!agent rotate scout');
    const pasted = await master.say(hq, `가브리엘, 열쇠는 ${key} 이야`);
    await master.noticed(hq, pasted);
    await scene.until(() => !master.shown(hq).some(({ id }) => id === pasted));
    await curl(key, '/api/messages', { receiver: 'all', content: `제 열쇠는 ${key}` });
    await scene.settled();
    expect(master.print(hq)).not.toContain(key);
    expect(await curl((await added('!초대 새열쇠 scout')).key, '/api/status')).toMatchObject({ you: 'scout' });
    expect(await curl(key, '/api/status')).toMatchObject({ code: 'auth.wrong' });
    expect(JSON.stringify(await messagesIn(room))).not.toContain(key);
    await master.noticed(hq, await master.say(hq, '!초대 삭제 스카우트'));
    const { body }: Json = await master.call('GET', inRoom(hq, 'joined_members'));
    expect(body.joined).not.toHaveProperty(scene.agent('scout'));
  });

  it('finds what called it, and what was said to all, while it was away', async () => {
    const { master, hq } = scene;
    const { key } = await added('!초대 잠꾸러기 sleeper');
    const notice = await master.noticed(hq, await master.say(hq, '잠꾸러기야 일어나면 봐'));
    expect(notice.body).toContain('우편함');
    const greeting = await master.say(hq, '얘들아 내일은 쉬자');
    await master.answered(hq, greeting, 4);
    expect((await curl(key, '/api/messages')).messages).toMatchObject([
      { type: 'chat', from: 'master', content: '잠꾸러기야 일어나면 봐' },
      { type: 'chat', from: 'master', content: '얘들아 내일은 쉬자' },
    ]);
    await master.noticed(hq, await master.say(hq, '!agent remove sleeper'));
  });
});

describe('two agents that are shell scripts with curl', () => {
  it('take a task through claim, command, report and complete beside four that rehearse, across a restart', async () => {
    const { master, hq } = scene;
    const [poster, worker] = [await added('!초대 의뢰인 poster'), await added('!초대 일꾼 worker')];
    const run = (name: string, key: string) =>
      spawn(join(AGENTS, `${name}.sh`), {
        env: { ...process.env, URL: api(), KEY: key, NAME: name },
        stdio: ['ignore', 'inherit', 'inherit'],
      });
    const scripts = [run('worker', worker.key), run('poster', poster.key)];

    const request = await master.until('the executor’s question', hq, () =>
      master.shown(hq).find(({ who, body }) => who === 'executor' && body.includes('echo apple > a.txt')),
    );
    expect(request.body).toContain('✋');
    // The house goes on where it was: keys, the claim and the job are there.
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    await master.react(hq, request.id, '✅');
    const done = await master.until('the end', hq, () =>
      master.shown(hq).find(({ who, body }) => who === 'worker' && body.startsWith('✅')),
    );
    expect(done.body).toContain('apple 하나');
    const last = await master.until('the poster’s word', hq, () =>
      master.shown(hq).find(({ who, body }) => who === 'poster' && body.includes('결과를 받았습니다')),
    );
    expect(last.body).toContain('apple 하나');
    const line = master
      .shown(hq)
      .filter(({ who }) => who === 'worker')
      .map(({ body }) => body.slice(0, 1));
    expect(line).toEqual(['✋', '🖐'.slice(0, 1), '📝'.slice(0, 1), '✅']);

    const greeting = await master.say(hq, '얘들아 안녕');
    expect((await master.answered(hq, greeting, 6)).map(({ who }) => who).toSorted()).toEqual(
      [...FOUR, 'poster', 'worker'].toSorted(),
    );
    await Promise.all(scripts.map((script) => once(script, 'exit')));
  });
});
