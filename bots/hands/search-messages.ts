import type { Entry } from '../../bridge/appservice/timeline.ts';
import { gramsOf, gramWeight } from '../memory/grams.ts';

const MAX_QUERY = 200;
const LEAST_SHARE = 0.4;

/**
 * Messages that say most of what is looked for, the best first, of equal ones the newest. Pure.
 * @param entries oldest first.
 */
export function searchMessages(query: string, entries: readonly Entry[], limit: number): readonly Entry[] {
  const wanted = gramsOf(query.slice(0, MAX_QUERY));
  if (wanted.size === 0) return [];
  const whole = weightOf([...wanted]);
  return entries
    .flatMap((entry, at) => {
      const grams = gramsOf(entry.body);
      const found = weightOf([...wanted].filter((gram) => grams.has(gram)));
      // Of two that say all of it the shorter one says it rather.
      return found / whole < LEAST_SHARE ? [] : [{ entry, at, score: found - Math.min(0.9, grams.size / 10_000) }];
    })
    .toSorted((a, b) => Math.round(b.score) - Math.round(a.score) || b.at - a.at)
    .slice(0, limit)
    .map(({ entry }) => entry);
}

const weightOf = (grams: readonly string[]): number => grams.reduce((sum, gram) => sum + gramWeight(gram), 0);
