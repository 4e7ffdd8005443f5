import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withParticle } from '../../bridge/text/particle.ts';
import { spent } from '../../bridge/text/tasks/task-words.ts';

/** Comments may speak of what texts may not say. */
const withoutComments = (source: string): string =>
  source.replace(/\/\*[^]*?\*\//gu, ' ').replace(/(^|\s)\/\/[^\n]*/gu, ' ');
const sources = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts'])
  .map((file) => [file, withoutComments(readFileSync(file, 'utf8'))] as const)
  .filter(([, source]) => /[가-힣]/u.test(source));
const found = (pattern: RegExp, where: RegExp = /./): readonly string[] =>
  sources
    .filter(([file]) => where.test(file))
    .flatMap(([file, source]) => [...source.matchAll(pattern)].map(([hit]) => `${file}: ${hit}`));

describe('Korean for people', () => {
  it('is looked for where it is', () => {
    expect(sources.length).toBeGreaterThan(40);
  });

  it('never writes both forms of a particle, 을(를), (으)로', () => {
    expect(found(/.{0,20}(?:[가-힣}"'`]\([가-힣]\)|(?<![가-힣])\([가-힣]\)[가-힣]).{0,10}/gu, /text\//)).toEqual([]);
  });

  it('asks for the particle of a word that is woven in, and does not guess it', () => {
    // What is woven in ends in any sound; `인` and `에서` are the same behind all of them.
    expect(
      found(/\}["'`’”*\\]{0,4}(?:은|는|을|를|이|가|와|과|으로|이라는|라는)(?=[\s.,…])/gu, /text\//).filter(
        (hit) => !hit.includes('withParticle'),
      ),
    ).toEqual([]);
  });

  it('says amounts as people do', () => {
    expect(spent.ko(0, 9_200)).toBe('토큰 9,200');
    expect(spent.ko(120_000, 12_300)).toBe('$0.12 · 토큰 1.2만');
    expect(spent.ko(0, 3_400_000)).toBe('토큰 340만');
  });

  it.each([
    ['r1', '이라는', '라는', 'r1이라는'],
    ['"스카우트"', '이라는', '라는', '"스카우트"라는'],
    ['`클로드`', '을', '를', '`클로드`를'],
  ])('%s', (word, consonant, vowel, said) => {
    expect(withParticle(word, consonant, vowel)).toBe(said);
  });
});
