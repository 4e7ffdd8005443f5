import {
  type ChatJob,
  CommandJob,
  type EndJob,
  faultOf,
  isOfAnotherVersion,
  type OrderJob,
  type OutsideJob,
  type PlanJob,
  type RunJob,
} from '../../bridge/protocol/command-job.ts';
import { type Account, refused } from '../../bridge/matrix/account.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import { refusal } from '../../bridge/text/room/commands/refusals.ts';
import * as say from '../../bridge/text/room/executor.ts';
import type { EventId, Lang, UserId } from '../../bridge/protocol/ids.ts';
import type { Audit } from '../ledger/audit.ts';
import type { ChatCount } from '../ledger/chat-count.ts';
import type { Claims } from '../ledger/claims.ts';
import type { GateVerdict } from '../gate/gate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { LedgerRecord, Outcome } from '../ledger/ledger-entry.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { ChatOrderHandler } from './chat-order-handler.ts';
import type { ChatResults } from '../reports/chat-results.ts';
import type { OutsideOrderHandler } from './outside-order-handler.ts';
import type { PlanCommandEnding, PlanOrderHandler } from './plan-order-handler.ts';
import { rule } from '../policy/policy.ts';
import { commandOfPrepared, DIRECT_WORKSPACE, prepare } from '../policy/prepare.ts';
import { facts } from '../policy/prepared-facts.ts';
import { refusalText } from '../reports/refusal-text.ts';
import type { Reports } from '../reports/reports.ts';
import type { Requests } from '../approvals/approvals.ts';
import { BrokenRules, type Rules, rulesNow } from '../policy/rules.ts';
import { rulingNow } from '../policy/ruling.ts';
import { mayBeTried } from '../policy/trial-ruling.ts';
import { Throttle } from './throttle.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';

export interface OrderHandlerDeps {
  readonly executor: string;
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'ops'>;
  readonly lang: Lang;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly claims: Claims;
  readonly chatCount: ChatCount;
  readonly audit: Audit;
  readonly reports: Reports;
  readonly requests: Requests;
  readonly plans: PlanOrderHandler;
  readonly outside: OutsideOrderHandler;
  readonly chats: ChatOrderHandler;
  readonly chatResults: ChatResults;
  /** Runs what has been taken and may run, to its end and report. */
  readonly work: (record: LedgerRecord, again: boolean) => Promise<void>;
  /** Runs it on copies of what it would write; null where nothing is to be asked for after that. */
  readonly tryOut: (record: LedgerRecord) => Promise<LedgerRecord | null>;
  /** Of what goes on by itself, with nobody waiting for it. */
  readonly onError: (error: unknown) => void;
}

/** How often a repeatable command is begun in all. */
const MAX_ATTEMPTS = 3;
const TAKEN = '⚙️';

/**
 * From a job in the box to a command that may run, is waiting for a yes, or has been turned away. Each step is in the
 * ledger before the next one, so that whoever comes after a crash goes on where it ended.
 */
export class OrderHandler {
  readonly #deps: OrderHandlerDeps;
  readonly #inFlight = new Map<string, Promise<void>>();
  readonly #impostors = new Throttle(10, 60_000);

  constructor(deps: OrderHandlerDeps) {
    this.#deps = deps;
  }

  /** Resolves when the job needs nobody any more: it has ended, or it waits for a master. */
  async take(payload: unknown): Promise<void> {
    const parsed = CommandJob.safeParse(payload);
    if (!parsed.success)
      return this.#malformed(faultOf(parsed.error), isOfAnotherVersion(payload) ? 'other-version' : 'forged');
    const job = parsed.data;
    switch (job.type) {
      case 'run':
        return this.#once(queueKeyOf(job), () => this.#takeOrder(job));
      case 'plan':
        return this.#once(queueKeyOf(job), () => this.#takePlan(job));
      case 'outside':
        return this.#once(queueKeyOf(job), () => this.#takeOutside(job));
      case 'chat':
        return this.#once(queueKeyOf(job), () => this.#takeChat(job));
      case 'end':
        return this.#takeEnd(job);
    }
  }

