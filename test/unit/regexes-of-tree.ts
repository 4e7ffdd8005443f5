import { createHash } from 'node:crypto';
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { check } from 'recheck';
import { parseSync } from 'rolldown/utils';
import { UserId } from '../../bridge/protocol/ids.ts';

/** A regular expression and where it stands. */
export interface Regex {
  readonly at: string;
  readonly source: string;
  readonly flags: string;
}

/** Where `RegExp(…)` is called: what it is called with is known only once it runs. */
export interface Construction {
  readonly file: string;
  readonly at: string;
}

export const productFiles = (): readonly string[] =>
  globSync(['chavion.ts', '{bots,bridge,executor,synapse}/**/*.{ts,js,mjs}'])
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();

export const testFiles = (): readonly string[] =>
  globSync('test/**/*.{ts,js,mjs}')
    .map((file) => file.replaceAll('\\', '/'))
    .toSorted();

/** Every literal and every construction of one file, by a parser: no string or comment looks like one. */
export function regexesIn(
  file: string,
  text = readFileSync(file, 'utf8'),
): { readonly literals: readonly Regex[]; readonly constructions: readonly Construction[] } {
  const { program, errors } = parseSync(file, text, { lang: 'ts' });
  if (errors.length > 0) throw new Error(`${file} cannot be read: ${errors[0]?.message ?? ''}`);
  const literals: Regex[] = [];
  const constructions: Construction[] = [];
  const visit = (node: unknown): void => {
    if (Array.isArray(node)) return node.forEach(visit);
    if (typeof node !== 'object' || node === null) return;
    const parts = new Map<string, unknown>(Object.entries(node));
    const start = parts.get('start');
    const at = `${file}:${typeof start === 'number' ? text.slice(0, start).split('\n').length : '?'}`;
    const regex = parts.get('regex');
    if (isRegex(regex)) literals.push({ at, source: regex.pattern, flags: regex.flags });
    const callee = parts.get('callee');
    if (typeof callee === 'object' && callee !== null && 'name' in callee && callee.name === 'RegExp')
      constructions.push({ file, at });
    for (const part of parts.values()) visit(part);
  };
  visit(program);
  return { literals, constructions };
}

const isRegex = (value: unknown): value is { readonly pattern: string; readonly flags: string } =>
  typeof value === 'object' &&
  value !== null &&
  'pattern' in value &&
  typeof value.pattern === 'string' &&
  'flags' in value &&
  typeof value.flags === 'string';

/** What `RegExp` is called with in the product's own files while `body` runs. */
export async function constructedWhile(body: () => Promise<void>): Promise<readonly Regex[]> {
  const found: Regex[] = [];
  const real = globalThis.RegExp;
  const note = (made: RegExp): RegExp => {
    const site = (new Error('here').stack ?? '')
      .split('\n')
      .slice(1)
      .find((line) => !line.includes('regexes-of-tree'));
    const file =
      site === undefined
        ? undefined
        : /(?:chavion\.ts|(?:bots|bridge|executor|synapse)\/[\w./-]{1,200}):\d+:\d+/.exec(site)?.[0];
    if (file !== undefined && site?.includes('node_modules') === false)
      found.push({ at: file, source: made.source, flags: made.flags });
    return made;
  };
  globalThis.RegExp = new Proxy(real, {
    construct: (target, [pattern, flags]: [string | RegExp, string | undefined]) => note(new target(pattern, flags)),
    apply: (target, _self, [pattern, flags]: [string | RegExp, string | undefined]) => note(target(pattern, flags)),
  });
  try {
    await body();
  } finally {
    globalThis.RegExp = real;
  }
  return found;
}

/** Every expression of the product: as written, and as put together when its file is loaded. Files that make none by being loaded are named. */
export async function regexesOfTree(): Promise<{
  readonly regexes: readonly Regex[];
  readonly unseen: readonly string[];
}> {
  const found = productFiles().map((file) => regexesIn(file));
  const files = [...new Set(found.flatMap(({ constructions }) => constructions.map(({ file }) => file)))];
  const made = await constructedWhile(async () => {
    for (const file of files) await import(/* @vite-ignore */ `../../${file}`);
    const { withPills } = await import('../../bridge/matrix/pills.ts');
    withPills(
      '<p>@클로드 @자비스</p>',
      ['클로드', '자비스 (a+)+$', 'a'.repeat(200)].map((name) => ({
        userId: UserId.parse('@agent_claude:house.test'),
        name,
      })),
    );
  });
  return {
    regexes: [...found.flatMap(({ literals }) => literals), ...made],
    unseen: files.filter((file) => !made.some(({ at }) => at.startsWith(file))),
  };
}

