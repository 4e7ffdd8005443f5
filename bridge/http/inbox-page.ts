import type { Delivered } from '../stores/agent-inbox.ts';

/** How letters are cut into answers that every client takes: GPT Actions refuse one of 100,000 letters. Pure. */

/** Letters of JSON in one answer, about. */
export const PAGE = 60_000;
/** Of one text of a letter: content, and prompt. */
export const PART = 25_000;

export type InboxPage = Delivered & { readonly textFrom?: number; readonly textNext?: number };

/** A letter from that place on, as much of it as goes into one answer. */
export function partOf(letter: Delivered, from = 0): InboxPage {
  const longest = Math.max(letter.content.length, letter.prompt?.length ?? 0);
  // Both texts are cut at the same place, so that one number says where to go on.
  const to = Math.min(
    cut(letter.content, from),
    letter.prompt === undefined ? Number.POSITIVE_INFINITY : cut(letter.prompt, from),
  );
  const ends = to >= longest;
  if (from === 0 && ends) return letter;
  return {
    ...letter,
    content: letter.content.slice(from, to),
    ...(letter.prompt === undefined ? {} : { prompt: letter.prompt.slice(from, to) }),
    textFrom: from,
    ...(ends ? {} : { textNext: to }),
  };
}

/** Where the part that begins there ends; infinite where it is the last. */
function cut(text: string, from: number): number {
  if (size(text.slice(from, from + PART + 1)) <= PART) return Number.POSITIVE_INFINITY;
  let to = from + PART;
  // What JSON writes with more letters than it has: line breaks, quotes, control characters.
  while (to > from + 1 && size(text.slice(from, to)) > PART) to = from + Math.floor((to - from) * 0.8);
  // Never within a letter of two units.
  return /[\uD800-\uDBFF]/.test(text.charAt(to - 1)) ? to - 1 : to;
}

/** So much of a text, from that letter on, as goes into one answer. */
export function textFrom(text: string, from = 0): { readonly text: string; readonly next: number | null } {
  const to = cut(text, from);
  return { text: text.slice(from, to), next: to >= text.length ? null : to };
}

/** The last of these that go into one answer together; at least one. */
export function lastOf<T>(all: readonly T[]): readonly T[] {
  let total = 0;
  const first = all.findLastIndex((one) => (total += size(one)) > PART);
  return first === -1 ? all : all.slice(Math.min(first + 1, all.length - 1));
}

/** The first of these that one answer holds; at least one. */
export function firstOf<T>(all: readonly T[]): readonly T[] {
  let total = 0;
  const end = all.findIndex((one) => (total += size(one)) > PAGE);
  return end === -1 ? all : all.slice(0, Math.max(1, end));
}

const size = (value: unknown): number => JSON.stringify(value).length;

/** The first of these letters that one answer holds, at least one of them. */
export function pageOf(
  letters: readonly Delivered[],
  limit: number,
): { readonly messages: readonly InboxPage[]; readonly more: boolean } {
  const messages: InboxPage[] = [];
  let total = 0;
  for (const letter of letters.slice(0, limit)) {
    const part = partOf(letter);
    total += size(part);
    if (messages.length > 0 && total > PAGE) break;
    messages.push(part);
  }
  return { messages, more: messages.length < letters.length };
}
