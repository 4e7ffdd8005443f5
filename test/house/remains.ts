import { createHash } from 'node:crypto';
import { type Dirent, existsSync, readdirSync, rmdirSync } from 'node:fs';
import { chmod, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Instance, dataPaths, stateRoot } from '../../bridge/launcher/instance/instance.ts';
import { holder } from '../../bridge/launcher/instance/lock.ts';
import { ProcessMark, end, isAlive, mark, partsOf } from '../../bridge/launcher/instance/processes.ts';

/** An orderly end takes the launcher at most its parts' grace. */
const GRACE_MS = 60_000;
const CGROUPS = '/sys/fs/cgroup';

/** Where the parts of the house in this folder keep their files, once it has begun. */
export async function houseState(
  folder: string,
): Promise<{ readonly instance: Instance; readonly root: string } | undefined> {
  const paths = dataPaths(folder, { CHAVION_DATA_DIR: 'data' });
  const text = await readFile(paths.instance, 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const instance = Instance.parse(JSON.parse(text));
  return { instance, root: stateRoot(instance, paths) };
}

/** Ends its launcher and parts, whoever started them. */
export async function endHouse(folder: string): Promise<void> {
  const launcher = holder(dataPaths(folder, { CHAVION_DATA_DIR: 'data' }).lock);
  if (launcher !== undefined) await end([launcher], GRACE_MS);
  const state = await houseState(folder);
  if (state !== undefined) await end(partsOf(state.instance.id, join(state.root, 'redis')), 0);
}

/** Ends it and takes away all it has, on the disk and in the kernel. */
export async function removeHouse(folder: string): Promise<void> {
  await endHouse(folder);
  const state = await houseState(folder);
  if (state !== undefined) {
    const name = createHash('sha256').update(join(state.root, 'executor')).digest('hex').slice(0, 12);
    for (const place of [CGROUPS, ...['memory', 'pids', 'cpuacct'].map((controller) => join(CGROUPS, controller))])
      removeGroup(join(place, `chavion-${name}`));
    if (state.instance.separated) await rm(state.root, { recursive: true, force: true });
  }
  await rm(folder, { recursive: true, force: true });
}

/** A control group's files vanish with it; only groups below it have to go first. */
function removeGroup(folder: string): void {
  if (!existsSync(folder)) return;
  const below = (entry: Dirent): void => removeGroup(join(folder, entry.name));
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .forEach(below);
  try {
    rmdirSync(folder);
  } catch {
    // Another account's, or a process is just ending in it.
  }
}

const OWNER = 'test-run.json';

/** A temporary folder for one run of the tests, known to belong to this process. Its name is short: sockets lie below it. */
export async function openRunFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'chavion-'));
  // Parts under accounts of their own have to find their way to what a test lends them.
  await chmod(folder, 0o711);
  await writeFile(join(folder, OWNER), JSON.stringify(mark(process.pid)));
  return folder;
}

/** Returns how many houses were still there. */
export async function removeRunFolder(folder: string): Promise<number> {
  const houses = (await readdir(folder)).filter((name) => name.startsWith('chavion-house-'));
  for (const name of houses) await removeHouse(join(folder, name));
  await rm(folder, { recursive: true, force: true });
  return houses.length;
}

/** What runs that were killed have left, of this account. */
export async function removeAbandonedRuns(): Promise<void> {
  for (const name of (await readdir(tmpdir())).filter((one) => /^chavion-\w{6}$/.test(one))) {
    const folder = join(tmpdir(), name);
    const owner = await readFile(join(folder, OWNER), 'utf8').then(
      (text) => ProcessMark.safeParse(JSON.parse(text)).data,
      () => undefined,
    );
    if (owner !== undefined && !isAlive(owner)) await removeRunFolder(folder);
  }
}
