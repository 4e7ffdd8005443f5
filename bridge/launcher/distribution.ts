import { execFile, spawn } from 'node:child_process';
import { openSync, closeSync } from 'node:fs';
import { promisify } from 'node:util';
import { Refusal } from '../config/refusal.ts';
import { launcherText } from '../text/launcher.ts';
import { isRoot } from './instance.ts';

const run = promisify(execFile);
type Env = Record<string, string>;

/** Whether the program can be started, and what it says of its version. */
export async function versionOf(program: string, environment: Env): Promise<string | undefined> {
  try {
    return (await run(program, ['--version'], { env: environment, timeout: 10_000 })).stdout.trim();
  } catch {
    return undefined;
  }
}

/**
 * Installs packages of the distribution as root or by a sudo that asks nothing.
 * Throws a `Refusal` with the one command to run where neither is at hand, or where it fails.
 */
export async function installPackages(packages: readonly string[], environment: Env, log: string): Promise<void> {
  const command = `sudo apt-get install -y ${packages.join(' ')}`;
  const apt = (await versionOf('apt-get', environment)) !== undefined;
  const silentSudo = isRoot() || (await run('sudo', ['-n', 'true'], { env: environment }).then(() => true, () => false));
  if (!apt || !silentSudo) throw new Refusal(launcherText.packagesMissing(packages, apt ? command : undefined));
  const before = isRoot() ? [] : ['sudo', '-n'];
  const quiet = { ...environment, DEBIAN_FRONTEND: 'noninteractive' };
  const [update, install] = [['apt-get', 'update', '-q'], ['apt-get', 'install', '-y', '-q', '--no-install-recommends', ...packages]];
  // Old lists may still do: only the installation decides.
  await toLog([...before, ...update], quiet, log);
  if (!(await toLog([...before, ...install], quiet, log))) throw new Refusal(launcherText.packagesFailed(packages, command, log));
}

async function toLog([program = '', ...args]: readonly string[], environment: Env, log: string): Promise<boolean> {
  const output = openSync(log, 'a', 0o600);
  try {
    const child = spawn(program, args, { env: environment, stdio: ['ignore', output, output] });
    return await new Promise((resolve) => {
      child.once('error', () => resolve(false));
      child.once('exit', (code) => resolve(code === 0));
    });
  } finally {
    closeSync(output);
  }
}
