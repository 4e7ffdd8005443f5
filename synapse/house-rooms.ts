import { z } from 'zod';
import { type Lang, RoomId } from '../bridge/protocol/ids.ts';
import { launcherText } from '../bridge/text/terminal/launcher.ts';
import { bringBack } from './enter-room.ts';
import type { Builder } from './builder.ts';
import { type ProvisionedRoom, provisionRoom } from './provision-rooms.ts';
import { readRoom } from './room-state.ts';

/** `former`: rooms that were upgraded, whose threads go on to their end. */
export const HouseRooms = z.object({ space: RoomId, hq: RoomId, ops: RoomId, former: z.array(RoomId).optional() });
export type HouseRooms = z.infer<typeof HouseRooms>;

type Fates = Readonly<Record<'space' | 'hq' | 'ops', ProvisionedRoom['fate']>>;

export interface Furnished {
  readonly rooms: HouseRooms;
  readonly fates: Fates;
  /** Of the accounts without which there is no house, those that the homeserver let in no more. */
  readonly outside: readonly string[];
}

/** Space, HQ and ops as they have to be, with the house's own accounts in them. May be called at any time; throws `RoomGone` where one is and none may be made. */
export async function furnishRooms(
  builder: Builder,
  lang: Lang,
  before: HouseRooms | undefined,
  mayMake = true,
): Promise<Furnished> {
  const text = launcherText.house[lang];
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
  return {
    rooms: {
      space: space.room,
      hq: hq.room,
      ops: ops.room,
      former: [...new Set([...hq.left, ...ops.left, ...(before?.former ?? [])])],
    },
    fates: { space: space.fate, hq: hq.fate, ops: ops.fate },
    outside: await ownAccountsIn(builder, [hq.room, ops.room]),
  };
}

/** Where they are not made yet, nobody is missing; a room that was upgraded has none of them of itself. */
async function ownAccountsIn(builder: Builder, rooms: readonly RoomId[]): Promise<readonly string[]> {
  const { client, token, who } = builder;
  const outside = new Set<string>();
  for (const room of rooms) {
    const state = await readRoom(client, token, room);
    if (state === null) continue;
    for (const user of [who.coordinator, who.executor]) {
      const made = state.content('m.room.member', user) ?? state.content('m.room.create')?.['predecessor'];
      if (made !== undefined && !(await bringBack(builder, state, user))) outside.add(user);
    }
  }
  return [...outside];
}
