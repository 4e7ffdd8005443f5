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
  ])('answers "%s" with six voices in that language, each labelled', async (body, expected) => {
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
});
