import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { registration } from '../../synapse/registration.ts';
import { homeserverConfig, logConfig } from '../../synapse/homeserver-config.ts';
import { people } from '../../synapse/residents.ts';
import { bareEnvironment, proxyEnvironment, storedKeys } from '../config/environment.ts';
import type { Environment } from '../config/environment.ts';
import type { Loaded } from '../config/load.ts';
import type { RoomId } from '../protocol/ids.ts';
import { ProviderSettings, type SwarmSettings } from '../protocol/settings.ts';
import type { Accounts, Part } from './instance/accounts.ts';
import { writeSecret, writeSecretJson } from './instance/files.ts';
import type { DataPaths, Instance } from './instance/instance.ts';
import { INSTANCE_VARIABLE } from './instance/processes.ts';
import { redisAnswers, redisConfig, redisSays, redisUrl } from './redis.ts';
import type { Secrets } from './instance/secrets.ts';
import type { PartPlan } from './supervision/supervisor.ts';

/** All that the plans of the parts are made from. */
export interface House {
  readonly project: string;
  readonly environment: Environment;
  readonly loaded: Loaded;
  readonly paths: DataPaths;
  readonly instance: Instance;
  readonly secrets: Secrets;
  readonly accounts: Accounts | undefined;
  readonly folder: (part: Part) => string;
}

export const homeserverUrl = ({ loaded }: House): string => `http://127.0.0.1:${loaded.settings.CHAVION_SYNAPSE_PORT}`;

export const own = (house: House, part: Part, folder: string): Record<string, string> => ({
  ...bareEnvironment(house.environment),
  HOME: folder,
  TZ: house.loaded.settings.CHAVION_TZ,
  [INSTANCE_VARIABLE]: house.instance.id,
  CHAVION_PART: part,
});

export const log = (house: House, part: Part): string => join(house.paths.logs, `${part}.log`);

export function redisPlan(house: House, rights: { readonly channelRights: boolean; readonly readRights: boolean }): PartPlan {
  const folder = house.folder('redis');
  const owner = house.accounts?.redis;
  const port = house.loaded.settings.CHAVION_REDIS_PORT;
  const file = join(folder, 'redis.conf');
  writeSecret(file, redisConfig({ port, folder, passwords: house.secrets.redis, bind: house.loaded.settings.CHAVION_REDIS_LISTEN, ...rights }), owner);
  return {
    part: 'redis',
    program: 'redis-server',
    args: [file],
    cwd: folder,
    environment: () => own(house, 'redis', folder),
    owner,
    log: log(house, 'redis'),
    answers: () => redisAnswers(port, house.secrets.redis.launcher),
    alive: async () => (await redisSays(port, house.secrets.redis.launcher)) !== '',
    graceMs: 10_000,
  };
}

export function synapsePlan(house: House, python: string): PartPlan {
  const folder = house.folder('synapse');
  const owner = house.accounts?.synapse;
  const { settings } = house.loaded;
  const write = (name: string, value: unknown) => writeSecretJson(join(folder, name), value, owner);
  write('homeserver.yaml', homeserverConfig(settings, house.secrets.synapse, folder));
  write('log.yaml', logConfig(folder));
  write('appservice.yaml', registration(settings, house.secrets.appservice));
  return {
    part: 'synapse',
    program: python,
    args: ['-m', 'synapse.app.homeserver', '-c', join(folder, 'homeserver.yaml')],
    cwd: folder,
    environment: () => own(house, 'synapse', folder),
    owner,
    log: log(house, 'synapse'),
    answers: () => answers200(`${homeserverUrl(house)}/health`),
    alive: () => saysAnything(`${homeserverUrl(house)}/health`),
    graceMs: 15_000,
  };
}

/**
 * A part of our own. Where it gives up root, packages still load modules later, and the project may lie where its
 * account finds no way in (a clone in /root): the way through its working folder stays open to it (proc_pid_cwd(5)).
 */
