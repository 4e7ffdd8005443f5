import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { startProviderServer, type ProviderServer } from '../contract/provider-server.ts';
import { fixture, KEY, MANUS, type Json } from '../contract/provider-wires.ts';
import type { Shown } from '../house/person.ts';
import { heard } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';
import { startTask } from '../house/task-scene.ts';

const REMIND_MINUTES = 0.15;
const ABSENT_MINUTES = 0.6;

/** Small windows, so that little talk falls out of them; Claude has a second model. */
/** As `!기억` shows it. */
const SUMMARY = '앞선 이야기 요약';

const roster = {
  ...defaultRoster,
  agents: defaultRoster.agents.map((agent) => ({
    ...agent,
    contextTokens: 1_000,
    ...(agent.id === 'claude' ? { fallback: 'openai/gpt-6-astra' } : {}),
  })),
  memory: { everyMessages: 4 },
  relay: { remindAfter: REMIND_MINUTES, absentAfter: ABSENT_MINUTES },
};

let scene: Scene;
let manus: ProviderServer;
/** What Manus shows until the master's yes. */
let manusWaits = true;
/** Tasks that hang in their creation, as Manus lists them. */
let unheard: { id: string; title: string }[] | null = null;
/** Its tasks never end by themselves. */
let manusWorks = false;
/** The title of what was begun last. */
let newest = '';

beforeAll(async () => {
  const states = ['new', 'running', 'planning', 'confirming'];
  let looked = 0;
  const json = (name: string): Json => JSON.parse(fixture(MANUS, `${name}.json`));
  manus = await startProviderServer(({ method, path, body }) => {
    if (unheard !== null) {
      if (path.startsWith('/v2/task.list?')) return { body: JSON.stringify({ ok: true, data: unheard }) };
      if (path !== '/v2/task.create') return { body: JSON.stringify(json('stopped')) };
      unheard = [{ id: 'TeBim6FDQf9peS52xHtAyh', title: JSON.parse(body).title }];
      return 'hang';
    }
    if (path === '/v2/task.confirmAction') manusWaits = false;
    if (path === '/v2/task.create') newest = JSON.parse(body).title;
    if (manusWorks && path.startsWith('/v2/task.list?'))
      return { body: JSON.stringify({ ok: true, data: [{ id: 'TeBim6FDQf9peS52xHtAyh', title: newest }] }) };
    if (manusWorks && method === 'GET') return { body: JSON.stringify(json('running')) };
    if (method === 'POST') return { body: JSON.stringify(json(path === '/v2/task.create' ? 'created' : 'accepted')) };
    if (manusWaits) return { body: JSON.stringify(json(states[Math.min(looked++, 3)]!)) };
    const [stopped, old] = [json('stopped'), json('confirming')];
    const fresh = stopped.messages.slice(0, 3).map((event: Json) => ({ ...event, id: `new_${event.id}` }));
    return { body: JSON.stringify({ ...stopped, messages: [...fresh, ...old.messages] }) };
  });
  scene = await Scene.open({
    roster,
    env: { MANUS_API_KEY: KEY, MANUS_BASE_URL: manus.url, CHAVION_REHEARSAL: 'auto' },
  });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  await manus[Symbol.asyncDispose]();
});
beforeEach(() => scene.providers.reset());

/** What the coordinator says to a command. */
async function told(command: string, room = scene.hq): Promise<string> {
  return (await scene.master.noticed(room, await scene.master.say(room, command))).body;
}

async function swarmDies(meanwhile: () => Promise<unknown> = () => Promise.resolve()): Promise<void> {
  const pid = await scene.house.kill('swarm');
  await meanwhile();
  await scene.house.reborn('swarm', pid);
}

