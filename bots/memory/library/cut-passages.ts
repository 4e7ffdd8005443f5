import type { LibraryPages } from '../../../bridge/protocol/orders/library-document.ts';

export interface CutPassage {
  readonly text: string;
  /** Counted from one; nothing where the document has no places. */
  readonly place?: number;
}

/** Letters. So much fits beside seven others into a prompt, and says whole what it says. */
const WANTED = 600;
const LONGEST = 900;

/**
 * A document in pieces that can be found and shown by themselves: of one page each, cut between paragraphs, else between
 * lines, else between sentences. A piece from the middle says under which heading it stands, and of a table the head.
 */
export const passagesOf = ({ unit, pages }: LibraryPages): readonly CutPassage[] => {
  const above: Above = { heading: '', tableHead: '' };
  return pages.flatMap((page, index) =>
    pieces(page, above).map((text) => (unit === undefined ? { text } : { text, place: index + 1 })),
  );
};

interface Above {
  heading: string;
  tableHead: string;
}

function pieces(page: string, above: Above): readonly string[] {
  const found: string[] = [];
  let piece: string[] = [];
  let length = 0;
  let opening = '';
  const close = () => {
    const text = piece.join('\n').trim();
    if (/[\p{L}\p{N}]/u.test(text)) found.push(opening === '' ? text : `${opening}\n${text}`);
    piece = [];
    length = 0;
  };
  for (const line of page.split('\n').flatMap(shortLines)) {
    const isBlank = line.trim() === '';
    if (length + line.length > LONGEST || (length > WANTED && isBlank) || (length > 0 && HEADING.test(line))) close();
    if (piece.length === 0) {
      if (isBlank) continue;
      opening = openingOf(line, above);
    }
    follow(line, above);
    piece.push(line);
    length += line.length + 1;
  }
  close();
  return found;
}

const HEADING = /^#{1,6} /;
const isRow = (line: string): boolean => line.startsWith('|');

function openingOf(line: string, { heading, tableHead }: Above): string {
  if (HEADING.test(line)) return '';
  return [heading, isRow(line) ? tableHead : ''].filter((part) => part !== '').join('\n');
}

function follow(line: string, above: Above): void {
  if (HEADING.test(line)) above.heading = line.slice(0, 120);
  if (!isRow(line)) above.tableHead = '';
  else if (above.tableHead === '') above.tableHead = line.slice(0, 200);
}

/** A paragraph stands on one line, however long. */
function shortLines(line: string): readonly string[] {
  const lines: string[] = [];
  let rest = line;
  while (rest.length > WANTED) {
    const head = rest.slice(0, WANTED);
    const end = Math.max(head.lastIndexOf('. '), head.lastIndexOf('? '), head.lastIndexOf('! '));
    const cut = end > WANTED / 3 ? end + 2 : Math.max(head.lastIndexOf(' ') + 1, 0) || WANTED;
    lines.push(rest.slice(0, cut).trimEnd().toWellFormed());
    rest = rest.slice(cut);
  }
  return [...lines, rest];
}
