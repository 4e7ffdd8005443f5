import { chmodSync, chownSync, existsSync, lchownSync, lstatSync, readdirSync, rmSync } from 'node:fs';
import { cp, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ensureAccounts, PARTS } from '../launcher/instance/accounts.ts';
import { type Owner, readJson, writeSecretJson } from '../launcher/instance/files.ts';
import {
  type DataPaths,
  type Instance,
  isRoot,
  partFolders,
  SEPARATED_STATE,
  stateRoot,
} from '../launcher/instance/instance.ts';
import { Restoring } from '../launcher/instance/restoring.ts';
import { ensureRules } from '../launcher/instance/rules-folder.ts';
import { copyTree } from './copy-tree.ts';
import { DATA_FILES } from './house-files.ts';

/** Puts an unpacked backup in its place as this instance. Where it fails, or failed before, nothing of it stays. */
export async function placeInstance(unpacked: string, instance: Instance, paths: DataPaths): Promise<void> {
  writeSecretJson(paths.restoring, { id: instance.id } satisfies Restoring);
  try {
    await placeParts(join(unpacked, 'state'), instance, paths);
    for (const name of DATA_FILES)
      if (existsSync(join(unpacked, 'data', name))) await cp(join(unpacked, 'data', name), join(paths.data, name));
    // Last: with it the folder is a house.
    writeSecretJson(paths.instance, instance);
    rmSync(paths.restoring, { force: true });
  } catch (error) {
    rmSync(paths.instance, { force: true });
    await takeBackUnfinished(paths);
    throw error;
  }
}

/** What a restore that was killed has placed. The caller holds the lock, and there is no house. */
export async function takeBackUnfinished(paths: DataPaths): Promise<void> {
  const unfinished = readJson(paths.restoring, Restoring);
  if (unfinished === undefined) return;
  const placed = isRoot() ? [join(SEPARATED_STATE, unfinished.id)] : PARTS.map((part) => join(paths.data, part));
  const files = DATA_FILES.map((name) => join(paths.data, name));
  for (const path of [...placed, ...files, join(paths.data, 'rules')]) await rm(path, { recursive: true, force: true });
  rmSync(paths.restoring, { force: true });
}

async function placeParts(state: string, instance: Instance, paths: DataPaths): Promise<void> {
  const accounts = isRoot() ? await ensureAccounts() : undefined;
  const folder = partFolders(instance, paths, accounts);
  for (const part of PARTS) {
    const from = join(state, part);
    const to = folder(part);
    if (existsSync(from)) await copyTree(from, to);
    const owner = accounts?.[part];
    if (owner !== undefined) giveTo(to, owner);
  }
  // The way to the rules of a house that was here before.
  const beside = join(paths.data, 'rules');
  if (
    stateRoot(instance, paths) !== paths.data &&
    lstatSync(beside, { throwIfNoEntry: false })?.isSymbolicLink() === true
  )
    rmSync(beside);
  await placeRules(join(state, 'rules'), ensureRules(instance, paths, accounts?.executor), accounts?.executor);
}

async function placeRules(from: string, to: string, executor: Owner | undefined): Promise<void> {
  if (!existsSync(from)) return;
  await mkdir(dirname(to), { recursive: true });
  await cp(from, to, { recursive: true });
  if (executor === undefined) return;
  for (const name of readdirSync(to)) {
    chownSync(join(to, name), 0, executor.gid);
    // What holds a password was the owner's alone in a house without separate accounts.
    chmodSync(join(to, name), 0o640);
  }
}

/** The accounts of this machine have numbers of their own. */
function giveTo(path: string | Buffer, { uid, gid }: Owner): void {
  lchownSync(path, uid, gid);
  for (const entry of readdirSync(path, { withFileTypes: true, encoding: 'buffer' })) {
    const inside = Buffer.concat([Buffer.from(path), Buffer.from('/'), entry.name]);
    if (entry.isDirectory()) giveTo(inside, { uid, gid });
    else lchownSync(inside, uid, gid);
  }
}
