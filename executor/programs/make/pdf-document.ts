import { EventEmitter } from 'node:events';
import pdfmake, { type Layout, type Node as Content } from 'pdfmake';
import { type Block, type Document, type ListItem, plainOf, type Run, type Table } from './blocks.ts';
import { columnWidths } from './column-widths.ts';
import type { Drawable } from './drawable.ts';
import { type Face, fontBytes } from './fonts.ts';

/**
 * A5: on a phone the page is as wide as the screen, and letters of 11 pt are then as large as those of a message; a
 * printer makes it A4 with the same margins. Words stay whole at the end of a line, as Koreans write.
 */
const PAGE = { width: 419.53, margin: 34 };
const WIDTH = PAGE.width - 2 * PAGE.margin;
const BODY = 11;
const INK = '#1f2933';
const QUIET = '#5b6673';
const EDGE = '#cfd6de';
const SHADE = '#f1f4f8';
const LINK = '#1a5fb4';
const HEADINGS = [20, 15, 12.5, 11.5, 11, 11];
/** A cell's own room left and right of its words. */
const CELL = 6;

// Lists within tables within quotes: each listens for the next page, and that is no leak.
EventEmitter.defaultMaxListeners = 0;

export async function pdfOf(document: Document, drawable: Drawable): Promise<Uint8Array> {
  for (const face of ['regular', 'bold', 'code', 'codeBold'] as const)
    pdfmake.virtualfs.writeFileSync(face, fontOf(face));
  // Slanted Hangul is hard to read on a phone: it is set as it is.
  pdfmake.setFonts({
    Text: { normal: 'regular', bold: 'bold', italics: 'regular', bolditalics: 'bold' },
    Code: { normal: 'code', bold: 'codeBold', italics: 'code', bolditalics: 'codeBold' },
  });
  pdfmake.setUrlAccessPolicy(() => false);
  pdfmake.setLocalAccessPolicy(() => false);
  const writer = new Writer(drawable);
  const content = document.blocks.map((block, i) => writer.block(block, WIDTH, i === 0));
  const title = drawable.text(document.title).slice(0, 60);
  return await pdfmake
    .createPdf({
      pageSize: 'A5',
      pageMargins: [PAGE.margin, 40, PAGE.margin, 46],
      info: { title: document.title === '' ? 'Document' : document.title, producer: 'Chavion', creator: 'Chavion' },
      defaultStyle: { font: 'Text', fontSize: BODY, lineHeight: 1.42, color: INK },
      content: withHeadings(document.blocks, content),
      footer: (page, pages) =>
        pages < 2
          ? ''
          : {
              columns: [
                { text: page === 1 ? '' : title, alignment: 'left', noWrap: true },
                { text: `${page} / ${pages}`, alignment: 'right', width: 60 },
              ],
              margin: [PAGE.margin, 16, PAGE.margin, 0],
              fontSize: 8.5,
              color: QUIET,
            },
      // A heading does not stand alone at the foot of a page.
      pageBreakBefore: (node, around) =>
        node.headlineLevel !== undefined && around.getFollowingNodesOnPage().length === 0,
    })
    .getBuffer();
}

/** A heading stays with the picture or the small table that it is of. */
function withHeadings(blocks: readonly Block[], content: readonly Content[]): readonly Content[] {
  const goesAlong = (i: number): boolean =>
    blocks[i]?.kind === 'heading' && content[i + 1]?.unbreakable === true && blocks[i + 1]?.kind !== 'heading';
  return content.flatMap((one, i) => {
    if (goesAlong(i)) return [];
    const before = content[i - 1];
    return goesAlong(i - 1) && before !== undefined ? [{ stack: [before, one], unbreakable: true }] : [one];
  });
}

/** The reader of fonts looks a little beyond the end of an empty last letter. */
const fontOf = (face: Face): Buffer => Buffer.concat([fontBytes(face), Buffer.alloc(64)]);

