import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { House } from './house.ts';

/** Synapse writes at any moment. */
const LOCKED_MS = 10_000;

async function database(house: House, readOnly: boolean): Promise<DatabaseSync> {
  const state = await house.state();
  if (state === undefined) throw new Error('no house');
  return new DatabaseSync(join(state.root, 'synapse', 'homeserver.db'), { readOnly, timeout: LOCKED_MS });
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

/**
 * As if Synapse had begun to recover the swarm: what it hears is stored for it, and nobody sends it. In its own words
 * it does the same to an event that comes while the last of the others are being delivered.
 */
export async function keepPushesBack(house: House): Promise<AsyncDisposable> {
  const set = async (state: string) => {
    const open = await database(house, false);
    try {
      open.prepare('UPDATE application_services_state SET state = ?').run(state);
    } finally {
      open.close();
    }
  };
  await set('down');
  return { [Symbol.asyncDispose]: () => set('up') };
}
