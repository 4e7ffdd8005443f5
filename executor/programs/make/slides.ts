import { type Block, type Document, plainOf, type Table } from './blocks.ts';

export interface Slide {
  readonly title: string;
  readonly blocks: readonly Block[];
  /** The first, with the title of all alone. */
  readonly cover: boolean;
}

/** Lines of words that fit under a slide's title, and rows of a table. */
const LINES = 11;
const ROWS = 10;
/** Letters of a line; beside a picture half as many. */
const LETTERS = 62;

/** Pure. A slide for each heading of the first two ranks and behind each rule; none holds more than can be seen. */
export function slidesOf({ title, blocks }: Document): readonly Slide[] {
  const slides: { title: string; blocks: Block[]; cover: boolean }[] = [];
  const begin = (of: string, cover: boolean): { title: string; blocks: Block[]; cover: boolean } => {
    const slide = { title: of, blocks: [], cover };
    slides.push(slide);
    return slide;
  };
  for (const [index, block] of blocks.entries()) {
    const current = slides.at(-1);
    if (block.kind === 'heading' && block.level <= 2) begin(plainOf(block.runs), index === 0 && block.level === 1);
    else if (block.kind === 'rule') {
      // A rule right before a heading, as many write, makes no slide of its own.
      const next = blocks[index + 1];
      if (next !== undefined && !(next.kind === 'heading' && next.level <= 2)) begin(current?.title ?? title, false);
    } else {
      const full = current === undefined || (current.cover && !fitsOnCover(block));
      (full ? begin(current?.title ?? title, false) : current).blocks.push(block);
    }
  }
  return slides.flatMap(divided);
}

/** A few words under the title of all. */
const fitsOnCover = (block: Block): boolean =>
  (block.kind === 'paragraph' || block.kind === 'quote') && weightOf(block) <= 3;

function divided(slide: Slide): readonly Slide[] {
  const pages: Block[][] = [[]];
  let lines = 0;
  for (const block of slide.blocks.flatMap(inParts)) {
    const weight = weightOf(block);
    const page = pages.at(-1) ?? [];
    const crowded =
      lines + weight > LINES ||
      (block.kind === 'table' && page.some(({ kind }) => kind === 'table' || kind === 'picture')) ||
      (block.kind === 'picture' && page.some(({ kind }) => kind === 'table'));
    if (crowded && page.length > 0) {
      pages.push([block]);
      lines = weight;
    } else {
      page.push(block);
      lines += weight;
    }
  }
  return pages.map((blocks, i) => ({
    title: i === 0 ? slide.title : `${slide.title} (${i + 1})`,
    blocks,
    cover: slide.cover && i === 0,
  }));
}

/** What is longer than a slide, in pieces that fit. */
function inParts(block: Block): readonly Block[] {
  if (block.kind === 'table' && block.rows.length > ROWS)
    return Array.from({ length: Math.ceil(block.rows.length / ROWS) }, (_, i): Table => ({
      ...block,
      rows: block.rows.slice(i * ROWS, (i + 1) * ROWS),
    }));
  if (block.kind === 'list')
    return block.items.map((item, i) => ({
      kind: 'list',
      start: block.start === null ? null : block.start + i,
      items: [item],
    }));
  return [block];
}

/** In lines, roughly. */
function weightOf(block: Block): number {
  switch (block.kind) {
    case 'heading':
      return 1.5;
    case 'paragraph':
      return Math.ceil(plainOf(block.runs).length / LETTERS) + 0.4;
    case 'list':
      return block.items.reduce((sum, { blocks }) => sum + Math.max(1, ...blocks.map(weightOf)), 0);
    case 'quote':
      return block.blocks.reduce((sum, one) => sum + weightOf(one), 0);
    case 'code':
      return block.text.split('\n').length * 0.8;
    case 'table':
      return Math.min(LINES - 3, block.rows.length + 1);
    case 'picture':
      return 2;
    case 'rule':
      return 0;
  }
}
