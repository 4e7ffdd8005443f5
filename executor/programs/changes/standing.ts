import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How one folder of a trial stands: never put there, or put there, or taken back, or between two of these on its way. */
const STANDINGS = ['tried', 'there', 'back', 'putting there', 'putting back'] as const;
export type FolderStanding = (typeof STANDINGS)[number];

/** One file, replaced as a whole: a folder that turns round keeps nothing of the way on which it came. */
const FILE = 'standing';

export function readStanding(trial: string): FolderStanding {
  const file = join(trial, FILE);
  if (!existsSync(file)) return before(trial);
  const said = readFileSync(file, 'utf8');
  return STANDINGS.find((one) => one === said) ?? 'tried';
}

/** On the disk before anything in the folder changes, and only after everything in it has. */
export function writeStanding(trial: string, standing: FolderStanding): void {
  const file = join(trial, FILE);
  writeFileSync(`${file}.new`, standing, { mode: 0o600, flush: true });
  renameSync(`${file}.new`, file);
  for (const old of ['putting', 'put-there', 'put-back']) rmSync(join(trial, old), { force: true });
  const folder = openSync(trial, 'r');
  fsyncSync(folder);
  closeSync(folder);
}

export const isOnItsWay = (standing: FolderStanding): boolean => standing.startsWith('putting');

/** As it was noted in several files once. */
function before(trial: string): FolderStanding {
  const has = (name: string) => existsSync(join(trial, name));
  if (has('putting')) return readFileSync(join(trial, 'putting'), 'utf8') === 'back' ? 'putting back' : 'putting there';
  if (has('put-back')) return 'back';
  return has('put-there') ? 'there' : 'tried';
}
