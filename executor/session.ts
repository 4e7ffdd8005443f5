import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { Account, type AccountOptions } from '../bridge/matrix/account.ts';
import { RoomLimiter } from '../bridge/matrix/room-limiter.ts';
import type { UserId } from '../bridge/protocol/ids.ts';

const Session = z.object({ homeserver: z.string(), access_token: z.string().min(1) });

export interface SignIn {
  readonly homeserverUrl: string;
  readonly userId: UserId;
  readonly password: string;
  /** Of this executor alone: transaction ids are remembered by device, so a message repeated after a restart is known. */
  readonly device: string;
  /** Where the token is kept, for this account alone to read. */
  readonly file: string;
  readonly onTrouble?: AccountOptions['onTrouble'];
}

/** The executor's own account, with the token of the last time while it works. */
export async function openExecutorSession(
  options: SignIn,
): Promise<{ readonly account: Account; readonly token: string }> {
  const kept = keptToken(options);
  if (kept !== undefined && (await works(accountWith(options, kept))))
    return { account: accountWith(options, kept), token: kept };
  const body = {
    type: 'm.login.password',
    identifier: { type: 'm.id.user', user: options.userId },
    password: options.password,
    device_id: options.device,
    initial_device_display_name: 'Chavion executor',
  };
  const answer = await accountWith(options, '').call('POST', '/_matrix/client/v3/login', { body });
  const { access_token: token } = Session.omit({ homeserver: true }).parse(answer);
  writeFileSync(`${options.file}.new`, JSON.stringify({ homeserver: options.homeserverUrl, access_token: token }), {
    mode: 0o600,
  });
  renameSync(`${options.file}.new`, options.file);
  return { account: accountWith(options, token), token };
}

const accountWith = ({ homeserverUrl, userId, onTrouble }: SignIn, accessToken: string): Account =>
  new Account({
    homeserverUrl,
    accessToken,
    userId,
    ghost: false,
    limiter: new RoomLimiter(),
    ...(onTrouble === undefined ? {} : { onTrouble }),
  });

function keptToken({ file, homeserverUrl }: SignIn): string | undefined {
  try {
    const kept = Session.safeParse(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined);
    return kept.success && kept.data.homeserver === homeserverUrl ? kept.data.access_token : undefined;
  } catch {
    return undefined;
  }
}

async function works(account: Account): Promise<boolean> {
  try {
    const { user_id } = z
      .object({ user_id: z.string() })
      .parse(await account.call('GET', '/_matrix/client/v3/account/whoami'));
    return user_id === account.userId;
  } catch {
    return false;
  }
}

/** The homeserver no longer knows the token. */
export const isSignedOut = (error: unknown): boolean =>
  z.object({ statusCode: z.literal(401) }).safeParse(error).success;
