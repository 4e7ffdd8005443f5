import type { Account } from '../../bridge/matrix/account.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { PLAN_RESULT_TYPE, PlanResultContent } from '../../bridge/protocol/orders/plan-result.ts';
import type { PlanHash } from '../../bridge/protocol/plan.ts';
import * as say from '../../bridge/text/room/executor.ts';
import type { JobKey, LedgerRecord } from '../ledger/ledger-entry.ts';
import { refusalText } from './refusal-text.ts';
import { type Ended, endResult, resultHead } from './result-content.ts';

export interface ResultDeps {
  readonly account: Pick<Account, 'send'>;
}

/** A command that is over sooner is told of once. */
const FIRST_AFTER_MS = 400;

/** Tells the task, by an event for each state, how its commands stand. People see the coordinator's message of the run. */
export class Results {
  readonly #deps: ResultDeps;
  /** What is on its way into the room, one after another for each command. */
  readonly #sending = new Map<JobKey, Promise<unknown>>();

  constructor(deps: ResultDeps) {
    this.#deps = deps;
  }

  asked(record: LedgerRecord): Promise<EventId> {
    return this.#put(record, { ...resultHead(record.prepared), state: 'asked' });
  }

  /** Said once it has run for a moment. Returns how to call that off. */
  running(record: LedgerRecord): () => void {
    const timer = setTimeout(() => {
      this.#put(record, { ...resultHead(record.prepared), state: 'running' }).catch(() => undefined);
    }, FIRST_AFTER_MS);
    return () => clearTimeout(timer);
  }

  /** Told again after a crash it is the same event. */
  async end(record: LedgerRecord, ended: Ended): Promise<EventId> {
    const event = await this.#put(record, endResult(record.prepared, ended));
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
    const txn = `x.${[job.root, job.patched ?? job.decision, job.step, job.attempt].join('.')}.refused`;
    await this.#send(job, result, [], txn);
  }

  #put(record: LedgerRecord, result: CommandResult): Promise<EventId> {
    const { key, hash } = record.prepared;
    const before = this.#sending.get(key)?.catch(() => undefined) ?? Promise.resolve();
    const now = before.then(() => this.#send(record.job, result, [hash], `x.${key}.result.${result.state}`));
    this.#sending.set(key, now);
    return now;
  }

  #send(job: LedgerRecord['job'], result: CommandResult, hashes: string[], txn: string): Promise<EventId> {
    const { state, why = '', detail = '' } = result;
    const words =
      state === 'refused' ? ` ${woven((weave) => refusalText(why, weave.words(detail), job.lang, 'plan')).text}` : '';
    const content = PlanResultContent.parse({
      body: `${say.END_MARK[state === 'asked' ? 'waiting' : state]}${words}`,
      [CHAVION_KEY]: {
        v: 1,
        kind: 'result',
        source: job.root,
        root: job.root,
        ...(hashes.length === 0 ? {} : { hashes }),
        result,
      },
      'm.relates_to': { rel_type: 'm.reference', event_id: job.root },
    });
    return this.#deps.account.send(job.room, PLAN_RESULT_TYPE, content, txn);
  }
}
