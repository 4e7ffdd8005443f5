import { describe, expect, it } from 'vitest';
import { mergeValues } from '../../bridge/stores/merge-values.ts';

const [choco, bori, coco] = [
  { date: '2026-12-01', time: '10:00', pet: '초코' },
  { date: '2026-12-01', time: '11:00', pet: '보리' },
  { date: '2026-12-02', time: '10:00', pet: '코코' },
];
const json = (value: unknown) => JSON.stringify(value);

describe('two people write into one value', () => {
  it.each([
    ['both book: both bookings stand', [choco], [choco, bori], [choco, coco], [choco, coco, bori]],
    ['the first bookings of a page, by both', null, [bori], [coco], [coco, bori]],
    ['one cancels, the other books', [choco], [], [choco, coco], [coco]],
    ['both cancel the same', [choco, bori], [bori], [bori], [bori]],
    ['one cancels what the other had cancelled and books', [choco, bori], [bori, coco], [bori], [bori, coco]],
    [
      'an entry with an id is changed by one, another added by the other',
      [{ id: 1, n: 1 }],
      [{ id: 1, n: 2 }],
      [
        { id: 1, n: 1 },
        { id: 2, n: 1 },
      ],
      [
        { id: 1, n: 2 },
        { id: 2, n: 1 },
      ],
    ],
    [
      'different fields of the same entry',
      [{ id: 'a', done: false, note: '' }],
      [{ id: 'a', done: true, note: '' }],
      [{ id: 'a', done: false, note: '전화' }],
      [{ id: 'a', done: true, note: '전화' }],
    ],
    [
      'both add an entry under the same new id: both stand',
      [{ id: 1 }],
      [{ id: 1 }, { id: 2, pet: '초코' }],
      [{ id: 1 }, { id: 2, pet: '보리' }],
      [{ id: 1 }, { id: 2, pet: '보리' }, { id: 2, pet: '초코' }],
    ],
    ['the same amount twice is two entries', [5000], [5000, 5000], [5000, 3000], [5000, 3000, 5000]],
    [
      'entries that share an id are told by all they say',
      [
        { id: 1, a: 1 },
        { id: 1, a: 2 },
      ],
      [{ id: 1, a: 1 }],
      [{ id: 1, a: 1 }, { id: 1, a: 2 }, { id: 2 }],
      [{ id: 1, a: 1 }, { id: 2 }],
    ],
    ['settings by their names', { a: 1, b: 1 }, { a: 2, b: 1 }, { a: 1, b: 3 }, { a: 2, b: 3 }],
    ['a setting that one takes away', { a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }],
    ['lists within settings', { all: [1] }, { all: [1, 2] }, { all: [1, 3] }, { all: [1, 3, 2] }],
    ['a plain value: the newer one', 1, 2, 3, 2],
    ['another kind of value: the newer one', [1], { a: 1 }, [1, 2], { a: 1 }],
  ])('%s', (_what, base, mine, theirs, all) => {
    const text = (value: unknown) => (value === null ? null : json(value));
    const merged = mergeValues(text(base), text(mine), text(theirs));
    expect(JSON.parse(merged ?? 'null')).toEqual(all);
    // The answer was lost and it is sent again.
    expect(mergeValues(text(base), text(mine), merged)).toBe(merged);
  });

  it.each([
    ['nobody else wrote', 'a', 'b', 'a', 'b'],
    ['only the other wrote', 'a', 'a', 'c', 'c'],
    ['words that are no JSON: the newer ones', 'a', 'b', 'c', 'b'],
    ['removed here, changed there', 'a', null, 'c', null],
    ['changed here, removed there', 'a', 'b', null, 'b'],
    ['the first to write', null, 'b', null, 'b'],
    ['a name that objects have by themselves', '{}', '{"__proto__":{"x":1}}', '{"b":1}', '{"b":1,"__proto__":{"x":1}}'],
  ])('%s', (_what, base, mine, theirs, all) => {
    expect(mergeValues(base, mine, theirs)).toBe(all);
  });
});

it('what is nested without end is not gone through', () => {
  const nest = (leaf: number) => `${'{"a":'.repeat(2_000)}"${String(leaf).repeat(500_000)}"${'}'.repeat(2_000)}`;
  expect(mergeValues(null, nest(1), nest(2))).toBe(nest(1));
  const deep = (leaf: number) => `${'['.repeat(100_000)}${leaf}${']'.repeat(100_000)}`;
  expect(mergeValues('[]', deep(1), deep(2))).toBe(deep(1));
});
