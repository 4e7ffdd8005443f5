import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Shown } from '../house/person.ts';
import { heard, SCRIPTED_AGENTS } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const ALL = ['claude', 'gabriel', 'jarvis', 'manus', 'michael', 'perplexity'];
const names = (answers: readonly Shown[]) => answers.map((one) => one.who).toSorted();
/** Who was asked, once for each call. */
const calls = () => scene.providers.questions.map((question) => question.agent).toSorted();

/** What was answered once nothing more can come. */
async function outcome(room: string, question: string): Promise<readonly Shown[]> {
  await scene.settled();
  return scene.master.answers(room, question);
}

describe('one message to everyone', () => {
  it('is answered once by each of the six, from its own account, soon after its provider', async () => {
    const { master, hq } = scene;
    const answers = await outcome(hq, await master.say(hq, '얘들아 안녕'));
    expect(names(answers)).toEqual(ALL);
    expect(calls()).toEqual([...SCRIPTED_AGENTS].toSorted());
    for (const agent of SCRIPTED_AGENTS) {
      const answer = answers.find((one) => one.who === agent)!;
      expect(answer.body).toContain(`${agent}의 대답입니다.`);
      const late = answer.lastAt - scene.providers.once(agent).endedAt!;
      process.stdout.write(`    ${agent}: ${late} ms after its provider\n`);
      expect(late).toBeLessThan(1_000);
    }
  });

  it('is answered in its language, with a label by those that rehearse', async () => {
    const { master, hq } = scene;
    const rehearsed = async (body: string) => {
      const answers = await outcome(hq, await master.say(hq, body));
      expect(names(answers)).toEqual(ALL);
      return answers.filter((one) => one.who === 'manus' || one.who === 'michael').map((one) => one.body);
    };
    for (const body of await rehearsed('다들 좋은 아침')) expect(body).toMatch(/^\[연습\] .*[가-힣]/);
    for (const body of await rehearsed('Good morning everyone'))
      expect(body.replace('마스터', '')).toMatch(/^\[rehearsal\] [^가-힣]+$/);
    expect(
      scene.providers.asked('claude').map(({ said }) => /Answer in (\w+)/.exec(said.at(-1)?.text ?? '')?.[1]),
    ).toEqual(['Korean', 'English']);
  });
});

describe('called by name', () => {
  it.each([
    ['클로드야, 오늘 날씨 어때?', ['claude']],
    ['이건 꼭 명심해~~~~가브리엘 발표해', ['gabriel']],
    ['자비스님은 어떻게 생각해요?', ['jarvis']],
    ['퍼플부터 말해봐', ['perplexity']],
    ['가브리엘이랑 클로드, 둘이 정해', ['claude', 'gabriel']],
    ['마누스 빼고 다들 대답해', ['claude', 'gabriel', 'jarvis', 'michael', 'perplexity']],
    ['Claude, what do you think?', ['claude']],
  ])('%s → %j, and no other provider is called', async (body, expected) => {
    const { master, hq } = scene;
    expect(names(await outcome(hq, await master.say(hq, body)))).toEqual(expected);
    expect(calls()).toEqual(expected.filter((who) => who !== 'manus' && who !== 'michael'));
  });

  it('by a pill, whatever the words are', async () => {
    const { master, hq } = scene;
    const question = await master.say(hq, '이거 어때?', { 'm.mentions': { user_ids: [scene.agent('jarvis')] } });
    expect(names(await outcome(hq, question))).toEqual(['jarvis']);
    expect(calls()).toEqual(['jarvis']);
  });

  it('by a reply to its words', async () => {
    const { master, hq } = scene;
    const [answer] = await master.answered(hq, await master.say(hq, '클로드야, 셋 중에 뭐가 나아?'));
    const question = await master.reply(hq, answer!.id, '왜?');
    expect(names(await outcome(hq, question))).toEqual(['claude']);
    expect(calls()).toEqual(['claude', 'claude']);
    expect(heard(scene.providers.asked('claude')[1]!)).toMatch(/\[마스터(?: ↪ [^\]]*)?\] 왜\?$/);
  });
});

