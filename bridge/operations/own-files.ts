import { chmodSync, constants, copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type Environment, readEnvFile } from '../config/environment.ts';
import type { DataPaths } from '../launcher/instance/instance.ts';
import { operationsText } from '../text/terminal/operations.ts';
import type { Phrase } from '../text/say.ts';
import { KEYS_FILE } from './house-files.ts';

/** What the owner has given himself: `.env` and the roster lie in the project's folder, or where he has put them. */
const FOLDER = 'project';
const ENV = '.env';
const ROSTER = 'roster.json';

export function gatherOwn(project: string, environment: Environment, backup: string): void {
  const copy = join(backup, FOLDER);
  mkdirSync(copy, { recursive: true });
  const roster = environment['CHAVION_ROSTER'];
  const env = join(project, ENV);
  if (existsSync(env)) copyFileSync(env, join(copy, ENV));
  if (roster !== undefined && existsSync(resolve(project, roster)))
    copyFileSync(resolve(project, roster), join(copy, ROSTER));
}

/** What the next start will find, were they in their places. A `.env` that is here already goes before the backup's. */
export const environmentWith = (project: string, environment: Environment, backup: string): Environment =>
  existsSync(join(project, ENV)) ? environment : { ...readEnvFile(join(backup, FOLDER, ENV)), ...environment };

/**
 * Puts them and the keys where nothing is yet; what is here stays, and the backup's goes beside the house.
 * `environment`: with the backup's `.env`. Returns what the owner has to know of it.
 */
export function placeOwn(
  project: string,
  environment: Environment,
  backup: string,
  { data, keys: keysHere }: DataPaths,
): readonly Phrase[] {
  const copy = join(backup, FOLDER);
  const env = place(join(copy, ENV), join(project, ENV), join(data, 'env-of-backup'));
  const keys = place(join(backup, 'data', KEYS_FILE), keysHere, join(data, 'keys-of-backup'));
  const named = environment['CHAVION_ROSTER'];
  const target = resolve(project, named ?? ROSTER);
  const roster = place(join(copy, ROSTER), target, join(data, 'roster-of-backup.json'));
  const unnamed =
    named === undefined && existsSync(join(copy, ROSTER)) ? operationsText.rosterUnnamed(target) : undefined;
  return [env, keys, roster, unnamed].filter((note) => note !== undefined);
}

function place(from: string, to: string, aside: string): Phrase | undefined {
  if (!existsSync(from)) return undefined;
  if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) return undefined;
  try {
    mkdirSync(dirname(to), { recursive: true });
    copyFileSync(from, to, constants.COPYFILE_EXCL);
    return undefined;
  } catch {
    copyFileSync(from, aside);
    chmodSync(aside, 0o600);
    return operationsText.ownAside(to, aside);
  }
}
