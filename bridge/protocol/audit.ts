import { z } from 'zod';

/** What happened to a command, in the order in which it happens. */
export const AUDIT_EVENTS = [
  'executor.started',
  'order.refused',
  'order.taken',
  'approval.asked',
  'approval.given',
  'input.placed',
  'job.started',
  'job.ended',
  'changes.tried',
  'changes.put',
  'changes.undone',
  'task.ended',
  'workspace.cleared',
  'egress',
] as const;

/** One line of `audit.jsonl`. `hash` is over everything else in it, and `prev` the hash of the line before. */
export const AuditLine = z.strictObject({
  seq: z.int().positive(),
  at: z.iso.datetime(),
  prev: z.string().regex(/^[0-9a-f]{64}$/),
  event: z.enum(AUDIT_EVENTS),
  data: z.record(z.string(), z.json()),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AuditLine = z.infer<typeof AuditLine>;

/** What stands before the first line. */
export const AUDIT_BEGIN = '0'.repeat(64);

export const AUDIT_FILE = 'audit.jsonl';

/** Beside it: full files, put away in their order. The chain goes on from one to the next. */
export const AUDIT_FOLDER = 'audit';
const DIGITS = 12;
export const putAwayName = (lastSeq: number): string => `${String(lastSeq).padStart(DIGITS, '0')}.jsonl`;
export const isPutAway = (name: string): boolean => /^\d{12}\.jsonl$/.test(name);
