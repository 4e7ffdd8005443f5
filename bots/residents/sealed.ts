import { sha256 } from '../../bridge/digest/canonical.ts';

/**
 * Material between two lines that carry the hash of what stands between them: nothing inside can know that hash, so
 * nothing inside can pretend to be the end.
 */
export function sealed(name: string, content: string): string {
  const text = content.toWellFormed();
  const mark = `${name} ${sha256(text).slice(0, 16)}`;
  return `<<<BEGIN ${mark}>>>\n${text}\n<<<END ${mark}>>>`;
}

const LINE_END = /\r\n|[\n\v\f\r\u0085\u2028\u2029]/g;

/** Every further line stands behind a mark: at the head of a line only the house writes. */
export const behindMarks = (text: string): string => text.toWellFormed().replace(LINE_END, '\n| ');

/**
 * One message. Who says it stands in brackets at the head of a line, where no text can write: what begins with a
 * bracket of its own goes to the next line, behind the mark.
 */
export function spoken(speaker: string, text: string): string {
  const words = behindMarks(text);
  const opens = OPENING.has(words.trimStart().charAt(0));
  return `[${speaker}]${opens ? '\n| ' : ' '}${words}`;
}

const OPENING: ReadonlySet<string> = new Set(['[', '［', '【', '〔', '❲']);

/** What stands inside the brackets: names, of files too, and quoted words. */
export const inBrackets = (name: string): string =>
  name
    .toWellFormed()
    .replace(/[[［【〔❲]/g, '(')
    .replace(/[\]］】〕❳]/g, ')')
    .replace(/[\s\u0085]+/g, ' ')
    .trim();
