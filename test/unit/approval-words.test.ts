import { describe, expect, it } from 'vitest';
import { isApprovalTalk, isApprovingSign } from '../../bots/intake/approval-words.ts';

const CALLSIGNS = ['실행자', 'executor'];

describe('words of approval', () => {
  it('follow the callsign that the roster gives, and no other', () => {
    expect(isApprovalTalk('손잡이, 응 해줘', ['손', '손발'])).toBe(false);
    for (const text of ['손발아 응 해줘', '손 ㄱㄱ', '손발, ok'])
      expect(isApprovalTalk(text, ['손', '손발'])).toBe(true);
    expect(isApprovalTalk('실행자야 해줘', ['손발'])).toBe(false);
  });

  it.each([
    '응 해줘',
    '응',
    '응~',
    'ㅇㅇ',
    'ㅇㅋ',
    '네 진행해 주세요'.replace(' 주', '주'),
    '어 그래 해',
    '승인',
    '승인합니다.',
    '허락할게',
    '진행시켜!!',
    '좋아요 ㅎㅎ',
    'ok',
    'OK go',
    'ok, go ahead',
    'yes please',
    'Yes!',
    'ＯＫ',
    'approve',
    'do it',
    "let's go",
    '👍',
    '👍🏽',
    '응👍',
    '👌👌',
    '✅',
    '실행자야 해줘',
    '실행자, ㄱㄱ',
    '아니',
    'ㄴㄴ',
    '하지 마',
    '안 돼',
    '거절',
    'no',
    "don't",
  ])('%j is one', (text) => expect(isApprovalTalk(text, CALLSIGNS)).toBe(true));

  it.each([
    '',
    '   ',
    '응 근데 왜 필요해?',
    '이거 뭐야?',
    '클로드야 해줘',
    '클로드',
    '해줘 클로드',
    '오늘 날씨 어때',
    'ok what is this',
    '응 부산 가는 표 찾아줘',
    '좋은 아침',
    '안녕',
    '?',
    '...',
    '😂',
    '👀',
    '!실행 ls',
    '!취소',
    '！취소',
    '! 취소',
    '!cancel',
    '!실행',
    '!run',
    '/cancel',
    '//취소',
    '응 '.repeat(7),
    'go to busan',
    '확인해줘 날씨',
    '해줘'.repeat(40),
    'http://ok.go',
  ])('%j is none', (text) => expect(isApprovalTalk(text, CALLSIGNS)).toBe(false));

  it.each(['👍', '👍🏿', '👌', '✔️', '☑️', '🆗', '❤️', '🙏', 'ok', '네', '👎', '🙅‍♀️', '🙆🏻‍♂️'])(
    'the sign %s says something',
    (key) => expect(isApprovingSign(key)).toBe(true),
  );
  it.each(['😂', '👀', '🤔', '🛑', '🔁', 'hello', '⚙️'])('the sign %s does not', (key) =>
    expect(isApprovingSign(key)).toBe(false),
  );
});
