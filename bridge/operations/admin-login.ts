import { z } from 'zod';
import { type HomeserverClient, Nothing } from '../../synapse/client.ts';
import { localAddress } from '../../synapse/homeserver-config.ts';
import { people } from '../../synapse/residents.ts';
import type { UserId } from '../protocol/ids.ts';
import { loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { readJson, writeSecretJson } from '../launcher/instance/files.ts';
import { dataPaths } from '../launcher/instance/instance.ts';
import { random, Secrets } from '../launcher/instance/secrets.ts';
import { adminLoginText } from '../text/room/admin.ts';
import { operationsText } from '../text/terminal/operations.ts';
import { atHomeserver } from './at-homeserver.ts';
import type { VerbRequest } from './verbs.ts';

const Devices = z.object({ devices: z.array(z.object({ device_id: z.string() })) });

/** `npm start -- admin-login [--new]`: what Ketesa asks for. Returns the exit code. */
export async function adminLogin(asked: VerbRequest, stop: AbortSignal): Promise<number> {
  const { project, environment, args, terminal } = asked;
  const anew = args[0] === '--new';
  if (args.length > (anew ? 1 : 0)) {
    terminal.say(adminLoginText.usage);
    return 2;
  }
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const kept = () => {
    const secrets = readJson(paths.secrets, Secrets);
    if (secrets === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
    return secrets;
  };
  const { admin } = people(settings.CHAVION_SERVER_NAME);
  kept();
  if (anew) {
    await atHomeserver(asked, stop, async ({ client, token }) => {
      const before = kept();
      const password = random();
      // Written down first: should the homeserver have changed it and not said so, the house still knows it.
      writeSecretJson(paths.secrets, { ...before, passwords: { ...before.passwords, admin: password } });
      try {
        await change(client, token, admin, password);
      } catch (error) {
        writeSecretJson(paths.secrets, before);
        throw error;
      }
    });
  }
  terminal.say(
    adminLoginText.login(settings.CHAVION_PUBLIC_URL ?? localAddress(settings), admin, kept().passwords.admin),
  );
  return 0;
}

/** Everybody who was signed in with the old one is signed out, but for the house itself. */
async function change(client: HomeserverClient, token: string, admin: UserId, password: string): Promise<void> {
  const user = encodeURIComponent(admin);
  const { device_id: own } = await client.call(
    'GET',
    '/_matrix/client/v3/account/whoami',
    z.object({ device_id: z.string() }),
    { token },
  );
  await client.call('POST', `/_synapse/admin/v1/reset_password/${user}`, Nothing, {
    token,
    body: { new_password: password, logout_devices: false },
  });
  const { devices } = await client.call('GET', `/_synapse/admin/v2/users/${user}/devices`, Devices, { token });
  await client.call('POST', `/_synapse/admin/v2/users/${user}/delete_devices`, Nothing, {
    token,
    body: { devices: devices.map(({ device_id }) => device_id).filter((id) => id !== own) },
  });
}
