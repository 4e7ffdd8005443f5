import writeXlsxFile, { type Cell, type Sheet, type SheetData } from 'write-excel-file/node';
import type { WorkbookSpec, SheetSpec } from '../../../bridge/protocol/documents/sheet-spec.ts';
import { wordText } from './office-text.ts';

export interface MadeWorkbook {
  readonly bytes: Uint8Array;
  readonly notes: readonly string[];
}

/** What a spreadsheet would reckon with, were it typed: it stays words. */
const FORMULA = /^[=@]|^[+-](?!\s*[\d.,(₩$]|\s|$)/u;

/**
 * Values alone: words are written as words whatever they begin with, so that no `=HYPERLINK(…)`, `=WEBSERVICE(…)` or
 * `=cmd|…` of a page or a file is ever reckoned with.
 */
export async function xlsxOf({ sheets }: WorkbookSpec): Promise<MadeWorkbook> {
  const names = sheetNames(sheets);
  const bytes = await writeXlsxFile(
    sheets.map(({ rows }, i): Sheet<Buffer> => ({
      data: dataOf(rows),
      sheet: names[i] ?? `Sheet${i + 1}`,
      columns: widthsOf(rows).map((width) => ({ width })),
      stickyRowsCount: 1,
    })),
    { fontFamily: '맑은 고딕', fontSize: 11 },
  ).toBuffer();
  const formulas = sheets
    .flatMap(({ rows }) => rows.flat())
    .filter((cell) => typeof cell === 'string' && FORMULA.test(cell));
  return {
    bytes,
    notes:
      formulas.length === 0
        ? []
        : [`${formulas.length} cells look like formulas and were written as words: put the value in`],
  };
}

const LINE = { borderStyle: 'thin', borderColor: '#CFD6DE' } as const;

function dataOf(rows: SheetSpec['rows']): SheetData {
  return rows.map((row, i) =>
    row.map((cell): Cell => {
      if (i === 0)
        return {
          value: wordText(cell === null ? '' : String(cell)),
          type: String,
          fontWeight: 'bold',
          wrap: true,
          backgroundColor: '#F1F4F8',
          alignVertical: 'center',
          ...LINE,
        };
      if (cell === null || cell === '') return null;
      if (typeof cell === 'number') return { value: cell, type: Number, format: formatOf(cell), ...LINE };
      if (typeof cell === 'boolean') return { value: cell, type: Boolean, ...LINE };
      return {
        value: wordText(cell),
        type: String,
        wrap: cell.length > 30 || cell.includes('\n'),
        alignVertical: 'top',
        ...LINE,
      };
    }),
  );
}

/** A year, a number of a house or a small count needs no commas. */
const formatOf = (value: number): string =>
  Number.isInteger(value)
    ? Math.abs(value) >= 10_000
      ? '#,##0'
      : '0'
    : Math.abs(value) >= 1_000
      ? '#,##0.##'
      : '0.####';

/** In letters; Hangul takes two. */
const widthsOf = (rows: SheetSpec['rows']): readonly number[] =>
  Array.from({ length: Math.max(...rows.map((row) => row.length)) }, (_, column) =>
    Math.min(
      44,
      Math.max(
        8,
        ...rows.slice(0, 500).map((row) => {
          const cell = row[column] ?? '';
          const text = typeof cell === 'number' ? cell.toLocaleString('en-US') : String(cell);
          return Math.max(...text.split('\n').map(lettersWide)) + 2;
        }),
      ),
    ),
  );

const lettersWide = (text: string): number =>
  Array.from(text.slice(0, 60)).reduce((sum, letter) => sum + ((letter.codePointAt(0) ?? 0) > 0x2e80 ? 2 : 1), 0);

/** Of at most 31 letters, none of those that Excel refuses, each once. */
function sheetNames(sheets: WorkbookSpec['sheets']): readonly string[] {
  const taken = new Set<string>();
  return sheets.map(({ name }, i) => {
    const clean =
      wordText(name)
        .replace(/[\\/?*[\]:\n]/g, ' ')
        .replaceAll("'", '’')
        .trim()
        .slice(0, 28) || `Sheet${i + 1}`;
    let free = clean;
    for (let n = 2; taken.has(free.toLowerCase()); n += 1) free = `${clean.slice(0, 26)} ${n}`;
    taken.add(free.toLowerCase());
    return free;
  });
}
