import { z } from 'zod';
import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { mastersAmong } from '../bridge/protocol/masters.ts';
import { type HomeserverClient, Nothing } from './client.ts';
import { actAs, bringIn, sendOut } from './enter-room.ts';
import { OWNER } from './power-levels.ts';
import type { OwnAccounts } from './residents.ts';
import { readRoom, type RoomState } from './room-state.ts';

/** The admin at the homeserver, and the rooms of the house; `hq` says who is a master. */
export interface AdminRooms {
  readonly client: HomeserverClient;
  readonly token: string;
  readonly who: OwnAccounts;
  readonly rooms: {
    readonly space: RoomId;
    readonly hq: RoomId;
    readonly ops: RoomId;
    readonly memory?: RoomId | undefined;
    readonly former?: readonly RoomId[] | undefined;
  };
}

const levelsPath = (room: RoomId): string =>
  `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.power_levels/`;
const userPath = (user: UserId): string => `/_synapse/admin/v2/users/${encodeURIComponent(user)}`;

/** Asked of the homeserver anew each time: a level that was taken away holds at once. */
export async function readAdminRooms({ client, token, who, rooms }: AdminRooms): Promise<ReadonlySet<UserId>> {
  const hq = await readRoom(client, token, rooms.hq);
  return hq === null ? new Set() : mastersAmong(hq.power, who);
}

const Account = z.object({ deactivated: z.union([z.boolean(), z.int().transform(Boolean)]) });

/**
 * Another master. The level comes last, in the HQ room last of all: cut off anywhere it makes a guest, and may be done
 * again. `password` is for an account that has to be made, or opened again.
 * @returns whether it had to be.
 */
export async function makeMaster(
  { client, token, rooms }: AdminRooms,
  user: UserId,
  password: string,
): Promise<'made' | 'was there'> {
  const known = await client.find('GET', userPath(user), Account, { token });
  const made = known === null || known.deactivated;
  if (made) await client.call('PUT', userPath(user), Nothing, { token, body: { password, deactivated: false } });
  const order = [rooms.space, ...memoryOf(rooms), rooms.ops, rooms.hq];
  for (const room of order) await bringIn(client, token, room, user);
  for (const room of order) {
    const state = await readRoom(client, token, room);
    if (state === null || isRuler(state, user) || state.levels.users[user] === OWNER) continue;
    await client.call('PUT', levelsPath(room), Nothing, {
      token,
      body: { ...state.levels, users: { ...state.levels.users, [user]: OWNER } },
    });
  }
  return made ? 'made' : 'was there';
}

const memoryOf = ({ memory }: AdminRooms['rooms']): readonly RoomId[] => (memory === undefined ? [] : [memory]);

/** Rules a room by having made it: no level can be taken away. */
const isRuler = ({ power }: RoomState, user: UserId): boolean => power.rulers.includes(user);

/** In one of these rooms a person rules for good, and would be a master again as soon as he is back. */
export async function rulesForGood({ client, token, rooms }: AdminRooms, user: UserId): Promise<boolean> {
  const states = await Promise.all([rooms.hq, rooms.ops].map((room) => readRoom(client, token, room)));
  return states.some((state) => state !== null && isRuler(state, user));
}

/** No master any more, out of the rooms, those too that were upgraded, and signed out for good; what was said stays. May be done again. */
export async function unmakeMaster({ client, token, rooms }: AdminRooms, user: UserId): Promise<void> {
  for (const room of [rooms.hq, ...memoryOf(rooms), rooms.ops, rooms.space, ...(rooms.former ?? [])]) {
    const state = await readRoom(client, token, room);
    if (state === null) continue;
    const { levels } = state;
    // Nobody can take a level away from an equal: whoever stands too high gives it up in its own name.
    if ((levels.users[user] ?? 0) !== 0)
      await actAs(client, token, user, (own) =>
        client.call('PUT', levelsPath(room), Nothing, {
          token: own,
          body: { ...levels, users: { ...levels.users, [user]: 0 } },
        }),
      );
    await sendOut(client, token, room, user);
  }
  await client.call('POST', `/_synapse/admin/v1/deactivate/${encodeURIComponent(user)}`, Nothing, {
    token,
    body: { erase: false },
  });
}
