import { describe, expect, it } from 'vitest';
import { RoomId } from '../../bridge/protocol/ids.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { type Furnished, furnishRooms, type HouseRooms } from '../../synapse/house-rooms.ts';
import { people, userIdOf } from '../../synapse/residents.ts';
import { PaperRooms } from '../house/paper-rooms.ts';

const who = people('house.test');
const mina = userIdOf('mina', 'house.test');
const guest = userIdOf('guest', 'house.test');
const claude = userIdOf('agent_claude', 'house.test');
const OWN = [who.admin, who.coordinator, who.master].toSorted();

/** A house whose accounts are made, and what a look at its rooms does. */
async function withHouse(
  work: (paper: PaperRooms, look: (before?: HouseRooms, mayMake?: boolean) => Promise<Furnished>) => Promise<void>,
): Promise<void> {
  await using paper = await PaperRooms.open(who.admin, [
    who.master,
    who.coordinator,
    who.executor,
    mina,
    guest,
    claude,
  ]);
  const builder = { client: new HomeserverClient(paper.url), token: 'admin', serverName: 'house.test', who };
  await work(paper, (before, mayMake) => furnishRooms(builder, 'ko', before, mayMake));
}

const memoryOf = ({ rooms }: Furnished): RoomId => RoomId.parse(rooms.memory);
/** As provisioning does, once the accounts are there. */
function enter(paper: PaperRooms, room: string): void {
  for (const user of [who.master, who.coordinator])
    paper.put(room, user, 'm.room.member', { membership: 'join' }, user);
}
/** As Element's `/upgraderoom` leaves it. */
function upgrade(paper: PaperRooms, room: string, by: string): string {
  const next = paper.make(by, { predecessor: { room_id: room } });
  paper.put(next, by, 'm.room.power_levels', {
    ...paper.content(room, 'm.room.power_levels'),
    users: { [who.admin]: 100, [who.coordinator]: 50 },
  });
  paper.put(room, by, 'm.room.tombstone', { replacement_room: next });
  return next;
}

describe('the memory room', () => {
  it('is made for a house that stood before there was one, and is the same at the next look', () =>
    withHouse(async (paper, look) => {
      const first = await look();
      const { memory: _, ...before } = first.rooms;
      // What an older version has stored, of a homeserver that has no such room.
      paper.rooms.delete(memoryOf(first));
      paper.aliases.delete('#memory:house.test');
      const old = await look(before);
      expect(old.fates).toMatchObject({ hq: 'same', ops: 'same', memory: 'made' });
      expect(paper.content(old.rooms.space, 'm.space.child', memoryOf(old))).toHaveProperty('via');
      const again = await look(old.rooms);
      expect(again).toMatchObject({ rooms: old.rooms, fates: { memory: 'same' } });
      // One that was made before the start could write it down.
      expect(memoryOf(await look(before))).toBe(memoryOf(old));
    }));

  it('is never a room that a person happened to call so, with all that was said in it', () =>
    withHouse(async (paper, look) => {
      const own = paper.make(who.master);
      paper.put(own, who.master, 'm.room.member', { membership: 'join' }, guest);
      paper.aliases.set('#memory:house.test', own);
      expect(memoryOf(await look())).not.toBe(own);
      expect(paper.joined(own)).toContain(guest);
    }));

  it('is in time followed where a master has upgraded it; what is said in the one before stays closed', () =>
    withHouse(async (paper, look) => {
      const first = await look();
      const old = memoryOf(first);
      enter(paper, old);
      const next = upgrade(paper, old, who.master);
      const moved = await look(first.rooms, false);
      expect(memoryOf(moved)).toBe(next);
      expect(moved.fates.memory).toBe('moved');
      expect(moved.rooms.former).toContain(old);
      expect(paper.joined(next)).toEqual(OWN);
      expect(paper.content(old, 'm.room.power_levels')?.['events_default']).toBe(50);
      expect(paper.content(next, 'm.room.power_levels')?.['events_default']).toBe(50);
      // Also where what was remembered is lost.
      const { memory: _, ...before } = moved.rooms;
      expect(memoryOf(await look(before))).toBe(next);
    }));

  it('where it is gone: the others are looked after all the same, and the next start makes another', () =>
    withHouse(async (paper, look) => {
      const first = await look();
      paper.rooms.delete(memoryOf(first));
      paper.aliases.delete('#memory:house.test');
      paper.put(first.rooms.hq, who.master, 'm.room.join_rules', { join_rule: 'public' });
      const looked = await look(first.rooms, false);
      expect(looked).toMatchObject({ rooms: { memory: memoryOf(first) }, fates: { memory: 'gone', hq: 'same' } });
      expect(paper.content(first.rooms.hq, 'm.room.join_rules')).toEqual({ join_rule: 'invite' });
      const started = await look(first.rooms);
      expect(started.fates.memory).toBe('lost');
      expect(memoryOf(started)).not.toBe(memoryOf(first));
    }));

  it('has every master of HQ in it, and lets in or keeps nobody else', () =>
    withHouse(async (paper, look) => {
      const first = await look();
      const room = memoryOf(first);
      enter(paper, room);
      const levels = paper.content(first.rooms.hq, 'm.room.power_levels');
      const withLevel = (level: number) =>
        paper.put(first.rooms.hq, who.master, 'm.room.power_levels', {
          ...levels,
          users: { ...(levels?.['users'] as object), [mina]: level },
        });
      withLevel(100);
      paper.put(room, who.master, 'm.room.member', { membership: 'join' }, claude);
      paper.put(room, who.master, 'm.room.member', { membership: 'invite' }, guest);
      await look(first.rooms, false);
      expect(paper.joined(room)).toEqual([...OWN, mina].toSorted());
      expect(paper.content(room, 'm.room.member', guest)).toEqual({ membership: 'leave' });
      expect(paper.content(room, 'm.room.power_levels')?.['users']).toEqual({
        [who.master]: 100,
        [mina]: 100,
        [who.coordinator]: 50,
      });
      withLevel(50);
      await look(first.rooms, false);
      expect(paper.joined(room)).toEqual(OWN);
      expect(paper.content(room, 'm.room.power_levels')?.['users']).not.toHaveProperty([mina]);
      withLevel(100);
      await look(first.rooms, false);
      expect(paper.joined(room)).toContain(mina);
    }));

  it('loses one who has upgraded it himself and is no master any more, in the rooms before it too', () =>
    withHouse(async (paper, look) => {
      const first = await look();
      const old = memoryOf(first);
      enter(paper, old);
      const levels = paper.content(first.rooms.hq, 'm.room.power_levels');
      paper.put(first.rooms.hq, who.master, 'm.room.power_levels', {
        ...levels,
        users: { ...(levels?.['users'] as object), [mina]: 100 },
      });
      await look(first.rooms, false);
      const next = upgrade(paper, old, mina);
      const moved = await look(first.rooms, false);
      expect(memoryOf(moved)).toBe(next);
      paper.put(first.rooms.hq, who.master, 'm.room.power_levels', levels ?? {});
      await look(moved.rooms, false);
      for (const room of [old, next]) expect(paper.joined(room)).toEqual(OWN);
    }));
});
