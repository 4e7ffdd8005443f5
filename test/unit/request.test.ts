import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { filesAskedFor } from '../../bots/turns/context-need.ts';
import { needOf, requestFor, resumedBy } from '../../bots/turns/model-request.ts';
import { Beginnings } from '../../bots/turns/beginnings.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { eventId, MASTER, message, ROOM } from './events.ts';
import { noRecall } from '../house/paper-memory.ts';

const residents = createResidents(Roster.parse(defaultRoster), 'test');
const manus = residents.byId.get(AgentId.parse('manus'))!;
const entry = (...args: Parameters<typeof message>): Entry => ({ event: message(...args), body: '', growing: false });
const asked: Entry = { ...entry('asked', '진행할까요?', { sender: manus.userId }), resume: 'task-1' };
const reply = entry('reply', '네', { replyTo: eventId('asked') });
const job: TurnJob = {
  type: 'turn',
  room: ROOM,
  source: eventId('reply'),
  at: 1,
  agent: manus.id,
  root: eventId('reply'),
  depth: 0,
  lang: 'ko',
};

describe('a reply to a question of the provider', () => {
  it.each<[string, Partial<TurnJob>, Entry, readonly Entry[], string | undefined]>([
    ['hands back what waits', {}, reply, [asked, reply], 'task-1'],
    ['is only a reply', {}, entry('plain', '네'), [asked], undefined],
    ["is a master's, not an agent's", { depth: 1 }, reply, [asked, reply], undefined],
    [
      'is to this very agent',
      {},
      reply,
      [{ ...asked, event: { ...asked.event, sender: UserId.parse('@agent_claude:test') } }, reply],
      undefined,
    ],
    ['is to a question', {}, reply, [{ ...asked, resume: undefined }, reply], undefined],
    ['is to something that is still there', {}, reply, [reply], undefined],
  ])('%s', (_what, more, source, entries, resume) => {
    expect(resumedBy({ ...job, ...more }, manus, source, entries)).toBe(resume);
  });
});

it('a plain yes said to the agent answers its last words, where they were a question', () => {
  const provider = { takesForReply: (words: string) => words === '마누스, 네' };
  const plain = { ...entry('plain', '마누스, 네'), body: '마누스, 네' };
  const gone = { ...job, source: eventId('plain'), root: eventId('plain') };
  const later = { ...asked, event: { ...asked.event, eventId: eventId('later') }, resume: undefined };
  const other = { ...entry('other', '마누스, 네 그런데'), body: '마누스, 네 그런데' };
  expect(resumedBy(gone, manus, plain, [asked, plain], provider)).toBe('task-1');
  expect(resumedBy(gone, manus, plain, [asked, plain])).toBeUndefined();
  expect(resumedBy(gone, manus, plain, [asked, later, plain], provider)).toBeUndefined();
  expect(resumedBy({ ...gone, depth: 1 }, manus, plain, [asked, plain], provider)).toBeUndefined();
  expect(resumedBy(gone, manus, other, [asked, other], provider)).toBeUndefined();
});

