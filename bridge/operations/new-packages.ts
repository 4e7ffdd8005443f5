import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Environment, installEnvironment, machineEnvironment } from '../config/environment.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { askProgram, programFailure } from '../processes/child.ts';
import { isFullDisk } from '../launcher/disk/disk.ts';
import type { Phrase } from '../text/say.ts';
import { upgradeText } from '../text/terminal/upgrade.ts';
import { installPackagesInto } from './npm-ci.ts';
import { git } from './versions.ts';

const LOCK = 'package-lock.json';
const NEEDED = ['package.json', LOCK, '.npmrc'];
/** Where `.node/run` notes which lock is installed. */
const STAMP = '.chavion-lock';
const STAGING = '.upgrade-';
const ABANDONED = /^\.upgrade-(\d+)-/;

/**
 * Installs what the upstream's lock names into a folder beside the present packages: the running house goes on with
 * these. Null where the lock is the same. Throws a `Refusal` with nothing left behind.
 */
export async function stagePackages(
  project: string,
  environment: Environment,
  progress: (far: Phrase) => void,
  stop: AbortSignal,
): Promise<string | null> {
  const at = (path: string) => git(project, environment, ['rev-parse', path], stop);
  if ((await at(`HEAD:${LOCK}`)) === (await at(`@{upstream}:${LOCK}`))) return null;
  await removeAbandoned(project);
  const staging = await mkdtemp(join(project, `${STAGING}${process.pid}-`));
  try {
    const local =
      (
        await git(project, environment, [
          'ls-tree',
          '-r',
          '--name-only',
          '@{upstream}',
          'bridge/matrix/no-native-crypto',
        ])
      )?.split('\n') ?? [];
    for (const path of [...NEEDED, ...local].filter((one) => one !== '')) {
      const text = await git(project, environment, ['show', `@{upstream}:${path}`], stop);
      if (text === null) continue;
      await mkdir(dirname(join(staging, path)), { recursive: true });
      await writeFile(join(staging, path), `${text}\n`);
    }
    await installPackagesInto(staging, installEnvironment(environment), progress, stop);
    await mkdir(join(staging, 'node_modules'), { recursive: true });
    return staging;
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    stop.throwIfAborted();
    if (error instanceof ConfigRefusal) throw error;
    throw new ConfigRefusal(
      isFullDisk(error)
        ? upgradeText.noRoom(project)
        : upgradeText.installFailed(error instanceof Error ? error.message.split('\n').slice(0, 4).join('\n') : ''),
      { cause: error },
    );
  }
}

/** Of upgrades that were killed: hundreds of megabytes each. */
async function removeAbandoned(project: string): Promise<void> {
  for (const name of await readdir(project)) {
    const [, pid] = ABANDONED.exec(name) ?? [];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      await rm(join(project, name), { recursive: true, force: true });
  }
}

/** The new packages take the place of the old ones, which go away. The project has the new lock by now. */
export async function putInPlace(project: string, staging: string): Promise<void> {
  const place = join(project, 'node_modules');
  const sum = await askProgram('cksum', { env: machineEnvironment(), stdin: { file: join(project, LOCK) } });
  if (sum.failed) throw programFailure('cksum', sum);
  await writeFile(join(staging, 'node_modules', STAMP), sum.stdout);
  await rename(place, join(staging, 'before'));
  await rename(join(staging, 'node_modules'), place);
}
