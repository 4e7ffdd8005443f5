import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { type Beginning, buildContext, type ContextInput, isSaid } from '../../bots/turns/context.ts';
import type { ChatMessage } from '../../bots/models/providers/provider.ts';
import { estimateTokens } from '../../bots/models/token-estimate.ts';
import { eventId, MASTER, message } from './events.ts';

const claude = UserId.parse('@agent_claude:test');
const gabriel = UserId.parse('@agent_gabriel:test');
const names = new Map([
  [MASTER, '마스터'],
  [claude, '클로드'],
  [gabriel, '가브리엘'],
]);
const entry = (...args: Parameters<typeof message>): Entry => {
  const event = message(...args);
  return { event, body: event.body, growing: false };
};
const contextOf = (entries: readonly Entry[], source: string, more: Partial<ContextInput> = {}) =>
  buildContext({
    entries,
    self: claude,
    source: eventId(source),
    untilSource: true,
    nameOf: (user) => names.get(user) ?? user,
    attachments: new Map(),
    sees: true,
    tokens: 10_000,
    ...more,
  });
const build = (...args: Parameters<typeof contextOf>): readonly ChatMessage[] => contextOf(...args).messages;
const text = (one: ChatMessage | undefined): string =>
  (one?.content ?? [])
    .map((part) => (part.type === 'text' ? part.text : `<${part.type === 'image' ? part.mediaType : part.type}>`))
    .join('\n');

