import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SCRIPTED_AGENTS, type Reply } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

/** 41 tokens in and 12 out, as the stand-in of Anthropic counts: 41 * 2 + 12 * 10 micro-dollars. */
const CLAUDE_CALL = 202;

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

/** What the coordinator says to a command. */
async function told(command: string): Promise<string> {
  return (await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, command))).body;
}

/** Everything that answers a message, once everything is over. */
async function says(body: string) {
  const { master, hq } = scene;
  const id = await master.say(hq, body);
  await scene.settled();
  return { answers: master.answers(hq, id), notices: master.notices(hq, id) };
}

const refusal = (status: number, code: string, retryAfter?: string): Reply => ({
  status,
  body: JSON.stringify({ error: { message: 'no', type: code, code } }),
  ...(retryAfter === undefined ? {} : { headers: { 'retry-after': retryAfter } }),
});
const warnings = () => scene.master.shown(scene.hq).filter(({ body }) => body.startsWith('💰'));

describe('a budget', () => {
  it('counts what the providers counted, for one and for all', async () => {
    const { answers } = await says('클로드, 안녕');
    expect(answers.map(({ body }) => body)).toEqual(['claude의 대답입니다.']);
    const spent = await scene.redis.hgetall(
      `chavion:swarm:purse:spent:month:${new Intl.DateTimeFormat('en-CA', { timeZone: 'Asia/Seoul', year: 'numeric', month: '2-digit' }).format(new Date())}`,
    );
    expect(spent).toEqual({
      'claude.usd': String(CLAUDE_CALL),
      'claude.tokens': '53',
      '*.usd': String(CLAUDE_CALL),
      '*.tokens': '53',
    });
    expect(await scene.redis.hlen('chavion:swarm:purse:held')).toBe(0);
    expect(await told('!예산')).toMatch(/- \*\*클로드\*\* · 오늘 \$0\.0002 · 53t\n {2}이번 달 \$0\.0002 · 53t\n/);
  });

  it('tells at 80 %, once; says once that it is over; is left out; and comes back when it is raised', async () => {
    const { providers } = scene;
    expect(await told('!예산 클로드 하루 0.0004달러')).toMatch(/\*\*클로드\*\*: 하루 \$0\.0004까지/);
    await says('클로드, 한 번 더');
    await scene.until(() => warnings().length > 0);
    expect(warnings()[0]).toMatchObject({
      who: 'coordinator',
      msgtype: 'm.notice',
      body: expect.stringMatching(/클로드의 오늘 예산을 80% 넘게/),
    });

    providers.reset();
    const first = await says('다들 안녕');
    expect(first.answers).toHaveLength(6);
    const fault = first.answers.find(({ who }) => who === 'claude');
    expect(fault).toMatchObject({
      chavion: { kind: 'fault' },
      body: expect.stringMatching(/블랙아웃[^]*오늘 예산을 다 썼[^]*24:00까지 쉬고 스스로 돌아/),
    });
    const second = await says('다들 또 안녕');
    expect(second.answers.map(({ who }) => who)).not.toContain('claude');
    expect(second.answers).toHaveLength(5);
    expect(second.notices).toEqual([]);
    const called = await says('클로드, 거기 있어?');
    expect(called.answers).toEqual([]);
    expect(called.notices.map(({ body }) => body)).toEqual([
      expect.stringMatching(/블랙아웃: 클로드 \(오늘 24:00까지\)/),
    ]);
    expect(providers.asked('claude')).toEqual([]);
    expect(await told('!에이전트')).toMatch(/- \*\*클로드\*\* · 블랙아웃, 오늘 24:00까지/);
    expect(await told('!예산')).toMatch(/💤 클로드: 블랙아웃/);

    // Limits and what was spent are no memory of one process.
    const pid = await scene.house.kill('swarm');
    await scene.house.reborn('swarm', pid);
    expect((await says('다들 아직 있어?')).answers).toHaveLength(5);
    expect(providers.asked('claude')).toEqual([]);

    await told('!budget claude 1usd/day');
    expect((await says('클로드, 돌아왔어?')).answers.map(({ body }) => body)).toEqual(['claude의 대답입니다.']);
    expect(warnings()).toHaveLength(1);
    expect(await told('!예산 클로드 끔')).toContain('모두 없앴습니다');
  });

  it('of the whole house silences all who cost something', async () => {
    await told('!예산 전체 하루 0.0001달러');
    await says('다들 뭐 해?');
    scene.providers.reset();
    const { answers } = await says('다들 뭐 하냐니까');
    // Manus and Michael rehearse.
    expect(answers.map(({ who }) => who).toSorted()).toEqual(['manus', 'michael']);
    expect(scene.providers.questions).toEqual([]);
    await told('!예산 전체 끔');
    expect((await says('다들 돌아왔어?')).answers).toHaveLength(6);
  });

  it('is explained where it cannot be read', async () => {
    expect(await told('!예산 클로드 한달 3만원')).toMatch(/달러로 정합니다[^]*바뀐 것은 없습니다/);
    expect(await told('!budget frank 2usd/day')).toContain('`frank`');
  });
});

