import { plainOf, type Run } from './blocks.ts';

const em = (text: string): number =>
  Array.from(text).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > 0x2e80 ? 0.95 : 0.56), 0);

/** Each column as much as its words want, none less than its longest word needs where that is possible at all. */
export function columnWidths(
  rows: readonly (readonly (readonly Run[])[])[],
  columns: number,
  width: number,
  size: number,
): readonly number[] {
  const wants = Array.from({ length: columns }, (_, column) => {
    const cells = rows.map((row) => plainOf(row[column] ?? []));
    const whole = Math.max(1, ...cells.flatMap((cell) => cell.split('\n')).map(em));
    const word = Math.max(1, ...cells.flatMap((cell) => cell.split(/\s+/)).map(em));
    return { whole: (whole + 0.4) * size, word: Math.min((word + 0.4) * size, width * 0.6) };
  });
  const all = wants.reduce((sum, { whole }) => sum + whole, 0);
  if (all <= width) return wants.map(({ whole }) => whole + ((width - all) * whole) / all);
  const least = wants.reduce((sum, { word }) => sum + word, 0);
  if (least >= width) return wants.map(({ word }) => (word * width) / least);
  // What is left goes to those that want more.
  const more = wants.map(({ whole, word }) => Math.max(0, Math.min(whole, width) - word));
  const wanted = more.reduce((sum, one) => sum + one, 0) || 1;
  return wants.map(({ word }, i) => word + ((width - least) * (more[i] ?? 0)) / wanted);
}
