import { describe, expect, it } from 'vitest';
import { APPROVAL_LASTS_MS, RunJob, ORDER_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { judgeApproval, type ApprovalFacts } from '../../executor/gate/approval.ts';
import { judgeOrder, type OrderFacts } from '../../executor/gate/gate.ts';
import { mastersIn } from '../../executor/gate/masters.ts';
import type { Reaction } from '../../executor/gate/relations.ts';

const MASTER = UserId.parse('@master:test');
const HQ = RoomId.parse('!hq:test');
const ROOT = EventId.parse('$root');
const AT = 1_000_000_000;
const job = RunJob.parse({ v: 1, type: 'run', root: ROOT, room: HQ, at: AT, lang: 'ko' });

const raw = (more: object = {}, content: object = {}) => ({
  event_id: ROOT,
  room_id: HQ,
  sender: MASTER,
  type: 'm.room.message',
  origin_server_ts: AT,
  content: { msgtype: 'm.text', body: '!run ls', ...content },
  unsigned: { age: 1 },
  ...more,
});
const facts = (more: Partial<OrderFacts> = {}): OrderFacts => ({
  raw: raw(),
  masters: new Set([MASTER]),
  reactions: [],
  stoppedUntil: 0,
  rooms: [HQ],
  now: AT + 1_000,
  ...more,
});
const reaction = (sender: string, key: string, at = AT + 10): Reaction => ({
  event: EventId.parse(`$${sender}${key}`),
  sender: UserId.parse(sender),
  key,
  at,
});

describe('the gate', () => {
  it('lets a master order', () => {
    expect(judgeOrder(job, facts())).toMatchObject({ kind: 'order', by: MASTER, order: { script: 'ls' } });
  });

  it.each<[string, string, Partial<OrderFacts>]>([
    ['there is no such event', 'no-event', { raw: null }],
    ['it is another event', 'no-event', { raw: raw({ event_id: '$other' }) }],
    ['it lies in another room', 'wrong-room', { raw: raw({ room_id: '!other:test' }) }],
    ['the room is not the executor’s', 'wrong-room', { rooms: [RoomId.parse('!ops:test')] }],
    ['somebody else wrote it', 'not-master', { raw: raw({ sender: '@eve:test' }) }],
    ['an agent wrote it', 'not-master', { raw: raw({ sender: '@agent_claude:test' }) }],
    ['its writer is a master no longer', 'not-master', { masters: new Set() }],
    [
      'it was redacted',
      'redacted',
      { raw: raw({ content: {}, unsigned: { redacted_because: { type: 'm.room.redaction' } } }) },
    ],
    [
      'it has been edited',
      'edited',
      { raw: raw({ unsigned: { age: 1, 'm.relations': { 'm.replace': { event_id: '$edit' } } } }) },
    ],
    [
      'it is an edit itself',
      'not-message',
      {
        raw: raw(
          {},
          {
            'm.new_content': { msgtype: 'm.text', body: '!run ls' },
            'm.relates_to': { rel_type: 'm.replace', event_id: '$x' },
          },
        ),
      },
    ],
    ['it is a notice', 'not-message', { raw: raw({}, { msgtype: 'm.notice' }) }],
    ['it is an emote', 'not-message', { raw: raw({}, { msgtype: 'm.emote' }) }],
    [
      'it is a state event',
      'not-message',
      { raw: raw({ type: 'm.room.topic', state_key: '', content: { topic: '!run ls' } }) },
    ],
    ['it is encrypted', 'not-message', { raw: raw({ type: 'm.room.encrypted' }) }],
    ['its time is not as claimed', 'wrong-time', { raw: raw({ origin_server_ts: AT - 1 }) }],
    ['it is from the future', 'wrong-time', { now: AT - 400_000 }],
    ['it is older than a day', 'too-old', { now: AT + ORDER_LASTS_MS + 1 }],
    [
      'it holds a key',
      'secret',
      { raw: raw({}, { body: `!run curl -H "authorization: Bearer sk-${'a1B2c3D4'.repeat(5)}"` }) },
    ],
    ['it orders nothing', 'not-run', { raw: raw({}, { body: 'ls' }) }],
    ['it only quotes an order', 'not-run', { raw: raw({}, { body: '> !run ls\n\nno' }) }],
    ['the room was stopped after it', 'stopped', { stoppedUntil: AT }],
    ['a master put a stop sign under it', 'stopped', { reactions: [reaction(MASTER, '🛑')] }],
    ['it cannot be read', 'bad-order', { raw: raw({}, { body: '!run --time never ls' }) }],
  ])('refuses when %s', (_, why, more) => {
    expect(judgeOrder(job, facts(more))).toMatchObject({ kind: 'refused', why });
  });

  it('does not heed a stop sign that is no master’s', () => {
    expect(
      judgeOrder(job, facts({ reactions: [reaction('@agent_claude:test', '🛑'), reaction('@eve:test', '🛑')] })).kind,
    ).toBe('order');
  });

  it('owes an answer to masters only', () => {
    expect(judgeOrder(job, facts({ raw: raw({}, { body: 'ls' }) }))).toHaveProperty('by', MASTER);
    expect(judgeOrder(job, facts({ raw: raw({ sender: '@eve:test' }) }))).not.toHaveProperty('by');
  });
});

describe('masters', () => {
  it('are the users of level 100 and nobody who can never be one', () => {
    const users = {
      '@master:test': 100,
      '@second:test': '100',
      '@admin:test': 100,
      '@executor:test': 100,
      '@agent_claude:test': 100,
      '@half:test': 99,
      '@above:test': 101,
      nonsense: 100,
    };
    const masters = mastersIn(
      { users },
      { admin: UserId.parse('@admin:test'), executor: UserId.parse('@executor:test') },
    );
    expect([...masters]).toEqual(['@master:test', '@second:test']);
  });

  it.each([null, {}, { users: [] }, { users: 'all' }, 'x'])('are nobody where the levels say %j', (content) => {
    expect(mastersIn(content, { admin: UserId.parse('@a:test'), executor: UserId.parse('@e:test') }).size).toBe(0);
  });
});

describe('an approval', () => {
  const EXECUTOR = UserId.parse('@executor:test');
  const content = { msgtype: 'm.text', body: 'may this run?', 'com.chavion': { hashes: ['0'.repeat(64)], v: 1 } };
  const request = (more: object = {}) => ({
    event_id: '$ask',
    sender: EXECUTOR,
    type: 'm.room.message',
    origin_server_ts: AT,
    content,
    unsigned: { age: 5 },
    ...more,
  });
  const asked = (reactions: readonly Reaction[], more: Partial<ApprovalFacts> = {}): ApprovalFacts => ({
    raw: request(),
    expected: { ...content },
    edited: false,
    reactions,
    masters: new Set([MASTER]),
    executor: EXECUTOR,
    now: AT + 1_000,
    ...more,
  });
  const yes = reaction(MASTER, '✅');

  it.each(['✅', '✅\uFE0F'])('is a master’s %s', (key) => {
    expect(judgeApproval(asked([reaction(EXECUTOR, '✅'), reaction(MASTER, key)]))).toMatchObject({
      kind: 'approved',
      by: MASTER,
    });
  });

  it.each<[string, readonly Reaction[]]>([
    ['nobody’s', []],
    ['the executor’s own', [reaction(EXECUTOR, '✅'), reaction(EXECUTOR, '❌')]],
    ['an agent’s', [reaction('@agent_claude:test', '✅')]],
    ['the admin’s', [reaction('@admin:test', '✅')]],
    ['a stranger’s', [reaction('@eve:test', '✅')]],
    ['another sign', [reaction(MASTER, '👍'), reaction(MASTER, '✔️'), reaction(MASTER, '✅ yes')]],
  ])('is not %s', (_, reactions) => {
    expect(judgeApproval(asked(reactions))).toEqual({ kind: 'waiting' });
  });

  it('is outweighed by a no', () => {
    expect(judgeApproval(asked([yes, reaction(MASTER, '❌')]))).toMatchObject({
      kind: 'refused',
      why: 'no',
      by: MASTER,
    });
  });

  it('runs out in silence after seven days, and a late yes does not bring it back', () => {
    const late = AT + APPROVAL_LASTS_MS + 1;
    expect(judgeApproval(asked([], { now: late }))).toEqual({ kind: 'refused', why: 'expired' });
    expect(judgeApproval(asked([reaction(MASTER, '✅', late)], { now: late + 5 }))).toEqual({
      kind: 'refused',
      why: 'expired',
    });
  });

  it.each<[string, Partial<ApprovalFacts>]>([
    ['is gone', { raw: null }],
    ['was redacted', { raw: request({ content: {}, unsigned: { redacted_because: {} } }) }],
    ['says something else', { raw: request({ content: { ...content, body: 'may that run?' } }) }],
    ['shows something else', { raw: request({ content: { ...content, formatted_body: '<b>ls</b>' } }) }],
    [
      'is about another hash',
      { raw: request({ content: { ...content, 'com.chavion': { v: 1, hashes: ['1'.repeat(64)] } } }) },
    ],
    ['was written by an agent', { raw: request({ sender: '@agent_coordinator:test' }) }],
    ['was edited by anybody', { edited: true }],
    ['could not be written so now', { expected: null }],
  ])('is void when the request %s', (_, more) => {
    expect(judgeApproval(asked([yes], more))).toMatchObject({ kind: 'refused', why: 'void' });
  });
});
