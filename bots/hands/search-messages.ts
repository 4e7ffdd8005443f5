import type { Entry } from '../../bridge/appservice/timeline.ts';

/** Words of Korean carry endings, so that whole words find little: pairs of letters find `예산` in `예산을`. */
const LETTER = /[\p{L}\p{N}]/u;

/** Pairs of neighbouring letters, and letters that stand alone; NFC, in small letters. */
function gramsOf(text: string): ReadonlySet<string> {
  const grams = new Set<string>();
  const letters = Array.from(text.normalize('NFC').toLowerCase());
  letters.forEach((letter, i) => {
    if (!LETTER.test(letter)) return;
    const next = letters[i + 1] ?? '';
    if (LETTER.test(next)) grams.add(letter + next);
    else if (!LETTER.test(letters[i - 1] ?? '')) grams.add(letter);
  });
  return grams;
}

const MAX_QUERY = 200;
const LEAST_SHARE = 0.4;

/**
 * Messages that say most of what is looked for, the best first, of equal ones the newest. Pure.
 * @param entries oldest first.
 */
export function searchMessages(query: string, entries: readonly Entry[], limit: number): readonly Entry[] {
  const wanted = gramsOf(query.slice(0, MAX_QUERY));
  if (wanted.size === 0) return [];
  return entries
    .flatMap((entry, at) => {
      const grams = gramsOf(entry.body);
      const found = [...wanted].filter((gram) => grams.has(gram)).length;
      // Of two that say all of it the shorter one says it rather.
      return found / wanted.size < LEAST_SHARE
        ? []
        : [{ entry, at, score: found - Math.min(0.9, grams.size / 10_000) }];
    })
    .toSorted((a, b) => Math.round(b.score) - Math.round(a.score) || b.at - a.at)
    .slice(0, limit)
    .map(({ entry }) => entry);
}
