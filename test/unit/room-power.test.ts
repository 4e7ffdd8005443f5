import { describe, expect, it } from 'vitest';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { mastersAmong } from '../../bridge/protocol/masters.ts';
import { creationOf, isSuccessor, replacementOf } from '../../bridge/protocol/room-power.ts';
import { freshPowerLevels, repairedPowerLevels } from '../../synapse/power-levels.ts';
import { people } from '../../synapse/residents.ts';

const who = people('house.test');
const MINA = UserId.parse('@mina:house.test');
const OLD = RoomId.parse('!old:house.test');
/** From version 12 on an id names no server. */
const NEW = RoomId.parse('!oTcmNtWaGrjO8LroLmTkFiRG-HxX-UxmI1kWMLSP4Hc');
const create = (sender: string, content: object = {}) => ({
  type: 'm.room.create',
  sender,
  content: { room_version: '12', predecessor: { room_id: OLD }, ...content },
});
const tombstone = (sender: string, to: unknown = NEW) => ({
  type: 'm.room.tombstone',
  sender,
  content: { replacement_room: to },
});

describe('who rules a room', () => {
  it('from version 12 on: whoever made it, and whom that one named', () => {
    expect(creationOf(create(who.master))?.rulers).toEqual([who.master]);
    expect(creationOf(create(who.master, { additional_creators: [MINA, who.master] }))?.rulers).toEqual([
      who.master,
      MINA,
    ]);
    expect(creationOf(create(who.master, { room_version: '11', additional_creators: [MINA] }))?.rulers).toEqual([]);
    expect(creationOf(create(who.master, { room_version: undefined }))?.rulers).toEqual([]);
    for (const raw of [null, {}, { sender: 'nobody', content: {} }, { sender: who.master }])
      expect(creationOf(raw)).toBeNull();
  });

  it('makes a master of a person, never of the admin, the executor or an agent', () => {
    const rulers = [who.admin, who.executor, who.coordinator, MINA];
    expect([...mastersAmong({ users: { [who.master]: 100 }, rulers }, who)].toSorted()).toEqual(
      [who.master, MINA].toSorted(),
    );
  });

  it('is never among the levels', () => {
    expect(freshPowerLevels(who, [who.admin]).users).toEqual({ [who.master]: 100, [who.coordinator]: 50 });
    // As an upgrade by the master leaves them.
    const upgraded = { ...freshPowerLevels(who), users: { [who.admin]: 100, [who.coordinator]: 50 } };
    expect(repairedPowerLevels(upgraded, who, [who.master])).toBeNull();
    expect(repairedPowerLevels(upgraded, who)?.users).toHaveProperty([who.master], 100);
  });
});

describe('a successor', () => {
  const rulers = new Set([who.master, who.admin]);
  const judge = (tomb: unknown, made: unknown, next = NEW) =>
    isSuccessor({ room: OLD, tombstone: tomb, rulers }, { room: next, create: made });

  it('is named by who rules the old room, names it, and was made by such a one', () => {
    expect(judge(tombstone(who.master), create(who.master))).toBe(true);
    expect(judge(tombstone(who.admin), create(who.master))).toBe(true);
  });

  it.each([
    ['a tombstone of somebody else', tombstone(MINA), create(who.master)],
    ['an agent’s tombstone', tombstone('@agent_claude:house.test'), create(who.master)],
    ['a room that somebody else made', tombstone(who.master), create(MINA)],
    ['a room that names no predecessor', tombstone(who.master), create(who.master, { predecessor: undefined })],
    [
      'a room that names another one',
      tombstone(who.master),
      create(who.master, { predecessor: { room_id: '!other:house.test' } }),
    ],
    ['a tombstone for another room', tombstone(who.master, '!other:house.test'), create(who.master)],
    ['a tombstone without a room', tombstone(who.master, null), create(who.master)],
    ['no tombstone', null, create(who.master)],
    ['a room that cannot be seen', tombstone(who.master), null],
  ])('is not %s', (_, tomb, made) => expect(judge(tomb, made)).toBe(false));

  it('has an id of any version', () => {
    expect(replacementOf(tombstone(who.master))).toEqual({ by: who.master, room: NEW });
    expect(replacementOf(tombstone(who.master, 'not a room'))).toBeNull();
  });
});
