import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import { buildContext, type ContextInput } from '../../bots/turns/context.ts';
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
const build = (entries: readonly Entry[], source: string, more: Partial<ContextInput> = {}): readonly ChatMessage[] =>
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
const text = (one: ChatMessage | undefined): string =>
  (one?.content ?? []).map((part) => (part.type === 'text' ? part.text : `<${part.mediaType}>`)).join('|');

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

  it('begins with what was said before, within the budget', () => {
    const entries = Array.from({ length: 100 }, (_, i) => entry(`m${i}`, `메시지 ${i} ${'가'.repeat(50)}`));
    const memory = `[요약]\n${'나'.repeat(300)}`;
    const context = build(entries, 'm99', { tokens: 1_000, memory });
    const all = context.map(text).join('\n');
    expect(all.startsWith(memory)).toBe(true);
    expect(all).toContain('메시지 99');
    expect(estimateTokens(all)).toBeLessThanOrEqual(1_000);
  });

  it('leaves out what is to be pasted elsewhere', () => {
    const paste = entry('p', '붙여 넣으세요', { sender: gabriel, chavion: { v: 1, kind: 'relay' } });
    expect(build([entry('1', '안녕'), paste, entry('2', '응')], '2').map(text)).toEqual(['[마스터] 안녕\n[마스터] 응']);
  });

  it('leaves out what a stand-in has said, in its own name or for a mind that failed; the question itself stays', () => {
    const flagged = entry('r', '[연습] 가브리엘입니다', {
      sender: claude,
      chavion: { v: 1, kind: 'answer', rehearsal: true },
    });
    const fallen = entry('f', '[연습] 대신 말합니다', { sender: gabriel, chavion: { v: 1, kind: 'answer' } });
    const act = entry('a', '[rehearsal] a plan', { sender: gabriel, chavion: { v: 1, kind: 'act', rehearsal: true } });
    const master = entry('m', '[연습] 이건 제가 쓴 말', {});
    const context = build([entry('1', '안녕'), flagged, fallen, act, master, entry('2', '자, 이제 진짜로')], '2');
    expect(context.map((one) => [one.role, text(one)])).toEqual([
      ['user', '[마스터] 안녕\n[마스터] [연습] 이건 제가 쓴 말\n[마스터] 자, 이제 진짜로'],
    ]);
    expect(build([entry('1', '안녕'), fallen], 'f').map(text)).toEqual([
      '[마스터] 안녕\n[가브리엘] [연습] 대신 말합니다',
    ]);
  });

  it('names whom a reply answers', () => {
    expect(
      text(build([entry('1', '계획 A', { sender: gabriel }), entry('2', '왜?', { replyTo: eventId('1') })], '2')[0]),
    ).toContain('[마스터] (↪ 가브리엘: "계획 A") 왜?');
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
    expect(text(build([image], '1', { attachments })[0])).toBe('[마스터] [image: 사진.png]|<image/png>');
    expect(text(build([image], '1', { attachments, sees: false })[0])).toContain('not readable for you');
  });

  it('reads text files in', () => {
    const attachments = new Map([[eventId('1'), { kind: 'text' as const, text: '첫 줄' }]]);
    const file = { url: 'mxc://test/a', name: '메모.txt', mediaType: 'text/plain' };
    expect(
      text(build([entry('1', '메모.txt', { msgtype: 'm.file', attachment: file })], '1', { attachments })[0]),
    ).toContain('첫 줄');
  });
});
