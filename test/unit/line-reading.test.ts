import { describe, expect, test } from 'vitest';
import { readLine } from '../../bots/memory/line-reading.ts';
import { agents } from './addressing-scene.ts';
import { RULES } from './sentences-to-remember.ts';

const ORDERS: readonly string[] = [
  '짧게 말해',
  '표로 짧게',
  '표로 정리해줘',
  '존댓말 써',
  '존댓말로',
  '반말로 해',
  '반말 쓰지 마',
  '이모지 금지',
  '영어 쓰지 말 것',
  '존댓말 쓰기',
  '보고는 표로 한다',
  '보고는 표로 해',
  '숫자는 쉼표 찍어',
  '금액은 원화로 써',
  '결론부터 말하고 이유는 뒤에 붙여',
  '답은 세 줄 이내로',
  '모르면 모른다고 말해',
  '돈 쓰기 전에 나한테 물어봐',
  '나를 형님이라고 불러',
  '나한테는 반말로 해도 돼',
  '나한테 물어보지 말고 진행해',
  '내가 사진 올리면 먼저 설명해줘',
  '출처를 꼭 달아주세요',
  '물어볼 때는 하나씩만 물어봐',
  '앞으로 항상 표로 짧게. 기억해',
  '지시: 펫샵은 월요일에 쉬어',
  '규칙: 사료 얘기는 짧게',
  'Order: shop closed on Mondays',
  'answer in Korean',
  'Use tables',
  'No emojis',
  'Call me Boss',
  'Always ask before deleting',
  "Don't use English words",
  'please keep answers short',
];

const FACTS: readonly string[] = [
  '내 생일은 3월 2일이야',
  '펫샵 이름은 멍냥마을',
  '펫샵은 월요일에 쉬어',
  '우리 가게는 10시에 열어',
  '와이프는 새우 못 먹어',
  '와이프 이름은 정은',
  '나는 새벽 4시에 일어나',
  '나는 커피 안 마셔',
  '난 표로 보는 걸 좋아해',
  '나는 존댓말을 싫어해',
  '트럭은 포터야',
  '트럭 보험은 11월에 끝난다',
  '사료는 매주 화요일에 들어와',
  '창고 열쇠는 화분 밑',
  '손님들은 가격부터 물어봐',
  '나는 아침에 약을 먹어야 해',
  '나는 9시까지 가면 돼',
  '우리 딸은 미용을 배워',
  '거래처는 대성상사',
  '가게 와이파이는 멍냥5G',
  '김사장은 부산에 살아',
  '지난주에 펫샵 이름을 멍냥마을로 정했다',
  '포터 연비는 리터당 9킬로',
  '사실: 짧게 말하는 게 좋다',
  '사실: 앞으로 표로 해줘',
  'Fact: always answer in tables',
  'My birthday is March 2',
  'The shop is closed on Mondays',
  'I work at night',
  'my wife is allergic to shrimp',
];

describe('what a line of the memory room is', () => {
  test.each(ORDERS)('an order: %s', (text) => expect(readLine(text, agents).kind).toBe('order'));
  test.each(FACTS)('a fact: %s', (text) => expect(readLine(text, agents).kind).toBe('fact'));
  test.each(RULES.flatMap(([, lines, rest], i) => (rest === true ? [] : (lines ?? [RULES[i]?.[0] ?? '']))))(
    'what is a rule elsewhere is an order here: %s',
    (text) => expect(readLine(text, agents).kind).toBe('order'),
  );

  test('the prefix is no part of it', () => {
    expect(readLine('지시: 펫샵 얘기는 짧게', agents)).toEqual({ kind: 'order', text: '펫샵 얘기는 짧게' });
    expect(readLine(' 사실 : 트럭은 5톤', agents)).toEqual({ kind: 'fact', text: '트럭은 5톤' });
    expect(readLine('지시사항: 트럭은 5톤', agents)).toEqual({ kind: 'fact', text: '지시사항: 트럭은 5톤' });
  });
});

describe('whom an order binds', () => {
  test.each([
    ['클로드는 존댓말 써', 'claude'],
    ['클로드야 앞으로 존댓말 써', 'claude'],
    ['클로드야, 앞으로 존댓말 써', 'claude'],
    ['클로드, 앞으로 존댓말 써', 'claude'],
    ['클로드 앞으로 존댓말 써', 'claude'],
    ['클로드만 영어로 말해', 'claude'],
    ['클로드도 앞으로 표로 해줘', 'claude'],
    ['@클로드 앞으로 표로 해줘', 'claude'],
    ['앞으로 클로드는 표로 해줘', 'claude'],
    ['앞으로 존댓말 써 클로드', 'claude'],
    ['앞으로 존댓말 써 클로드야', 'claude'],
    ['claude는 앞으로 존댓말 써', 'claude'],
    ['Claude, always answer in Korean', 'claude'],
    ['제미나이는 요약을 다섯 줄로 해', 'jarvis'],
    ['팀장은 항상 순서를 매겨서 말해', 'gabriel'],
    ['GPT야 이제부터 반말해', 'gabriel'],
    ['지피티 앞으로 짧게', 'gabriel'],
    ['퍼플은 출처를 꼭 달아', 'perplexity'],
    ['뤼튼은 글 쓸 때 짧게 써', 'michael'],
    ['지시: 마누스는 순서대로 말해', 'manus'],
    ['클로드는 모르면 팀장한테 물어봐', 'claude'],
  ])('%s', (text, agent) => expect(readLine(text, agents)).toMatchObject({ kind: 'order', agent }));

  test.each([
    '앞으로 존댓말 써',
    '다들 존댓말 써',
    // Several: each has to know what the others were asked.
    '클로드랑 자비스는 존댓말 써',
    '클로드, 자비스 앞으로 존댓말 써',
    '클로드는 길게, 자비스는 짧게 말해',
    '클로드 빼고 다들 존댓말 써',
    // Spoken of, not to.
    '모르면 클로드한테 물어봐',
    '항상 클로드 의견부터 물어봐',
    '클로드 의견은 항상 표로 보여줘',
    '클로드를 팀장이라고 불러줘',
    '클로드처럼 짧게 말해줘',
    '요약은 자비스가 해',
    '토론은 클로드부터 시작해',
    // Inside of other words.
    '마누스크립트는 표로 정리해줘',
    '퍼플렉스 얘기는 하지 마',
    '팀장님들한테는 존댓말 써',
    'claude.ai 링크는 달지 마',
  ])('nobody in particular: %s', (text) => {
    const read = readLine(text, agents);
    expect(read.kind).toBe('order');
    expect(read).not.toHaveProperty('agent');
  });

  test('a fact binds nobody', () =>
    expect(readLine('클로드야 내 생일은 3월 2일이야', agents)).not.toHaveProperty('agent'));
});