  /** A reaction has come to the request, or its time has run out. */
  decide(record: LedgerRecord): Promise<void> {
    return this.#once(queueKeyOf(record.job), async () => {
      const now = this.#deps.ledger.get(record.prepared.key);
      if (now?.state === 'asked') await this.#decide(now);
    });
  }

  /** After a start: everything that was left in the middle. */
  async resume(record: LedgerRecord): Promise<void> {
    if (record.state === 'started') await this.#lost(record);
    else if (record.state === 'asked') {
      // The last run may have been cut off before it said so.
      await this.#deps.chatResults.asked(record);
      await this.decide(record);
    } else await this.#once(queueKeyOf(record.job), () => this.#goOn(record, true));
  }

  /** Another try at what ended unknown; the caller has seen that a master wants it. Of a plan, the task decides. */
  async again(record: LedgerRecord): Promise<void> {
    const last = this.#deps.ledger.latest(record.prepared.root, record.prepared.index);
    if (last?.outcome === undefined || !mayGoAgain(last.outcome) || last.state !== 'reported') return;
    const { job, prepared } = last;
    if (job.type === 'run') await this.#once(queueKeyOf(job), () => this.#admit(job, prepared.attempt + 1));
  }

  /** Ends what waits for a yes. */
  withdraw(record: LedgerRecord, outcome: Outcome): Promise<void> {
    return this.#once(queueKeyOf(record.job), async () => {
      const now = this.#deps.ledger.get(record.prepared.key);
      if (now?.state === 'asked' || now?.state === 'tried') await this.#end(now, outcome);
    });
  }

  #once(key: string, work: () => Promise<void>): Promise<void> {
    const before = this.#inFlight.get(key) ?? Promise.resolve();
    const mine = before.catch(() => undefined).then(work);
    this.#inFlight.set(key, mine);
    const forget = () => {
      if (this.#inFlight.get(key) === mine) this.#inFlight.delete(key);
    };
    mine.then(forget, forget);
    return mine;
  }

  async #takeOrder(job: RunJob): Promise<void> {
    const { ledger } = this.#deps;
    if (ledger.wasRefused(job.root)) return;
    const known = ledger.latest(job.root, 0);
    if (known === undefined) return this.#admit(job, 1);
    await this.#goOnFrom(known);
  }

  async #goOnFrom(known: LedgerRecord): Promise<void> {
    if (known.state === 'claimed' || known.state === 'tried' || known.state === 'approved' || known.state === 'ended')
      await this.#goOn(known, true);
  }

  async #takePlan(job: PlanJob): Promise<void> {
    const admission = await this.#deps.plans.admit(job);
    if (admission.kind === 'known') return this.#goOnFrom(admission.record);
    if (admission.kind === 'taken') return this.#goOn(admission.record, false);
    if (admission.impostor && this.#impostors.pass())
      await this.#tellOps('impostor', admission.why, `impostor.${job.root}.${job.decision}.${job.step}.${job.attempt}`);
  }

  async #takeOutside(job: OutsideJob): Promise<void> {
    const admission = await this.#deps.outside.admit(job);
    if (admission.kind === 'known') return this.#goOnFrom(admission.record);
    if (admission.kind === 'taken') return this.#goOn(admission.record, false);
    if (admission.impostor && this.#impostors.pass())
      await this.#tellOps('impostor', admission.why, `impostor.${job.root}`);
  }

  async #takeChat(job: ChatJob): Promise<void> {
    const admission = await this.#deps.chats.admit(job);
    if (admission.kind === 'known') return this.#goOnFrom(admission.record);
    if (admission.kind === 'taken') return this.#goOn(admission.record, false);
    if (admission.impostor && this.#impostors.pass())
      await this.#tellOps('impostor', admission.why, `impostor.${job.request}.${job.root}`);
  }

  /** Only stops, and so asks nobody. */
  async #takeEnd(job: EndJob): Promise<void> {
    await this.#withdrawAll(await this.#deps.plans.end(job));
  }

  /** Where a master says so himself, or another executor was told. */
  endTask(root: EventId, until: number, by?: UserId): Promise<void> {
    return this.#withdrawAll(this.#deps.plans.endUpTo(root, until, by));
  }

  async #withdrawAll({ waiting, outcome }: PlanCommandEnding): Promise<void> {
    await Promise.all(waiting.map((record) => this.withdraw(record, outcome)));
  }

  /** Reads the order at the homeserver, judges it and takes it. */
  async #admit(job: RunJob, attempt: number): Promise<void> {
    const verdict = await this.#deps.reader.order(job);
    if (verdict.kind === 'refused') return this.#turnAway(job, verdict);
    const rules = rulesNow(this.#deps.rules);
    if (rules instanceof BrokenRules) return this.#answer(job, 'rules', rules.message);
    const made = commandOfPrepared(verdict.order, rules);
    if (made.kind === 'bad')
      return this.#answer(
        job,
        made.problem === 'not-lent' ? 'not-lent' : 'bad-command',
        `${made.field}${made.problem === 'not-lent' ? '' : `: ${made.problem}`}`,
      );
    const ruling = rule(rules.policy, made.command, 'master');
    if (ruling.kind === 'refuse') return this.#answer(job, ruling.why, ruling.detail ?? '');
    const prepared = prepare(made.command, rules, {
      job,
      index: 0,
      attempt,
      orderedBy: verdict.by,
      executor: this.#deps.executor,
      workspace: DIRECT_WORKSPACE,
      artifacts: verdict.order.artifacts,
      inputs: verdict.files ? await this.#deps.reader.inputs(job) : [],
    });
    const record = await this.#deps.ledger.write({ state: 'claimed', key: prepared.key, job, prepared });
    // Lines of the audit reach the disk in their order, and none after one that failed: this one is waited for by the next.
    const noted = this.#deps.audit.write('order.taken', {
      ...facts(prepared),
      command: prepared.command,
      folders: prepared.folders,
      room: job.room,
    });
    noted.catch(() => undefined);
    await this.#goOn(record, false);
    await noted;
  }

  /** `again`: an earlier run may have told of it already. */
  async #goOn(record: LedgerRecord, again: boolean): Promise<void> {
    if (record.state === 'ended' || record.state === 'approved') return this.#deps.work(record, again);
    if (record.state === 'tried') return this.#askLater((await this.#deps.tryOut(record)) ?? record);
    if (record.state !== 'claimed') return;
    const { prepared } = record;
    if (!(await this.#deps.claims.take(prepared.key, prepared.hash)))
      return this.#end(record, { kind: 'refused', why: 'elsewhere' });
    const [isSigned, isCounted] = await Promise.all([this.#sign(record), this.#deps.chatCount.count(record)]);
    if (!isSigned) return this.#end(record, { kind: 'refused', why: 'elsewhere' });
    if (!isCounted) return this.#end(record, { kind: 'refused', why: 'too-many' });
    const ruling = rulingNow(record, this.#deps.rules);
    if (ruling.kind === 'run') return this.#deps.work(record, again);
    if (ruling.kind === 'refuse')
      return this.#end(record, { kind: 'refused', why: ruling.why, detail: ruling.detail ?? '' });
    const rules = rulesNow(this.#deps.rules);
    const asks =
      !(rules instanceof BrokenRules) && mayBeTried(rules.policy, prepared) ? await this.#deps.tryOut(record) : record;
    if (asks !== null) await this.#askLater(asks);
  }

  async #askLater(record: LedgerRecord): Promise<void> {
    if (record.prepared.plan === undefined) return this.#ask(record);
    // It waits for others of its task, and the box is not to wait with it: the ledger knows of it.
    this.#once(queueKeyOf(record.job), async () => {
      // Withdrawn while it waited here.
      const state = this.#deps.ledger.get(record.prepared.key)?.state;
      if (state !== 'ended' && state !== 'reported') await this.#ask(record);
    }).catch(this.#deps.onError);
  }

  async #ask(record: LedgerRecord): Promise<void> {
    const asked = await this.#deps.requests.ask(record);
    if (asked === null) return this.#end(record, { kind: 'refused', why: 'too-long-to-show' });
    await this.#deps.plans.asked(asked);
    await this.#deps.chatResults.asked(asked);
    // Whoever taps fast has tapped before the ledger knew of the request.
    await this.#decide(asked);
  }

  /**
   * ⚙️ under the order, or under the decision with the step's name: the master sees that it was taken, and the
   * homeserver, which lets one account sign once, remembers it even where Redis was made to forget.
   */
  async #sign({ job, prepared }: LedgerRecord): Promise<boolean> {
    const { plan, attempt } = prepared;
    // Clients show nothing of an agent's request, and so nothing of the sign beneath it.
    const signed = plan?.decision ?? (job.type === 'chat' ? job.request : job.root);
    if (plan === undefined ? attempt > 1 : plan.rerun !== undefined) return true;
    const key = plan === undefined ? TAKEN : `${TAKEN} ${plan.step}${attempt > 1 ? ` ${attempt}` : ''}`;
    const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: signed, key } };
    try {
      // The nonce is in the ledger: whoever goes on after a crash repeats himself, whoever forgot does not.
      await this.#deps.account.send(job.room, 'm.reaction', relation, `x.${prepared.key}.${prepared.nonce}`);
      return true;
    } catch (error) {
      if (refused(error)) return false;
      throw error;
    }
  }

  /** What stands in the room was written by an older version: nobody has seen yet what would be approved. */
  async #askAnew(record: LedgerRecord): Promise<void> {
    const { job, request, prepared } = record;
    if (request === undefined) return;
    const thread = prepared.plan === undefined ? prepared.chat?.thread : job.root;
    const about = thread === undefined ? { replyTo: request.event } : { replyTo: request.event, thread };
    await this.#deps.reports.notice(job.room, { text: say.askedAnew[job.lang]() }, `${request.event}.anew`, about);
    await this.#ask(record);
  }

  async #decide(record: LedgerRecord): Promise<void> {
    const { reader, requests, ledger, audit, work } = this.#deps;
    if (requests.isOutdated(record)) return this.#askAnew(record);
    const verdict = await reader.approval(record, requests.expected(record));
    if (verdict.kind === 'waiting') return;
    const { prepared } = record;
    if (verdict.kind === 'refused') return this.#end(record, { kind: 'refused', why: verdict.why });
    const approved = await ledger.write({
      state: 'approved',
      key: prepared.key,
      by: verdict.by,
      reaction: verdict.reaction,
    });
    await audit.write('approval.given', { ...facts(prepared), by: verdict.by, reaction: verdict.reaction });
    await work(approved, false);
    await this.#tryAnew(approved);
  }

  /** The folder had changed when the yes came: what may be repeated is tried on it as it is now, and asked for anew. */
  async #tryAnew({ prepared, job }: LedgerRecord): Promise<void> {
    const { outcome } = this.#deps.ledger.get(prepared.key) ?? {};
    if (outcome?.kind !== 'refused' || outcome.why !== 'folder-changed') return;
    if (job.type === 'run' && prepared.command.repeatable && prepared.attempt < MAX_ATTEMPTS)
      await this.#admit(job, prepared.attempt + 1);
  }

  /** It was running when the executor died. Nobody knows how it ended, and so it is said. */
  async #lost(record: LedgerRecord): Promise<void> {
    const { prepared, startedAt, job } = record;
    // Taken before the end is told, so that the agent is told nothing where it goes on.
    const next = job.type === 'chat' ? await this.#chatAgain(record, job) : null;
    await this.#end(record, { kind: 'unknown', startedAt: startedAt ?? record.claimedAt });
    if (next !== null)
      return this.#once(queueKeyOf(job), () => this.#goOnFrom(this.#deps.ledger.get(next.prepared.key) ?? next));
    if (job.type === 'plan') return this.#once(queueKeyOf(job), () => this.#rerun(record));
    // Who asks from outside asks again: a yes was for once.
    if (job.type === 'run' && prepared.command.repeatable && prepared.attempt < MAX_ATTEMPTS)
      await this.#once(queueKeyOf(job), () => this.#admit(job, prepared.attempt + 1));
  }

  async #chatAgain({ prepared }: LedgerRecord, job: ChatJob): Promise<LedgerRecord | null> {
    if (!prepared.command.repeatable || prepared.attempt >= MAX_ATTEMPTS) return null;
    return this.#deps.chats.again(job, prepared.attempt + 1);
  }

  async #rerun(record: LedgerRecord): Promise<void> {
    const admission = await this.#deps.plans.again(record);
    if (admission?.kind === 'taken') await this.#goOn(admission.record, false);
  }

  async #end(record: LedgerRecord, outcome: Outcome): Promise<void> {
    const ended = await this.#deps.ledger.write({ state: 'ended', key: record.prepared.key, outcome, tail: '' });
    await this.#deps.work(ended, outcome.kind === 'unknown');
  }

  async #malformed({ field, what }: { field: string; what: string }, whose: 'other-version' | 'forged'): Promise<void> {
    const mark = await this.#deps.audit.write('order.refused', { why: 'malformed', field, what: what.slice(0, 200) });
    if (this.#impostors.pass())
      await this.#tellOps(whose, `${field}: ${what.slice(0, 200)}`, `forged.${mark.hash.slice(0, 16)}`);
  }

  /** A master who ordered is answered where he ordered; whatever else comes is a line in ops. */
  async #turnAway(job: RunJob, verdict: Extract<GateVerdict, { kind: 'refused' }>): Promise<void> {
    if (verdict.by !== undefined) return this.#answer(job, verdict.why, '', verdict.fault);
    await this.#deps.audit.write('order.refused', { why: verdict.why, root: job.root, room: job.room });
    // What is there and was no order of a master when it was looked at never becomes one.
    if (verdict.why !== 'no-event' && verdict.why !== 'wrong-room')
      await this.#deps.ledger.refuse(job.root, verdict.why);
    if (verdict.why !== 'redacted' && this.#impostors.pass())
      await this.#tellOps('impostor', verdict.why, `impostor.${job.root}`);
  }

  async #answer(
    job: RunJob,
    why: string,
    detail: string,
    fault?: Extract<GateVerdict, { kind: 'refused' }>['fault'],
  ): Promise<void> {
    await this.#deps.ledger.refuse(job.root, why);
    await this.#deps.audit.write('order.refused', {
      why,
      detail: detail.slice(0, 300),
      root: job.root,
      room: job.room,
    });
    const known = refusal[why] === undefined ? 'impostor' : why;
    const said = woven(
      ({ words }) =>
        `${say.END_MARK.refused} ${fault === undefined ? refusalText(known, known === why ? words(detail) : why, job.lang, 'order') : say.badOrder[job.lang](words(fault.field), fault.why)}`,
    );
    await this.#deps.reports.notice(job.room, said, `${job.root}.refused`, { replyTo: job.root });
  }

  async #tellOps(what: 'other-version' | 'forged' | 'impostor', detail: string, txn: string): Promise<void> {
    const { rooms, lang, reports } = this.#deps;
    await reports.notice(
      rooms.ops,
      // Of an impostor it is a word of the gate's own, which is said in the room's language.
      woven(({ words }) => refusalText(what, what === 'impostor' ? detail : words(detail), lang, 'order')),
      txn,
    );
  }
}

/** Nobody knows how it ended, or nothing came of it since its folder had changed meanwhile. */
export const mayGoAgain = (outcome: Outcome): boolean =>
  outcome.kind === 'unknown' || (outcome.kind === 'refused' && outcome.why === 'folder-changed');

/** What is done one after another: an order, or the attempts at one step of a task. */
function queueKeyOf(job: OrderJob): string {
  if (job.type === 'chat') return job.request;
  return job.type === 'plan' ? `${job.root}.${job.step}` : job.root;
}
