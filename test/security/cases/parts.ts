import { JUDGED, REFUSED } from '../../../executor/sandbox/seccomp/syscalls.ts';
import type { CommandInput, Outcome, Scene } from '../case.ts';

/** Printed by an attack once it has been made. */
export const TRIED = 'tried-it';

type Extra = Partial<Pick<CommandInput, 'timeoutMs'>> & {
  hosts?: string[];
  lent?: { name: string; access: 'ro' | 'rw' }[];
  workspace?: 'ro' | 'rw';
  cwd?: string;
  stdin?: string;
};

const common = { id: 'attack', reason: 'an attack', timeoutMs: 15_000 };

export const shell = (script: string, extra: Extra = {}): CommandInput => ({
  type: 'shell',
  ...common,
  ...extra,
  script: `${script}\necho ${TRIED}`,
});
export const run = (argv: [string, ...string[]], extra: Extra = {}): CommandInput => ({
  type: 'run',
  ...common,
  ...extra,
  argv,
});
export const readFile = (path: string): CommandInput => ({ type: 'read_file', ...common, path });
export const writeFile = (path: string, content: string): CommandInput => ({
  type: 'write_file',
  ...common,
  path,
  content,
});
export const listFiles = (path: string): CommandInput => ({ type: 'list_files', ...common, path });
export const fetchUrl = (
  url: string,
  more: { method?: 'GET' | 'POST'; body?: string; headers?: Record<string, string> } = {},
): CommandInput => ({ type: 'fetch', ...common, url, ...more });

/** A word in what came out that must not be there. */
export const said = (outcome: Outcome, word: string, harm: string) =>
  outcome.stdout.includes(word) || outcome.stderr.includes(word) ? harm : undefined;
export const leaks = (scene: Scene, outcome: Outcome) =>
  said(outcome, scene.secret.token, 'the secret was read') ??
  said(outcome, scene.neighbour.token, 'the neighbour was read');

const column = process.arch === 'arm64' ? 1 : 0;
const CALLS: Readonly<Record<string, readonly [number | null, number | null]>> = { ...REFUSED, ...JUDGED };
/** -1, which the filter kills, where this machine has no such call. */
export const syscallNumber = (name: string): number => CALLS[name]?.[column] ?? -1;

/**
 * Makes one system call and prints `NAME did it` when it worked, `NAME no ERRNO` when not. Numbers and strings only, as
 * Perl passes them.
 */
export function syscall(name: string, number: number, ...args: (number | string)[]): string {
  // Perl hands strings over as memory that the kernel may write, so a literal will not do.
  const values = args.map((value, index) => `my $a${index} = ${value};`).join(' ');
  const list = [number, ...args.map((_value, index) => `$a${index}`)].join(', ');
  return `perl -e '${values} my $r = syscall(${list}); print $r == -1 ? "${name} no " . ($! + 0) . "\n" : "${name} did it\n"'`;
}

export const ended = (outcome: Outcome): boolean =>
  outcome.result.kind === 'exited' || outcome.result.kind === 'killed';
export const killedFor =
  (...whys: string[]) =>
  (outcome: Outcome): boolean =>
    outcome.result.kind === 'killed' && whys.includes(outcome.result.why);
/** The tokens of a scene are unguessable, so they may stand in a script. */
export const quoted = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
