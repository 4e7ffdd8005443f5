import type { Phrase } from '../text/say.ts';
import { npmTook } from '../text/terminal/npm-flags.ts';
import type { Environment } from './environment.ts';

interface Flag {
  readonly name: string;
  /** A word belongs behind it. */
  readonly valued?: true;
  /** npm's own name for it, where npm knows the letter; it may be set for npm, so it counts for this verb only. */
  readonly npm?: { readonly name: string; readonly verb: string };
}

/** By npm script, every flag that we know; a test holds them against the usages. */
const FLAGS: Readonly<Record<'start' | 'chat' | 'test' | 'bench', readonly Flag[]>> = {
  start: [
    { name: '--providers' },
    { name: '--encrypt' },
    { name: '--passphrase-file', valued: true },
    { name: '--list' },
    { name: '--end', valued: true },
    { name: '--print' },
    { name: '--new' },
    { name: '--trust-reading' },
    { name: '--header', valued: true },
    { name: '--host', valued: true },
    { name: '--folder', valued: true },
    { name: '--pick', valued: true },
    { name: '-f', npm: { name: 'force', verb: 'logs' } },
  ],
  chat: [{ name: '--room', valued: true }],
  test: [{ name: '--soak' }, { name: '--changed' }],
  bench: [{ name: '--quick' }],
};

/**
 * The words behind an npm script as they were meant. Without a `--` before them npm keeps flags for itself, and says of
 * them in the environment of its script only (`npm_config_<name>`, `true` where no `=` gave a value). Where a word stood
 * behind a flag, npm has left it among the others without its place: of several it may be any, and nothing is guessed.
 */
export function meantWords(
  script: keyof typeof FLAGS,
  words: readonly string[],
  environment: Environment,
): { readonly words: readonly string[]; readonly lost: Phrase | undefined } {
  if (environment['npm_lifecycle_event'] !== script) return { words, lost: undefined };
  const verb = script === 'start' ? words.slice(0, 1) : [];
  const rest = words.slice(verb.length);
  const whole: string[] = [];
  const open: string[] = [];
  for (const { name, valued, npm } of FLAGS[script]) {
    if (rest.includes(name) || (npm !== undefined && npm.verb !== verb[0])) continue;
    const value = environment[`npm_config_${npm?.name ?? name.slice(2).replaceAll('-', '_')}`];
    if (value === undefined) continue;
    if (value !== 'true') whole.push(...(valued === true ? [name, value] : [`${name}=${value}`]));
    else (valued === true ? open : whole).push(name);
  }
  const [flag] = open;
  if (flag !== undefined && open.length + rest.length > 2) return { words, lost: npmTook(script, flag, verb[0]) };
  return { words: [...verb, ...whole, ...open, ...rest], lost: undefined };
}
