import { phrase, type Phrase } from '../say.ts';

/** What a mission needs and this house cannot do, in words that fit on a card. */
const word = (ko: string, en: string): Phrase =>
  phrase(
    () => ko,
    () => en,
  );

export type NeedWord =
  | 'mail'
  | 'message'
  | 'payment'
  | 'calendar'
  | 'posting'
  | 'printing'
  | 'act'
  | 'picture'
  | 'web'
  | 'later'
  | 'until';
export const needWord: Readonly<Record<NeedWord, Phrase>> = {
  mail: word('이메일 보내기', 'sending e-mail'),
  message: word('문자·카톡·전화', 'texts and calls'),
  payment: word('결제·주문·예약', 'paying, ordering, booking'),
  calendar: word('달력에 적기', 'your calendar'),
  posting: word('SNS에 올리기', 'posting to social media'),
  printing: word('종이에 인쇄', 'printing'),
  act: word('밖에서 몸으로 하는 일', 'anything out in the world'),
  picture: word('그림·영상 만들기', 'making pictures or films'),
  web: word('인터넷 조사(주소마다 허락 필요)', 'looking things up (each address needs your yes)'),
  later: word('정한 때를 기다렸다 하기', 'waiting for a time'),
  until: word(
    '정한 때에 맞춰 전하기(되는 대로 바로 드립니다)',
    'delivering at a time (you get it as soon as it is ready)',
  ),
};

/** Said before it begins. `said`: what a model found, in its own words, made safe. */
export const lacksLine = phrase<[needs: readonly NeedWord[], said: readonly string[]]>(
  (needs, said) =>
    `🚧 여기서 못 하는 것: ${[...needs.map((need) => needWord[need].ko()), ...said].join(', ')}. 나머지만 합니다.${needs.includes('later') ? ' 때를 정하려면 `!예약`' : ''}`,
  (needs, said) =>
    `🚧 No means here for: ${[...needs.map((need) => needWord[need].en()), ...said].join(', ')}. The rest is done.${needs.includes('later') ? ' For a time: `!schedule`' : ''}`,
);
/** Said at the end. */
export const notDoneLine = phrase<[needs: readonly NeedWord[], said: readonly string[]]>(
  (needs, said) =>
    `🚧 못 한 것: ${[...needs.map((need) => needWord[need].ko()), ...said].join(', ')}. 그 부분은 직접 하시거나 빼고 새로 보내 주세요.${needs.includes('later') ? ' 때를 정하려면 `!예약`' : ''}`,
  (needs, said) =>
    `🚧 Not done: ${[...needs.map((need) => needWord[need].en()), ...said].join(', ')}. Please do that yourself, or send the task without it.${needs.includes('later') ? ' For a time: `!schedule`' : ''}`,
);
export const filesMissing = phrase<[names: readonly string[]]>(
  (names) => `약속한 파일이 없거나 비어 있습니다: ${names.join(', ')}`,
  (names) => `Files that were promised are not there, or empty: ${names.join(', ')}`,
);
