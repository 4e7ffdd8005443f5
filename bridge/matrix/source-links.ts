import { plainWords } from './markdown-words.ts';

/** Where something was found; both come from strangers. */
export interface SourceLink {
  readonly url: string;
  readonly title?: string | undefined;
}

const LONGEST_URL = 1_500;
const LONGEST_TITLE = 60;
/** Where Google's search leads through: the title alone says whereto. */
const REDIRECTS = 'vertexaisearch.cloud.google.com';

/**
 * The address as it may be shown, read and tapped; null for what is no public page: another scheme, credentials, a bare
 * number or a name without a dot. Nothing in it ends a link of Markdown, and no `@` in it calls anybody.
 */
export function publicUrl(text: string): string | null {
  const url = URL.parse(text);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  const host = url.hostname;
  if (!host.includes('.') || host.endsWith('.') || /^[\d.]+$/.test(host) || host.startsWith('[')) return null;
  const counting = [...url.searchParams].filter(([name]) => /^utm_/i.test(name));
  for (const [name] of counting) url.searchParams.delete(name);
  const shown = url.href.replace(/[@<>\\`*_~|"']|\s/g, encoded);
  return shown.length > LONGEST_URL ? null : shown;
}

/** `_` and `~` are as good as bare, but Markdown reads them as marks where a client shows the source. */
const encoded = (character: string): string =>
  '_~'.includes(character) ? character : `%${character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`;

/** What stands for it: its title as bare words, or its host where there is none or where it poses as another address. */
export function sourceName({ url, title = '' }: SourceLink): string {
  const { hostname } = new URL(url);
  const words = plainWords(title.replace(/[@＠]/gu, ' '), LONGEST_TITLE);
  const posesAs = /[\w-]{1,40}\.[a-z]{2,24}\b/i.exec(words)?.[0].toLowerCase();
  const isOther = posesAs !== undefined && hostname !== REDIRECTS && !hostname.endsWith(posesAs);
  return words === '' || isOther ? hostname : words;
}

/** On a phone. */
const MOST_SHOWN = 10;
const MOST_UNNAMED = 5;

/** The numbers that a text names: `[2]`, `[1, 3]`, `【4】`. */
function namedIn(text: string): ReadonlySet<number> {
  const marks = text.matchAll(/[[【](\d{1,3}(?:[\s,·]{1,3}\d{1,3}){0,9})[\]】]/gu);
  return new Set([...marks].flatMap(([, numbers = '']) => numbers.split(/\D+/).map(Number)));
}

/** Numbered links, one a line, of what the text names by number; of the first few where it names none. */
export function sourceLines(text: string, sources: readonly SourceLink[]): string {
  const numbered = sources.flatMap(({ url, title }, at) => {
    const shown = publicUrl(url);
    return shown === null ? [] : [{ source: { url: shown, title }, number: at + 1 }];
  });
  const named = namedIn(text);
  const chosen = numbered.filter(({ number }) => named.has(number));
  return (chosen.length > 0 ? chosen.slice(0, MOST_SHOWN) : numbered.slice(0, MOST_UNNAMED))
    .map(({ source, number }) => `[${number} · ${sourceName(source)}](<${source.url}>)`)
    .join('\n');
}
