import type { Account } from '../bridge/matrix/account.ts';
import type { OrderJob } from '../bridge/protocol/command-job.ts';
import type { RoomId, UserId } from '../bridge/protocol/ids.ts';
import { judgeApproval, type ApprovalVerdict } from './approval.ts';
import { judgeOrder, type GateVerdict } from './gate.ts';
import type { LedgerRecord } from './ledger-entry.ts';
import { readMasters } from './masters.ts';
import { isEdited, readReactions } from './relations.ts';

export interface ReaderDeps {
  readonly account: Account;
  readonly hq: RoomId;
  readonly ops: RoomId;
  readonly admin: UserId;
  /** Up to when orders of a room have been stopped. */
  readonly stoppedUntil: (room: RoomId) => number;
  readonly now: () => number;
}

/** Looks at the homeserver with the executor's own eyes: nothing here comes from Redis but where to look. */
export class OrderReader {
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  masters(): Promise<ReadonlySet<UserId>> {
    return readMasters(this.#deps.account, this.#deps.hq, this.#deps.admin);
  }

  /** `at`: when it was taken, for an order that has been; it does not grow too old while it waits for a yes. */
  async order(job: OrderJob, at?: number): Promise<GateVerdict> {
    if (job.type !== 'run') return { kind: 'refused', why: 'not-run' };
    const { account, hq, ops, stoppedUntil } = this.#deps;
    const now = at ?? this.#deps.now();
    const rooms = [hq, ops];
    if (!rooms.includes(job.room)) return judgeOrder(job, { raw: null, masters: new Set(), reactions: [], stoppedUntil: 0, rooms, now });
    const [raw, masters, reactions] = await Promise.all([account.event(job.room, job.root), this.masters(), readReactions(account, job.room, job.root).catch(() => null)]);
    // Of an event that is not there nothing can be related; of one that is, everything must be readable.
    if (reactions === null && raw !== null) return { kind: 'refused', why: 'stopped' };
    return judgeOrder(job, { raw, masters, reactions: reactions ?? [], stoppedUntil: stoppedUntil(job.room), rooms, now });
  }

  /** `expected`: the request as it was written, made anew. */
  async approval(record: LedgerRecord, expected: Record<string, unknown> | null): Promise<ApprovalVerdict> {
    const { request, job } = record;
    if (request === undefined) return { kind: 'refused', why: 'void' };
    const { account, now } = this.#deps;
    const [raw, edited, reactions, masters] = await Promise.all([
      account.event(job.room, request.event),
      isEdited(account, job.room, request.event),
      readReactions(account, job.room, request.event),
      this.masters(),
    ]).catch(() => [null, true, [], new Set<UserId>()] as const);
    return judgeApproval({ raw, expected, edited, reactions, masters, executor: account.userId, askedAt: request.at, now: now() });
  }
}
