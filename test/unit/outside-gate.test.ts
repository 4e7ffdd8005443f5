import { describe, expect, it } from 'vitest';
import { Policy } from '../../bridge/protocol/policy.ts';
import { parseCommand } from '../../bridge/protocol/command.ts';
import { ORDER_LASTS_MS, OutsideJob } from '../../bridge/protocol/command-job.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { judgeOutside, type OutsideFacts } from '../../executor/gate/outside-gate.ts';
import { rule } from '../../executor/policy/policy.ts';
import type { Reaction } from '../../executor/gate/relations.ts';
import { originOf } from '../../executor/policy/ruling.ts';

const MASTER = UserId.parse('@master:test');
const SCOUT = UserId.parse('@agent_scout:test');
const HQ = RoomId.parse('!hq:test');
const ROOT = EventId.parse('$root');
const AT = 1_000_000_000;
const job = OutsideJob.parse({ v: 1, type: 'outside', root: ROOT, room: HQ, at: AT, lang: 'ko' });
const command = { type: 'shell', id: 'o1', reason: 'shell', script: 'df -h' };

const raw = (more: object = {}, content: object = {}) => ({
  event_id: ROOT,
  room_id: HQ,
  sender: SCOUT,
  type: 'm.room.message',
  origin_server_ts: AT,
  content: { msgtype: 'm.text', body: '실행을 부탁드립니다', 'com.chavion.order': command, ...content },
  unsigned: { age: 1 },
  ...more,
});
const facts = (more: Partial<OutsideFacts> = {}): OutsideFacts => ({
  raw: raw(),
  masters: new Set([MASTER]),
  reactions: [],
  stoppedUntil: 0,
  rooms: [HQ],
  now: AT + 1_000,
  server: 'test',
  coordinator: UserId.parse('@agent_coordinator:test'),
  ...more,
});
const stopped = (sender: UserId): Reaction => ({ event: EventId.parse('$stop'), sender, key: '🛑', at: AT + 10 });

describe('an order from outside', () => {
  it('is what stands in the agent’s own message', () => {
    expect(judgeOutside(job, facts())).toMatchObject({
      kind: 'outside',
      by: SCOUT,
      command: { type: 'shell', script: 'df -h' },
    });
  });

  it.each<[string, string, Partial<OutsideFacts>]>([
    ['there is no such event', 'no-event', { raw: null }],
    ['it lies in another room', 'wrong-room', { raw: raw({ room_id: '!other:test' }) }],
    ['a stranger wrote it', 'not-agent', { raw: raw({ sender: '@eve:test' }) }],
    ['an agent of another server wrote it', 'not-agent', { raw: raw({ sender: '@agent_scout:evil.test' }) }],
    ['a name that only looks like it', 'not-agent', { raw: raw({ sender: '@agent_scout:evil:test' }) }],
    ['the coordinator wrote it', 'not-agent', { raw: raw({ sender: '@agent_coordinator:test' }) }],
    ['a master wrote it, who has !run', 'not-agent', { raw: raw({ sender: MASTER }) }],
    ['it was redacted', 'redacted', { raw: raw({ content: {}, unsigned: { redacted_because: {} } }) }],
    ['it was edited', 'edited', { raw: raw({ unsigned: { 'm.relations': { 'm.replace': { event_id: '$edit' } } } }) }],
    ['it is a notice', 'not-message', { raw: raw({}, { msgtype: 'm.notice' }) }],
    ['its time is not as claimed', 'wrong-time', { raw: raw({ origin_server_ts: AT - 1 }) }],
    ['it is older than a day', 'too-old', { now: AT + ORDER_LASTS_MS + 1 }],
    ['a master has put a 🛑 on it', 'stopped', { reactions: [stopped(MASTER)] }],
    ['the room was stopped since', 'stopped', { stoppedUntil: AT }],
    ['it holds no command', 'bad-command', { raw: raw({}, { 'com.chavion.order': undefined }) }],
    ['its command is none', 'bad-command', { raw: raw({}, { 'com.chavion.order': { ...command, sudo: true } }) }],
    [
      'it waits for what nobody knows',
      'bad-command',
      { raw: raw({}, { 'com.chavion.order': { ...command, after: ['x'] } }) },
    ],
  ])('is refused where %s', (_what, why, more) => {
    expect(judgeOutside(job, facts(more))).toMatchObject({ kind: 'refused', why });
  });

  it('is not stopped by a 🛑 of somebody else', () => {
    expect(judgeOutside(job, facts({ reactions: [stopped(UserId.parse('@eve:test'))] })).kind).toBe('outside');
  });

  it('asks in every mode, and never runs where nothing does', () => {
    const parsed = parseCommand(command);
    if (!parsed.ok) throw new Error('not a command');
    expect(originOf({ orderedBy: SCOUT })).toBe('outside');
    expect(originOf({ orderedBy: MASTER })).toBe('master');
    for (const mode of ['auto', 'ask'] as const)
      expect(rule(Policy.parse({ mode }), parsed.command, originOf({ orderedBy: SCOUT }))).toMatchObject({
        kind: 'ask',
      });
    expect(rule(Policy.parse({ mode: 'locked' }), parsed.command, originOf({ orderedBy: SCOUT }))).toMatchObject({
      kind: 'refuse',
    });
  });
});
