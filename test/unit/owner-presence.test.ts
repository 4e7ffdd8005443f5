import { describe, expect, it } from 'vitest';
import { isThere } from '../../bridge/appservice/presence.ts';
import type { Account } from '../../bridge/matrix/account.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';

const HQ = RoomId.parse('!hq:house');
const OWNER = UserId.parse('@master:house');
const NOW = 1_000_000;

const receipt = (user: string, ts: number, kind = 'm.read') => ({
  type: 'm.receipt',
  content: { $one: { [kind]: { [user]: { ts, thread_id: '$thread' } } } },
});
const typing = (...users: readonly string[]) => ({ type: 'm.typing', content: { user_ids: users } });
const message = (sender: string, at: number) => ({ type: 'm.room.message', sender, origin_server_ts: at, content: {} });

async function there(ephemeral: readonly unknown[], timeline: readonly unknown[] = [], people = [OWNER]) {
  let asked = 0;
  const call: Account['call'] = async () => {
    asked += 1;
    return {
      next_batch: 's',
      rooms: { join: { [HQ]: { timeline: { events: timeline }, ephemeral: { events: ephemeral } } } },
    };
  };
  const is = await isThere({ reader: { call }, room: HQ, people: new Set(people), since: NOW - 120_000 });
  return { is, asked };
}

describe('an owner is at the room', () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['types', [typing('@agent:house', OWNER)], []],
    ['has read something just now, in a thread', [receipt(OWNER, NOW - 119_000)], []],
    ['has written something just now', [], [message(OWNER, NOW - 5_000)]],
  ])('who %s', async (_what, ephemeral, timeline) => {
    expect(await there(ephemeral, timeline)).toEqual({ is: true, asked: 1 });
  });

  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['has read it longer ago', [receipt(OWNER, NOW - 121_000)], [message(OWNER, NOW - 500_000)]],
    ['is somebody else', [typing('@guest:house'), receipt('@guest:house', NOW)], [message('@guest:house', NOW)]],
    [
      'sends what is no event',
      [7, null, { type: 'm.receipt', content: { $x: 3, $y: { 'm.read': { [OWNER]: {} } } } }],
      ['x'],
    ],
    ['says nothing', [], []],
  ])('but not who %s', async (_what, ephemeral, timeline) => {
    expect((await there(ephemeral, timeline)).is).toBe(false);
  });

  it('and nobody is asked where there is no master', async () => {
    expect(await there([typing(OWNER)], [], [])).toEqual({ is: false, asked: 0 });
  });
});
