import { existsSync, statSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { Remembered } from '../../synapse/provision.ts';
import { bareEnvironment } from '../config/environment.ts';
import { loadConfiguration } from '../config/load.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import { ensureAccounts } from '../launcher/instance/accounts.ts';
import { readJson } from '../launcher/instance/files.ts';
import { dataPaths, isRoot, keptInstance } from '../launcher/instance/instance.ts';
import { holder } from '../launcher/instance/lock.ts';
import { Secrets } from '../launcher/instance/secrets.ts';
import { nodeProgram, swarmSettings } from '../launcher/parts.ts';
import { askProgram } from '../processes/child.ts';
import { memoryExportText } from '../text/terminal/memory-export.ts';
import { operationsText } from '../text/terminal/operations.ts';
import type { VerbRequest } from './verbs.ts';

const WITHIN_MS = 120_000;

/** `npm start -- memory export [file] [--json]`. Returns the exit code. */
export async function exportMemory(asked: VerbRequest, stop: AbortSignal): Promise<number> {
  const { args, terminal } = asked;
  const [verb, ...words] = args.filter((word) => word !== '--json');
  const [wanted] = words;
  if (verb !== 'export' || words.length > 1 || wanted?.startsWith('-') === true) {
    terminal.say(memoryExportText.usage);
    return 2;
  }
  const file = wanted === undefined ? undefined : newFile(wanted);
  const text = await memoryText(asked, args.includes('--json') ? 'json' : 'markdown', stop);
  if (text === null) {
    terminal.mark(false, memoryExportText.failed[terminal.lang]());
    return 1;
  }
  if (file === undefined) {
    for (const line of text.trimEnd().split('\n')) terminal.line(line);
    return 0;
  }
  // Nobody else's to read, and over nothing that came there meanwhile.
  writeFileSync(file, text, { mode: 0o600, flag: 'wx' });
  terminal.mark(true, memoryExportText.done(file)[terminal.lang]());
  return 0;
}

/** Throws a `Refusal` before anything is read. */
function newFile(wanted: string): string {
  const file = resolve(wanted);
  if (existsSync(file)) throw new ConfigRefusal(operationsText.fileThere(file));
  if (statSync(dirname(file), { throwIfNoEntry: false })?.isDirectory() !== true)
    throw new ConfigRefusal(operationsText.noFolder(dirname(file)));
  return file;
}

/** By a program of the swarm's, which alone knows what is a line, and with its account. Null where that fails. */
async function memoryText(
  { project, environment, terminal }: VerbRequest,
  format: 'json' | 'markdown',
  stop: AbortSignal,
): Promise<string | null> {
  const loaded = loadConfiguration(environment, project);
  const paths = dataPaths(project, loaded.settings);
  const instance = keptInstance(paths, loaded.settings);
  const secrets = readJson(paths.secrets, Secrets);
  if (instance === undefined || secrets === undefined) throw new ConfigRefusal(operationsText.noHouse(paths.data));
  const rooms = readJson(paths.provision, Remembered)?.rooms;
  const memory = rooms?.memory;
  // Without the room: it ran last before there was one.
  if (holder(paths.lock) === undefined || rooms === undefined || memory === undefined)
    throw new ConfigRefusal(memoryExportText.closed);
  const accounts = isRoot() ? await ensureAccounts() : undefined;
  const { program, args, cwd } = nodeProgram(
    { separated: accounts !== undefined, project },
    'bots/memory-export-main.ts',
  );
  const done = await askProgram(program, [...args, terminal.lang, format], {
    env: {
      ...bareEnvironment(environment),
      ...swarmSettings({ loaded, secrets, accounts }, { ...rooms, memory }),
    },
    ...(cwd !== undefined && { cwd }),
    timeout: WITHIN_MS,
    cancelSignal: stop,
  });
  stop.throwIfAborted();
  return done.exitCode === 0 ? `${done.stdout.trimEnd()}\n` : null;
}
