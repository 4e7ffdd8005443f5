import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { machineEnvironment } from '../config/environment.ts';
import { loadSettings } from '../config/load.ts';
import { startChild } from '../processes/child.ts';
import { PARTS } from '../launcher/instance/accounts.ts';
import { dataPaths } from '../launcher/instance/instance.ts';
import { operationsText } from '../text/terminal/operations.ts';
import type { VerbRequest } from './verbs.ts';

const SHOWN_LINES = 50;

/** `npm start -- logs [part] [-f] [lines]`: what the parts wrote last, each file under its name. Returns the exit code. */
export async function logs({ project, environment, args, terminal }: VerbRequest, stop: AbortSignal): Promise<number> {
  const words = args.filter((word) => word !== '-f');
  const lines = words.find((word) => /^[1-9]\d{0,5}$/.test(word));
  const [part, ...more] = words.filter((word) => word !== lines);
  if (more.length > 0 || (part !== undefined && !PARTS.some((known) => known === part))) {
    terminal.say(operationsText.logsUsage(PARTS));
    return 2;
  }
  const folder = dataPaths(project, loadSettings(environment)).logs;
  const files = (part === undefined ? PARTS : [part])
    .map((name) => join(folder, `${name}.log`))
    .filter((file) => existsSync(file));
  if (files.length === 0) {
    terminal.say(operationsText.noLogs);
    return 0;
  }
  const shown = [
    ...(args.includes('-f') ? ['-F', `--pid=${process.pid}`] : []),
    '-n',
    lines ?? String(SHOWN_LINES),
    ...files,
  ];
  const { exitCode = 1 } = await startChild('tail', shown, {
    env: machineEnvironment(),
    stdio: ['ignore', 'inherit', 'inherit'],
    cancelSignal: stop,
  });
  return stop.aborted ? 0 : exitCode;
}
