import type { Contract } from './lua-contract.ts';

const TASK_KEYS = ['task', 'outbox', 'pending', 'cards', 'live', 'ended', 'frozen'];

/** What the scripts of tasks owe whoever calls them. */
export const TASKS: readonly Contract[] = [
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
];
