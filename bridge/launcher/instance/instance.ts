import { randomBytes } from 'node:crypto';
import { chmodSync, chownSync, mkdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../../config/environment.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import type { Settings } from '../../protocol/settings.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import type { Accounts, Part } from './accounts.ts';
import { readJson, writeSecretJson } from './files.ts';

/** What a data folder is for ever; `data/instance.json`. */
export const Instance = z.object({
  id: z.string().regex(/^[0-9a-f]{12}$/),
  serverName: z.string(),
  /** Each part under its own system account, its files below `/var/lib/chavion`. */
  separated: z.boolean(),
});
export type Instance = z.infer<typeof Instance>;

export const SEPARATED_STATE = '/var/lib/chavion';

/** Paths of the launcher's own files; nobody else reads them. */
export function dataPaths(projectFolder: string, settings: Pick<Settings, 'CHAVION_DATA_DIR'>) {
  const data = resolve(projectFolder, settings.CHAVION_DATA_DIR);
  const at = (name: string) => join(data, name);
  return {
    data,
    instance: at('instance.json'),
    secrets: at('secrets.json'),
    provision: at('provision.json'),
    ready: at('ready.json'),
    lock: at('launcher.lock'),
    parts: at('parts.json'),
    keys: at('keys.env'),
    control: at('control.json'),
    backups: at('backups'),
    desk: at('admin-desk.json'),
    upgrade: at('upgrade.json'),
    restoring: at('restoring.json'),
    logs: at('logs'),
  };
}
export type DataPaths = ReturnType<typeof dataPaths>;

export const isRoot = (): boolean => process.getuid?.() === 0;

/** Where the Synapse environment is kept, for all data folders of this machine or of this user. */
export function cacheFolder(environment: Environment): string {
  return isRoot() ? '/var/cache/chavion' : join(environment['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), 'chavion');
}

/** What the folder holds, if anything. Throws a `Refusal` where a start would lose it. */
export function keptInstance(paths: DataPaths, settings: Pick<Settings, 'CHAVION_SERVER_NAME'>): Instance | undefined {
  const folder = statSync(paths.data, { throwIfNoEntry: false });
  if (folder === undefined) return undefined;
  if (!isRoot() && folder.uid !== process.getuid?.())
    throw new ConfigRefusal(startFaultText.otherAccount(paths.data, folder.uid === 0));
  const kept = readJson(paths.instance, Instance);
  if (kept === undefined) return undefined;
  if (kept.separated !== isRoot()) throw new ConfigRefusal(startFaultText.otherAccount(paths.data, kept.separated));
  if (kept.serverName !== settings.CHAVION_SERVER_NAME) {
    throw new ConfigRefusal(
      startFaultText.serverNameChanged(kept.serverName, settings.CHAVION_SERVER_NAME, paths.data),
    );
  }
  return kept;
}

export function openDataFolder(paths: DataPaths): void {
  makeFolder(paths.data);
  makeFolder(paths.logs);
}

/** Not made from the path: whoever deletes the data folder and begins anew would meet the homeserver of before. */
export const newInstanceId = (): string => randomBytes(6).toString('hex');

/** The name of the house is settled here, and whether its parts are separated. */
export function beginInstance(paths: DataPaths, settings: Pick<Settings, 'CHAVION_SERVER_NAME'>): Instance {
  const instance = { id: newInstanceId(), serverName: settings.CHAVION_SERVER_NAME, separated: isRoot() };
  writeSecretJson(paths.instance, instance);
  return instance;
}

function makeFolder(path: string): void {
  mkdirSync(path, { recursive: true, mode: 0o700 });
  chmodSync(path, 0o700);
}

/** Below it each part has its folder. */
export const stateRoot = (instance: Instance, paths: DataPaths): string =>
  instance.separated ? join(SEPARATED_STATE, instance.id) : paths.data;

/** The folders of the parts, each for one account alone. */
export function partFolders(
  instance: Instance,
  paths: DataPaths,
  accounts: Accounts | undefined,
): (part: Part) => string {
  const root = stateRoot(instance, paths);
  if (accounts !== undefined) {
    for (const folder of [SEPARATED_STATE, root]) {
      mkdirSync(folder, { recursive: true });
      chmodSync(folder, 0o711);
    }
  }
  return (part) => {
    const folder = join(root, part);
    makeFolder(folder);
    const owner = accounts?.[part];
    if (owner !== undefined) chownSync(folder, owner.uid, owner.gid);
    return folder;
  };
}