describe('!model', () => {
  it('changes a model at once, by any callsign, and back', async () => {
    const { master, hq } = scene;
    expect(await told('미카엘, 안녕')).toContain('키가 없어 쉬고');
    expect(await told('!모델 뤼튼 openai/gpt-6-astra')).toMatch(/미카엘.*openai\/gpt-6-astra.*키가 있어/);
    const [answer] = await master.answered(hq, await master.say(hq, '미카엘, 안녕'));
    expect(answer).toMatchObject({ who: 'michael', body: 'gabriel의 대답입니다.' });
    expect(await told('!에이전트')).toMatch(/미카엘\*\* · 대기 중[^\n]*\n {2}openai\/gpt-6-astra$/m);
    expect(await told('!model michael')).toContain('`openai/gpt-6-astra`');
    expect(await told('!model michael default')).toContain('`rehearsal`');
    expect(await told('미카엘, 안녕')).toContain('키가 없어 쉬고');
    expect(await told('!에이전트')).toMatch(/미카엘\*\* · 쉬는 중[^\n]*\n {2}rehearsal$/m);
  });

  it('refuses what is no model, and changes nothing', async () => {
    expect(await told('!model claude gpt-5')).toMatch(/쓸 수 없는 모델/);
    expect(await told('!model claude opnai/gpt-5')).toMatch(/아는 회사는/);
    expect(await told('!model frank openai/gpt-5')).toMatch(/가브리엘, 자비스/);
    expect(await told('!에이전트')).toMatch(/클로드\*\* · [^\n]*\n {2}anthropic\/claude-sonnet-5-5/);
  });

  it('is a choice that survives the swarm', async () => {
    const { master, hq } = scene;
    await told('!모델 미카엘 google/gemini-4-hydrogen');
    await swarmDies();
    const [answer] = await master.answered(hq, await master.say(hq, '미카엘, 아직 거기 있어?'));
    expect(answer).toMatchObject({ who: 'michael', body: 'jarvis의 대답입니다.' });
    await told('!모델 미카엘 기본');
  });

  it("is the masters' alone", async () => {
    await using stranger = await scene.newcomer('tinkerer');
    await scene.bringIn(stranger, scene.hq);
    expect(
      (await scene.master.noticed(scene.hq, await stranger.say(scene.hq, '!모델 클로드 rehearsal'))).body,
    ).toContain('마스터만');
    expect(await told('!모델 클로드')).toContain('anthropic/claude-sonnet-5-5');
  });
});

it('a second model answers where the first refuses', async () => {
  const { master, hq, providers } = scene;
  providers.play(() => ({ status: 401, body: '{"error":{"type":"authentication_error","message":"no"}}' }), 'claude');
  const [answer] = await master.answered(hq, await master.say(hq, '클로드, 계획이 뭐야?'));
  expect(answer).toMatchObject({ who: 'claude', body: 'gabriel의 대답입니다.' });
  expect(providers.asked('claude')).toHaveLength(1);
});

describe('Manus', () => {
  it('shows how it goes, puts its question to the master, and goes on with the reply', async () => {
    const { master, hq } = scene;
    const sent = (call: string) => manus.requests.filter(({ path }) => path === `/v2/${call}`);
    const question = await master.say(hq, '마누스, 정비 예약해 줘');
    const [asked] = await master.answered(hq, question);
    expect(asked!.versions.map(({ body }) => body)).toContain('(2/3) 정비 순서 정하기');
    expect(asked!.body).toMatch(/Send email to garage@example\.com[^]*답장/);
    expect(asked!.chavion.resume).toBe('TeBim6FDQf9peS52xHtAyh');

    // Another account's reply, and another's claim to be the question, hand back nothing.
    await using stranger = await scene.newcomer('passenger');
    await scene.bringIn(stranger, hq);
    const forged = await stranger.say(hq, '진행할까요?', { 'com.chavion': asked!.chavion });
    await stranger.reply(hq, asked!.id, '네');
    await scene.settled();
    expect(sent('task.confirmAction')).toEqual([]);

    const done = await master.answered(hq, await master.say(hq, '마누스, 네'));
    expect(done.map(({ who, body }) => [who, body])).toEqual([['manus', expect.stringContaining(MANUS.answer)]]);
    expect(sent('task.confirmAction').map(({ body }) => JSON.parse(body))).toEqual([
      { task_id: 'TeBim6FDQf9peS52xHtAyh', event_id: 'evt_act1', input: { accept: true } },
    ]);
    expect(sent('task.create')).toHaveLength(1);
    await master.reply(hq, forged, '마누스 빼고 다들 네');
    await scene.settled();
    expect(sent('task.confirmAction')).toHaveLength(1);
  });
});

describe('Manus, whose tasks cost', () => {
  const created = () => manus.requests.filter(({ path }) => path === '/v2/task.create').length;

  it('is not asked for small talk', async () => {
    const { master, hq } = scene;
    const before = created();
    const answers = await master.answered(hq, await master.say(hq, '얘들아 안녕'), 4);
    await scene.settled();
    expect(answers.map(({ who }) => who)).not.toContain('manus');
    expect(created()).toBe(before);
  });

  it('goes on with the task that it was about to begin when the swarm was killed', async () => {
    const { master, hq } = scene;
    const before = created();
    unheard = [];
    const question = await master.say(hq, '마누스, 내일 정비도 잡아 줘');
    await scene.until(() => created() > before);
    await swarmDies();
    const [answer] = await master.answered(hq, question);
    expect(answer).toMatchObject({ who: 'manus', body: expect.stringContaining(MANUS.answer) });
    expect(created()).toBe(before + 1);
    unheard = null;
  });
});

