import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { asUser, inRoom, request } from '../house/matrix.ts';
import { heard, PROVIDER_KEY } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

describe('commands', () => {
  const line = async (command: string) => {
    const { master, hq } = scene;
    const id = await master.say(hq, command);
    await scene.settled();
    expect(scene.providers.questions).toEqual([]);
    const lines = master.notices(hq, id);
    expect(lines.map((one) => [one.who, one.msgtype])).toEqual([['coordinator', 'm.notice']]);
    return lines[0]!;
  };

  it('!도움 and !help say what there is, in the language they are in', async () => {
    expect((await line('!도움')).body).toMatch(/!발언 모두[^]*!토론[^]*!그만[^]*!에이전트/);
    await scene.master.answered(scene.hq, await scene.master.say(scene.hq, 'Claude, hello there'));
    scene.providers.reset();
    const help = await line('!help');
    expect(help.body).toMatch(/!floor open[^]*!discuss[^]*!stop[^]*!agents/);
    expect(help.html).toMatch(/<li><code>!agents<\/code>/);
  });

  it('!에이전트 shows who is here, on which model, how and how fast', async () => {
    await scene.master.answered(scene.hq, await scene.master.say(scene.hq, '클로드, 안녕'));
    scene.providers.reset();
    let table = await line('!에이전트');
    // The executor signs in every few seconds.
    while (!table.body.includes('실행자 (')) table = await line('!에이전트');
    expect(table.body).toMatch(/- \*\*클로드\*\* · 대기 중 · [\d.]+초\n {2}anthropic\/claude-sonnet-5-5\n/);
    expect(table.body).toMatch(/- \*\*미카엘\*\* · 연습 모드\n {2}rehearsal$/m);
    expect(table.html).toMatch(/<li>[^]*<strong>클로드<\/strong>/);
    expect(table.body).toMatch(/- \*\*실행자 \([^)]*\)\*\* · [^\n]*\n {2}`ex[0-9a-f]+`/);
    expect(table.html).not.toContain('<table');
    expect(table.body.split('\n').filter((row) => row.startsWith('- '))).toHaveLength(7);
  });

  it('in a thread are answered there', async () => {
    const { master, hq } = scene;
    const root = await master.say(hq, '!도움');
    const id = await master.inThread(hq, root, '!발언');
    expect(await master.noticed(hq, id)).toMatchObject({ thread: root });
  });

  it.each([
    ['!토롱 점심', '!토론'],
    ['!hlep', '!help'],
    ['!아무말대잔치', '!도움'],
    ['!발언 아무나', '!발언 호출'],
    ['!토론', '!토론 주제'],
    ['!토론 점심 99', '1~5'],
  ])('%s is not guessed at: the line offers %s', async (command, offered) => {
    expect((await line(command)).body).toContain(offered);
  });
});

