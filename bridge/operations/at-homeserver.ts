import { HomeserverClient, HomeserverError } from '../../synapse/client.ts';
import { adminToken } from '../../synapse/own-accounts.ts';
import { people } from '../../synapse/residents.ts';
import { loadConfiguration } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { ensureAccounts } from '../launcher/instance/accounts.ts';
import { readJson, writeSecretJson } from '../launcher/instance/files.ts';
import { dataPaths, isRoot, keptInstance, partFolders } from '../launcher/instance/instance.ts';
import { endLeftovers } from '../launcher/supervision/leftovers.ts';
import { holder } from '../launcher/instance/lock.ts';
import { synapsePlan } from '../launcher/parts.ts';
import { prerequisites } from '../launcher/instance/prerequisites.ts';
import { Secrets } from '../launcher/instance/secrets.ts';
import { takeHouse } from '../launcher/supervision/take-house.ts';
import { operationsText } from '../text/terminal/operations.ts';
import type { VerbRequest } from './verbs.ts';

export interface AtHomeserver {
  readonly client: HomeserverClient;
  /** An administrator's. */
  readonly token: string;
  /** The whole house is on. */
  readonly running: boolean;
}

/**
 * Does something at this house's homeserver as its administrator. Where the house is off, the homeserver alone is
 * started for as long as that takes. Throws a `Refusal` where there is no house, or it does not answer.
 */
export async function atHomeserver<T>(
  asked: Pick<VerbRequest, 'project' | 'environment' | 'terminal'>,
  stop: AbortSignal,
  work: (at: AtHomeserver) => Promise<T>,
): Promise<T> {
  const { project, environment, terminal } = asked;
  const loaded = loadConfiguration(environment, project);
  const paths = dataPaths(project, loaded.settings);
  const instance = keptInstance(paths, loaded.settings);
  const secrets = readJson(paths.secrets, Secrets);
  if (instance === undefined || secrets === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
  const client = new HomeserverClient(`http://127.0.0.1:${loaded.settings.CHAVION_SYNAPSE_PORT}`);
  const asAdmin = async (running: boolean): Promise<T> => {
    const { admin } = people(instance.serverName);
    const token = await adminToken(
      client,
      { userId: admin, password: secrets.passwords.admin, admin: true, name: admin },
      secrets.adminToken,
      secrets.synapse.registration,
    );
    if (token !== secrets.adminToken) writeSecretJson(paths.secrets, { ...secrets, adminToken: token });
    return work({ client, token, running });
  };
  if (holder(paths.lock) !== undefined) {
    return asAdmin(true).catch((error: unknown) => {
      if (error instanceof TypeError || (error instanceof HomeserverError && error.status >= 500))
        throw new ConfigRefusal(operationsText.notRunning, { cause: error });
      throw error;
    });
  }
  await using supervision = takeHouse(paths, terminal);
  const { synapsePython } = await prerequisites(environment, `${paths.logs}/install.log`, terminal, stop);
  await endLeftovers(instance, paths, terminal);
  process.umask(0o077);
  const accounts = isRoot() ? await ensureAccounts() : undefined;
  const house = {
    project,
    environment,
    loaded,
    paths,
    instance,
    secrets,
    accounts,
    folder: partFolders(instance, paths, accounts),
  };
  await supervision.run(synapsePlan(house, synapsePython), 'Synapse', stop);
  return await asAdmin(false);
}
