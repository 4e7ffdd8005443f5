import { describe, expect, it } from 'vitest';
import { withParticle } from '../../bridge/text/particle.ts';

describe('a word with its particle', () => {
  it.each([
    ['조율자', '은', '는', '조율자는'],
    ['가브리엘', '은', '는', '가브리엘은'],
    ['`!토론`', '을', '를', '`!토론`을'],
    ['`!에이전트`', '을', '를', '`!에이전트`를'],
    ['"도움말"', '이', '가', '"도움말"이'],
    ['GPT', '은', '는', 'GPT은(는)'],
    ['', '은', '는', '은(는)'],
  ])('%s', (word, consonant, vowel, expected) => {
    expect(withParticle(word, consonant, vowel)).toBe(expected);
  });
});
