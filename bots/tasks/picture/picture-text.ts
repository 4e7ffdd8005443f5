import { cleanText } from '../../../bridge/text/clean-text.ts';

/** Text in a picture: what the font can show, broken into lines, escaped for SVG. */

/** The font has Hangul, Latin, Han and kana; anything else would be a box. */
const UNSHOWN =
  /(?:[^\p{Script=Hangul}\p{Script=Latin}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Nd}\p{P}\p{Sc}\p{Sm}\p{Sk} ]|\p{Extended_Pictographic})+/gu;

export const shown = (text: string): string =>
  cleanText(text.slice(0, 2_000))
    .replace(/\s+/gu, ' ')
    .replace(UNSHOWN, (run) => (run.trim() === '' ? ' ' : '…'))
    .trim();

export const escapeXml = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&apos;');

/** In ems of Nanum Gothic, a little more than measured. */
function widthOf(character: string): number {
  if (/[\p{Script=Hangul}\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\uFF00-\uFFEF]/u.test(character))
    return 0.96;
  if (/[ilIj.,:;'|!()[\]{} ]/.test(character)) return 0.34;
  if (/[mwMW@%]/.test(character)) return 0.92;
  return /\p{Lu}/u.test(character) ? 0.74 : /[\p{Script=Latin}\p{Nd}]/u.test(character) ? 0.6 : 0.7;
}
export const emsOf = (text: string): number => Array.from(text).reduce((sum, character) => sum + widthOf(character), 0);

/** Lines of at most `ems`; broken at spaces, within a word only where it is longer than a line. The last one says with … that there is more. */
export function wrap(text: string, ems: number, maxLines: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of shown(text).split(' ')) {
    const joined = line === '' ? word : `${line} ${word}`;
    if (emsOf(joined) <= ems) {
      line = joined;
      continue;
    }
    if (line !== '') lines.push(line);
    line = word;
    while (emsOf(line) > ems) {
      const head = fitting(line, ems);
      lines.push(head);
      line = line.slice(head.length);
    }
    if (lines.length > maxLines) break;
  }
  if (line !== '') lines.push(line);
  if (lines.length <= maxLines) return lines;
  return [...lines.slice(0, maxLines - 1), `${fitting(lines[maxLines - 1] ?? '', ems - 1)}…`];
}

function fitting(text: string, ems: number): string {
  let used = 0;
  let fit = '';
  for (const character of text) {
    used += widthOf(character);
    if (used > ems && fit !== '') break;
    fit += character;
  }
  return fit;
}
