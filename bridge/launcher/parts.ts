import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registration } from '../../synapse/registration.ts';
import { homeserverConfig, logConfig } from '../../synapse/homeserver-config.ts';
import { people } from '../../synapse/residents.ts';
import { bareEnvironment, proxyEnvironment, storedKeys } from '../config/environment.ts';
import type { Environment } from '../config/environment.ts';
import type { Loaded } from '../config/load.ts';
import type { RoomId } from '../protocol/ids.ts';
import { modelFacts } from '../protocol/models.ts';
import { ProviderSettings, type SwarmSettings } from '../protocol/settings.ts';
import type { Accounts, Part } from './instance/accounts.ts';
import { writeSecret, writeSecretJson } from './instance/files.ts';
import type { DataPaths, Instance } from './instance/instance.ts';
import { INSTANCE_VARIABLE } from './instance/processes.ts';
import { redisAnswers, redisConfig, redisSays, redisUrl } from './redis.ts';
import type { Secrets } from './instance/secrets.ts';
import type { PartPlan } from './supervision/supervisor.ts';

/** All that the plans of the parts are made from. */
export interface LaunchContext {
  readonly project: string;
  readonly environment: Environment;
  readonly loaded: Loaded;
  readonly paths: DataPaths;
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly accounts: Accounts | undefined;
  readonly folder: (part: Part) => string;
}

export const homeserverUrl = ({ loaded }: Pick<LaunchContext, 'loaded'>): string =>
  `http://127.0.0.1:${loaded.settings.CHAVION_SYNAPSE_PORT}`;

export const own = (context: LaunchContext, part: Part, folder: string): Record<string, string> => ({
  ...bareEnvironment(context.environment),
  HOME: folder,
  TZ: context.loaded.settings.CHAVION_TZ,
  [INSTANCE_VARIABLE]: context.instance.id,
  CHAVION_PART: part,
});

export const log = (context: LaunchContext, part: Part): string => join(context.paths.logs, `${part}.log`);

export function redisPlan(
  context: LaunchContext,
  rights: { readonly channelRights: boolean; readonly readRights: boolean },
): PartPlan {
  const folder = context.folder('redis');
  const owner = context.accounts?.redis;
  const port = context.loaded.settings.CHAVION_REDIS_PORT;
  const file = join(folder, 'redis.conf');
  writeSecret(
    file,
    redisConfig({
      port,
      folder,
      passwords: context.secrets.redis,
      bind: context.loaded.settings.CHAVION_REDIS_LISTEN,
      ...rights,
    }),
    owner,
  );
  return {
    part: 'redis',
    program: 'redis-server',
    args: [file],
    cwd: folder,
    environment: () => own(context, 'redis', folder),
    owner,
    log: log(context, 'redis'),
    answers: () => redisAnswers(port, context.secrets.redis.launcher),
    alive: async () => (await redisSays(port, context.secrets.redis.launcher)) !== '',
    graceMs: 10_000,
  };
}

export function synapsePlan(context: LaunchContext, python: string): PartPlan {
  const folder = context.folder('synapse');
  const owner = context.accounts?.synapse;
  const { settings } = context.loaded;
  const write = (name: string, value: unknown) => writeSecretJson(join(folder, name), value, owner);
  write('homeserver.yaml', homeserverConfig(settings, context.secrets.synapse, folder));
  write('log.yaml', logConfig(folder));
  write('appservice.yaml', registration(settings, context.secrets.appservice));
  return {
    part: 'synapse',
    program: python,
    args: ['-m', 'synapse.app.homeserver', '-c', join(folder, 'homeserver.yaml')],
    cwd: folder,
    environment: () => own(context, 'synapse', folder),
    owner,
    log: log(context, 'synapse'),
    answers: () => answers200(`${homeserverUrl(context)}/health`),
    alive: () => saysAnything(`${homeserverUrl(context)}/health`),
    graceMs: 15_000,
  };
}

/**
 * A part of our own. Where it gives up root, packages still load modules later, and the project may lie where its
 * account finds no way in (a clone in /root): the way through its working folder stays open to it (proc_pid_cwd(5)).
 */
export function nodeProgram(
  { separated, project }: { readonly separated: boolean; readonly project: string },
  file: string,
): Pick<PartPlan, 'program' | 'args' | 'cwd'> {
  const entry = !separated
    ? [join(project, file)]
    : ['--preserve-symlinks', '--preserve-symlinks-main', join('/proc/self/cwd', file)];
  // DEP0060: a dependency of matrix-bot-sdk; it would be the first line of every log.
  return {
    program: process.execPath,
    args: ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0060', ...entry],
    cwd: project,
  };
}

const ENTRY = 'bots/main.ts';

export const swarmExists = (context: LaunchContext): boolean => existsSync(join(context.project, ENTRY));

