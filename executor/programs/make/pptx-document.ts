import pptxgenjs from 'pptxgenjs';
import { z } from 'zod';
import { type Block, type Document, type ListItem, plainOf, type Picture, type Run, type Table } from './blocks.ts';
import { columnWidths } from './column-widths.ts';
import { wordText } from './office-text.ts';
import { type Slide, slidesOf } from './slides.ts';

/** The types speak of a CommonJS module, and there is none. */
const PptxGenJS = z.custom<typeof pptxgenjs.default>((value) => typeof value === 'function').parse(pptxgenjs);
type Deck = InstanceType<typeof PptxGenJS>;
type Word = pptxgenjs.default.TextProps;

const FONT = '맑은 고딕';
const INK = '1F2933';
const QUIET = '5B6673';
const ACCENT = '2F6FDE';
/** Inches of a slide of 16:9. */
const PAGE = { width: 13.33, height: 7.5, margin: 0.6, top: 1.45, bottom: 6.9 };
const WIDTH = PAGE.width - 2 * PAGE.margin;

/** A slide for each heading; what is too long for one goes on on the next. */
export async function pptxOf(document: Document): Promise<Uint8Array> {
  const deck = new PptxGenJS();
  deck.layout = 'LAYOUT_WIDE';
  deck.title = wordText(document.title) || 'Slides';
  deck.author = 'Chavion';
  deck.company = '';
  deck.theme = { headFontFace: FONT, bodyFontFace: FONT };
  for (const [index, slide] of slidesOf(document).entries()) draw(deck, slide, index);
  const bytes = await deck.write({ outputType: 'nodebuffer' });
  if (!(bytes instanceof Uint8Array)) throw new Error('no bytes of a presentation');
  return bytes;
}

function draw(deck: Deck, { title, blocks, cover }: Slide, index: number): void {
  const page = deck.addSlide();
  page.background = { color: 'FFFFFF' };
  if (cover) {
    page.addShape('rect', { x: 0, y: 0, w: 0.25, h: PAGE.height, fill: { color: ACCENT } });
    page.addText(wordText(title), {
      x: 1,
      y: 2,
      w: WIDTH - 0.8,
      h: 1.8,
      fontSize: 40,
      bold: true,
      color: INK,
      fontFace: FONT,
      valign: 'bottom',
      fit: 'shrink',
    });
    if (blocks.length > 0)
      page.addText(wordsOf(blocks, 20), {
        x: 1,
        y: 4,
        w: WIDTH - 0.8,
        h: 2.4,
        valign: 'top',
        color: QUIET,
        fontFace: FONT,
      });
    return;
  }
  page.addText(wordText(title), {
    x: PAGE.margin,
    y: 0.4,
    w: WIDTH,
    h: 0.8,
    fontSize: 28,
    bold: true,
    color: INK,
    fontFace: FONT,
    valign: 'middle',
    fit: 'shrink',
    margin: 0,
  });
  page.addShape('line', { x: PAGE.margin, y: 1.25, w: WIDTH, h: 0, line: { color: ACCENT, width: 2 } });
  page.addText(`${index + 1}`, {
    x: PAGE.width - 1.2,
    y: 7,
    w: 0.6,
    h: 0.3,
    fontSize: 11,
    color: QUIET,
    align: 'right',
    fontFace: FONT,
  });
  const [pictures, others] = [blocks.filter(isPicture), blocks.filter((block) => !isPicture(block))];
  const table = others.find((block) => block.kind === 'table');
  const words = others.filter((block) => block.kind !== 'table');
  const height = PAGE.bottom - PAGE.top;
  const beside = pictures.length > 0 && others.length > 0;
  const width = beside ? WIDTH * 0.46 : WIDTH;
  const wordHeight =
    table === undefined ? height : words.length === 0 ? 0 : Math.min(height * 0.4, 0.5 * words.length + 0.4);
  if (words.length > 0)
    page.addText(wordsOf(words, 18), {
      x: PAGE.margin,
      y: PAGE.top,
      w: width,
      h: wordHeight,
      valign: 'top',
      fontFace: FONT,
      color: INK,
      margin: 0,
      fit: 'shrink',
    });
  if (table?.kind === 'table') drawTable(page, table, PAGE.top + wordHeight, width);
  for (const [i, picture] of pictures.entries()) {
    const room = { w: (beside ? WIDTH * 0.5 : WIDTH) / pictures.length - 0.1, h: height - 0.4 };
    const scale = Math.min(room.w / picture.width, room.h / picture.height);
    const size = { w: picture.width * scale, h: picture.height * scale };
    const x = PAGE.margin + (beside ? WIDTH * 0.5 : 0) + i * (room.w + 0.1) + (room.w - size.w) / 2;
    const y = PAGE.top + (room.h - size.h) / 2;
    page.addImage({
      data: `image/${picture.type};base64,${Buffer.from(picture.bytes).toString('base64')}`,
      x,
      y,
      ...size,
      altText: wordText(picture.caption),
    });
    if (picture.caption !== '')
      page.addText(wordText(picture.caption), {
        x: x - 0.3,
        y: y + size.h,
        w: size.w + 0.6,
        h: 0.35,
        fontSize: 12,
        color: QUIET,
        align: 'center',
        fontFace: FONT,
      });
  }
}

