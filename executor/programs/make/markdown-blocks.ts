import { marked, type MarkedToken, type Token, type Tokens } from 'marked';
import {
  type Align,
  type Block,
  columnAligns,
  type Document,
  type ListItem,
  type Picture,
  plainOf,
  type Run,
  type Table,
} from './blocks.ts';

export interface MarkdownReading {
  readonly document: Document;
  /** What of it could not be taken up, for whoever wrote it. */
  readonly notes: readonly string[];
}

/** A picture of the workspace by its path, or why there is none. */
export type FindPicture = (path: string) => Omit<Picture, 'caption' | 'kind'> | string;

/** Lists within lists, quotes within quotes: deeper than this is no document. */
const MOST_DEPTH = 8;

type Style = Omit<Run, 'text'>;

/** Markdown as blocks: no markup of its own, no address but links that a person taps, pictures of the workspace alone. */
export function readMarkdown(markdown: string, find: FindPicture): MarkdownReading {
  const notes: string[] = [];
  const blocks = new Reader(find, notes).blocks(marked.lexer(markdown, { gfm: true }), 0);
  const first = blocks.find((block) => block.kind === 'heading');
  const title = first?.kind === 'heading' ? plainOf(first.runs).trim() : '';
  return { document: { title, blocks }, notes: [...new Set(notes)] };
}

class Reader {
  readonly #find: FindPicture;
  readonly #notes: string[];

  constructor(find: FindPicture, notes: string[]) {
    this.#find = find;
    this.#notes = notes;
  }

  blocks(tokens: readonly Token[], depth: number): readonly Block[] {
    if (depth > MOST_DEPTH) return [];
    return tokens.filter(isKnown).flatMap((token) => this.#block(token, depth));
  }

  #block(token: MarkedToken, depth: number): readonly Block[] {
    switch (token.type) {
      case 'heading':
        return [{ kind: 'heading', level: token.depth, runs: this.#runs(token.tokens, {}, []) }];
      case 'paragraph':
        return this.#paragraph(token.tokens);
      case 'text':
        return this.#paragraph(token.tokens ?? [token]);
      case 'code':
        return [{ kind: 'code', text: token.text }];
      case 'blockquote':
        return [{ kind: 'quote', blocks: this.blocks(token.tokens, depth + 1) }];
      case 'hr':
        return [{ kind: 'rule' }];
      case 'list':
        return [
          {
            kind: 'list',
            start: token.ordered ? Number(token.start) || 1 : null,
            items: token.items.map((item) => this.#item(item, depth)),
          },
        ];
      case 'table':
        return [this.#table(token)];
      case 'html':
        return this.#paragraph([token]);
      case 'strong':
      case 'em':
      case 'del':
      case 'codespan':
      case 'br':
      case 'link':
      case 'image':
      case 'escape':
        return this.#paragraph([token]);
      case 'space':
      case 'def':
      case 'checkbox':
      case 'list_item':
        return [];
    }
  }

  #item(item: Tokens.ListItem, depth: number): ListItem {
    return {
      ticked: item.task ? item.checked === true : null,
      blocks: this.blocks(
        item.tokens.filter(({ type }) => type !== 'checkbox'),
        depth + 1,
      ),
    };
  }

  #table(token: Tokens.Table): Table {
    const cell = ({ tokens }: Tokens.TableCell): readonly Run[] => this.#runs(tokens, {}, []);
    const table: Table = {
      kind: 'table',
      align: token.header.map((): Align => 'left'),
      head: token.header.map(cell),
      rows: token.rows.map((row) => row.map(cell)),
    };
    return { ...table, align: columnAligns(table, token.align) };
  }

  /** Pictures stand by themselves, behind the words that they stood in. */
  #paragraph(tokens: readonly Token[]): readonly Block[] {
    const pictures: Picture[] = [];
    const runs = this.#runs(tokens, {}, pictures);
    const words: Block[] = plainOf(runs).trim() === '' ? [] : [{ kind: 'paragraph', runs }];
    return [...words, ...pictures];
  }

  #runs(tokens: readonly Token[], style: Style, pictures: Picture[]): readonly Run[] {
    return tokens.filter(isKnown).flatMap((token) => this.#inline(token, style, pictures));
  }

  #inline(token: MarkedToken, style: Style, pictures: Picture[]): readonly Run[] {
    switch (token.type) {
      case 'strong':
        return this.#runs(token.tokens, { ...style, bold: true }, pictures);
      case 'em':
        return this.#runs(token.tokens, { ...style, italic: true }, pictures);
      case 'del':
        return this.#runs(token.tokens, { ...style, struck: true }, pictures);
      case 'codespan':
        return [{ ...style, text: token.text, code: true }];
      case 'br':
        return [{ ...style, text: '\n' }];
      case 'link': {
        const link = safeLink(token.href);
        return this.#runs(token.tokens, link === null ? style : { ...style, link }, pictures);
      }
      case 'image':
        return this.#picture(token, style, pictures);
      case 'html':
        // Models break lines in cells so. Other markup goes, its words stay.
        return /^<br\s*\/?>$/i.test(token.text.trim())
          ? [{ ...style, text: '\n' }]
          : [{ ...style, text: plainHtml(token.text) }].filter(({ text }) => text !== '');
      case 'text':
        return token.tokens === undefined
          ? [{ ...style, text: decoded(token.text) }]
          : this.#runs(token.tokens, style, pictures);
      case 'escape':
        return [{ ...style, text: decoded(token.text) }];
      case 'heading':
      case 'paragraph':
      case 'code':
      case 'blockquote':
      case 'hr':
      case 'list':
      case 'list_item':
      case 'table':
      case 'space':
      case 'def':
      case 'checkbox':
        return [];
    }
  }

  #picture({ href, text }: Tokens.Image, style: Style, pictures: Picture[]): readonly Run[] {
    const found = this.#find(decodedPath(href));
    if (typeof found !== 'string') {
      pictures.push({ kind: 'picture', caption: decoded(text), ...found });
      return [];
    }
    this.#notes.push(`picture ${href.slice(0, 120)}: ${found}`);
    return text === '' ? [] : [{ ...style, text: decoded(text) }];
  }
}

/** Others come of extensions, and there are none. */
const isKnown = (token: Token): token is MarkedToken => KNOWN.has(token.type);
const KNOWN: ReadonlySet<string> = new Set<MarkedToken['type']>([
  'heading',
  'paragraph',
  'text',
  'code',
  'blockquote',
  'hr',
  'list',
  'table',
  'html',
  'strong',
  'em',
  'del',
  'codespan',
  'br',
  'link',
  'image',
  'escape',
]);

/** Null for what a tap should not open: files, scripts, data. */
export function safeLink(href: string): string | null {
  if (!/^(?:https?:\/\/|mailto:)/i.test(href) || href.length > 2_000) return null;
  try {
    return new URL(decoded(href)).href;
  } catch {
    return null;
  }
}

function decodedPath(href: string): string {
  try {
    return decodeURIComponent(decoded(href));
  } catch {
    return href;
  }
}

const plainHtml = (html: string): string => decoded(html.replace(/<[^<>]*>/g, '')).trim();

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };

/** The entities that models write; others stay as they are. */
function decoded(text: string): string {
  return text.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole, decimal, hex, name) => {
    if (typeof name === 'string') return NAMED[name.toLowerCase()] ?? whole;
    const code = typeof decimal === 'string' ? Number(decimal) : Number.parseInt(String(hex), 16);
    return code > 31 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff) ? String.fromCodePoint(code) : whole;
  });
}
