import { describe, expect, it } from 'vitest';
import { keyedOption, soundsLikeVote, voteInWords } from '../../bots/ballots/vote-in-words.ts';

const OPTIONS = ['짜장', '짬뽕', '1번 국도'];

describe('a master’s vote in words', () => {
  it.each([
    ['짬뽕', '짬뽕'],
    ['짬뽕!', '짬뽕'],
    ['짬뽕에 한 표', '짬뽕'],
    ['난 짬뽕', '짬뽕'],
    ['나는 짜장이 좋아', '짜장'],
    ['짜장으로 하자', '짜장'],
    ['짜장으로 가자', '짜장'],
    ['나도 짬뽕에 한표요', '짬뽕'],
    ['2', '짬뽕'],
    ['2번', '짬뽕'],
    ['2️⃣', '짬뽕'],
    ['1번 국도', '1번 국도'],
    ["I'm for 짜장", '짜장'],
  ])('%s', (said, option) => {
    expect(voteInWords(said, OPTIONS, false)).toBe(option);
  });

  it.each(['왜 짬뽕이 이겼어?', '짬뽕?', '우동', '짜장 짬뽕 둘 다 싫어', '4번', '고마워', '', '짬뽕\n그런데 말이야'])(
    'no vote: %s',
    (said) => {
      expect(voteInWords(said, OPTIONS, false)).toBeNull();
    },
  );

  it('where everyone names what they want, a new thing may be voted for by saying that it is a vote', () => {
    expect(voteInWords('우동에 한 표', ['짜장'], true)).toBe('우동');
    expect(voteInWords('우동이 뭐야', ['짜장'], true)).toBeNull();
  });

  it('without a reply only words that vote are taken for a vote', () => {
    expect(['난 짬뽕', '짬뽕에 한 표', '나는 짜장'].map(soundsLikeVote)).toEqual([true, true, true]);
    expect(['짬뽕', '나는 왜?', '오늘 덥네', '나가자'].map(soundsLikeVote)).toEqual([false, false, false, false]);
  });

  it('knows the keys as any client writes them', () => {
    expect(['1️⃣', '2⃣', '9️⃣', '🔟', '👍', '✅', '1'].map(keyedOption)).toEqual([0, 1, 8, 9, null, null, null]);
  });
});
