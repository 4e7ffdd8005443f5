import { stripVTControlCharacters } from 'node:util';
import type { Lang } from '../../protocol/ids.ts';
import type { Phrase } from '../../text/say.ts';

/** Where a person reads what the launcher does. A terminal that is gone never stops the house. */
export class Terminal {
  readonly lang: Lang;
  readonly #out: NodeJS.WriteStream;
  #open = false;

  constructor(lang: Lang, out: NodeJS.WriteStream) {
    this.lang = lang;
    this.#out = out;
    out.on('error', () => undefined);
  }

  get interactive(): boolean {
    return this.#out.isTTY;
  }

  line(text = ''): void {
    if (this.#open) this.#out.write('\n');
    this.#open = false;
    this.#out.write(`${text}\n`);
  }

  say(phrase: Phrase): void {
    for (const text of phrase[this.lang]().split('\n')) this.line(`  ${text}`);
  }

  /** One step with a name: what, how far, how long. */
  step(name: Phrase): ProgressStep {
    return new ProgressStep(this, name[this.lang]());
  }

  /** Overwrites the last unfinished line; elsewhere than on a terminal only finished lines are written. */
  redraw(text: string): void {
    if (!this.interactive) return;
    this.#out.write(`\r\u001B[2K${text}`);
    this.#open = true;
  }

  finishRedraw(text: string): void {
    this.#out.write(this.interactive ? `\r\u001B[2K${text}\n` : `${text}\n`);
    this.#open = false;
  }

  mark(good: boolean | 'note', text: string): void {
    const sign = good === 'note' ? '·' : good ? '✓' : '✗';
    const colour = good === 'note' ? 33 : good ? 32 : 31;
    this.line(`  ${this.interactive ? `\u001B[${colour}m${sign}\u001B[0m` : sign} ${text}`);
  }
}

export class ProgressStep implements Disposable {
  readonly #terminal: Terminal;
  readonly #name: string;
  readonly #began = Date.now();
  readonly #ticker: NodeJS.Timeout;
  #far = '';

  constructor(terminal: Terminal, name: string) {
    this.#terminal = terminal;
    this.#name = padded(name, 14);
    // Where lines cannot be drawn over, a long step says now and then that it goes on.
    this.#ticker = setInterval(() => this.#tick(), terminal.interactive ? 500 : 10_000).unref();
    this.#draw();
  }

  progress(far: string): void {
    this.#far = far;
    this.#draw();
  }

  done(result: string): void {
    clearInterval(this.#ticker);
    this.#terminal.finishRedraw(`  ${this.#name} ${padded(result, 34)} ${this.#seconds()}`);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#ticker);
  }

  #tick(): void {
    if (this.#terminal.interactive) this.#draw();
    else this.#terminal.line(this.#text());
  }

  #draw(): void {
    this.#terminal.redraw(this.#text());
  }

  #text(): string {
    return `  ${this.#name} ${padded(this.#far === '' ? '…' : this.#far, 34)} ${this.#seconds()}`;
  }

  #seconds(): string {
    return `${((Date.now() - this.#began) / 1000).toFixed(1)} s`;
  }
}

const WIDE = /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/gu;

/** Columns on a terminal: Hangul takes two. */
export function width(text: string): number {
  const plain = stripVTControlCharacters(text);
  return plain.length + (plain.match(WIDE)?.length ?? 0);
}

export const padded = (text: string, columns: number): string => text + ' '.repeat(Math.max(0, columns - width(text)));
