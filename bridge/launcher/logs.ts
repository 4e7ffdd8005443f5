import { copyFileSync, openSync, renameSync, statSync, truncateSync } from 'node:fs';

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