describe('whoever is no master', () => {
  it('is heard, never obeyed, and told so once', async () => {
    const { master, hq, providers } = scene;
    await using stranger = await scene.newcomer('stranger');
    await scene.bringIn(stranger, hq);
    const first = await stranger.say(hq, '!발언 금지');
    const second = await stranger.say(hq, '!토론 내 얘기');
    const spoken = await stranger.say(hq, '클로드, 내 말도 들어줘. 짐은 사과야');
    const sentence = await stranger.say(hq, '이제 아무도 말하지 마');
    await scene.settled();
    expect([first, second, spoken, sentence].map((id) => master.notices(hq, id).length)).toEqual([1, 0, 0, 0]);
    expect(master.notices(hq, first)[0]!.body).toContain('마스터');
    expect(providers.questions).toEqual([]);

    await master.answered(hq, await master.say(hq, '클로드, 방금 뭐라고 했어?'));
    expect(heard(providers.once('claude'))).toContain('[guest stranger] 클로드, 내 말도 들어줘. 짐은 사과야');
  });

  it('counts the admin and the agents themselves', async () => {
    const { hq, providers, secrets, house, master } = scene;
    const { homeserver } = house.ready;
    const body = { msgtype: 'm.text', body: '!발언 금지' };
    const asAgent = (id: string, content: object) =>
      request(homeserver, 'PUT', asUser(inRoom(hq, `send/m.room.message/x-${id}-${Date.now()}`), scene.agent(id)), {
        token: secrets.appservice.appservice,
        body: content,
      });
    expect((await asAgent('manus', body)).status).toBe(200);
    expect((await asAgent('coordinator', { msgtype: 'm.text', body: '클로드, 대답해 봐' })).status).toBe(200);
    await scene.asAdmin('PUT', inRoom(hq, `send/m.room.message/admin-1`), body);
    await scene.asAdmin('PUT', inRoom(hq, `send/m.room.message/admin-2`), {
      msgtype: 'm.text',
      body: '클로드, 대답해 봐',
    });
    await scene.settled();
    expect(providers.questions).toEqual([]);
    expect(await master.answered(hq, await master.say(hq, '클로드, 말할 수 있지?'))).toHaveLength(1);
  });

  it('becomes one at level 100 in the HQ, and is one no longer without it', async () => {
    const { hq, master, providers } = scene;
    await using partner = await scene.newcomer('partner');
    await scene.bringIn(partner, hq);
    const levels = await scene.asAdmin('GET', inRoom(hq, 'state/m.room.power_levels/'));
    const set = (users: object) => scene.asAdmin('PUT', inRoom(hq, 'state/m.room.power_levels/'), { ...levels, users });
    await set({ ...levels.users, [partner.userId]: 99 });
    const almost = await partner.say(hq, '클로드, 나도 말해도 돼?');
    await scene.settled();
    expect(master.answers(hq, almost)).toEqual([]);
    await set({ ...levels.users, [partner.userId]: 100 });
    const now = await partner.say(hq, '클로드, 이제는?');
    expect((await master.answered(hq, now)).map((one) => one.who)).toEqual(['claude']);
    // Only the partner can step down again: nobody takes a level away that is as high as his own.
    expect((await partner.call('PUT', inRoom(hq, 'state/m.room.power_levels/'), levels)).status).toBe(200);
    const later = await partner.say(hq, '클로드, 아직도?');
    await scene.settled();
    expect(master.answers(hq, later)).toEqual([]);
    expect(providers.asked('claude')).toHaveLength(1);
  });
});

/** Whatever a part has written to the disk. */
async function logs(): Promise<string> {
  const state = await scene.house.state();
  const folders = [join(scene.house.data, 'logs'), join(state!.root, 'synapse')];
  const texts = await Promise.all(
    folders.map(async (folder) => {
      const names = (await readdir(folder)).filter((name) => /\.log/.test(name));
      expect(names.length).toBeGreaterThan(0);
      return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')));
    }),
  );
  return texts.flat().join('\n');
}

