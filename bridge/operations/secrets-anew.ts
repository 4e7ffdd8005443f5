import { z } from 'zod';
import { HomeserverClient, HomeserverError, Nothing } from '../../synapse/client.ts';
import { people } from '../../synapse/residents.ts';
import { loadSettings } from '../config/load.ts';
import { Refusal } from '../config/refusal.ts';
import { tellLauncher } from '../launcher/control.ts';
import { readJson, writeSecretJson } from '../launcher/files.ts';
import { dataPaths } from '../launcher/instance.ts';
import { holder } from '../launcher/lock.ts';
import { random, Secrets, typeable } from '../launcher/secrets.ts';
import { UserId } from '../protocol/ids.ts';
import { operationsText } from '../text/operations.ts';
import type { Asked } from './verbs.ts';

/** `npm start -- reset-password [account]`: a new one, and every device signed out. Returns the exit code. */
export async function resetPassword({ project, environment, args, terminal }: Asked): Promise<number> {
  if (args.length > 1 || args[0]?.startsWith('-') === true) {
    terminal.say(operationsText.resetUsage);
    return 2;
  }
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const secrets = readJson(paths.secrets, Secrets);
  if (secrets === undefined) throw new Refusal(operationsText.noHouse(paths.data));
  if (holder(paths.lock) === undefined || secrets.adminToken === undefined) throw new Refusal(operationsText.notRunning);
  const { master, admin, executor } = people(settings.CHAVION_SERVER_NAME);
  const user = userOf(args[0], master, settings.CHAVION_SERVER_NAME);
  if (user === admin || user === executor || user.startsWith('@agent_')) throw new Refusal(operationsText.notForPeople(user));
  const client = new HomeserverClient(`http://127.0.0.1:${settings.CHAVION_SYNAPSE_PORT}`);
  const password = typeable();
  if ((await client.find('GET', `/_synapse/admin/v2/users/${encodeURIComponent(user)}`, z.unknown(), { token: secrets.adminToken })) === null) throw new Refusal(operationsText.nobody(user));
  // Written down first: a password that nobody knows would lock the owner out.
  if (user === master) writeSecretJson(paths.secrets, { ...secrets, passwords: { ...secrets.passwords, master: password } });
  try {
    await client.call('POST', `/_synapse/admin/v1/reset_password/${encodeURIComponent(user)}`, Nothing, { token: secrets.adminToken, body: { new_password: password, logout_devices: true } });
  } catch (cause) {
    // No answer: it may have been done, so what was written down stays, and the same once more makes it true.
    if (!(cause instanceof HomeserverError)) throw new Refusal(operationsText.perhapsReset(user), { cause });
    if (user === master) writeSecretJson(paths.secrets, secrets);
    throw new Refusal(operationsText.notReset(user, cause.status), { cause });
  }
  if (user === master) await tellLauncher(paths, 'new-password');
  terminal.mark(true, operationsText.newPassword(user, password)[terminal.lang]());
  return 0;
}

function userOf(word: string | undefined, master: UserId, serverName: string): UserId {
  if (word === undefined) return master;
  const parsed = UserId.safeParse(word.startsWith('@') && word.includes(':') ? word : `@${word.replace(/^@/, '')}:${serverName}`);
  if (!parsed.success) throw new Refusal(operationsText.nobody(word));
  return parsed.data;
}

/**
 * `npm start -- rotate-secrets`: between homeserver and swarm, and of Redis. The homeserver
 * keeps what it could not push meanwhile and pushes it with the new token.
 */
export async function rotateSecrets({ project, environment, terminal }: Asked): Promise<number> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const secrets = readJson(paths.secrets, Secrets);
  if (secrets === undefined) throw new Refusal(operationsText.noHouse(paths.data));
  const running = holder(paths.lock) !== undefined;
  const next: Secrets = {
    ...secrets,
    appservice: { appservice: random(), homeserver: random() },
    redis: { launcher: random(), swarm: random(), executor: random() },
  };
  writeSecretJson(paths.secrets, next);
  if (running && !(await tellLauncher(paths, 'start-anew'))) throw new Refusal(operationsText.launcherDeaf);
  terminal.mark(true, operationsText.rotated(running)[terminal.lang]());
  return 0;
}
