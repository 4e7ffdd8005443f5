import { z } from 'zod';
import type { UserId } from '../bridge/protocol/ids.ts';
import { type HomeserverClient, Nothing } from './client.ts';
import { type AccountWanted, register } from './own-accounts.ts';

/** An ordinary account, free of the limits for people: it speaks for the house. */
export async function provisionAccount(
  client: HomeserverClient,
  token: string,
  wanted: AccountWanted,
  sharedSecret: string,
): Promise<void> {
  const path = `/_synapse/admin/v2/users/${encodeURIComponent(wanted.userId)}`;
  if ((await client.find('GET', path, Nothing, { token })) === null) await register(client, wanted, sharedSecret);
  await liftLimits(client, token, wanted.userId);
}

export async function liftLimits(client: HomeserverClient, token: string, userId: UserId): Promise<void> {
  const path = `/_synapse/admin/v1/users/${encodeURIComponent(userId)}/override_ratelimit`;
  const Limits = z.object({ messages_per_second: z.int().optional() });
  const { messages_per_second } = await client.call('GET', path, Limits, { token });
  if (messages_per_second !== 0)
    await client.call('POST', path, Nothing, { token, body: { messages_per_second: 0, burst_count: 0 } });
}
