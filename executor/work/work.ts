import type { OrderJob } from '../../bridge/protocol/command-job.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { Audit, AuditMark } from '../ledger/audit.ts';
import { facts } from '../policy/prepared-facts.ts';
import { originOf } from '../policy/ruling.ts';
import type { Artifact } from '../reports/result-content.ts';
import type { ChatResults } from '../reports/chat-results.ts';
import type { Results } from '../reports/results.ts';
import type { Inputs } from './inputs.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { jobKey, type LedgerRecord, type Outcome, type Prepared } from '../ledger/ledger-entry.ts';
import type { LiveMessage } from '../reports/live-message.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import { lastLines, OutputText } from '../reports/output-text.ts';
import type { TakenFile } from './effects.ts';
import { perform, type PerformDeps, takeFile, type Views } from './perform.ts';
import { TookTooMuch } from './running.ts';
import type { TrialFault, Trials } from './trials.ts';
import { mayBeTried } from '../policy/trial-ruling.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import { folderPut, untried } from '../../bridge/text/room/commands/trial.ts';
import { hashNow, ofChat, ofPlan } from './prepared-now.ts';
import { undoCode } from './undo-code.ts';
import type { GateVerdict } from '../gate/gate.ts';
import type { ChatVerdict } from '../gate/chat-gate.ts';
import type { OutsideVerdict } from '../gate/outside-gate.ts';
import type { PlanVerdict } from '../gate/plan-gate.ts';
import { rule } from '../policy/policy.ts';
import { type Reports, TAIL } from '../reports/reports.ts';
import { BrokenRules, type Rules, rulesNow } from '../policy/rules.ts';
import { type RunningCommands, StoppedCommand } from './running.ts';
import type { Semaphore } from './semaphore.ts';

export interface WorkDeps {
  readonly executor: string;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly reports: Reports;
  readonly results: Results;
  readonly chatResults: Pick<ChatResults, 'end'>;
  readonly running: RunningCommands;
  readonly semaphore: Semaphore;
  readonly perform: PerformDeps;
  readonly inputs: Pick<Inputs, 'place'>;
  readonly trials: Trials;
  /** The executor's own secrets, never to be shown. */
  readonly secrets: readonly string[];
  readonly expectedRequest: (record: LedgerRecord) => Record<string, unknown> | null;
}

interface Told {
  readonly whole: string;
  readonly binary: boolean;
  readonly files: readonly TakenFile[];
}

type RunningEntry = { readonly signal: AbortSignal; readonly shows: (event: EventId) => void };

/** As refusals call them (`bridge/text/room/commands/refusals.ts`). */
const WHY: Readonly<Record<TrialFault, string>> = {
  changed: 'folder-changed',
  special: 'folder-special',
  'too-big': 'folder-too-big',
  'too-many': 'folder-too-big',
  'too-deep': 'folder-too-big',
  closed: 'folder-fault',
  fault: 'folder-fault',
};
const PUT_TRIES = 3;
/** Beyond the numbers of files that a command may name. */
const CHANGES_FILE = 1_000;

