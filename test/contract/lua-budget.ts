import type { Contract } from './lua-contract.ts';

const BUDGET_KEYS = ['limits', 'day', 'month', 'held', 'rests', 'frozen'];
const call = (id: string, agent: string, label = 'm'): (string | number)[] => [id, agent, label, 100, 160, 5, 50];

/** What the scripts of the budget owe whoever calls them. */
export const BUDGET: readonly Contract[] = [
  {
    file: 'bots/budget/lua/reserve-call-6.lua',
    keys: BUDGET_KEYS,
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
];
