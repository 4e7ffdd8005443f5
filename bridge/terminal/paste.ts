import { StringDecoder } from 'node:string_decoder';
import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { withoutEnd } from '../protocol/text-ends.ts';

/** Stands for a line break in the line that is being written. */
export const LINE_BREAK = '⏎';

/** Bracketed paste (xterm): the terminal says where pasted text begins and ends. */
export const PASTE_ON = '\u001B[?2004h';
export const PASTE_OFF = '\u001B[?2004l';
const BEGIN = '\u001B[200~';
const END = '\u001B[201~';

/** More than this would bury the line that is being written. */
const SHOWN_CHARACTERS = 400;
const SHOWN_LINES = 6;

/** What is needed of process.stdin on a terminal. */
export type Keyboard = Readable & { readonly setRawMode: (raw: boolean) => unknown };

/** One key: an escape sequence, or a character. */
// eslint-disable-next-line no-control-regex -- keys are sent as control characters
const KEYS = /\u001B(?:\[[0-9;?]*[ -/]*[@-~]|O[ -~]|[^\u001B])|[^]/gu;

/**
 * What is typed, on its way to the line editor. Pasting sends nothing: line breaks in pasted text become ⏎, and
 * a long text stands as a label for itself, so that many lines are one message.
 */
export class PasteInput extends Transform {
  /** Asked for by node:readline. */
  readonly isTTY = true;
  readonly #terminal: Keyboard;
  readonly #label: (number: number, lines: number) => string;
  readonly #decoder = new StringDecoder('utf8');
  readonly #labelled = new Map<string, string>();
  #pasting: string | undefined;
  #held = '';

  constructor(terminal: Keyboard, label: (number: number, lines: number) => string) {
    super();
    this.#terminal = terminal;
    this.#label = label;
    terminal.pipe(this);
  }

  /** What a finished line of the editor says. */
  meant(line: string): string {
    let text = line.replaceAll(LINE_BREAK, '\n');
    for (const [label, pasted] of this.#labelled) text = text.replaceAll(label, () => pasted);
    return text.trim();
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
    while (text !== '') {
      const mark = this.#pasting === undefined ? BEGIN : END;
      const at = text.indexOf(mark);
      const piece = at === -1 ? text.slice(0, text.length - begunMark(text, mark)) : text.slice(0, at);
      if (this.#pasting === undefined) this.#type(piece);
      else this.#pasting += piece;
      if (at === -1) {
        this.#held = text.slice(piece.length);
        break;
      }
      if (this.#pasting !== undefined) this.#type(this.#shown(this.#pasting));
      this.#pasting = this.#pasting === undefined ? '' : undefined;
      text = text.slice(at + mark.length);
    }
    done();
  }

  /** Key by key: node:readline loses count of its rows when several characters come at once and wrap. */
  #type(text: string): void {
    for (const key of text.match(KEYS) ?? []) this.push(key);
  }

  #shown(pasted: string): string {
    const text = readable(pasted);
    const lines = text.split('\n').length;
    if (text.length <= SHOWN_CHARACTERS && lines <= SHOWN_LINES) return text.replaceAll('\n', LINE_BREAK);
    const label = this.#label(this.#labelled.size + 1, lines);
    this.#labelled.set(label, text);
    return label;
  }
}

/** How many characters at the end may be the beginning of the mark. A lone Escape is a key. */
function begunMark(text: string, mark: string): number {
  for (let length = Math.min(mark.length - 1, text.length); length > 1; length -= 1)
    if (text.endsWith(mark.slice(0, length))) return length;
  return 0;
}

/** A pasted control character would be obeyed as a key. */
const readable = (text: string): string =>
  withoutEnd(
    text
      .replace(/\r\n?/g, '\n')
      .replaceAll('\t', '    ')
      // eslint-disable-next-line no-control-regex -- these are what is removed
      .replace(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F]/g, ''),
    '\n',
  );
