import type { Contract } from './lua-contract.ts';

/** What the scripts of `bots` owe whoever calls them; those of the budget and of tasks stand beside. */
export const BOTS: readonly Contract[] = [
  {
    file: 'bots/agent-api/lua/take-place-2.lua',
    keys: ['asked', 'waiting'],
    cases: [
      {
        it: 'gives as many places as there are',
        calls: [[['a', 1_000_000, 500_000, 1], 1]],
        leaves: { 'asked 500': '1', waiting: [['a', 1_000_000]] },
      },
      {
        it: 'has none where so many wait already',
        given: { waiting: [['b', 900_000]] },
        calls: [[['a', 1_000_000, 500_000, 1], 0]],
        leaves: { waiting: [['b', 900_000]] },
      },
      {
        it: 'waits for nobody who has waited too long',
        given: {
          waiting: [
            ['b', 500_000],
            ['c', 500_001],
          ],
        },
        calls: [[['a', 1_000_000, 500_000, 2], 1]],
        leaves: {
          'asked 500': '1',
          waiting: [
            ['c', 500_001],
            ['a', 1_000_000],
          ],
        },
      },
      {
        it: 'lets in once more whoever asks again, without a second place',
        given: { asked: '1', waiting: [['b', 900_000]] },
        calls: [[['a', 1_000_000, 500_000, 1], 1]],
        leaves: { asked: '1', waiting: [['b', 900_000]] },
      },
    ],
  },
  {
    file: 'bots/intake/lua/keep-decision-4.lua',
    keys: ['decision', 'floor', 'told', 'models'],
    cases: [
      {
        it: 'keeps the first decision and gives it back to the second',
        calls: [
          [['one', '', 5, '', '', '', 100, 3000], null],
          [['two', 'all', 6, '@m', 'a', '6 x', 100, 3000], 'one'],
        ],
        leaves: { 'decision 100': 'one' },
      },
      {
        it: 'sets the floor, the telling and a model with their time',
        calls: [[['one', 'all', 5, '@m', 'a', '5 x', 100, 3000], null]],
        leaves: { 'decision 100': 'one', floor: '5 all', 'told 3000': '1', models: { a: '5 x' } },
      },
      {
        it: 'undoes nothing that a newer event has set',
        given: { floor: '10 quiet', models: { a: '10 y', b: '1 z' } },
        calls: [[['one', 'all', 9, '', 'a', '9 x', 100, 3000], null]],
        leaves: { 'decision 100': 'one', floor: '10 quiet', models: { a: '10 y', b: '1 z' } },
      },
      {
        it: 'goes over what an event of the same time has set',
        given: { floor: '10 quiet', models: { a: '10 y' } },
        calls: [[['one', 'all', 10, '', 'a', '10 ', 100, 3000], null]],
        leaves: { 'decision 100': 'one', floor: '10 all', models: { a: '10 ' } },
      },
      {
        it: 'goes over what an older event has set, by number and not by letter',
        given: { floor: '9 quiet', models: { a: '9 y' } },
        calls: [[['one', 'all', 10, '', 'a', '10 x', 100, 3000], null]],
        leaves: { 'decision 100': 'one', floor: '10 all', models: { a: '10 x' } },
      },
    ],
  },
  {
    file: 'bots/memory/lua/number-line-1.lua',
    keys: ['lines'],
    cases: [
      {
        it: 'gives each line the next number, with where it was said, and the same again',
        calls: [
          [['$a', '', 0, ''], '1'],
          [['$b', '!hq:h $said', 0, ''], '2 !hq:h $said'],
          [['$a', '', 0, ''], '1'],
          [['$b', '', 0, ''], '2 !hq:h $said'],
        ],
        leaves: { lines: { last: '2', $a: '1', $b: '2 !hq:h $said' } },
      },
      {
        it: 'gives no number twice',
        given: { lines: { last: '7' } },
        calls: [[['$c', '', 5, ''], '8']],
        leaves: { lines: { last: '8', $c: '8' } },
      },
      {
        it: 'goes on behind the highest number that the caller knows, where its own are lost',
        calls: [[['$d', '', 12, ''], '13']],
        leaves: { lines: { last: '13', $d: '13' } },
      },
      {
        it: 'takes back what was kept of a line, and gives its number to no other',
        calls: [
          [['$e', '', 0, '9 !hq:h $said'], '9 !hq:h $said'],
          [['$f', '', 0, ''], '10'],
        ],
        leaves: { lines: { last: '10', $e: '9 !hq:h $said', $f: '10' } },
      },
    ],
  },
  {
    file: 'bots/turns/lua/keep-summary-1.lua',
    keys: ['memory'],
    cases: [
      {
        it: 'keeps the first one, and the second only over the first',
        calls: [
          [['0', 'one'], 1],
          [['0', 'late'], 0],
          [['1', 'two'], 1],
        ],
        leaves: { memory: { memory: 'two', epoch: '2' } },
      },
      {
        it: 'keeps nothing over what was forgotten meanwhile',
        given: { memory: { memory: 'none', epoch: '4' } },
        calls: [[['3', 'late'], 0]],
        leaves: { memory: { memory: 'none', epoch: '4' } },
      },
    ],
  },
  {
    file: 'bots/models/lua/choose-model-1.lua',
    keys: ['models'],
    cases: [
      {
        it: 'keeps what the newest command chooses',
        given: { models: { b: '99 m' } },
        calls: [
          [['a', 9, '9 x'], 1],
          [['a', 10, '10 '], 1],
          [['a', 9, '9 x'], 0],
          [['a', 10, '10 y'], 1],
        ],
        leaves: { models: { a: '10 y', b: '99 m' } },
      },
    ],
  },
  {
    file: 'bots/schedule/lua/add-schedule-3.lua',
    keys: ['schedules', 'handled', 'gone'],
    cases: [
      {
        it: 'keeps a schedule from its time on',
        calls: [[['abcdef', '{}', '$s', 5, 'abcd'], 1]],
        leaves: { schedules: { abcdef: '{}' }, handled: { abcdef: '5' } },
      },
      {
        it: 'repeats nothing that was dealt with',
        given: { schedules: { abcdef: '{}' }, handled: { abcdef: '9' } },
        calls: [[['abcdef', '{}', '$s', 5, 'abcd'], 1]],
        leaves: { schedules: { abcdef: '{}' }, handled: { abcdef: '9' } },
      },
      {
        it: 'brings none back that was taken away',
        given: { gone: [['$s', 1]] },
        calls: [[['abcdef', '{}', '$s', 5, 'abcd'], 0]],
        leaves: { gone: [['$s', 1]] },
      },
      {
        it: 'knows one that an older version keeps under four letters',
        given: { schedules: { abcd: '{"source":"$s"}' } },
        calls: [[['abcdef', '{}', '$s', 5, 'abcd'], 1]],
        leaves: { schedules: { abcd: '{"source":"$s"}' } },
      },
      {
        it: 'and another one that begins alike, or cannot be read, is another',
        given: { schedules: { abcd: '{"source":"$o"}', wxyz: 'torn' } },
        calls: [
          [['abcdef', '{}', '$s', 5, 'abcd'], 1],
          [['wxyzab', '{}', '$t', 5, 'wxyz'], 1],
        ],
        leaves: {
          schedules: { abcd: '{"source":"$o"}', wxyz: 'torn', abcdef: '{}', wxyzab: '{}' },
          handled: { abcdef: '5', wxyzab: '5' },
        },
      },
    ],
  },
  {
    file: 'bots/schedule/lua/number-round-1.lua',
    keys: ['rounds'],
    cases: [
      {
        it: 'numbers each round of the day once',
        calls: [
          [['a', 100], 1],
          [['b', 100], 2],
          [['a', 100], 1],
        ],
        leaves: { 'rounds 100': { a: '1', b: '2' } },
      },
    ],
  },
];
