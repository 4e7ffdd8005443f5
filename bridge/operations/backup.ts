import { chmod, copyFile, mkdir, mkdtemp, rename, rm, stat, statfs, writeFile } from 'node:fs/promises';
import { readdirSync, existsSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { Refusal } from '../config/refusal.ts';
import { holdParts } from '../launcher/control.ts';
import { readableBytes } from '../launcher/disk.ts';
import { readJson } from '../launcher/files.ts';
import { type DataPaths, dataPaths, Instance } from '../launcher/instance.ts';
import { holder } from '../launcher/lock.ts';
import type { Terminal } from '../launcher/terminal.ts';
import { operationsText } from '../text/operations.ts';
import { pack } from './archive.ts';
import { gather } from './house-files.ts';

/** First in every backup. */
export const Manifest = z.object({ v: z.literal(1), made: z.iso.datetime(), serverName: z.string(), separated: z.boolean() });
export const MANIFEST = 'manifest.json';

export interface BackupOrder {
  /** Where to; without it a file of its own in `data/backups`. */
  readonly file?: string | undefined;
  readonly passphrase?: string | undefined;
}

/**
 * `npm start -- backup`: the whole house in one file, while it runs. The swarm sleeps for the moment of the copy; what
 * is said meanwhile is answered afterwards. Returns the file's path.
 */
export async function backupHouse(project: string, environment: Environment, order: BackupOrder, terminal: Terminal): Promise<string> {
  const settings = loadSettings(environment);
  const paths = dataPaths(project, settings);
  const instance = readJson(paths.instance, Instance);
  if (instance === undefined) throw new Refusal(operationsText.noHouse(paths.data));
  await mkdir(paths.backups, { recursive: true, mode: 0o700 });
  const made = new Date();
  const file = resolve(order.file ?? join(paths.backups, fileName(made, order.passphrase !== undefined)));
  if (existsSync(file)) throw new Refusal(operationsText.fileThere(file));
  const staging = await mkdtemp(join(paths.backups, '.staging-'));
  await chmod(staging, 0o700);
  try {
    {
      using step = terminal.step(operationsText.copying);
      const held = holder(paths.lock) === undefined ? undefined : await hold(paths);
      try {
        const manifest: z.infer<typeof Manifest> = { v: 1, made: made.toISOString(), serverName: instance.serverName, separated: instance.separated };
        await writeFile(join(staging, MANIFEST), JSON.stringify(manifest));
        await gather(instance, paths, staging, (what) => step.progress(what));
        await ownFiles(project, environment, join(staging, 'project'));
      } finally {
        held?.release();
      }
      step.done(operationsText.copied[terminal.lang]());
    }
    using step = terminal.step(operationsText.packing);
    const part = `${file}.part`;
    await rm(part, { force: true });
    try {
      await pack(staging, part, order.passphrase);
      await rename(part, file);
    } catch (error) {
      await rm(part, { force: true });
      throw error;
    }
    step.done(readableBytes((await stat(file)).size));
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  terminal.mark(true, operationsText.backedUp(file, order.passphrase !== undefined)[terminal.lang]());
  const { bavail, bsize } = await statfs(paths.backups);
  if (bavail * bsize < 5 * statSync(file).size) terminal.mark('note', operationsText.littleRoom(readableBytes(bavail * bsize))[terminal.lang]());
  return file;
}

/** The swarm may be coming up anew just now: then a moment later. */
async function hold(paths: DataPaths) {
  for (let tries = 0; tries < 20; tries += 1) {
    const held = await holdParts(paths, ['swarm']);
    if (held !== null) return held;
    await new Promise((done) => setTimeout(done, 1_000));
  }
  throw new Refusal(operationsText.notStill);
}

/** The owner's settings and roster lie in the project's folder. */
async function ownFiles(project: string, environment: Environment, folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const roster = environment['CHAVION_ROSTER'];
  const copies = [[join(project, '.env'), '.env'], ...(roster === undefined ? [] : [[resolve(project, roster), 'roster.json']])] as const;
  for (const [from, name] of copies) if (existsSync(from)) await copyFile(from, join(folder, name ?? ''));
}

/** `chavion-2026-11-22T08-15-30Z.tar.gz`, sealed ones with `.age` behind. */
const fileName = (made: Date, sealed: boolean): string => `chavion-${made.toISOString().slice(0, 19).replaceAll(':', '-')}Z.tar.gz${sealed ? '.age' : ''}`;

/** The newest in the house's own folder. */
export function lastBackup(paths: DataPaths): { readonly file: string; readonly at: Date; readonly bytes: number } | undefined {
  if (!existsSync(paths.backups)) return undefined;
  const files = readdirSync(paths.backups).filter((name) => /^chavion-.*\.tar\.gz(?:\.age)?$/.test(name));
  const found = files.map((name) => ({ file: join(paths.backups, name), ...statOf(join(paths.backups, name)) }));
  return found.toSorted((a, b) => b.at.getTime() - a.at.getTime())[0];
}

const statOf = (path: string) => {
  const { mtime, size } = statSync(path);
  return { at: mtime, bytes: size };
};
