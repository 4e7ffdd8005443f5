import { AUDIT_BEGIN, AuditLine } from '../protocol/audit.ts';
import { canonicalHash } from './canonical.ts';

export type ChainCheck =
  | { readonly kind: 'whole'; readonly lines: number; readonly head: string }
  /** `line` counts from 1, in what was walked. */
  | { readonly kind: 'broken'; readonly line: number; readonly why: 'unreadable' | 'hash' | 'chain' | 'order' };

export const auditHash = (line: Omit<AuditLine, 'hash'>): string => canonicalHash(line);

/** Where a chain stands: how many lines, and the hash of the last. */
export interface ChainEnd {
  readonly lines: number;
  readonly head: string;
}
export const CHAIN_BEGIN: ChainEnd = { lines: 0, head: AUDIT_BEGIN };

/** Walks the chain on from `before`; `lines` of what is whole counts from the chain's beginning. Lines cut off at the end leave no trace here: for that the head is told in the ops room. */
export function checkChain(lines: readonly string[], before: ChainEnd = CHAIN_BEGIN): ChainCheck {
  let head = before.head;
  for (const [i, text] of lines.entries()) {
    const line = read(text);
    if (line === undefined) return { kind: 'broken', line: i + 1, why: 'unreadable' };
    const { hash, ...rest } = line;
    if (auditHash(rest) !== hash) return { kind: 'broken', line: i + 1, why: 'hash' };
    if (line.prev !== head) return { kind: 'broken', line: i + 1, why: 'chain' };
    if (line.seq !== before.lines + i + 1) return { kind: 'broken', line: i + 1, why: 'order' };
    head = hash;
  }
  return { kind: 'whole', lines: before.lines + lines.length, head };
}

/** What a line that was checked before stands for; undefined where it is none. */
export function endAt(text: string | undefined): ChainEnd | undefined {
  const line = text === undefined ? undefined : read(text);
  return line === undefined ? undefined : { lines: line.seq, head: line.hash };
}

function read(text: string): AuditLine | undefined {
  try {
    return AuditLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