describe('the conversation as one agent sees it', () => {
  it('tells its own words from those of the others, each with a name', () => {
    const context = build(
      [
        entry('1', '안녕'),
        entry('2', '네', { sender: claude }),
        entry('3', '저도요', { sender: gabriel }),
        entry('4', '좋아'),
      ],
      '4',
    );
    expect(context.map((one) => [one.role, text(one)])).toEqual([
      ['user', '[마스터] 안녕'],
      ['assistant', '네'],
      ['user', '[가브리엘] 저도요\n[마스터] 좋아'],
    ]);
  });

  it('leaves out what was said after the question, and answers still growing', () => {
    const growing = { ...entry('2', '아직 쓰는', { sender: gabriel }), growing: true };
    expect(build([entry('1', '안녕'), growing, entry('3', '질문'), entry('4', '나중')], '3').map(text)).toEqual([
      '[마스터] 안녕\n[마스터] 질문',
    ]);
  });

  it('starts and ends with user even when the agent spoke first and last', () => {
    const context = build([entry('1', '먼저', { sender: claude })], '1');
    expect(context.map((one) => one.role)).toEqual(['user', 'assistant', 'user']);
  });

  it('ends with what is not part of it, within the budget', () => {
    const entries = Array.from({ length: 100 }, (_, i) => entry(`m${i}`, `메시지 ${i} ${'가'.repeat(50)}`));
    const note = `(요약)\n${'나'.repeat(300)}`;
    const all = build(entries, 'm99', { tokens: 1_000, closing: [note, '(지금)'] })
      .map(text)
      .join('\n');
    expect(all.endsWith(`${note}\n(지금)`)).toBe(true);
    expect(all).toContain('메시지 99');
    expect(estimateTokens(all)).toBeLessThanOrEqual(1_000);
  });

  it('leaves out what is to be pasted elsewhere', () => {
    const paste = entry('p', '붙여 넣으세요', { sender: gabriel, chavion: { v: 1, kind: 'relay' } });
    expect(build([entry('1', '안녕'), paste, entry('2', '응')], '2').map(text)).toEqual(['[마스터] 안녕\n[마스터] 응']);
  });

  it('leaves out what a stand-in has said, in its own name or for a model that failed; the question itself stays', () => {
    const flagged = entry('r', '[연습] 가브리엘입니다', {
      sender: claude,
      chavion: { v: 1, kind: 'answer', rehearsal: true },
    });
    const fallen = entry('f', '[연습] 대신 말합니다', { sender: gabriel, chavion: { v: 1, kind: 'answer' } });
    const act = entry('a', '[rehearsal] a plan', { sender: gabriel, chavion: { v: 1, kind: 'act', rehearsal: true } });
    const master = entry('m', '[연습] 이건 제가 쓴 말', {});
    const context = build([entry('1', '안녕'), flagged, fallen, act, master, entry('2', '자, 이제 진짜로')], '2');
    expect(context.map((one) => [one.role, text(one)])).toEqual([
      ['user', '[마스터] 안녕\n[마스터]\n| [연습] 이건 제가 쓴 말\n[마스터] 자, 이제 진짜로'],
    ]);
    expect(build([entry('1', '안녕'), fallen], 'f').map(text)).toEqual([
      '[마스터] 안녕\n[가브리엘]\n| [연습] 대신 말합니다',
    ]);
  });

  it('names whom a reply answers', () => {
    expect(
      text(build([entry('1', '계획 A', { sender: gabriel }), entry('2', '왜?', { replyTo: eventId('1') })], '2')[0]),
    ).toContain('[마스터 ↪ 가브리엘: "계획 A"] 왜?');
  });

  it('cuts at message borders from the oldest on and stays within the budget', () => {
    const entries = Array.from({ length: 300 }, (_, i) => entry(`m${i}`, `메시지 ${i} ${'가'.repeat(50)}`));
    const context = build(entries, 'm299', { tokens: 1_000 });
    const all = context.map(text).join('\n');
    expect(estimateTokens(all)).toBeLessThanOrEqual(1_000);
    expect(all).toContain('메시지 299');
    expect(all).not.toContain('메시지 0 ');
    for (const line of all.split('\n')) expect(line).toMatch(/^\[마스터\] 메시지 \d+ 가{50}$/);
  });

  it('keeps a question that alone is too long, shortened', () => {
    const context = text(build([entry('1', `시작 ${'나'.repeat(60_000)}`)], '1', { tokens: 2_000 })[0]);
    expect(context.startsWith('[마스터] 시작')).toBe(true);
    expect(context.endsWith('[…]')).toBe(true);
    expect(estimateTokens(context)).toBeLessThan(2_100);
  });

  it('gives images to models that see and names them to those that do not', () => {
    const file = { url: 'mxc://test/a', name: '사진.png', mediaType: 'image/png' };
    const image = entry('1', '사진.png', { msgtype: 'm.image', attachment: file });
    const attachments = new Map([
      [eventId('1'), { kind: 'image' as const, mediaType: 'image/png', data: new Uint8Array([1]) }],
    ]);
    expect(text(build([image], '1', { attachments })[0])).toBe('[마스터, image: 사진.png]\n<image/png>');
    expect(text(build([image], '1', { attachments, sees: false })[0])).toContain('not readable for you');
  });

  it('reads text files in', () => {
    const attachments = new Map([[eventId('1'), { kind: 'text' as const, text: '첫 줄' }]]);
    const file = { url: 'mxc://test/a', name: '메모.txt', mediaType: 'text/plain' };
    expect(
      text(build([entry('1', '메모.txt', { msgtype: 'm.file', attachment: file })], '1', { attachments })[0]),
    ).toContain('첫 줄');
  });

  it.each(['fault', 'notice', 'card', 'relay'] as const)('leaves out the lines of the house: %s', (kind) => {
    const line = entry('l', '크레딧이 없습니다', { sender: gabriel, chavion: { v: 1, kind } });
    const context = build([entry('1', '안녕'), line, entry('2', '왜 그래?', { replyTo: eventId('l') })], '2');
    expect(context.map(text)).toEqual(['[마스터] 안녕\n[마스터] 왜 그래?']);
    expect(isSaid(line)).toBe(false);
  });
});

describe('small talk', () => {
  const said = Array.from({ length: 300 }, (_, i) =>
    entry(`s${i}`, `메시지 ${i} ${'가'.repeat(i === 298 ? 900 : 50)}`, i % 7 === 3 ? { sender: claude } : {}),
  );
  const hello = entry('hello', '얘들아 안녕');

  it('is answered from the last few messages, long ones by their beginning', () => {
    const closing = ['(지금)'];
    const context = build([...said, hello], 'hello', { need: 'small-talk', tokens: 64_000, closing });
    const all = context.map(text).join('\n');
    expect(all.match(/메시지 \d+/g)).toEqual([293, 294, 295, 296, 297, 298, 299].map((i) => `메시지 ${i}`));
    expect(all.endsWith('[마스터] 얘들아 안녕\n(지금)')).toBe(true);
    expect(all).toContain('[…]');
    expect(estimateTokens(all)).toBeLessThan(1_000);
  });

  it('leaves the history where it began: the next question reads on as if nothing had been between', () => {
    const whole = contextOf(said, 's299', { tokens: 4_000 });
    expect(whole.began?.event).not.toBe('$s0');
    const small = contextOf([...said, hello], 'hello', { tokens: 4_000, began: whole.began, need: 'small-talk' });
    expect(small.began).toEqual(whole.began);
    const next = build([...said, hello, entry('next', '비 와?')], 'next', { tokens: 4_000, began: small.began });
    const before = whole.messages.flatMap(({ content }) => content);
    expect(next.flatMap(({ content }) => content).slice(0, before.length)).toEqual(before);
  });
});

