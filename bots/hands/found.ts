import { publicUrl, type SourceLink, sourceName } from '../../bridge/matrix/source-links.ts';
import { material, type SearchFound } from './tool.ts';

const MOST_SOURCES = 12;
const LONGEST_WORDS = 6_000;
const LONGEST_TITLE = 200;

/** What a provider has found, with the addresses that can be shown, each once; numbers in its words follow them. Pure. */
export function foundOf(words: string, raw: readonly SourceLink[]): SearchFound {
  const links = new Map<string, { readonly number: number; readonly title?: string }>();
  const numbers = raw.map(({ url, title }) => {
    const shown = publicUrl(url);
    if (shown === null || (links.size >= MOST_SOURCES && !links.has(shown))) return null;
    const known = links.get(shown);
    if (known !== undefined) return known.number;
    const number = links.size + 1;
    links.set(shown, {
      number,
      ...(title === undefined ? {} : { title: title.slice(0, LONGEST_TITLE).toWellFormed() }),
    });
    return number;
  });
  return {
    words: renumbered(
      words.trim().slice(0, LONGEST_WORDS).toWellFormed(),
      raw.length,
      (number) => numbers[number - 1] ?? null,
    ),
    sources: [...links].map(([url, { title }]) => ({ url, ...(title === undefined ? {} : { title }) })),
  };
}

/**
 * As the model reads it, sealed. Its sources are numbered on behind the `before` that other searches of the turn have
 * brought, so that a number means one page under the whole answer.
 */
export function numberedFound({ words, sources }: SearchFound, before: number): string {
  const text = renumbered(words, sources.length, (number) => number + before);
  const list = sources.map((source, at) => `[${before + at + 1}] ${sourceName(source)} ${source.url}`);
  return material('web search', [text, '', ...list].join('\n'));
}

/** `[1]` up to the last of so many sources; what has no number any more goes. */
const renumbered = (text: string, sources: number, to: (number: number) => number | null): string =>
  text.replace(/\[(\d{1,2})\]/g, (mark, digits: string) => {
    const number = Number(digits);
    if (number < 1 || number > sources) return mark;
    const now = to(number);
    return now === null ? '' : `[${now}]`;
  });
