import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { MAX_TURNS_PER_ROOT } from '../../bridge/protocol/turn.ts';
import { heard, SCRIPTED_AGENTS, type ScriptedAgent, type Reply } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const NAMES: Readonly<Record<ScriptedAgent, string>> = {
  gabriel: '가브리엘',
  jarvis: '자비스',
  claude: '클로드',
  perplexity: '퍼플렉시티',
};
const calls = (): readonly ScriptedAgent[] => scene.providers.questions.map((question) => question.agent);
const ended = (room: string) => scene.master.shown(room).filter((one) => one.body.includes('한도'));
/** Speaks at once and goes on until somebody hangs up. */
const endless: Reply = { pieces: Array.from({ length: 600 }, (_, i) => `${i}번째 말 `), everyMs: 100 };

/** Until every open call has been hung up; by when, after `from`. */
async function hungUp(from: number): Promise<number> {
  await scene.until(() =>
    scene.providers.questions.every((one) => one.endedAt !== undefined || one.abandonedAt !== undefined),
  );
  return Math.max(...scene.providers.questions.map((one) => one.abandonedAt ?? 0)) - from;
}

describe('an agent that mentions another', () => {
  it('gets its answer, as a reply, with its own words in the context', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude', 'jarvis');
    providers.play('저는 여기까지입니다. @클로드 원인을 봐 주세요.', 'gabriel');
    const question = await master.say(room, '가브리엘, 엔진 소리가 이상해');
    const [first] = await master.answered(room, question);
    const [second] = await master.answered(room, first!.id);
    await scene.settled();
    expect(second).toMatchObject({ who: 'claude', replyTo: first!.id });
    expect(first!.mentions).toEqual({ user_ids: [scene.agent('claude')] });
    expect(heard(providers.once('claude'))).toMatch(/\[가브리엘\] 저는 여기까지입니다\. @클로드 원인을 봐 주세요\.$/);
    expect(calls()).toEqual(['gabriel', 'claude']);
  });

  it('is not called by itself, by code or by a name that is only spoken about', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude', 'jarvis');
    providers.play(
      '@가브리엘 저부터 하죠. 클로드의 말대로입니다.\n```\n@클로드 deploy\n```\n그리고 `@자비스`라는 글자.',
      'gabriel',
    );
    await master.answered(room, await master.say(room, '가브리엘, 어떻게 할까?'));
    await scene.settled();
    expect(calls()).toEqual(['gabriel']);
  });

  it('hands the word on four times and no further', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude');
    providers.play('@클로드 어때요?', 'gabriel');
    providers.play('@가브리엘 어때요?', 'claude');
    await master.say(room, '가브리엘, 시작해');
    await scene.settled();
    expect(calls()).toEqual(['gabriel', 'claude', 'gabriel', 'claude', 'gabriel']);
    expect(
      master
        .shown(room)
        .map((one) => one.chavion.depth)
        .filter((depth) => depth !== undefined),
    ).toEqual([0, 1, 2, 3, 4]);
  });

  it('with everybody mentioning everybody comes to an end, with one line that says so', async () => {
    const { master, hq, providers } = scene;
    providers.play(
      ({ agent }) =>
        `@${SCRIPTED_AGENTS.filter((other) => other !== agent)
          .map((other) => NAMES[other])
          .join(' @')} 어때요?`,
    );
    const question = await master.say(hq, '다들 서로 물어봐');
    await scene.settled();
    expect(providers.questions.length).toBeGreaterThan(4);
    expect(providers.questions.length).toBeLessThanOrEqual(MAX_TURNS_PER_ROOT + 4);
    expect(ended(hq).map((one) => one.source)).toEqual([question]);

    providers.reset();
    expect((await master.answered(hq, await master.say(hq, '클로드, 이제 조용하지?')))[0]!.body).toContain(
      'claude의 대답',
    );
  });
});

