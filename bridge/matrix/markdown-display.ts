/** A fence as it was opened: what stands before it, its marks, the language. */
interface Fence {
  readonly indent: string;
  readonly marks: string;
  readonly opening: string;
}

/** Longer ones are decoration, or an attack. */
const MAX_FENCE = 40;
const FENCE = /^([ \t>]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)?)(`{3,40}(?!`)|~{3,40}(?!~))([^\n]{0,200})$/;

/** The fence that is open after `line`, given the one before (CommonMark 4.5; any indentation, since models nest in lists). */
function fenceAfter(line: string, open: Fence | null): Fence | null {
  if (open !== null) {
    const bare = line.replace(/^[ \t>]+/, '').trimEnd();
    const closes =
      bare.length >= open.marks.length && bare.length <= MAX_FENCE && bare === open.marks.charAt(0).repeat(bare.length);
    return closes ? null : open;
  }
  const [, before = '', marks, info = ''] = FENCE.exec(line) ?? [];
  if (marks === undefined || (marks.startsWith('`') && info.includes('`'))) return null;
  return { indent: before.replace(/[^>\t]/g, ' '), marks, opening: line };
}

function openFence(markdown: string): Fence | null {
  return markdown.split('\n').reduce<Fence | null>((open, line) => fenceAfter(line, open), null);
}

/**
 * A growing answer as it can be shown now: an open code fence is closed, half a fence at the end waits,
 * and code or bold that has begun in the last block is ended there.
 */
export function closeOpenMarkdown(partial: string): string {
  // The first marks of a fence, opening or closing, which the next piece will complete.
  const settled = partial.replace(/\n[ \t>]*(?:`{1,2}|~{1,2})$/, '');
  const open = openFence(settled);
  if (open !== null) return `${settled.replace(/\n$/, '')}\n${open.indent}${open.marks}`;
  const border = settled.lastIndexOf('\n\n') + 1;
  return settled.slice(0, border) + closeInline(settled.slice(border));
}

function closeInline(block: string): string {
  const end = openInline(block);
  if (end === '') return block;
  const text = block.trimEnd();
  // Nothing after the mark yet: it waits.
  return text.endsWith(end) ? text.slice(0, -end.length) : text + end;
}

/** The marks that would end what is open at the end of a block: backticks, or asterisks of bold; else nothing. */
function openInline(block: string): string {
  const pieces = [...block.matchAll(/\\[^]|`+|\*{2,3}/g)];
  const nextSame = nextOfSameLength(pieces.map(([piece]) => piece));
  let bold = '';
  for (let i = 0; i < pieces.length; i += 1) {
    const piece = pieces[i];
    const mark = piece?.[0] ?? '';
    if (mark.startsWith('`')) {
      const close = nextSame[i];
      if (close === undefined) return mark.length <= MAX_FENCE ? mark : '';
      i = close;
    } else if (mark.startsWith('*')) {
      const after = block.charAt((piece?.index ?? 0) + mark.length);
      if (bold !== '') bold = '';
      else if (!/\s/.test(after)) bold = mark;
    }
  }
  return bold;
}

/** For each run of backticks the index of the next one of the same length, which ends its code (CommonMark 6.1). */
function nextOfSameLength(pieces: readonly string[]): readonly (number | undefined)[] {
  const seen = new Map<string, number>();
  return pieces
    .map((piece, i) => ({ piece, i }))
    .reverse()
    .map(({ piece, i }) => {
      const next = seen.get(piece);
      seen.set(piece, i);
      return next;
    })
    .reverse();
}

const bytesOf = (text: string) => Buffer.byteLength(text);

/**
 * Cuts a text that is too long for one message: `head` takes at most `maxBytes` of UTF-8 and ends at a paragraph,
 * else a line, else a word, never inside a character. A code fence that is cut is closed in `head` and opened anew
 * in `rest`. Always advances; `rest` is empty where all fits.
 */
export function splitForContinuation(
  markdown: string,
  maxBytes: number,
): { readonly head: string; readonly rest: string } {
  if (bytesOf(markdown) <= maxBytes) return { head: markdown, rest: '' };
  // What a fence may need to be closed is left free.
  const longest = prefixWithin(markdown, Math.max(1, maxBytes - MAX_FENCE * 2));
  const cut = borderWithin(markdown, longest);
  const head = markdown.slice(0, cut);
  const open = openFence(head);
  const rest = markdown.slice(cut);
  if (open === null) return { head: head.trimEnd() === '' ? head : head.trimEnd(), rest: rest.replace(/^\n+/, '') };
  const closing = `\n${open.indent}${open.marks}`;
  const reopening = `${open.opening.replace(/^([ \t>]*)(?:[-*+]|\d{1,9}[.)])[ \t]/, '$1  ')}\n`;
  // Reopening must not eat what was gained, or there would be no end.
  if (bytesOf(reopening) >= bytesOf(head) || bytesOf(closing) > MAX_FENCE * 2) return { head, rest };
  return { head: head.replace(/\n$/, '') + closing, rest: reopening + rest.replace(/^\n/, '') };
}

/** How many UTF-16 units of `text` take at most `maxBytes`, on a border between graphemes; one grapheme at the least. */
function prefixWithin(text: string, maxBytes: number): number {
  let low = 0;
  let high = Math.min(text.length, maxBytes);
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (bytesOf(text.slice(0, middle)) <= maxBytes) low = middle;
    else high = middle - 1;
  }
  return graphemeBorder(text, low);
}

const GRAPHEMES = new Intl.Segmenter('ko', { granularity: 'grapheme' });
/** Longer "characters" are piles of marks and may be cut between code points. */
const WINDOW = 128;

function graphemeBorder(text: string, at: number): number {
  const from = Math.max(0, at - WINDOW);
  const segment = GRAPHEMES.segment(text.slice(from, at + WINDOW)).containing(at - from);
  const border = segment === undefined ? at : from + segment.index;
  if (border > 0 && (from === 0 || border > from)) return border;
  if (from === 0) return Math.max(1, segment?.segment.length ?? 1);
  return /[\uDC00-\uDFFF]/.test(text.charAt(at)) ? at - 1 : at;
}

/** The best place to cut at or before `longest`: as late as a good one can be had. */
function borderWithin(text: string, longest: number): number {
  const within = text.slice(0, longest);
  const half = Math.floor(longest / 2);
  for (const border of ['\n\n', '\n', ' ']) {
    const at = within.lastIndexOf(border);
    if (at > half) return at + border.length;
  }
  return longest;
}
