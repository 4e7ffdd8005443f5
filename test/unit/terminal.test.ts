import { describe, expect, it } from 'vitest';
import { decodeEvent } from '../../bridge/matrix/decode.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { wanted } from '../../bridge/terminal/arguments.ts';
import { columnsOf, fitted, wrapped } from '../../bridge/terminal/columns.ts';
import { TerminalPage } from '../../bridge/terminal/page.ts';
import { noPaint } from '../../bridge/terminal/paint.ts';
import { hear } from '../../bridge/terminal/quiet.ts';
import { laidOut } from '../../bridge/terminal/table.ts';
import { type News, Transcript } from '../../bridge/terminal/transcript.ts';

const ROOM = RoomId.parse('!r:x');
const ME = UserId.parse('@master:x');
const CLAUDE = '@agent_claude:x';

let clock = Date.UTC(2026, 4, 5, 3, 4);
const happened = (
  id: string,
  sender: string,
  content: Record<string, unknown>,
  type = 'm.room.message',
  more: Record<string, unknown> = {},
) => {
  const event = decodeEvent(
    { event_id: id, sender, type, origin_server_ts: (clock += 1000), content, ...more },
    { isOwn: (user) => user.startsWith('@agent_') },
    ROOM,
  );
  if (event === null) throw new Error('not an event');
  return event;
};
const text = (body: string, more: Record<string, unknown> = {}) => ({ msgtype: 'm.text', body, ...more });
const growing = (streaming: boolean) => ({ 'com.chavion': { v: 1, kind: 'answer', streaming } });
const edit = (target: string, body: string, streaming: boolean) =>
  text(`* ${body}`, {
    'm.new_content': text(body, growing(streaming)),
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  });
const brief = (news: readonly News[]) =>
  news.map((one) => (one.kind === 'reacted' ? `reacted ${one.key} ${one.to.body}` : `${one.kind} ${one.said.body}`));

const page = (columns: number, names: Record<string, string> = {}) =>
  new TerminalPage({
    lang: 'ko',
    timeZone: 'Asia/Seoul',
    paint: noPaint,
    columns: () => columns,
    people: { me: ME, nameOf: (user) => names[user] ?? user, orderOf: () => 0 },
  });

describe('what a reader is told', () => {
  it('of an answer that grows: once, when it is whole', () => {
    const transcript = new Transcript();
    expect(brief(transcript.take(happened('$1', CLAUDE, text('하나 …', growing(true)))))).toEqual([]);
    expect(brief(transcript.take(happened('$2', CLAUDE, edit('$1', '하나 둘 …', true))))).toEqual([]);
    expect(transcript.growing().map(({ body }) => body)).toEqual(['하나 둘 …']);
    expect(brief(transcript.take(happened('$3', CLAUDE, edit('$1', '하나 둘 셋', false))))).toEqual([
      'said 하나 둘 셋',
    ]);
    expect(transcript.growing()).toEqual([]);
    expect(brief(transcript.take(happened('$4', CLAUDE, edit('$1', '하나 둘 셋', false))))).toEqual([]);
  });

  it('of an edit of something already shown, but not of somebody else’s words', () => {
    const transcript = new Transcript();
    transcript.take(happened('$1', ME, text('a')));
    expect(brief(transcript.take(happened('$2', '@evil:x', edit('$1', 'b', false))))).toEqual([]);
    expect(brief(transcript.take(happened('$3', ME, edit('$1', 'c', false))))).toEqual(['changed c']);
  });

  it('of reactions and removals of what is known', () => {
    const transcript = new Transcript();
    transcript.take(happened('$1', ME, text('a')));
    const annotation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: '$1', key: '👍' } };
    expect(brief(transcript.take(happened('$2', CLAUDE, annotation, 'm.reaction')))).toEqual(['reacted 👍 a']);
    expect(brief(transcript.take(happened('$3', ME, {}, 'm.room.redaction', { redacts: '$1' })))).toEqual([
      'removed a',
    ]);
    expect(brief(transcript.take(happened('$4', ME, {}, 'm.room.redaction', { redacts: '$nobody' })))).toEqual([]);
  });

  it('of an answer that was cut off, as far as it came', () => {
    const transcript = new Transcript();
    transcript.take(happened('$1', CLAUDE, text('반쯤 …', growing(true))));
    expect(transcript.settle(clock + 10_000)).toEqual([]);
    expect(brief(transcript.settle(clock + 100_000))).toEqual(['said 반쯤 …']);
    expect(transcript.settle(clock + 200_000)).toEqual([]);
    expect(brief(transcript.take(happened('$2', CLAUDE, edit('$1', '반쯤, 그리고 끝', false))))).toEqual([
      'changed 반쯤, 그리고 끝',
    ]);
  });

  it('of an event twice only once', () => {
    const transcript = new Transcript();
    const event = happened('$1', ME, text('a'));
    expect([...transcript.take(event), ...transcript.take(event)]).toHaveLength(1);
  });
});

