import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import type { Contract } from './lua-contract.ts';

const ID = expect.stringMatching(/^\d{13}-\d+$/) as unknown;
const scoutKey = '{"agent":"scout","scopes":["read"]}';
const ravenKey = '{"agent":"raven","scopes":["read"]}';
const asked = { agent: 'scout', until: '1000' };

/** What the scripts of `bridge` owe whoever calls them. */
export const BRIDGE: readonly Contract[] = [
  {
    file: 'bridge/queue/lua/raise-field-1.lua',
    keys: ['h'],
    cases: [
      { it: 'takes a first number, zero too', calls: [[['f', 0], 1]], leaves: { h: { f: '0' } } },
      {
        it: 'grows, and does not stand still or shrink',
        given: { h: { f: '9', g: '1' } },
        calls: [
          [['f', 10], 1],
          [['f', 10], 0],
          [['f', 9], 0],
        ],
        leaves: { h: { f: '10', g: '1' } },
      },
    ],
  },
  {
    file: 'bridge/queue/lua/swap-field-1.lua',
    keys: ['h'],
    cases: [
      { it: 'writes where nothing was read and nothing is', calls: [[['f', '', 'a'], 1]], leaves: { h: { f: 'a' } } },
      { it: 'does not write where something was read and nothing is', calls: [[['f', 'a', 'b'], 0]], leaves: {} },
      {
        it: 'writes over what was read, once',
        given: { h: { f: 'a' } },
        calls: [
          [['f', '', 'x'], 0],
          [['f', 'a', 'b'], 1],
          [['f', 'a', 'c'], 0],
        ],
        leaves: { h: { f: 'b' } },
      },
    ],
  },
  {
    file: 'bridge/queue/lua/renew-lease-1.lua',
    keys: ['lease'],
    cases: [
      {
        it: 'is its holder’s to renew',
        given: { 'lease 20': 'me' },
        calls: [[['me', 60_000], 1]],
        leaves: { 'lease 60': 'me' },
      },
      {
        it: 'is nobody else’s',
        given: { 'lease 20': 'me' },
        calls: [[['other', 60_000], 0]],
        leaves: { 'lease 20': 'me' },
      },
      { it: 'does not come back when it has run out', calls: [[['me', 60_000], 0]], leaves: {} },
    ],
  },
  {
    file: 'bridge/queue/lua/release-lease-1.lua',
    keys: ['lease'],
    cases: [
      {
        it: 'is its holder’s to give back, once',
        given: { 'lease 20': 'me' },
        calls: [
          [['me'], 1],
          [['me'], 0],
        ],
        leaves: {},
      },
      { it: 'is nobody else’s', given: { 'lease 20': 'me' }, calls: [[['other'], 0]], leaves: { 'lease 20': 'me' } },
    ],
  },
  {
    file: 'bridge/queue/lua/take-number-1.lua',
    keys: ['numbers'],
    cases: [
      {
        it: 'gives each name the next one, and a name that asks again its own',
        calls: [
          [['a', 2, 60], 1],
          [['b', 2, 60], 2],
          [['a', 2, 60], 1],
        ],
        leaves: {
          'numbers 60': [
            ['a', 1],
            ['b', 2],
          ],
        },
      },
      {
        it: 'gives none where they are used up, but whoever has one keeps it',
        given: { 'numbers 60': [['a', 1]] },
        calls: [
          [['b', 1, 60], 0],
          [['a', 1, 60], 1],
        ],
        leaves: { 'numbers 60': [['a', 1]] },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/issue-key-1.lua',
    keys: ['ring'],
    cases: [
      {
        it: 'adds an agent’s first key',
        given: { ring: { r1: ravenKey } },
        calls: [[['scout', 's1', scoutKey], 0]],
        leaves: { ring: { r1: ravenKey, s1: scoutKey } },
      },
      {
        it: 'puts a new one in place of all earlier ones of that agent',
        given: { ring: { r1: ravenKey, s1: scoutKey, s2: scoutKey } },
        calls: [[['scout', 's3', scoutKey], 2]],
        leaves: { ring: { r1: ravenKey, s3: scoutKey } },
      },
      {
        it: 'forgets without a new one, and finds nothing the second time',
        given: { ring: { r1: ravenKey, s1: scoutKey } },
        calls: [
          [['scout', '', ''], 1],
          [['scout', '', ''], 0],
        ],
        leaves: { ring: { r1: ravenKey } },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/rescope-key-1.lua',
    keys: ['ring'],
    cases: [
      {
        it: 'changes what this agent’s keys allow, and nothing else of them',
        given: { ring: { r1: ravenKey, s1: scoutKey } },
        calls: [[['scout', '["read","tasks"]'], 1]],
        leaves: {
          ring: {
            r1: ravenKey,
            s1: expect.toSatisfy((text: string) =>
              isDeepStrictEqual(JSON.parse(text), { agent: 'scout', scopes: ['read', 'tasks'] }),
            ) as unknown as string,
          },
        },
      },
      {
        it: 'finds no key of a stranger',
        given: { ring: { r1: ravenKey } },
        calls: [[['scout', '["read"]'], 0]],
        leaves: { ring: { r1: ravenKey } },
      },
      { it: 'makes none where there are none', calls: [[['scout', '["read"]'], 0]], leaves: {} },
    ],
  },
  {
    file: 'bridge/stores/lua/put-message-2.lua',
    keys: ['box', 'put'],
    cases: [
      {
        it: 'puts a message and remembers its name',
        calls: [[['a', 10, 50], ID]],
        leaves: { box: { stream: [{ letter: 'a' }] }, 'put 50': ID as string },
      },
      {
        it: 'puts nothing a second time',
        given: { put: '7-0' },
        calls: [[['a', 10, 50], '7-0']],
        leaves: { put: '7-0' },
      },
      {
        it: 'keeps about so many',
        given: { box: { stream: Array.from({ length: 120 }, (_, i) => ({ letter: `${i}` })) } },
        calls: [[['a', 10, 50], ID]],
        leaves: {
          box: { stream: expect.toSatisfy((all: unknown[]) => all.length >= 10 && all.length <= 110) as unknown as [] },
          'put 50': ID as string,
        },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/advance-place-1.lua',
    keys: ['seen'],
    cases: [
      { it: 'begins anywhere', calls: [[['5-0'], 1]], leaves: { seen: '5-0' } },
      {
        it: 'moves on by time, then by number',
        given: { seen: '9-9' },
        calls: [
          [['9-10'], 1],
          [['10-0'], 1],
        ],
        leaves: { seen: '10-0' },
      },
      {
        it: 'does not stand still or go back',
        given: { seen: '10-2' },
        calls: [
          [['10-2'], 0],
          [['10-1'], 0],
          [['9-3'], 0],
        ],
        leaves: { seen: '10-2' },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/end-call-1.lua',
    keys: ['call'],
    cases: [
      {
        it: 'keeps what was answered, where the mark is its own',
        given: { 'call 60': 'mine' },
        calls: [[['mine', 'done', 100], 1]],
        leaves: { 'call 100': 'done' },
      },
      { it: 'keeps it where its mark ran out', calls: [[['mine', 'done', 100], 1]], leaves: { 'call 100': 'done' } },
      {
        it: 'leaves another’s mark alone',
        given: { 'call 60': 'other' },
        calls: [[['mine', 'done', 100], 0]],
        leaves: { 'call 60': 'other' },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/answer-question-2.lua',
    keys: ['q', 'open'],
    cases: [
      { it: 'is nobody’s where nobody asked', calls: [[['scout', 1, 'x', 'q1', '0'], 'unknown']], leaves: {} },
      {
        it: 'is not another agent’s',
        given: { q: asked, open: [['q1', 1000]] },
        calls: [[['raven', 1, 'x', 'q1', '0'], 'unknown']],
        leaves: { q: asked, open: [['q1', 1000]] },
      },
      {
        it: 'takes the first answer until its time is up, and knows it again',
        given: {
          q: asked,
          open: [
            ['q1', 1000],
            ['q2', 2000],
          ],
        },
        calls: [
          [['scout', 1000, 'x', 'q1', '0'], 'taken'],
          [['scout', 5000, 'x', 'q1', '0'], 'again'],
          [['scout', 1000, 'y', 'q1', '0'], 'late'],
        ],
        leaves: { q: { ...asked, answer: 'x' }, open: [['q2', 2000]] },
      },
      {
        it: 'is late a moment later',
        given: { q: asked, open: [['q1', 1000]] },
        calls: [[['scout', 1001, 'x', 'q1', '0'], 'late']],
        leaves: { q: asked, open: [['q1', 1000]] },
      },
      {
        it: 'is late when nobody waits any more',
        given: { q: { ...asked, over: '1' } },
        calls: [[['scout', 1, 'x', 'q1', '0'], 'late']],
        leaves: { q: { ...asked, over: '1' } },
      },
      {
        it: 'lets a guess give way to what the agent calls its answer, once, also when it is over',
        given: { q: { ...asked, over: '1', answer: 'g', guess: '1' } },
        calls: [
          [['scout', 1, 'h', 'q1', '1'], 'late'],
          [['scout', 9999, 'x', 'q1', '0'], 'better'],
          [['scout', 9999, 'x', 'q1', '0'], 'again'],
          [['scout', 9999, 'y', 'q1', '0'], 'late'],
        ],
        leaves: { q: { ...asked, over: '1', answer: 'g', better: 'x' } },
      },
      {
        it: 'notes that it was guessed',
        given: { q: asked, open: [['q1', 1000]] },
        calls: [[['scout', 1, 'g', 'q1', '1'], 'taken']],
        leaves: { q: { ...asked, answer: 'g', guess: '1' } },
      },
    ],
  },
  {
    file: 'bridge/stores/lua/take-token-1.lua',
    keys: ['bucket'],
    cases: [
      {
        it: 'is full at first, and empties',
        calls: [
          [[2, 0.0001, 0], 0],
          [[2, 0.0001, 0], 0],
          [[2, 0.0001, 0], 10_000],
        ],
        leaves: { 'bucket 30': { tokens: '0', at: '0' } },
      },
      {
        it: 'fills steadily, and says how long until there is one',
        given: { bucket: { tokens: '0', at: '0' } },
        calls: [
          [[2, 0.0001, 4_000], 6_000],
          [[2, 0.0001, 10_000], 0],
        ],
        leaves: { 'bucket 30': { tokens: '0', at: '10000' } },
      },
      {
        it: 'holds no more than it holds',
        given: { bucket: { tokens: '1', at: '0' } },
        calls: [[[2, 0.0001, 1_000_000], 0]],
        leaves: { 'bucket 30': { tokens: '1', at: '1000000' } },
      },
      {
        it: 'gives nothing for a clock that goes back',
        given: { bucket: { tokens: '0', at: '5000' } },
        calls: [[[2, 0.0001, 1_000], 10_000]],
        leaves: { 'bucket 30': { tokens: '0', at: '5000' } },
      },
    ],
  },
];
