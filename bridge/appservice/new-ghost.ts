import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { type Account, refused } from '../matrix/account.ts';
import { GHOST_DEVICE, type RoomId } from '../protocol/ids.ts';

const InUse = z.object({ errcode: z.literal('M_USER_IN_USE') });

/** An account of the appservice that was not provisioned: made, with its device and its name. May be repeated. */
export async function makeGhost(coordinator: Account, ghost: Account, name: string): Promise<void> {
  const type = 'm.login.application_service';
  const username = ghost.userId.slice(1).split(':')[0];
  await coordinator
    .call('POST', '/_matrix/client/v3/register', { body: { type, username, inhibit_login: true } })
    .catch((error: unknown) => {
      if (!InUse.safeParse(error).success) throw error;
    });
  // Transaction ids outlive a restart of Synapse only with a device.
  const body = {
    type,
    identifier: { type: 'm.id.user', user: ghost.userId },
    device_id: GHOST_DEVICE,
    initial_device_display_name: 'Chavion',
  };
  await coordinator.call('POST', '/_matrix/client/v3/login', { body });
  await ghost.call('PUT', `/_matrix/client/v3/profile/${encodeURIComponent(ghost.userId)}/displayname`, {
    body: { displayname: name },
  });
}

const TRIES = 60;
const AGAIN_MS = 500;

/** Into rooms to which the launcher invites it. False where no invitation came in half a minute, or the ghost was banned. */
export async function comeIn(ghost: Account, rooms: readonly RoomId[]): Promise<boolean> {
  for (let tries = 0; tries < TRIES; tries += 1) {
    const inside = await Promise.all(rooms.map((room) => joined(ghost, room)));
    if (inside.every(Boolean)) return true;
    await sleep(AGAIN_MS);
  }
  return false;
}

async function joined(ghost: Account, room: RoomId): Promise<boolean> {
  try {
    if (!(await ghost.isIn(room))) await ghost.join(room);
    return true;
  } catch (error) {
    if (!refused(error)) throw error;
    return false;
  }
}
