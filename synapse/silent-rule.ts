import type { UserId } from '../bridge/protocol/ids.ts';
import { CHAVION_KEY } from '../bridge/protocol/content.ts';
import { type HomeserverClient, HomeserverError, Nothing } from './client.ts';
import { actAs } from './enter-room.ts';

/**
 * A file cannot be an `m.notice`, and an answer that were one would be shown grey. So the house marks what nobody needs
 * to be rung for, and the owner's account has one rule of its own about that mark
 * (https://spec.matrix.org/v1.15/client-server-api/#push-rules). Whoever deletes it hears everything again.
 */
export const SILENT_RULE = {
  rule_id: 'com.chavion.silent',
  conditions: [
    { kind: 'event_property_is', key: `content.${CHAVION_KEY.replaceAll('.', String.raw`\.`)}.silent`, value: true },
  ],
  actions: [],
} as const;

/** @returns false where the homeserver lets nobody act for the owner: his account is closed, locked. */
export async function layDownSilence(client: HomeserverClient, token: string, owner: UserId): Promise<boolean> {
  const { rule_id, conditions, actions } = SILENT_RULE;
  try {
    await actAs(client, token, owner, (own) =>
      client.call('PUT', `/_matrix/client/v3/pushrules/global/override/${rule_id}`, Nothing, {
        token: own,
        body: { conditions, actions },
      }),
    );
    return true;
  } catch (error) {
    if (error instanceof HomeserverError && error.status >= 400 && error.status < 500) return false;
    throw error;
  }
}