describe('what a turn is given of its room', () => {
  const claude = residents.byId.get(AgentId.parse('claude'))!;
  const words = (id: string, body: string, more: Parameters<typeof message>[2] = {}): Entry => ({
    ...entry(id, body, more),
    body,
  });
  const image = { url: 'mxc://test/a', name: '영수증.png', mediaType: 'image/png' };
  const turnOf = (source: Entry, more: Partial<TurnJob> = {}): TurnJob => ({
    ...job,
    agent: claude.id,
    source: source.event.eventId,
    root: source.event.eventId,
    ...more,
  });
  const room = [
    words('photo', '영수증.png', { msgtype: 'm.image', attachment: image }),
    ...Array.from({ length: 40 }, (_, i) =>
      words(
        `r${i}`,
        `지난 이야기 ${i} ${'가'.repeat(80)}`,
        i % 4 === 0 ? {} : { sender: manus.userId, chavion: { v: 1, kind: 'answer' } },
      ),
    ),
  ];

  it.each<[string, string, Partial<TurnJob>, Parameters<typeof message>[2], string]>([
    ['a greeting to all', '얘들아 안녕', {}, {}, 'small-talk'],
    ['a greeting by name', '클로드 안녕', {}, {}, 'small-talk'],
    ['thanks to the coordinator too', '조율자 고마워', {}, {}, 'small-talk'],
    ['a question', '내일 비 와?', {}, {}, 'whole'],
    ['a nod to what was said', '응', {}, {}, 'whole'],
    ['a greeting in reply to a message', '안녕', {}, { replyTo: eventId('r1') }, 'whole'],
    ['a greeting of an agent', '안녕', { depth: 1 }, {}, 'whole'],
    [
      'a greeting as the topic of a discussion',
      '안녕',
      { discussion: { topic: '안녕', rounds: 1, order: [claude.id], index: 0 } },
      {},
      'whole',
    ],
    ['a file called so', '안녕', {}, { msgtype: 'm.image', attachment: { ...image, name: '안녕' } }, 'whole'],
  ])('%s', (_what, body, turn, more, need) => {
    const source = words('now', body, more);
    expect(needOf(turnOf(source, turn), { source, entries: [...room, source] }, residents)).toBe(need);
  });

  it('takes all pieces of a thought together', () => {
    const [hello, more] = [words('b1', '얘들아 안녕'), words('b2', '비 오나?')];
    const entries = [...room, hello, more];
    expect(needOf(turnOf(more, { burst: [hello.event.eventId] }), { source: more, entries }, residents)).toBe('whole');
    const [call, thanks] = [words('b1', '클로드야'), words('b2', '고마워')];
    const burst = [call.event.eventId];
    expect(needOf(turnOf(thanks, { burst }), { source: thanks, entries: [...room, call, thanks] }, residents)).toBe(
      'small-talk',
    );
  });

  const given = async (source: Entry) => {
    const asked: string[][] = [];
    const request = await requestFor(
      {
        id: 'turn',
        job: turnOf(source),
        agent: claude,
        provider: { sees: true },
        account: undefined as never,
      },
      { source, entries: [...room, source] },
      {
        roster: Roster.parse(defaultRoster),
        residents,
        recall: noRecall,
        rooms: { masters: () => Promise.resolve(new Set([MASTER])), members: () => Promise.resolve(new Map()) },
        attachments: {
          read: () => Promise.resolve(new Map()),
          again: (entries) => {
            asked.push(entries.map(({ event }) => event.eventId));
            return Promise.resolve(
              new Map(
                entries.map(({ event }) => [
                  event.eventId,
                  { kind: 'image', mediaType: 'image/png', data: new Uint8Array([1]) } as const,
                ]),
              ),
            );
          },
        },
        memory: { of: () => Promise.resolve({ text: '요약입니다', by: '자비스', since: 0, until: 1, madeAt: 1 }) },
        timeZone: 'Asia/Seoul',
        beginnings: new Beginnings(),
      },
    );
    const parts = request.messages.flatMap(({ content }) => content);
    return {
      text: parts.map((part) => (part.type === 'text' ? part.text : '<image>')).join('\n'),
      asked: asked.flat(),
    };
  };

  it('a greeting costs a few messages: no summary, no files', async () => {
    const { text, asked: files } = await given(words('now', '얘들아 안녕'));
    expect(text).toContain('지난 이야기 39');
    expect(text).not.toContain('지난 이야기 30');
    expect(text).not.toContain('요약입니다');
    expect(text).toMatch(/It is now /);
    expect(files).toEqual([]);
  });

  it('a question has all, and the picture of long ago that it is about', async () => {
    const { text, asked: files } = await given(words('now', '아까 그 사진 다시 봐 줘'));
    expect(text).toContain('지난 이야기 0 ');
    expect(text).toContain('요약입니다');
    expect(text).toMatch(/아까 그 사진 다시 봐 줘\n\(What was posted earlier[^\n]*\n[^\n]+\n<image>/);
    expect(files).toEqual([eventId('photo')]);
    expect((await given(words('now', '내일 비 와?'))).asked).toEqual([]);
  });

  it('the latest pictures, or the one that is replied to', () => {
    const picture = (id: string) => words(id, id, { msgtype: 'm.image', attachment: image });
    const posted = [picture('a'), words('t', '둘'), picture('b'), picture('c'), words('u', '뭐지')];
    const files = (body: string, more = {}) => [...filesAskedFor(words('q', body, more), posted)];
    expect(files('이 사진들 뭐야?')).toEqual([eventId('c'), eventId('b')]);
    expect(files('이건?', { replyTo: eventId('a') })).toEqual([eventId('a')]);
    expect(files('이건?')).toEqual([]);
    expect(files('the screenshots, please')).toEqual([eventId('c'), eventId('b')]);
  });
});
