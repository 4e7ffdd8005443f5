import type { EventId } from '../bridge/protocol/ids.ts';
import type { Audit, AuditMark } from './audit.ts';
import { facts } from './desk.ts';
import type { Ledger } from './ledger.ts';
import type { LedgerRecord, Outcome, Prepared } from './ledger-entry.ts';
import type { LiveMessage } from './live-message.ts';
import type { OrderReader } from './order-reader.ts';
import { lastLines, OutputText } from './output-text.ts';
import { perform, type PerformDeps, type TakenFile, takeFile } from './perform.ts';
import { prepare } from './prepare.ts';
import { rule } from './policy.ts';
import { type Reports, TAIL } from './reports.ts';
import { BrokenRules, type Rules } from './rules.ts';
import { type Running, Stopped } from './running.ts';
import type { Slots } from './slots.ts';

export interface WorkDeps {
  readonly executor: string;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly reports: Reports;
  readonly running: Running;
  readonly slots: Slots;
  readonly perform: PerformDeps;
  /** The executor's own secrets, never to be shown. */
  readonly secrets: readonly string[];
  readonly expectedRequest: (record: LedgerRecord) => Record<string, unknown> | null;
}

interface Told {
  readonly whole: string;
  readonly binary: boolean;
  readonly files: readonly TakenFile[];
}

const NOTHING: Told = { whole: '', binary: false, files: [] };

/** What may run runs here: a place and the locks, a last look at everything, the entry that says so, the box, the report. */
export class Work {
  readonly #deps: WorkDeps;

  constructor(deps: WorkDeps) {
    this.#deps = deps;
  }

  /** To the end and told, from wherever the ledger says it stands. */
  async run(record: LedgerRecord, again: boolean): Promise<void> {
    const fresh = again ? 'again' : 'fresh';
    if (record.state === 'ended') return this.#tell(record, { ...NOTHING, whole: record.tail ?? '' }, fresh, []);
    const { prepared, job } = record;
    const events: EventId[] = record.request === undefined ? [] : [record.request.event];
    const entry = this.#deps.running.enter(prepared.key, job);
    for (const event of events) entry.shows(event);
    try {
      const locks = prepared.folders.filter(({ access }) => access === 'rw').map(({ path }) => path);
      await this.#deps.slots.run(locks, entry.signal, () => this.#inTurn(record, entry, fresh));
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
      // The house is closing: what has not begun is begun when it is open again.
      if (error.by === undefined) return;
      await this.#close(record, { kind: 'stopped', by: error.by, ms: 0 }, NOTHING, fresh);
    } finally {
      entry.leave();
    }
  }

  async #inTurn(record: LedgerRecord, entry: { readonly signal: AbortSignal; readonly shows: (event: EventId) => void }, fresh: 'fresh' | 'again'): Promise<void> {
    const look = await this.#lastLook(record);
    if (look.kind === 'refused') return this.#close(record, { kind: 'refused', why: look.why, ...(look.detail === undefined ? {} : { detail: look.detail }) }, NOTHING, fresh);
    entry.signal.throwIfAborted();
    const { ledger, audit, reports, secrets } = this.#deps;
    const { prepared } = record;
    const started = await ledger.write({ state: 'started', key: prepared.key, hash: prepared.hash });
    await audit.write('job.started', facts(prepared));
    const output = new OutputText(secrets);
    const live = reports.live(started, output, entry.shows);
    const outcome = await perform(prepared, look.rules.policy, output, entry.signal, this.#deps.perform);
    const files = outcome.kind === 'done' || outcome.kind === 'failed' ? await this.#files(prepared, look.rules) : [];
    await this.#close(started, outcome, { whole: output.whole(), binary: output.binary, files }, live);
  }

  /** Everything once more, right before: the order, the rules, the folders and the approval, as they are now. */
  async #lastLook(record: LedgerRecord): Promise<{ readonly kind: 'same'; readonly rules: Rules } | { readonly kind: 'refused'; readonly why: string; readonly detail?: string }> {
    const { reader, rules: read, executor, expectedRequest } = this.#deps;
    const { prepared, job } = record;
    const verdict = await reader.order(job, record.claimedAt);
    if (verdict.kind === 'refused') return { kind: 'refused', why: verdict.why };
    if (prepared.executor !== executor || verdict.by !== prepared.orderedBy) return { kind: 'refused', why: 'changed' };
    let rules: Rules;
    try {
      rules = read();
    } catch (error) {
      if (error instanceof BrokenRules) return { kind: 'refused', why: 'rules', detail: error.message };
      throw error;
    }
    if (hashNow(record, rules) !== prepared.hash) return { kind: 'refused', why: 'changed' };
    const ruling = rule(rules.policy, prepared.command, 'master');
    if (ruling.kind === 'refuse') return { kind: 'refused', why: ruling.why, detail: ruling.detail ?? '' };
    if (ruling.kind === 'run') return { kind: 'same', rules };
    const approval = await reader.approval(record, expectedRequest(record));
    if (approval.kind === 'approved') return { kind: 'same', rules };
    return { kind: 'refused', why: approval.kind === 'refused' ? approval.why : 'no' };
  }

  async #files(prepared: Prepared, rules: Rules): Promise<readonly TakenFile[]> {
    const files: TakenFile[] = [];
    for (const path of prepared.artifacts) files.push(await takeFile(prepared, path, rules.policy, this.#deps.perform));
    return files;
  }

  async #close(record: LedgerRecord, outcome: Outcome, told: Told, live: LiveMessage | 'fresh' | 'again'): Promise<void> {
    const tail = told.binary ? '' : lastLines(told.whole, TAIL.lines, TAIL.characters);
    const ended = await this.#deps.ledger.write({ state: 'ended', key: record.prepared.key, outcome, tail });
    await this.#tell(ended, told, live, told.files);
  }

  async #tell(record: LedgerRecord, told: Told, live: LiveMessage | 'fresh' | 'again', files: readonly TakenFile[]): Promise<void> {
    const { ledger, audit, reports } = this.#deps;
    const { prepared, outcome } = record;
    if (outcome === undefined) return;
    const artifacts = files.flatMap(({ path, sha256, bytes }) => (bytes === undefined ? [] : [{ path, sha256: sha256 ?? '', bytes: bytes.length }]));
    const approval = record.approval === undefined ? {} : { approvedBy: record.approval.by, reaction: record.approval.reaction };
    const mark: AuditMark = await audit.write('job.ended', { ...facts(prepared), outcome, artifacts, ...approval });
    const events = await reports.end(record, { outcome, whole: told.whole, binary: told.binary, mark }, live);
    for (const [number, file] of files.entries()) await this.#hand(record, file, number);
    await ledger.write({ state: 'reported', key: prepared.key, events });
  }

  async #hand(record: LedgerRecord, file: TakenFile, number: number): Promise<void> {
    if (file.bytes !== undefined) return this.#deps.reports.artifact(record, file.path, file.bytes, number);
    await this.#deps.reports.missing(record, file.path, number);
  }
}

/** The hash that the same command would have under the rules of now; empty where it could not be had at all. */
function hashNow(record: LedgerRecord, rules: Rules): string {
  const { prepared, job } = record;
  try {
    const { index, attempt, orderedBy, executor, workspace, artifacts, nonce } = prepared;
    return prepare(prepared.command, rules, { job, index, attempt, orderedBy, executor, workspace, artifacts, nonce }).hash;
  } catch {
    return '';
  }
}

