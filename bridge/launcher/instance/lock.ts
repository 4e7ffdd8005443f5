import { randomUUID } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { writeSecretJson, hasCode } from './files.ts';
import { ProcessMark, isAlive, mark } from './processes.ts';

export type Lock =
  | { readonly kind: 'held'; readonly release: () => void }
  | { readonly kind: 'taken'; readonly by: number };

/** Who runs this data folder now, if anybody. */
export function holder(path: string): ProcessMark | undefined {
  const held = readMark(path);
  return held !== undefined && isAlive(held) ? held : undefined;
}

function readMark(path: string): ProcessMark | undefined {
  try {
    return ProcessMark.safeParse(JSON.parse(readFileSync(path, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** One launcher at a time on a data folder. What a killed one left behind does not count. */
export function takeLock(path: string): Lock {
  const own = mark(process.pid) ?? { pid: process.pid, startTime: '' };
  const beside = `${path}.${randomUUID()}`;
  writeSecretJson(beside, own);
  try {
    for (;;) {
      try {
        linkSync(beside, path);
        return { kind: 'held', release: () => release(path, own) };
      } catch (error) {
        if (!hasCode(error, 'EEXIST')) throw error;
      }
      const living = holder(path);
      if (living !== undefined) return { kind: 'taken', by: living.pid };
      putAside(path);
    }
  } finally {
    rmSync(beside, { force: true });
  }
}

/** Only one's own: it may have been put aside and taken by another. */
function release(path: string, own: ProcessMark): void {
  const held = readMark(path);
  if (held?.pid === own.pid && held.startTime === own.startTime) rmSync(path, { force: true });
}

/** Moved, not removed: had another launcher taken it meanwhile, its lock goes back where it was. */
function putAside(path: string): void {
  const aside = `${path}.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return;
    throw error;
  }
  if (holder(aside) !== undefined) linkSync(aside, path);
  rmSync(aside, { force: true });
}
