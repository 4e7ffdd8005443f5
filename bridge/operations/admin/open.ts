import { join } from 'node:path';
import { destination, pino } from 'pino';
import { errorLabel, HomeserverClient } from '../../../synapse/client.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import { adminToken } from '../../../synapse/own-accounts.ts';
import { ghosts, people } from '../../../synapse/residents.ts';
import { writeSecretJson } from '../../launcher/instance/files.ts';
import { openLog } from '../../launcher/supervision/logs.ts';
import { homeserverUrl } from '../../launcher/parts.ts';
import { loadSecrets } from '../../launcher/instance/secrets.ts';
import type { OpenInstance } from '../../launcher/start.ts';
import { attend } from './admin-handler.ts';
import { follow } from './follow.ts';
import { instanceFacts } from './house-facts.ts';
import { Keeper } from './keep.ts';
import { tellDisk } from './tell-disk.ts';
import { tellLateness } from './tell-lateness.ts';

/** The admin in the rooms, until it is disposed of. Lives in the launcher: its token is nobody else's. */
export function openAdmin(house: OpenInstance): Disposable {
  const { instance, loaded, paths } = house;
  const who = people(instance.serverName);
  const client = new HomeserverClient(homeserverUrl(house));
  const file = openLog(join(paths.logs, 'launcher.log'));
  const log = pino({ name: 'launcher' }, destination({ fd: file, sync: true }));
  const token = () => loadSecrets(paths.secrets).adminToken ?? '';
  let known = token();
  const asAdmin = (): AdminRooms => ({ client, token: known, who, rooms: house.rooms() });
  // One at a time: two would end each other's token.
  let signingIn: Promise<void> | undefined;
  const signIn = () => (signingIn ??= signInOnce().finally(() => (signingIn = undefined)));
  const signInOnce = async () => {
    const secrets = loadSecrets(paths.secrets);
    const account = { userId: who.admin, password: secrets.passwords.admin, admin: true, name: who.admin };
    known = await adminToken(client, account, secrets.adminToken, secrets.synapse.registration);
    if (known === secrets.adminToken) return;
    log.warn('signed in anew');
    writeSecretJson(paths.secrets, { ...loadSecrets(paths.secrets), adminToken: known });
  };
  const stopping = new AbortController();
  const deps = {
    house: asAdmin,
    file: paths.desk,
    silent: [
      who.admin,
      who.executor,
      ...ghosts(loaded.roster, instance.serverName)
        .map(({ userId }) => userId)
        .filter((user) => user !== who.coordinator),
    ],
    attend: (event, room) =>
      attend(event, room, {
        house: asAdmin,
        serverName: instance.serverName,
        facts: instanceFacts({ ...house, secrets: loadSecrets(paths.secrets) }),
        lang: loaded.settings.CHAVION_LANG,
        now: Date.now,
        log,
      }),
    signIn,
    onError: (error) =>
      log.warn(
        {
          error: errorLabel(error),
        },
        'admin desk',
      ),
  } satisfies Parameters<typeof follow>[0];
  const keeping = new Keeper(
    {
      house: asAdmin,
      executorPassword: house.secrets.passwords.executor,
      signIn,
      onKept: (what) => log.warn({ what }, 'put right'),
      onError: deps.onError,
      lang: loaded.settings.CHAVION_LANG,
      moved: house.moved,
      agents: ghosts(loaded.roster, instance.serverName)
        .map(({ userId }) => userId)
        .filter((user) => user !== who.coordinator),
    },
    stopping.signal,
  );
  void keeping.run();
  void follow({ ...deps, changed: () => keeping.lookNow() }, stopping.signal);
  const lateness = tellLateness({
    house: asAdmin,
    troubles: house.troubles,
    logs: paths.logs,
    lang: loaded.settings.CHAVION_LANG,
    log,
  });
  const disk = tellDisk({ house: asAdmin, disks: house.disks, lang: loaded.settings.CHAVION_LANG, log });
  return {
    [Symbol.dispose]() {
      disk[Symbol.dispose]();
      lateness[Symbol.dispose]();
      stopping.abort();
    },
  };
}
