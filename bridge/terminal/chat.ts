import { join } from 'node:path';
import { type Environment, ownerEnvironment, processEnvironment } from '../config/environment.ts';
import { configuredLanguage, loadSettings } from '../config/load.ts';
import { meantWords } from '../config/npm-flags.ts';
import { ConfigRefusal } from '../config/refusal.ts';
import type { Lang } from '../protocol/ids.ts';
import { terminalText } from '../text/terminal/terminal.ts';
import { wanted } from './arguments.ts';
import { readInstanceFile } from './house-file.ts';
import { live } from './live.ts';
import { paintFor } from './paint.ts';
import { Screen } from './screen.ts';
import { single } from './single.ts';

const project = join(import.meta.dirname, '..', '..');

async function chat(args: readonly string[], environment: Environment, lang: Lang): Promise<number> {
  const { words, lost } = meantWords('chat', args, environment);
  if (lost !== undefined) throw new ConfigRefusal(lost);
  const want = wanted(words);
  if (want.kind === 'wrong') throw new ConfigRefusal(terminalText.wrongArgument(want.argument));
  if (want.kind === 'help') {
    process.stdout.write(`${terminalText.help[lang]()}\n`);
    return 0;
  }
  const settings = loadSettings(environment);
  const house = readInstanceFile(project, settings.CHAVION_DATA_DIR);
  const screen = new Screen(process.stdout);
  const stop = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(name, () => stop.abort());
  // Whoever read our output has gone.
  process.stdout.on('error', () => stop.abort());
  let loggedOut = false;
  const options = {
    house,
    room: house.rooms[want.room],
    lang,
    screen,
    look: { lang, timeZone: settings.CHAVION_TZ, paint: paintFor(process.stdout), columns: () => screen.columns() },
    loggedOut: () => {
      loggedOut = true;
      stop.abort();
    },
  };
  const code =
    want.kind === 'single'
      ? await single(want.text, options, stop.signal)
      : await live(want.room, { input: process.stdin, output: process.stdout }, options, stop.signal);
  if (loggedOut) throw new ConfigRefusal(terminalText.loggedOut);
  return code;
}

let lang = configuredLanguage(processEnvironment());
try {
  const environment = ownerEnvironment(project);
  lang = configuredLanguage(environment);
  process.exitCode = await chat(process.argv.slice(2), environment, lang);
} catch (error) {
  // Names of errors only: a message may quote what was sent.
  const what =
    error instanceof ConfigRefusal
      ? error.in(lang)
      : terminalText.unexpected(error instanceof Error ? error.name : 'unknown')[lang]();
  process.stderr.write(`${what}\n`);
  process.exitCode = 1;
}
// The SDK leaves timers behind that would hold the process for minutes.
process.stdout.write('', () => process.exit());
