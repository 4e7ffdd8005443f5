import type { Account } from '../../bridge/matrix/account.ts';
import type { EndJob, PlanJob } from '../../bridge/protocol/command-job.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { type Attempt, judgeTurn, type TurnVerdict } from '../gate/attempts.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Peers } from './peers.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { type LedgerRecord, type Outcome, planKey } from '../ledger/ledger-entry.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { PlanOrder, PlanVerdict } from '../gate/plan-gate.ts';
import { readAttempts } from '../gate/plan-reader.ts';
import type { Letters } from '../mail/letters.ts';
import { notLent, planOfPrepared, prepare, taskWorkspace } from '../policy/prepare.ts';
import { facts } from '../policy/prepared-facts.ts';
import type { Results } from '../reports/results.ts';
import { BrokenRules, type Rules, rulesNow } from '../policy/rules.ts';
import type { RunningCommands } from '../work/running.ts';
import { coordinatorOf } from '../gate/task-acts.ts';
import type { WatchState } from './watch-state.ts';

export interface PlanOrderHandlerDeps {
  readonly executor: string;
  readonly account: Account;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly letters: Letters;
  readonly results: Results;
  readonly running: RunningCommands;
  readonly state: WatchState;
  readonly now: () => number;
  readonly peers: Pick<Peers, 'tellEnd'>;
}

export type Admission =
  /** It was taken before. */
  | { readonly kind: 'known'; readonly record: LedgerRecord }
  | { readonly kind: 'taken'; readonly record: LedgerRecord }
  /** `impostor`: nobody in a thread is owed an answer. */
  | { readonly kind: 'turned-away'; readonly why: string; readonly impostor: boolean };

const MAX_RERUNS = 2;

export interface PlanCommandEnding {
  readonly waiting: readonly LedgerRecord[];
  readonly outcome: Outcome;
}

/** What a command waits for has not been done: the box brings the job again a little later. */
export class TooEarly extends Error {
  constructor(waitsFor: string) {
    super(`too early: ${waitsFor}`);
    this.name = 'TooEarly';
  }
}

/** Takes in jobs of a task's plan, and lets go of them at its end. */
export class PlanOrderHandler {
  readonly #deps: PlanOrderHandlerDeps;

  constructor(deps: PlanOrderHandlerDeps) {
    this.#deps = deps;
  }

  /** Throws `TooEarly` where the job has to come again. */
  async admit(job: PlanJob): Promise<Admission> {
    const { ledger, reader } = this.#deps;
    const same = ledger.all().findLast((record) => isSame(record.job, job));
    if (same !== undefined) return { kind: 'known', record: same };
    const verdict = await reader.plan(job);
    if (verdict.kind === 'refused') return this.#turnAway(job, verdict);
    const { order, by } = verdict;
    const known = ledger.get(
      planKey(job.root, { round: order.round, winner: order.winner, step: job.step }, job.attempt),
    );
    if (known !== undefined) return { kind: 'known', record: known };
    const turn = await this.#turn(job, order);
    if (turn.kind === 'refused' && turn.why === 'too-early') throw new TooEarly(turn.detail);
    if (turn.kind === 'refused') return this.#refuse(job, { why: turn.why, detail: turn.detail });
    return this.#take(job, order, by);
  }

  /** Once more what may be repeated, and was cut off; the attempt is the same. */
  async again({ job, prepared }: LedgerRecord): Promise<Admission | null> {
    const rerun = (prepared.plan?.rerun ?? 0) + 1;
    if (job.type !== 'plan' || !prepared.command.repeatable || rerun > MAX_RERUNS) return null;
    const verdict = await this.#deps.reader.plan(job);
    return verdict.kind === 'refused'
      ? this.#turnAway(job, verdict)
      : this.#take(job, verdict.order, verdict.by, rerun);
  }

  /** In the thread, that it waits for a master. */
  async asked(record: LedgerRecord): Promise<void> {
    if (record.prepared.plan !== undefined) await this.#deps.results.asked(record);
  }

  /** Kills what runs; returns what waits, and how to end it. */
  async end(job: EndJob): Promise<PlanCommandEnding> {
    const { account, audit, peers, state, now } = this.#deps;
    // From the future nothing is taken: it would stop what comes into force later.
    const until = Math.min(job.until ?? now(), now());
    // Of what is nowhere nothing is to be remembered.
    if ((await account.event(job.room, job.root)) === null) return { waiting: [], outcome: { kind: 'stopped', ms: 0 } };
    if (until > state.endedAt(job.root)) await audit.write('task.ended', { root: job.root, room: job.room, until });
    await peers.tellEnd(job.root, until);
    return this.endUpTo(job.root, until);
  }

