import { ConfigRefusal } from '../../config/refusal.ts';
import { diskRoomText } from '../../text/terminal/disk.ts';
import { launcherText } from '../../text/terminal/launcher.ts';
import { startFaultText } from '../../text/terminal/start-faults.ts';
import type { Phrase } from '../../text/say.ts';
import { cutShort, verbsHelpText, unknownVerb, unknownWord } from '../../text/terminal/verbs.ts';
import { hasCode } from '../instance/files.ts';
import type { Terminal } from '../instance/terminal.ts';

export interface Verb {
  readonly usage: Phrase;
  /** Words that may stand behind it. Undefined: it reads them itself, and refuses what it does not know. */
  readonly takes?: readonly string[];
  /** Returns the exit code; nothing is 0. */
  readonly run: (stop: AbortSignal) => Promise<number | void>;
}

/** As shells do: 128 and the number of SIGINT. */
const CUT_SHORT = 130;
/** For a verb to put away what it has begun. What it has started ends with this process. */
const END_WITHIN_MS = 10_000;
const HELP = ['--help', '-h', 'help'];

/** What is to be done with these words, before anything is. */
export type Wish =
  | { readonly kind: 'run'; readonly name: string; readonly verb: Verb }
  | { readonly kind: 'say'; readonly code: 0 | 2; readonly said: readonly Phrase[] };

export function wish(verbs: Readonly<Record<string, Verb>>, [name = 'start', ...args]: readonly string[]): Wish {
  const known = (word: string) => (Object.hasOwn(verbs, word) ? verbs[word] : undefined);
  const usage = (verb: Verb | undefined): Wish => ({ kind: 'say', code: 0, said: [verb?.usage ?? verbsHelpText] });
  if (HELP.includes(name)) return usage(known(args[0] ?? ''));
  const verb = known(name);
  if (verb === undefined) return { kind: 'say', code: 2, said: [unknownVerb(name), verbsHelpText] };
  if (args.some((word) => word === '--help' || word === '-h')) return usage(verb);
  const unknown = verb.takes && args.find((word) => verb.takes?.includes(word) !== true);
  if (unknown !== undefined) return { kind: 'say', code: 2, said: [unknownWord(name, unknown), verb.usage] };
  return { kind: 'run', name, verb };
}

/** Carries out one verb, ends it on Ctrl-C, SIGTERM or a closed terminal, and says what went wrong. `lost`: why the words cannot be told. */
export async function runVerb(
  verbs: Readonly<Record<string, Verb>>,
  words: readonly string[],
  terminal: Terminal,
  lost?: Phrase,
): Promise<number> {
  const wanted: Wish = lost === undefined ? wish(verbs, words) : { kind: 'say', code: 2, said: [lost] };
  if (wanted.kind === 'say') {
    for (const [i, phrase] of wanted.said.entries()) {
      if (i > 0) terminal.line();
      terminal.say(phrase);
    }
    return wanted.code;
  }
  // Any other verb leaves the house as it is.
  const isHouse = wanted.name === 'start';
  const stop = new AbortController();
  const endNow = () => {
    terminal.say(cutShort);
    process.exit(CUT_SHORT);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return isHouse || signal !== 'SIGINT' ? undefined : endNow();
      terminal.line();
      if (isHouse) terminal.say(launcherText.stopping);
      else setTimeout(endNow, END_WITHIN_MS).unref();
      stop.abort();
    });
  }
  try {
    const code = (await wanted.verb.run(stop.signal)) ?? 0;
    if (stop.signal.aborted && isHouse) terminal.say(launcherText.stopped);
    return code;
  } catch (error) {
    if (stop.signal.aborted) {
      terminal.say(isHouse ? launcherText.stopped : cutShort);
      return isHouse ? 0 : CUT_SHORT;
    }
    terminal.line();
    terminal.say(said(error));
    return 1;
  }
}

export function said(error: unknown): Phrase {
  if (error instanceof ConfigRefusal) return { ko: () => error.in('ko'), en: () => error.in('en') };
  if (hasCode(error, 'ENOSPC') || hasCode(error, 'EDQUOT')) return diskRoomText.diskFull;
  if (isReading(error)) return startFaultText.notRead(pathOf(error));
  if (
    [
      'EACCES',
      'EPERM',
      'EROFS',
      'ENOTDIR',
      'EEXIST',
      'EISDIR',
      'ERR_FS_EISDIR',
      'ENOTEMPTY',
      'ELOOP',
      'ENAMETOOLONG',
    ].some((code) => hasCode(error, code)) ||
    isMkdir(error)
  )
    return startFaultText.closed(pathOf(error));
  return startFaultText.unexpected(error instanceof Error ? error.message : String(error));
}

/** Node says of a folder that it could not make on a read-only disk that it is not there. */
const isMkdir = (error: unknown): boolean =>
  hasCode(error, 'ENOENT') && error instanceof Error && 'syscall' in error && error.syscall === 'mkdir';

/** `read` alone names no path. */
const isReading = (error: unknown): boolean =>
  ['EACCES', 'EPERM'].some((code) => hasCode(error, code)) &&
  error instanceof Error &&
  'syscall' in error &&
  (error.syscall === 'scandir' || error.syscall === 'stat' || error.syscall === 'lstat');

const pathOf = (error: unknown): string =>
  error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : '?';
