import { locateSynapse, installSynapse } from '../../../synapse/install.ts';
import { type Python, type PythonFound, findPython } from '../../../synapse/python.ts';
import { installEnvironment } from '../../config/environment.ts';
import type { Environment } from '../../config/environment.ts';
import { ConfigRefusal } from '../../config/refusal.ts';
import { launcherText } from '../../text/terminal/launcher.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import { installPackages, versionOf } from './distribution.ts';
import { cacheFolder, isRoot } from './instance.ts';
import type { Terminal } from './terminal.ts';

export interface Prerequisites {
  /** A Python that has Synapse. */
  readonly synapsePython: string;
  readonly redisVersion: string;
}

/** What the machine has to have, installed where it is missing. Throws a `Refusal` that says what to run. */
export async function prerequisites(
  environment: Environment,
  installLog: string,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<Prerequisites> {
  const env = installEnvironment(environment);
  const missing = packagesFor(await look(env));
  if (missing.length > 0) await install(missing, env, installLog, terminal, stop);
  const { redis, python } = await look(env);
  if (redis === undefined)
    throw new ConfigRefusal(
      startFaultText.packagesFailed(['redis-server'], 'sudo apt-get install -y redis-server', installLog),
    );
  if (python.kind !== 'ready') throw new ConfigRefusal(startFaultText.pythonMissing());
  return { redisVersion: redis, synapsePython: await synapse(python.python, environment, terminal, stop) };
}

interface Machine {
  readonly redis: string | undefined;
  readonly bubblewrap: string | undefined;
  readonly python: PythonFound;
}

async function look(env: Record<string, string>): Promise<Machine> {
  const [redis, bubblewrap, python] = await Promise.all([
    versionOf('redis-server', env),
    versionOf('bwrap', env),
    findPython(env, isRoot()),
  ]);
  return { redis, bubblewrap, python };
}

/** By the names of the distribution; all at once, so that there is one command to run. */
export function packagesFor({ redis, bubblewrap, python }: Machine): readonly string[] {
  return [
    ...(redis === undefined ? ['redis-server'] : []),
    ...(bubblewrap === undefined ? ['bubblewrap'] : []),
    ...(python.kind === 'ready' ? [] : ['python3', 'python3-venv']),
  ];
}

/** Without bubblewrap everything runs but the executor, which stands still: that stops no start. */
async function install(
  packages: readonly string[],
  env: Record<string, string>,
  installLog: string,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<void> {
  using step = terminal.step(launcherText.stepPackages);
  step.progress(packages.join(', '));
  try {
    await installPackages(packages, env, installLog, (far) => step.progress(far), stop);
    step.done(packages.join(', '));
  } catch (error) {
    stop.throwIfAborted();
    if (packages.some((name) => name !== 'bubblewrap')) throw error;
    terminal.mark('note', startFaultText.noSandbox[terminal.lang]());
  }
}

/** `Redis server v=7.0.15 sha=…` */
export const redisNumber = (version: string): string => /v=(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '?';

/** Rights to channels came with Redis 6.2. */
export const hasChannelRights = (version: string): boolean => isAtLeast(version, 6, 2);

/** Rights to read alone came with Redis 7.0. */
export const hasReadRights = (version: string): boolean => isAtLeast(version, 7, 0);

function isAtLeast(version: string, wantedMajor: number, wantedMinor: number): boolean {
  const [major = 0, minor = 0] = redisNumber(version).split('.').map(Number);
  return major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
}

async function synapse(
  python: Python,
  environment: Environment,
  terminal: Terminal,
  stop: AbortSignal,
): Promise<string> {
  const cache = cacheFolder(environment);
  const wanted = { python, cacheFolder: cache, environment: installEnvironment(environment), stop };
  if ((await locateSynapse(cache, python)).whole) return installSynapse({ ...wanted, progress: () => undefined });
  using step = terminal.step(launcherText.stepInstall('Synapse'));
  const installed = await installSynapse({
    ...wanted,
    progress: (fetched, all) => step.progress(launcherText.packagesFetched(fetched, all)[terminal.lang]()),
  });
  step.done(launcherText.installedInto(cache)[terminal.lang]());
  return installed;
}
