import { closeSync, copyFileSync, openSync, readSync, renameSync, statSync, truncateSync } from 'node:fs';

const LARGE = 10_000_000;

const size = (path: string): number => statSync(path, { throwIfNoEntry: false })?.size ?? 0;

/** A descriptor to append to; a part writes to the file itself, so nothing breaks when the launcher is gone. */
export function openLog(path: string): number {
  if (size(path) > LARGE) renameSync(path, `${path}.1`);
  return openSync(path, 'a', 0o600);
}

/** While parts hold the file open: the old lines are copied away and the file begins anew. */
export function trimLog(path: string): void {
  if (size(path) <= LARGE) return;
  copyFileSync(path, `${path}.1`);
  truncateSync(path);
}

const TAIL_BYTES = 16_384;

export const sizeOf = size;

/** What was written last, and not before the first `from` bytes, unless the file was begun anew since then. */
export function tailOf(path: string, from = 0): string {
  const bytes = size(path);
  const length = Math.min(bytes < from ? bytes : bytes - from, TAIL_BYTES);
  if (length === 0) return '';
  const file = openSync(path, 'r');
  try {
    const end = Buffer.alloc(length);
    readSync(file, end, 0, end.length, bytes - end.length);
    return end.toString('utf8');
  } finally {
    closeSync(file);
  }
}