describe('what an agent is given', () => {
  it('is the room as it was said: names, replies, edits, nothing that was taken back, in order', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    await master.answered(room, await master.say(room, '가브리엘, 부산 가는 길은?'));
    const edited = await master.say(room, '가브리엘, 짐은 열 상자야');
    const [first] = await master.answered(room, edited);
    await master.edit(room, edited, '가브리엘, 짐은 스무 상자야');
    const regretted = await master.say(room, '가브리엘, 이건 비밀인데 사과를 실어');
    await master.answered(room, regretted);
    await master.redact(room, regretted);
    const inThread = await master.inThread(room, first!.id, '가브리엘, 실은 딴 얘기인데');
    await master.answered(room, inThread);
    await scene.settled();
    providers.questions.length = 0;

    await master.answered(room, await master.reply(room, first!.id, '클로드, 이 말이 맞아?'));
    await scene.settled();
    const { said, system } = providers.once('claude');
    expect(providers.questions).toHaveLength(1);
    expect(system).toMatch(/You are 클로드/);
    expect(system).toContain('마스터');
    expect(said.map(({ role }) => role)).toEqual(['user']);
    expect(heard(providers.once('claude'))).toBe(
      [
        '[마스터] 가브리엘, 부산 가는 길은?',
        '[가브리엘] gabriel의 대답입니다.',
        '[마스터] 가브리엘, 짐은 스무 상자야',
        '[가브리엘] gabriel의 대답입니다.',
        '[가브리엘] gabriel의 대답입니다.',
        '[마스터 ↪ 가브리엘: "gabriel의 대답입니다."] 클로드, 이 말이 맞아?',
      ].join('\n'),
    );
  });

  it('holds its own words as its own, and those of a silent time', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    await master.say(room, '!발언 호출');
    await master.say(room, '차는 12톤이야');
    await master.answered(room, await master.say(room, '가브리엘, 들었어?'));
    await master.answered(room, await master.say(room, '가브리엘, 그럼 몇 번 가야 해?'));
    const question = providers.asked('gabriel')[1]!;
    expect(question.said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect(question.said[1]!.text).toBe('gabriel의 대답입니다.');
    expect(question.said[0]!.text).toContain('[마스터] 차는 12톤이야');
  });

  it('is cut to its budget from the oldest on, at message borders', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    await master.say(room, '!발언 호출');
    const load = '가나다라마바사아자차'.repeat(500);
    for (let i = 1; i <= 9; i += 1) await master.say(room, `짐 ${i}번 ${load} 끝${i}`);
    await master.answered(room, await master.say(room, '가브리엘, 짐이 몇 번까지 있어?'));
    const text = heard(providers.once('gabriel'));
    const kept = [...text.matchAll(/짐 (\d)번/g)].map((match) => match[1]);
    const ends = [...text.matchAll(/끝(\d)/g)].map((match) => match[1]);
    expect(kept).toEqual(['7', '8', '9']);
    expect(ends).toEqual(kept);
  });
});

describe('threads', () => {
  it('keep a question and its answers in, with the thread as context', async () => {
    const { master, hq, providers } = scene;
    const root = await master.say(hq, '클로드야, 정비 얘기 좀 하자');
    await master.answered(hq, root);
    const question = await master.inThread(hq, root, '엔진부터 볼까?');
    const answers = await outcome(hq, question);
    expect(names(answers)).toEqual(ALL);
    expect(answers.map((one) => one.thread)).toEqual(ALL.map(() => root));
    const texts = heard(providers.once('gabriel'));
    expect(texts).toBe('[마스터] 클로드야, 정비 얘기 좀 하자\n[마스터] 엔진부터 볼까?');

    providers.reset();
    await master.answered(hq, await master.say(hq, '가브리엘, 이제 다른 얘기'));
    expect(heard(providers.once('gabriel'))).not.toContain('엔진부터 볼까?');
  });
});

describe('the floor', () => {
  it.each([
    ['!발언 호출', '!발언 금지', '!발언 모두', '!발언 ', '아무나 대답해 봐', '클로드, 대답해 봐'],
    ['!floor called', '!floor closed', '!floor open', '!floor ', 'Who is awake?', 'Claude, are you awake?'],
  ])(
    'is set by %s, %s and %s, with a line that says how to undo it',
    async (called, closed, open, undo, toAll, toClaude) => {
      const { master } = scene;
      const room = await scene.roomWith('gabriel', 'claude');
      const set = async (command: string) =>
        expect((await master.noticed(room, await master.say(room, command))).body).toContain(undo);
      const speakers = async (body: string) => names(await outcome(room, await master.say(room, body)));

      // Commands are answered in the language that is spoken in the room.
      expect(await speakers(toAll)).toEqual(['claude', 'gabriel']);
      scene.providers.questions.length = 0;
      await set(called);
      expect(await speakers(toAll)).toEqual([]);
      expect(await speakers(toClaude)).toEqual(['claude']);
      await set(closed);
      expect(await speakers(toClaude)).toEqual([]);
      expect(calls()).toEqual(['claude']);
      await set(open);
      expect(await speakers(toAll)).toEqual(['claude', 'gabriel']);
    },
  );

  it('is set by a plain sentence', async () => {
    const { master } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    const quiet = await master.say(room, '호출하지 않은 에이전트는 아무 말도 하지마');
    expect((await master.noticed(room, quiet)).body).toContain('`!발언 모두`');
    expect(await outcome(room, await master.say(room, '오늘 비 온대'))).toEqual([]);
    expect(await outcome(room, quiet)).toEqual([]);
    const talk = await master.say(room, '이제 다들 말해도 돼');
    expect((await master.noticed(room, talk)).body).toContain('`!발언 호출`');
    expect(names(await outcome(room, await master.say(room, '오늘 비 온대')))).toEqual(['claude', 'gabriel']);
  });

  it('is called in the ops room from the beginning, and each room has its own', async () => {
    const { master, ops, hq } = scene;
    expect(await outcome(ops, await master.say(ops, '여긴 기록만 남겨'))).toEqual([]);
    expect(names(await outcome(ops, await master.say(ops, '자비스, 기록해 줘')))).toEqual(['jarvis']);
    expect(calls()).toEqual(['jarvis']);
    expect(names(await outcome(hq, await master.say(hq, '여기는 어때?')))).toEqual(ALL);
  });

  it('outlives the death of the swarm', async () => {
    const { master, house } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    await master.noticed(room, await master.say(room, '!발언 호출'));
    await house.reborn('swarm', await house.kill('swarm'));
    const loud = await master.say(room, '아직 조용하지?');
    const called = await master.say(room, '클로드, 거기 있어?');
    await master.answered(room, called);
    expect(await outcome(room, loud)).toEqual([]);
    expect(names(master.answers(room, called))).toEqual(['claude']);
    expect(calls()).toEqual(['claude']);
  });
});
