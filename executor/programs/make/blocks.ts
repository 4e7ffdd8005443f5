/** A document between the words of an agent and the formats: what all of them can show, and nothing of the outside. */

export interface Run {
  readonly text: string;
  readonly bold?: true;
  readonly italic?: true;
  readonly struck?: true;
  readonly code?: true;
  /** http, https or mailto. */
  readonly link?: string;
}

export type Align = 'left' | 'center' | 'right';

export interface Picture {
  readonly kind: 'picture';
  readonly bytes: Uint8Array;
  readonly type: 'png' | 'jpeg';
  readonly width: number;
  readonly height: number;
  readonly caption: string;
}

export interface ListItem {
  /** Null: no box to tick. */
  readonly ticked: boolean | null;
  readonly blocks: readonly Block[];
}

export interface Table {
  readonly kind: 'table';
  readonly align: readonly Align[];
  readonly head: readonly (readonly Run[])[];
  readonly rows: readonly (readonly (readonly Run[])[])[];
}

export type Block =
  | { readonly kind: 'heading'; readonly level: number; readonly runs: readonly Run[] }
  | { readonly kind: 'paragraph'; readonly runs: readonly Run[] }
  | { readonly kind: 'list'; readonly start: number | null; readonly items: readonly ListItem[] }
  | { readonly kind: 'quote'; readonly blocks: readonly Block[] }
  | { readonly kind: 'code'; readonly text: string }
  | { readonly kind: 'rule' }
  | Table
  | Picture;

export interface Document {
  /** The first heading's words; empty where there is none. */
  readonly title: string;
  readonly blocks: readonly Block[];
}

export const plainOf = (runs: readonly Run[]): string => runs.map(({ text }) => text).join('');

/** Numbers are read from the right. */
const NUMBER = /^[-+−]?[₩$€]?\s?\d[\d,.]*\s?(?:%|원|만원|억|만|건|개|명|km|kg|점|위|회|일|시간|분)?$/u;

/** How each column stands: as the author said, else numbers to the right. */
export function columnAligns({ align, head, rows }: Table, said: readonly (Align | null)[]): readonly Align[] {
  return head.map((_, column) => {
    const own = said[column] ?? null;
    if (own !== null) return own;
    const cells = rows.map((row) => plainOf(row[column] ?? []).trim()).filter((cell) => !/^[-–—]?$/.test(cell));
    return cells.length > 0 && cells.every((cell) => NUMBER.test(cell)) ? 'right' : (align[column] ?? 'left');
  });
}
