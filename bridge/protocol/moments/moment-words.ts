/** What both languages read a moment with. Pure. */

/** `value` null: a moment is begun and its hour is missing. */
export type FoundWords<T> = { readonly value: T | null; readonly rest: string } | null;

export const readDigits = (word: string): number | undefined => (/^\d{1,6}$/u.test(word) ? Number(word) : undefined);