export function swarmPlan(context: LaunchContext, rooms: () => { hq: RoomId; ops: RoomId; memory: RoomId }): PartPlan {
  const folder = context.folder('swarm');
  const { settings } = context.loaded;
  return {
    part: 'swarm',
    ...nodeProgram({ separated: context.accounts !== undefined, project: context.project }, ENTRY),
    environment: () => ({
      ...own(context, 'swarm', folder),
      ...proxyEnvironment(context.environment),
      ...providerKeys(context),
      ...swarmSettings(context, rooms()),
    }),
    log: log(context, 'swarm'),
    answers: () => answers200(`http://127.0.0.1:${settings.CHAVION_APPSERVICE_PORT}/health`),
    alive: () => saysAnything(`http://127.0.0.1:${settings.CHAVION_APPSERVICE_PORT}/health`),
    graceMs: 15_000,
  };
}

/** What the swarm is told, keys of providers apart. */
export function swarmSettings(
  { loaded, secrets, accounts }: Pick<LaunchContext, 'loaded' | 'secrets' | 'accounts'>,
  rooms: { readonly hq: RoomId; readonly ops: RoomId; readonly memory: RoomId },
): Record<string, string> {
  const { settings, roster } = loaded;
  const owner = accounts?.swarm;
  return withoutAbsent({
    CHAVION_HOMESERVER_URL: homeserverUrl({ loaded }),
    CHAVION_SERVER_NAME: settings.CHAVION_SERVER_NAME,
    CHAVION_APPSERVICE_PORT: String(settings.CHAVION_APPSERVICE_PORT),
    CHAVION_API_PORT: String(settings.CHAVION_API_PORT),
    CHAVION_PREVIEW_PORT: String(settings.CHAVION_PREVIEW_PORT),
    CHAVION_PREVIEW_URL: settings.CHAVION_PREVIEW_URL,
    CHAVION_API_URL: settings.CHAVION_API_URL,
    CHAVION_LISTEN: settings.CHAVION_LISTEN,
    CHAVION_APPSERVICE_LISTEN: undefined,
    CHAVION_PUBLIC_URL: settings.CHAVION_PUBLIC_URL,
    CHAVION_APPSERVICE_TOKEN: secrets.appservice.appservice,
    CHAVION_HOMESERVER_TOKEN: secrets.appservice.homeserver,
    CHAVION_REDIS_URL: redisUrl('swarm', secrets.redis.swarm, settings.CHAVION_REDIS_PORT),
    CHAVION_ADMIN_USER: people(settings.CHAVION_SERVER_NAME).admin,
    CHAVION_HQ_ROOM: rooms.hq,
    CHAVION_OPS_ROOM: rooms.ops,
    CHAVION_MEMORY_ROOM: rooms.memory,
    CHAVION_LANG: settings.CHAVION_LANG,
    CHAVION_TZ: settings.CHAVION_TZ,
    CHAVION_ROSTER_JSON: JSON.stringify(roster),
    CHAVION_REHEARSAL: settings.CHAVION_REHEARSAL,
    // It needs root to read its modules, and gives it up before it opens a port.
    CHAVION_DROP_TO: owner && `${owner.uid}:${owner.gid}`,
  } satisfies Record<keyof SwarmSettings, string | undefined>);
}

/** Keys and addresses of the providers, those too that the roster names for endpoints of its own. */
export function providerKeys({
  environment,
  paths,
  loaded,
}: Pick<LaunchContext, 'environment' | 'paths' | 'loaded'>): Record<string, string> {
  const names = new Set([
    ...Object.keys(ProviderSettings.shape),
    ...loaded.roster.agents.flatMap((agent) => agent.endpoint?.keyEnv ?? []),
  ]);
  const all = { ...storedKeys(paths.keys), ...environment };
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

/** Models with which nobody rehearses though there is no key for them: a server at home mostly wants none. */
export const keylessModels = ({ roster }: Pick<Loaded, 'roster'>): readonly string[] =>
  roster.agents.flatMap(({ model, fallback, endpoint }) =>
    endpoint === undefined || endpoint.keyEnv !== undefined
      ? []
      : [model, fallback ?? ''].filter((name) => modelFacts(name).endpoint === true),
  );

/** Whether all agents rehearse for want of a model. */
export const allRehearse = (loaded: Pick<Loaded, 'roster'>, keys: Readonly<Record<string, string>>): boolean =>
  keylessModels(loaded).length === 0 && Object.keys(keys).every((name) => name.endsWith('_BASE_URL'));

export const withoutAbsent = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
  Object.fromEntries(Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined));

/** Whether something at this address says that all is well. */
export const answers200 = async (url: string): Promise<boolean> => (await statusOf(url, 2_000)) === 200;

const saysAnything = async (url: string): Promise<boolean> => (await statusOf(url, 10_000)) !== null;

async function statusOf(url: string, withinMs: number): Promise<number | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(withinMs) });
    await response.arrayBuffer();
    return response.status;
  } catch {
    return null;
  }
}
