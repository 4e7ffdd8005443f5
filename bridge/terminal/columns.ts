import { stripVTControlCharacters } from 'node:util';

const GRAPHEMES = new Intl.Segmenter('ko', { granularity: 'grapheme' });
/** Unicode TR 11: wide and fullwidth. */
const WIDE =
  /^[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97C\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF01-\uFF60\uFFE0-\uFFE6\u{17000}-\u{18DFF}\u{1B000}-\u{1B2FF}\u{1F200}-\u{1F2FF}\u{20000}-\u{3FFFD}]/u;
const EMOJI = /^\p{Emoji_Presentation}|\uFE0F/u;
const NO_WIDTH = /^[\p{Mn}\p{Me}\p{Cf}\p{Cc}]+$/u;

const widthOf = (grapheme: string): number =>
  NO_WIDTH.test(grapheme) ? 0 : WIDE.test(grapheme) || EMOJI.test(grapheme) ? 2 : 1;

const graphemes = (text: string): string[] => [...GRAPHEMES.segment(text)].map(({ segment }) => segment);

/** Columns that a line takes in a terminal; Hangul and most emoji take two. Colours take none. */
export function columnsOf(text: string): number {
  const bare = stripVTControlCharacters(text);
  if (/^[\u0020-\u007E]*$/.test(bare)) return bare.length;
  return graphemes(bare).reduce((sum, grapheme) => sum + widthOf(grapheme), 0);
}

/** As much of the beginning as fits, with an ellipsis where something was left out. */
export function fitted(text: string, columns: number): string {
  if (columnsOf(text) <= columns) return text;
  return `${taken(graphemes(text), columns - 1).text}…`;
}

/** At least one grapheme, so that whoever cuts in a loop comes to an end. */
function taken(all: readonly string[], columns: number): { readonly text: string; readonly count: number } {
  let used = 0;
  let count = 0;
  for (const grapheme of all) {
    used += widthOf(grapheme);
    if (used > columns && count > 0) break;
    count += 1;
  }
  return { text: all.slice(0, count).join(''), count };
}

export const paddedColumns = (text: string, columns: number): string =>
  text + ' '.repeat(Math.max(0, columns - columnsOf(text)));

/** Breaks at spaces, and inside a word only where it is longer than a line. Indentation of a line is kept on its first row. */
export function wrapped(text: string, columns: number): string[] {
  return text
    .replaceAll('\t', '    ')
    .split('\n')
    .flatMap((line) => wrapLine(line.trimEnd(), Math.max(2, columns)));
}

function wrapLine(line: string, columns: number): string[] {
  if (columnsOf(line) <= columns) return [line];
  const rows: string[] = [];
  let row = '';
  let used = 0;
  for (const piece of line.match(/ +|[^ ]+/g) ?? []) {
    const width = columnsOf(piece);
    if (used + width <= columns) {
      row += piece;
      used += width;
      continue;
    }
    if (row.trim() !== '') rows.push(row.trimEnd());
    row = '';
    used = 0;
    if (piece.startsWith(' ')) continue;
    const pieces = cut(piece, columns);
    rows.push(...pieces.slice(0, -1));
    row = pieces.at(-1) ?? '';
    used = columnsOf(row);
  }
  if (row.trim() !== '') rows.push(row.trimEnd());
  return rows;
}

function cut(word: string, columns: number): string[] {
  const rows: string[] = [];
  let rest = graphemes(word);
  while (rest.length > 0) {
    const { text, count } = taken(rest, columns);
    rows.push(text);
    rest = rest.slice(count);
  }
  return rows;
}

/** Rows that a line takes on a screen of that width, counted as node:readline counts its own. */
export const rowsOf = (text: string, columns: number): number => Math.floor(columnsOf(text) / Math.max(1, columns)) + 1;
