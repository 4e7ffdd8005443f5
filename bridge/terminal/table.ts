import { columnsOf, paddedColumns, wrapped } from './columns.ts';

/** A text in rows of a screen, with Markdown's tables (GFM) laid out where they fit and as lists where they do not. */
export function laidOut(text: string, columns: number): string[] {
  const rows: string[] = [];
  let table: string[] = [];
  for (const line of [...text.split('\n'), null]) {
    if (line !== null && /^\s*\|.*\|\s*$/.test(line)) {
      table.push(line);
      continue;
    }
    rows.push(...tableRows(table, columns));
    table = [];
    if (line !== null) rows.push(...wrapped(line, columns));
  }
  return rows;
}

const DELIMITER = /^:?-+:?$/;

function tableRows(lines: readonly string[], columns: number): string[] {
  const cells = lines.map(cellsOf);
  if (cells[1]?.every((cell) => DELIMITER.test(cell)) !== true) return lines.flatMap((line) => wrapped(line, columns));
  const [head = [], , ...body] = cells;
  const all = [head, ...body];
  const widths = head.map((_, i) => Math.max(...all.map((row) => columnsOf(row[i] ?? ''))));
  if (widths.reduce((sum, width) => sum + width + 3, -3) <= columns) {
    const [first = '', ...rest] = all.map((row) =>
      widths
        .map((width, i) => paddedColumns(row[i] ?? '', width))
        .join('   ')
        .trimEnd(),
    );
    return [first, widths.map((width) => '─'.repeat(width)).join('   '), ...rest];
  }
  return body.flatMap((row) =>
    wrapped(row.filter((cell) => cell !== '').join(' · '), columns - 2).map(
      (part, i) => `${i === 0 ? '' : '  '}${part}`,
    ),
  );
}

const cellsOf = (line: string): string[] =>
  line
    .trim()
    .slice(1, -1)
    .split(/(?<!\\)\|/)
    .map((cell) => cell.trim().replaceAll('\\|', '|'));
