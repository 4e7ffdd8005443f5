import { HomeserverError, Nothing } from '../../synapse/client.ts';
import { openPerson, standingOf } from '../../synapse/own-accounts.ts';
import { people } from '../../synapse/residents.ts';
import { loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { tellLauncher } from '../launcher/control.ts';
import { readJson, writeSecretJson } from '../launcher/instance/files.ts';
import { dataPaths } from '../launcher/instance/instance.ts';
import { holder } from '../launcher/instance/lock.ts';
import { random, Secrets, typeable } from '../launcher/instance/secrets.ts';
import { UserId } from '../protocol/ids.ts';
import { operationsText } from '../text/terminal/operations.ts';
import { type AtHomeserver, atHomeserver } from './at-homeserver.ts';
import type { VerbRequest } from './verbs.ts';

/** `npm start -- reset-password [account]`: a new one, and every device signed out. Returns the exit code. */
export async function resetPassword(asked: VerbRequest, stop: AbortSignal): Promise<number> {
  const { project, environment, args, terminal } = asked;
  if (args.length > 1 || args[0]?.startsWith('-') === true) {
    terminal.say(operationsText.resetUsage);
    return 2;
  }
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  if (readJson(paths.secrets, Secrets) === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
  const { master, admin, executor } = people(settings.CHAVION_SERVER_NAME);
  const user = userOf(args[0], master, settings.CHAVION_SERVER_NAME);
  if (user === admin || user === executor || user.startsWith('@agent_'))
    throw new ConfigRefusal(operationsText.notForPeople(user));
  const password = typeable();
  await atHomeserver(asked, stop, async (at) => {
    const standing = await standingOf(at.client, at.token, user);
    if (standing === null) throw new ConfigRefusal(operationsText.nobody(user));
    // Whom `!admin remove` has signed out for good comes back by `!admin invite` alone.
    if (user !== master && standing.deactivated) throw new ConfigRefusal(operationsText.closedAccount(user));
    const keep = (change: (passwords: Secrets['passwords']) => Secrets['passwords']) => {
      const secrets = readJson(paths.secrets, Secrets);
      if (user === master && secrets !== undefined)
        writeSecretJson(paths.secrets, { ...secrets, passwords: change(secrets.passwords) });
      return secrets?.passwords.master ?? '';
    };
    // Written down first: a password that nobody knows would lock the owner out.
    const before = keep((passwords) => ({ ...passwords, master: password }));
    try {
      await newPassword(at, user, password);
    } catch (cause) {
      // No answer: it may have been done, so what was written down stays, and the same once more makes it true.
      if (!(cause instanceof HomeserverError)) throw new ConfigRefusal(operationsText.perhapsReset(user), { cause });
      keep((passwords) => ({ ...passwords, master: before }));
      throw new ConfigRefusal(operationsText.notReset(user, cause.status), { cause });
    }
    if (user === master && at.running) await tellLauncher(paths, 'new-password');
  });
  terminal.mark(true, operationsText.newPassword(user, password)[terminal.lang]());
  return 0;
}

/** Whoever was locked, suspended or closed can log in again too. */
async function newPassword({ client, token }: AtHomeserver, user: UserId, password: string): Promise<void> {
  await openPerson(client, token, user);
  await client.call('POST', `/_synapse/admin/v1/reset_password/${encodeURIComponent(user)}`, Nothing, {
    token,
    body: { new_password: password, logout_devices: true },
  });
}

function userOf(word: string | undefined, master: UserId, serverName: string): UserId {
  if (word === undefined) return master;
  const parsed = UserId.safeParse(
    word.startsWith('@') && word.includes(':') ? word : `@${word.replace(/^@/, '')}:${serverName}`,
  );
  if (!parsed.success) throw new ConfigRefusal(operationsText.nobody(word));
  return parsed.data;
}

/**
 * `npm start -- rotate-secrets`: between homeserver and swarm, and of Redis. The homeserver
 * keeps what it could not push meanwhile and pushes it with the new token.
 */
export async function rotateSecrets({ project, environment, terminal }: VerbRequest): Promise<number> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const secrets = readJson(paths.secrets, Secrets);
  if (secrets === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
  const running = holder(paths.lock) !== undefined;
  const next: Secrets = {
    ...secrets,
    appservice: { appservice: random(), homeserver: random() },
    redis: { launcher: random(), swarm: random(), executor: random() },
  };
  writeSecretJson(paths.secrets, next);
  if (running && !(await tellLauncher(paths, 'start-anew'))) throw new ConfigRefusal(operationsText.launcherDeaf);
  terminal.mark(true, operationsText.rotated(running)[terminal.lang]());
  return 0;
}
