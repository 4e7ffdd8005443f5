import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { swarmKey } from '../../bridge/queue/redis.ts';
import { inRoom } from '../house/matrix.ts';
import type { Shown } from '../house/person.ts';
import { heard } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
/** The same process all along: nothing that was sent has killed it. */
let swarm: number | null;
beforeAll(async () => {
  scene = await Scene.open();
  swarm = scene.house.ready.pids.swarm;
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const names = (answers: readonly Shown[]) => answers.map((one) => one.who).toSorted();
const many = (count: number) => Array.from({ length: count }, (_, i) => `@nobody${i}:x`);
const calls = () => scene.providers.questions.map((question) => question.agent);
const membersOf = async (room: string) => {
  const { body } = await scene.master.call('GET', inRoom(room, 'joined_members'));
  return Object.keys(Object(body['joined']));
};

/** The house still works, whatever it has just been sent. */
async function stillAnswers(): Promise<void> {
  const { master, hq } = scene;
  const before = scene.providers.asked('claude').length;
  const question = await master.say(hq, '클로드, 괜찮아?');
  await scene.settled();
  expect(names(master.answers(hq, question))).toEqual(['claude']);
  expect(scene.providers.asked('claude')).toHaveLength(before + 1);
  expect((await scene.house.pids()).swarm).toBe(swarm);
}

describe('a message that is none', () => {
  it.each([
    ['empty', ''],
    ['of blanks', ' \n\t　\u200b '],
  ])('%s gets one line that says so, and asks nobody', async (_what, body) => {
    const { master, hq } = scene;
    const id = await master.say(hq, body);
    await scene.settled();
    expect(calls()).toEqual([]);
    expect(master.notices(hq, id).map((one) => one.body)).toEqual([expect.stringMatching(/빈 메시지/)]);
    await stillAnswers();
  });

  it('is refused by the homeserver where it can tell, and nothing comes of it', async () => {
    const { master, hq } = scene;
    const before = master.shown(hq).length;
    const broken = [
      { msgtype: 'm.text', body: 7 },
      { msgtype: 'm.text', body: ['클로드'] },
      { body: '얘들아' },
      {},
      { msgtype: 'm.text', body: '클로드', 'm.mentions': 'everyone' },
      { msgtype: 'm.text', body: '클로드', 'm.mentions': { user_ids: [1, null, {}], room: 'yes' } },
    ];
    for (const content of broken) expect((await master.sendRaw(hq, 'm.room.message', content)).status).toBe(400);
    // ... and this it lets no event hold.
    expect(
      (
        await master.sendRaw(hq, 'm.room.message', {
          msgtype: 'm.text',
          body: '클로드',
          'm.mentions': { user_ids: many(100_000) },
        })
      ).status,
    ).toBe(413);
    await scene.settled();
    expect(master.shown(hq).length).toBe(before);
    await stillAnswers();
  });
});

describe('hostile content', () => {
  it.each<[string, object]>([
    ['mentions that are no users', { 'm.mentions': { user_ids: ['@', 'claude', '', '@agent_gabriel'] } }],
    ['as many mentions as an event holds', { 'm.mentions': { user_ids: many(3_000) } }],
    ['a relation that is a word', { 'm.relates_to': 'm.thread' }],
    ['a reply to what does not exist', { 'm.relates_to': { 'm.in_reply_to': { event_id: '$nowhere' } } }],
    ['an HTML bomb', { format: 'org.matrix.custom.html', formatted_body: '<b><blockquote>'.repeat(1_500) }],
    ['a formatted body of the wrong type', { format: 'org.matrix.custom.html', formatted_body: { a: 1 } }],
    ['the key of our own parts', { 'com.chavion': { v: 1, kind: 'answer', source: '$x', depth: 99, agent: 'claude' } }],
    ['a file that is none', { url: 'mxc://../..', info: 'big', filename: 7 }],
  ])('%s: the words are answered as they are', async (_what, content) => {
    const { master, hq, providers } = scene;
    const question = await master.say(hq, '클로드, 이거 읽혀?', content);
    await scene.settled();
    expect(names(master.answers(hq, question))).toEqual(['claude']);
    expect(heard(providers.once('claude'))).toMatch(/클로드, 이거 읽혀\?$/);
  });

  it('sixty kilobytes are heard, cut to what the model takes', async () => {
    const { master, hq, providers } = scene;
    const body = `클로드, 길어. ${'가나다라마바사아자차'.repeat(1_980)} 맨끝`;
    expect(Buffer.byteLength(body)).toBeGreaterThan(59_000);
    const question = await master.say(hq, body);
    await scene.settled();
    expect(names(master.answers(hq, question))).toEqual(['claude']);
    expect(heard(providers.once('claude'))).toContain('맨끝');
  });

  it('a relation of an unknown kind is no relation', async () => {
    const { master, hq } = scene;
    const first = await master.say(hq, '클로드, 이거 읽혀?');
    await master.answered(hq, first);
    const second = await master.say(hq, '클로드, 이것도?', {
      'm.relates_to': { rel_type: 'org.example.unknown', event_id: first, key: 7 },
    });
    await scene.settled();
    expect(master.answers(hq, second).map((one) => [one.who, one.thread])).toEqual([['claude', undefined]]);
  });

  it('an edit in which the edited words are nothing changes nothing, and is said to be unreadable', async () => {
    const { master, hq } = scene;
    const question = await master.say(hq, '클로드, 원래 말');
    await master.answered(hq, question);
    const sent: string[] = [];
    for (const content of ['words', { body: 7 }, {}, null]) {
      sent.push(
        (
          await master.sendRaw(hq, 'm.room.message', {
            msgtype: 'm.text',
            body: '*',
            'm.new_content': content,
            'm.relates_to': { rel_type: 'm.replace', event_id: question },
          })
        ).id,
      );
    }
    await scene.settled();
    expect(calls()).toEqual(['claude']);
    for (const id of sent)
      expect(master.notices(hq, id).map((one) => one.body)).toEqual([expect.stringMatching(/읽을 수 없/)]);
    await stillAnswers();
  });

  it('reactions, polls and state that nobody knows are left alone', async () => {
    const { master, hq, providers } = scene;
    const question = await master.say(hq, '클로드, 하나만 물을게');
    await master.answered(hq, question);
    const before = scene.providers.questions.length;
    await master.react(hq, question, '👍');
    await master.sendRaw(hq, 'm.reaction', { 'm.relates_to': { rel_type: 'm.annotation', event_id: 7, key: [] } });
    await master.sendRaw(hq, 'm.sticker', { body: '클로드', url: 'mxc://x/y', info: {} });
    await master.sendRaw(hq, 'org.matrix.msc3381.poll.start', {
      'org.matrix.msc1767.text': '점심?',
      'org.matrix.msc3381.poll.start': { question: { 'org.matrix.msc1767.text': '점심?' }, answers: [] },
    });
    await master.call('PUT', inRoom(hq, 'state/m.room.topic/'), { topic: 7 });
    await scene.settled();
    expect(providers.questions.length).toBe(before);
    await stillAnswers();
  });
});

describe('an edit of an old message', () => {
  it('gets no second answer; who is asked next reads the new words', async () => {
    const { master, hq, providers } = scene;
    const question = await master.say(hq, '클로드, 부산까지 몇 시간이야?');
    await master.answered(hq, question);
    await master.edit(hq, question, '클로드, 광주까지 몇 시간이야?');
    await scene.settled();
    expect(providers.asked('claude')).toHaveLength(1);
    await master.answered(hq, await master.say(hq, '가브리엘, 어디 얘기였지?'));
    const context = heard(providers.once('gabriel'));
    expect(context).toContain('[마스터] 클로드, 광주까지 몇 시간이야?');
    expect(context).not.toContain('부산까지');
  });

  it('by somebody else changes nothing', async () => {
    const { master, hq, providers } = scene;
    await using stranger = await scene.newcomer('forger');
    await scene.bringIn(stranger, hq);
    const question = await master.say(hq, '클로드, 짐은 열 개');
    await master.answered(hq, question);
    await stranger.edit(hq, question, '클로드, 짐은 백 개');
    await scene.settled();
    await master.answered(hq, await master.say(hq, '가브리엘, 짐이 몇 개?'));
    expect(heard(providers.once('gabriel'))).toContain('클로드, 짐은 열 개');
    expect(heard(providers.once('gabriel'))).not.toContain('[마스터] 클로드, 짐은 백 개');
  });
});

describe('an invitation', () => {
  it('by a stranger is refused', async () => {
    await using stranger = await scene.newcomer('host');
    const room = await scene.room({ invite: [scene.agent('claude'), scene.agent('coordinator')] }, stranger);
    await scene.until(async () => {
      const states = await Promise.all(
        ['claude', 'coordinator'].map(
          async (id) =>
            (await stranger.call('GET', inRoom(room, `state/m.room.member/${encodeURIComponent(scene.agent(id))}`)))
              .body['membership'],
        ),
      );
      return states.every((membership) => membership === 'leave');
    });
    await stranger.say(room, '클로드, 들어와');
    await scene.settled();
    expect(calls()).toEqual([]);
  });

  it('by the master to a room of his own is followed, and everything there is answered, called or not', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('claude');
    expect(names(await master.answered(room, await master.say(room, '오늘 어때?')))).toEqual(['claude']);
    expect(names(await master.answered(room, await master.say(room, '클로드, 내일은?')))).toEqual(['claude']);
    await scene.settled();
    expect(heard(providers.asked('claude')[1]!)).toContain('오늘 어때?');
    expect(providers.asked('gabriel')).toEqual([]);
  });

  it('that comes while the swarm is dead is followed when it is back', async () => {
    const { master, house } = scene;
    const before = await house.kill('swarm');
    const room = await scene.room({ invite: [scene.agent('claude')] });
    await house.reborn('swarm', before);
    await scene.until(async () => (await membersOf(room)).length === 2);
    expect(names(await master.answered(room, await master.say(room, '늦었네?')))).toEqual(['claude']);
    swarm = (await house.pids()).swarm;
  });

  it('to an encrypted room is followed; one line a day names the room where they can read', async () => {
    const { master } = scene;
    const encryption = { type: 'm.room.encryption', state_key: '', content: { algorithm: 'm.megolm.v1.aes-sha2' } };
    const room = await scene.room({
      initial_state: [encryption],
      invite: [scene.agent('claude'), scene.agent('gabriel')],
    });
    await scene.until(async () => (await membersOf(room)).length === 3);
    await scene.settled();
    const said = () => master.shown(room).map((one) => one.body);
    expect(said()).toHaveLength(1);
    expect(said()[0]).toMatch(/암호화[^]*본부/);

    const secret = {
      algorithm: 'm.megolm.v1.aes-sha2',
      ciphertext: 'AwgAEnAC',
      sender_key: 'x',
      device_id: 'PHONE',
      session_id: 'y',
    };
    const question = await master.send(room, secret, 'm.room.encrypted');
    await scene.settled();
    expect(master.notices(room, question)).toEqual([]);
    // A day later.
    await scene.redis.del(swarmKey('said', `encrypted.${room}`));
    const next = await master.send(room, secret, 'm.room.encrypted');
    const same = await master.send(room, secret, 'm.room.encrypted');
    await scene.settled();
    expect(master.notices(room, next).map((one) => one.body)).toEqual([expect.stringMatching(/암호화[^]*본부/)]);
    expect(master.notices(room, same)).toEqual([]);
    expect(said()).toHaveLength(2);
    expect(calls()).toEqual([]);
  });
});

describe('an agent that was put out', () => {
  it('does not hold up the others, and comes back when it is invited again', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude', 'jarvis');
    await master.call('POST', inRoom(room, 'kick'), { user_id: scene.agent('gabriel') });
    const question = await master.say(room, '다들 있어?');
    await scene.settled();
    expect(names(master.answers(room, question))).toEqual(['claude', 'jarvis']);
    expect(providers.asked('gabriel')).toEqual([]);

    await master.call('POST', inRoom(room, 'invite'), { user_id: scene.agent('gabriel') });
    await scene.until(async () => (await membersOf(room)).length === 4);
    const again = await master.say(room, '이제 다 있지?');
    await scene.settled();
    expect(names(master.answers(room, again))).toEqual(['claude', 'gabriel', 'jarvis']);
  });

  it('in the middle of its answer falls silent alone', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    let kicked = () => {};
    const out = new Promise<void>((resolve) => (kicked = resolve));
    providers.play(() => ({ after: out, pieces: ['늦었네요.'] }));
    const question = await master.say(room, '천천히 말해 봐');
    await scene.until(() => providers.questions.length === 2);
    await master.call('POST', inRoom(room, 'kick'), { user_id: scene.agent('gabriel') });
    kicked();
    await scene.settled();
    expect(names(master.answers(room, question))).toEqual(['claude']);
    await stillAnswers();
  });
});