export const digestOf = ({ source, flags }: Regex): string =>
  createHash('sha256').update(`/${source}/${flags}`).digest('hex').slice(0, 24);

const PROVEN = new URL('linear-regexes.txt', import.meta.url);
const OF_TESTS = new URL('test-regexes.txt', import.meta.url);

/** Digests of those that took long to prove. Whoever changes a letter of one has it proved anew. */
export const provenBefore = (): ReadonlySet<string> => digestsIn(PROVEN);
/** Of those in tests, all that were looked at. */
export const lookedAtBefore = (): ReadonlySet<string> => digestsIn(OF_TESTS);

const digestsIn = (list: URL): ReadonlySet<string> =>
  new Set(
    readFileSync(list, 'utf8')
      .split('\n')
      .map((line) => line.split(' ')[0] ?? ''),
  );
export const writeProven = (regexes: readonly Regex[]): void => writeDigests(PROVEN, regexes);
export const writeLookedAt = (regexes: readonly Regex[]): void => writeDigests(OF_TESTS, regexes);

const writeDigests = (list: URL, regexes: readonly Regex[]): void =>
  writeFileSync(
    list,
    `${[...new Set(regexes.map((regex) => `${digestOf(regex)} ${regex.at.replace(/:.*/, '')}`))].toSorted().join('\n')}\n`,
  );

/** `first.*then.*then.*last` over what the product has said is done in a blink; more than that, or a choice within a choice, need not be. */
const HARMLESS_DEGREE = 4;

/** Why a test could hang on it; null where it is at most a few steps a letter of what the product itself has said. */
export async function hangFaultOf({ source, flags }: Regex): Promise<string | null> {
  const result = await check(source, flags, { timeout: 120_000, randomSeed: 0 });
  if (result.status === 'safe') return null;
  if (result.status === 'unknown') return result.error.kind;
  const { complexity } = result;
  return complexity.type === 'polynomial' && complexity.degree <= HARMLESS_DEGREE ? null : complexity.summary;
}

/** Why it is not linear; null where recheck proves it, or where its own attack, pumped up, takes no more than its length says. */
export async function faultOf({ source, flags }: Regex): Promise<string | null> {
  const result = await check(source, flags, { timeout: 120_000, randomSeed: 0 });
  if (result.status === 'safe') return null;
  if (result.status === 'unknown') return result.error.kind;
  // Of windows such as `[^\n]{0,60}` it counts sixty steps a letter and calls that quadratic; an automaton it believes.
  if (
    result.checker === 'fuzz' &&
    result.complexity.type === 'polynomial' &&
    !outgrows(new RegExp(source, flags), result.attack)
  )
    return null;
  return `${result.complexity.summary}, such as ${result.attack.pattern}`;
}

interface Attack {
  readonly pumps: readonly { readonly prefix: string; readonly pump: string }[];
  readonly suffix: string;
}

/** Four times the text, more than eight times the time: quadratic would be sixteen times. */
function outgrows(regex: RegExp, { pumps, suffix }: Attack): boolean {
  let before = 0;
  for (const length of [250, 1_000, 4_000, 16_000, 64_000]) {
    const text =
      pumps
        .map(({ prefix, pump }) => prefix + pump.repeat(Math.ceil(length / pumps.length / Math.max(1, pump.length))))
        .join('') + suffix;
    const took = Math.min(...Array.from({ length: 3 }, () => cpuOf(() => text.replace(regex, ''))));
    if (took > 30 && took > before * 8) return true;
    before = Math.max(took, 1);
  }
  return false;
}

/** Milliseconds of this thread, whatever else the machine does. */
function cpuOf(act: () => void): number {
  const before = process.threadCpuUsage();
  act();
  const { user, system } = process.threadCpuUsage(before);
  return (user + system) / 1_000;
}
