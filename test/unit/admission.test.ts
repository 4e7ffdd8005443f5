import { describe, expect, it } from 'vitest';
import { judgeAdmission } from '../../bridge/operations/admin/admission.ts';
import { UserId } from '../../bridge/protocol/ids.ts';

const master = UserId.parse('@master:house.test');
const coordinator = UserId.parse('@agent_coordinator:house.test');
const guest = UserId.parse('@agent_mir:house.test');

const wish = (more: object = {}, chavion: object = {}) => ({
  sender: coordinator,
  content: { 'com.chavion': { v: 1, kind: 'notice', source: '$order', admit: guest, ...chavion } },
  ...more,
});
const order = (more: object = {}, body = '!agent add 미르') => ({
  event_id: '$order',
  type: 'm.room.message',
  sender: master,
  origin_server_ts: 1_000_000,
  content: { msgtype: 'm.text', body },
  ...more,
});
const judge = (raw: unknown, said: unknown, now = 1_060_000) =>
  judgeAdmission({ raw, order: said, coordinator, masters: new Set([master]), serverName: 'house.test', now });

describe('who is invited at the coordinator’s wish', () => {
  it('is the agent for which a master asked', () => {
    expect(judge(wish(), order())).toBe(guest);
    expect(judge(wish(), order({}, '!초대 미르'))).toBe(guest);
  });

  it.each([
    ['an agent asks', wish({ sender: '@agent_claude:house.test' }), order()],
    ['the order is an agent’s', wish(), order({ sender: '@agent_claude:house.test' })],
    ['the order is the coordinator’s own', wish(), order({ sender: coordinator })],
    ['the order was taken back', wish(), order({ unsigned: { redacted_because: {} } })],
    ['the order was changed', wish(), order({ unsigned: { 'm.relations': { 'm.replace': {} } } })],
    ['the wish was changed', wish({ unsigned: { 'm.relations': { 'm.replace': {} } } }), order()],
    ['another order was meant', wish(), order({ event_id: '$other' })],
    ['the order is another', wish(), order({}, '얘들아 안녕')],
    ['the word only begins so', wish(), order({}, '!agents')],
    ['the order is no text', wish(), order({ content: { msgtype: 'm.notice', body: '!agent add x' } })],
    ['there is no order', wish(), null],
    ['a person is to come', wish({}, { admit: '@friend:house.test' }), order()],
    ['somebody of another server is to come', wish({}, { admit: '@agent_mir:elsewhere.test' }), order()],
    ['somebody is named so as to look like one', wish({}, { admit: '@agent_mir:evil:house.test' }), order()],
  ])('is nobody where %s', (_, raw, said) => expect(judge(raw, said)).toBeNull());

  it('is nobody an hour later', () => expect(judge(wish(), order(), 1_000_000 + 3_600_001)).toBeNull());
});
