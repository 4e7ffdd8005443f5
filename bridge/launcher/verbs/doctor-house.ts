import { z } from 'zod';
import { HomeserverClient, HomeserverError } from '../../../synapse/client.ts';
import { opens, type AccountStanding, standingOf } from '../../../synapse/own-accounts.ts';
import { Remembered } from '../../../synapse/provision.ts';
import { ghosts, people } from '../../../synapse/residents.ts';
import { readRoom } from '../../../synapse/room-state.ts';
import type { Loaded } from '../../config/load.ts';
import { STANDING_TYPE, offIn } from '../../protocol/standing.ts';
import type { Phrase } from '../../text/say.ts';
import { doctorInstanceText } from '../../text/terminal/house.ts';
import { readJson } from '../instance/files.ts';
import type { DataPaths } from '../instance/instance.ts';
import { Secrets } from '../instance/secrets.ts';

export interface HouseFinding {
  readonly good: boolean | 'note';
  readonly said: Phrase;
}

/** How the house's accounts and rooms stand at the homeserver that runs. Nothing where it does not answer: that is said elsewhere. */
export async function instanceFindings(
  paths: DataPaths,
  { settings, roster }: Loaded,
): Promise<readonly HouseFinding[]> {
  const secrets = readJson(paths.secrets, Secrets);
  const token = secrets?.adminToken;
  if (secrets === undefined || token === undefined) return [];
  const client = new HomeserverClient(`http://127.0.0.1:${settings.CHAVION_SYNAPSE_PORT}`);
  const who = people(settings.CHAVION_SERVER_NAME);
  try {
    const accounts = await Promise.all(
      [who.admin, who.executor, who.coordinator].map(async (user) => ({
        user,
        standing: await standingOf(client, token, user),
      })),
    );
    const shut = accounts.filter(({ standing }) => standing === null || !isWell(standing)).map(({ user }) => user);
    const own: HouseFinding =
      shut.length === 0
        ? { good: true, said: doctorInstanceText.accounts }
        : { good: false, said: doctorInstanceText.shut(shut) };
    return [
      own,
      ...(await masterFinding(client, token, { userId: who.master, password: secrets.passwords.master })),
      ...(await roomFindings()),
    ];
  } catch (error) {
    if (error instanceof HomeserverError && (error.status === 401 || error.status === 403))
      return [{ good: false, said: doctorInstanceText.adminOut }];
    if (error instanceof HomeserverError || error instanceof TypeError || error instanceof z.ZodError) return [];
    throw error;
  }

  async function roomFindings(): Promise<readonly HouseFinding[]> {
    const rooms = readJson(paths.provision, Remembered)?.rooms;
    if (rooms === undefined || token === undefined) return [];
    const { hq: hqRoom, ops: opsRoom, memory: memoryRoom } = rooms;
    const [hq, ops, memory] = await Promise.all(
      // A house of before there was a memory room gets it at its next start.
      [hqRoom, opsRoom, memoryRoom ?? hqRoom].map((room) => readRoom(client, token, room)),
    );
    const found: HouseFinding[] = [];
    if (hq == null || ops == null) found.push({ good: false, said: doctorInstanceText.gone });
    else if (memory == null) found.push({ good: false, said: doctorInstanceText.memoryGone });
    else found.push({ good: true, said: doctorInstanceText.rooms });
    if ([hq, ops].some((room) => room?.content('m.room.encryption') !== undefined))
      found.push({ good: false, said: doctorInstanceText.encrypted });
    const names = new Map(ghosts(roster, settings.CHAVION_SERVER_NAME).map(({ userId, name }) => [userId, name]));
    const off = [...offIn(hq?.content(STANDING_TYPE)).keys()].flatMap((user) => names.get(user) ?? []);
    const away =
      hq == null
        ? []
        : [...names].filter(([user, name]) => !hq.joined.has(user) && !off.includes(name)).map(([, name]) => name);
    if (off.length > 0) found.push({ good: 'note', said: doctorInstanceText.off(off) });
    if (away.length > 0) found.push({ good: 'note', said: doctorInstanceText.away(away) });
    return found;
  }
}

const isWell = ({ deactivated, locked, suspended, shadow_banned }: AccountStanding): boolean =>
  !deactivated && !locked && !suspended && !shadow_banned;

async function masterFinding(
  client: HomeserverClient,
  token: string,
  master: Parameters<typeof opens>[1],
): Promise<readonly HouseFinding[]> {
  const standing = await standingOf(client, token, master.userId);
  if (standing !== null && !isWell(standing))
    return [{ good: false, said: doctorInstanceText.masterShut(master.userId) }];
  return (await opens(client, master)) ? [] : [{ good: 'note', said: doctorInstanceText.otherPassword(master.userId) }];
}
