import { Parser } from 'htmlparser2';
import { markdownTable } from './markdown-table.ts';
import { ProgramFault } from './program.ts';
import { unzipped, type ZipEntry } from './zip-archive.ts';

const MiB = 1024 * 1024;
const MOST_PART = 32 * MiB;
/** Repeated cells and rows of a sheet stand for empty ones mostly. */
const MOST_REPEATED = 100;

/** Reads `word` tags of either kind of document into paragraphs and tables; entities of a document's own are never resolved. */
interface Words {
  readonly paragraph: string;
  /** Whose text counts; all text in a paragraph where there is none. */
  readonly run?: string;
  readonly heading?: string;
  readonly table: string;
  readonly row: string;
  readonly cell: string;
  readonly lineBreak: string;
  /** Name and attribute of the title that stands over all that is inside. */
  readonly titled?: readonly [name: string, attribute: string];
}

const DRAWING: Words = { paragraph: 'a:p', run: 'a:t', table: 'a:tbl', row: 'a:tr', cell: 'a:tc', lineBreak: 'a:br' };
const OPEN_DOCUMENT: Words = {
  paragraph: 'text:p',
  heading: 'text:h',
  table: 'table:table',
  row: 'table:table-row',
  cell: 'table:table-cell',
  lineBreak: 'text:line-break',
  titled: ['draw:page', 'draw:name'],
};

/** PPTX: the slides in their order, with what stands in their notes. */
export function slidesMarkdown(bytes: Buffer, entries: readonly ZipEntry[]): readonly string[] {
  const part = (name: string) => {
    const entry = entries.find((each) => each.name === name);
    return entry === undefined ? undefined : unzipped(bytes, entry, MOST_PART).toString('utf8');
  };
  const relations = new Map<string, string>();
  each(part('ppt/_rels/presentation.xml.rels') ?? '', (name, { Id = '', Target = '' }) => {
    if (name === 'Relationship') relations.set(Id, Target);
  });
  const slides: string[] = [];
  each(part('ppt/presentation.xml') ?? '', (name, attributes) => {
    const target = name === 'p:sldId' ? relations.get(attributes['r:id'] ?? '') : undefined;
    if (target !== undefined) slides.push(target.replace(/^\/?(?:ppt\/)?/, 'ppt/'));
  });
  if (slides.length === 0) throw new ProgramFault('broken', 'The presentation names no slides.');
  return slides.map((slide) => {
    let notes = '';
    each(part(relationsOf(slide)) ?? '', (name, { Target = '', Type = '' }) => {
      if (name === 'Relationship' && Type.endsWith('/notesSlide'))
        notes = paragraphs(part(Target.replace(/^\.\.\//, 'ppt/')) ?? '', DRAWING);
    });
    const text = paragraphs(part(slide) ?? '', DRAWING);
    return [text, notes === '' ? '' : `> ${notes.replaceAll('\n', '\n> ')}`]
      .filter((piece) => piece !== '')
      .join('\n\n');
  });
}

/** ODT, ODS and ODP. */
export function openDocumentMarkdown(bytes: Buffer, entries: readonly ZipEntry[]): string {
  const read = (wanted: string) => {
    const entry = entries.find(({ name }) => name === wanted);
    return entry === undefined ? '' : unzipped(bytes, entry, MOST_PART).toString('utf8');
  };
  if (read('META-INF/manifest.xml').includes('manifest:encryption-data'))
    throw new ProgramFault('encrypted', 'The file is protected by a password.');
  return paragraphs(read('content.xml'), OPEN_DOCUMENT);
}

function each(xml: string, see: (name: string, attributes: Readonly<Record<string, string>>) => void): void {
  new Parser({ onopentag: see }, { xmlMode: true, decodeEntities: true }).end(xml);
}

function paragraphs(xml: string, words: Words): string {
  const pieces: string[] = [];
  const tables: string[][][] = [];
  let text: string | undefined;
  let runs = 0;
  let cell: string[] | undefined;
  let [cells, rows] = [1, 1];
  const put = (piece: string) => {
    if (piece.trim() === '') return;
    if (cell === undefined) pieces.push(piece.trim());
    else cell.push(piece.trim());
  };
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (name === words.paragraph) text = '';
        else if (name === words.heading)
          text = `${'#'.repeat(Math.min(6, Math.max(1, Number(attributes['text:outline-level'] ?? 1) || 1)))} `;
        else if (name === words.run) runs += 1;
        else if (name === words.lineBreak || name === 'text:tab' || name === 'text:s') text = `${text ?? ''} `;
        else if (name === words.titled?.[0]) put(`## ${attributes[words.titled[1]] ?? ''}`);
        else if (name === words.table) {
          if (attributes['table:name'] !== undefined) put(`## ${attributes['table:name']}`);
          tables.push([]);
        } else if (name === words.row) {
          rows = repeated(attributes['table:number-rows-repeated']);
          tables.at(-1)?.push([]);
        } else if (name === words.cell) {
          cell = [];
          cells = repeated(attributes['table:number-columns-repeated']);
        }
      },
      ontext(said) {
        if (text !== undefined && (words.run === undefined || runs > 0)) text += said;
      },
      onclosetag(name) {
        if (name === words.run) runs = Math.max(0, runs - 1);
        else if (name === words.paragraph || name === words.heading) {
          put(text ?? '');
          text = undefined;
        } else if (name === words.cell) {
          const said = (cell ?? []).join(' ');
          for (let count = said === '' ? 1 : cells; count > 0; count -= 1) tables.at(-1)?.at(-1)?.push(said);
          cell = undefined;
        } else if (name === words.row) {
          const row = tables.at(-1)?.at(-1);
          if (row !== undefined && row.some((value) => value !== ''))
            for (let count = rows - 1; count > 0; count -= 1) tables.at(-1)?.push(row);
        } else if (name === words.table) {
          const filled = (tables.pop() ?? []).filter((row) => row.some((value) => value !== ''));
          put(markdownTable(filled));
        }
      },
    },
    { xmlMode: true, decodeEntities: true },
  );
  parser.end(xml);
  return pieces.join('\n\n');
}

const repeated = (times: string | undefined): number => Math.min(MOST_REPEATED, Math.max(1, Number(times ?? 1) || 1));

/** Where an Office file keeps what a part of it points to (ECMA-376, part 2). */
function relationsOf(path: string): string {
  const at = path.lastIndexOf('/') + 1;
  return `${path.slice(0, at)}_rels/${path.slice(at)}.rels`;
}
