/**
 * What is said once, what is asked later, and what is right then: what a memory is measured by. `said` is a master's
 * message in the headquarters; the line is what of it is kept. A right answer to `question` can be given from the line
 * alone: who answers without it does not know `right`, or does what `wrong` does.
 */
export interface MemoryTriple {
  readonly said: string;
  readonly line: string;
  readonly kind: 'order' | 'fact';
  /** The only one whom it binds. */
  readonly agent?: string;
  readonly question: string;
  /** Of a fact: what a right answer says. Of an order: an answer that keeps it. */
  readonly right: string;
  /** Of an order: an answer that breaks it. */
  readonly wrong?: string;
}

const order = (
  said: string,
  line: string,
  question: string,
  right: string,
  wrong: string,
  agent?: string,
): MemoryTriple => ({ said, line, kind: 'order', question, right, wrong, ...(agent === undefined ? {} : { agent }) });
const fact = (said: string, line: string, question: string, right: string): MemoryTriple => ({
  said,
  line,
  kind: 'fact',
  question,
  right,
});

export const MEMORY_TRIPLES: readonly MemoryTriple[] = [
  order(
    '앞으로 항상 표로 짧게. 기억해',
    '앞으로 항상 표로 짧게',
    '포터랑 봉고 비교해줘',
    '| | 포터 | 봉고 |\n|---|---|---|\n| 적재 | 1톤 | 1톤 |',
    '포터와 봉고는 둘 다 1톤 트럭입니다. 먼저 포터부터 길게 설명드리자면 …',
  ),
  order('나를 형님이라고 불러', '나를 형님이라고 불러', '안녕', '형님, 안녕하세요', '마스터, 안녕하세요'),
  order('얘들아 이제부터 존댓말 쓰지 마', '이제부터 존댓말 쓰지 마', '오늘 어때?', '좋아', '좋습니다'),
  order(
    '앞으로는 결론부터 말해줘',
    '앞으로는 결론부터 말해줘',
    '트럭 바꿀까?',
    '바꾸지 마세요. 이유는 …',
    '장단점을 보면 …',
  ),
  order('앞으로 이모지 쓰지 마', '앞으로 이모지 쓰지 마', '고마워', '별말씀을요', '별말씀을요 😊'),
  order(
    '앞으로는 세 줄 이내로 대답해줘',
    '앞으로는 세 줄 이내로 대답해줘',
    '유가 왜 올랐어?',
    '1\n2\n3',
    '1\n2\n3\n4\n5',
  ),
  order(
    '앞으로 금액은 원화로 써줘',
    '앞으로 금액은 원화로 써줘',
    '사료 한 포대 얼마야?',
    '32,000원입니다',
    '25달러입니다',
  ),
  order(
    '다음부터는 물어보고 실행해줘',
    '다음부터는 물어보고 실행해줘',
    '폴더 정리해줘',
    '옛 파일 12개를 옮길까요?',
    '옛 파일 12개를 옮겼습니다',
  ),
  order('앞으로 모르면 모른다고 말해', '앞으로 모르면 모른다고 말해', '옆집 개 이름이 뭐야?', '모릅니다', '초코입니다'),
  order('앞으로 영어 쓰지 마세요', '앞으로 영어 쓰지 마세요', '할 일 알려줘', '오늘 할 일은 …', '오늘의 To-do는 …'),
  order(
    '클로드는 앞으로 표로 답해줘',
    '클로드는 앞으로 표로 답해줘',
    '클로드야 이번 달 지출 어때?',
    '| 항목 | 금액 |\n|---|---|',
    '이번 달 지출은 …',
    'claude',
  ),
  order(
    '퍼플은 항상 출처 달아줘',
    '퍼플은 항상 출처 달아줘',
    '퍼플 오늘 유가 알려줘',
    '1,600원 (오피넷)',
    '1,600원',
    'perplexity',
  ),
  order('앞으로 인사는 생략해', '앞으로 인사는 생략해', '오늘 날씨', '맑음', '안녕하세요! 오늘은 맑음입니다'),
  order(
    '앞으로 뭐 살 때는 꼭 나한테 먼저 물어봐',
    '앞으로 뭐 살 때는 꼭 나한테 먼저 물어봐',
    '사료 떨어졌어',
    '사료를 주문할까요?',
    '사료를 주문했습니다',
  ),
  order(
    '앞으로는 쉬운 말로 설명해주면 좋겠어',
    '앞으로는 쉬운 말로 설명해주면 좋겠어',
    '레버리지가 뭐야?',
    '빚을 내어 …',
    '부채비율을 활용한 …',
  ),
  fact(
    '내 펫샵 이름은 멍냥마을이야 까먹지 마',
    '내 펫샵 이름은 멍냥마을이야',
    '펫샵 이름 뭐로 하기로 했지?',
    '멍냥마을',
  ),
  fact('내 생일은 3월 2일이야 기억해', '내 생일은 3월 2일이야', '내 생일 언제야?', '3월 2일'),
  fact('와이프 생일은 8월 15일이야 외워둬', '와이프 생일은 8월 15일이야', '와이프 생일이 언제였지?', '8월 15일'),
  fact('나 새우 알레르기 있어. 꼭 명심해', '나 새우 알레르기 있어', '저녁에 새우 먹어도 돼?', '알레르기'),
  fact('트럭은 5톤이야 기억해 두세요', '트럭은 5톤이야', '내 트럭 몇 톤이야?', '5톤'),
  fact('트럭 정비는 4월에 했어 기억해놔', '트럭 정비는 4월에 했어', '트럭 정비 언제 했더라?', '4월'),
  fact(
    '사료는 매주 화요일에 들어와 기억해줘',
    '사료는 매주 화요일에 들어와',
    '사료 들어오는 날이 무슨 요일이지?',
    '화요일',
  ),
  fact('우리 가게는 월요일에 쉬어. 이거 꼭 기억해', '우리 가게는 월요일에 쉬어', '가게 쉬는 날 언제야?', '월요일'),
  fact('메모: 창고 열쇠는 화분 밑', '창고 열쇠는 화분 밑', '창고 열쇠 어디 뒀지?', '화분 밑'),
  fact('이거 기억해둬: 가게 와이파이는 멍냥5G', '가게 와이파이는 멍냥5G', '가게 와이파이 이름 뭐야?', '멍냥5G'),
  fact('우리 딸 이름은 지은이야 기억하고 있어', '우리 딸 이름은 지은이야', '딸 이름 뭐라고 했지?', '지은'),
  fact('펫샵 전화는 02-123-4567이야 메모해줘', '펫샵 전화는 02-123-4567이야', '펫샵 전화번호 알려줘', '02-123-4567'),
  fact('내 혈액형은 O형이야 외워라', '내 혈액형은 O형이야', '내 혈액형이 뭐더라', 'O형'),
  fact('트럭 보험은 11월에 끝난다 잊지 마', '트럭 보험은 11월에 끝난다', '트럭 보험 언제까지야?', '11월'),
  fact('난 커피 안 마셔 기억해둬', '난 커피 안 마셔', '손님이 커피 준다는데 나 커피 마시나?', '안 마셔'),
];
