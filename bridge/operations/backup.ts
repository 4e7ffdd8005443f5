import { chmod, mkdir, mkdtemp, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { readdirSync, existsSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { holdParts } from '../launcher/control.ts';
import { isFullDisk } from '../launcher/disk/disk.ts';
import { readableBytes } from '../text/readable-bytes.ts';
import { readJson } from '../launcher/instance/files.ts';
import { type DataPaths, dataPaths, Instance } from '../launcher/instance/instance.ts';
import { holder, takeLock } from '../launcher/instance/lock.ts';
import type { Terminal } from '../launcher/instance/terminal.ts';
import { operationsText } from '../text/terminal/operations.ts';
import { pack } from './archive.ts';
import type { LeftOut } from './copy-tree.ts';
import { gather, instanceBytes } from './house-files.ts';
import { gatherOwn } from './own-files.ts';

/** First in every backup. */
export const Manifest = z.object({
  v: z.literal(1),
  made: z.iso.datetime(),
  serverName: z.string(),
  separated: z.boolean(),
});
export const MANIFEST = 'manifest.json';

/** Begins the name of the folder in which a backup is put together. */
const STAGING = '.staging-';
const STILL_WITHIN_MS = 60_000;
/** Stays free for the house, which goes on. */
const SPARE_BYTES = 20_000_000;

export interface BackupOrder {
  /** Where to; without it a file of its own in `data/backups`. */
  readonly file?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * `npm start -- backup`: the whole house in one file, while it runs. The swarm sleeps for the moment of the copy; what
 * is said meanwhile is answered afterwards. Returns the file's path.
 */
export async function backUpInstance(
  project: string,
  environment: Environment,
  order: BackupOrder,
  terminal: Terminal,
  stop?: AbortSignal,
): Promise<string> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
  await mkdir(paths.backups, { recursive: true, mode: 0o700 });
  const made = new Date();
  const file = target(order.file ?? paths.backups, fileName(made, order.passphrase !== undefined));
  const lock = takeLock(join(paths.backups, 'backup.lock'));
  if (lock.kind === 'taken') throw new ConfigRefusal(operationsText.busy(lock.by, paths.backups));
  await using opened = new AsyncDisposableStack();
  opened.defer(lock.release);
  await removeUnfinished(paths);
  await refuseWithoutRoom(instance, paths, file);
  let leftOut: readonly LeftOut[] = [];
  const staging = await mkdtemp(join(paths.backups, STAGING));
  opened.defer(() => rm(staging, { recursive: true, force: true }));
  try {
    await chmod(staging, 0o700);
    using copying = terminal.step(operationsText.copying);
    const held = holder(paths.lock) === undefined ? undefined : await hold(paths, stop);
    try {
      const manifest: z.infer<typeof Manifest> = {
        v: 1,
        made: made.toISOString(),
        serverName: instance.serverName,
        separated: instance.separated,
      };
      await writeFile(join(staging, MANIFEST), JSON.stringify(manifest));
      leftOut = await gather(instance, paths, staging, (what) => copying.progress(what), stop);
      gatherOwn(project, environment, staging);
    } finally {
      held?.release();
    }
    copying.done(operationsText.copied[terminal.lang]());
    using packing = terminal.step(operationsText.packing);
    await packInto(file, staging, order.passphrase, stop);
    packing.done(readableBytes((await stat(file)).size));
  } catch (error) {
    if (isFullDisk(error)) throw new ConfigRefusal(operationsText.noRoom(roomsOf(paths, file)), { cause: error });
    throw error;
  }
  terminal.mark(true, operationsText.backedUp(file, order.passphrase !== undefined)[terminal.lang]());
  if (leftOut.length > 0) terminal.mark('note', operationsText.leftOut(leftOut)[terminal.lang]());
  const free = await freeBytes(paths.backups);
  if (free < 5 * statSync(file).size)
    terminal.mark('note', operationsText.littleRoom(readableBytes(free))[terminal.lang]());
  return file;
}

/** A file, or a folder to put it in. Throws a `Refusal` before anything is paused or copied. */
function target(wanted: string, name: string): string {
  const given = resolve(wanted);
  const file = statSync(given, { throwIfNoEntry: false })?.isDirectory() === true ? join(given, name) : given;
  if (existsSync(file)) throw new ConfigRefusal(operationsText.fileThere(file));
  if (statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigRefusal(operationsText.noFolder(dirname(file)));
  return file;
}

/** What a backup that was killed has left, passwords and all; the caller holds the lock. */
async function removeUnfinished({ backups }: DataPaths): Promise<void> {
  for (const name of readdirSync(backups))
    if (name.startsWith(STAGING) || /^chavion-.*\.part$/.test(name))
      await rm(join(backups, name), { recursive: true, force: true });
}

/** Redis ends on a full disk: a backup is not to fill it while the house runs. The packed file is never larger than the copy. */
async function refuseWithoutRoom(instance: Instance, paths: DataPaths, file: string): Promise<void> {
  const bytes = await instanceBytes(instance, paths);
  const disks =
    statSync(dirname(file)).dev === statSync(paths.backups).dev
      ? [[paths.backups, 2 * bytes] as const]
      : [[paths.backups, bytes] as const, [dirname(file), bytes] as const];
  for (const [folder, needed] of disks)
    if ((await freeBytes(folder)) < needed + SPARE_BYTES) throw new ConfigRefusal(operationsText.noRoom(folder));
}

async function freeBytes(folder: string): Promise<number> {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}

const roomsOf = (paths: DataPaths, file: string): string => [...new Set([paths.backups, dirname(file)])].join(', ');

/** Whole under its name, or not there. */
async function packInto(
  file: string,
  folder: string,
  passphrase: string | undefined,
  stop: AbortSignal | undefined,
): Promise<void> {
  const part = `${file}.part`;
  await rm(part, { force: true });
  try {
    await pack(folder, part, passphrase, stop);
    await rename(part, file);
  } catch (error) {
    await rm(part, { force: true });
    throw error;
  }
}

/** The swarm may be coming up anew just now: then a moment later. */
async function hold(paths: DataPaths, stop: AbortSignal | undefined) {
  for (const until = Date.now() + STILL_WITHIN_MS; Date.now() < until;) {
    stop?.throwIfAborted();
    const held = await holdParts(paths, ['swarm']);
    if (held !== null) return held;
    await sleep(1_000);
  }
  throw new ConfigRefusal(operationsText.notStill);
}

/** `chavion-2026-11-22T08-15-30Z.tar.gz`, sealed ones with `.age` behind. */
const fileName = (made: Date, sealed: boolean): string =>
  `chavion-${made.toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar.gz${sealed ? '.age' : ''}`;

/** The newest in the house's own folder. */
export function lastBackup(
  paths: DataPaths,
): { readonly file: string; readonly at: Date; readonly bytes: number } | undefined {
  if (!existsSync(paths.backups)) return undefined;
  const files = readdirSync(paths.backups).filter((name) => /^chavion-.*\.tar\.gz(?:\.age)?$/.test(name));
  const found = files.map((name) => ({ file: join(paths.backups, name), ...statOf(join(paths.backups, name)) }));
  return found.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}

const statOf = (path: string) => {
  const { mtime, size } = statSync(path);
  return { at: mtime, bytes: size };
};
