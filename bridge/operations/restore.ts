import { chownSync, existsSync, lchownSync, readdirSync, statSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { Refusal } from '../config/refusal.ts';
import { ensureAccounts, PARTS } from '../launcher/accounts.ts';
import type { Owner } from '../launcher/files.ts';
import { readJson, writeSecretJson } from '../launcher/files.ts';
import { dataPaths, Instance, isRoot, newInstanceId, openDataFolder, partFolders, stateRoot } from '../launcher/instance.ts';
import { holder } from '../launcher/lock.ts';
import { ensureRules } from '../launcher/rules-folder.ts';
import type { Terminal } from '../launcher/terminal.ts';
import { operationsText } from '../text/operations.ts';
import { isSealed, unpack } from './archive.ts';
import { Manifest, MANIFEST } from './backup.ts';
import { DATA_FILES } from './house-files.ts';

export interface RestoreOrder {
  readonly file: string;
  /** Asked for only where the backup is under one. */
  readonly passphrase: () => Promise<string>;
}

/**
 * `npm start -- restore <file>`: a house from its backup, where there is none yet. Nothing is written to its place
 * before the whole of the file has been read and found good.
 */
export async function restoreHouse(project: string, environment: Environment, order: RestoreOrder, terminal: Terminal): Promise<void> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const file = resolve(order.file);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true) throw new Refusal(operationsText.noFile(file));
  if (holder(paths.lock) !== undefined || existsSync(paths.instance)) throw new Refusal(operationsText.houseThere(paths.data));
  const passphrase = (await isSealed(file)) ? await order.passphrase() : undefined;
  openDataFolder(paths);
  const staging = await mkdtemp(join(paths.data, '.restoring-'));
  try {
    using step = terminal.step(operationsText.unpacking);
    try {
      await unpack(file, staging, passphrase);
    } catch (cause) {
      throw new Refusal(passphrase === undefined ? operationsText.damaged(file) : operationsText.wrongPassphrase(file), { cause });
    }
    const manifest = Manifest.safeParse(await readManifest(staging));
    const kept = readJson(join(staging, 'data', 'instance.json'), Instance);
    if (!manifest.success || kept === undefined) throw new Refusal(operationsText.notBackup(file));
    if (kept.serverName !== settings.CHAVION_SERVER_NAME) throw new Refusal(operationsText.otherName(kept.serverName));
    step.done(manifest.data.made.slice(0, 16).replace('T', ' '));
    using placing = terminal.step(operationsText.placing);
    // An id of its own: the folder of before may be there still, and its parts below the old id.
    const instance: Instance = { ...kept, id: newInstanceId(), separated: isRoot() };
    const accounts = isRoot() ? await ensureAccounts() : undefined;
    const folder = partFolders(instance, paths, accounts);
    for (const part of PARTS) {
      const from = join(staging, 'state', part);
      const to = folder(part);
      if (existsSync(from)) await cp(from, to, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
      const owner = accounts?.[part];
      if (owner !== undefined) giveTo(to, owner);
    }
    await placeRules(join(staging, 'state', 'rules'), ensureRules(instance, paths, accounts?.executor), accounts?.executor);
    for (const name of DATA_FILES) if (existsSync(join(staging, 'data', name))) await cp(join(staging, 'data', name), join(paths.data, name));
    const own = join(staging, 'project');
    for (const name of existsSync(own) ? readdirSync(own) : []) if (!existsSync(join(project, name))) await cp(join(own, name), join(project, name));
    // Last: with it the folder is a house.
    writeSecretJson(paths.instance, instance);
    placing.done(stateRoot(instance, paths));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  terminal.mark(true, operationsText.restored[terminal.lang]());
}

async function readManifest(staging: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(staging, MANIFEST), 'utf8'));
  } catch {
    return undefined;
  }
}

async function placeRules(from: string, to: string, executor: Owner | undefined): Promise<void> {
  if (!existsSync(from)) return;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
  if (executor !== undefined) for (const name of readdirSync(to)) chownSync(join(to, name), 0, executor.gid);
}

/** The accounts of this machine have numbers of their own. */
function giveTo(path: string, { uid, gid }: Owner): void {
  lchownSync(path, uid, gid);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    const inside = join(path, entry.name);
    if (entry.isDirectory()) giveTo(inside, { uid, gid });
    else lchownSync(inside, uid, gid);
  }
}
