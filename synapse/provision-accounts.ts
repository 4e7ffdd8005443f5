import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { UserId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';

export interface AccountWanted {
  readonly userId: UserId;
  readonly password: string;
  readonly admin: boolean;
  readonly name: string;
}

const localpart = (userId: UserId): string => userId.slice(1, userId.indexOf(':'));
const Session = z.object({ access_token: z.string().min(1) });

/** The admin's token: the stored one while it works, else a new one. Makes the account when there is none. */
export async function adminToken(client: HomeserverClient, admin: AccountWanted, stored: string | undefined, sharedSecret: string): Promise<string> {
  if (stored !== undefined && (await isValid(client, stored))) return stored;
  await register(client, admin, sharedSecret);
  return logIn(client, admin, 'CHAVION');
}

/** A new token for one device; a homeserver may end those that this device had (https://spec.matrix.org/v1.15/client-server-api/#post_matrixclientv3login). */
export async function logIn(client: HomeserverClient, { userId, password }: Pick<AccountWanted, 'userId' | 'password'>, device: string): Promise<string> {
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: userId },
    password,
    device_id: device,
    initial_device_display_name: 'Chavion',
  };
  return (await client.call('POST', '/_matrix/client/v3/login', Session, { body })).access_token;
}

async function isValid(client: HomeserverClient, token: string): Promise<boolean> {
  try {
    await client.call('GET', '/_matrix/client/v3/account/whoami', Nothing, { token });
    return true;
  } catch (error) {
    if (error instanceof HomeserverError && error.status === 401) return false;
    throw error;
  }
}

/** https://element-hq.github.io/synapse/latest/admin_api/register_api.html; an account that exists stays as it is. */
async function register(client: HomeserverClient, { userId, password, admin, name }: AccountWanted, sharedSecret: string): Promise<void> {
  const path = '/_synapse/admin/v1/register';
  const { nonce } = await client.call('GET', path, z.object({ nonce: z.string() }));
  const user = localpart(userId);
  const mac = createHmac('sha1', sharedSecret).update([nonce, user, password, admin ? 'admin' : 'notadmin'].join('\0')).digest('hex');
  try {
    await client.call('POST', path, Nothing, { body: { nonce, username: user, password, admin, mac, displayname: name, inhibit_login: true } });
  } catch (error) {
    if (!(error instanceof HomeserverError && error.code === 'M_USER_IN_USE')) throw error;
  }
}

/** An ordinary account, free of the limits for people: it speaks for the house. */
export async function provisionAccount(client: HomeserverClient, token: string, wanted: AccountWanted, sharedSecret: string): Promise<void> {
  const path = `/_synapse/admin/v2/users/${encodeURIComponent(wanted.userId)}`;
  if ((await client.find('GET', path, Nothing, { token })) === null) await register(client, wanted, sharedSecret);
  await liftLimits(client, token, wanted.userId);
}

export async function liftLimits(client: HomeserverClient, token: string, userId: UserId): Promise<void> {
  const path = `/_synapse/admin/v1/users/${encodeURIComponent(userId)}/override_ratelimit`;
  const Limits = z.object({ messages_per_second: z.int().optional() });
  const { messages_per_second } = await client.call('GET', path, Limits, { token });
  if (messages_per_second !== 0) await client.call('POST', path, Nothing, { token, body: { messages_per_second: 0, burst_count: 0 } });
}