/** Of all files of one command. */
const MAX_FILES_BYTES = 24 * 1024 * 1024;

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
    if (record.state === 'ended')
      return this.#tell(record, { ...NOTHING, whole: record.tail ?? '' }, fresh, await this.#filesAgain(record));
    await this.#enter(record, fresh, (entry) => this.#inTurn(record, entry, fresh));
  }

  /**
   * On copies of the folders that it would write. What is to be asked for then: the command with what it would change,
   * or as it was, where no copies could be made; null where it has ended, since it failed or changed nothing.
   */
  async try(record: LedgerRecord): Promise<LedgerRecord | null> {
    // Cut off after it was tried, and before it was asked for.
    if (record.state === 'tried') {
      await this.#showWhole(record);
      return record;
    }
    let asks: LedgerRecord | null = null;
    await this.#enter(record, 'fresh', async (entry) => {
      asks = await this.#tryInTurn(record, entry);
    });
    return asks;
  }

  async #enter(
    record: LedgerRecord,
    fresh: 'fresh' | 'again',
    does: (entry: RunningEntry) => Promise<void>,
  ): Promise<void> {
    const { prepared, job } = record;
    const request = job.type === 'chat' ? job.request : undefined;
    const events: EventId[] = [request, record.request?.event, record.message].filter((event) => event !== undefined);
    const entry = this.#deps.running.enter(prepared.key, job);
    for (const event of events) entry.shows(event);
    try {
      const locks = prepared.folders.filter(({ access }) => access === 'rw').map(({ path }) => path);
      await this.#deps.semaphore.run(locks, entry.signal, () => does(entry));
    } catch (error) {
      if (!(error instanceof StoppedCommand)) throw error;
      // The house is closing: what has not begun is begun when it is open again.
      if (error.by === undefined) return;
      await this.#close(record, { kind: 'stopped', by: error.by, ms: 0 }, NOTHING, fresh);
    } finally {
      entry.leave();
    }
  }

  async #tryInTurn(record: LedgerRecord, entry: RunningEntry): Promise<LedgerRecord | null> {
    const { ledger, audit, secrets, inputs, trials } = this.#deps;
    const { prepared, job } = record;
    const refuse = async (why: string, detail?: string): Promise<null> => {
      await this.#close(
        record,
        { kind: 'refused', why, ...(detail === undefined ? {} : { detail }) },
        NOTHING,
        'fresh',
      );
      return null;
    };
    const look = await this.#lastLook(record, 'try');
    if (look.kind === 'refused') return refuse(look.why, look.detail);
    entry.signal.throwIfAborted();
    const views = await trials.views(prepared, job, entry.signal);
    entry.signal.throwIfAborted();
    if (views.kind === 'no') {
      await this.#untried(record, views.why);
      return record;
    }
    await inputs.place(prepared, job, look.rules.policy);
    entry.signal.throwIfAborted();
    const started = await ledger.write({ state: 'started', key: prepared.key, hash: prepared.hash });
    await audit.write('job.started', { ...facts(prepared), trial: true });
    const output = new OutputText(secrets);
    // A task hears nothing of it before it is asked for: what it is told to run, it waits for with a deadline.
    const outcome = await this.#performOn(views.value, prepared, look.rules, output, entry.signal);
    const told = { whole: output.whole(), binary: output.binary, files: [] };
    const end = async (ending: Outcome): Promise<null> => {
      const files = givesFiles(prepared, ending) ? await this.#files(prepared, look.rules) : [];
      await trials.forget(prepared.key);
      await this.#close(started, ending, { ...told, files }, 'fresh');
      return null;
    };
    if (outcome.kind !== 'done') return end(outcome);
    const changes = await trials.collect(prepared, job);
    if (changes.kind === 'no') return end({ kind: 'refused', why: WHY[changes.why], detail: changes.where });
    if (changes.value.length === 0) return end(outcome);
    trials.keepOutput(prepared.key, told);
    const tail = told.binary ? '' : lastLines(told.whole, TAIL.lines, TAIL.characters);
    const tried = await ledger.write({ state: 'tried', key: prepared.key, outcome, tail, folders: [...changes.value] });
    await audit.write('changes.tried', {
      ...facts(prepared),
      folders: changes.value.map(({ path, changes: { hash } }) => ({ path, hash })),
    });
    await this.#showWhole(tried);
    return tried;
  }

  /** Where the request does not show all that changed. */
  async #showWhole(record: LedgerRecord): Promise<void> {
    const { reports, trials } = this.#deps;
    if (record.tried?.folders.some(({ changes: { cut } }) => cut) === true)
      await reports.artifact(record, 'changes.txt', Buffer.from(trials.whole(record)), CHANGES_FILE);
  }

  /** Nothing was tried: the real folder is asked for, and cannot be had back as it was. */
  async #untried({ prepared, job }: LedgerRecord, why: TrialFault): Promise<void> {
    await this.#deps.trials.forget(prepared.key);
    const thread = prepared.plan === undefined ? prepared.chat?.thread : job.root;
    await this.#deps.reports.notice(
      job.room,
      woven(() => untried[job.lang](why)),
      `${prepared.key}.untried`,
      { replyTo: job.root, ...(thread === undefined ? {} : { thread }) },
    );
  }

  async #performOn(
    views: Views,
    prepared: Prepared,
    { policy }: Rules,
    output: OutputText,
    signal: AbortSignal,
  ): Promise<Outcome> {
    const full = new AbortController();
    using _watch = this.#deps.trials.watch(views, () => full.abort(new TookTooMuch()));
    return perform(prepared, policy, output, AbortSignal.any([signal, full.signal]), this.#deps.perform, views);
  }

  /** What a master has said yes to, and nothing runs for it. */
  async #put(record: LedgerRecord, fresh: 'fresh' | 'again'): Promise<void> {
    const { trials, audit, reports } = this.#deps;
    const { prepared, tried, job } = record;
    if (tried === undefined) return;
    let put = await trials.put(prepared.key, 'there');
    for (let tries = 1; put.kind === 'no' && put.why === 'fault' && tries < PUT_TRIES; tries += 1)
      put = await trials.put(prepared.key, 'there');
    const hashes = tried.folders.map(({ path, changes: { hash } }) => ({ path, hash }));
    if (put.kind === 'no') {
      // Between two states: it is gone on with at the next start.
      const why = trials.standing(prepared.key)?.startsWith('cut') === true ? 'folder-between' : WHY[put.why];
      await this.#close(record, { kind: 'refused', why, detail: put.where }, NOTHING, fresh);
      return;
    }
    await audit.write('changes.put', { ...facts(prepared), folders: hashes });
    const said = trials.output(prepared.key) ?? { whole: tried.tail, binary: false };
    const rules = rulesNow(this.#deps.rules);
    const files =
      rules instanceof BrokenRules || !givesFiles(prepared, tried.outcome) ? [] : await this.#files(prepared, rules);
    await this.#close(record, tried.outcome, { ...said, files }, fresh);
    const thread = prepared.plan === undefined ? prepared.chat?.thread : job.root;
    await reports.notice(
      job.room,
      woven(() => folderPut[job.lang](undoCode(prepared.key))),
      `${prepared.key}.put`,
      { replyTo: record.request?.event ?? job.root, ...(thread === undefined ? {} : { thread }) },
    );
  }

  async #inTurn(record: LedgerRecord, entry: RunningEntry, fresh: 'fresh' | 'again'): Promise<void> {
    // Begun with a yes, it is brought to its end whatever has been said since.
    const standing = record.tried === undefined ? undefined : this.#deps.trials.standing(record.prepared.key);
    if (standing === 'there' || standing === 'cut-there') return this.#put(record, fresh);
    const look = await this.#lastLook(record, 'run');
    if (look.kind === 'refused')
      return this.#close(
        record,
        { kind: 'refused', why: look.why, ...(look.detail === undefined ? {} : { detail: look.detail }) },
        NOTHING,
        fresh,
      );
    entry.signal.throwIfAborted();
    if (record.tried !== undefined) return this.#put(record, fresh);
    const { ledger, audit, reports, results, secrets, inputs } = this.#deps;
    const { prepared } = record;
    await inputs.place(prepared, record.job, look.rules.policy);
    entry.signal.throwIfAborted();
    const started = await ledger.write({ state: 'started', key: prepared.key, hash: prepared.hash });
    await audit.write('job.started', facts(prepared));
    const output = new OutputText(secrets);
    using live = reports.live(started, output, entry.shows);
    const hush = prepared.plan === undefined ? () => undefined : results.running(started);
    const outcome = await perform(prepared, look.rules.policy, output, entry.signal, this.#deps.perform);
    hush();
    const files = givesFiles(prepared, outcome) ? await this.#files(prepared, look.rules) : [];
    await this.#close(started, outcome, { whole: output.whole(), binary: output.binary, files }, live);
  }

  /** Everything once more, right before: the order, the rules, the folders and the approval, as they are now. */
  async #lastLook(
    record: LedgerRecord,
    how: 'run' | 'try',
  ): Promise<
    | { readonly kind: 'same'; readonly rules: Rules }
    | { readonly kind: 'refused'; readonly why: string; readonly detail?: string }
  > {
    const { reader, rules: read, executor, expectedRequest } = this.#deps;
    const { prepared, job } = record;
    const verdict = await this.#judged(job, record.claimedAt);
    if (verdict.kind === 'refused') return { kind: 'refused', why: verdict.why };
    if (prepared.executor !== executor || verdict.by !== prepared.orderedBy) return { kind: 'refused', why: 'changed' };
    const rules = rulesNow(read);
    if (rules instanceof BrokenRules) return { kind: 'refused', why: 'rules', detail: rules.message };
    const now =
      verdict.kind === 'outside'
        ? { ...prepared, command: verdict.command }
        : verdict.kind === 'chat'
          ? ofChat(prepared, verdict)
          : verdict.kind === 'command' && job.type === 'plan'
            ? ofPlan(prepared, job, verdict.order)
            : prepared;
    if (hashNow(now, job, rules) !== prepared.hash) return { kind: 'refused', why: 'changed' };
    const ruling = rule(rules.policy, prepared.command, originOf(prepared), prepared);
    if (ruling.kind === 'refuse') return { kind: 'refused', why: ruling.why, detail: ruling.detail ?? '' };
    if (ruling.kind === 'run') return { kind: 'same', rules };
    if (how === 'try')
      return mayBeTried(rules.policy, prepared) ? { kind: 'same', rules } : { kind: 'refused', why: 'changed' };
    const approval = await reader.approval(record, expectedRequest(record));
    if (approval.kind === 'approved') return { kind: 'same', rules };
    return { kind: 'refused', why: approval.kind === 'refused' ? approval.why : 'no' };
  }

  #judged(job: OrderJob, at: number): Promise<GateVerdict | OutsideVerdict | ChatVerdict | PlanVerdict> {
    const { reader } = this.#deps;
    switch (job.type) {
      case 'run':
        return reader.order(job, at);
      case 'outside':
        return reader.outside(job, at);
      case 'chat':
        return reader.chat(job, at);
      case 'plan':
        return reader.plan(job, at);
    }
  }

  /** After a crash between the end and the telling; the workspace is still there. */
  async #filesAgain({ prepared, outcome }: LedgerRecord): Promise<readonly TakenFile[]> {
    if (prepared.plan === undefined && prepared.chat === undefined) return [];
    if (outcome === undefined || !givesFiles(prepared, outcome)) return [];
    const rules = rulesNow(this.#deps.rules);
    return rules instanceof BrokenRules ? [] : this.#files(prepared, rules);
  }

  async #files(prepared: Prepared, rules: Rules): Promise<readonly TakenFile[]> {
    const files: TakenFile[] = [];
    let taken = 0;
    for (const path of prepared.artifacts) {
      const file = await takeFile(prepared, path, rules.policy, this.#deps.perform);
      taken += file.bytes?.length ?? 0;
      files.push(taken > MAX_FILES_BYTES ? { path } : file);
    }
    return files;
  }

  async #close(
    record: LedgerRecord,
    outcome: Outcome,
    told: Told,
    live: LiveMessage | 'fresh' | 'again',
  ): Promise<void> {
    const tail = told.binary ? '' : lastLines(told.whole, TAIL.lines, TAIL.characters);
    const ended = await this.#deps.ledger.write({ state: 'ended', key: record.prepared.key, outcome, tail });
    await this.#tell(ended, told, live, told.files);
  }

  async #tell(
    record: LedgerRecord,
    told: Told,
    live: LiveMessage | 'fresh' | 'again',
    files: readonly TakenFile[],
  ): Promise<void> {
    const { ledger, audit, reports, chatResults } = this.#deps;
    const { prepared, outcome } = record;
    if (outcome === undefined) return;
    const artifacts = files.flatMap(({ path, sha256, bytes }) =>
      bytes === undefined ? [] : [{ path, sha256: sha256 ?? '', bytes: bytes.length }],
    );
    const approval =
      record.approval === undefined ? {} : { approvedBy: record.approval.by, reaction: record.approval.reaction };
    const mark: AuditMark = await audit.write('job.ended', { ...facts(prepared), outcome, artifacts, ...approval });
    const events = await reports.end(record, { outcome, whole: told.whole, binary: told.binary, mark }, live);
    const handed: Artifact[] = [];
    for (const [number, file] of files.entries()) handed.push(...(await this.#hand(record, file, number)));
    if (prepared.plan !== undefined) {
      const ended = { outcome, output: told.binary ? '' : told.whole, artifacts: handed, report: events[0] };
      events.push(await this.#deps.results.end(record, ended));
    }
    // Where it goes on by itself, the next attempt tells.
    if (record.job.type === 'chat' && ledger.get(jobKey(record.job.request, 0, prepared.attempt + 1)) === undefined)
      await chatResults.end(record, {
        outcome,
        output: told.binary ? '' : told.whole,
        artifacts: handed,
        report: events[0],
      });
    await ledger.write({ state: 'reported', key: prepared.key, events });
  }

  async #hand(record: LedgerRecord, file: TakenFile, number: number): Promise<readonly Artifact[]> {
    if (file.bytes !== undefined) return [await this.#deps.reports.artifact(record, file.path, file.bytes, number)];
    await this.#deps.reports.missing(record, file.path, number);
    return [];
  }
}

/** Of a plan what has succeeded, for others to go on with, and in conversation what was made; of a master's own order also what did not. */
const givesFiles = ({ plan, chat }: Prepared, { kind }: Outcome): boolean =>
  kind === 'done' || (kind === 'failed' && plan === undefined && chat === undefined);
