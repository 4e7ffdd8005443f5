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
    '내일 부산 간다',
    'By the way, what is the weather tomorrow?',
    'Everyone, what do you think?',
  ],
  unclear: ['음', '색', '제목 색을', 'hmm', 'the title', '그 파란색 말이야', 'blue'],
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

/** Praise, small talk, the evening, the day, his wife: paid work must not begin with any of it. */
const NO_WISH: readonly string[] = [
  '너무 좋다',
  '너무 고마워',
  '오늘 너무 피곤하다',
  '잘 쓸게요',
  '이따 볼게',
  '그래 그대로',
  '고마워 진짜로',
  '내일 얘기하자',
  'I like it',
  '너무 예쁘다',
  '너무 잘 만들었네',
  '글씨가 커서 너무 좋다',
  '사진이 너무 많이 들어가서 좋네',
  '정말로',
  '진짜로 잘했다',
  '새로 산 것처럼 깔끔하다',
  '나중에 볼게요',
  '집에 가서 볼게',
  '손님한테 보여줄게',
  '내가 알아서 할게',
  '밥 먹고 올게',
  '이제 자야겠다',
  '오늘은 여기까지 하자',
  '그렇게 하자',
  '이제 그만하자',
  '저녁에 소주 한잔 하자',
  '내일 아침에 다시 보자',
  '주말에 낚시 가고 싶다',
  '오늘 길이 너무 막혀',
  '요즘 기름값이 너무 올랐어',
  '오늘 하루가 너무 길다',
  '허리가 너무 아파',
  '날씨가 너무 덥네',
  '비가 너무 많이 내려',
  '일이 너무 많아',
  '오늘 기분이 별로다',
  '몸이 좀 이상해',
  '차 시동이 안 걸려',
  '타이어 교체해야 해',
  '엔진오일 교체',
  '월급이 너무 적어',
  '살 좀 빼야 돼',
  '담배 없이 하루',
  '여보 밥 먹었어?',
  '여보 저녁 좀 차려줘',
  '여보 국 좀 데워줘',
  '당신은 언제 와?',
  '자기야 커피 한 잔 만들어줘',
  '앞으로도 잘 부탁해',
  '내일도 부탁해',
  '좋은 하루 되길 바랍니다',
  '건강해라',
  '밖에 부는 바람',
  '즐거운 주말 보내',
  '집으로',
  '지금 공장으로',
  '오타니 홈런 쳤다',
  '응원해줘',
  '기다려줘',
  '나 좀 데리러 와줘',
  '늘 건강하게',
  '자비스 빼고',
  'keep up the good work',
  'thanks again',
  'see you in the morning',
  'I need a coffee',
  'I want to sleep',
  'with pleasure',
  'more tomorrow',
  'I really like the title',
  'too much work today',
  'my wife needs to rest',
  'how about dinner?',
  '줄이 너무 길어',
  '차가 너무 커서 못 들어가',
  '점심은 국밥으로',
  '오늘은 짜장면으로 바꿔',
  '삼겹살로 하자',
  '내일 새벽에 부산 내려가야 해',
  '바꿔줘서 고맙다',
  '제목은 안 바꿔도 돼',
  '제목 바꿀 필요 없어',
  '고치지 말고 그대로',
  '지우지 말아줘',
  'no need to change the title',
  'keep the title',
  'change is good',
];

const WISH: readonly string[] = [
  '좋은데 제목만 파랗게',
  '응 제목 지워',
  '더 길게',
  '글씨를 가늘게',
  '오늘 날짜도 넣어줘',
  '트럭 사진을 크게',
  '제목이 별로야',
  '글자가 안 보여',
  '이거 지워',
  '색을 바꾸자',
  '글자를 더 크게 했으면 좋겠어',
  '그래프를 크게',
  '너무 작아',
  'I want the title in red',
  'keep only the first table',
  "It's too long",
];

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

  it.each(NO_WISH)('begins no work: %s', (words) => {
    expect(readFollowUp(words)).not.toBe('change');
  });

  it.each(WISH)('is a wish all the same: %s', (words) => {
    expect(readFollowUp(words)).toBe('change');
  });

  it('is thanks, or good-bye, however much of it', () => {
    const said = [
      '너무 좋다',
      '너무 고마워',
      '잘 쓸게요',
      '이따 볼게',
      '그래 그대로',
      '고마워 진짜로',
      '내일 얘기하자',
    ];
    expect(said.map(readFollowUp)).toEqual(said.map(() => 'thanks'));
    expect(['오늘 너무 피곤하다', '차가 너무 막힌다'].map(readFollowUp)).toEqual(['other', 'other']);
  });

  it('is no follow-up where it is a command', () => {
    expect([readFollowUp('!retry'), readFollowUp('! task x')]).toEqual(['other', 'other']);
  });
});