describe('a provider that wants a pause', () => {
  it('429 with a time: said once with the time, no call until then, and back by itself', async () => {
    const { providers } = scene;
    providers.play(() => refusal(429, 'rate_limit_error', '90'), 'claude');
    const began = Date.now();
    // Shortened below: nobody waits for 90 seconds here.
    const first = await says('클로드, 바빠?');
    expect(first.answers.map(({ body }) => body)).toEqual([
      expect.stringMatching(/요청이 몰려[^]*까지 쉬고 스스로 돌아옵니다[^]*!해동 클로드/),
    ]);
    expect(providers.asked('claude')).toHaveLength(1);
    expect((await says('다들 안녕')).answers.map(({ who }) => who)).not.toContain('claude');
    expect(providers.asked('claude')).toHaveLength(1);
    const [until = '0'] = (await scene.redis.hget('chavion:swarm:purse:rests', 'claude'))?.split(' ') ?? [];
    expect(Number(until) - began).toBeGreaterThanOrEqual(90_000);
    expect(Number(until) - began).toBeLessThan(120_000);

    providers.reset();
    await scene.redis.hset(
      'chavion:swarm:purse:rests',
      'claude',
      `${Date.now() + 1_500} provider.rate anthropic/claude-sonnet-5-5`,
    );
    await sleep(2_700);
    expect((await says('다들 안녕')).answers.map(({ who }) => who)).toContain('claude');
  });

  it('402: an hour, unless the master has paid and says so', async () => {
    const { providers } = scene;
    providers.play(() => refusal(402, 'billing_error'), 'claude');
    expect((await says('클로드, 안녕')).answers.map(({ body }) => body)).toEqual([
      expect.stringMatching(/잔액이 없어[^]*!해동 클로드`라고 보내 주세요\.$/),
    ]);
    providers.reset();
    expect((await says('클로드, 안녕')).notices.map(({ body }) => body)).toEqual([
      expect.stringContaining('블랙아웃: 클로드'),
    ]);
    expect(providers.asked('claude')).toEqual([]);
    expect(await told('!해동 클로드')).toBe(
      '클로드: 회사가 정한 쉬는 시간을 끝냈습니다. 다시 부르면 대답합니다. 예산은 그대로입니다.',
    );
    expect((await says('클로드, 안녕')).answers.map(({ body }) => body)).toEqual(['claude의 대답입니다.']);
  });
});

it('a freeze ends what runs and lets nothing begin, through a restart, until it thaws', async () => {
  const { master, hq, providers } = scene;
  providers.play(() => ({ pieces: Array.from({ length: 300 }, (_, i) => `${i}번째 말 `), everyMs: 100 }), 'claude');
  const id = await master.say(hq, '클로드, 길게 말해 줘');
  await scene.until(() => master.answers(hq, id).some(({ body }) => body.includes('번째')));
  expect(await told('!동결')).toContain('동결했습니다');
  await scene.until(() => providers.questions.every((one) => one.abandonedAt !== undefined));
  await scene.settled();
  expect(
    master.answers(hq, id).map(({ growing, body }) => [growing, body.includes('번째'), body.includes('!해동')]),
  ).toEqual([[false, true, true]]);

  const pid = await scene.house.kill('swarm');
  await scene.house.reborn('swarm', pid);
  providers.reset();
  const { answers, notices } = await says('다들 뭐 해?');
  expect(answers).toEqual([]);
  expect(notices.map(({ body }) => body)).toEqual([expect.stringContaining('동결')]);
  expect(providers.questions).toEqual([]);
  expect(await told('!해동')).toContain('풀었습니다');
  expect((await says('다들 이제는?')).answers).toHaveLength(6);
  expect(providers.questions).toHaveLength(SCRIPTED_AGENTS.length);
});
