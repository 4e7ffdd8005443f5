import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { House } from './house.ts';

/** What Synapse thinks of the swarm: `up`, or `down` while it waits longer and longer between its tries. */
export async function appserviceState(house: House): Promise<unknown> {
  const state = await house.state();
  if (state === undefined) throw new Error('no house');
  const database = new DatabaseSync(join(state.root, 'synapse', 'homeserver.db'), { readOnly: true });
  try {
    return database.prepare('SELECT state FROM application_services_state').get()?.['state'];
  } finally {
    database.close();
  }
}
