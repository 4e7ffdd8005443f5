import { type FaceLetters, lettersOf } from './fonts.ts';

/** Text as it can be drawn: no letter that would be an empty box. */

/** What people mean by it, in letters that the fonts have: Koreans tick with ○ and ×. */
const MEANT: Readonly<Record<string, string>> = {
  '✅': '○',
  '✓': '○',
  '✔': '○',
  '☑': '■',
  '☐': '□',
  '❌': '×',
  '✗': '×',
  '✘': '×',
  '⚠': '△',
  '〜': '~',
  '−': '-',
  '➡': '→',
  '⬆': '↑',
  '⬇': '↓',
};
/** Selectors and joiners, which are nothing by themselves; control characters but for the end of a line. */
const UNSEEN = /\p{Cf}|\p{Variation_Selector}|(?!\n)\p{Cc}/gu;

export class Drawable {
  readonly #main: FaceLetters;
  readonly #second: FaceLetters;
  readonly #left = new Set<string>();

  constructor(main: FaceLetters = lettersOf('regular'), second: FaceLetters = lettersOf('code')) {
    this.#main = main;
    this.#second = second;
  }

  /** With what neither font has replaced by what is meant by it, or left out. */
  text(said: string): string {
    const plain = said.normalize('NFC').replaceAll('\t', '    ').replace(UNSEEN, '');
    return Array.from(plain, (letter) => this.#drawn(letter)).join('');
  }

  /** Whether the main face has it; else it is the second's. */
  isMain(letter: string): boolean {
    return letter === '\n' || this.#main(letter.codePointAt(0) ?? 0);
  }

  /** FaceLetters that were left out. */
  get left(): readonly string[] {
    return [...this.#left];
  }

  #drawn(letter: string): string {
    if (this.#has(letter)) return letter;
    const meant = MEANT[letter] ?? letter.normalize('NFKC');
    if (meant !== letter && Array.from(meant).every((one) => this.#has(one))) return meant;
    this.#left.add(letter);
    return '';
  }

  #has(letter: string): boolean {
    const code = letter.codePointAt(0) ?? 0;
    return letter === '\n' || this.#main(code) || this.#second(code);
  }
}

/** For whoever wrote it; null where nothing was left out. */
export function leftNote({ left }: Drawable): string | null {
  if (left.length === 0) return null;
  return `the font has no ${left.slice(0, 12).join(' ')}${left.length > 12 ? ' …' : ''}: left out`;
}