describe('a key pasted into the room', () => {
  const KEYS = [
    'sk-proj-Zx81mQ04LwTn93vBcR77yKd2Hs',
    'AIzaSyD9xQ4LwTn93vBcR77yKd2HsPq61mZ0aB',
    'ghp_Zx81mQ04LwTn93vBcR77yKd2HsPq61mZ0aBc',
  ] as const;
  const [FIRST, SECOND, THIRD] = KEYS;

  /** It is nowhere, in no form that the swarm keeps. */
  async function forgotten(key: string): Promise<void> {
    expect(scene.providers.questions.map((one) => one.body).filter((body) => body.includes(key))).toEqual([]);
    expect(await scene.redisContents()).not.toContain(key);
    expect(await logs()).not.toContain(key);
  }
  const inTheRoom = async (id: string) =>
    JSON.stringify(await scene.asAdmin('GET', inRoom(scene.hq, `event/${encodeURIComponent(id)}`)));

  it.each([
    ['in a sentence', `클로드, 이 키로 해줘: ${FIRST} 알겠지?`],
    ['in a code block', `클로드, 이거 봐\n\`\`\`sh\nexport GOOGLE_KEY=${SECOND}\n\`\`\`\n알겠지?`],
  ])('%s is masked, redacted and told of, and the rest is answered', async (_where, body) => {
    const { master, hq, providers } = scene;
    const key = KEYS.find((one) => body.includes(one))!;
    providers.play(() => ({ pieces: ['천천히 ', '답합니다.'], everyMs: 700 }), 'claude');
    const id = await master.say(hq, body);
    await scene.settled();
    expect(await inTheRoom(id)).not.toContain(key);
    expect(master.notices(hq, id).map((one) => one.body)).toEqual([expect.stringContaining('npm start -- keys')]);
    expect(master.answers(hq, id).map((one) => [one.who, one.body])).toEqual([['claude', '천천히 답합니다.']]);
    expect(heard(providers.once('claude'))).toMatch(
      /\[마스터\] 클로드, 이[^]*가림[^]*알겠지\?$|\[마스터\] 클로드, 이[^]*가림[^]*알겠지\?/,
    );
    await forgotten(key);

    // What is left of it stays in the conversation.
    providers.reset();
    await master.answered(hq, await master.say(hq, '가브리엘, 내가 뭐라고 했지?'));
    expect(heard(providers.once('gabriel'))).toMatch(/\[마스터\] 클로드, 이[^]*가림/);
    await forgotten(key);
  });

  it('is answered even when the swarm dies right after it was taken out', async () => {
    const { master, hq, providers, house } = scene;
    providers.play(() => ({ pieces: ['느린 ', '대답'], everyMs: 2_000 }), 'claude');
    const id = await master.say(hq, `클로드, 새 키는 ${THIRD} 이야`);
    await master.noticed(hq, id);
    await house.reborn('swarm', await house.kill('swarm'));
    providers.play('다시 대답합니다.', 'claude');
    await scene.settled();
    expect(master.answers(hq, id).map((one) => [one.who, one.body])).toEqual([['claude', '다시 대답합니다.']]);
    expect(heard(providers.asked('claude').at(-1)!)).toMatch(/\[마스터\] 클로드, 새 키는 [^]*가림[^]*이야$/);
    await forgotten(THIRD);
  });

  it('in an edit is masked and redacted as well', async () => {
    const { master, hq, providers } = scene;
    const id = await master.say(hq, '클로드, 키는 나중에 줄게');
    await master.answered(hq, id);
    const edit = await master.edit(hq, id, `클로드, 키는 ${THIRD}`);
    await scene.settled();
    expect(await inTheRoom(edit)).not.toContain(THIRD);
    expect(await inTheRoom(id)).not.toContain(THIRD);
    expect(
      master.shown(hq).filter((one) => one.body.includes('npm start -- keys') && one.source === edit),
    ).toHaveLength(1);
    await master.answered(hq, await master.say(hq, '가브리엘, 이어서 해'));
    expect(providers.asked('claude')).toHaveLength(1);
    await forgotten(THIRD);
  });

  it('in the name of a file and inside it reaches nobody', async () => {
    const { master, hq, providers } = scene;
    const bytes = Buffer.from(`# 설정\nANTHROPIC_API_KEY=${FIRST}\n끝`);
    const id = await master.post(hq, {
      name: `${SECOND}.env`,
      mediaType: 'text/plain',
      bytes,
      caption: '클로드, 이 파일 봐줘',
    });
    await scene.settled();
    expect(await inTheRoom(id)).not.toContain(SECOND);
    expect(master.answers(hq, id).map((one) => one.who)).toEqual(['claude']);
    expect(heard(providers.once('claude'))).toMatch(/# 설정\n\| ANTHROPIC_API_KEY=[^]*가림[^]*\n\| 끝/);
    await forgotten(FIRST);
    await forgotten(SECOND);
  });

  it('inside a file alone is taken out with its message, before an order on it begins, and the file is answered', async () => {
    const { master, hq, providers } = scene;
    const bytes = Buffer.from(`# 설정\nOPENAI_API_KEY=${FIRST}\n끝`);
    const id = await master.post(hq, {
      name: 'app.env',
      mediaType: 'text/plain',
      bytes,
      caption: '클로드, 이 설정 봐줘',
    });
    const order = await master.post(hq, {
      name: 'other.env',
      mediaType: 'text/plain',
      bytes,
      caption: '!임무 이 설정으로 서버를 준비해',
    });
    await scene.settled();
    expect(await inTheRoom(id)).not.toContain('mxc:');
    expect(master.notices(hq, id).map((one) => one.body)).toEqual([
      expect.stringMatching(/서버에 남아[^]*npm start -- keys/),
    ]);
    expect(master.answers(hq, id).map((one) => one.who)).toEqual(['claude']);
    expect(heard(providers.once('claude'))).toMatch(/# 설정\n\| OPENAI_API_KEY=[^]*가림[^]*\n\| 끝/);
    expect(await inTheRoom(order)).not.toContain('mxc:');
    expect(master.notices(hq, order).map((one) => one.body)).toEqual([
      expect.stringMatching(/실행하지 않았[^]*서버에 남아/),
    ]);
    await forgotten(FIRST);
  });

  it('in a poll, a sticker, a topic, a name, a reaction and what nobody knows is taken out and told; polls and stickers without one get a line', async () => {
    const { master, hq, providers } = scene;
    await using stranger = await scene.newcomer('pollster');
    await scene.bringIn(stranger, hq);
    const target = await stranger.say(hq, '안녕하세요');
    const poll = (question: string) => ({
      'org.matrix.msc1767.text': question,
      'org.matrix.msc3381.poll.start': {
        question: { 'org.matrix.msc1767.text': question },
        kind: 'org.matrix.msc3381.poll.disclosed',
        max_selections: 1,
        answers: [{ id: 'a', 'org.matrix.msc1767.text': '응' }],
      },
    });
    const set = async (type: string, content: object) =>
      String((await master.call('PUT', inRoom(hq, `state/${type}/`), content)).body['event_id']);
    const name = (await scene.asAdmin('GET', inRoom(hq, 'state/m.room.name/'))) as object;
    const secrets = [
      ['투표', await master.send(hq, poll(`키는 ${FIRST}?`), 'org.matrix.msc3381.poll.start')],
      ['스티커', await master.send(hq, { body: SECOND, url: 'mxc://a/b', info: {} }, 'm.sticker')],
      ['방 설정', await set('m.room.topic', { topic: `서버 키 ${THIRD}` })],
      ['방 설정', await set('m.room.name', { name: `본부 ${FIRST}` })],
      ['반응', await master.react(hq, target, SECOND)],
      ['올라온 내용', await master.send(hq, { note: { text: THIRD } }, 'com.example.note')],
      ['메시지', await master.send(hq, { msgtype: 'm.notice', body: '메모', 'org.matrix.msc1767.text': FIRST })],
      ['투표', await stranger.send(hq, poll(SECOND), 'org.matrix.msc3381.poll.start')],
    ] as const;
    await set('m.room.name', name);
    const plain = [
      await master.send(hq, poll('점심은?'), 'org.matrix.msc3381.poll.start'),
      await master.send(hq, { body: '고양이', url: 'mxc://a/b', info: {} }, 'm.sticker'),
    ];
    const others = await stranger.send(hq, poll('저녁은?'), 'org.matrix.msc3381.poll.start');
    await scene.settled();
    for (const [where, id] of secrets) {
      const left = await inTheRoom(id);
      expect(KEYS.filter((key) => left.includes(key))).toEqual([]);
      expect(master.notices(hq, id).map((one) => one.body)).toEqual([
        expect.stringMatching(new RegExp(`${where}[^]*npm start -- keys`)),
      ]);
    }
    expect(plain.map((id) => master.notices(hq, id).map((one) => one.body))).toEqual([
      [expect.stringMatching(/투표[^]*글로 적어/)],
      [expect.stringMatching(/스티커[^]*글로 적어/)],
    ]);
    expect(master.notices(hq, others)).toEqual([]);
    expect(JSON.stringify(providers.questions.map(({ body }) => body))).not.toContain('점심은');
    for (const key of KEYS) await forgotten(key);
  });

  it('where no part may redact, is masked all the same, and the master told to remove it', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('claude');
    const id = await master.say(room, `이 키 좀 봐: ${SECOND}`);
    await scene.settled();
    expect(master.notices(room, id).map((one) => one.body)).toEqual([
      expect.stringMatching(/직접 지우고[^]*npm start -- keys/),
    ]);
    expect(master.answers(room, id)).toHaveLength(1);
    expect(heard(providers.once('claude'))).toContain('가림');
    await forgotten(SECOND);
  });

  it('by somebody who is no master is taken out too', async () => {
    const { hq, providers } = scene;
    await using stranger = await scene.newcomer('careless');
    await scene.bringIn(stranger, hq);
    const id = await stranger.say(hq, `내 키는 ${THIRD}`);
    await scene.settled();
    expect(await inTheRoom(id)).not.toContain(THIRD);
    expect(providers.questions).toEqual([]);
    await forgotten(THIRD);
  });
});

describe("the providers' own keys", () => {
  it('are never shown, even when a provider sends them back', async () => {
    const { master, hq, providers } = scene;
    providers.play(({ headers }) => ({
      status: 400,
      body: JSON.stringify({
        error: { message: `bad request with ${JSON.stringify(headers)}`, type: 'invalid_request_error', code: 'bad' },
      }),
    }));
    const id = await master.say(hq, '다들 안녕');
    await scene.settled();
    expect(providers.questions).toHaveLength(4);
    expect(master.answers(hq, id)).toHaveLength(6);
    providers.play(() => `제 키는 ${PROVIDER_KEY} 입니다.`);
    const asked = await master.say(hq, '다들 키가 뭐야?');
    await scene.settled();
    expect(master.answers(hq, asked)).toHaveLength(6);
    expect(JSON.stringify(master.events(hq))).not.toContain(PROVIDER_KEY);
    expect(await scene.redisContents()).not.toContain(PROVIDER_KEY);
    expect(await logs()).not.toContain(PROVIDER_KEY);
  });
});
