import { expect, it } from 'vitest';
import type { Account } from '../../bridge/matrix/account.ts';
import { PLAN_RESULT_TYPE } from '../../bridge/protocol/orders/plan-result.ts';
import { UserId } from '../../bridge/protocol/ids.ts';
import type { PlanOrder } from '../../executor/gate/plan-gate.ts';
import { readAttempts } from '../../executor/gate/plan-reader.ts';
import type { Json } from '../house/provider-formats.ts';
import { account, AT, hashOf, HQ, planWith, ROOT, shell } from './task-thread.ts';

const EXECUTOR = UserId.parse('@executor:test');
const PLAN = planWith('look', shell('look', 'ls', { repeatable: true }), shell('count', 'wc'));
const ORDER = { plan: PLAN, hashes: [hashOf(PLAN)], decidedAt: AT } as unknown as PlanOrder;

let count = 0;
const told = (step: string, state: string, more: { event?: object; result?: object } = {}): Json => {
  count += 1;
  return {
    event_id: `$told${count}`,
    room_id: HQ,
    sender: EXECUTOR,
    type: PLAN_RESULT_TYPE,
    origin_server_ts: AT + count,
    content: {
      body: '',
      'com.chavion': {
        v: 1,
        kind: 'result',
        root: ROOT,
        result: { plan: hashOf(PLAN), step, attempt: 1, state, ...more.result },
      },
      'm.relates_to': { rel_type: 'm.reference', event_id: ROOT },
    },
    unsigned: {},
    ...more.event,
  };
};
/** As an executor of an earlier version has told it. */
const message = (step: string, state: string): Json => {
  const event = told(step, state);
  return { ...event, type: 'm.room.message', content: { ...event.content, msgtype: 'm.notice' } };
};

/** The homeserver gives them newest first. */
const read = (reference: readonly Json[], thread: readonly Json[] = []) =>
  readAttempts(
    {
      userId: EXECUTOR,
      call: (_method: string, path: string) =>
        Promise.resolve({ chunk: (path.endsWith('/m.thread') ? thread : reference).toReversed() }),
    } as unknown as Account,
    HQ,
    ROOT,
    ORDER,
  );

it('knows of each attempt the last that is certain, and since when it was taken', async () => {
  const attempts = await read([
    told('look', 'running'),
    told('look', 'unknown'),
    told('count', 'asked'),
    told('look', 'done'),
    told('look', 'running', { result: { attempt: 2 } }),
  ]);
  expect(attempts.map(({ step, attempt, state }) => `${step} ${attempt} ${state}`).toSorted()).toEqual([
    'count 1 open',
    'look 1 done',
    'look 2 open',
  ]);
  const [first] = attempts.filter(({ step, attempt }) => step === 'look' && attempt === 1);
  expect(first).toMatchObject({ at: AT + count - 4, repeatable: true });
});

it('knows what an executor of an earlier version has told in the thread', async () => {
  expect(await read([], [message('look', 'done')])).toMatchObject([{ step: 'look', state: 'done' }]);
});

it.each<[string, { event?: object; result?: object }]>([
  ['an agent’s word', { event: { sender: account('claude') } }],
  ['an edited one', { event: { unsigned: { 'm.relations': { 'm.replace': { event_id: '$edit' } } } } }],
  ['one of another plan', { result: { plan: '0'.repeat(64) } }],
  ['one from before the decision', { event: { origin_server_ts: AT - 1 } }],
])('does not take %s', async (_what, more) => {
  expect(await read([told('look', 'done', more)])).toEqual([]);
});