describe('a file of long ago that is asked for', () => {
  it('is shown behind the history, which reads as it did', () => {
    const file = { url: 'mxc://test/a', name: '영수증.png', mediaType: 'image/png' };
    const posted = entry('p', '영수증.png', { msgtype: 'm.image', attachment: file });
    const room = [posted, ...Array.from({ length: 9 }, (_, i) => entry(`m${i}`, `메시지 ${i}`))];
    const ask = entry('q', '그 사진에 얼마라고 적혀 있어?');
    const shownAgain = new Map([
      [eventId('p'), { kind: 'image' as const, mediaType: 'image/png', data: new Uint8Array([1]) }],
    ]);
    const all = build([...room, ask], 'q', { shownAgain, closing: ['(지금)'] });
    const before = build(room, 'm8').flatMap(({ content }) => content);
    expect(all.flatMap(({ content }) => content).slice(0, before.length)).toEqual(before);
    expect(all.map(text).join('\n')).toMatch(
      /마스터\] 그 사진에 얼마라고 적혀 있어\?\n\(What was posted [^\n]+\)\n\[마스터, image: 영수증\.png\]\n<image\/png>\n\(지금\)$/,
    );
  });
});

describe('a history that is cut seldom', () => {
  const said = Array.from({ length: 400 }, (_, i) =>
    entry(`c${i}`, `메시지 ${i} ${'가'.repeat(50)}`, i % 7 === 3 ? { sender: claude } : {}),
  );
  const wire = (messages: readonly ChatMessage[]): string =>
    messages.map((one) => `${one.role}\n${text(one)}\n`).join('');
  const shared = (a: string, b: string): number => {
    let at = 0;
    while (at < a.length && a[at] === b[at]) at += 1;
    return at;
  };

  it('only grows at its end from turn to turn, until half of it goes at once', () => {
    let began: Beginning | undefined;
    let before = '';
    let cuts = 0;
    const grown: boolean[] = [];
    for (let i = 100; i < 400; i += 3) {
      const context = contextOf(said.slice(0, i), `c${i - 1}`, { tokens: 5_000, began, closing: [`(지금 ${i})`] });
      const now = wire(context.messages);
      if (began !== undefined && context.began?.event !== began.event) cuts += 1;
      else if (before !== '') grown.push(shared(before, now) >= before.length - 20);
      expect(estimateTokens(now)).toBeLessThan(5_500);
      began = context.began;
      before = now;
    }
    expect(grown).not.toContain(false);
    expect(cuts).toBeGreaterThan(2);
    expect(cuts).toBeLessThan(11);
  });

  it('finds its beginning again when that message was deleted, or has gone from what is kept', () => {
    const first = contextOf(said.slice(0, 300), 'c299', { tokens: 5_000 });
    const at = said.findIndex(({ event }) => event.eventId === first.began?.event);
    expect(at).toBeGreaterThan(200);
    const without = said.slice(0, 302).filter((_, i) => i !== at);
    const next = contextOf(without, 'c301', { tokens: 5_000, began: first.began });
    expect(next.began?.event).toBe(said[at + 1]?.event.eventId);
  });

  it('holds a line as it was read first, whatever its speaker is called later', () => {
    const line = entry('n', '나야');
    build([line], 'n');
    expect(text(build([line], 'n', { nameOf: () => '다른 이름' })[0])).toBe('[마스터] 나야');
  });

  it('forgets a quotation with the message that it quotes', () => {
    const [quoted, answer] = [
      entry('q', '비밀이야', { sender: gabriel }),
      entry('a', '그래?', { replyTo: eventId('q') }),
    ];
    expect(text(build([quoted, answer], 'a')[0])).toContain('↪ 가브리엘: "비밀이야"');
    expect(text(build([answer], 'a')[0])).toBe('[마스터] 그래?');
  });
});
