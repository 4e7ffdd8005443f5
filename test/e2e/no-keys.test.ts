import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
});
afterAll(() => scene[Symbol.asyncDispose]());

const ALL = ['claude', 'gabriel', 'jarvis', 'manus', 'michael', 'perplexity'];

describe('a house without any key', () => {
  it.each([
    ['얘들아 안녕', /^\[연습\] .*[가-힣]/],
    ['Hello everyone', /^\[rehearsal\] [^가-힣]+$/],
  ])('answers "%s" by six agents in that language, each labelled', async (body, expected) => {
    const { master, hq } = scene;
    const question = await master.say(hq, body);
    await scene.settled();
    const answers = master.answers(hq, question);
    expect(answers.map((one) => one.who).toSorted()).toEqual(ALL);
    for (const one of answers) {
      expect(one.body.replace('마스터', '')).toMatch(expected);
      // Pushed, and not found by the look for gaps half a minute later; a busy machine takes its time.
      expect(one.lastAt - master.events(hq).find((event) => event.event_id === question).origin_server_ts).toBeLessThan(
        10_000,
      );
    }
    expect(new Set(answers.map((one) => one.body)).size).toBe(6);
  });

  it('does not pass a call on by quoting it', async () => {
    const { master, hq } = scene;
    await scene.settled();
    const before = master.shown(hq).length;
    await master.say(hq, '@클로드 @가브리엘 둘이서 정해 봐');
    await scene.settled();
    expect(
      master
        .shown(hq)
        .slice(before)
        .map((one) => one.who)
        .toSorted(),
    ).toEqual(['claude', 'gabriel', 'master']);
  });

  it('holds a whole discussion, with the summary last', async () => {
    const { master, hq } = scene;
    const question = await master.say(hq, '!토론 겨울 타이어 1');
    await scene.settled();
    const turns = master.answers(hq, question);
    expect(turns.map((one) => one.who)).toEqual([
      'gabriel',
      'jarvis',
      'claude',
      'manus',
      'perplexity',
      'michael',
      'jarvis',
    ]);
    for (const one of turns) expect(one).toMatchObject({ thread: question, chavion: { rehearsal: true } });
  });

  it('looks at the server when it is asked to, and says where what it saw stands', async () => {
    const { master, hq, ops } = scene;
    const question = await master.say(hq, '클로드야 서버 디스크 얼마나 남았는지 봐줘');
    const [answer] = await master.answered(hq, question);
    expect(answer?.body).toMatch(/^\[연습\] 서버에서 확인했습니다\.[^]*Filesystem[^]*🔧 `df -h \.` · \[기록\]\(https/);
    await scene.settled();
    expect(master.shown(ops).some(({ who, body }) => who === 'executor' && body.includes('df -h'))).toBe(true);
  });

  it('puts a wish up as a command, which a tick makes an order', async () => {
    const { master, hq } = scene;
    const question = await master.say(hq, '매일 아침 7시에 뉴스 요약해서 보내줘');
    await scene.settled();
    expect(
      master
        .answers(hq, question)
        .map((one) => one.who)
        .toSorted(),
    ).toEqual(ALL);
    const proposals = master.shown(hq).filter(({ who, body }) => who === 'coordinator' && body.startsWith('💡'));
    expect(proposals.map(({ body }) => body.split('\n')[1])).toEqual(['!예약 매일 아침 7시에 뉴스 요약해서 보내줘']);
    // Six have spoken since, to the same message: a yes in words means the proposal all the same.
    expect((await master.noticed(hq, await master.say(hq, '응 해줘'))).body).toContain('✅');
    await master.react(hq, proposals[0]?.id ?? '', '✅');
    await master.until('the schedule', hq, () => master.shown(hq).find(({ body }) => body.includes('예약했습니다')));
    // A second tick, or the same delivery again, is the same order.
    await master.react(hq, proposals[0]?.id ?? '', '✅\uFE0F');
    await scene.settled();
    expect(master.shown(hq).filter(({ body }) => body.includes('예약했습니다'))).toHaveLength(1);
  });
});
