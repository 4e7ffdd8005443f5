import { people } from '../../../synapse/residents.ts';
import { redisUrl } from '../../launcher/redis.ts';
import { withoutAbsent } from '../../launcher/parts.ts';
import type { Loaded } from '../../config/load.ts';
import { agentIds, type ExecutorSettings } from '../../protocol/executor-settings.ts';
import type { SwarmSettings } from '../../protocol/settings.ts';
import { CONTAINER_HOST, containerHomeserverUrl, CONTAINER_PATHS, PORT } from './containers.ts';
import type { ContainerSecrets } from './house-secrets.ts';

/** Known only once the rooms are made; written by the container `provision`. */
type Rooms = 'CHAVION_HQ_ROOM' | 'CHAVION_OPS_ROOM' | 'CHAVION_MEMORY_ROOM';

export function swarmEnvironmentFile(
  { settings, roster }: Loaded,
  { house }: ContainerSecrets,
  providerKeys: Readonly<Record<string, string>>,
): string {
  const who = people(settings.CHAVION_SERVER_NAME);
  const own = {
    CHAVION_HOMESERVER_URL: containerHomeserverUrl,
    CHAVION_SERVER_NAME: settings.CHAVION_SERVER_NAME,
    CHAVION_APPSERVICE_PORT: String(PORT.appservice),
    CHAVION_APPSERVICE_LISTEN: '0.0.0.0',
    CHAVION_API_PORT: String(PORT.agentApi),
    CHAVION_PREVIEW_PORT: String(PORT.preview),
    CHAVION_PREVIEW_URL: settings.CHAVION_PREVIEW_URL,
    // Caddy passes it on beside the rooms, where it has no name of its own.
    CHAVION_API_URL: settings.CHAVION_API_URL ?? settings.CHAVION_PUBLIC_URL,
    CHAVION_LISTEN: '0.0.0.0',
    CHAVION_PUBLIC_URL: settings.CHAVION_PUBLIC_URL,
    CHAVION_APPSERVICE_TOKEN: house.appservice.appservice,
    CHAVION_HOMESERVER_TOKEN: house.appservice.homeserver,
    CHAVION_REDIS_URL: redisUrl('swarm', house.redis.swarm, PORT.redis, CONTAINER_HOST.redis),
    CHAVION_ADMIN_USER: who.admin,
    CHAVION_LANG: settings.CHAVION_LANG,
    CHAVION_TZ: settings.CHAVION_TZ,
    CHAVION_ROSTER_JSON: JSON.stringify(roster),
    CHAVION_REHEARSAL: settings.CHAVION_REHEARSAL,
    CHAVION_DROP_TO: undefined,
  } satisfies Record<Exclude<keyof SwarmSettings, Rooms>, string | undefined>;
  return environmentFile({
    ...providerKeys,
    ...withoutAbsent(own),
    HOME: CONTAINER_PATHS.given,
    TZ: settings.CHAVION_TZ,
  });
}

/** No AI key and no token of the appservice is in it. */
export function executorEnvironmentFile({ settings, roster }: Loaded, { house }: ContainerSecrets): string {
  const who = people(settings.CHAVION_SERVER_NAME);
  const own = {
    CHAVION_HOMESERVER_URL: containerHomeserverUrl,
    CHAVION_EXECUTOR_USER: who.executor,
    CHAVION_EXECUTOR_PASSWORD: house.passwords.executor,
    CHAVION_REDIS_URL: redisUrl('executor', house.redis.executor, PORT.redis, CONTAINER_HOST.redis),
    CHAVION_ADMIN_USER: who.admin,
    CHAVION_AGENTS: agentIds(roster),
    CHAVION_LANG: settings.CHAVION_LANG,
    CHAVION_TZ: settings.CHAVION_TZ,
    CHAVION_EXECUTOR_FOLDER: CONTAINER_PATHS.state,
    CHAVION_RULES_FOLDER: CONTAINER_PATHS.rules,
    CHAVION_DROP_TO: undefined,
  } satisfies Record<Exclude<keyof ExecutorSettings, Rooms>, string | undefined>;
  return environmentFile({ ...withoutAbsent(own), HOME: CONTAINER_PATHS.state, TZ: settings.CHAVION_TZ });
}

/** As `node --env-file` reads it: nothing inside single quotes means anything but themselves. */
export function environmentFile(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}=${quoted(name, value)}\n`)
    .join('');
}

function quoted(name: string, value: string): string {
  if (!/['\n\r]/.test(value)) return `'${value}'`;
  // JSON has another way to write an apostrophe; nothing else of ours holds one.
  if (value.startsWith('{')) return `'${value.replaceAll("'", String.raw`\u0027`)}'`;
  throw new Error(`${name} holds a quote or a line break`);
}
