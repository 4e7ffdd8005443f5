import { Refusal } from '../config/refusal.ts';
import { launcherText } from '../text/launcher.ts';
import { cutShort, helpText, unknownVerb } from '../text/verbs.ts';
import { hasCode } from './files.ts';
import type { Phrase } from '../text/say.ts';
import type { Terminal } from './terminal.ts';

/** Returns the exit code; nothing is 0. */
export type Verb = (stop: AbortSignal) => Promise<number | void>;

/** As shells do: 128 and the number of SIGINT. */
const CUT_SHORT = 130;

/** Carries out one verb, ends it on Ctrl-C, SIGTERM or a closed terminal, and says what went wrong. */
export async function runVerb(verbs: Readonly<Record<string, Verb>>, name: string, terminal: Terminal): Promise<number> {
  const verb = Object.hasOwn(verbs, name) ? verbs[name] : undefined;
  if (verb === undefined) {
    terminal.say(unknownVerb(name));
    terminal.line();
    terminal.say(helpText);
    return 2;
  }
  // Any other verb leaves the house as it is.
  const isHouse = name === 'start';
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      terminal.line();
      if (isHouse) terminal.say(launcherText.stopping);
      stop.abort();
    });
  }
  try {
    const code = (await verb(stop.signal)) ?? 0;
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

function said(error: unknown): Phrase {
  if (error instanceof Refusal) return { ko: () => error.in('ko'), en: () => error.in('en') };
  if (hasCode(error, 'ENOSPC')) return launcherText.diskFull;
  if (['EACCES', 'EPERM', 'EROFS', 'ENOTDIR', 'EEXIST'].some((code) => hasCode(error, code)) || isMkdir(error)) return launcherText.closed(pathOf(error));
  return launcherText.unexpected(error instanceof Error ? error.message : String(error));
}

/** Node says of a folder that it could not make on a read-only disk that it is not there. */
const isMkdir = (error: unknown): boolean => hasCode(error, 'ENOENT') && error instanceof Error && 'syscall' in error && error.syscall === 'mkdir';

const pathOf = (error: unknown): string => (error instanceof Error && 'path' in error && typeof error.path === 'string' ? error.path : '?');
