import { z } from 'zod';
import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { mastersAmong } from '../bridge/protocol/masters.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';
import { OWNER, PowerLevels } from './power-levels.ts';
import { join } from './provision-residents.ts';
import type { People } from './residents.ts';

/** The admin at the homeserver, and the rooms of the house; `hq` says who is a master. */
export interface Rooms {
  readonly client: HomeserverClient;
  readonly token: string;
  readonly who: People;
  readonly rooms: { readonly space: RoomId; readonly hq: RoomId; readonly ops: RoomId };
}

const levelsPath = (room: RoomId): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/state/m.room.power_levels/`;
const userPath = (user: UserId): string => `/_synapse/admin/v2/users/${encodeURIComponent(user)}`;

const levelsOf = ({ client, token }: Pick<Rooms, 'client' | 'token'>, room: RoomId): Promise<PowerLevels> => client.call('GET', levelsPath(room), PowerLevels, { token });

/** Asked of the homeserver anew each time: a level that was taken away holds at once. */
export const readMasters = async (house: Rooms): Promise<ReadonlySet<UserId>> => mastersAmong((await levelsOf(house, house.rooms.hq)).users, house.who);

const Account = z.object({ deactivated: z.union([z.boolean(), z.int().transform(Boolean)]) });

/**
 * Another master. The level comes last, in the HQ room last of all: cut off anywhere it makes a guest, and may be done
 * again. `password` is for an account that has to be made, or opened again.
 * @returns whether it had to be.
 */
export async function makeMaster({ client, token, rooms }: Rooms, user: UserId, password: string): Promise<'made' | 'was there'> {
  const known = await client.find('GET', userPath(user), Account, { token });
  const made = known === null || known.deactivated;
  if (made) await client.call('PUT', userPath(user), Nothing, { token, body: { password, deactivated: false } });
  const order = [rooms.space, rooms.ops, rooms.hq];
  for (const room of order) await join(client, token, room, user);
  for (const room of order) {
    const levels = await levelsOf({ client, token }, room);
    if (levels.users[user] !== OWNER) await client.call('PUT', levelsPath(room), Nothing, { token, body: { ...levels, users: { ...levels.users, [user]: OWNER } } });
  }
  return made ? 'made' : 'was there';
}

/** No master any more, out of the rooms, and signed out for good; what was said stays. May be done again. */
export async function unmakeMaster({ client, token, rooms }: Rooms, user: UserId): Promise<void> {
  for (const room of [rooms.hq, rooms.ops, rooms.space]) {
    const levels = await levelsOf({ client, token }, room);
    if ((levels.users[user] ?? 0) !== 0) await giveUpLevel(client, token, room, user, levels);
    await kick(client, token, room, user);
  }
  await client.call('POST', `/_synapse/admin/v1/deactivate/${encodeURIComponent(user)}`, Nothing, { token, body: { erase: false } });
}

/** Nobody can take a level away from an equal: whoever stands too high gives it up in its own name. */
export async function giveUpLevel(client: HomeserverClient, token: string, room: RoomId, user: string, levels: PowerLevels): Promise<PowerLevels> {
  const login = `/_synapse/admin/v1/users/${encodeURIComponent(user)}/login`;
  const { access_token } = await client.call('POST', login, z.object({ access_token: z.string() }), { token, body: { valid_until_ms: Date.now() + 60_000 } });
  const without = { ...levels, users: { ...levels.users, [user]: 0 } };
  await client.call('PUT', levelsPath(room), Nothing, { token: access_token, body: without });
  return without;
}

async function kick(client: HomeserverClient, token: string, room: RoomId, user: UserId): Promise<void> {
  try {
    await client.call('POST', `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/kick`, Nothing, { token, body: { user_id: user } });
  } catch (error) {
    // Not in the room.
    if (!(error instanceof HomeserverError && error.status === 403)) throw error;
  }
}
