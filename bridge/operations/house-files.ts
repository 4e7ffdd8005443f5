import { existsSync } from 'node:fs';
import { cp, mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import type { DataPaths, Instance } from '../launcher/instance.ts';
import { stateRoot } from '../launcher/instance.ts';

/** What a house is made of, on the disk. Logs, caches, process ids and what every start writes anew are not of it. */
export const DATA_FILES = ['instance.json', 'secrets.json', 'provision.json', 'keys.env'] as const;

/**
 * Of each part's folder, in this order: what Redis remembers goes first, so that the executor's ledger, which says
 * what was begun, is never older than it.
 */
const STATE = {
  redis: ['appendonlydir'],
  executor: ['audit.jsonl', 'executor-id', 'ledger.jsonl', 'session.json', 'watch.json', 'workspaces'],
  swarm: ['.'],
  rules: ['.'],
  synapse: ['media'],
} as const;

const DATABASE = 'homeserver.db';

/**
 * Copies the house into `folder`. The swarm has to be still, or it would remember answers that the homeserver's copy
 * does not hold; the others need not.
 */
export async function gather(instance: Instance, paths: DataPaths, folder: string, progress: (what: string) => void): Promise<void> {
  const root = stateRoot(instance, paths);
  await mkdir(join(folder, 'data'), { recursive: true });
  for (const name of DATA_FILES) await copyIfThere(join(paths.data, name), join(folder, 'data', name));
  for (const [part, names] of Object.entries(STATE)) {
    progress(part);
    for (const name of names) await copyIfThere(join(root, part, name), join(folder, 'state', part, name));
    if (part === 'redis') await mustBeStill(join(root, 'redis', 'appendonlydir'), join(folder, 'state', 'redis', 'appendonlydir'));
  }
  progress(DATABASE);
  await copyDatabase(join(root, 'synapse', DATABASE), join(folder, 'state', 'synapse', DATABASE));
}

/** SQLite's own online copy: whole and consistent while Synapse writes on. */
async function copyDatabase(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(database, to);
  } finally {
    database.close();
  }
}

async function copyIfThere(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  // Sockets belong to processes.
  await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true, filter: (path) => !path.endsWith('.sock') });
}

/** Redis writes its manifest anew when it begins another file: then the copy is of two times. */
async function mustBeStill(live: string, copy: string): Promise<void> {
  const manifest = 'appendonly.aof.manifest';
  if (!existsSync(join(live, manifest))) return;
  const [now, then] = await Promise.all([live, copy].map((folder) => readFile(join(folder, manifest), 'utf8')));
  if (now !== then) throw new Error('redis was rewriting its file');
}
