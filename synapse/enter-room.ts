import { z } from 'zod';
import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';
import { OWNER } from './power-levels.ts';
import type { Builder } from './builder.ts';
import { readRoom, type RoomState } from './room-state.ts';

const path = (room: RoomId, rest: string): string => `/_matrix/client/v3/rooms/${encodeURIComponent(room)}/${rest}`;
const isRefusal = (error: unknown): error is HomeserverError =>
  error instanceof HomeserverError && error.status >= 400 && error.status < 500;

/** Does one thing in somebody's name, with a token of a minute. https://element-hq.github.io/synapse/latest/admin_api/user_admin_api.html#login-as-a-user */
export async function actAs<T>(
  client: HomeserverClient,
  token: string,
  user: UserId,
  act: (own: string) => Promise<T>,
): Promise<T> {
  const login = `/_synapse/admin/v1/users/${encodeURIComponent(user)}/login`;
  const { access_token } = await client.call('POST', login, z.object({ access_token: z.string() }), {
    token,
    body: { valid_until_ms: Date.now() + 60_000 },
  });
  return act(access_token);
}

/**
 * Brings somebody in; returns whether the homeserver let it. Whom the owner has banned stays out, and so does an
 * account that is closed; a room that was blocked lets nobody in until it is unblocked.
 */
export async function bringIn(client: HomeserverClient, token: string, room: RoomId, userId: UserId): Promise<boolean> {
  const enter = () =>
    client
      .call('POST', `/_synapse/admin/v1/join/${encodeURIComponent(room)}`, Nothing, {
        token,
        body: { user_id: userId },
      })
      .then(() => true);
  try {
    return await enter();
  } catch (error) {
    if (!isRefusal(error)) throw error;
  }
  if (!(await unblock(client, token, room))) return false;
  return enter().catch((error: unknown) => {
    if (isRefusal(error)) return false;
    throw error;
  });
}

/** Out of a room, an invitation taken back too. Who is not in it, or may not be sent, is left. */
export async function sendOut(
  client: HomeserverClient,
  token: string,
  room: RoomId,
  user: UserId,
  reason?: string,
): Promise<void> {
  await client
    .call('POST', path(room, 'kick'), Nothing, {
      token,
      body: { user_id: user, ...(reason !== undefined && { reason }) },
    })
    .catch((error: unknown) => {
      if (!(error instanceof HomeserverError && error.status === 403)) throw error;
    });
}

/** A room that was blocked in Ketesa lets nobody in. Returns whether it was. */
async function unblock(client: HomeserverClient, token: string, room: RoomId): Promise<boolean> {
  const path = `/_synapse/admin/v1/rooms/${encodeURIComponent(room)}/block`;
  const { block } = await client.call('GET', path, z.object({ block: z.boolean() }), { token });
  if (block) await client.call('PUT', path, Nothing, { token, body: { block: false } });
  return block;
}

/** Back into a room that its account was taken out of, a ban lifted: for accounts without which there is no house. */
export async function bringBack(builder: Builder, state: RoomState, userId: UserId): Promise<boolean> {
  const { client, token } = builder;
  if (state.joined.has(userId)) return true;
  if (state.content('m.room.member', userId)?.['membership'] === 'ban')
    await client
      .call('POST', path(state.room, 'unban'), Nothing, { token, body: { user_id: userId } })
      .catch(ignoreRefusal);
  return bringIn(client, token, state.room, userId);
}

/**
 * The admin in the room and with the power to look after it, given by whoever has it and is there. False where nobody
 * is: such a room can be governed by nobody any more.
 */
export async function makeRuler(builder: Builder, state: RoomState): Promise<boolean> {
  const { client, token, who } = builder;
  const rules = (user: string) =>
    state.power.rulers.some((ruler) => ruler === user) || (state.levels.users[user] ?? 0) >= OWNER;
  if (rules(who.admin) && state.joined.has(who.admin)) return true;
  const giver = [...state.joined].find((user) => user !== who.admin && rules(user));
  if (giver === undefined) return false;
  if (!state.joined.has(who.admin)) await unblock(client, token, state.room);
  try {
    await actAs(client, token, giver, async (own) => {
      if (!rules(who.admin))
        await client.call('PUT', path(state.room, 'state/m.room.power_levels/'), Nothing, {
          token: own,
          body: { ...state.levels, users: { ...state.levels.users, [who.admin]: OWNER } },
        });
      if (state.joined.has(who.admin)) return;
      if (state.content('m.room.member', who.admin)?.['membership'] === 'ban')
        await client.call('POST', path(state.room, 'unban'), Nothing, { token: own, body: { user_id: who.admin } });
      await client
        .call('POST', path(state.room, 'invite'), Nothing, { token: own, body: { user_id: who.admin } })
        .catch(ignoreRefusal);
    });
    if (!state.joined.has(who.admin)) await client.call('POST', path(state.room, 'join'), Nothing, { token, body: {} });
    return true;
  } catch (error) {
    if (isRefusal(error)) return false;
    throw error;
  }
}

export function ignoreRefusal(error: unknown): void {
  if (!isRefusal(error)) throw error;
}

/** As the admin, or as somebody who has more power in that room. What nobody there may do is left: it keeps no house from starting. */
export async function putState(
  { client, token, who }: Builder,
  { room }: Pick<RoomState, 'room'>,
  type: string,
  body: unknown,
  key = '',
): Promise<void> {
  const put = (own: string) =>
    client.call('PUT', path(room, `state/${encodeURIComponent(type)}/${encodeURIComponent(key)}`), Nothing, {
      token: own,
      body,
    });
  try {
    await put(token);
  } catch (error) {
    if (!isRefusal(error)) throw error;
    const state = await readRoom(client, token, room);
    const above = state?.power.rulers.find((user) => user !== who.admin && state.joined.has(user));
    if (above !== undefined) await actAs(client, token, above, put).catch(ignoreRefusal);
  }
}
