import { locateSynapse, installSynapse } from '../../synapse/install.ts';
import { type Python, findPython } from '../../synapse/python.ts';
import { installEnvironment } from '../config/environment.ts';
import type { Environment } from '../config/environment.ts';
import { Refusal } from '../config/refusal.ts';
import { launcherText } from '../text/launcher.ts';
import { installPackages, versionOf } from './distribution.ts';
import { cacheFolder, isRoot } from './instance.ts';
import type { Terminal } from './terminal.ts';

export interface Prerequisites {
  /** A Python that has Synapse. */
  readonly synapsePython: string;
  readonly redisVersion: string;
}

/** What the machine has to have, installed where it is missing. Throws a `Refusal` that says what to run. */
export async function prerequisites(environment: Environment, installLog: string, terminal: Terminal, stop: AbortSignal): Promise<Prerequisites> {
  const redisVersion = await redis(environment, installLog, terminal);
  const python = await pythonWithVenv(environment, installLog, terminal);
  return { redisVersion, synapsePython: await synapse(python, environment, terminal, stop) };
}

async function redis(environment: Environment, installLog: string, terminal: Terminal): Promise<string> {
  const env = installEnvironment(environment);
  const there = await versionOf('redis-server', env);
  if (there !== undefined) return there;
  using step = terminal.step(launcherText.stepInstall('Redis'));
  await installPackages(['redis-server'], env, installLog);
  const installed = await versionOf('redis-server', env);
  if (installed === undefined) throw new Refusal(launcherText.packagesFailed(['redis-server'], 'sudo apt-get install -y redis-server', installLog));
  step.done(redisNumber(installed));
  return installed;
}

/** `Redis server v=7.0.15 sha=…` */
export const redisNumber = (version: string): string => /v=(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '?';

/** Rights to channels came with Redis 6.2. */
export function hasChannelRights(version: string): boolean {
  const [major = 0, minor = 0] = redisNumber(version).split('.').map(Number);
  return major > 6 || (major === 6 && minor >= 2);
}

async function pythonWithVenv(environment: Environment, installLog: string, terminal: Terminal): Promise<Python> {
  const env = installEnvironment(environment);
  const there = await findPython(env, isRoot());
  if (there.kind === 'ready') return there.python;
  const packages = ['python3', 'python3-venv'];
  using step = terminal.step(launcherText.stepInstall('Python'));
  await installPackages(packages, env, installLog);
  const found = await findPython(env, isRoot());
  if (found.kind !== 'ready') throw new Refusal(launcherText.pythonMissing());
  step.done(found.python.version);
  return found.python;
}

async function synapse(python: Python, environment: Environment, terminal: Terminal, stop: AbortSignal): Promise<string> {
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
