import { z } from 'zod';
import { Command } from '../../bridge/protocol/command.ts';
import { ChatJob, type OrderJob, OutsideJob, PlanJob, RunJob } from '../../bridge/protocol/command-job.ts';
import { FolderChanges } from '../../bridge/protocol/documents/folder-changes.ts';
import { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import { MailAddress, WorkPath } from '../../bridge/protocol/command-fields.ts';
import { InputFile, MAX_INPUTS } from '../../bridge/protocol/orders/input-files.ts';

/**
 * One attempt at one command: `<root event>.<index>.<attempt>` (of one that an agent asked for in conversation: the
 * agent's event), of a plan
 * `<root event>.<round>-<beginning of the winner's hash>.<step>.<attempt>`, with `r1` where it ran again after a crash.
 */
export const JobKey = z
  .string()
  .regex(/^\$.+\.(?:\d+|\d+-[0-9a-f]{16}\.[a-z0-9_-]+)\.\d+(?:r\d)?$/)
  .brand<'JobKey'>();
export type JobKey = z.infer<typeof JobKey>;

export const jobKey = (root: EventId, index: number, attempt: number): JobKey =>
  JobKey.parse(`${root}.${index}.${attempt}`);

/**
 * Made of what was read and not of what a job says. Patches do not change it: attempts at a step are counted through
 * them, so that no other way of naming the same plan runs a step once more.
 */
export const planKey = (
  root: EventId,
  { round, winner, step }: Pick<PreparedPlan, 'round' | 'winner' | 'step'>,
  attempt: number,
  rerun = 0,
): JobKey =>
  JobKey.parse(`${root}.${round}-${winner.slice(0, 16)}.${step}.${attempt}${rerun === 0 ? '' : `r${rerun}`}`);

/** Where it wanted to go and could not, for the words of its end. */
export const Unreached = z
  .array(
    z.object({
      destination: z.string().max(300),
      why: z.enum(['not-asked', 'no-address', 'not-public', 'no-connection', 'bad']),
    }),
  )
  .max(5);
export type Unreached = z.infer<typeof Unreached>;

/** How a command came to its end. */
export const Outcome = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('done'),
    exitCode: z.int(),
    ms: z.int(),
    rssBytes: z.int(),
    unreached: Unreached.optional(),
  }),
  z.object({
    kind: z.literal('failed'),
    why: z.enum(['exit', 'output', 'file', 'killed', 'sandbox']),
    exitCode: z.int().optional(),
    detail: z.string().max(500).optional(),
    ms: z.int(),
    rssBytes: z.int(),
    unreached: Unreached.optional(),
  }),
  /** It never started. */
  z.object({ kind: z.literal('refused'), why: z.string().max(60), detail: z.string().max(500).optional() }),
  z.object({ kind: z.literal('stopped'), by: UserId.optional(), ms: z.int() }),
  /** It started, and nobody was there to see its end. */
  z.object({ kind: z.literal('unknown'), startedAt: z.int() }),
]);
export type Outcome = z.infer<typeof Outcome>;

/** Of which plan a command is, and by whose word. */
export const PreparedPlan = z.object({
  decision: EventId,
  patched: EventId.optional(),
  rule: z.enum(['vote', 'choice', 'alone']),
  round: z.int().nonnegative(),
  winner: PlanHash,
  /** The plan in force. */
  hash: PlanHash,
  step: StepId,
  title: z.string(),
  /** When it came into force, or a master asked for another try; milliseconds since 1970. */
  since: z.int(),
  /** The executor's own try at what a crash had left unknown; absent: the first. */
  rerun: z.int().positive().optional(),
  /** Whoever ordered the task has named the address that the command reads. */
  named: z.literal(true).optional(),
});
export type PreparedPlan = z.infer<typeof PreparedPlan>;

/** Of a command that an agent asks for in conversation: who asks, and in which thread. The one who ordered is the master. */
export const PreparedChat = z.object({ agent: UserId, thread: EventId.optional() });
export type PreparedChat = z.infer<typeof PreparedChat>;

/** What a letter is made of beside its command, as it was when it was asked for. */
export const PreparedLetter = z.object({
  from: MailAddress,
  /** The owner's own address, where it is proved to be his. */
  own: MailAddress.optional(),
  files: z.array(
    z.object({ path: WorkPath, bytes: z.int().nonnegative(), sha256: z.string().regex(/^[0-9a-f]{64}$/) }),
  ),
  /** How many letters to himself went before it on that day, and how many may go without asking. */
  before: z.int().nonnegative(),
  freeADay: z.int().nonnegative(),
});
export type PreparedLetter = z.infer<typeof PreparedLetter>;

