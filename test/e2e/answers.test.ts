import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Shown } from '../house/person.ts';
import { heard, SCRIPTED_AGENTS, type Reply } from '../house/providers.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open();
});
afterAll(() => scene[Symbol.asyncDispose]());
beforeEach(() => scene.providers.reset());

const error = (status: number, code: string): Reply => ({
  status,
  body: JSON.stringify({ error: { message: 'no', type: code, code } }),
  headers: { 'retry-after': '0' },
});

/** The one answer of Claude to a question of the master, whole. */
async function claudeSays(reply: Reply | string, question = '클로드, 말해 봐'): Promise<Shown> {
  const { master, hq, providers } = scene;
  providers.play(() => reply, 'claude');
  const id = await master.say(hq, question);
  await scene.settled();
  const answers = master.answers(hq, id);
  expect(answers.map((one) => one.who)).toEqual(['claude']);
  return answers[0]!;
}

describe('a fault of a provider', () => {
  it.each<[string, Reply, RegExp]>([
    ['401', error(401, 'authentication_error'), /키를 받아 주지 않았어요[^]*npm start -- keys/],
    ['402', error(402, 'billing_error'), /잔액이 없어[^]*충전한 뒤 `!해동 클로드`라고 보내 주세요\.$/],
    ['429', error(429, 'rate_limit_error'), /요청이 몰려/],
    // A server that names its time is not held out for half a minute.
    [
      '500',
      { ...error(500, 'api_error'), headers: { 'retry-after': '120' } },
      /고장이거나 붐벼서 실패했어요[^]*2분 뒤/,
    ],
    ['an answer dropped in the middle', { pieces: ['시작은 ', '했는데'], everyMs: 30, ending: 'drop' }, /끊겼어요/],
    ['an empty answer', { pieces: [] }, /빈 답/],
  ])('%s is one short line of that agent, and the others are untouched', async (_what, reply, line) => {
    const { master, hq, providers } = scene;
    providers.play(() => reply, 'claude');
    const id = await master.say(hq, '다들 한마디씩');
    await scene.settled();
    const answers = master.answers(hq, id);
    expect(answers).toHaveLength(6);
    const faulty = answers.filter((one) => one.chavion.kind === 'fault');
    expect(faulty.map((one) => one.who)).toEqual(['claude']);
    expect(faulty[0]!.body).toMatch(line);
    expect(faulty[0]!.body).toContain('anthropic/claude-sonnet-5-5');
    expect(faulty[0]!.body.length).toBeLessThan(250);
    for (const agent of SCRIPTED_AGENTS.filter((one) => one !== 'claude'))
      expect(answers.find((one) => one.who === agent)!.body).toContain(`${agent}의 대답입니다.`);
  });

  it('is told in the language of the question', async () => {
    const { body } = await claudeSays(error(401, 'authentication_error'), 'Claude, say something');
    expect(body).toMatch(/^[^가-힣]*refused my key[^가-힣]*$/);
  });

  it('is named in the table of agents, in words, until it answers again', async () => {
    const { master, hq } = scene;
    const row = async () => {
      const table = await master.noticed(hq, await master.say(hq, '!에이전트'));
      return /- \*\*클로드[^\n]*(?:\n {2}[^\n]*)*/.exec(table.body)?.[0];
    };
    await claudeSays(error(402, 'billing_error'));
    expect(await row()).toMatch(/ · 대기 중[^]*\n {2}지난번 실패: 잔액 없음$/);
    await claudeSays('다시 됩니다.');
    const after = await row();
    expect(after).toMatch(/ · 대기 중 · /);
    expect(after).not.toContain('실패');
  });

  it('that never answers holds up nobody else', async () => {
    const { master, hq, providers } = scene;
    providers.play(() => ({ after: new Promise(() => undefined) }), 'claude');
    const id = await master.say(hq, '다들 한마디씩 더');
    const answers = await master.answered(hq, id, 5);
    expect(answers.map((one) => one.who)).not.toContain('claude');
    const next = await master.say(hq, '가브리엘, 클로드는 왜 조용해?');
    await master.answered(hq, next);
    await master.say(hq, '!그만');
    await scene.settled();
  });
});

