import { closeSync, openSync, writeSync } from 'node:fs';
import { ConfigRefusal } from '../../config/refusal.ts';
import { askProgram } from '../../processes/child.ts';
import { type Program, runProgram } from '../../processes/run-program.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import { isRoot } from './instance.ts';

type Env = Record<string, string>;

/** Whether the program can be started, and what it says of its version. */
export async function versionOf(program: string, environment: Env): Promise<string | undefined> {
  const said = await askProgram(program, ['--version'], { env: environment, timeout: 10_000 });
  return said.failed ? undefined : said.stdout.trim();
}

/** A first answer of apt, which waits by itself for another apt of this machine. */
const SILENCE = { firstMs: 180_000, thenMs: 300_000 };
const PATIENCE = [
  '-o',
  'Acquire::http::Timeout=15',
  '-o',
  'Acquire::https::Timeout=15',
  '-o',
  'Acquire::Retries=1',
  '-o',
  'DPkg::Lock::Timeout=120',
];

/**
 * Installs packages of the distribution as root or by a sudo that asks nothing.
 * Throws a `Refusal` with the one command to run where neither is at hand, or where it fails.
 */
export async function installPackages(
  packages: readonly string[],
  environment: Env,
  log: string,
  progress: (far: string) => void,
  stop: AbortSignal,
): Promise<void> {
  const command = `sudo apt-get install -y ${packages.join(' ')}`;
  const apt = (await versionOf('apt-get', environment)) !== undefined;
  const silentSudo =
    isRoot() || !(await askProgram('sudo', ['-n', 'true'], { env: environment, timeout: 10_000 })).failed;
  if (!apt || !silentSudo) throw new ConfigRefusal(startFaultText.packagesMissing(packages, apt ? command : undefined));
  const quiet = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  const ask = (...args: readonly string[]) =>
    toLog(
      {
        program: 'apt-get',
        args,
        env: quiet,
        as: isRoot() ? [] : ['sudo', '-n'],
        stop,
        silence: SILENCE,
        graceSeconds: 20,
      },
      log,
      progress,
    );
  // Old lists may still do: only the installation decides.
  await ask('update', '-q', ...PATIENCE);
  if (!(await ask('install', '-y', '-q', '--no-install-recommends', ...PATIENCE, ...packages)))
    throw new ConfigRefusal(startFaultText.packagesFailed(packages, command, log));
}

async function toLog(program: Program, log: string, progress: (far: string) => void): Promise<boolean> {
  const output = openSync(log, 'a', 0o600);
  try {
    const line = (text: string) => {
      writeSync(output, `${text}\n`);
      if (text.trim() !== '') progress(text.trim().slice(0, 60));
    };
    return (await runProgram({ ...program, line })).code === 0;
  } finally {
    closeSync(output);
  }
}
