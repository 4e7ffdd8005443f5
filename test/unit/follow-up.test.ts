import { describe, expect, it } from 'vitest';
import { type FollowUp, readFollowUp } from '../../bridge/protocol/orders/follow-up.ts';

/** What a lorry driver types under a finished task, on a phone. */
const SAID: Readonly<Record<FollowUp, readonly string[]>> = {
  change: [
    '색을 파랗게',
    '표로 다시',
    '제목 색을 파란색으로 바꿔줘',
    '글자 좀 더 크게 해줘',
    '전화번호도 넣어줘',
    '사진은 빼고',
    '고마워, 근데 제목만 빨간색으로 바꿔줘',
    '좋은데 글자가 너무 작아',
    '배경을 어둡게 해줄래?',
    '가격 순서로 정렬해줘',
    '두 번째 줄 지워',
    '영어로 번역해줘',
    '다시 해줘',
    '예약 버튼을 위로 옮겨 주세요',
    '제목을 바꾸고 싶어',
    '오타 있어',
    '조금만 더 짧게',
    '몇 개 더 추가해줘',
    '글자 크기 좀 키워줄 수 있어?',
    '왜 이렇게 작아? 크게 해줘',
    'Make the title blue',
    'as a table again',
    'Can you add the phone number?',
    'please remove the last line',
    'a bit bigger, please',
    'Thanks, but change the title to red',
    'The font is too small',
    "I'd like it in English",
    'how about a darker blue?',
    'in blue',
    'Sort it by price',
    'Could you make it shorter?',
  ],
  question: [
    '왜 B가 이겼어?',
    '누가 반대했어?',
    '제목 색은 뭘로 했어',
    '얼마나 걸렸어?',
    '비용은 얼마야?',
    '가브리엘은 뭐라고 했어?',
    '파일 이름이 뭐야',
    '어떻게 만들었는지 설명해줘',
    '왜 색을 파랗게 바꿨어?',
    '결과 좀 요약해줘',
    '어떤 색으로 바꾸면 좋을까?',
    '이 링크 언제까지 돼?',
    '고마워! 근데 왜 C는 떨어졌어?',
    '어디에 저장했는지 알려줘',
    'Why did B win?',
    'who voted against it?',
    'What does the second step do?',
    'Explain how it was checked',
    'how long did it take',
    'Is the phone number in it?',
    'Which colour did you use?',
    'Can you explain why C lost?',
  ],
  thanks: [
    '고마워',
    '수고했어!',
    '오 좋네 ㅋㅋ',
    '잘했어 👍',
    '👍',
    '완벽해',
    '알겠어',
    '마음에 들어',
    'ㅇㅋ',
    'Thanks!',
    'great job',
    'Perfect, thank you.',
    'nice',
    'ok',
  ],
  other: [
    '얘들아 점심 뭐 먹을까?',
    '다른 얘기인데, 내일 부산 가',
    '그건 그렇고 오늘 며칠이야?',
    '다들 어떻게 생각해?',
    'By the way, what is the weather tomorrow?',
    'Everyone, what do you think?',
  ],
  unclear: ['음', '색', '내일 부산 간다', '제목 색을', 'hmm', 'the title', '그 파란색 말이야', 'blue'],
};

/** Written down before the grammar was run, and never used to mend it. */
const HELD_OUT: Readonly<Record<FollowUp, readonly string[]>> = {
  change: [
    '버튼 색깔만 초록으로',
    '사장님 전화번호가 틀렸어',
    '목록을 가나다순으로 정리해 주세요',
    '첫 문장은 빼줘',
    '로고 좀 크게 부탁해',
    'Move the button to the top please',
    'without the picture',
    'Could you translate it into Korean?',
  ],
  question: [
    '이거 누가 만들었어?',
    '왜 실패했던 거야',
    '다른 안은 뭐가 있었어?',
    '토큰 얼마나 썼어?',
    'When was it finished?',
    'Tell me what went wrong',
  ],
  thanks: ['수고 많았어', '와 대박', 'Awesome, thanks', '감사합니다~'],
  other: ['다른 질문인데 오늘 날씨 어때?', 'Unrelated: when is the holiday?'],
  unclear: ['흠 글쎄', 'maybe', '여보세요'],
};

const table = (of: typeof SAID): readonly (readonly [string, FollowUp])[] => [
  ...of.change.map((words) => [words, 'change'] as const),
  ...of.question.map((words) => [words, 'question'] as const),
  ...of.thanks.map((words) => [words, 'thanks'] as const),
  ...of.other.map((words) => [words, 'other'] as const),
  ...of.unclear.map((words) => [words, 'unclear'] as const),
];

describe('what is said under a finished task', () => {
  it.each(table(SAID))('%s: %s', (words, kind) => {
    expect(readFollowUp(words)).toBe(kind);
  });

  it.each(table(HELD_OUT))('held out: %s: %s', (words, kind) => {
    expect(readFollowUp(words)).toBe(kind);
  });

  it('is no follow-up where it is a command', () => {
    expect([readFollowUp('!retry'), readFollowUp('! task x')]).toEqual(['other', 'other']);
  });
});
