import { existsSync, statSync } from 'node:fs';
import { mkdtemp, readFile, rm, statfs } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Environment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { diskState, isFullDisk } from '../launcher/disk/disk.ts';
import { readJson } from '../launcher/instance/files.ts';
import {
  type DataPaths,
  dataPaths,
  Instance,
  isRoot,
  newInstanceId,
  openDataFolder,
  SEPARATED_STATE,
  stateRoot,
} from '../launcher/instance/instance.ts';
import { takeLock } from '../launcher/instance/lock.ts';
import { removeUnpacked, unpackedPrefix } from '../launcher/instance/restoring.ts';
import type { Terminal } from '../launcher/instance/terminal.ts';
import { operationsText } from '../text/terminal/operations.ts';
import { isSealed, unpack } from './archive.ts';
import { Manifest, MANIFEST } from './backup.ts';
import { environmentWith, placeOwn } from './own-files.ts';
import { placeInstance, takeBackUnfinished } from './restore-place.ts';

export interface RestoreOrder {
  readonly file: string;
  /** Asked for only where the backup is under one. */
  readonly passphrase: () => Promise<string>;
}

/**
 * `npm start -- restore <file>`: a house from its backup, where there is none yet. Nothing is written to its place
 * before the whole of the file has been read and found good.
 */
export async function restoreInstance(
  project: string,
  environment: Environment,
  order: RestoreOrder,
  terminal: Terminal,
  stop?: AbortSignal,
): Promise<void> {
  const here = dataPaths(project, loadSettings(environment));
  const file = resolve(order.file);
  if (statSync(file, { throwIfNoEntry: false })?.isFile() !== true)
    throw new ConfigRefusal(operationsText.noFile(file));
  refuseHouse(here);
  const passphrase = (await isSealed(file)) ? await order.passphrase() : undefined;
  await using opened = new AsyncDisposableStack();
  await takeEmpty(here, opened);
  const unpacked = await mkdtemp(unpackedPrefix(here));
  opened.defer(() => rm(unpacked, { recursive: true, force: true }));
  try {
    using unpacking = terminal.step(operationsText.unpacking);
    const { made, kept } = await open(file, unpacked, passphrase, stop);
    // The backup's own `.env` says where its house lies, and how it is called.
    const then = environmentWith(project, environment, unpacked);
    const settings = loadSettings(then);
    if (kept.serverName !== settings.CHAVION_SERVER_NAME)
      throw new ConfigRefusal(operationsText.otherName(kept.serverName));
    const paths = dataPaths(project, settings);
    if (paths.data !== here.data) await takeEmpty(paths, opened);
    unpacking.done(made.slice(0, 16).replace('T', ' '));
    // From here on it is a matter of seconds, and goes through.
    stop?.throwIfAborted();
    using placing = terminal.step(operationsText.placing);
    // An id of its own: the folder of before may be there still, and its parts below the old id.
    const instance: Instance = { ...kept, id: newInstanceId(), separated: isRoot() };
    // Before the house stands: killed in between, all of it is done again.
    const notes = placeOwn(project, then, unpacked, paths);
    await placeInstance(unpacked, instance, paths);
    placing.done(stateRoot(instance, paths));
    for (const note of notes) terminal.mark('note', note[terminal.lang]());
  } catch (error) {
    if (!isFullDisk(error)) throw error;
    throw new ConfigRefusal(operationsText.noRoom(isRoot() ? `${here.data}, ${SEPARATED_STATE}` : here.data), {
      cause: error,
    });
  }
  terminal.mark(true, operationsText.restored[terminal.lang]());
}

/** Also where only its name is lost: what it remembers is not written over. */
function refuseHouse(paths: DataPaths): void {
  const unfinished = existsSync(paths.restoring);
  const signs = [
    paths.instance,
    ...(unfinished
      ? []
      : [paths.secrets, join(paths.data, 'synapse', 'homeserver.db'), join(paths.data, 'redis', 'appendonlydir')]),
  ];
  if (signs.some((sign) => existsSync(sign))) throw new ConfigRefusal(operationsText.houseThere(paths.data));
}

/** Nobody starts a house here meanwhile, nor restores another. */
async function takeEmpty(paths: DataPaths, opened: AsyncDisposableStack): Promise<void> {
  openDataFolder(paths);
  const lock = takeLock(paths.lock);
  if (lock.kind === 'taken') throw new ConfigRefusal(operationsText.busy(lock.by, paths.data));
  opened.defer(lock.release);
  refuseHouse(paths);
  removeUnpacked(paths);
  await takeBackUnfinished(paths);
}

async function open(
  file: string,
  folder: string,
  passphrase: string | undefined,
  stop: AbortSignal | undefined,
): Promise<{ readonly made: string; readonly kept: Instance }> {
  try {
    await unpack(file, folder, passphrase, stop);
  } catch (cause) {
    stop?.throwIfAborted();
    // tar says it in the language of the machine.
    const { bavail, blocks, bsize } = await statfs(folder);
    if (
      isFullDisk(cause) ||
      diskState({ free: bavail * bsize, total: blocks * bsize }, { kept: 0, wanted: 0 }, 'roomy') === 'full'
    )
      throw new ConfigRefusal(operationsText.noRoom(folder), { cause });
    throw new ConfigRefusal(
      passphrase === undefined ? operationsText.damaged(file) : operationsText.wrongPassphrase(file),
      { cause },
    );
  }
  const manifest = Manifest.safeParse(await readManifest(folder));
  const kept = readJson(join(folder, 'data', 'instance.json'), Instance);
  if (!manifest.success || kept === undefined) throw new ConfigRefusal(operationsText.notBackup(file));
  return { made: manifest.data.made, kept };
}

async function readManifest(folder: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, MANIFEST), 'utf8'));
  } catch {
    return undefined;
  }
}
