import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { GramIndex } from '../../bots/memory/gram-index.ts';
import { gramsOf } from '../../bots/memory/grams.ts';
import { PostingLists } from '../../bots/memory/posting-lists.ts';
import { KOREAN_FACTS, KOREAN_QUESTIONS, SMALL_TALK } from './korean-facts.ts';

const indexOf = (texts: readonly string[]): GramIndex => {
  const index = new GramIndex();
  texts.forEach((text, id) => index.put(id, text));
  return index;
};

describe('grams', () => {
  it('are pairs of letters and the syllables themselves, whatever stands between words', () => {
    expect([...gramsOf('내 차는, Pet')].toSorted()).toEqual(['내', '차', '는', '차는', 'pe', 'et'].toSorted());
    expect(gramsOf('예산'.normalize('NFD'))).toEqual(gramsOf('예산'));
    expect(gramsOf('a 7!?')).toEqual(new Set(['a', '7']));
    expect(gramsOf(' …🐶!')).toEqual(new Set());
  });
});

describe('facts found by a question', () => {
  const index = indexOf(KOREAN_FACTS);

  it.each(KOREAN_QUESTIONS)('%s', (question, answer) => {
    expect(index.search(question, 3).map(({ id }) => KOREAN_FACTS[id] ?? '')[0]).toMatch(new RegExp(`^${answer}`));
  });

  it('tells an answer from a chance: by the score, in a house with three facts as in one with sixty', () => {
    const LEAST = 0.25;
    for (const others of [2, 9, 59]) {
      const scores = KOREAN_QUESTIONS.map(([question, answer]) => {
        const known = KOREAN_FACTS.filter((fact) => !fact.startsWith(answer)).slice(0, others);
        const fact = KOREAN_FACTS.find((one) => one.startsWith(answer)) ?? '';
        return {
          right: indexOf([...known, fact]).search(question, 1)[0]?.score ?? 0,
          wrong: indexOf(known).search(question, 1)[0]?.score ?? 0,
        };
      });
      expect(scores.filter(({ right }) => right < LEAST).length).toBeLessThanOrEqual(1);
      // Others speak of the same shop.
      expect(scores.filter(({ wrong }) => wrong >= LEAST).length).toBeLessThanOrEqual(15);
    }
    const chance = SMALL_TALK.filter((said) => (index.search(said, 1)[0]?.score ?? 0) >= LEAST);
    expect(chance.length).toBeLessThanOrEqual(1);
  });

  it('finds nothing by what no fact holds, and never more than asked for', () => {
    expect(index.search('ㅋㅋㅋ', 8)).toEqual([]);
    expect(index.search('', 8)).toEqual([]);
    expect(index.search('가게 이름', 2)).toHaveLength(2);
  });

  it('puts first what was put last, of two that say the same', () => {
    expect(
      indexOf(['가게는 일곱 시', '가게는 일곱 시'])
        .search('가게 일곱 시', 2)
        .map(({ id }) => id),
    ).toEqual([1, 0]);
  });

  it('forgets at once, and reads a line anew', () => {
    const own = indexOf(KOREAN_FACTS);
    const ids = (query: string) => own.search(query, 60).map(({ id }) => id);
    expect(ids('멍냥상회')[0]).toBe(0);
    own.delete(0);
    expect(ids('멍냥상회')).not.toContain(0);
    own.put(1, '펫샵 이름은 멍냥상회');
    expect(ids('멍냥상회')[0]).toBe(1);
    expect(ids('3.5톤')).not.toContain(1);
    expect(own.size).toBe(KOREAN_FACTS.length - 1);
  });

  it('finds after thousands of changes what an index does that has seen only the last state', () => {
    const own = new GramIndex();
    for (let round = 0; round < 40; round += 1)
      KOREAN_FACTS.forEach((text, id) => own.put(id, `${text} ${'가나다라마바사'.charAt(round % 7)}${round}`));
    KOREAN_FACTS.forEach((text, id) => own.put(id, text));
    const fresh = indexOf(KOREAN_FACTS);
    for (const [question] of KOREAN_QUESTIONS)
      expect(own.search(question, 1).map(({ id }) => id)).toEqual(fresh.search(question, 1).map(({ id }) => id));
  });
});

describe('lists of numbers', () => {
  it('give back what was put in, however far apart', () => {
    const distances = fc.array(fc.tuple(fc.nat(6), fc.oneof(fc.nat(3), fc.nat(300), fc.nat(3_000_000))), {
      maxLength: 3_000,
      size: 'max',
    });
    fc.assert(
      fc.property(distances, (added) => {
        const lists = new PostingLists();
        const plain = new Map<number, number[]>([0, 1, 2, 3, 4, 5, 6].map((term) => [term, []]));
        let doc = -1;
        for (const [term, distance] of added) {
          doc += distance + 1;
          lists.add(term, doc);
          plain.get(term)?.push(doc);
        }
        for (const [term, docs] of plain) {
          const read: number[] = [];
          lists.each(term, (one) => read.push(one));
          expect(read).toEqual(docs);
        }
      }),
      { numRuns: 60 },
    );
  });
});
