import type { WriteStream } from 'node:tty';

/** How text is set off from other text; every function gives it back unchanged where there are no colours. */
export interface Paint {
  readonly dim: (text: string) => string;
  readonly bold: (text: string) => string;
  readonly warn: (text: string) => string;
  /** Everybody's own colour, by the order in which they are known. */
  readonly person: (text: string, order: number) => string;
}

const set = (codes: string) => (text: string) => (text === '' ? '' : `\u001B[${codes}m${text}\u001B[0m`);
const plain = (text: string) => text;

/** Readable on dark and on light ground, and apart from one another. */
const MANY = [172, 33, 167, 37, 134, 70, 205, 66, 99, 136, 74, 168].map((colour) => set(`1;38;5;${colour}`));
const FEW = [33, 34, 31, 36, 35, 32].map((colour) => set(`1;${colour}`));

export const noPaint: Paint = { dim: plain, bold: plain, warn: plain, person: plain };

/** node:tty knows NO_COLOR, FORCE_COLOR and TERM=dumb. */
export function paintFor(out: WriteStream): Paint {
  if (!out.isTTY || !out.hasColors()) return noPaint;
  const palette = out.hasColors(256) ? MANY : FEW;
  return {
    dim: set('2'),
    bold: set('1'),
    warn: set('33'),
    person: (text, order) => (palette[order % palette.length] ?? plain)(text),
  };
}
