import type { Account } from '../../bridge/matrix/account.ts';
import { messageContent } from '../../bridge/matrix/content.ts';
import { woven } from '../../bridge/matrix/woven.ts';
import type { Command } from '../../bridge/protocol/command.ts';
import type { OutsideJob } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { PlanHash, StepId } from '../../bridge/protocol/plan.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import * as say from '../../bridge/text/room/executor.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { jobKey } from '../ledger/ledger-entry.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { Admission } from './plan-order-handler.ts';
import type { Letters } from '../mail/letters.ts';
import { rule } from '../policy/policy.ts';
import { notLent, prepare } from '../policy/prepare.ts';
import { facts } from '../policy/prepared-facts.ts';
import { refusalText } from '../reports/refusal-text.ts';
import { BrokenRules, type Rules, rulesNow } from '../policy/rules.ts';

export interface OutsideOrderHandlerDeps {
  readonly executor: string;
  readonly account: Account;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly letters: Letters;
}

/** Each agent has its own; nothing in it is anybody else's. */
export const agentWorkspace = (agent: UserId): string => `agent-${sha256(agent).slice(0, 24)}`;

/** Takes in what outside agents ask for. Nothing taken here runs before a master has said yes to it. */
export class OutsideOrderHandler {
  readonly #deps: OutsideOrderHandlerDeps;

  constructor(deps: OutsideOrderHandlerDeps) {
    this.#deps = deps;
  }

  async admit(job: OutsideJob): Promise<Admission> {
    const { ledger, reader } = this.#deps;
    const known = ledger.get(jobKey(job.root, 0, 1));
    if (known !== undefined) return { kind: 'known', record: known };
    if (ledger.wasRefused(job.root)) return { kind: 'turned-away', why: 'refused', impostor: false };
    const verdict = await reader.outside(job);
    if (verdict.kind === 'outside') return this.#take(job, verdict.command, verdict.by);
    if (verdict.by !== undefined) return this.#refuse(job, verdict.why, '');
    await this.#deps.audit.write('order.refused', { why: verdict.why, root: job.root, room: job.room });
    if (verdict.why !== 'no-event' && verdict.why !== 'wrong-room') await ledger.refuse(job.root, verdict.why);
    return { kind: 'turned-away', why: verdict.why, impostor: verdict.why !== 'redacted' };
  }

  async #take(job: OutsideJob, command: Command, by: UserId): Promise<Admission> {
    const { ledger, audit, executor, letters } = this.#deps;
    const rules = rulesNow(this.#deps.rules);
    if (rules instanceof BrokenRules) return this.#refuse(job, 'rules', rules.message);
    const ruling = rule(rules.policy, command, 'outside');
    if (ruling.kind === 'refuse') return this.#refuse(job, ruling.why, ruling.detail ?? '');
    const missing = notLent(command, rules);
    if (missing !== undefined) return this.#refuse(job, 'not-lent', missing);
    const around = {
      job,
      index: 0,
      attempt: 1,
      orderedBy: by,
      executor,
      workspace: agentWorkspace(by),
      artifacts: [],
    };
    const sealed = await letters.seal(prepare(command, rules, around), job, rules.policy);
    if (sealed.kind === 'refused') return this.#refuse(job, sealed.why, sealed.detail);
    const prepared = prepare(command, rules, { ...around, letter: sealed.letter() });
    const record = await ledger.write({ state: 'claimed', key: prepared.key, job, prepared });
    await audit.write('order.taken', { ...facts(prepared), command, folders: prepared.folders, room: job.room });
    return { kind: 'taken', record };
  }

  /** Under the order, in words and for the agents' API. */
  async #refuse(job: OutsideJob, why: string, detail: string): Promise<Admission> {
    const { account, ledger, audit } = this.#deps;
    await ledger.refuse(job.root, why);
    await audit.write('order.refused', { why, detail: detail.slice(0, 300), root: job.root, room: job.room });
    const result = {
      plan: PlanHash.parse(sha256(job.root)),
      step: StepId.parse('order'),
      attempt: 1,
      state: 'refused',
      why,
      ...(detail === '' ? {} : { detail: detail.slice(0, 500) }),
    } as const;
    const said = woven(({ words }) => `${say.END_MARK.refused} ${refusalText(why, words(detail), job.lang, 'order')}`);
    const content = messageContent({
      ...said,
      msgtype: 'm.notice',
      replyTo: job.root,
      chavion: { v: 1, kind: 'result', source: job.root, root: job.root, result },
    });
    await account.send(job.room, 'm.room.message', content, `x.${job.root}.refused`);
    return { kind: 'turned-away', why, impostor: false };
  }
}
