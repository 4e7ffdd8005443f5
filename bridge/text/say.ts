import type { Lang } from '../protocol/ids.ts';

/** One thing said in both languages. `P` are the values woven in. */
export type Phrase<P extends readonly unknown[] = []> = { readonly [L in Lang]: (...values: P) => string };

/** Declares a phrase; both languages have to be there for it to compile. */
export const phrase = <P extends readonly unknown[]>(
  ko: (...values: P) => string,
  en: (...values: P) => string,
): Phrase<P> => ({ ko, en });
