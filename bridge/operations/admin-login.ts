import { z } from 'zod';
import { HomeserverClient, HomeserverError, Nothing } from '../../synapse/client.ts';
import { localAddress } from '../../synapse/homeserver-config.ts';
import { people } from '../../synapse/residents.ts';
import { loadSettings } from '../config/load.ts';
import { Refusal } from '../config/refusal.ts';
import { readJson, writeSecretJson } from '../launcher/files.ts';
import { dataPaths } from '../launcher/instance.ts';
import { holder } from '../launcher/lock.ts';
import { random, Secrets } from '../launcher/secrets.ts';
import { adminLoginText } from '../text/admin.ts';
import { operationsText } from '../text/operations.ts';
import type { Asked } from './verbs.ts';

const Devices = z.object({ devices: z.array(z.object({ device_id: z.string() })) });

/** `npm start -- admin-login [--new]`: what Synapse Admin asks for. Returns the exit code. */
export async function adminLogin({ project, environment, args, terminal }: Asked): Promise<number> {
  const anew = args[0] === '--new';
  if (args.length > (anew ? 1 : 0)) {
    terminal.say(adminLoginText.usage);
    return 2;
  }
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  let secrets = readJson(paths.secrets, Secrets);
  if (secrets === undefined) throw new Refusal(operationsText.noHouse(paths.data));
  const { admin } = people(settings.CHAVION_SERVER_NAME);
  if (anew) {
    if (holder(paths.lock) === undefined || secrets.adminToken === undefined) throw new Refusal(operationsText.notRunning);
    const before = secrets;
    secrets = { ...before, passwords: { ...before.passwords, admin: random() } };
    // Written down first: a password that nobody knows would lock the house out.
    writeSecretJson(paths.secrets, secrets);
    try {
      await change(new HomeserverClient(`http://127.0.0.1:${settings.CHAVION_SYNAPSE_PORT}`), admin, secrets);
    } catch (error) {
      writeSecretJson(paths.secrets, before);
      if (error instanceof HomeserverError || error instanceof TypeError) throw new Refusal(operationsText.notRunning);
      throw error;
    }
  }
  terminal.say(adminLoginText.login(settings.CHAVION_PUBLIC_URL ?? localAddress(settings), admin, secrets.passwords.admin));
  return 0;
}

/** Everybody who was signed in with the old one is signed out, but for the house itself. */
async function change(client: HomeserverClient, admin: string, { adminToken: token, passwords }: Secrets): Promise<void> {
  const user = encodeURIComponent(admin);
  const { device_id: own } = await client.call('GET', '/_matrix/client/v3/account/whoami', z.object({ device_id: z.string() }), { token });
  await client.call('POST', `/_synapse/admin/v1/reset_password/${user}`, Nothing, { token, body: { new_password: passwords.admin, logout_devices: false } });
  const { devices } = await client.call('GET', `/_synapse/admin/v2/users/${user}/devices`, Devices, { token });
  await client.call('POST', `/_synapse/admin/v2/users/${user}/delete_devices`, Nothing, { token, body: { devices: devices.map(({ device_id }) => device_id).filter((id) => id !== own) } });
}