describe('what an agent writes', () => {
  it('is shown as a person means it: bold, lists, code and tables', async () => {
    const { body, html } = await claudeSays(
      '**먼저** 볼 것:\n\n- 엔진\n- `오일`\n\n```js\nif (a < b) go();\n```\n\n| 항목 | 값 |\n|---|---|\n| 거리 | 400 |',
    );
    expect(body).toContain('**먼저** 볼 것:');
    expect(html).toContain('<strong>먼저</strong>');
    expect(html).toMatch(/<ul>\s*<li>엔진<\/li>\s*<li><code>오일<\/code><\/li>\s*<\/ul>/);
    expect(html).toMatch(/<pre><code class="language-js">if \(a &lt; b\) go\(\);/);
    expect(html).toMatch(/<table>[^]*<th>항목<\/th>[^]*<td>400<\/td>/);
  });

  it('carries no HTML of its own, no script and no picture', async () => {
    const { html } = await claudeSays(
      '**보세요** <b>굵게</b> <img src=x onerror=alert(1)> [좋은 곳](javascript:alert(1)) ![그림](https://example.org/p.png)\n\n<script>alert(1)</script>',
    );
    expect(html).toContain('<strong>보세요</strong>');
    expect(html).toContain('&lt;b&gt;굵게&lt;/b&gt;');
    expect(html).toContain('&lt;script&gt;');
    expect(html).not.toMatch(/<(?:script|img|b)\b|href="javascript/);
  });

  it('rings nobody', async () => {
    const said = await claudeSays(
      '@room 모두 보세요. @master:house.test 마스터, 끝났습니다. <a href="https://matrix.to/#/@master:house.test">마스터</a>',
    );
    expect(said.mentions).toEqual({});
    expect(said.html ?? '').not.toMatch(/href="https:\/\/matrix\.to/);
    expect((await claudeSays('짧은 답')).mentions).toEqual({});
  });

  it('in short is one event without any edit', async () => {
    const before = scene.master.events(scene.hq).length;
    const said = await claudeSays('짧은 답');
    expect(said.versions).toHaveLength(1);
    // The question and the answer.
    expect(scene.master.events(scene.hq).length - before).toBe(2);
  });

  it('over a longer time grows in one message, readable at every step', async () => {
    const text = '# 계획\n\n**첫째** 기름을 넣는다.\n\n```sh\nrun --fast\nrun --slow\n```\n\n- 하나\n- **둘**\n\n끝.';
    const said = await claudeSays({ pieces: text.match(/[^]{1,6}/gu)!, everyMs: 300 });
    expect(said.body).toBe(text);
    expect(said.growing).toBe(false);
    expect(said.html).toMatch(/<h1>계획<\/h1>[^]*<pre><code class="language-sh">[^]*<strong>둘<\/strong>/);
    expect(said.versions.length).toBeGreaterThan(2);
    for (const { body, html } of said.versions.slice(0, -1)) {
      expect(body.match(/```/g)?.length ?? 0).toSatisfy((fences: number) => fences % 2 === 0);
      expect(html ?? '').not.toMatch(/\*\*|```/);
    }
    // Every step holds what the one before said.
    const words = said.versions.map(({ body }) => body.replace(/[^가-힣]/g, ''));
    for (const step of words) expect(words.at(-1)!.startsWith(step)).toBe(true);
  });

  it('beyond what a message holds is its beginning and the whole as a file', async () => {
    const { master, hq } = scene;
    const whole = Array.from({ length: 6_000 }, (_, i) => `${i}번째 줄은 이렇습니다.`).join('\n');
    expect(Buffer.byteLength(whole)).toBeGreaterThan(200_000);
    const { providers } = scene;
    providers.play(() => ({ pieces: whole.match(/[^]{1,20000}/gu)! }), 'claude');
    const id = await master.say(hq, '클로드, 다 말해 봐');
    await scene.settled();
    const [beginning, file, ...more] = master.answers(hq, id);
    expect(more).toEqual([]);
    expect(beginning!.body).toMatch(/^0번째 줄은 이렇습니다\.\n1번째/);
    expect(beginning!.body).toMatch(/아래 파일에 있습니다\)$/);
    expect(file).toMatchObject({ who: 'claude', msgtype: 'm.file' });
    expect(await master.download(file!.content.url)).toBe(whole);
    for (const event of master.events(hq)) expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(65_536);
  });

  it('is preceded by typing while it thinks, and by none after', async () => {
    const { master, hq, providers } = scene;
    master.typed.clear();
    let think = () => {};
    const thought = new Promise<void>((resolve) => (think = resolve));
    providers.play(() => ({ after: thought, pieces: ['생각이 났습니다.'] }), 'claude');
    const id = await master.say(hq, '클로드, 잘 생각해 봐');
    await master.until('typing', hq, () => (master.isTyping(hq, 'claude') ? true : undefined));
    expect([...master.typed]).toEqual(['claude']);
    think();
    await master.answered(hq, id);
    await master.until('no typing', hq, () => (master.isTyping(hq, 'claude') ? undefined : true));
  });
});

describe('a file', () => {
  const PNG = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  /** '배차표 부산 목요일' in EUC-KR. */
  const EUC_KR = Buffer.from([
    0xb9, 0xe8, 0xc2, 0xf7, 0xc7, 0xa5, 0x20, 0xba, 0xce, 0xbb, 0xea, 0x20, 0xb8, 0xf1, 0xbf, 0xe4, 0xc0, 0xcf,
  ]);

  async function given(file: {
    name: string;
    mediaType: string;
    bytes: Uint8Array;
    msgtype?: string;
  }): Promise<{ context: string; images: number }> {
    const { master, providers } = scene;
    const room = await scene.roomWith('claude');
    await master.post(room, { ...file, caption: '클로드, 이거 봐줘' });
    await scene.until(() => providers.asked('claude').length === 1);
    await scene.settled();
    const question = providers.once('claude');
    return { context: heard(question), images: question.images };
  }

  it('of text reaches the model, in UTF-8 and as old Korean programs write it', async () => {
    const utf8 = await given({
      name: '배차.txt',
      mediaType: 'text/plain',
      bytes: Buffer.from('월요일 부산\n화요일 대구 🚚'),
    });
    expect(utf8.context).toMatch(
      /\[마스터, file: 배차\.txt\] 클로드, 이거 봐줘\n\| <<<BEGIN .*>>>\n\| 월요일 부산\n\| 화요일 대구 🚚\n\| <<<END .*>>>/,
    );
    scene.providers.reset();
    const old = await given({ name: '옛날.txt', mediaType: 'text/plain', bytes: EUC_KR });
    expect(old.context).toContain('배차표 부산 목요일');
  });

  it('of text is read up to 200 KB, and beyond that only where the executor reads', async () => {
    const line = 'a line of forty letters, more or less...\n';
    const just = await given({ name: 'just.log', mediaType: 'text/plain', bytes: Buffer.from(line.repeat(4_900)) });
    expect(just.context.split('more or less').length - 1).toBe(4_900);
    scene.providers.reset();
    const { context } = await given({
      name: 'huge.log',
      mediaType: 'text/plain',
      bytes: Buffer.from(line.repeat(7_500)),
    });
    expect(context).toMatch(
      /, file: huge\.log, not readable for you: files of this kind or size are read in the headquarters only\]/,
    );
    expect(context).not.toContain('more or less');
  });

  it('with a picture goes to a model that sees, also with a later question', async () => {
    const { master, hq, providers } = scene;
    const { images, context } = await given({
      name: '사고.png',
      mediaType: 'image/png',
      bytes: PNG,
      msgtype: 'm.image',
    });
    expect(images).toBe(1);
    expect(context).toContain(', image: 사고.png] 클로드, 이거 봐줘');
    providers.reset();
    await master.post(hq, {
      name: '바퀴.png',
      mediaType: 'image/png',
      bytes: PNG,
      msgtype: 'm.image',
      caption: '가브리엘, 이 사진 봐',
    });
    await scene.settled();
    await master.answered(hq, await master.say(hq, '자비스, 사진에 뭐가 있어?'));
    expect(providers.once('jarvis').images).toBe(1);
  });

  it.each([
    ['sound', { name: '녹음.ogg', mediaType: 'audio/ogg', bytes: Buffer.from('OggS'), msgtype: 'm.audio' }],
    ['bytes', { name: '자료.bin', mediaType: 'application/octet-stream', bytes: Buffer.from([0, 1, 2, 3]) }],
    [
      'bytes that claim to be text',
      { name: '거짓.txt', mediaType: 'text/plain', bytes: Buffer.from([0, 1, 2, 3, 255]) },
    ],
    [
      'bytes that claim to be a picture',
      { name: '거짓.png', mediaType: 'image/png', bytes: Buffer.from('hello'), msgtype: 'm.image' },
    ],
  ])('of %s is named as not readable', async (_what, file) => {
    const { context, images } = await given(file);
    expect(images).toBe(0);
    expect(context).toMatch(new RegExp(`, file: ${file.name}, not readable for you: .+\\] 클로드, 이거 봐줘`));
  });

  it('without a word is a message like any other', async () => {
    const { master, hq } = scene;
    const id = await master.post(hq, { name: 'plan.txt', mediaType: 'text/plain', bytes: Buffer.from('계획') });
    await scene.settled();
    expect(master.answers(hq, id)).toHaveLength(6);
  });
});