describe('relay', () => {
  const posted = (turn: string): readonly Shown[] =>
    scene.master.shown(scene.ops).filter((one) => one.chavion.kind === 'relay' && one.chavion.turn === turn);
  const put = (source: string): Promise<Shown> =>
    scene.master.until('what to paste', scene.ops, () => posted(`${source}.michael`)[0]);

  it('is off until it is asked for, and then asked by name alone', async () => {
    const { master, hq } = scene;
    expect(await told('!모델 미카엘 relay')).toContain('작업기록');
    await master.answered(hq, await master.say(hq, '얘들아 안녕'), 4);
    await scene.settled();
    expect(master.shown(scene.ops).filter((one) => one.chavion.kind === 'relay')).toEqual([]);
  });

  it("puts what to paste into ops, and the master's reply there is the answer here; nobody waits", async () => {
    const { master, hq, ops, providers } = scene;
    const question = await master.say(hq, '미카엘, 가게 이름 하나 지어 줘');
    const paste = await put(question);
    expect(paste.who).toBe('michael');
    expect(paste.body).toMatch(/답장[^]*```\n[^]*```$/);
    expect(paste.body).toMatch(/```\n[^]*미카엘[^]*가게 이름 하나 지어 줘\n/);
    expect(paste.html).toContain('<pre><code>');
    const other = await master.say(hq, '가브리엘, 뭐 해?');
    await master.answered(hq, other);

    await using stranger = await scene.newcomer('intruder');
    await scene.bringIn(stranger, ops);
    await stranger.reply(ops, paste.id, '남의 답');
    providers.reset();
    await master.reply(ops, paste.id, '자비스, **멍멍상회** 어때요?');
    const [answer] = await master.answered(hq, question);
    expect(answer).toMatchObject({ who: 'michael', body: '자비스, **멍멍상회** 어때요?' });
    await scene.settled();
    expect(master.answers(hq, question)).toHaveLength(1);
    expect(providers.questions).toEqual([]);
    const late = await master.reply(ops, paste.id, '하나 더');
    expect((await master.noticed(ops, late)).body).toContain('이미 끝나');
  });

  it('outlives the swarm: nothing is posted twice, and an answer given meanwhile is found', async () => {
    const { master, hq, ops } = scene;
    const question = await master.say(hq, '미카엘, 인사말 한 줄');
    const paste = await put(question);
    await swarmDies(() => master.reply(ops, paste.id, '어서 오세요, 멍멍상회입니다.'));
    const [answer] = await master.answered(hq, question);
    expect(answer!.body).toBe('어서 오세요, 멍멍상회입니다.');
    expect(posted(`${question}.michael`).filter((one) => one.body.includes('```'))).toHaveLength(1);
  });

  it('ends with !stop', async () => {
    const { master, hq, ops } = scene;
    const question = await master.say(hq, '미카엘, 긴 글 써 줘');
    const paste = await put(question);
    await told('!그만');
    await scene.settled();
    for (const one of master.answers(hq, question)) expect(one.body).toMatch(/\(멈춤\)$/);
    expect((await master.noticed(ops, await master.reply(ops, paste.id, '늦은 답'))).body).toContain('이미 끝나');
  });

  it('reminds once, then counts as absent', async () => {
    const { master, hq } = scene;
    const question = await master.say(hq, '미카엘, 아무 말이나 해 봐');
    const paste = await put(question);
    const [answer] = await master.answered(hq, question);
    expect(answer!.chavion.kind).toBe('fault');
    expect(answer!.body).toContain('자리를 비운');
    expect(posted(`${question}.michael`).filter((one) => one.replyTo === paste.id)).toHaveLength(1);
    expect(await told('!에이전트')).toMatch(/미카엘\*\* · [^\n]*\n {2}relay\n {2}[^\n]*자리 비움/);
    await told('!모델 미카엘 기본');
  });
});

describe('the memory of a room', () => {
  const sums = () => scene.providers.asked('jarvis').filter(({ system }) => system.includes('memory of a chat room'));
  /** More than the agents are given at once, with a password at its beginning. */
  async function talk(room: string): Promise<string> {
    await told('!발언 호출', room);
    const rose = await scene.master.say(room, `우리 암호는 장미. ${'가'.repeat(150)}`);
    for (let i = 0; i < 8; i += 1) await scene.master.say(room, `사료 이야기 ${i} ${'나'.repeat(150)}`);
    return rose;
  }

  it('keeps what falls out, tells every agent, and forgets what is taken back or told to be forgotten', async () => {
    const { master, providers } = scene;
    const room = await scene.roomWith('claude', 'gabriel');
    providers.play(
      (question) => `요약 ${sums().length}: 사료는 목요일${heard(question).includes('장미') ? ', 암호는 장미' : ''}`,
      'jarvis',
    );
    expect(await told('!기억', room)).not.toContain(SUMMARY);
    const rose = await talk(room);
    await master.answered(room, await master.say(room, '클로드, 듣고 있어?'));
    await scene.until(() => sums().length === 1);
    await scene.until(async () => (await told('!기억', room)).includes('사료는 목요일, 암호는 장미'));

    providers.questions.length = 0;
    await master.answered(room, await master.say(room, '클로드, 그때 그 말이 뭐였지?'));
    await master.answered(room, await master.say(room, '가브리엘, 사료는 언제 와?'));
    for (const agent of ['claude', 'gabriel'] as const)
      expect(heard(providers.asked(agent)[0]!)).toMatch(
        /\n\(Summary[^)]*자비스[^)]*\)\n\| 요약 1: 사료는 목요일, 암호는 장미$/,
      );

    await master.redact(room, rose);
    await scene.until(async () => !(await told('!기억', room)).includes(SUMMARY));
    await scene.until(() => !master.print(room).includes('암호는 장미'));
    providers.questions.length = 0;
    await master.answered(room, await master.say(room, '클로드, 사료는 언제 와?'));
    await scene.until(async () => (await told('!기억', room)).includes('사료는 목요일'));
    await master.answered(room, await master.say(room, '클로드, 그다음엔?'));
    for (const question of providers.questions) expect(heard(question)).not.toContain('장미');

    expect(await told('!잊어', room)).toContain('지웠고');
    expect(await told('!기억', room)).not.toContain(SUMMARY);
    const before = sums().length;
    await master.answered(room, await master.say(room, '클로드, 아직 알아?'));
    await sleep(500);
    expect(sums()).toHaveLength(before);
    expect(heard(providers.asked('claude').at(-1)!)).not.toContain('(Summary');
  });
  it('keeps nothing of what is taken back while it is being summed up, and holds up no answer', async () => {
    const { master, providers, redis } = scene;
    const room = await scene.roomWith('claude');
    let write = () => {};
    const written = new Promise<void>((resolve) => (write = resolve));
    providers.play(
      (question) => ({ after: written, pieces: [heard(question).includes('장미') ? '암호는 장미' : '사료는 목요일'] }),
      'jarvis',
    );
    const rose = await talk(room);
    await master.answered(room, await master.say(room, '클로드, 듣고 있어?'));
    await scene.until(() => sums().length === 1);
    await master.redact(room, rose);
    await master.answered(room, await master.say(room, '클로드, 지웠어'));
    write();
    await scene.until(async () => (await redis.exists(`chavion:swarm:summing:${room}`)) === 0);
    expect(await told('!기억', room)).not.toContain(SUMMARY);
    await master.answered(room, await master.say(room, '클로드, 그럼 이제는?'));
    await scene.until(async () => (await told('!기억', room)).includes('사료는 목요일'));
    expect(sums().map((question) => heard(question).includes('장미'))).toEqual([true, false]);
  });
});

it('what Manus works at for a task is stopped with it, though the swarm was killed in between', async () => {
  manusWorks = true;
  const called = (call: string) => manus.requests.filter(({ path }) => path === `/v2/${call}`).length;
  const [created, stopped] = [called('task.create'), called('task.stop')];
  const task = await startTask(scene.master, scene.hq, '!임무 사료 이름 하나 지어 줘');
  await expect.poll(() => called('task.create'), { timeout: 60_000 }).toBe(created + 1);
  expect(called('task.stop')).toBe(stopped);
  await swarmDies(() => task.say('!취소'));
  expect((await task.ended(60_000)).body).toMatch(/^🚫/u);
  await expect.poll(() => called('task.stop'), { timeout: 30_000 }).toBe(stopped + 1);
  expect(called('task.create')).toBe(created + 1);
  manusWorks = false;
}, 180_000);
