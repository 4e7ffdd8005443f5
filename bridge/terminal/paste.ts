import { StringDecoder } from 'node:string_decoder';
import { Transform, type TransformCallback } from 'node:stream';
import type { ReadStream } from 'node:tty';

/** Stands for a line break in the line that is being written. */
export const LINE_BREAK = '⏎';

/** Bracketed paste (xterm): the terminal says where pasted text begins and ends. */
export const PASTE_ON = '\u001B[?2004h';
export const PASTE_OFF = '\u001B[?2004l';
const BEGIN = '\u001B[200~';
const END = '\u001B[201~';

/**
 * What is typed, on its way to the line editor. Line breaks inside pasted text become ⏎, so that pasting
 * sends nothing and many lines are one message; other control characters of pasted text are left out.
 */
export class PasteInput extends Transform {
  /** Asked for by node:readline. */
  readonly isTTY = true;
  readonly #terminal: ReadStream;
  readonly #decoder = new StringDecoder('utf8');
  #pasting = false;
  #held = '';

  constructor(terminal: ReadStream) {
    super();
    this.#terminal = terminal;
    terminal.pipe(this);
  }

  setRawMode(raw: boolean): this {
    this.#terminal.setRawMode(raw);
    return this;
  }

  /** Lets the process end. */
  leave(): void {
    this.#terminal.unpipe(this);
    this.#terminal.pause();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    let text = this.#held + this.#decoder.write(chunk);
    this.#held = '';
    let out = '';
    while (text !== '') {
      const mark = this.#pasting ? END : BEGIN;
      const at = text.indexOf(mark);
      const piece = at === -1 ? text.slice(0, text.length - begunMark(text, mark)) : text.slice(0, at);
      out += this.#pasting ? pasted(piece) : piece;
      if (at === -1) {
        this.#held = text.slice(piece.length);
        break;
      }
      this.#pasting = !this.#pasting;
      text = text.slice(at + mark.length);
    }
    done(null, out);
  }
}

/** How many characters at the end may be the beginning of the mark. A lone Escape is a key. */
function begunMark(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 1; length -= 1) if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

const pasted = (text: string): string =>
  text
    .replace(/\r\n?|\n/g, LINE_BREAK)
    .replaceAll('\t', '    ')
    // eslint-disable-next-line no-control-regex -- a pasted control character would be obeyed as a key
    .replace(/[\u0000-\u001F\u007F-\u009F]/g, '');

/** What a finished line of the editor says. */
export const withLineBreaks = (line: string): string => line.replaceAll(LINE_BREAK, '\n').trim();
