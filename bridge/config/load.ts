import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import leven from 'leven';
import { z } from 'zod';
import { defaultRoster } from '../protocol/default-roster.ts';
import type { Lang } from '../protocol/ids.ts';
import { Roster } from '../protocol/roster.ts';
import { ProviderSettings, Settings, SwarmSettings } from '../protocol/settings.ts';
import { settingsText } from '../text/terminal/settings.ts';
import type { Phrase } from '../text/say.ts';
import type { Environment } from './environment.ts';
import { ConfigRefusal } from './refusal.ts';

export interface Loaded {
  readonly settings: Settings;
  readonly providers: ProviderSettings;
  readonly roster: Roster;
  /** Names that look like ours and mean nothing, with the one that was probably meant. */
  readonly unknown: readonly { readonly name: string; readonly nearest: string }[];
}

interface Wrong {
  readonly place: string;
  readonly what: string;
}

/** Before the settings are known to be good: the language in which to say that they are not. */
export function configuredLanguage(environment: Environment): Lang {
  return environment['CHAVION_LANG'] === 'en' ? 'en' : 'ko';
}

/** Everything the owner can get wrong, read at once. Throws one `Refusal` that lists every fault with its place. */
export function loadConfiguration(
  environment: Environment,
  projectFolder: string,
  lang: Lang = configuredLanguage(environment),
): Loaded {
  const settings = read(Settings, environment, lang, (path) => shown(path, environment));
  const providers = read(ProviderSettings, environment, lang, (path) => path.join('.'));
  const roster = readRoster(environment['CHAVION_ROSTER'], projectFolder, lang);
  const wrong = [settings, providers, roster].flatMap((part) => ('wrong' in part ? part.wrong : []));
  if ('wrong' in settings || 'wrong' in providers || 'wrong' in roster)
    throw new ConfigRefusal(settingsText.settingsWrong(wrong));
  return {
    settings: settings.value,
    providers: providers.value,
    roster: roster.value,
    unknown: unknownNames(environment),
  };
}

/** Settings alone, for verbs that must work with a broken roster. */
export function loadSettings(environment: Environment): Settings {
  const settings = read(Settings, environment, configuredLanguage(environment), (path) => shown(path, environment));
  if ('wrong' in settings) throw new ConfigRefusal(settingsText.settingsWrong(settings.wrong));
  return settings.value;
}

type Read<T> = { readonly value: T } | { readonly wrong: readonly Wrong[] };

function read<T>(
  schema: z.ZodType<T>,
  value: unknown,
  lang: Lang,
  place: (path: readonly PropertyKey[]) => string,
): Read<T> {
  const parsed = schema.safeParse(value, { error: (issue) => plainly(issue, lang) });
  if (parsed.success) return { value: parsed.data };
  return {
    wrong: parsed.error.issues.map((issue) => ({
      place: place(issue.path),
      what: own(issue)?.[lang]() ?? issue.message,
    })),
  };
}

/** For what a schema of the settings says itself, in the language of the code. */
const OWN: Readonly<Record<string, Phrase>> = {
  CHAVION_SERVER_NAME: settingsText.wrong.serverName,
  CHAVION_TZ: settingsText.wrong.timeZone,
};
const own = ({ path: [name] }: z.core.$ZodIssue): Phrase | undefined =>
  typeof name !== 'string'
    ? undefined
    : (OWN[name] ?? (name.endsWith('_API_KEY') ? settingsText.wrong.key : undefined));

const LOCALES = { ko: z.locales.ko().localeError, en: z.locales.en().localeError };