describe('a discussion', () => {
  it('goes round in a thread, each hearing the others, and ends with a summary by Jarvis', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'jarvis', 'claude');
    providers.play(({ agent, said }) => `${agent} ${said.length}번째 의견 @클로드`);
    const question = await master.say(room, '!토론 점심 메뉴 2');
    await master.until('seven turns', room, () => (master.answers(room, question).length >= 7 ? true : undefined));
    await scene.settled();

    const turns = master.answers(room, question);
    expect(turns.map((one) => one.who)).toEqual([
      'gabriel',
      'jarvis',
      'claude',
      'gabriel',
      'jarvis',
      'claude',
      'jarvis',
    ]);
    expect(turns.map((one) => one.thread)).toEqual(turns.map(() => question));
    expect(calls()).toEqual(turns.map((one) => one.who));
    const [opening] = master.notices(room, question);
    expect(opening).toMatchObject({ thread: question });
    expect(opening!.body).toMatch(/점심 메뉴[^]*2바퀴[^]*가브리엘 → 자비스 → 클로드[^]*!그만/);

    for (const [i, asked] of providers.questions.entries()) {
      for (const before of turns.slice(0, i)) expect(asked.body).toContain(before.body);
    }
    expect(heard(providers.questions[0]!)).toMatch(/2바퀴 중 1바퀴째/);
    expect(heard(providers.questions[3]!)).toMatch(/2바퀴 중 2바퀴째/);
    expect(heard(providers.questions[6]!)).toMatch(/요약해 주세요\.$/);
  });

  it('goes on without the one whose provider fails', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'jarvis', 'claude');
    providers.play(() => ({ status: 401, body: '{"error":{"message":"no","code":"invalid_api_key"}}' }), 'jarvis');
    const question = await master.say(room, '!discuss lunch 1');
    await master.until('four turns', room, () => (master.answers(room, question).length >= 4 ? true : undefined));
    await scene.settled();
    expect(master.answers(room, question).map((one) => `${one.who} ${one.chavion.kind}`)).toEqual([
      'gabriel answer',
      'jarvis fault',
      'claude answer',
      'jarvis fault',
    ]);
    expect(providers.asked('jarvis')).toHaveLength(2);
  });

  it('is summed up by the next one where Jarvis is missing', async () => {
    const { master } = scene;
    const room = await scene.roomWith('claude', 'perplexity');
    const question = await master.say(room, '!토론 저녁 1');
    await master.until('three turns', room, () => (master.answers(room, question).length >= 3 ? true : undefined));
    await scene.settled();
    expect(calls()).toEqual(['claude', 'perplexity', 'claude']);
  });

  it('ends at once when it is stopped', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'jarvis', 'claude');
    providers.play(() => endless, 'jarvis');
    const question = await master.say(room, '!토론 끝없는 이야기 5');
    await scene.until(() => providers.asked('jarvis').length === 1);
    await sleep(500);
    const stop = Date.now();
    await master.say(room, '!그만');
    expect(await hungUp(stop)).toBeLessThan(1_000);
    await scene.settled();
    expect(calls()).toEqual(['gabriel', 'jarvis']);
    expect(master.answers(room, question).at(-1)!.body).toMatch(/0번째 말[^]*\(멈춤\)$/);
  });
});

describe('a vote', () => {
  const vote = (choice: string) => JSON.stringify({ reason: '그냥', choice });

  it('is one call each and one message, which a tap and a word of the master change', async () => {
    const { master, providers } = scene;
    const { hq } = scene;
    providers.play(vote('짬뽕'));
    providers.play(vote('짜장'), 'gabriel', 'jarvis');
    const question = await master.say(hq, '얘들아 다수결로 정하자: 짜장 vs 짬뽕');
    const result = await master.noticed(hq, question);
    await scene.settled();
    expect(calls().toSorted()).toEqual([...SCRIPTED_AGENTS].toSorted());
    for (const asked of providers.questions) expect(asked.body).not.toContain('그냥');
    expect(master.answers(hq, question)).toEqual([]);
    expect(result.who).toBe('coordinator');
    for (const name of Object.values(NAMES)) expect(result.body).toContain(`- ${name}: `);

    const now = () => master.shown(hq).find(({ id }) => id === result.id)?.body ?? '';
    const tap = await master.react(hq, result.id, '2️⃣');
    await master.until('his vote', hq, () => (now().includes('- **마스터: 짬뽕**') ? true : undefined));
    await master.reply(hq, result.id, '난 짜장');
    await master.until('his other vote', hq, () => (now().includes('- **마스터: 짜장**') ? true : undefined));
    await master.redact(hq, tap);
    expect(master.notices(hq, question)).toHaveLength(1);
    // Nobody was asked anything by that.
    await scene.settled();
    expect(calls()).toHaveLength(SCRIPTED_AGENTS.length);
  });
});

