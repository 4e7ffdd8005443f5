import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Environment, machineEnvironment, processEnvironment, readEnvFile } from '../config/environment.ts';
import { loadConfiguration, loadSettings } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { askProgram, programFailure } from '../processes/child.ts';
import { ensureAccounts } from '../launcher/instance/accounts.ts';
import { readJson } from '../launcher/instance/files.ts';
import { dataPaths, Instance, isRoot, openDataFolder } from '../launcher/instance/instance.ts';
import { holder } from '../launcher/instance/lock.ts';
import { prerequisites } from '../launcher/instance/prerequisites.ts';
import { serviceText } from '../text/terminal/service.ts';
import { serviceSettings } from './service-settings.ts';
import { serviceUnit } from './service-unit.ts';
import type { VerbRequest } from './verbs.ts';

export const UNIT_FILE = '/etc/systemd/system/chavion.service';

const SYSTEMD_MS = 60_000;

/** `npm start -- install-service [--print]`: the house comes up with the machine. Returns the exit code. */
export async function installService(
  { project, environment, args, terminal }: VerbRequest,
  stop: AbortSignal,
): Promise<number> {
  if (args.some((word) => word !== '--print')) {
    terminal.say(serviceText.usage);
    return 2;
  }
  const paths = dataPaths(project, loadSettings(environment));
  const instance = readJson(paths.instance, Instance);
  const settings = serviceSettings(
    processEnvironment(),
    readEnvFile(join(project, '.env')),
    keyNames(environment, project),
  );
  const unit = serviceUnit({
    project,
    // A house begun by an ordinary account stays with it.
    account: instance?.separated === false ? await nameOf(statSync(paths.data).uid) : undefined,
    path: programFolders(environment['PATH'] ?? ''),
    settings,
  });
  if (args.includes('--print')) {
    for (const line of unit.trimEnd().split('\n')) terminal.line(line);
    return 0;
  }
  if (!isRoot()) throw new ConfigRefusal(serviceText.notRoot);
  if (!existsSync('/run/systemd/system')) throw new ConfigRefusal(serviceText.noSystemd);
  if (existsSync(UNIT_FILE) && !readFileSync(UNIT_FILE, 'utf8').includes(`WorkingDirectory=${project}\n`))
    throw new ConfigRefusal(serviceText.otherHouse(UNIT_FILE));
  // The service may write neither to /usr nor to /etc: what takes that is done now.
  openDataFolder(paths);
  await prerequisites(environment, `${paths.logs}/install.log`, terminal, stop);
  await ensureAccounts();
  writeFileSync(UNIT_FILE, unit, { mode: 0o644 });
  await systemctl('daemon-reload');
  await systemctl('enable', 'chavion.service');
  terminal.mark(true, serviceText.installed(UNIT_FILE)[terminal.lang]());
  const carried = Object.keys(settings.carried);
  if (carried.length > 0) terminal.mark('note', serviceText.carried(carried)[terminal.lang]());
  if (settings.left.length > 0) terminal.mark('note', serviceText.left(settings.left)[terminal.lang]());
  terminal.say(holder(paths.lock) === undefined ? serviceText.next : serviceText.nextRunning);
  return 0;
}

/** The variables that a roster takes keys from. A broken roster is told of by the start. */
function keyNames(environment: Environment, project: string): readonly string[] {
  try {
    return loadConfiguration(environment, project).roster.agents.flatMap(({ endpoint }) => endpoint?.keyEnv ?? []);
  } catch {
    return [];
  }
}

async function systemctl(...args: readonly string[]): Promise<void> {
  const done = await askProgram('systemctl', args, { env: machineEnvironment(), timeout: SYSTEMD_MS });
  if (done.failed) throw programFailure('systemctl', done);
}

async function nameOf(uid: number): Promise<string> {
  const found = await askProgram('getent', ['passwd', String(uid)], { env: machineEnvironment() });
  if (found.failed) throw programFailure('getent', found);
  return found.stdout.split(':')[0] ?? String(uid);
}

/** Without the project's own: what .node/run finds there it looks up itself. */
const programFolders = (path: string): string => {
  const folders = path.split(':').filter((folder) => folder.startsWith('/') && !folder.includes('node_modules'));
  return [...new Set([...folders, '/usr/local/sbin', '/usr/local/bin', '/usr/sbin', '/usr/bin'])].join(':');
};
