import { z } from 'zod';
import { type Lang, RoomId, type UserId } from '../bridge/protocol/ids.ts';
import { memoryRoomText } from '../bridge/text/terminal/house.ts';
import { furnishingText } from '../bridge/text/terminal/furnishing.ts';
import { bringBack } from './enter-room.ts';
import type { Builder } from './builder.ts';
import { keepMembers, speakersOf } from './memory-room-members.ts';
import { type ProvisionedRoom, provisionRoom, RoomGone } from './provision-rooms.ts';
import { readRoom } from './room-state.ts';

/** `former`: rooms that were upgraded, whose threads go on to their end. `memory`: not in what older versions have stored. */
export const HouseRooms = z.object({
  space: RoomId,
  hq: RoomId,
  ops: RoomId,
  memory: RoomId.optional(),
  former: z.array(RoomId).optional(),
});
export type HouseRooms = z.infer<typeof HouseRooms>;
/** As every start makes them. */
export type OpenRooms = HouseRooms & { readonly memory: RoomId };

type Fate = ProvisionedRoom['fate'];

export interface Furnished {
  readonly rooms: HouseRooms;
  /** `gone`: there is no memory room, and none may be made. */
  readonly fates: Readonly<Record<'space' | 'hq' | 'ops', Fate> & { memory: Fate | 'gone' }>;
  /** Of the accounts without which there is no house, those that the homeserver let in no more. */
  readonly outside: readonly string[];
}

/** The rooms as they have to be, with the house's own accounts in them. May be called at any time; throws `RoomGone` where HQ or ops is and none may be made. */
export async function furnishRooms(
  builder: Builder,
  lang: Lang,
  before: HouseRooms | undefined,
  mayMake = true,
): Promise<Furnished> {
  const text = furnishingText.house[lang];
  const { who } = builder;
  const space = await provisionRoom(
    builder,
    { alias: 'chavion', name: 'Chavion', topic: text.spaceTopic, kind: 'space' },
    before?.space,
    mayMake,
  );
  const parent = space.room;
  const hq = await provisionRoom(
    builder,
    { alias: 'hq', name: text.hq, topic: text.hqTopic, kind: 'room', parent },
    before?.hq,
    mayMake,
  );
  const ops = await provisionRoom(
    builder,
    { alias: 'ops', name: text.ops, topic: text.opsTopic, kind: 'room', parent },
    before?.ops,
    mayMake,
  );
  const outside = new Set<string>();
  for (const { room } of [hq, ops]) await bringOwnIn(builder, room, [who.coordinator, who.executor], outside);
  const memory = await provisionMemory(builder, lang, { hq: hq.room, parent, before: before?.memory, mayMake });
  if (memory !== null) await bringOwnIn(builder, memory.room, [who.coordinator], outside);
  const memoryRoom = memory?.room ?? before?.memory;
  return {
    rooms: {
      space: space.room,
      hq: hq.room,
      ops: ops.room,
      ...(memoryRoom !== undefined && { memory: memoryRoom }),
      former: [...new Set([...hq.left, ...ops.left, ...(memory?.left ?? []), ...(before?.former ?? [])])],
    },
    fates: { space: space.fate, hq: hq.fate, ops: ops.fate, memory: memory?.fate ?? 'gone' },
    outside: [...outside],
  };
}

/** Null where there is none and none may be made: the other rooms are looked after all the same. */
async function provisionMemory(
  builder: Builder,
  lang: Lang,
  given: {
    readonly hq: RoomId;
    readonly parent: RoomId;
    readonly before: RoomId | undefined;
    readonly mayMake: boolean;
  },
): Promise<ProvisionedRoom | null> {
  const { client, token, who } = builder;
  const { hq, parent, before, mayMake } = given;
  const speakers = speakersOf(await readRoom(client, token, hq), who);
  const { memory: name, memoryTopic: topic } = furnishingText.house[lang];
  try {
    const made = await provisionRoom(
      builder,
      { alias: 'memory', name, topic, kind: 'room', parent, speakers },
      before,
      mayMake,
    );
    await keepMembers(builder, made.room, speakers, memoryRoomText.nobodyElse[lang]());
    return made;
  } catch (error) {
    if (error instanceof RoomGone) return null;
    throw error;
  }
}

/** Where they are not made yet, nobody is missing; a room that was upgraded has none of them of itself. */
async function bringOwnIn(
  builder: Builder,
  room: RoomId,
  users: readonly UserId[],
  outside: Set<string>,
): Promise<void> {
  const state = await readRoom(builder.client, builder.token, room);
  if (state === null) return;
  for (const user of users) {
    const made = state.content('m.room.member', user) ?? state.content('m.room.create')?.['predecessor'];
    if (made !== undefined && !(await bringBack(builder, state, user))) outside.add(user);
  }
}
