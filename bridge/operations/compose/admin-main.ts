import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { pino } from 'pino';
import { z } from 'zod';
import { errorLabel, HomeserverClient } from '../../../synapse/client.ts';
import { HouseRooms } from '../../../synapse/house-rooms.ts';
import type { AdminRooms } from '../../../synapse/masters.ts';
import { adminToken, logInOwnAccount } from '../../../synapse/own-accounts.ts';
import { people } from '../../../synapse/residents.ts';
import { readJson, writeSecretJson } from '../../launcher/instance/files.ts';
import { RoomId } from '../../protocol/ids.ts';
import { attend } from '../admin/admin-handler.ts';
import { follow } from '../admin/follow.ts';
import { Keeper } from '../admin/keep.ts';
import { containerFacts } from './container-facts.ts';
import { CONTAINER_PATHS } from './containers.ts';
import { DESK_ORDER, AdminOrderFile } from './admin-order.ts';

/**
 * The container `desk`: what the launcher does in the rooms where there is a launcher. Carries out `!admin` and lets in
 * agents that a master has called; the only part beside `provision` that has the admin's password. Arguments: the
 * folder of the order and of the rooms' ids, and the folder to remember in.
 */
const log = pino({ name: 'desk' });
const [given = CONTAINER_PATHS.given, state = CONTAINER_PATHS.state] = process.argv.slice(2);
const order = readJson(join(given, DESK_ORDER), AdminOrderFile);
if (order === undefined) throw new Error(`no ${DESK_ORDER}: run npm start -- compose first`);
const told = z
  .object({
    CHAVION_SPACE: RoomId,
    CHAVION_HQ_ROOM: RoomId,
    CHAVION_OPS_ROOM: RoomId,
    // Not told by a `provision` of before there was such a room.
    CHAVION_MEMORY_ROOM: RoomId.optional(),
  })
  .parse(parseEnv(readFileSync(join(given, 'rooms.env'), 'utf8')));

const { serverName, lang } = order;
const who = people(serverName);
const first: HouseRooms = {
  space: told.CHAVION_SPACE,
  hq: told.CHAVION_HQ_ROOM,
  ops: told.CHAVION_OPS_ROOM,
  memory: told.CHAVION_MEMORY_ROOM,
};
/** What it has followed itself since the rooms were last told, or what was told now. */
const latest = (kept: HouseRooms | undefined): HouseRooms =>
  kept?.former?.some((room) => room === first.hq || room === first.ops || room === first.memory) === true
    ? kept
    : first;
const client = new HomeserverClient(order.homeserver);
const session = join(state, 'session.json');
let token = readJson(session, z.object({ token: z.string() }))?.token;
const asAdmin = (): AdminRooms => ({ client, token: token ?? '', who, rooms });
const facts = containerFacts({
  project: join(import.meta.dirname, '..', '..', '..'),
  state,
  api: order.door,
  client,
  token: () => token ?? '',
});

// On a device of its own: `provision` keeps the token that it has.
const DEVICE = 'CHAVION_DESK';
let signingIn: Promise<void> | undefined;
const signIn = () => (signingIn ??= signInOnce().finally(() => (signingIn = undefined)));
const signInOnce = async () => {
  const account = { userId: who.admin, password: order.adminPassword, admin: true, name: who.admin };
  const next = await adminToken(client, account, token, order.registrationSecret ?? '', DEVICE).catch(() =>
    logInOwnAccount(client, account, DEVICE),
  );
  if (next !== token) writeSecretJson(session, { token: next });
  token = next;
};
const onError = (error: unknown) =>
  log.warn(
    {
      error: errorLabel(error),
    },
    'admin desk',
  );
if (token === undefined) await signIn().catch(onError);

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => stopping.abort());
const kept = join(state, 'rooms.json');
let rooms: HouseRooms = latest(readJson(kept, HouseRooms));
const keeping = new Keeper(
  {
    house: asAdmin,
    executorPassword: order.executorPassword,
    lang,
    agents: order.silent.filter((user) => user.startsWith('@agent_')),
    signIn,
    // Swarm and executor see it for themselves; the next `up` is told by `provision`, which follows it too.
    moved: async (next) => writeSecretJson(kept, (rooms = next)),
    onKept: (what) => log.warn({ what }, 'put right'),
    onError,
  },
  stopping.signal,
);
void keeping.run();
await follow(
  {
    house: asAdmin,
    file: join(state, 'position.json'),
    silent: order.silent,
    attend: (event, room) => attend(event, room, { house: asAdmin, serverName, facts, lang, now: Date.now, log }),
    signIn,
    changed: () => keeping.lookNow(),
    onError,
    // Looked at by the health check.
    heard: () => writeFileSync(join(state, 'heard'), new Date().toISOString()),
  },
  stopping.signal,
);
process.exit(0);
