import { describe, expect, it } from 'vitest';
import { passagesOf } from '../../bots/memory/library/cut-passages.ts';

const sentence = '임차인은 목적물을 주거 외의 용도로 사용하지 아니한다. ';

describe('a document cut into passages', () => {
  it('never lets one lie across two pages, and names the page', () => {
    expect(passagesOf({ unit: 'page', pages: ['첫 쪽', ' \n\n', '셋째 쪽'] })).toEqual([
      { text: '첫 쪽', place: 1 },
      { text: '셋째 쪽', place: 3 },
    ]);
    expect(passagesOf({ pages: ['글'] })).toEqual([{ text: '글' }]);
  });

  it('cuts between paragraphs, and one that is too long between sentences', () => {
    const paragraph = sentence.repeat(8).trim();
    const passages = passagesOf({ pages: [`${paragraph}\n\n${paragraph}\n\n${paragraph}\n\n${sentence.repeat(100)}`] });
    expect(passages.length).toBeGreaterThan(4);
    for (const { text } of passages) {
      expect(text.length).toBeLessThan(1_000);
      expect(text).toMatch(/^임차인은[^]*아니한다\.$/);
    }
    expect(
      passages
        .map(({ text }) => text)
        .join(' ')
        .match(/아니한다/g),
    ).toHaveLength(124);
  });

  it('loses no letter of what has neither sentences nor words', () => {
    const passages = passagesOf({ pages: ['가'.repeat(5_000)] });
    expect(
      passages
        .map(({ text }) => text)
        .join('')
        .replace(/\n/g, ''),
    ).toBe('가'.repeat(5_000));
    expect(Math.max(...passages.map(({ text }) => text.length))).toBeLessThan(1_000);
  });

  it('says under which heading a piece stands, on the next page too', () => {
    const passages = passagesOf({
      unit: 'page',
      pages: [`# 제5조 위약금\n\n${sentence.repeat(60)}`, '보증금의 10%로 한다.'],
    });
    expect(passages.at(-1)).toEqual({ text: '# 제5조 위약금\n보증금의 10%로 한다.', place: 2 });
    expect(passages.every(({ text }) => text.startsWith('# 제5조 위약금'))).toBe(true);
  });

  it('gives each piece of a table its head', () => {
    const rows = Array.from({ length: 60 }, (_, month) => `| ${month}월 | 매출 ${month * 17} | 비고 없음 |`);
    const passages = passagesOf({
      unit: 'sheet',
      pages: [['| 달 | 금액 | 비고 |', '| --- | --- | --- |', ...rows].join('\n')],
    });
    expect(passages.length).toBeGreaterThan(1);
    for (const { text } of passages) expect(text.startsWith('| 달 | 금액 | 비고 |\n')).toBe(true);
  });
});
