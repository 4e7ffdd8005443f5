import { cleanName, cleanText } from '../text/clean-text.ts';
import { splitForContinuation } from './markdown-display.ts';

/** Words of agents woven into words of the house: on one line, and nothing in them makes a heading, a link or a table. */
export function plainWords(text: string, characters = 200): string {
  return short(text, characters)
    .replace(LABEL_OR_MARK, (found) => (found.length > 1 ? found : `\\${found}`))
    .replace(/(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])/gu, String.raw`\_`)
    .replace(/^[#+=-]/, String.raw`\$&`)
    .replace(/^(\d{1,9})([.)])/, String.raw`$1\$2`);
}

/** A short word in brackets that leads nowhere, such as `[연습]`, reads better bare: many clients show the source. One tilde stays: 1~3시. */
const LABEL_OR_MARK = /\[[\p{L}\p{N} ]{1,20}\](?![[(:])|[\\`*[\]<>|]|~(?=~)|(?<=~)~/gu;

/** On one line, without marks: for places that know no Markdown, such as a poll. */
export function short(text: string, characters: number): string {
  const line = cleanName(text, characters + 1);
  return line.length <= characters
    ? line
    : `${line
        .slice(0, characters - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

/** On one line, between code marks that nothing within can close. */
export function codeWords(text: string, characters = 120): string {
  const trimmed = cleanText(text).trim();
  const [line = ''] = trimmed.split('\n');
  const more = line.length > characters || trimmed.includes('\n');
  return `\`${line.slice(0, characters).toWellFormed().replaceAll('`', 'ˋ')}${more ? ' …' : ''}\``;
}

/** A code block that nothing within can close. */
export function codeBlock(text: string): string {
  const clean = cleanText(text);
  const fence = '`'.repeat(Math.max(2, ...(clean.match(/`+/g) ?? []).map((run) => run.length)) + 1);
  return `${fence}\n${clean}\n${fence}`;
}

/** Lines of what an agent said, each as a quotation. */
export const quotedWords = (text: string): string =>
  cleanText(text)
    .trim()
    .split('\n')
    .map((line) => `> ${line}`)
    .join('\n');

/** Markdown of at most so many bytes of UTF-8; `more` is put behind what had to be cut. */
export function cutTo(
  markdown: string,
  maxBytes: number,
  more: string,
): { readonly text: string; readonly cut: boolean } {
  if (Buffer.byteLength(markdown) <= maxBytes) return { text: markdown, cut: false };
  const { head } = splitForContinuation(markdown, Math.max(1, maxBytes - Buffer.byteLength(more) - 2));
  return { text: `${head}\n\n${more}`, cut: true };
}
