const cell = (text: string): string => text.replace(/\s+/g, ' ').trim().replaceAll('|', '\\|');

/** The first row is the head; rows that are shorter get empty cells. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const width = rows.reduce((most, row) => Math.max(most, row.length), 0);
  if (width === 0) return '';
  const line = (row: readonly string[]) =>
    `| ${Array.from({ length: width }, (_, index) => cell(row[index] ?? '')).join(' | ')} |`;
  const [head = [], ...rest] = rows;
  return [line(head), `|${' --- |'.repeat(width)}`, ...rest.map(line)].join('\n');
}

/** Wider than that it is no table that anybody reads: see `csvMarkdown`. */
const WIDEST = 200;

/** Values between commas, semicolons or tabs, whichever the first line has most of; what does not fit that stays as it is. */
export function csvMarkdown(text: string): string {
  const first = text.slice(0, text.search(/[\r\n]|$/));
  const [separator = ','] = [',', ';', '\t'].toSorted((a, b) => first.split(b).length - first.split(a).length);
  const rows = rowsOf(text, separator).filter((row) => row.some((value) => value.trim() !== ''));
  return rows.some((row) => row.length > WIDEST) ? text : markdownTable(rows);
}

function rowsOf(text: string, separator: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  let at = 0;
  while (at < text.length) {
    let value = '';
    if (text[at] === '"') {
      for (;;) {
        const end = text.indexOf('"', at + 1);
        value += text.slice(at + 1, end === -1 ? text.length : end);
        at = end === -1 ? text.length : end + 1;
        if (text[at] !== '"') break;
        value += '"';
      }
    }
    const end = at;
    while (at < text.length && text[at] !== separator && text[at] !== '\n') at += 1;
    row.push(value + text.slice(end, at).replace(/\r$/, ''));
    if (text[at] !== separator) {
      rows.push(row);
      row = [];
    }
    at += 1;
  }
  if (row.length > 0) rows.push(row);
  return rows;
}
