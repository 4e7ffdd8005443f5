import { describe, expect, it } from 'vitest';
import { type AdminFacts, judgeAdmin } from '../../bridge/operations/admin/gate.ts';
import { type AdminOrder, parseAdmin } from '../../bridge/protocol/orders/admin-order.ts';
import { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { freshPowerLevels } from '../../synapse/power-levels.ts';
import { mastersAmong } from '../../bridge/protocol/masters.ts';
import { people } from '../../synapse/residents.ts';

describe('what !admin means', () => {
  const cases: readonly (readonly [string, AdminOrder | null])[] = [
    ['!admin', { kind: 'help' }],
    ['  !관리  ', { kind: 'help' }],
    ['！관리!', { kind: 'help' }],
    ['!관리 도움', { kind: 'help' }],
    ['!ADMIN Users', { kind: 'users' }],
    ['!관리 사람', { kind: 'users' }],
    ['!관리 상태', { kind: 'health' }],
    ['!admin invite @mina', { kind: 'invite', name: '@mina' }],
    ['!관리 작업폴더', { kind: 'workspaces', clear: null }],
    ['!관리 작업 공간', { kind: 'workspaces', clear: null }],
    ['!관리 작업 폴더 비우기 a3f9', { kind: 'workspaces', clear: { code: 'a3f9' } }],
    ['!관리 작업폴더 지우기 7 일', { kind: 'workspaces', clear: { days: 7 } }],
    ['!admin workspaces clear 30d', { kind: 'workspaces', clear: { days: 30 } }],
    ['!admin workspaces clear A3F90', { kind: 'workspaces', clear: { code: 'a3f90' } }],
    ['!관리 작업폴더 비우기', { kind: 'unknown', word: '비우기' }],
    ['!관리 작업폴더 비우기 0일', { kind: 'unknown', word: '비우기 0일' }],
    ['!관리 작업폴더 비우기 전부', { kind: 'unknown', word: '비우기 전부' }],
    ['!관리 작업폴더 비우기 ../../etc', { kind: 'unknown', word: '비우기 ../../etc' }],
    ['!관리 초대 mina', { kind: 'invite', name: 'mina' }],
    ['!관리 초대', { kind: 'invite', name: '' }],
    ['!관리 초대 mina 씨', { kind: 'unknown', word: '씨' }],
    ['!admin remove @mina', { kind: 'remove', name: '@mina', sure: false }],
    ['!관리 제거 @mina 확인', { kind: 'remove', name: '@mina', sure: true }],
    ['!admin remove @mina @hana', { kind: 'unknown', word: '@hana' }],
    ['!admin disk now', { kind: 'unknown', word: 'now' }],
    ['!admin frobnicate', { kind: 'unknown', word: 'frobnicate' }],
    ['!administrator', null],
    ['say !admin', null],
    ['관리', null],
  ];
  it.each(cases)('%s', (body, order) => expect(parseAdmin(body)).toEqual(order));
});

const room = RoomId.parse('!hq:house.test');
const event = EventId.parse('$order');
const master = UserId.parse('@master:house.test');
const now = 1_800_000_000_000;
const order = (over: Record<string, unknown> = {}): Record<string, unknown> => ({
  event_id: event,
  room_id: room,
  type: 'm.room.message',
  sender: master,
  origin_server_ts: now - 1_000,
  content: { msgtype: 'm.text', body: '!관리 사람' },
  ...over,
});
const judge = (raw: unknown, over: Partial<AdminFacts> = {}) =>
  judgeAdmin({ raw, event, room, masters: new Set([master]), now, ...over });

describe('the gate of the admin', () => {
  it('takes a master’s order as the homeserver has it', () => {
    expect(judge(order())).toMatchObject({ kind: 'order', by: master, order: { kind: 'users' } });
  });

  const refusals: readonly (readonly [string, unknown, string, boolean])[] = [
    ['nothing there', null, 'no-order', false],
    ['another event', order({ event_id: '$other' }), 'no-order', false],
    ['of another room', order({ room_id: '!else:house.test' }), 'no-order', false],
    ['a state event', order({ state_key: '' }), 'no-order', false],
    ['a notice', order({ content: { msgtype: 'm.notice', body: '!admin users' } }), 'no-order', false],
    [
      'an edit that says so',
      order({
        content: {
          msgtype: 'm.text',
          body: '!admin users',
          'm.relates_to': { rel_type: 'm.replace', event_id: '$old' },
        },
      }),
      'no-order',
      false,
    ],
    ['redacted', order({ unsigned: { redacted_because: {} } }), 'redacted', false],
    ['edited since', order({ unsigned: { 'm.relations': { 'm.replace': { event_id: '$new' } } } }), 'edited', true],
    ['of an hour ago', order({ origin_server_ts: now - 3_600_000 }), 'too-old', true],
    ['of tomorrow', order({ origin_server_ts: now + 86_400_000 }), 'too-old', true],
    ['by somebody else', order({ sender: '@mina:house.test' }), 'not-master', false],
    ['by an agent', order({ sender: '@agent_claude:house.test' }), 'not-master', false],
  ];
  it.each(refusals)('refuses what is %s', (_, raw, why, owed) =>
    expect(judge(raw)).toMatchObject({ kind: 'refused', why, owed }),
  );
});

describe('who commands', () => {
  it('is neither agent nor admin nor executor, and of the highest level', () => {
    const who = people('house.test');
    const levels = freshPowerLevels(who);
    const users = {
      ...levels.users,
      [who.executor]: 100,
      '@agent_claude:house.test': 100,
      '@mina:house.test': 100,
      '@hana:house.test': 99,
      '@over:house.test': 101,
    };
    expect([...mastersAmong({ users, rulers: [] }, who)].toSorted()).toEqual([
      '@master:house.test',
      '@mina:house.test',
    ]);
  });
});
