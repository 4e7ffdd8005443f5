import { Refusal } from '../config/refusal.ts';
import { launcherText } from '../text/launcher.ts';
import type { Terminal } from './terminal.ts';

/** Returns the exit code; nothing is 0. */
export type Verb = (stop: AbortSignal) => Promise<number | void>;

/** Carries out one verb, ends it on Ctrl-C, SIGTERM or a closed terminal, and says what went wrong. */
export async function runVerb(verbs: Readonly<Record<string, Verb>>, name: string, terminal: Terminal): Promise<number> {
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      if (stop.signal.aborted) return;
      terminal.line();
      terminal.say(launcherText.stopping);
      stop.abort();
    });
  }
  try {
    const verb = verbs[name] ?? verbs['--help'];
    const code = (await verb?.(stop.signal)) ?? 0;
    if (stop.signal.aborted) terminal.say(launcherText.stopped);
    return code;
  } catch (error) {
    if (stop.signal.aborted) {
      terminal.say(launcherText.stopped);
      return 0;
    }
    terminal.line();
    terminal.say(error instanceof Refusal ? { ko: () => error.in('ko'), en: () => error.in('en') } : launcherText.unexpected(String(error)));
    return 1;
  }
}
