import type { Account } from '../../bridge/matrix/account.ts';
import { editContent, messageContent, type OutgoingText } from '../../bridge/matrix/content.ts';
import { type Weave, woven } from '../../bridge/matrix/woven.ts';
import type { EditBudget } from '../../bridge/matrix/edit-budget.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import type { PlanHash } from '../../bridge/protocol/plan.ts';
import * as say from '../../bridge/text/room/executor.ts';
import * as words from '../../bridge/text/room/plan-commands.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobKey, LedgerRecord } from '../ledger/ledger-entry.ts';
import { fitting } from './fitting.ts';
import { firstLines, lastLines, shareOf } from './output-text.ts';
import { refusalText } from './refusal-text.ts';
import { type Ended, endResult, resultHead } from './result-content.ts';

export interface ResultDeps {
  readonly account: Account;
  readonly budget: EditBudget;
  readonly ledger: Ledger;
  /** The words for how a command ended, as the ops room is told. */
  readonly ending: (record: LedgerRecord, ended: Ended, weave: Weave) => string;
}

/** A command that is over sooner is one message and no edit. */
const FIRST_AFTER_MS = 400;
const BRIEF = { lines: 15, characters: 1_200 };

/** One message in the task's thread for each attempt at a command: how it stands, and in the end how it went. */
export class Results {
  readonly #deps: ResultDeps;
  /** What is on its way into the room, one after another for each command. */
  readonly #sending = new Map<JobKey, Promise<EventId>>();

  constructor(deps: ResultDeps) {
    this.#deps = deps;
  }

  asked(record: LedgerRecord): Promise<EventId> {
    const write = (weave: Weave): string =>
      `${say.END_MARK.waiting} ${this.#title(record, weave)} · ${words.waitsForYes[record.job.lang]()}`;
    return this.#put(record, 'asked', { ...resultHead(record.prepared), state: 'asked' }, write, () => undefined);
  }

  /** Said once it has run for a moment. Returns how to call that off; `shows` learns the event. */
  running(record: LedgerRecord, shows: (event: EventId) => void): () => void {
    const write = (weave: Weave): string =>
      `${say.END_MARK.running} ${this.#title(record, weave)} · ${words.begun[record.job.lang]()}`;
    const timer = setTimeout(() => {
      this.#put(record, 'running', { ...resultHead(record.prepared), state: 'running' }, write, shows).catch(
        () => undefined,
      );
    }, FIRST_AFTER_MS);
    return () => clearTimeout(timer);
  }

  /** `again`: an earlier run may have said something under the same transaction id. */
  async end(record: LedgerRecord, ended: Ended, again: boolean): Promise<EventId> {
    const { lang } = record.job;
    const { outcome, output } = ended;
    const short = (outcome.kind === 'failed' ? lastLines : firstLines)(output, BRIEF.lines, BRIEF.characters);
    const more = short === output ? '' : `\n${say.moreInOps[lang]()}`;
    const write = (weave: Weave, share: number): string =>
      `${say.END_MARK[outcome.kind]} ${this.#title(record, weave)} · ${this.#deps.ending(record, ended, weave)}${output === '' ? '' : `${weave.block(shareOf(short, share))}${more}`}`;
    const event = await this.#put(record, 'end', endResult(record.prepared, ended), write, () => undefined, again);
    this.#sending.delete(record.prepared.key);
    return event;
  }

  /** Of a job that was turned away before it was anything. Said once, however often it comes. */
  async refuse(job: PlanJob, plan: PlanHash, why: string, detail: string): Promise<void> {
    const result: CommandResult = {
      plan,
      step: job.step,
      attempt: job.attempt,
      state: 'refused',
      why,
      ...(detail === '' ? {} : { detail: detail.slice(0, 500) }),
    };
    const write = (weave: Weave): string =>
      `${say.END_MARK.refused} ${words.step[job.lang](weave.words(job.step), job.attempt)} · ${refusalText(why, weave.words(detail), job.lang, 'plan')}`;
    const txn = `x.${[job.root, job.patched ?? job.decision, job.step, job.attempt].join('.')}.refused`;
    await this.#deps.account.send(
      job.room,
      'm.room.message',
      messageContent(this.#message(job, write, result, [])),
      txn,
    );
  }

  #title({ prepared, job }: LedgerRecord, weave: Weave): string {
    return words.step[job.lang](weave.words(prepared.plan?.title ?? ''), prepared.attempt);
  }

  #put(
    record: LedgerRecord,
    slot: 'asked' | 'running' | 'end',
    result: CommandResult,
    write: Write,
    shows: (event: EventId) => void,
    again = false,
  ): Promise<EventId> {
    const { key, hash } = record.prepared;
    const message = this.#message(record.job, write, result, [hash]);
    const before: Promise<EventId | undefined> =
      this.#sending.get(key)?.catch(() => undefined) ?? Promise.resolve(undefined);
    const now = before.then(async (known) => {
      const event = await this.#sendOrEdit(record, known ?? this.#deps.ledger.get(key)?.message, slot, message, again);
      shows(event);
      return event;
    });
    this.#sending.set(key, now);
    return now;
  }

  async #sendOrEdit(
    { prepared, job }: LedgerRecord,
    known: EventId | undefined,
    slot: 'asked' | 'running' | 'end',
    message: OutgoingText,
    again: boolean,
  ): Promise<EventId> {
    const { account, budget, ledger } = this.#deps;
    const txn = `x.${prepared.key}.result`;
    // Where a message with this transaction id stands already, the homeserver answers with that one.
    const event = known ?? (await account.send(job.room, 'm.room.message', messageContent(message), txn));
    if (known === undefined) await ledger.write({ state: 'told', key: prepared.key, event });
    if (known !== undefined || again) {
      await budget.take(slot === 'end' ? 'last' : 'growing');
      await account.send(job.room, 'm.room.message', editContent(event, message), `${txn}.${slot}`);
    }
    return event;
  }

  #message(job: LedgerRecord['job'], write: Write, result: CommandResult, hashes: string[]): OutgoingText {
    return fitting(job.root, (share) => ({
      ...woven((weave) => write(weave, share)),
      msgtype: 'm.notice',
      thread: job.root,
      chavion: {
        v: 1,
        kind: 'result',
        source: job.root,
        root: job.root,
        ...(hashes.length === 0 ? {} : { hashes }),
        ...(result.state === 'running' ? { streaming: true } : {}),
        result,
      },
    }));
  }
}

/** The words, with as much of an output as `share` says. */
type Write = (weave: Weave, share: number) => string;