  /** What came into force later goes on. `by`: the coordinator where nobody else is named. */
  endUpTo(root: EventId, until: number, by: UserId = coordinatorOf(this.#deps.account.userId)): PlanCommandEnding {
    const { ledger, running, state, now } = this.#deps;
    if (until > state.endedAt(root)) state.end(root, until, now());
    const over = ledger
      .unfinished()
      .filter(({ prepared }) => prepared.root === root && prepared.plan !== undefined && prepared.plan.since <= until);
    for (const { prepared } of over) running.stopKey(prepared.key, by);
    return {
      waiting: over.filter(({ state }) => ['asked', 'claimed', 'tried'].includes(state)),
      outcome: { kind: 'stopped', by, ms: 0 },
    };
  }

  async #take(job: PlanJob, order: PlanOrder, by: UserId, rerun?: number): Promise<Admission> {
    const { ledger, audit, executor, letters } = this.#deps;
    const { command, artifacts } = order.step;
    const rules = rulesNow(this.#deps.rules);
    if (rules instanceof BrokenRules)
      return this.#refuse(job, { why: 'rules', detail: rules.message, plan: order.hash });
    const around = {
      job,
      index: 0,
      attempt: job.attempt,
      orderedBy: by,
      executor,
      workspace: taskWorkspace(job.root),
      artifacts,
      inputs: await this.#deps.reader.inputs(job),
      plan: planOfPrepared(job, order, rerun),
    };
    const missing = notLent(command, rules);
    if (missing !== undefined) return this.#refuse(job, { why: 'not-lent', detail: missing, plan: order.hash });
    const sealed = await letters.seal(prepare(command, rules, around), job, rules.policy);
    if (sealed.kind === 'refused')
      return this.#refuse(job, { why: sealed.why, detail: sealed.detail, plan: order.hash });
    const prepared = prepare(command, rules, { ...around, letter: sealed.letter() });
    const record = await ledger.write({ state: 'claimed', key: prepared.key, job, prepared });
    await audit.write('order.taken', {
      ...facts(prepared),
      command,
      folders: prepared.folders,
      room: job.room,
      winner: order.winner,
      round: order.round,
    });
    return { kind: 'taken', record };
  }

  /** What this executor's own ledger knows; of the rest what the executors' account has said in the thread. */
  async #turn(job: PlanJob, order: PlanOrder): Promise<TurnVerdict> {
    const own = this.#deps.ledger.all().flatMap((record) => attemptOf(record, job, order));
    const turn = judgeTurn(order, job.attempt, own);
    if (turn.kind === 'now') return turn;
    const told = await readAttempts(this.#deps.account, job.room, job.root, order);
    return judgeTurn(order, job.attempt, [
      ...own,
      ...told.filter((one) => !own.some(({ step, attempt }) => step === one.step && attempt === one.attempt)),
    ]);
  }

  async #turnAway(job: PlanJob, { why, by, plan }: Extract<PlanVerdict, { kind: 'refused' }>): Promise<Admission> {
    return this.#refuse(job, { why, detail: '', ...(by === undefined || plan === undefined ? {} : { plan }) });
  }

  /** `plan`: known well enough to be answered for in the thread. */
  async #refuse(
    job: PlanJob,
    { why, detail, plan }: { why: string; detail: string; plan?: Parameters<Results['refuse']>[1] },
  ): Promise<Admission> {
    const { root, room, decision, step, attempt } = job;
    await this.#deps.audit.write('order.refused', {
      why,
      detail: detail.slice(0, 300),
      root,
      room,
      decision,
      step,
      attempt,
    });
    if (plan !== undefined) await this.#deps.results.refuse(job, plan, why, detail);
    return { kind: 'turned-away', why, impostor: plan === undefined && why !== 'redacted' };
  }
}

const isSame = (one: LedgerRecord['job'], other: PlanJob): boolean =>
  one.type === 'plan' &&
  one.root === other.root &&
  one.decision === other.decision &&
  one.patched === other.patched &&
  one.step === other.step &&
  one.attempt === other.attempt;

function attemptOf(
  { prepared, outcome, claimedAt }: LedgerRecord,
  { root }: PlanJob,
  { round, winner }: PlanOrder,
): readonly Attempt[] {
  const { plan, attempt, command } = prepared;
  if (plan === undefined || prepared.root !== root || plan.round !== round || plan.winner !== winner) return [];
  return [{ step: plan.step, attempt, state: outcome?.kind ?? 'open', repeatable: command.repeatable, at: claimedAt }];
}
