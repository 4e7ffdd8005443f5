import { existsSync, readdirSync } from 'node:fs';
import { mkdir, readFile, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { backup, DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DataPaths, Instance } from '../launcher/instance/instance.ts';
import { stateRoot } from '../launcher/instance/instance.ts';
import { AUDIT_FILE, AUDIT_FOLDER } from '../protocol/audit.ts';
import { copyTree, type LeftOut } from './copy-tree.ts';
import { bytesOf } from './folder-bytes.ts';

/** What a house is made of, on the disk. Logs, caches, process ids and what every start writes anew are not of it. */
export const DATA_FILES = ['instance.json', 'secrets.json', 'provision.json', 'admin-desk.json'] as const;
/** The owner's keys, which he may have given anew where a house is restored. */
export const KEYS_FILE = 'keys.env';

/**
 * Of each part's folder, in this order: what Redis remembers goes first, so that the executor's ledger, which says
 * what was begun, is never older than it.
 */
const STATE = {
  redis: ['appendonlydir'],
  executor: ['executor-id', 'ledger.jsonl', 'session.json', 'watch.json', 'workspaces', 'trials'],
  swarm: ['.'],
  rules: ['.'],
  synapse: ['media'],
} as const;

const DATABASE = 'homeserver.db';
const STILL_TRIES = 5;

/**
 * Copies the house into `folder`. The swarm has to be still, or it would remember answers that the homeserver's copy
 * does not hold; the others need not. Returns what was left out, but for the sockets of the parts themselves. Throws the
 * reason of `stop`.
 */
export async function gather(
  instance: Instance,
  paths: DataPaths,
  folder: string,
  progress: (what: string) => void,
  stop?: AbortSignal,
): Promise<readonly LeftOut[]> {
  const leftOut: LeftOut[] = [];
  const copyIfThere = async (from: string, to: string) => void leftOut.push(...(await copied(from, to, stop)));
  const root = stateRoot(instance, paths);
  await mkdir(join(folder, 'data'), { recursive: true });
  for (const name of [...DATA_FILES, KEYS_FILE]) await copyIfThere(join(paths.data, name), join(folder, 'data', name));
  for (const [part, names] of Object.entries(STATE)) {
    progress(part);
    const copy = join(folder, 'state', part);
    if (part === 'redis') await copyStill(join(root, part, 'appendonlydir'), join(copy, 'appendonlydir'), stop);
    else for (const name of names) await copyIfThere(join(root, part, name), join(copy, name));
  }
  await copyAudit(join(root, 'executor'), join(folder, 'state', 'executor'), stop);
  progress(DATABASE);
  stop?.throwIfAborted();
  await copyDatabase(join(root, 'synapse', DATABASE), join(folder, 'state', 'synapse', DATABASE));
  const workspaces = join(root, 'executor', 'workspaces', '/');
  return leftOut.filter(({ path, why }) => why !== 'socket' || path.startsWith(workspaces));
}

/** In one step: a copy in many is begun anew whenever somebody writes meanwhile, and never ends while people talk. */
const ALL_PAGES = 2 ** 31 - 1;

/** SQLite's own online copy: whole and consistent while Synapse writes on. */
async function copyDatabase(from: string, to: string): Promise<void> {
  if (!existsSync(from)) return;
  const database = new DatabaseSync(from, { readOnly: true });
  try {
    await backup(database, to, { rate: ALL_PAGES });
  } finally {
    database.close();
  }
}

async function copied(from: string, to: string, stop: AbortSignal | undefined): Promise<readonly LeftOut[]> {
  if (!existsSync(from)) return [];
  await mkdir(dirname(to), { recursive: true });
  return copyTree(from, to, stop);
}

/** Redis writes its manifest anew when it begins another file: then the copy is of two times, and made again. */
async function copyStill(live: string, copy: string, stop: AbortSignal | undefined): Promise<void> {
  if (!existsSync(live)) return;
  const manifest = () => readFile(join(live, 'appendonly.aof.manifest'), 'utf8').catch(() => '');
  for (let tries = 1; ; tries += 1) {
    const before = await manifest();
    // A file that Redis has done with goes away while it is copied.
    const failed = await copied(live, copy, stop).then(
      () => undefined,
      (error: unknown) => error,
    );
    stop?.throwIfAborted();
    if (failed === undefined && before === (await manifest())) return;
    if (tries === STILL_TRIES) throw failed ?? new Error('redis was rewriting its file');
    await rm(copy, { recursive: true, force: true });
    await sleep(500);
  }
}

/** A file that is put away meanwhile would be in the copy twice or not at all. */
async function copyAudit(from: string, to: string, stop: AbortSignal | undefined): Promise<void> {
  const away = () => (existsSync(join(from, AUDIT_FOLDER)) ? readdirSync(join(from, AUDIT_FOLDER)).join() : '');
  for (let tries = 1; ; tries += 1) {
    const before = away();
    for (const name of [AUDIT_FOLDER, AUDIT_FILE]) await copied(join(from, name), join(to, name), stop);
    if (before === away() || tries === STILL_TRIES) return;
    for (const name of [AUDIT_FOLDER, AUDIT_FILE]) await rm(join(to, name), { recursive: true, force: true });
  }
}

/** What a copy of it takes on the disk at most. */
export async function instanceBytes(instance: Instance, paths: DataPaths): Promise<number> {
  const root = stateRoot(instance, paths);
  const places = [
    ...Object.entries(STATE).flatMap(([part, names]) => names.map((name) => join(root, part, name))),
    join(root, 'synapse', DATABASE),
    ...[AUDIT_FOLDER, AUDIT_FILE].map((name) => join(root, 'executor', name)),
  ];
  const sizes = await Promise.all(places.map(bytesOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}
