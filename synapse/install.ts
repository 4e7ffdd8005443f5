import { createHash, randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigRefusal } from '../bridge/config/refusal.ts';
import { runProgram } from '../bridge/processes/run-program.ts';
import { diskRoomText } from '../bridge/text/terminal/disk.ts';
import { startFaultText } from '../bridge/text/terminal/start-faults.ts';
import type { Python } from './python.ts';

export interface Install {
  readonly python: Python;
  /** Shared by every clone and every data folder of this machine. */
  readonly cacheFolder: string;
  readonly environment: Record<string, string>;
  /** Ends a running installation; nothing of it stays. */
  readonly stop: AbortSignal;
  /** How many of how many packages are fetched. */
  readonly progress: (fetched: number, all: number) => void;
}

const requirementsFile = join(import.meta.dirname, 'requirements.txt');

/** Where the environment for these requirements and this Python belongs, and whether it is whole. */
export async function locateSynapse(cacheFolder: string, python: Python): Promise<{ folder: string; whole: boolean }> {
  const requirements = await readFile(requirementsFile);
  const name = createHash('sha256')
    .update(requirements)
    .update(`\0${python.version}\0${python.executable}`)
    .digest('hex')
    .slice(0, 16);
  const folder = join(cacheFolder, `synapse-${name}`);
  return { folder, whole: existsSync(join(folder, 'whole')) && existsSync(join(folder, 'bin', 'python')) };
}

/**
 * Returns the path of a Python that has Synapse. Made beside its place and renamed into it when whole, so a killed
 * or a second install leaves nothing half done; of two at once the later finds the place taken and uses it.
 */
export async function installSynapse(install: Install): Promise<string> {
  const { folder, whole } = await locateSynapse(install.cacheFolder, install.python);
  if (!whole) {
    await mkdir(install.cacheFolder, { recursive: true });
    const building = `${folder}.${randomUUID()}`;
    try {
      await build(building, install);
      await rename(building, folder).catch(async (error: unknown) => {
        if ((await locateSynapse(install.cacheFolder, install.python)).whole) return;
        if (!existsSync(folder)) throw error;
        await rm(folder, { recursive: true });
        await rename(building, folder);
      });
    } finally {
      await rm(building, { recursive: true, force: true });
    }
  }
  return join(folder, 'bin', 'python');
}

async function build(folder: string, { python, environment, stop, progress }: Install): Promise<void> {
  let all = (await readFile(requirementsFile, 'utf8')).match(/^[a-z][^\s=]*==/gim)?.length ?? 0;
  progress(0, all);
  await run(python.executable, ['-m', 'venv', folder], { env: environment, signal: stop }, () => undefined);
  let fetched = 0;
  const pip = [
    '-m',
    'pip',
    'install',
    '--no-input',
    '--disable-pip-version-check',
    '--progress-bar',
    'off',
    '--timeout',
    '15',
    '--retries',
    '2',
    '--require-hashes',
    '-r',
    requirementsFile,
  ];
  await run(join(folder, 'bin', 'python'), pip, { env: environment, signal: stop }, (line) => {
    // Said before any is fetched: locked for another Python.
    if (line.startsWith('Ignoring ')) all -= 1;
    else if (line.startsWith('Collecting ')) fetched += 1;
    else return;
    progress(Math.min(fetched, all), all);
  });
  await writeFile(join(folder, 'whole'), '');
}

/** pip tries again by itself, and says so; what says nothing for so long waits in vain. */
const SILENCE = { firstMs: 60_000, thenMs: 300_000 };
const NO_WAY =
  /NewConnectionError|NameResolutionError|ConnectTimeoutError|ReadTimeoutError|Connection refused|Network is unreachable/;

/** Runs to the end. Throws a `Refusal` with the errors, or else the last lines said, when the program fails. */
async function run(
  program: string,
  args: readonly string[],
  options: { env: Record<string, string>; signal: AbortSignal },
  line: (line: string) => void,
): Promise<void> {
  let away = false;
  const heard = (text: string) => {
    away ||= NO_WAY.test(text);
    line(text);
  };
  // The parts' own accounts have to read what root installs.
  const { code, tail, silent } = await runProgram({
    program,
    args,
    env: options.env,
    stop: options.signal,
    silence: SILENCE,
    umask: 0o022,
    line: heard,
  });
  if (code === 0) return;
  if (tail.some((text) => /No space left on device/.test(text))) throw new ConfigRefusal(diskRoomText.diskFull);
  if (silent || (away && !tail.some((text) => /hash/i.test(text)))) throw new ConfigRefusal(startFaultText.synapseAway);
  const errors = tail.filter((text) => text.startsWith('ERROR'));
  throw new ConfigRefusal(
    startFaultText.synapseInstallFailed((errors.length > 0 ? errors : tail).slice(-8).join('\n')),
  );
}
