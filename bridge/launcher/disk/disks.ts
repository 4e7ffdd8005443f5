import { existsSync, statSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Environment } from '../../config/environment.ts';
import { PARTS } from '../instance/accounts.ts';
import { cacheFolder, type DataPaths, type Instance, stateRoot } from '../instance/instance.ts';

/** One file system, and what of the house lies on it. */
export interface Disk {
  readonly folders: readonly string[];
  readonly free: number;
  readonly total: number;
}

/** Every place that the house writes to. */
export const instancePlaces = (
  instance: Instance | undefined,
  paths: DataPaths,
  environment: Environment,
): readonly string[] => [
  ...new Set([
    ...(instance === undefined ? [] : withParts(stateRoot(instance, paths))),
    paths.data,
    cacheFolder(environment),
    tmpdir(),
  ]),
];

/** The owner may have given one of them a disk of its own. */
const withParts = (root: string): readonly string[] => [root, ...PARTS.map((part) => join(root, part))];

/** Of what is not there yet, the disk that it will be on. In the order of the folders; what lies within an earlier one on the same disk is not named. */
export async function disksOf(folders: readonly string[]): Promise<readonly Disk[]> {
  const byDevice = Map.groupBy(folders, (folder) => statSync(there(folder)).dev);
  return Promise.all(
    [...byDevice.values()].map(async (those) => {
      const { bavail, blocks, bsize } = await statfs(there(those[0] ?? '/'));
      const folders = those.filter((folder, i) => !those.slice(0, i).some((other) => folder.startsWith(`${other}/`)));
      return { folders, free: bavail * bsize, total: blocks * bsize };
    }),
  );
}

function there(folder: string): string {
  let known = folder;
  while (!existsSync(known)) known = dirname(known);
  return known;
}
