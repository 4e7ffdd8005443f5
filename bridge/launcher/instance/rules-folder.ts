import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  fsyncSync,
  lstatSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  symlinkSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { ConfigRefusal } from '../../config/refusal.ts';
import { type Lendings, LENDINGS_FILE, type LentFolder, LentFolders, RULE_FILES } from '../../protocol/lent-folder.ts';
import { Policy } from '../../protocol/policy.ts';
import { settingsText } from '../../text/terminal/settings.ts';
import { type Owner, readJson, writeSecretJson } from './files.ts';
import { type DataPaths, type Instance, stateRoot } from './instance.ts';

/** The owner's word on what the executor may do: the executor's account reads here and writes nothing. */
export const rulesFolder = (instance: Instance, paths: DataPaths): string => join(stateRoot(instance, paths), 'rules');

/** Made with a first policy, and seen from the data folder wherever it lies. */
export function ensureRules(instance: Instance, paths: DataPaths, executor: Owner | undefined): string {
  const folder = rulesFolder(instance, paths);
  mkdirSync(folder, { recursive: true });
  chmodSync(folder, 0o750);
  if (executor !== undefined) chownSync(folder, 0, executor.gid);
  const beside = join(paths.data, 'rules');
  if (folder !== beside && lstatSync(beside, { throwIfNoEntry: false }) === undefined) symlinkSync(folder, beside);
  if (!existsSync(join(folder, RULE_FILES.policy)))
    writeRule(folder, RULE_FILES.policy, { mode: 'auto' }, executor?.gid);
  return folder;
}

export function readLent(folder: string): readonly LentFolder[] {
  const path = join(folder, RULE_FILES.lent);
  if (!existsSync(path)) return [];
  try {
    return LentFolders.parse(JSON.parse(readFileSync(path, 'utf8'))).folders;
  } catch (cause) {
    throw new ConfigRefusal(settingsText.fileBroken(path), { cause });
  }
}

/** Tells the swarm what it may plan with. Rules that cannot be read are the executor's to complain of. */
export function publishLendings(rules: string, swarmFolder: string, owner: Owner | undefined): void {
  if (!existsSync(swarmFolder)) return;
  try {
    const folders = readLent(rules).map(({ name, mode }) => ({ name, mode }));
    const lendings: Lendings = { folders, hosts: readJson(join(rules, RULE_FILES.policy), Policy)?.hosts ?? null };
    writeSecretJson(join(swarmFolder, LENDINGS_FILE), lendings, owner);
  } catch (error) {
    if (!(error instanceof ConfigRefusal)) throw error;
  }
}

/** Whole or not at all; the executor's group may read it. */
export function writeRule(
  folder: string,
  name: string,
  value: unknown,
  group: number | undefined,
  mode: 0o600 | 0o640 | 0o644 = 0o640,
): void {
  const path = join(folder, name);
  const file = openSync(`${path}.new`, 'w', mode & 0o640);
  try {
    if (group !== undefined) fchownSync(file, 0, group);
    writeSync(file, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  chmodSync(`${path}.new`, mode);
  renameSync(`${path}.new`, path);
}
