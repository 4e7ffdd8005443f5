import { createHmac, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { GHOST_DEVICE, UserId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';

export interface AccountWanted {
  readonly userId: UserId;
  readonly password: string;
  readonly admin: boolean;
  readonly name: string;
}

/** What Synapse Admin can do to an account. */
const Flag = z.union([z.boolean(), z.int().transform(Boolean)]).default(false);
export const AccountStanding = z.object({
  deactivated: Flag,
  locked: Flag,
  suspended: Flag,
  shadow_banned: Flag,
  admin: Flag,
});
export type AccountStanding = z.infer<typeof AccountStanding>;

const Session = z.object({ access_token: z.string().min(1) });
const userPath = (user: UserId): string => `/_synapse/admin/v2/users/${encodeURIComponent(user)}`;
const localpart = (userId: UserId): string => userId.slice(1, userId.indexOf(':'));

/** The localparts of accounts that let the house in again, each used once and closed. */
export const KEEPER = 'chavion-keeper-';

/** The admin's token: the stored one while it does what it is for, else a new one. Makes the account where there is none. */
export async function adminToken(
  client: HomeserverClient,
  admin: AccountWanted,
  stored: string | undefined,
  sharedSecret: string,
  device = 'CHAVION',
): Promise<string> {
  if (stored !== undefined && (await governs(client, stored, admin.userId))) return stored;
  await register(client, admin, sharedSecret);
  try {
    const token = await logInOwnAccount(client, admin, device);
    if (await governs(client, token, admin.userId)) return token;
  } catch (error) {
    // Another password, closed, locked.
    if (!(error instanceof HomeserverError && (error.status === 401 || error.status === 403))) throw error;
  }
  await letIn(client, admin, sharedSecret);
  return logInOwnAccount(client, admin, device);
}

/** A new token for one device; a homeserver may end those that this device had (https://spec.matrix.org/v1.15/client-server-api/#post_matrixclientv3login). */
export async function logInOwnAccount(
  client: HomeserverClient,
  { userId, password }: Pick<AccountWanted, 'userId' | 'password'>,
  device: string,
): Promise<string> {
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password,
    device_id: device,
    initial_device_display_name: 'Chavion',
  };
  return (await client.call('POST', '/_matrix/client/v3/login', Session, { body })).access_token;
}

/** Whether a password opens an account; leaves no device behind. */
export async function opens(
  client: HomeserverClient,
  account: Pick<AccountWanted, 'userId' | 'password'>,
): Promise<boolean> {
  try {
    const token = await logInOwnAccount(client, account, 'CHAVION_LOOK');
    await client.call('POST', '/_matrix/client/v3/logout', Nothing, { token, body: {} });
    return true;
  } catch (error) {
    if (error instanceof HomeserverError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

/** Whether this token can do all that the house needs the admin for, its words included. */
async function governs(client: HomeserverClient, token: string, admin: UserId): Promise<boolean> {
  try {
    return isWell(await client.call('GET', userPath(admin), AccountStanding, { token }));
  } catch (error) {
    if (error instanceof HomeserverError && (error.status === 401 || error.status === 403)) return false;
    throw error;
  }
}

const isWell = ({ deactivated, locked, suspended, shadow_banned }: AccountStanding): boolean =>
  !deactivated && !locked && !suspended && !shadow_banned;

/** https://element-hq.github.io/synapse/latest/admin_api/register_api.html; an account that exists stays as it is. */
export async function register(
  client: HomeserverClient,
  { userId, password, admin, name }: AccountWanted,
  sharedSecret: string,
): Promise<void> {
  const path = '/_synapse/admin/v1/register';
  const { nonce } = await client.call('GET', path, z.object({ nonce: z.string() }));
  const user = localpart(userId);
  const mac = createHmac('sha1', sharedSecret)
    .update([nonce, user, password, admin ? 'admin' : 'notadmin'].join('\0'))
    .digest('hex');
  try {
    await client.call('POST', path, Nothing, {
      body: { nonce, username: user, password, admin, mac, displayname: name, inhibit_login: true },
    });
  } catch (error) {
    if (!(error instanceof HomeserverError && error.code === 'M_USER_IN_USE')) throw error;
  }
}

/**
 * Nobody but the house has the homeserver's shared secret: with it an administrator is made who gives the admin's
 * account back, and is closed for good. Sessions of people stay as they are.
 */
async function letIn(client: HomeserverClient, admin: AccountWanted, sharedSecret: string): Promise<void> {
  const server = admin.userId.slice(admin.userId.indexOf(':'));
  const keeper: AccountWanted = {
    userId: UserId.parse(`@${KEEPER}${randomBytes(6).toString('hex')}${server}`),
    password: randomBytes(32).toString('hex'),
    admin: true,
    name: 'Chavion',
  };
  await register(client, keeper, sharedSecret);
  const token = await logInOwnAccount(client, keeper, 'CHAVION');
  await open(client, token, admin);
  await client.call('POST', `/_synapse/admin/v1/deactivate/${encodeURIComponent(keeper.userId)}`, Nothing, {
    token,
    body: { erase: true },
  });
}

/** Open again, with the password that the house knows. May be repeated. */
export async function open(
  client: HomeserverClient,
  token: string,
  { userId, password, admin }: Pick<AccountWanted, 'userId' | 'password' | 'admin'>,
): Promise<void> {
  await client.call('PUT', userPath(userId), Nothing, {
    token,
    body: { password, logout_devices: false, deactivated: false, locked: false, admin },
  });
  await unsuspend(client, token, userId);
}

/** Of an account whose password is not the house's business; what is open stays as it is. */
export async function openPerson(client: HomeserverClient, token: string, userId: UserId): Promise<void> {
  await client.call('PUT', userPath(userId), Nothing, { token, body: { deactivated: false, locked: false } });
  await unsuspend(client, token, userId);
}

async function unsuspend(client: HomeserverClient, token: string, userId: UserId): Promise<void> {
  const user = encodeURIComponent(userId);
  await client.call('PUT', `/_synapse/admin/v1/suspend/${user}`, Nothing, { token, body: { suspend: false } });
  await client.call('DELETE', `/_synapse/admin/v1/users/${user}/shadow_ban`, Nothing, { token });
}

/** Null: there is no such account. */
export const standingOf = (client: HomeserverClient, token: string, userId: UserId): Promise<AccountStanding | null> =>
  client.find('GET', userPath(userId), AccountStanding, { token });

/**
 * The executor's account as it has to be. One without a device is not in: it may only be about to sign in, so the
 * password that it knows is tried before it is set anew. Returns whether something was put right.
 */
export async function keepExecutor(
  client: HomeserverClient,
  token: string,
  executor: Pick<AccountWanted, 'userId' | 'password'>,
): Promise<boolean> {
  const standing = await standingOf(client, token, executor.userId);
  if (standing === null) return false;
  const { devices } = await client.call(
    'GET',
    `${userPath(executor.userId)}/devices`,
    z.object({ devices: z.array(z.object({ device_id: z.string() })) }),
    { token },
  );
  const isIn = devices.some(({ device_id }) => device_id.startsWith('CHAVION_'));
  if (isWell(standing) && !standing.admin && (isIn || (await opens(client, executor)))) return false;
  await open(client, token, { ...executor, admin: false });
  return true;
}

/** The coordinator is the house's mouth: closed, locked or suspended it is opened again. */
export async function keepCoordinator(client: HomeserverClient, token: string, coordinator: UserId): Promise<boolean> {
  const standing = await standingOf(client, token, coordinator);
  if (standing === null || isWell(standing)) return false;
  await openPerson(client, token, coordinator);
  await giveDevice(client, token, coordinator);
  return true;
}

/** What an agent speaks through; closing an account ends it. One that is there stays. */
export const giveDevice = (client: HomeserverClient, token: string, ghost: UserId): Promise<void> =>
  client.call('POST', `${userPath(ghost)}/devices`, Nothing, { token, body: { device_id: GHOST_DEVICE } });
