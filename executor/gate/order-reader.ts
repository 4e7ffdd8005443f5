import type { Account } from '../../bridge/matrix/account.ts';
import type { ChatJob, OrderJob, OutsideJob, PlanJob, RunJob } from '../../bridge/protocol/command-job.ts';
import type { EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import type { InputFile } from '../../bridge/protocol/orders/input-files.ts';
import { readInputs } from '../../bridge/matrix/read-inputs.ts';
import { judgeApproval, type ApprovalVerdict } from './approval.ts';
import { wasEdited } from '../../bridge/matrix/as-sent.ts';
import { judgeOrder, type GateVerdict, type OrderFacts } from './gate.ts';
import type { OwnRooms } from './own-rooms.ts';
import type { LedgerRecord } from '../ledger/ledger-entry.ts';
import { judgeOutside, type OutsideVerdict } from './outside-gate.ts';
import { type ChatVerdict, judgeChat } from './chat-gate.ts';
import { judgePlan, type PlanVerdict } from './plan-gate.ts';
import { readEvidence } from './plan-reader.ts';
import { coordinatorOf } from './task-acts.ts';
import { readMasters } from './masters.ts';
import { readReactions } from './relations.ts';
import { readStandingOrder } from './standing-reader.ts';

export interface ReaderDeps {
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'hq' | 'all'>;
  readonly admin: UserId;
  /** Up to when orders of a room have been stopped. */
  readonly stoppedUntil: (room: RoomId) => number;
  /** Up to when what a task's plans ordered is not needed any more; 0: it never ended. */
  readonly endedAt: (root: EventId) => number;
  /** When a master was last seen taking away this schedule, or the cycle; 0: never. */
  readonly revokedAt: (key: string) => number;
  readonly timeZone: string;
  /** Accounts of the roster. */
  readonly roster: ReadonlySet<UserId>;
  readonly now: () => number;
}

/** Looks at the homeserver with the executor's own eyes: nothing here comes from Redis but where to look. */
export class OrderReader {
  readonly #deps: ReaderDeps;

  constructor(deps: ReaderDeps) {
    this.#deps = deps;
  }

  masters(): Promise<ReadonlySet<UserId>> {
    return readMasters(this.#deps.account, this.#deps.rooms.hq, this.#deps.admin);
  }

  /** `at`: when it was taken, for an order that has been; it does not grow too old while it waits for a yes. */
  async order(job: RunJob, at?: number): Promise<GateVerdict> {
    const facts = await this.#facts(job, at);
    return facts === null ? { kind: 'refused', why: 'stopped' } : judgeOrder(job, facts);
  }

  async outside(job: OutsideJob, at?: number): Promise<OutsideVerdict> {
    const { userId } = this.#deps.account;
    const facts = await this.#facts(job, at);
    return facts === null
      ? { kind: 'refused', why: 'stopped' }
      : judgeOutside(job, {
          ...facts,
          server: userId.slice(userId.indexOf(':') + 1),
          coordinator: coordinatorOf(userId),
        });
  }

  async chat(job: ChatJob, at?: number): Promise<ChatVerdict> {
    const { account, roster } = this.#deps;
    const [facts, request] = await Promise.all([
      this.#facts(job, at),
      this.#deps.rooms.all.includes(job.room) ? account.event(job.room, job.request) : null,
    ]);
    return facts === null ? { kind: 'refused', why: 'stopped' } : judgeChat(job, { ...facts, request, roster });
  }

  async plan(job: PlanJob, at?: number): Promise<PlanVerdict> {
    const { account, endedAt } = this.#deps;
    const facts = await this.#facts(job, at);
    if (facts === null) return { kind: 'refused', why: 'stopped' };
    const events =
      facts.rooms.includes(job.room) && facts.raw !== null
        ? await readEvidence(account, job)
        : new Map<EventId, unknown>();
    const { masters, rooms, raw } = facts;
    const revisionReactions =
      job.revision === undefined || events.size === 0
        ? []
        : await readReactions(account, job.room, job.revision, masters).catch(() => null);
    if (revisionReactions === null) return { kind: 'refused', why: 'stopped' };
    const standing =
      events.size === 0
        ? undefined
        : await readStandingOrder(raw, job.room, {
            account,
            masters,
            rooms,
            revokedAt: this.#deps.revokedAt,
            timeZone: this.#deps.timeZone,
          });
    return judgePlan(job, {
      ...facts,
      events,
      coordinator: coordinatorOf(account.userId),
      endedAt: endedAt(job.root),
      standing,
      revisionReactions,
    });
  }

  /** Null where it cannot be read whether somebody has stopped it: of an event that is there, everything must be readable. */
  async #facts(job: OrderJob, at: number | undefined): Promise<OrderFacts | null> {
    const { account, stoppedUntil } = this.#deps;
    const now = at ?? this.#deps.now();
    const rooms = this.#deps.rooms.all;
    if (!rooms.includes(job.room)) return { raw: null, masters: new Set(), reactions: [], stoppedUntil: 0, rooms, now };
    const reading = this.masters();
    const [raw, masters, reactions] = await Promise.all([
      account.event(job.room, job.root),
      reading,
      readReactions(account, job.room, job.root, reading).catch(() => null),
    ]);
    if (reactions === null && raw !== null) return null;
    return { raw, masters, reactions: reactions ?? [], stoppedUntil: stoppedUntil(job.room), rooms, now };
  }

  /** The files that masters have sent for what they order there. */
  async inputs({ room, root, type }: OrderJob): Promise<readonly InputFile[]> {
    return readInputs(this.#deps.account, { room, root, masters: await this.masters(), orderOnly: type !== 'plan' });
  }

  /** `expected`: the request as it was written, made anew. */
  async approval(record: LedgerRecord, expected: Record<string, unknown> | null): Promise<ApprovalVerdict> {
    const { request, job } = record;
    if (request === undefined) return { kind: 'refused', why: 'void' };
    const { account, now } = this.#deps;
    const reading = this.masters();
    const [raw, reactions, masters] = await Promise.all([
      account.event(job.room, request.event),
      readReactions(account, job.room, request.event, reading),
      reading,
    ]).catch(() => [null, [], new Set<UserId>()] as const);
    // The homeserver names an edit only where its sender is the writer: whatever others send as one changes nothing that is seen.
    return judgeApproval({
      raw,
      expected,
      edited: wasEdited(raw),
      reactions,
      masters,
      executor: account.userId,
      now: now(),
    });
  }
}
