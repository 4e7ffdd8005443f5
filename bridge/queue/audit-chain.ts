import { AUDIT_BEGIN, AuditLine } from '../protocol/audit.ts';
import { canonicalHash } from './canonical.ts';

export type ChainCheck =
  | { readonly kind: 'whole'; readonly lines: number; readonly head: string }
  /** `line` counts from 1. */
  | { readonly kind: 'broken'; readonly line: number; readonly why: 'unreadable' | 'hash' | 'chain' | 'order' };

export const auditHash = (line: Omit<AuditLine, 'hash'>): string => canonicalHash(line);

/** Walks the chain. Lines cut off at the end leave no trace here: for that the head is told in the ops room. */
export function checkChain(lines: readonly string[]): ChainCheck {
  let head = AUDIT_BEGIN;
  for (const [i, text] of lines.entries()) {
    const line = read(text);
    if (line === undefined) return { kind: 'broken', line: i + 1, why: 'unreadable' };
    const { hash, ...rest } = line;
    if (auditHash(rest) !== hash) return { kind: 'broken', line: i + 1, why: 'hash' };
    if (line.prev !== head) return { kind: 'broken', line: i + 1, why: 'chain' };
    if (line.seq !== i + 1) return { kind: 'broken', line: i + 1, why: 'order' };
    head = hash;
  }
  return { kind: 'whole', lines: lines.length, head };
}

function read(text: string): AuditLine | undefined {
  try {
    return AuditLine.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
