import type { Account } from '../../bridge/matrix/account.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import { CHAVION_KEY } from '../../bridge/protocol/content.ts';
import type { CommandResult } from '../../bridge/protocol/act.ts';
import type { ChatJob } from '../../bridge/protocol/command-job.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { COMMAND_RESULT_TYPE, CommandResultContent } from '../../bridge/protocol/orders/command-request.ts';
import { PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import * as say from '../../bridge/text/room/executor.ts';
import type { OwnRooms } from '../gate/own-rooms.ts';
import type { LedgerRecord } from '../ledger/ledger-entry.ts';
import { refusalText } from './refusal-text.ts';
import { type Ended, endResult } from './result-content.ts';

export interface ChatResultDeps {
  readonly account: Account;
  readonly rooms: Pick<OwnRooms, 'ops'>;
}

/** Tells the agent that asked, in ops, how its command stands. People see nothing of it: theirs is the report beside it. */
export class ChatResults {
  readonly #deps: ChatResultDeps;

  constructor(deps: ChatResultDeps) {
    this.#deps = deps;
  }

  /** Sent again it is the same event. */
  async asked({ job, prepared }: LedgerRecord): Promise<void> {
    if (job.type === 'chat')
      await this.#send(job, { ...headOf(job, prepared.attempt), state: 'asked' }, [prepared.hash]);
  }

  async end({ job, prepared }: LedgerRecord, ended: Ended): Promise<void> {
    if (job.type !== 'chat') return;
    await this.#send(job, { ...endResult(prepared, ended), ...headOf(job, prepared.attempt) }, [prepared.hash]);
  }

  /** Of a job that was turned away before it was anything. */
  async refuse(job: ChatJob, why: string, detail: string): Promise<void> {
    const more = detail === '' ? {} : { detail: detail.slice(0, 500) };
    await this.#send(job, { ...headOf(job, 1), state: 'refused', why: why.slice(0, 100), ...more }, []);
  }

  async #send(job: ChatJob, result: CommandResult, hashes: string[]): Promise<void> {
    const { account, rooms } = this.#deps;
    const { state, attempt, why = '', detail = '' } = result;
    const words =
      state === 'refused' ? ` ${woven(({ words }) => refusalText(why, words(detail), job.lang, 'chat')).text}` : '';
    const content = CommandResultContent.parse({
      body: `${say.END_MARK[state === 'asked' ? 'waiting' : state]}${words}`,
      [CHAVION_KEY]: {
        v: 1,
        kind: 'result',
        source: job.request,
        root: job.root,
        ...(hashes.length === 0 ? {} : { hashes }),
        result,
      },
    });
    const slot = state === 'asked' ? 'asked' : 'end';
    await account.send(rooms.ops, COMMAND_RESULT_TYPE, content, `x.${job.request}.${attempt}.result.${slot}`);
  }
}

const headOf = (
  job: { readonly request: EventId },
  attempt: number,
): Pick<CommandResult, 'plan' | 'step' | 'attempt'> => ({
  plan: PlanHash.parse(sha256(job.request)),
  step: StepId.parse('order'),
  attempt,
});
