import type { Settings } from '../bridge/protocol/settings.ts';

export const APPSERVICE_ID = 'chavion';

/**
 * The account that the appservice has for itself. Nobody speaks through it: Synapse refuses /sync to it, which the
 * coordinator needs. No agent's id starts with a digit, so it is never one of them.
 */
export const APPSERVICE_LOCALPART = 'agent_0';

export interface AppserviceTokens {
  /** The swarm proves itself to the homeserver with this one, */
  readonly appservice: string;
  /** and the homeserver to the swarm with this. */
  readonly homeserver: string;
}

/** The registration that gives the swarm its accounts; `https://spec.matrix.org/v1.15/application-service-api/#registration` */
export function registration(
  settings: Settings,
  tokens: AppserviceTokens,
  swarmHost = '127.0.0.1',
): Record<string, unknown> {
  const server = settings.CHAVION_SERVER_NAME.replaceAll('.', String.raw`\.`);
  return {
    id: APPSERVICE_ID,
    url: `http://${swarmHost}:${settings.CHAVION_APPSERVICE_PORT}`,
    as_token: tokens.appservice,
    hs_token: tokens.homeserver,
    sender_localpart: APPSERVICE_LOCALPART,
    rate_limited: false,
    receive_ephemeral: false,
    namespaces: { users: [{ exclusive: true, regex: `@agent_.*:${server}` }], aliases: [], rooms: [] },
  };
}
