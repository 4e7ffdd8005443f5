import { describe, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { type ExportFacts, memoryAsJson, memoryAsMarkdown } from '../../bots/memory-export.ts';
import type { MemoryLine } from '../../bots/memory/memory-line.ts';

const master = UserId.parse('@master:house.test');
const room = RoomId.parse('!memory:house.test');
const hq = RoomId.parse('!hq:house.test');
const nobodys = (number: number, over: Partial<MemoryLine> = {}): MemoryLine => ({
  number,
  event: EventId.parse(`$line${number}`),
  room,
  at: Date.UTC(2026, 10, 20 + number, 22, 30),
  kind: 'fact',
  text: `말 ${number}`,
  ...over,
});
const line = (number: number, over: Partial<MemoryLine> = {}) => nobodys(number, { by: master, ...over });
const facts = (lines: readonly MemoryLine[], over: Partial<ExportFacts> = {}): ExportFacts => ({
  lines,
  nameOf: () => '마스터',
  agentName: () => '클로드',
  roomName: (id) => (id === hq ? '본부' : null),
  serverName: 'house.test',
  timeZone: 'Asia/Seoul',
  lang: 'ko',
  now: Date.UTC(2026, 10, 28, 15),
  ...over,
});
const lines = [
  nobodys(5, { kind: 'record', text: '보고서 만들기\n끝났습니다' }),
  line(4, { origin: { room: hq, event: EventId.parse('$said') } }),
  line(3, { kind: 'order', agent: AgentId.parse('claude'), text: '표로 답해 줘' }),
  line(1, { kind: 'order', text: '답은 짧게' }),
];

describe('what is remembered, as a file', () => {
  it('is read by a person: by kind, oldest first, with number, day, who, text and where it was said', () => {
    const text = memoryAsMarkdown(facts(lines));
    expect(text).toBe(`# 집이 기억하는 것 (2026-11-29 00:00)

## 지시: 언제나 지킵니다 (2)

- **1** · 2026-11-22 07:30 · 마스터

  답은 짧게

- **3** · 2026-11-24 07:30 · 마스터 · 클로드에게만

  표로 답해 줘


## 사실: 물을 때 찾아 씁니다 (1)

- **4** · 2026-11-25 07:30 · 마스터 · [본부에서 한 말](https://matrix.to/#/!hq%3Ahouse.test/%24said?via=house.test)

  말 4


## 끝난 임무 (1)

- **5** · 2026-11-26 07:30

  보고서 만들기
  끝났습니다


`);
    expect(memoryAsMarkdown(facts([], { lang: 'en' }))).toContain('Nothing yet.');
  });

  it('is read by programs, whole', () => {
    const { v, lines: read } = JSON.parse(memoryAsJson(facts(lines))) as {
      v: number;
      lines: Record<string, unknown>[];
    };
    expect(v).toBe(1);
    expect(read.map(({ number }) => number)).toEqual([1, 3, 4, 5]);
    expect(read[1]).toMatchObject({
      kind: 'order',
      at: '2026-11-23T22:30:00.000Z',
      text: '표로 답해 줘',
      by: { user: master, name: '마스터' },
      onlyFor: { agent: 'claude', name: '클로드' },
      said: null,
    });
    expect(read[2]?.['said']).toMatchObject({ room: hq, name: '본부', event: '$said' });
    expect(read[3]?.['by']).toBeNull();
  });

  it('holds nothing that a terminal would obey, and no link that somebody named a room for', () => {
    const hostile = line(1, {
      text: 'a\u001B[2Jb\u009B31mc\u202Ed',
      origin: { room: hq, event: EventId.parse('$said') },
    });
    const text = memoryAsMarkdown(facts([hostile], { roomName: () => 'x](https://evil.example)\u001B[2J' }));
    // eslint-disable-next-line no-control-regex -- what a terminal obeys
    expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
    expect(text).not.toMatch(/(?<!\\)\]\(https:\/\/evil/);
    expect(memoryAsJson(facts([hostile]))).not.toMatch(/\\u001b|\u009B/i);
  });
});