/** Which tool of which server, as the owner saw it: by hashes, and in words for whoever is asked. */
export const PreparedTool = z.object({
  server: z.string().regex(/^[0-9a-f]{64}$/),
  tool: z.string().regex(/^[0-9a-f]{64}$/),
  /** Where the server is, or what starts it. */
  to: z.string().max(9_000),
  /** It only reads, and the owner believes that. */
  trusted: z.boolean(),
});
export type PreparedTool = z.infer<typeof PreparedTool>;

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
  /** Files that masters have sent for it, put into the workspace before it begins. */
  inputs: z.array(InputFile).max(MAX_INPUTS).optional(),
  policy: z.string(),
  /** Absent where a master ordered it directly. */
  plan: PreparedPlan.optional(),
  chat: PreparedChat.optional(),
  letter: PreparedLetter.optional(),
  tool: PreparedTool.optional(),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type Prepared = z.infer<typeof Prepared>;

/** A lent folder that a trial has changed, with what is told of it. The changes themselves lie with the trial. */
export const TriedFolder = z.object({ name: z.string(), path: z.string(), changes: FolderChanges });
export type TriedFolder = z.infer<typeof TriedFolder>;

/** How a command went on copies of the folders that it may write, and what it would change in them. */
export const Tried = z.object({
  outcome: Outcome,
  tail: z.string().max(8_000),
  folders: z.array(TriedFolder).min(1).max(16),
});
export type Tried = z.infer<typeof Tried>;

const at = z.int();

export const LedgerEntry = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('claimed'),
    at,
    key: JobKey,
    job: z.discriminatedUnion('type', [RunJob, OutsideJob, ChatJob, PlanJob]),
    prepared: Prepared,
  }),
  /** About to ask: the request's text is fixed by `prepared`, its event follows. */
  z.object({
    state: z.literal('asked'),
    at,
    key: JobKey,
    request: EventId,
    /** Of a plan: everything that the request asks for, in its order. */ list: z
      .array(JobKey)
      .min(1)
      .max(50)
      .optional(),
    /** How it is written; absent: as before there were forms. */ form: z.int().optional(),
    rings: z.array(UserId).max(100).optional(),
  }),
  z.object({ state: z.literal('approved'), at, key: JobKey, by: UserId, reaction: EventId }),
  z.object({ state: z.literal('started'), at, key: JobKey, hash: z.string() }),
  /** It ran on copies; what it changed there waits for a yes, and is put there without running again. */
  z.object({ state: z.literal('tried'), at, key: JobKey, ...Tried.shape }),
  z.object({ state: z.literal('ended'), at, key: JobKey, outcome: Outcome, tail: z.string().max(8_000) }),
  /** Of a plan: the message in the task's thread that says how it stands. */
  z.object({ state: z.literal('told'), at, key: JobKey, event: EventId }),
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
  readonly state: Exclude<LedgerEntry['state'], 'refused' | 'told'>;
  readonly claimedAt: number;
  readonly request?: {
    readonly event: EventId;
    readonly list?: readonly JobKey[];
    readonly form?: number;
    readonly rings?: readonly UserId[];
  };
  readonly approval?: { readonly by: UserId; readonly reaction: EventId };
  readonly startedAt?: number;
  readonly tried?: Tried;
  readonly outcome?: Outcome;
  readonly tail?: string;
  readonly message?: EventId;
  readonly reports?: readonly EventId[];
}

/** Throws where an entry cannot follow what is known: then the file is not what this executor wrote. */
export function fold(
  record: LedgerRecord | undefined,
  entry: Exclude<LedgerEntry, { state: 'refused' }>,
): LedgerRecord {
  if (entry.state === 'claimed') {
    if (record !== undefined) throw new Error(`claimed twice: ${entry.key}`);
    return { job: entry.job, prepared: entry.prepared, state: 'claimed', claimedAt: entry.at };
  }
  if (record === undefined) throw new Error(`never claimed: ${entry.key}`);
  switch (entry.state) {
    case 'asked':
      return { ...record, state: 'asked', request: requestOf(entry) };
    case 'approved':
      return { ...record, state: 'approved', approval: { by: entry.by, reaction: entry.reaction } };
    case 'started':
      if (record.startedAt !== undefined) throw new Error(`started twice: ${entry.key}`);
      return { ...record, state: 'started', startedAt: entry.at };
    case 'tried':
      if (record.tried !== undefined) throw new Error(`tried twice: ${entry.key}`);
      return {
        ...record,
        state: 'tried',
        tried: { outcome: entry.outcome, tail: entry.tail, folders: entry.folders },
      };
    case 'ended':
      return { ...record, state: 'ended', outcome: entry.outcome, tail: entry.tail };
    case 'told':
      return { ...record, message: entry.event };
    case 'reported':
      return { ...record, state: 'reported', reports: entry.events };
  }
}

function requestOf({
  request,
  list,
  form,
  rings,
}: Extract<LedgerEntry, { state: 'asked' }>): NonNullable<LedgerRecord['request']> {
  return {
    event: request,
    ...(list === undefined ? {} : { list }),
    ...(form === undefined ? {} : { form }),
    ...(rings === undefined ? {} : { rings }),
  };
}