/** The common ones in words for people; zod's own for the rest. Messages that a schema gives itself go before both. */
function plainly(issue: z.core.$ZodRawIssue, lang: Lang): ReturnType<(typeof LOCALES)['ko']> {
  if (issue.code === 'invalid_type' && issue.input === undefined) return settingsText.missing[lang]();
  if (issue.code === 'invalid_type' && (issue.expected === 'number' || issue.expected === 'int'))
    return settingsText.notNumber[lang]();
  if ((issue.code === 'too_small' || issue.code === 'too_big') && isPort(issue))
    return settingsText.wrong.range('1', '65535')[lang]();
  if (issue.code === 'too_small' && issue.origin !== 'number' && issue.minimum === 1) return settingsText.empty[lang]();
  return said(issue)?.[lang]() ?? LOCALES[lang](issue);
}

function said(issue: z.core.$ZodRawIssue): Phrase | undefined {
  const { wrong } = settingsText;
  if (issue.code === 'invalid_format' && issue.format === 'url') return wrong.url;
  if (issue.code === 'invalid_value') return wrong.options(issue.values.map(String));
  if (issue.code === 'unrecognized_keys') return wrong.unknown(issue.keys);
  if (issue.code !== 'invalid_type') return undefined;
  return issue.expected === 'object'
    ? wrong.object
    : issue.expected === 'array'
      ? wrong.list
      : issue.expected === 'string'
        ? wrong.text
        : undefined;
}

/** The only numbers among the settings; a roster's have words of their own. */
const isPort = ({ path }: z.core.$ZodRawIssue): boolean => /^CHAVION_\w+_PORT$/.test(String(path?.[0] ?? ''));

function readRoster(path: string | undefined, projectFolder: string, lang: Lang): Read<Roster> {
  if (path === undefined) return read(Roster, defaultRoster, lang, (at) => dotted('roster', at));
  const file = resolve(projectFolder, path);
  let text: unknown;
  let source = '';
  try {
    source = readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    text = JSON.parse(source);
  } catch (cause) {
    const what =
      cause instanceof SyntaxError
        ? settingsText.notJson(faultyLine(source), cause.message)[lang]()
        : settingsText.notReadable(code(cause))[lang]();
    return { wrong: [{ place: `CHAVION_ROSTER=${path}`, what }] };
  }
  return read(Roster, text, lang, (at) => dotted(path, at));
}

const MOST_LINES = 2_000;

/** The first line after which it can be no JSON any more, whatever comes; V8 does not name it in a short text. */
function faultyLine(source: string): number | null {
  const lines = source.split('\n').slice(0, MOST_LINES);
  const at = lines.findIndex((_, i) => isNoBeginning(lines.slice(0, i + 1).join('\n')));
  return at === -1 ? null : at + 1;
}

function isNoBeginning(text: string): boolean {
  try {
    JSON.parse(text);
    return false;
  } catch (error) {
    const message = error instanceof Error ? error.message : '';
    const place = /at position (\d+)/.exec(message)?.[1];
    return (
      !/Unexpected end|Unterminated/.test(message) && (place === undefined || Number(place) < text.trimEnd().length)
    );
  }
}

const code = (cause: unknown): string => (cause instanceof Error && 'code' in cause ? String(cause.code) : 'error');

function shown(path: readonly PropertyKey[], environment: Environment): string {
  const name = path.join('.');
  const value = environment[name];
  return value === undefined ? name : `${name}=${value}`;
}

/** `roster.json: agents[2].callsigns[0]` */
function dotted(file: string, path: readonly PropertyKey[]): string {
  const at = path.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('');
  return at === '' ? file : `${file}: ${at.replace(/^\./, '')}`;
}

function unknownNames(environment: Environment): Loaded['unknown'] {
  const known = [...Object.keys(Settings.shape), ...Object.keys(SwarmSettings.shape)];
  const offered = Object.keys(Settings.shape);
  const nearest = (name: string) => offered.toSorted((a, b) => leven(a, name) - leven(b, name))[0] ?? '';
  return Object.keys(environment)
    .filter((name) => name.startsWith('CHAVION_') && !known.includes(name))
    .map((name) => ({ name, nearest: nearest(name) }))
    .filter(({ name, nearest }) => leven(name, nearest) <= 3);
}
