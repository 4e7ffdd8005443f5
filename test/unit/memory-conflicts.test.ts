import { describe, expect, test } from 'vitest';
import { conflictsWith } from '../../bots/memory/conflicts.ts';
import { readLine } from '../../bots/memory/line-reading.ts';
import type { MemoryLine } from '../../bots/memory/memory-line.ts';
import { EventId, RoomId } from '../../bridge/protocol/ids.ts';
import { agents } from './addressing-scene.ts';

type Orders = readonly [older: string, newer: string];
const AGAINST: readonly Orders[] = [
  ['앞으로 표로 해줘', '앞으로 표 쓰지 마'],
  ['표로 정리해줘', '표 말고 글로 써줘'],
  ['항상 표로 짧게', '표는 쓰지 마세요'],
  ['짧게 말해', '앞으로는 자세히 설명해줘'],
  ['앞으로 짧게 대답해', '앞으로 길게 대답해'],
  ['간단하게 말해줘', '구체적으로 말해줘'],
  ['길게 쓰지 마', '앞으로는 길게 써줘'],
  ['세 줄로 요약해줘', '다섯 줄로 요약해줘'],
  ['답은 3줄 이내로', '답은 5줄 이내로'],
  ['한 문장으로 말해', '두 문장으로 말해'],
  ['세 줄로 대답해', '앞으로 길게 대답해'],
  ['존댓말 써', '이제부터 반말로 해'],
  ['앞으로 존댓말로 해줘', '앞으로 존댓말 쓰지 마'],
  ['반말하지 마', '반말로 해도 돼'],
  ['나한테는 존댓말로 해', '이제부터 반말하자'],
  ['한국어로만 답해줘', '이제부터 영어로 대답해줘'],
  ['영어 쓰지 마', '영어로 대답해'],
  ['앞으로 이모지 쓰지 마', '이모티콘도 좀 써줘'],
  ['나를 형님이라고 불러', '나를 사장님이라고 불러'],
  ['나는 형님이라고 불러줘', '이제부터 나를 대장이라고 불러'],
  ['마스터라고 부르지 마', '나를 마스터라고 불러'],
  ['우리 강아지를 콩이라고 불러줘', '우리 강아지를 두부라고 불러줘'],
  ['결론부터 말해줘', '결론은 나중에 말해줘'],
  ['앞으로 출처 달아줘', '출처는 달지 마'],
  ['다음부터는 물어보고 해', '물어보지 말고 해'],
  ['앞으로 인사하지 마', '항상 인사부터 해줘'],
  ['금액은 원화로 써', '금액은 달러로 써'],
  ['영수증 사진은 따로 저장해줘', '영수증 사진은 따로 저장하지 마'],
  ['뉴스에 정치 기사 넣어줘', '뉴스에 정치 기사 넣지 마'],
  ['매출은 펫샵 것만 보여줘', '매출은 펫샵 것만 보여주지 마'],
  ['앞으로 농담하지 마', '농담도 좀 해줘'],
  ['추천은 3개만 해줘', '추천은 5개만 해줘'],
  ['Always answer in tables', "Don't use tables"],
  ['Keep answers short', 'From now on give long answers'],
  ['answer in Korean', 'From now on answer in English'],
  ['Call me Boss', 'Call me Captain'],
  ['Always use emojis', 'Never use emojis'],
];
const BESIDE: readonly Orders[] = [
  ['앞으로 표로 해줘', '앞으로 짧게 말해'],
  ['앞으로 표로 해줘', '표로 정리해줘'],
  ['짧게 말해', '세 줄로 대답해'],
  ['존댓말 써', '짧게 말해'],
  ['존댓말 써', '반말하지 마'],
  ['한국어로 답해', '영어 쓰지 마'],
  ['보고는 표로 해줘', '메일은 표 쓰지 마'],
  ['보고서는 길게 써줘', '메일은 짧게 써줘'],
  ['밤에는 짧게 말해', '낮에는 자세히 설명해줘'],
  ['나를 형님이라고 불러', '우리 강아지를 콩이라고 불러줘'],
  ['나를 형님이라고 불러', '나를 사장님이라고 부르지 마'],
  ['나를 형님이라고 불러', '나를 형님이라고 불러줘'],
  ['이모지 쓰지 마', '출처 달아줘'],
  ['이모지 쓰지 마', '욕 쓰지 마'],
  ['광고 얘기 하지 마', '정치 얘기 해줘'],
  ['파일 지우지 마', '파일 이름은 날짜로 지어줘'],
  ['추천은 3개만 해줘', '요약은 5줄로 해줘'],
  ['밤 10시 넘으면 짧게 말해', '아침 7시 전에는 조용히 말해'],
  ['결론부터 말해줘', '한국어로 말해줘'],
  ['반말로 하고 욕하지 마', '반말로 해'],
  ['클로드는 짧게 말해', '자비스는 길게 말해'],
  ['클로드는 존댓말 써', '자비스는 반말로 해'],
  ['출처 달아줘', '링크 걸어줘'],
  ['칭찬하지 마', '사과하지 마'],
  ['금액은 원화로 써', '무게는 킬로로 써'],
  ['표로 정리해줘', '글머리로 정리하지 마'],
  ['모르면 모른다고 말해', '돈 쓰기 전에 물어봐'],
  ['펫샵은 월요일에 쉬어', '표 쓰지 마'],
  ['Always answer in Korean', 'Keep answers short'],
  ['Never use emojis', "Don't use tables"],
];

const lineOf = (text: string, number: number): MemoryLine => ({
  number,
  event: EventId.parse(`$line${number}`),
  room: RoomId.parse('!memory:chavion.local'),
  at: number,
  ...readLine(text, agents),
});
const found = (older: readonly string[], newer: string): readonly string[] =>
  conflictsWith(
    lineOf(newer, older.length + 1),
    older.map((text, i) => lineOf(text, i + 1)),
  ).map(({ text }) => text);

describe('cannot both be followed', () => {
  test.each(AGAINST)('%s / %s', (one, other) => {
    expect(found([one], other)).toEqual([one]);
    expect(found([other], one)).toEqual([other]);
  });
});

describe('stand side by side', () => {
  test.each(BESIDE)('%s / %s', (one, other) => {
    expect(found([one], other)).toEqual([]);
    expect(found([other], one)).toEqual([]);
  });
});

describe('whom it binds', () => {
  test("an agent's own order against one for all, and the other way round", () => {
    expect(found(['짧게 말해'], '클로드는 길게 말해')).toEqual(['짧게 말해']);
    expect(found(['클로드는 길게 말해'], '앞으로 짧게 말해')).toEqual(['클로드는 길게 말해']);
  });
  test('against another of the same agent, not of another', () => {
    expect(found(['클로드는 길게 말해', '자비스는 길게 말해'], '클로드는 짧게 말해')).toEqual(['클로드는 길게 말해']);
  });
  test('facts contradict no order', () => {
    expect(found(['짧게 말해'], '사실: 길게 말하는 게 좋다')).toEqual([]);
    expect(found(['사실: 길게 말하는 게 좋다'], '짧게 말해')).toEqual([]);
  });
  test('of several, all that it contradicts, in their order', () => {
    expect(found(['표로 해줘', '존댓말 써', '길게 말해'], '앞으로 표 쓰지 말고 짧게 반말로 말해')).toEqual([
      '표로 해줘',
      '존댓말 써',
      '길게 말해',
    ]);
  });
});
