/** One text against another, line by line, with a little around each change. Pure. */

const AROUND = 2;
/** Cells of the table; larger texts are one change from their first difference to their last. */
const MOST_CELLS = 2_000_000;

interface Line {
  readonly sign: ' ' | '-' | '+';
  readonly text: string;
}

/** Empty where they are the same. */
export function lineDiff(before: string, after: string): readonly string[] {
  const lines = compared(linesOf(before), linesOf(after));
  const shown: string[] = [];
  let skipped = false;
  for (const [index, { sign, text }] of lines.entries()) {
    const near = lines.slice(Math.max(0, index - AROUND), index + AROUND + 1).some((line) => line.sign !== ' ');
    if (!near) {
      skipped = true;
      continue;
    }
    if (skipped && shown.length > 0) shown.push('…');
    skipped = false;
    shown.push(`${sign} ${text}`);
  }
  return shown;
}

const linesOf = (text: string): readonly string[] => (text === '' ? [] : text.replace(/\n$/, '').split('\n'));

function compared(before: readonly string[], after: readonly string[]): readonly Line[] {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (
    end < before.length - start &&
    end < after.length - start &&
    before[before.length - 1 - end] === after[after.length - 1 - end]
  )
    end += 1;
  const same = (text: string): Line => ({ sign: ' ', text });
  return [
    ...before.slice(0, start).map(same),
    ...middle(before.slice(start, before.length - end), after.slice(start, after.length - end)),
    ...before.slice(before.length - end).map(same),
  ];
}

/** By the longest common subsequence. */
function middle(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1;
  if ((before.length + 1) * width > MOST_CELLS)
    return [...before.map((text): Line => ({ sign: '-', text })), ...after.map((text): Line => ({ sign: '+', text }))];
  const common = new Uint32Array((before.length + 1) * width);
  const at = (row: number, column: number): number => common[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      common[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const lines: Line[] = [];
  for (let row = 0, column = 0; row < before.length || column < after.length;) {
    const [gone, come] = [before[row], after[column]];
    if (gone !== undefined && gone === come) {
      lines.push({ sign: ' ', text: gone });
      row += 1;
      column += 1;
    } else if (gone !== undefined && (come === undefined || at(row + 1, column) >= at(row, column + 1))) {
      lines.push({ sign: '-', text: gone });
      row += 1;
    } else if (come !== undefined) {
      lines.push({ sign: '+', text: come });
      column += 1;
    }
  }
  return lines;
}
