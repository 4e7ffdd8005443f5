import { describe, expect, it } from 'vitest';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { movesIn, speakersOf } from '../../synapse/memory-room-members.ts';
import { freshPowerLevels, repairedPowerLevels } from '../../synapse/power-levels.ts';
import { people } from '../../synapse/residents.ts';
import type { RoomState } from '../../synapse/room-state.ts';

const who = people('house.test');
const user = (name: string) => UserId.parse(`@${name}:house.test`);
const [MINA, GUEST, CLAUDE] = [user('mina'), user('guest'), user('agent_claude')];

/** Who is in a room, and by whose doing; levels beside the usual ones. */
function roomOf(
  members: Readonly<Record<string, 'join' | 'invite' | 'leave' | 'ban'>>,
  { by = who.admin, levels = {} }: { readonly by?: UserId; readonly levels?: Readonly<Record<string, number>> } = {},
): RoomState {
  const event = (type: string, key = '') => {
    const membership = type === 'm.room.member' ? members[key] : undefined;
    return membership === undefined ? undefined : { sender: by, origin_server_ts: 0, content: { membership } };
  };
  const withMembership = (wanted: string) =>
    new Set(Object.entries(members).flatMap(([id, now]) => (now === wanted ? [UserId.parse(id)] : [])));
  const fresh = freshPowerLevels(who, [who.admin]);
  const all = { ...fresh, users: { ...fresh.users, ...levels } };
  return {
    room: RoomId.parse('!room:house.test'),
    event,
    content: (type, key) => event(type, key)?.content,
    levels: all,
    power: { users: all.users, rulers: [who.admin] },
    joined: withMembership('join'),
    waiting: withMembership('invite'),
  };
}

describe('whose lines the house remembers', () => {
  it('are the masters of HQ, and never an agent', () => {
    expect([...speakersOf(roomOf({}, { levels: { [MINA]: 100, [CLAUDE]: 100, [GUEST]: 50 } }), who)]).toEqual([
      who.master,
      MINA,
    ]);
  });

  it('is not a master whom HQ has banned, and always the owner', () => {
    expect([...speakersOf(roomOf({ [MINA]: 'ban' }, { levels: { [MINA]: 100 } }), who)]).toEqual([who.master]);
    expect([...speakersOf(null, who)]).toEqual([who.master]);
  });
});

describe('who is in the memory room', () => {
  const speakers = new Set([who.master, MINA]);
  const own = { [who.admin]: 'join', [who.coordinator]: 'join', [who.master]: 'join' } as const;
  const moves = (...given: Parameters<typeof roomOf>) => movesIn(roomOf(...given), speakers, who);

  it('a master who was never in it, or is invited, comes in', () => {
    expect(moves({ ...own }).come).toEqual([MINA]);
    expect(moves({ ...own, [MINA]: 'invite' }).come).toEqual([MINA]);
  });

  it('one who was sent out, being no master then, comes back; one who has left or was banned stays away', () => {
    expect(moves({ ...own, [MINA]: 'leave' }).come).toEqual([MINA]);
    expect(moves({ ...own, [MINA]: 'leave' }, { by: MINA }).come).toEqual([]);
    expect(moves({ ...own, [MINA]: 'ban' }).come).toEqual([]);
  });

  it('agents, the executor and guests go, those too that are only invited; masters and the house’s own stay', () => {
    expect(moves({ ...own, [MINA]: 'join', [CLAUDE]: 'join', [who.executor]: 'join', [GUEST]: 'invite' }).go).toEqual([
      CLAUDE,
      who.executor,
      GUEST,
    ]);
    expect(moves({ ...own, [MINA]: 'join' })).toEqual({ come: [], go: [] });
  });
});

describe('who may write in the memory room', () => {
  const speakers = new Set([who.master, MINA]);

  it('is a master or the coordinator, from the beginning', () => {
    const fresh = freshPowerLevels(who, [who.admin], speakers);
    expect(fresh.events_default).toBe(50);
    expect(fresh.users).toEqual({ [who.master]: 100, [MINA]: 100, [who.coordinator]: 50 });
    expect(repairedPowerLevels(fresh, who, [who.admin], speakers)).toBeNull();
  });

  it('is nobody whom a hand in Element has let, and no less than those', () => {
    const fresh = freshPowerLevels(who, [who.admin], speakers);
    const loose = {
      ...fresh,
      users: { ...fresh.users, [GUEST]: 50, [CLAUDE]: 100, [user('former')]: 100 },
      events: { ...fresh.events, 'm.room.message': 0, 'm.reaction': 100 },
      events_default: 0,
    };
    const repaired = repairedPowerLevels(loose, who, [who.admin], speakers);
    expect(repaired?.users).toEqual(fresh.users);
    expect(repaired?.events_default).toBe(50);
    expect(repaired?.events).toMatchObject({ 'm.room.message': 50, 'm.reaction': 50, 'm.room.name': 100 });
    expect(repairedPowerLevels({ ...fresh, events_default: 100 }, who, [who.admin], speakers)?.events_default).toBe(50);
  });

  it('leaves further masters and stricter rules in other rooms as they are', () => {
    const fresh = freshPowerLevels(who, [who.admin]);
    expect(fresh.events_default).toBe(0);
    const chosen = { ...fresh, users: { ...fresh.users, [MINA]: 100 }, events_default: 50 };
    expect(repairedPowerLevels(chosen, who, [who.admin])).toBeNull();
  });
});