describe('the page', () => {
  const lines = (columns: number, body: string, name = '퍼플렉시티') => {
    const news = new Transcript().take(happened('$p', CLAUDE, text(body)));
    return news.flatMap((one) => page(columns, { [CLAUDE]: name }).lines(one, () => undefined));
  };

  it('lets nothing from the room control the terminal', () => {
    const shown = lines(80, 'a\u001B[2J\u001B]0;evil\u0007b\u009B31mc\rd\u202Ee\u0008').join('\n');
    // oxlint-disable-next-line no-control-regex -- these must be gone
    expect(shown).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    expect(shown).toContain('evil');
  });

  it.each([40, 60, 80, 100])('keeps every row within %i columns', (columns) => {
    const body = `${'가나다라 마바사 '.repeat(20)}\n${'아'.repeat(100)}\nhttps://example.org/${'x'.repeat(120)}\n👩‍👩‍👧‍👦👍🏽 끝`;
    const rows = lines(columns, body).filter((row) => !row.startsWith('──'));
    expect(rows.filter((row) => columnsOf(row) > columns)).toEqual([]);
    expect(
      rows
        .map((row) => row.trim())
        .join('')
        .replaceAll(' ', ''),
    ).toContain('아'.repeat(60));
  });

  it('puts the words of all under one another, whatever the width of the name', () => {
    const starts = ['미카엘', 'Al', '아주아주아주긴이름입니다'].map((name) => {
      const row = lines(80, '말', name).at(-1) ?? '';
      return columnsOf(row.slice(0, row.lastIndexOf('말')));
    });
    expect(new Set(starts).size).toBe(1);
  });
});

describe('columns', () => {
  it.each([
    ['abc', 3],
    ['가나', 4],
    ['e\u0301', 1],
    ['👍🏽', 2],
    ['👩‍👩‍👧‍👦', 2],
    ['…—', 2],
    ['\u001B[31m가\u001B[0m', 2],
  ])('%s', (given, columns) => expect(columnsOf(given)).toBe(columns));

  it('cuts with an ellipsis inside the given width', () => {
    expect(fitted('가나다라', 5)).toBe('가나…');
    expect(fitted('가나', 4)).toBe('가나');
  });

  it('loses no letter when it wraps', () => {
    const body = '가나다 abc defghijklmnop 라마바사아자차카';
    expect(wrapped(body, 7).join('').replaceAll(' ', '')).toBe(body.replaceAll(' ', ''));
  });

  it('comes to an end in a single column', () => expect(wrapped('가나', 1)).toEqual(['가', '나']));
});

describe('tables', () => {
  const table = '앞\n| 이름 | 상태 |\n| --- | :-: |\n| 가브리엘 | ok |\n| Al | 쉼 |\n뒤';
  it('are aligned where there is room', () =>
    expect(laidOut(table, 40)).toEqual([
      '앞',
      '이름       상태',
      '────────   ────',
      '가브리엘   ok',
      'Al         쉼',
      '뒤',
    ]));
  it('are lists where there is none', () =>
    expect(laidOut(table, 14)).toEqual(['앞', '가브리엘 ·', '  ok', 'Al · 쉼', '뒤']));
  it('are left alone where they are none', () => expect(laidOut('| a | b |\nc', 40)).toEqual(['| a | b |', 'c']));
});

describe('whether all have answered', () => {
  const base = { now: 100_000, sentAt: 90_000, lastAt: 97_000, answers: 1, writing: false };
  it.each([
    ['three quiet seconds', base, 'quiet'],
    ['less', { ...base, lastAt: 97_001 }, 'wait'],
    ['somebody still writes', { ...base, lastAt: 0, writing: true }, 'wait'],
    ['no answer yet', { ...base, answers: 0 }, 'wait'],
    ['no answer for long', { ...base, answers: 0, lastAt: 80_000 }, 'nobody'],
    ['two minutes of writing', { ...base, sentAt: -20_000, writing: true }, 'late'],
  ])('%s', (_what, hearing, verdict) => expect(hear(hearing)).toBe(verdict));
});

describe('arguments', () => {
  it.each([
    [[], { kind: 'live', room: 'hq' }],
    [['--room', 'ops'], { kind: 'live', room: 'ops' }],
    [['얘들아', '안녕'], { kind: 'single', room: 'hq', text: '얘들아 안녕' }],
    [['--help'], { kind: 'help' }],
    [['--room', 'attic'], { kind: 'wrong', argument: '--room attic' }],
    [['--rom'], { kind: 'wrong', argument: '--rom' }],
    [['  '], { kind: 'wrong', argument: '""' }],
  ])('%j', (args, want) => expect(wanted(args)).toEqual(want));
});
