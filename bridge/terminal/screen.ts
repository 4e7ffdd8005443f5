import type { Interface } from 'node:readline';
import type { WriteStream } from 'node:tty';
import { columnsOf, rowsOf } from './columns.ts';

/**
 * Lines that stay, above a few that change, above the line that is being written. Elsewhere than on a terminal
 * only the lines that stay are written.
 */
export class Screen {
  readonly #out: WriteStream;
  #changing: readonly string[] = [];
  #editor: Interface | undefined;

  constructor(out: WriteStream) {
    this.#out = out;
  }

  get interactive(): boolean {
    return this.#out.isTTY;
  }

  columns(): number {
    return this.interactive ? Math.max(20, this.#out.columns) : Number.POSITIVE_INFINITY;
  }

  /** Rows for the lines that change: never so many that they leave the screen, where nothing can be rewritten. */
  room(): number {
    return Math.max(3, Math.min(16, Math.floor((this.#out.rows ?? 24) * 0.6)));
  }

  edit(editor: Interface | undefined): void {
    this.#erase();
    this.#editor = editor;
    this.#draw('');
  }

  print(lines: readonly string[]): void {
    if (lines.length === 0) return;
    this.#erase();
    this.#draw(lines.map((line) => `${line}\n`).join(''));
  }

  /** Puts these lines in the place of those that change. */
  change(lines: readonly string[]): void {
    if (
      !this.interactive ||
      (lines.length === this.#changing.length && lines.every((line, i) => line === this.#changing[i]))
    )
      return;
    this.#erase();
    this.#changing = lines;
    this.#draw('');
  }

  /** The editor has just ended its line, and the cursor stands below it: takes the line off the screen. */
  submitted(line: string): void {
    if (this.#editor === undefined) return;
    this.#erase(rowsOf(this.#editor.getPrompt() + line, this.columns()));
    this.#draw('');
  }

  #erase(below?: number): void {
    if (!this.interactive) return;
    const columns = this.columns();
    const changing = this.#changing.reduce((sum, line) => sum + Math.max(1, Math.ceil(columnsOf(line) / columns)), 0);
    const up = changing + (below ?? this.#editor?.getCursorPos().rows ?? 0);
    this.#out.write(`\r${up === 0 ? '' : `\u001B[${up}A`}\u001B[J`);
  }

  #draw(above: string): void {
    const changing = this.interactive ? this.#changing.map((line) => `${line}\n`).join('') : '';
    // The editor goes up by the rows that it believes to be above its cursor.
    const rows = this.#editor?.getCursorPos().rows ?? 0;
    this.#out.write(above + changing + '\n'.repeat(rows));
    this.#editor?.prompt(true);
  }
}
