import { writeFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { provision, Remembered } from '../../../synapse/provision.ts';
import { readJson, writeSecretJson } from '../../launcher/instance/files.ts';
import { HOUSE_ORDER, ProvisionOrder } from './house-order.ts';
import { CONTAINER_PATHS } from './containers.ts';
import { environmentFile } from './part-environments.ts';

/**
 * The container `provision`: accounts, rooms and residents on the homeserver of the containers, and the rooms' ids for
 * the parts that wait for them. Run at every `docker compose up`; a second run changes nothing. Arguments: the folder
 * of the order, the folder to remember in, and the folders that are told of the rooms.
 */
const log = pino({ name: 'provision' });
const [given = CONTAINER_PATHS.given, state = CONTAINER_PATHS.state, ...told] = process.argv.slice(2);
const order = readJson(join(given, HOUSE_ORDER), ProvisionOrder);
if (order === undefined) throw new Error(`no ${HOUSE_ORDER}: run npm start -- compose first`);

const Kept = z.object({ adminToken: z.string(), remembered: Remembered });
const path = join(state, 'provision.json');
const kept = readJson(path, Kept);
const done = await provision({
  ...order,
  adminToken: kept?.adminToken,
  remembered: kept?.remembered ?? { avatars: {} },
  progress: (ready, all) => log.info({ ready, all }, 'residents'),
});
writeSecretJson(path, { adminToken: done.adminToken, remembered: done.remembered } satisfies z.infer<typeof Kept>);

const rooms = environmentFile({
  CHAVION_SPACE: done.rooms.space,
  CHAVION_HQ_ROOM: done.rooms.hq,
  CHAVION_OPS_ROOM: done.rooms.ops,
  CHAVION_MEMORY_ROOM: done.rooms.memory,
});
for (const folder of told) {
  const file = join(folder, 'rooms.env');
  writeFileSync(`${file}.new`, rooms, { mode: 0o640 });
  renameSync(`${file}.new`, file);
}
log.info('furnished');