export function nodeProgram({ separated, project }: { readonly separated: boolean; readonly project: string }, file: string): Pick<PartPlan, 'program' | 'args' | 'cwd'> {
  const entry = !separated ? [join(project, file)] : ['--preserve-symlinks', '--preserve-symlinks-main', join('/proc/self/cwd', file)];
  // DEP0060: a dependency of matrix-bot-sdk; it would be the first line of every log.
  return { program: process.execPath, args: ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0060', ...entry], cwd: project };
}

const ENTRY = 'bots/main.ts';

export const swarmExists = (house: House): boolean => existsSync(join(house.project, ENTRY));

export function swarmPlan(house: House, rooms: () => { hq: RoomId; ops: RoomId }): PartPlan {
  const folder = house.folder('swarm');
  const { settings } = house.loaded;
  const owner = house.accounts?.swarm;
  return {
    part: 'swarm',
    ...nodeProgram({ separated: house.accounts !== undefined, project: house.project }, ENTRY),
    environment: () => ({
      ...own(house, 'swarm', folder),
      ...proxyEnvironment(house.environment),
      ...providerKeys(house),
      ...present({
        CHAVION_HOMESERVER_URL: homeserverUrl(house),
        CHAVION_SERVER_NAME: settings.CHAVION_SERVER_NAME,
        CHAVION_APPSERVICE_PORT: String(settings.CHAVION_APPSERVICE_PORT),
        CHAVION_API_PORT: String(settings.CHAVION_API_PORT),
        CHAVION_PREVIEW_PORT: String(settings.CHAVION_PREVIEW_PORT),
        CHAVION_PREVIEW_URL: settings.CHAVION_PREVIEW_URL,
        CHAVION_API_URL: settings.CHAVION_API_URL,
        CHAVION_LISTEN: settings.CHAVION_LISTEN,
        CHAVION_APPSERVICE_LISTEN: undefined,
        CHAVION_PUBLIC_URL: settings.CHAVION_PUBLIC_URL,
        CHAVION_APPSERVICE_TOKEN: house.secrets.appservice.appservice,
        CHAVION_HOMESERVER_TOKEN: house.secrets.appservice.homeserver,
        CHAVION_REDIS_URL: redisUrl('swarm', house.secrets.redis.swarm, settings.CHAVION_REDIS_PORT),
        CHAVION_ADMIN_USER: people(settings.CHAVION_SERVER_NAME).admin,
        CHAVION_HQ_ROOM: rooms().hq,
        CHAVION_OPS_ROOM: rooms().ops,
        CHAVION_LANG: settings.CHAVION_LANG,
        CHAVION_TZ: settings.CHAVION_TZ,
        CHAVION_ROSTER_JSON: JSON.stringify(house.loaded.roster),
        CHAVION_REHEARSAL: settings.CHAVION_REHEARSAL,
        // It needs root to read its modules, and gives it up before it opens a port.
        CHAVION_DROP_TO: owner && `${owner.uid}:${owner.gid}`,
      } satisfies Record<keyof SwarmSettings, string | undefined>),
    }),
    log: log(house, 'swarm'),
    answers: () => answers200(`http://127.0.0.1:${settings.CHAVION_APPSERVICE_PORT}/health`),
    alive: () => saysAnything(`http://127.0.0.1:${settings.CHAVION_APPSERVICE_PORT}/health`),
    graceMs: 15_000,
  };
}

/** Keys and addresses of the providers, those too that the roster names for endpoints of its own. */
export function providerKeys({ environment, paths, loaded }: Pick<House, 'environment' | 'paths' | 'loaded'>): Record<string, string> {
  const names = new Set([...Object.keys(ProviderSettings.shape), ...loaded.roster.agents.flatMap((agent) => agent.endpoint?.keyEnv ?? [])]);
  const all = { ...storedKeys(paths.keys), ...environment };
  return Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)));
}

export const present = (values: Readonly<Record<string, string | undefined>>): Record<string, string> =>
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
