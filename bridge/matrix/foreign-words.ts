import { cleanText } from '../text/clean-text.ts';
import { maskSecrets } from './secrets/secrets.ts';

/** Letters by which the executor is known: in other people's words they would look like its own lines. */
const SIGNS = /[✋🖐✅☑✔❌✖✗✘❎⚙🔁🔄🛑⊘🚫✓■⏳⌛🙋⚠]\uFE0F?/gu;
const UNSEEN = /(?!\u200C|\u200D|\uFE0E|\uFE0F|\n|\t)[\p{C}\p{Default_Ignorable_Code_Point}]/gu;
/** More marks than that on one letter reach into the lines above and below. */
const FLOOD = /(\p{M}{2})\p{M}+/gu;

/** Words of a model or a stranger as one line of plain words: nothing in them breaks the line, turns it round or looks like a sign of the house. */
export function plainLine(text: string, characters = 200): string {
  const line = maskSecrets(cleanText(text.slice(0, characters * 8)))
    .text.replace(UNSEEN, '')
    .replace(SIGNS, '▫')
    .replace(FLOOD, '$1')
    .replace(/[\s\p{Z}\u2800]+/gu, ' ')
    .trim();
  return line.length <= characters
    ? line
    : `${line
        .slice(0, characters - 1)
        .toWellFormed()
        .trimEnd()}…`;
}

/** Scripts that are written from the right: one letter of them changes the order in which the rest of its line is seen. */
const FROM_THE_RIGHT = String.raw`\u0590-\u08FF\uFB1D-\uFDFF\uFE70-\uFEFF\u{10800}-\u{10FFF}\u{1E800}-\u{1EFFF}`;
const HIDDEN = new RegExp(
  String.raw`(\p{Extended_Pictographic})\uFE0F|(?![\n\t])[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800⟨${FROM_THE_RIGHT}]|[^\S \n\t]`,
  'gu',
);
const COMPOSING = /[\p{M}\u1160-\u11FF]/gu;
const PILED_UP = /(?<=\p{M}{2})\p{M}/gu;

const written = (letter: string): string =>
  `⟨U+${(letter.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}⟩`;

/**
 * A text to the letter: what is not seen, looks like a blank, turns the line round or is composed of parts stands as
 * `⟨U+200B⟩`. Two different texts never give the same one, for `⟨` is written so as well.
 */
export function visibleText(text: string): string {
  const seen = text.replace(HIDDEN, (all: string, picture?: string) => (picture === undefined ? written(all) : all));
  const single = seen.replace(PILED_UP, written);
  if (single.normalize('NFC') === single) return single;
  return single
    .replace(COMPOSING, written)
    .replace(/[^]/gu, (letter) => (letter.normalize('NFC') === letter ? letter : written(letter)));
}

/** How many letters of it are written by their number. */
export const writtenOut = (visible: string): number => visible.match(/⟨U\+[0-9A-F]{4,6}⟩/g)?.length ?? 0;
