import { marked } from 'marked';
import { WorkbookSpec, type SheetSpec } from '../../../bridge/protocol/documents/sheet-spec.ts';
import { plainOf } from './blocks.ts';
import { firstFault, Unmakeable } from './unmakeable.ts';
import { readMarkdown } from './markdown-blocks.ts';

type Cell = SheetSpec['rows'][number][number];

/** JSON as `WorkbookSpec` says, a table of Markdown (each heading before one names its sheet), or CSV. Throws `Unmakeable`. */
export function readWorkbook(content: string): WorkbookSpec {
  const text = content.trim();
  if (text.startsWith('{') || text.startsWith('[')) return ofJson(text);
  const tables = ofMarkdown(text);
  const sheets = tables.length > 0 ? tables : [{ name: '', rows: rowsOfCsv(text) }];
  return checked({ sheets });
}

function ofJson(text: string): WorkbookSpec {
  let said: unknown;
  try {
    said = JSON.parse(text);
  } catch (error) {
    throw new Unmakeable(`the content is not JSON: ${error instanceof Error ? error.message : 'unreadable'}`);
  }
  // A bare table is one sheet.
  return checked(Array.isArray(said) ? { sheets: [{ rows: said }] } : said);
}

function checked(said: unknown): WorkbookSpec {
  const parsed = WorkbookSpec.safeParse(said);
  if (!parsed.success) throw new Unmakeable(firstFault(parsed.error, 'content'));
  return parsed.data;
}

function ofMarkdown(text: string): SheetSpec[] {
  if (!marked.lexer(text, { gfm: true }).some(({ type }) => type === 'table')) return [];
  const { blocks } = readMarkdown(text, () => 'not in a workbook').document;
  let name = '';
  return blocks.flatMap((block): SheetSpec[] => {
    if (block.kind === 'heading') name = plainOf(block.runs);
    if (block.kind !== 'table') return [];
    const head = block.head.map((runs): Cell => plainOf(runs));
    return [{ name, rows: [head, ...block.rows.map((row) => row.map((runs) => valueOf(plainOf(runs))))] }];
  });
}

/** RFC 4180; a tab or a semicolon where the first line has no comma. */
export function rowsOfCsv(text: string): Cell[][] {
  const [first = ''] = text.split('\n', 1);
  const mark = first.includes(',') ? ',' : first.includes('\t') ? '\t' : ';';
  const rows: string[][] = [];
  let row: string[] = [];
  let cell = '';
  let quoted = false;
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i] ?? '';
    if (quoted) {
      if (letter !== '"') cell += letter;
      else if (text[i + 1] === '"') {
        cell += '"';
        i += 1;
      } else quoted = false;
    } else if (letter === '"' && cell === '') quoted = true;
    else if (letter === mark) {
      row.push(cell);
      cell = '';
    } else if (letter === '\n') {
      rows.push([...row, cell]);
      row = [];
      cell = '';
    } else if (letter !== '\r') cell += letter;
  }
  if (cell !== '' || row.length > 0) rows.push([...row, cell]);
  return rows.map((cells, i) => (i === 0 ? cells : cells.map(valueOf)));
}

/** A number that is written as one is one; with a leading nought it is a telephone or a code and stays as it is. */
function valueOf(text: string): Cell {
  const plain = text.trim();
  if (plain === '') return null;
  return /^-?(?:0|[1-9]\d{0,2}(?:,\d{3})+|[1-9]\d{0,14})(?:\.\d+)?$/.test(plain)
    ? Number(plain.replaceAll(',', ''))
    : text;
}
