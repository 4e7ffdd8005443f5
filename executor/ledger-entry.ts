import { z } from 'zod';
import { Command } from '../bridge/protocol/command.ts';
import { type OrderJob, PlanJob, RunJob } from '../bridge/protocol/command-job.ts';
import { EventId, UserId } from '../bridge/protocol/ids.ts';
import { WorkPath } from '../bridge/protocol/command.ts';

/** One attempt at one command: `<root event>.<index>.<attempt>`. */
export const JobKey = z.string().regex(/^\$.+\.\d+\.\d+$/).brand<'JobKey'>();
export type JobKey = z.infer<typeof JobKey>;

export const jobKey = (root: EventId, index: number, attempt: number): JobKey => JobKey.parse(`${root}.${index}.${attempt}`);

/** How a command came to its end. */
export const Outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('done'), exitCode: z.int(), ms: z.int(), rssBytes: z.int() }),
  z.object({ kind: z.literal('failed'), why: z.enum(['exit', 'output', 'file', 'killed', 'sandbox']), exitCode: z.int().optional(), detail: z.string().max(500).optional(), ms: z.int(), rssBytes: z.int() }),
  /** It never started. */
  z.object({ kind: z.literal('refused'), why: z.string().max(60), detail: z.string().max(500).optional() }),
  z.object({ kind: z.literal('stopped'), by: UserId.optional(), ms: z.int() }),
  /** It started, and nobody was there to see its end. */
  z.object({ kind: z.literal('unknown'), startedAt: z.int() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** A command as it is hashed, shown and run. */
export const Prepared = z.object({
  key: JobKey,
  root: EventId,
  index: z.int().nonnegative(),
  attempt: z.int().positive(),
  nonce: z.string(),
  executor: z.string(),
  orderedBy: UserId,
  command: Command,
  /** The folders behind the names in `command.lent`, as they were when it was hashed. */
  folders: z.array(z.object({ name: z.string(), path: z.string(), access: z.enum(['ro', 'rw']) })),
  workspace: z.string(),
  artifacts: z.array(WorkPath),
  policy: z.string(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Prepared = z.infer<typeof Prepared>;

const at = z.int();

export const LedgerEntry = z.discriminatedUnion('state', [
  z.object({ state: z.literal('claimed'), at, key: JobKey, job: z.discriminatedUnion('type', [RunJob, PlanJob]), prepared: Prepared }),
  /** About to ask: the request's text is fixed by `prepared`, its event follows. */
  z.object({ state: z.literal('asked'), at, key: JobKey, request: EventId }),
  z.object({ state: z.literal('approved'), at, key: JobKey, by: UserId, reaction: EventId }),
  z.object({ state: z.literal('started'), at, key: JobKey, hash: z.string() }),
  z.object({ state: z.literal('ended'), at, key: JobKey, outcome: Outcome, tail: z.string().max(8_000) }),
  /** The messages that tell of it, by which the master may ask for another try. */
  z.object({ state: z.literal('reported'), at, key: JobKey, events: z.array(EventId) }),
  /** A root that was turned away, once and for all: it is not tried again when the rules have changed. Attempt 0. */
  z.object({ state: z.literal('refused'), at, key: JobKey, why: z.string() }),
]);
export type LedgerEntry = z.infer<typeof LedgerEntry>;

/** What the ledger knows of one attempt. */
export interface LedgerRecord {
  readonly job: OrderJob;
  readonly prepared: Prepared;
  readonly state: Exclude<LedgerEntry['state'], 'refused'>;
  readonly claimedAt: number;
  readonly request?: { readonly event: EventId; readonly at: number };
  readonly approval?: { readonly by: UserId; readonly reaction: EventId };
  readonly startedAt?: number;
  readonly outcome?: Outcome;
  readonly tail?: string;
  readonly reports?: readonly EventId[];
}

/** Throws where an entry cannot follow what is known: then the file is not what this executor wrote. */
export function fold(record: LedgerRecord | undefined, entry: Exclude<LedgerEntry, { state: 'refused' }>): LedgerRecord {
  if (entry.state === 'claimed') {
    if (record !== undefined) throw new Error(`claimed twice: ${entry.key}`);
    return { job: entry.job, prepared: entry.prepared, state: 'claimed', claimedAt: entry.at };
  }
  if (record === undefined) throw new Error(`never claimed: ${entry.key}`);
  switch (entry.state) {
    case 'asked':
      return { ...record, state: 'asked', request: { event: entry.request, at: entry.at } };
    case 'approved':
      return { ...record, state: 'approved', approval: { by: entry.by, reaction: entry.reaction } };
    case 'started':
      if (record.startedAt !== undefined) throw new Error(`started twice: ${entry.key}`);
      return { ...record, state: 'started', startedAt: entry.at };
    case 'ended':
      return { ...record, state: 'ended', outcome: entry.outcome, tail: entry.tail };
    case 'reported':
      return { ...record, state: 'reported', reports: entry.events };
  }
}
