import type { Lang } from '../bridge/protocol/ids.ts';

/** The language somebody writes in: Korean where there is any Hangul, English where there are other letters. */
export function languageOf(text: string, fallback: Lang): Lang {
  if (/\p{Script=Hangul}/u.test(text)) return 'ko';
  return /\p{Script=Latin}{2,}/u.test(text) ? 'en' : fallback;
}
