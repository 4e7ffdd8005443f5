import { FORMS, isMixed, type KeyForm, RUNS } from './secret-forms.ts';

/** A stretch of the text that must not stay, and how much of its beginning may: that tells whose key it was. */
export interface FoundSecret {
  readonly start: number;
  readonly end: number;
  readonly keep: number;
}

const escaped = (text: string) => text.replace(/[.*+?^${}()|[\]\\/]/g, String.raw`\$&`);
const BY_LENGTH = FORMS.toSorted((a, b) => b.prefix.length - a.prefix.length);
const PREFIX = new RegExp(`(?<![A-Za-z0-9])(?:${BY_LENGTH.map((form) => escaped(form.prefix)).join('|')})`, 'g');
const formsOf = new Map<string, KeyForm[]>();
for (const form of FORMS) formsOf.set(form.prefix, [...(formsOf.get(form.prefix) ?? []), form]);
/** Two letters say whether a piece of text may begin a key at all. */
const beginnings = new Set(FORMS.map(({ prefix }) => prefix.slice(0, 2)));

/** A key pasted on a phone wraps: the rest stands alone on the next line, or in front of words that are not Latin. */
const NEXT_LINE = /[ \t]{0,40}\n[ \t]{0,40}([A-Za-z0-9_-]{4,400})(?=[ \t]{0,40}(?:\n|$)|[`'"”’)\]]|[\u0250-\uFFFF])/y;

/** Where a sticky expression ends when it begins at `at`. */
export function endOfSecret(run: RegExp, text: string, at: number): number {
  run.lastIndex = at;
  return run.test(text) ? run.lastIndex : at;
}

/** End of the key that begins with `prefix` at `start`, its wrapped remainder included; what was read even if it is none. */
function readKey(text: string, start: number, form: KeyForm): { readonly end: number; readonly isKey: boolean } {
  const bodyStart = start + form.prefix.length;
  let end = endOfSecret(RUNS[form.letters], text, bodyStart);
  const first = end;
  const isKey = (body: string) => body.length >= form.min && form.looksRight(body);
  let body = text.slice(bodyStart, end);
  for (let lines = 0; lines < 3; lines += 1) {
    NEXT_LINE.lastIndex = end;
    const next = NEXT_LINE.exec(text);
    const more = next?.[1];
    if (next === null || more === undefined) break;
    // Enough already and the next line is a plain word: that word is not part of it.
    if (isKey(body) && !(/\d/.test(more) && /[A-Za-z]/.test(more)) && !/[a-z][A-Z]/.test(more)) break;
    if (FORMS.some((other) => more.startsWith(other.prefix)) || /^[A-Z][A-Z0-9_]*_/.test(more)) break;
    body += more;
    end = next.index + next[0].length;
  }
  // A full stop behind a key that may hold one ends the sentence.
  while (end > bodyStart && /[.=-]/.test(text.charAt(end - 1)) && form.letters === 'dotted') end -= 1;
  return isKey(body) ? { end, isKey: true } : { end: first, isKey: false };
}

export function prefixedKeys(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  PREFIX.lastIndex = 0;
  for (let match = PREFIX.exec(text); match !== null; match = PREFIX.exec(text)) {
    const start = match.index;
    let read = start + match[0].length;
    for (const form of formsOf.get(match[0]) ?? []) {
      const { end, isKey } = readKey(text, start, form);
      read = Math.max(read, end);
      if (!isKey) continue;
      found.push({ start, end, keep: form.prefix.length });
      break;
    }
    // What was read is not read again, key or not: that keeps it linear.
    PREFIX.lastIndex = read;
  }
  return found;
}

const PIECE = /[!-~]+/g;
const LONGEST_SPLIT = 260;
/** A word that people write, not a piece of a key. */
const WORDLIKE = /^(?:[A-Z]?[a-z]{3,}|[A-Z]{2,}|[a-z]{1,3})[.,!?:;]?$/;

/** Keys with blanks between their letters, as people write them to get past a filter, or a scanner reads them. */
export function splitKeys(text: string): readonly FoundSecret[] {
  const pieces = Array.from(text.matchAll(PIECE), (match) => ({
    text: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found: FoundSecret[] = [];
  for (let at = 0; at < pieces.length - 1; at += 1) {
    const first = pieces[at];
    const second = pieces[at + 1];
    if (first === undefined || second === undefined || first.text.length > 60) continue;
    if (!beginnings.has((first.text.slice(0, 2) + second.text).slice(0, 2))) continue;
    const run = runFrom(text, pieces, at);
    const form = BY_LENGTH.find(({ prefix }) => run.joined.startsWith(prefix));
    if (form === undefined || run.count < 2) continue;
    const body = run.joined.slice(form.prefix.length);
    const own = body.slice(0, endOfSecret(RUNS[form.letters], body, 0));
    const words = run.pieces.slice(1).filter((piece) => WORDLIKE.test(piece));
    // Amazon's are all capitals: four of them are no word.
    const capitals = form.letters === 'upper';
    const wordy = !capitals && words.reduce((sum, piece) => sum + piece.length, 0) > own.length * 0.4;
    const spelled = run.pieces.filter((piece) => piece.length === 1).length > run.count / 2;
    const random = capitals || isMixed(own) || (/\d.*\d.*\d/.test(own) && /[A-Za-z]/.test(own));
    if (own.length < form.min || !random || !form.looksRight(own) || (wordy && !spelled)) continue;
    found.push({ start: first.start, end: run.end, keep: first.text.startsWith(form.prefix) ? form.prefix.length : 0 });
    at += run.count - 1;
  }
  return found;
}

/** Pieces with nothing but a blank or two, or one line end, between them, as long as they may be parts of a key. */
function runFrom(
  text: string,
  pieces: readonly { readonly text: string; readonly start: number; readonly end: number }[],
  from: number,
) {
  const taken: string[] = [];
  let joined = '';
  let end = pieces[from]?.start ?? 0;
  for (let at = from; at < pieces.length && joined.length < LONGEST_SPLIT; at += 1) {
    const piece = pieces[at];
    if (piece === undefined || !/^[A-Za-z0-9_.=+/-]+$/.test(piece.text)) break;
    if (at > from && !/^[ \t\n]{1,3}$/.test(text.slice(end, piece.start))) break;
    // A long word of small letters alone: the sentence goes on. Another prefix: another key.
    if (
      at > from &&
      (/^[a-z]{5,}$/.test(piece.text) ||
        BY_LENGTH.some(({ prefix }) => prefix.length > 2 && piece.text.startsWith(prefix)))
    )
      break;
    // There is enough for a key, and this is a word.
    if (joined.length >= 24 && piece.text.length > 2 && WORDLIKE.test(piece.text)) break;
    taken.push(piece.text);
    joined += piece.text;
    end = piece.end;
  }
  return { joined, end, count: taken.length, pieces: taken };
}

const KEY_BLOCK = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const KEY_BLOCK_END = /-----END [A-Z0-9 ]{0,40}-----/y;
/** Base64, its headers, and the `\n` of a key inside JSON. */
const KEY_BLOCK_BODY = /[A-Za-z0-9+/=\s:,\\]*/y;

/** PEM and PGP blocks; one whose end is missing loses all that still looks like its base64. */
export function keyBlocks(text: string): readonly FoundSecret[] {
  const found: FoundSecret[] = [];
  let done = 0;
  for (const match of text.matchAll(KEY_BLOCK)) {
    if (match.index < done) continue;
    const from = match.index + match[0].length;
    const dashes = text.indexOf('-----', from);
    KEY_BLOCK_END.lastIndex = Math.max(dashes, 0);
    const end =
      dashes !== -1 && KEY_BLOCK_END.test(text) ? KEY_BLOCK_END.lastIndex : endOfSecret(KEY_BLOCK_BODY, text, from);
    if (!/[A-Za-z0-9+/]{16}/.test(text.slice(from, end))) continue;
    found.push({ start: match.index, end, keep: 0 });
    done = end;
  }
  return found;
}