class Writer {
  readonly #drawable: Drawable;

  constructor(drawable: Drawable) {
    this.#drawable = drawable;
  }

  block(block: Block, width: number, first = false): Content {
    switch (block.kind) {
      case 'heading': {
        const size = HEADINGS[block.level - 1] ?? BODY;
        const ruled = block.level === 1;
        return {
          stack: [
            { text: this.#runs(block.runs, width / size), fontSize: size, bold: true, lineHeight: 1.25 },
            ...(ruled ? [line(width, 1.2, INK, 4)] : []),
          ],
          headlineLevel: block.level,
          margin: [0, first ? 0 : size * 0.75, 0, ruled ? 10 : size * 0.3],
        };
      }
      case 'paragraph':
        return { text: this.#runs(block.runs, width / BODY), margin: [0, 0, 0, 7] };
      case 'list':
        return this.#list(block.items, block.start, width);
      case 'quote':
        return {
          table: {
            widths: [width - 14],
            body: [[{ stack: block.blocks.map((one) => this.block(one, width - 14)), color: QUIET }]],
          },
          layout: {
            hLineWidth: () => 0,
            vLineWidth: (i) => (i === 0 ? 3 : 0),
            vLineColor: () => EDGE,
            paddingLeft: () => 10,
            paddingTop: () => 2,
            paddingBottom: () => 0,
          },
          margin: [0, 2, 0, 8],
        };
      case 'code':
        return {
          table: {
            widths: [width - 16],
            body: [
              [
                {
                  text: this.#drawable.text(block.text) || ' ',
                  font: 'Code',
                  fontSize: 9,
                  preserveLeadingSpaces: true,
                  lineHeight: 1.3,
                },
              ],
            ],
          },
          layout: {
            hLineWidth: () => 0,
            vLineWidth: () => 0,
            fillColor: () => SHADE,
            paddingLeft: () => 8,
            paddingRight: () => 8,
            paddingTop: () => 6,
            paddingBottom: () => 5,
          },
          margin: [0, 2, 0, 9],
        };
      case 'rule':
        return { ...line(width, 0.8, EDGE, 0), margin: [0, 8, 0, 12] };
      case 'table':
        return this.#table(block, width);
      case 'picture': {
        const wide = Math.min(width, block.width);
        const shown = Math.min(wide, (block.width * 440) / block.height);
        return {
          stack: [
            {
              image: `data:image/${block.type};base64,${Buffer.from(block.bytes).toString('base64')}`,
              width: shown,
              alignment: 'center',
            },
            ...(block.caption === ''
              ? []
              : [
                  {
                    text: this.#runs([{ text: block.caption }], width / 9),
                    fontSize: 9,
                    color: QUIET,
                    alignment: 'center' as const,
                    margin: [0, 3, 0, 0] as const,
                  },
                ]),
          ],
          unbreakable: true,
          margin: [0, 4, 0, 10],
        };
      }
    }
  }

  #list(items: readonly ListItem[], start: number | null, width: number): Content {
    const inside = width - 18;
    const written = items.map((item): Content => {
      const box = item.ticked === null ? [] : [{ text: item.ticked ? '■ ' : '□ ' }];
      const [head, ...more] = item.blocks;
      const words = head?.kind === 'paragraph' ? head.runs : [];
      const rest = head === undefined || head.kind === 'paragraph' ? more : item.blocks;
      return {
        stack: [
          ...(box.length + words.length === 0 && rest.length > 0
            ? []
            : [{ text: this.#runs([...box, ...words], inside / BODY) }]),
          ...rest.map((one) => this.block(one, inside)),
        ],
        ...(box.length === 0 ? {} : { listType: 'none' as const }),
        margin: [0, 0, 0, 3],
      };
    });
    return start === null
      ? { ul: written, markerColor: QUIET, margin: [2, 0, 0, 6] }
      : { ol: written, start, markerColor: QUIET, margin: [2, 0, 0, 6] };
  }

  #table({ head, rows, align }: Table, width: number): Content {
    const size = head.length > 8 ? 6.5 : head.length > 6 ? 7.5 : head.length > 4 ? 8.5 : 9.5;
    const widths = columnWidths([head, ...rows], head.length, width - head.length * 2 * CELL, size);
    const cell = (runs: readonly Run[] | undefined, column: number, more: object = {}): Content => ({
      text: this.#runs(runs ?? [], (widths[column] ?? 40) / size),
      alignment: align[column] ?? 'left',
      ...more,
    });
    const letters = [head, ...rows].flat().reduce((sum, runs) => sum + plainOf(runs).length, 0);
    const table: Content = {
      table: {
        headerRows: 1,
        dontBreakRows: true,
        keepWithHeaderRows: 1,
        widths: [...widths],
        body: [
          head.map((runs, column) => cell(runs, column, { bold: true, fillColor: SHADE })),
          ...rows.map((row) => head.map((_, column) => cell(row[column], column))),
        ],
      },
      layout: GRID,
      fontSize: size,
      lineHeight: 1.3,
      margin: [0, 3, 0, 10],
    };
    // What fits on a page is not torn.
    return rows.length <= 12 && letters < 700 ? { stack: [table], unbreakable: true } : table;
  }

  /** Word for word, each whole; only what is longer than a line is broken. `ems`: a line's length. */
  #runs(runs: readonly Run[], ems: number): Content[] {
    const drawn = runs.map((run) => ({ ...run, text: this.#drawable.text(run.text) }));
    return drawn.flatMap((run, i) => {
      const next = drawn[i + 1]?.text ?? '';
      const words = run.text.split(/(?<=[ \n])/);
      return words.flatMap((word, at) => {
        const glued = at === words.length - 1 && next !== '' && !/^\s/.test(next) && !/\s$/.test(word);
        return this.#word(word, run, ems, glued);
      });
    });
  }

  #word(word: string, run: Run, ems: number, glued: boolean): Content[] {
    const style = {
      ...(run.bold === true ? { bold: true } : {}),
      ...(run.struck === true ? { decoration: 'lineThrough' as const } : {}),
      ...(run.link === undefined ? {} : { link: run.link, color: LINK, decoration: 'underline' as const }),
      ...(run.code === true ? { background: SHADE } : {}),
    };
    const long = word.length > ems || word.endsWith('\n');
    return this.#byFace(word, run.code === true).map(({ text, font }, i, all) => ({
      text,
      ...(font === 'Code' ? { font } : {}),
      ...style,
      ...(long ? { wordBreak: word.length > ems ? ('break-all' as const) : ('normal' as const) } : { noWrap: true }),
      ...(!long && (glued || i < all.length - 1) ? { noNewLine: true } : {}),
    }));
  }

  /** Letters that only the second font has are set in it. */
  #byFace(word: string, code: boolean): { readonly text: string; readonly font: 'Text' | 'Code' }[] {
    const parts: { text: string; font: 'Text' | 'Code' }[] = [];
    for (const letter of word) {
      const font = code || !this.#drawable.isMain(letter) ? 'Code' : 'Text';
      const last = parts.at(-1);
      if (last?.font === font) last.text += letter;
      else parts.push({ text: letter, font });
    }
    return parts;
  }
}

const line = (width: number, weight: number, colour: string, above: number): Content => ({
  canvas: [{ type: 'line', x1: 0, y1: above, x2: width, y2: above, lineWidth: weight, lineColor: colour }],
});

const GRID: Layout = {
  hLineWidth: (i, { table }) => (i === 0 || i === table.body.length ? 1 : 0.5),
  vLineWidth: () => 0,
  hLineColor: (i, { table }) => (i < 2 || i === table.body.length ? '#8b97a5' : EDGE),
  paddingLeft: () => CELL,
  paddingRight: () => CELL,
  paddingTop: () => 3.5,
  paddingBottom: () => 3,
};
