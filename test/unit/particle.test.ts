import { describe, expect, it } from 'vitest';
import { withParticle } from '../../bridge/text/particle.ts';

describe('a word with its particle', () => {
  it.each([
    ['조율자', '은', '는', '조율자는'],
    ['가브리엘', '은', '는', '가브리엘은'],
    ['`!토론`', '을', '를', '`!토론`을'],
    ['`!에이전트`', '을', '를', '`!에이전트`를'],
    ['"도움말"', '이', '가', '"도움말"이'],
    ['GPT', '은', '는', 'GPT는'],
    ['URL', '을', '를', 'URL을'],
    ['`data`', '을', '를', '`data`를'],
    ['@mina:house.test', '은', '는', '@mina:house.test는'],
    ['/srv/site3', '은', '는', '/srv/site3은'],
    ['token', '이', '가', 'token이'],
    ['서울', '으로', '로', '서울로'],
    ['부산', '으로', '로', '부산으로'],
    ['channel', '으로', '로', 'channel로'],
    ['가브리엘 (GPT)', '은', '는', '가브리엘 (GPT)은'],
    ['', '은', '는', '는'],
  ])('%s', (word, consonant, vowel, expected) => {
    expect(withParticle(word, consonant, vowel)).toBe(expected);
  });
});