describe('stopping', () => {
  /** Four providers speak and do not end; the other two have answered. */
  async function inFullSpate(room: string): Promise<string> {
    scene.providers.play(() => endless);
    const question = await scene.master.say(room, '다들 길게 이야기해 줘');
    await scene.until(() => scene.providers.questions.length === SCRIPTED_AGENTS.length);
    // Until all of it stands in the room, growing.
    await scene.master.until('growing answers', room, () =>
      scene.master.answers(room, question).filter((one) => one.growing).length === SCRIPTED_AGENTS.length
        ? true
        : undefined,
    );
    return question;
  }

  it.each([
    ['!stop', (room: string) => scene.master.say(room, '!stop')],
    ['!그만', (room: string) => scene.master.say(room, '!그만')],
    ['🛑 on the question', (room: string, question: string) => scene.master.react(room, question, '🛑')],
    ['taking the question back', (room: string, question: string) => scene.master.redact(room, question)],
  ])('by %s hangs up on every provider, keeps what was said, and lets nothing more come', async (_how, stop) => {
    const { master, hq, providers } = scene;
    const question = await inFullSpate(hq);
    const at = Date.now();
    await stop(hq, question);
    expect(await hungUp(at)).toBeLessThan(1_000);
    await scene.settled();

    const answers = master.answers(hq, question).filter((one) => one.who !== 'manus' && one.who !== 'michael');
    expect(answers).toHaveLength(SCRIPTED_AGENTS.length);
    for (const one of answers) {
      expect(one.growing).toBe(false);
      expect(one.body).toMatch(/^0번째 말 1번째 말 [^]*\(멈춤\)$/);
    }
    const before = master.events(hq).length;
    await sleep(1_500);
    await scene.settled();
    expect(master.events(hq).length).toBe(before);
    expect(calls()).toHaveLength(SCRIPTED_AGENTS.length);

    providers.reset();
    const next = await master.say(hq, '가브리엘, 다시 시작하자');
    expect((await master.answered(hq, next))[0]!.body).toBe('gabriel의 대답입니다.');
  });

  it.each([
    ['🛑 on', (room: string, answer: string) => scene.master.react(room, answer, '🛑'), 1],
    ['taking back', (room: string, answer: string) => scene.master.redact(room, answer), 0],
  ])('by %s one answer ends that one alone', async (_how, stop, left) => {
    const { master, hq, providers } = scene;
    const question = await inFullSpate(hq);
    const claude = () => master.answers(hq, question).filter((one) => one.who === 'claude');
    await stop(hq, claude()[0]!.id);
    await scene.until(() => providers.once('claude').abandonedAt !== undefined);
    await scene.until(() => claude().filter((one) => one.body.endsWith('(멈춤)')).length === left);
    expect(SCRIPTED_AGENTS.filter((agent) => providers.once(agent).abandonedAt !== undefined)).toEqual(['claude']);
    await master.say(hq, '!그만');
    await hungUp(0);
    await scene.settled();
    expect(claude()).toHaveLength(left);
  });

  it('before the first word leaves no message behind', async () => {
    const { master, hq, providers } = scene;
    providers.play(() => ({ after: new Promise(() => undefined) }));
    const question = await master.say(hq, '클로드, 천천히 생각해');
    await scene.until(() => providers.asked('claude').length === 1);
    const at = Date.now();
    const stop = await master.say(hq, '!그만');
    expect(await hungUp(at)).toBeLessThan(1_000);
    await scene.settled();
    expect(master.answers(hq, question)).toEqual([]);
    expect(master.notices(hq, stop).map((one) => one.body)).toEqual([expect.stringContaining('1개')]);
  });

  it('while the swarm is dead counts when it is back', async () => {
    const { master, hq, providers, house } = scene;
    const question = await inFullSpate(hq);
    const before = await house.kill('swarm');
    await master.say(hq, '!그만');
    await house.reborn('swarm', before);
    await scene.settled();
    expect(calls()).toHaveLength(SCRIPTED_AGENTS.length);
    for (const agent of SCRIPTED_AGENTS) {
      const answer = master.answers(hq, question).filter((one) => one.who === agent);
      expect(answer.map((one) => one.growing)).toEqual([false]);
      expect(answer[0]!.body).toMatch(/^0번째 말 [^]*\(멈춤\)$/);
    }
    providers.reset();
    expect((await master.answered(hq, await master.say(hq, '가브리엘, 이어서 하자')))[0]!.body).toBe(
      'gabriel의 대답입니다.',
    );
  });

  it('ends the waiting for another try', async () => {
    const { master, hq, providers } = scene;
    providers.play(() => ({ status: 500, body: '{}', headers: { 'retry-after': '2' } }), 'claude');
    const question = await master.say(hq, '클로드, 또 고장이야?');
    await scene.until(() => providers.asked('claude')[0]?.endedAt !== undefined);
    await master.say(hq, '!그만');
    await scene.settled();
    await sleep(2_500);
    expect(calls()).toEqual(['claude']);
    expect(master.answers(hq, question)).toEqual([]);
  });

  it('reaches turns that wait for their place: they never start', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('gabriel', 'claude', 'jarvis', 'perplexity');
    providers.play(() => ({ after: new Promise(() => undefined) }));
    // More than work at once.
    const questions: string[] = [];
    for (let i = 0; i < 60; i += 1) questions.push(await master.say(room, `얘들아 ${i}번째 질문`));
    await scene.until(() => providers.questions.length >= 200);
    await master.say(room, '!그만');
    await hungUp(0);
    await scene.settled();
    expect(providers.questions).toHaveLength(200);
    expect(questions.flatMap((id) => master.answers(room, id))).toEqual([]);

    providers.reset();
    expect(await master.answered(room, await master.say(room, '다들 무사해?'), 4)).toHaveLength(4);
  });

  it('says so when there is nothing to stop, and is no business of others', async () => {
    const { master, hq, providers } = scene;
    expect((await master.noticed(hq, await master.say(hq, '!그만'))).body).toContain('멈출 대답이 없습니다');
    await using stranger = await scene.newcomer('passer-by');
    await scene.bringIn(stranger, hq);
    const question = await inFullSpate(hq);
    await stranger.react(hq, question, '🛑');
    await stranger.say(hq, '!그만');
    await scene.master.noticed(hq, await master.say(hq, '!도움'));
    await sleep(500);
    expect(providers.questions.filter((one) => one.abandonedAt !== undefined)).toEqual([]);
    await master.say(hq, '!그만');
    await hungUp(0);
    await scene.settled();
  });
});
