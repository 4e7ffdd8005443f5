import type { Contract } from './lua-contract.ts';

const TASK_KEYS = ['task', 'outbox', 'pending', 'cards', 'live', 'ended', 'frozen'];
const PURSE_KEYS = ['limits', 'day', 'month', 'held', 'rests', 'frozen'];
const call = (id: string, agent: string, label = 'm'): (string | number)[] => [id, agent, label, 100, 160, 5, 50];

/** What the scripts of `bots` owe whoever calls them. */
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
          [['$a', ''], '1'],
          [['$b', '!hq:h $said'], '2 !hq:h $said'],
          [['$a', ''], '1'],
          [['$b', ''], '2 !hq:h $said'],
        ],
        leaves: { lines: { last: '2', $a: '1', $b: '2 !hq:h $said' } },
      },
      {
        it: 'gives no number twice',
        given: { lines: { last: '7' } },
        calls: [[['$c', ''], '8']],
        leaves: { lines: { last: '8', $c: '8' } },
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
    file: 'bots/tasks/runtime/lua/commit-task-7.lua',
    keys: TASK_KEYS,
    cases: [
      {
        it: 'takes a new task, with its effects in order',
        calls: [[['', 0, 's0', '$r', 3, 'live', 100, 'a', 'b'], 2]],
        leaves: {
          task: { version: '0', state: 's0', seq: '2' },
          outbox: { 1: 'a', 2: 'b' },
          pending: ['$r'],
          cards: ['$r'],
          live: [['$r', 3]],
        },
      },
      {
        it: 'takes it once',
        given: { task: { version: '0', state: 's0' } },
        calls: [[['', 0, 'x', '$r', 3, 'live', 100, 'a'], -1]],
        leaves: { task: { version: '0', state: 's0' } },
      },
      {
        it: 'takes nothing over another version, or over none',
        given: { task: { version: '2', state: 's2' } },
        calls: [[['1', 2, 'x', '$r', 3, 'live', 100, 'a'], -1]],
        leaves: { task: { version: '2', state: 's2' } },
      },
      {
        it: 'takes nothing of a task that has gone',
        calls: [[['1', 2, 'x', '$r', 3, 'live', 100, 'a'], -1]],
        leaves: {},
      },
      {
        it: 'counts effects on, and owes only the card where there are none',
        given: { task: { version: '0', state: 's0', seq: '2' }, outbox: { 2: 'b' }, live: [['$r', 3]] },
        calls: [
          [['0', 1, 's1', '$r', 3, 'live', 100], 0],
          [['1', 2, 's2', '$r', 3, 'live', 100, 'c'], 3],
        ],
        leaves: {
          task: { version: '2', state: 's2', seq: '3' },
          outbox: { 2: 'b', 3: 'c' },
          pending: ['$r'],
          cards: ['$r'],
          live: [['$r', 3]],
        },
      },
      {
        it: 'owes nothing but the card without effects',
        given: { task: { version: '0', state: 's0' } },
        calls: [[['0', 1, 's1', '$r', 3, 'live', 100], 0]],
        leaves: { task: { version: '1', state: 's1' }, cards: ['$r'], live: [['$r', 3]] },
      },
      {
        it: 'freezes one of those that go on',
        given: { task: { version: '0', state: 's0' } },
        calls: [[['0', 1, 's1', '$r', 3, 'frozen', 100], 0]],
        leaves: { task: { version: '1', state: 's1' }, cards: ['$r'], live: [['$r', 3]], frozen: ['$r'] },
      },
      {
        it: 'moves an ended one to the ended, no longer frozen, for a time',
        given: {
          task: { version: '1', state: 's1' },
          cards: ['$r'],
          live: [
            ['$o', 1],
            ['$r', 3],
          ],
          frozen: ['$o', '$r'],
        },
        calls: [[['1', 2, 's2', '$r', 3, 'ended', 100], 0]],
        leaves: {
          'task 100': { version: '2', state: 's2' },
          cards: ['$r'],
          live: [['$o', 1]],
          ended: [['$r', 3]],
          frozen: ['$o'],
        },
      },
      {
        it: 'brings one back that is tried again, for good',
        given: {
          'task 50': { version: '2', state: 's2' },
          cards: ['$r'],
          ended: [
            ['$o', 1],
            ['$r', 3],
          ],
          frozen: ['$r'],
        },
        calls: [[['2', 3, 's3', '$r', 3, 'live', 100], 0]],
        leaves: { task: { version: '3', state: 's3' }, cards: ['$r'], live: [['$r', 3]], ended: [['$o', 1]] },
      },
    ],
  },
  {
    file: 'bots/tasks/runtime/lua/settle-effects-2.lua',
    keys: ['outbox', 'pending'],
    cases: [
      {
        it: 'takes some away and goes on owing the rest',
        given: { outbox: { 1: 'a', 2: 'b', 3: 'c' }, pending: ['$r'] },
        calls: [[['$r', 1, 3], 1]],
        leaves: { outbox: { 2: 'b' }, pending: ['$r'] },
      },
      {
        it: 'owes nothing when none is left, once and again',
        given: { outbox: { 1: 'a' }, pending: ['$o', '$r'] },
        calls: [
          [['$r', 1], 0],
          [['$r', 1], 0],
        ],
        leaves: { pending: ['$o'] },
      },
    ],
  },
  {
    file: 'bots/tasks/runtime/lua/number-task-3.lua',
    keys: ['numbers', 'roots', 'next'],
    cases: [
      {
        it: 'numbers each task once, both ways',
        calls: [
          [['$a'], 1],
          [['$b'], 2],
          [['$a'], 1],
        ],
        leaves: { numbers: { $a: '1', $b: '2' }, roots: { 1: '$a', 2: '$b' }, next: '2' },
      },
      {
        it: 'goes on from the last',
        given: { next: '41' },
        calls: [[['$a'], 42]],
        leaves: { numbers: { $a: '42' }, roots: { 42: '$a' }, next: '42' },
      },
    ],
  },
  {
    file: 'bots/tasks/runtime/lua/show-card-2.lua',
    keys: ['task', 'cards'],
    cases: [
      {
        it: 'owes the card no more when it shows the present version',
        given: { task: { version: '4' }, cards: ['$o', '$r'] },
        calls: [[['$r', 4], 1]],
        leaves: { task: { version: '4', shown: '4' }, cards: ['$o'] },
      },
      {
        it: 'goes on owing it when it shows an older one',
        given: { task: { version: '4' }, cards: ['$r'] },
        calls: [[['$r', 3], 0]],
        leaves: { task: { version: '4', shown: '3' }, cards: ['$r'] },
      },
    ],
  },
  {
    file: 'bots/budget/lua/reserve-call-6.lua',
    keys: PURSE_KEYS,
    cases: [
      { it: 'holds what no limit keeps', calls: [[call('c1', 'a'), 'held']], leaves: { held: { c1: 'a 160 5 50' } } },
      {
        it: 'rests while everything is frozen',
        given: { frozen: '7 on' },
        calls: [[call('c1', 'a'), 'rest']],
        leaves: { frozen: '7 on' },
      },
      {
        it: 'holds again after a thaw',
        given: { frozen: '8 off' },
        calls: [[call('c1', 'a'), 'held']],
        leaves: { frozen: '8 off', held: { c1: 'a 160 5 50' } },
      },
      {
        it: 'rests while what answers for the agent wants a pause',
        given: { rests: { a: '101 provider.rate m' } },
        calls: [[call('c1', 'a'), 'rest']],
        leaves: { rests: { a: '101 provider.rate m' } },
      },
      {
        it: 'holds when the pause is over, or was another model’s',
        given: { rests: { a: '100 provider.rate m', b: '101 provider.rate other' } },
        calls: [
          [call('c1', 'a'), 'held'],
          [call('c2', 'b'), 'held'],
        ],
        leaves: {
          rests: { a: '100 provider.rate m', b: '101 provider.rate other' },
          held: { c1: 'a 160 5 50', c2: 'b 160 5 50' },
        },
      },
      ...(['day', 'month'] as const).flatMap((period) =>
        (['a', '*'] as const).flatMap((scope) =>
          (['usd', 'tokens'] as const).flatMap((unit) => {
            const limits = { [`${scope}.${period}.${unit}`]: '1 60' };
            const spent = (n: number) => ({ [period]: { [`${scope}.${unit}`]: `${n}` } });
            const other = scope === 'a' ? 'a' : 'b';
            const running = { o: `${other} 101 30 30` };
            return [
              {
                it: `rests when the ${period}’s ${unit} of ${scope} are spent`,
                given: { limits, ...spent(60) },
                calls: [[call('c1', 'a'), 'rest']] as const,
                leaves: { limits, ...spent(60) },
              },
              {
                it: `is busy while a running call may take the rest of the ${period}’s ${unit} of ${scope}`,
                given: { limits, ...spent(30), held: running },
                calls: [[call('c1', 'a'), 'busy']] as const,
                leaves: { limits, ...spent(30), held: running },
              },
              {
                it: `holds as long as anything is left of the ${period}’s ${unit} of ${scope}`,
                given: { limits, ...spent(29), held: running },
                calls: [[call('c1', 'a'), 'held']] as const,
                leaves: { limits, ...spent(29), held: { ...running, c1: 'a 160 5 50' } },
              },
            ];
          }),
        ),
      ),
      {
        it: 'holds the whole of a limit of which nothing is spent',
        given: { limits: { 'a.day.usd': '1 1' } },
        calls: [[call('c1', 'a'), 'held']],
        leaves: { limits: { 'a.day.usd': '1 1' }, held: { c1: 'a 160 5 50' } },
      },
      {
        it: 'counts another agent’s running call for the house alone',
        given: { limits: { 'a.day.usd': '1 60' }, held: { o: 'b 101 99 99' } },
        calls: [[call('c1', 'a'), 'held']],
        leaves: { limits: { 'a.day.usd': '1 60' }, held: { o: 'b 101 99 99', c1: 'a 160 5 50' } },
      },
      {
        it: 'gives back what a killed swarm held, and what cannot be read',
        given: { limits: { 'a.day.usd': '1 60' }, held: { dead: 'a 100 99 99', torn: 'a 500' } },
        calls: [[call('c1', 'a'), 'held']],
        leaves: { limits: { 'a.day.usd': '1 60' }, held: { c1: 'a 160 5 50' } },
      },
      {
        it: 'knows no limit that was taken away',
        given: { limits: { 'a.day.usd': '9' }, day: { 'a.usd': '99' } },
        calls: [[call('c1', 'a'), 'held']],
        leaves: { limits: { 'a.day.usd': '9' }, day: { 'a.usd': '99' }, held: { c1: 'a 160 5 50' } },
      },
    ],
  },
  {
    file: 'bots/budget/lua/settle-call-4.lua',
    keys: ['day', 'month', 'held', 'settled'],
    cases: [
      {
        it: 'counts a call once, for the agent and the house, in both periods',
        given: { day: { '*.usd': '10' }, held: { c1: 'a 160 5 50', c2: 'b 160 5 50' } },
        calls: [
          [['c1', 'a', 3, 30, 100, 200, 50], 1],
          [['c1', 'a', 3, 30, 100, 200, 50], 0],
        ],
        leaves: {
          'day 100': { '*.usd': '13', '*.tokens': '30', 'a.usd': '3', 'a.tokens': '30' },
          'month 200': { '*.usd': '3', '*.tokens': '30', 'a.usd': '3', 'a.tokens': '30' },
          held: { c2: 'b 160 5 50' },
          'settled 50': '1',
        },
      },
      {
        it: 'gives back what was held anew after it was counted',
        given: { held: { c1: 'a 160 5 50' }, 'settled 50': '1' },
        calls: [[['c1', 'a', 3, 30, 100, 200, 50], 0]],
        leaves: { 'settled 50': '1' },
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
    file: 'bots/budget/lua/set-limit-1.lua',
    keys: ['limits'],
    cases: [
      {
        it: 'keeps what the newest command says',
        calls: [
          [['f', 9, '9 50'], 1],
          [['f', 10, '10'], 1],
          [['f', 9, '9 50'], 0],
        ],
        leaves: { limits: { f: '10' } },
      },
      {
        it: 'lets one of the same time stand again',
        given: { limits: { f: '9 50', g: '99 1' } },
        calls: [[['f', 9, '9 60'], 1]],
        leaves: { limits: { f: '9 60', g: '99 1' } },
      },
    ],
  },
  {
    file: 'bots/budget/lua/set-freeze-1.lua',
    keys: ['freeze'],
    cases: [
      {
        it: 'keeps what the newest command says',
        calls: [
          [[9, '9 on'], 1],
          [[10, '10 off'], 1],
          [[9, '9 on'], 0],
        ],
        leaves: { freeze: '10 off' },
      },
      {
        it: 'lets one of the same time stand again',
        given: { freeze: '9 on' },
        calls: [[[9, '9 off'], 1]],
        leaves: { freeze: '9 off' },
      },
    ],
  },
  {
    file: 'bots/budget/lua/rest-agent-1.lua',
    keys: ['rests'],
    cases: [
      {
        it: 'keeps the first rest that is asked for',
        calls: [
          [['a', 100, 'm', '200 why m'], '200 why m'],
          [['a', 101, 'm', '300 why m'], '200 why m'],
        ],
        leaves: { rests: { a: '200 why m' } },
      },
      {
        it: 'keeps a new one when that is over, or was another model’s',
        given: { rests: { a: '100 why m', b: '300 why other' } },
        calls: [
          [['a', 100, 'm', '200 why m'], '200 why m'],
          [['b', 100, 'm', '200 why m'], '200 why m'],
        ],
        leaves: { rests: { a: '200 why m', b: '200 why m' } },
      },
    ],
  },
  {
    file: 'bots/budget/lua/tell-blackout-1.lua',
    keys: ['told'],
    cases: [
      {
        it: 'lets one turn tell, and the same one again',
        calls: [
          [['a', 'k', 't1'], 1],
          [['a', 'k', 't2'], 0],
          [['a', 'k', 't1'], 1],
        ],
        leaves: { told: { a: 'k\nt1' } },
      },
      {
        it: 'tells of the next blackout anew',
        given: { told: { a: 'k\nt1', b: 'k\nt1' } },
        calls: [[['a', 'l', 't2'], 1]],
        leaves: { told: { a: 'l\nt2', b: 'k\nt1' } },
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
