import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { House } from './house.ts';

async function database(house: House, readOnly: boolean): Promise<DatabaseSync> {
  const state = await house.state();
  if (state === undefined) throw new Error('no house');
  return new DatabaseSync(join(state.root, 'synapse', 'homeserver.db'), { readOnly });
}

/** What Synapse thinks of the swarm: `up`, or `down` while it waits longer and longer between its tries. */
export async function appserviceState(house: House): Promise<unknown> {
  const open = await database(house, true);
  try {
    return open.prepare('SELECT state FROM application_services_state').get()?.['state'];
  } finally {
    open.close();
  }
}

/** What a crash in the wrong moment does: nothing that waits for the swarm is pushed any more. Synapse must be dead. */
export async function forgetPushes(house: House): Promise<void> {
  const open = await database(house, false);
  try {
    open.exec('DELETE FROM application_services_txns');
  } finally {
    open.close();
  }
}