const isPicture = (block: Block): block is Picture => block.kind === 'picture';

function drawTable(page: ReturnType<Deck['addSlide']>, { head, rows, align }: Table, y: number, width: number): void {
  const size = head.length > 6 ? 11 : rows.length > 8 ? 12 : 14;
  const widths = columnWidths([head, ...rows], head.length, width * 72 - head.length * 12, size).map(
    (one) => (one + 12) / 72,
  );
  const cell = (runs: readonly Run[], column: number, heading: boolean) => ({
    text: wordText(plainOf(runs)),
    options: {
      align: align[column] ?? ('left' as const),
      fontSize: size,
      fontFace: FONT,
      color: INK,
      ...(heading ? { bold: true, fill: { color: 'E9EEF5' } } : {}),
    },
  });
  page.addTable(
    [
      head.map((runs, i) => cell(runs, i, true)),
      ...rows.map((row) => head.map((_, i) => cell(row[i] ?? [], i, false))),
    ],
    {
      x: PAGE.margin,
      y,
      w: width,
      colW: [...widths],
      border: { type: 'solid', pt: 0.75, color: 'CFD6DE' },
      margin: 0.06,
      valign: 'middle',
    },
  );
}

function wordsOf(blocks: readonly Block[], size: number): Word[] {
  return blocks.flatMap((block) => blockWords(block, size, 0));
}

function blockWords(block: Block, size: number, level: number): Word[] {
  switch (block.kind) {
    case 'heading':
      return wordRuns(
        block.runs.map((run) => ({ ...run, bold: true as const })),
        { fontSize: size + 2, paraSpaceBefore: 6 },
      );
    case 'paragraph':
      return wordRuns(block.runs, { fontSize: size - 2 * Math.min(level, 2), paraSpaceAfter: 6 });
    case 'list':
      return block.items.flatMap((item, i) =>
        itemWords(item, block.start === null ? null : block.start + i, size, level),
      );
    case 'quote':
      return block.blocks
        .flatMap((one) => blockWords(one, size - 2, level))
        .map((word) => ({
          ...word,
          options: { ...word.options, color: QUIET },
        }));
    case 'code':
      return wordRuns([{ text: block.text, code: true }], { fontSize: size - 4, paraSpaceAfter: 6 });
    case 'table':
    case 'picture':
    case 'rule':
      return [];
  }
}

function itemWords({ ticked, blocks }: ListItem, number: number | null, size: number, level: number): Word[] {
  const [head, ...more] = blocks;
  const words = head?.kind === 'paragraph' ? head.runs : [];
  const rest = head?.kind === 'paragraph' ? more : blocks;
  const bullet = number === null ? true : { type: 'number' as const, numberStartAt: number };
  const box: Run[] = ticked === null ? [] : [{ text: ticked ? '☑ ' : '☐ ' }];
  return [
    ...wordRuns([...box, ...words], {
      fontSize: size - 2 * Math.min(level, 2),
      paraSpaceAfter: 4,
      indentLevel: Math.min(level, 4),
      ...(ticked === null ? { bullet } : {}),
    }),
    ...rest.flatMap((one) => blockWords(one, size, level + 1)),
  ];
}

/** One paragraph: only its last word ends the line. */
function wordRuns(runs: readonly Run[], options: NonNullable<Word['options']>): Word[] {
  return runs.map((run, i) => ({
    text: wordText(run.text),
    options: {
      ...options,
      ...(run.bold === true ? { bold: true } : {}),
      ...(run.italic === true ? { italic: true } : {}),
      ...(run.struck === true ? { strike: 'sngStrike' as const } : {}),
      ...(run.code === true ? { fontFace: 'D2Coding' } : {}),
      ...(run.link === undefined ? {} : { hyperlink: { url: run.link } }),
      ...(i === runs.length - 1 ? { breakLine: true } : {}),
    },
  }));
}
