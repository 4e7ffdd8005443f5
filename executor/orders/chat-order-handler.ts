import { type ChatJob, MAX_CHAT_COMMANDS } from '../../bridge/protocol/command-job.ts';
import type { Audit } from '../ledger/audit.ts';
import type { ChatVerdict } from '../gate/chat-gate.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { jobKey, type LedgerRecord } from '../ledger/ledger-entry.ts';
import type { OrderReader } from '../gate/order-reader.ts';
import type { Admission } from './plan-order-handler.ts';
import type { Letters } from '../mail/letters.ts';
import { rule } from '../policy/policy.ts';
import { chatWorkspace, noSuchTool, notLent, prepare } from '../policy/prepare.ts';
import { facts } from '../policy/prepared-facts.ts';
import type { ChatResults } from '../reports/chat-results.ts';
import { Throttle } from './throttle.ts';
import { BrokenRules, type Rules, rulesNow } from '../policy/rules.ts';

export interface ChatOrderHandlerDeps {
  readonly executor: string;
  readonly reader: OrderReader;
  readonly rules: () => Rules;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly results: ChatResults;
  readonly letters: Letters;
  readonly timeZone: string;
}

/** What a job says that names another event than the one it means; the event's own job is still to come. */
const NOT_ITS_OWN: ReadonlySet<string> = new Set(['no-request', 'wrong-root', 'wrong-room', 'other-root']);
/** Of these there is an agent that waits. */
const NOBODYS: ReadonlySet<string> = new Set(['no-request', 'wrong-root', 'other-root']);

type Judged = Extract<ChatVerdict, { kind: 'chat' }>;

/** Takes in what agents of the house ask for while they answer a master. */
export class ChatOrderHandler {
  readonly #deps: ChatOrderHandlerDeps;
  /** Of rooms that are not the executor's nothing can be read, and so anything can be claimed. */
  readonly #elsewhere = new Throttle(30, 60_000);

  constructor(deps: ChatOrderHandlerDeps) {
    this.#deps = deps;
  }

  async admit(job: ChatJob): Promise<Admission> {
    const { ledger, reader } = this.#deps;
    const known = ledger.get(jobKey(job.request, 0, 1));
    if (known !== undefined && known.job.root !== job.root) return this.#refuse(job, 'other-root');
    if (known !== undefined) return { kind: 'known', record: ledger.latest(job.request, 0) ?? known };
    const before = ledger.whyRefused(job.request);
    if (before !== undefined) return this.#tell(job, before, '');
    const verdict = await reader.chat(job);
    if (verdict.kind === 'refused') return this.#refuse(job, verdict.why, verdict.detail);
    return this.#take(job, verdict, 1);
  }

  /** Once more what may be repeated, and was cut off. Null where it may not any more. */
  async again(job: ChatJob, attempt: number): Promise<LedgerRecord | null> {
    const known = this.#deps.ledger.get(jobKey(job.request, 0, attempt));
    if (known !== undefined) return known;
    const verdict = await this.#deps.reader.chat(job);
    if (verdict.kind === 'refused') return null;
    const admission = await this.#take(job, verdict, attempt);
    return admission.kind === 'taken' ? admission.record : null;
  }

  async #take(job: ChatJob, { by, agent, command, thread, files }: Judged, attempt: number): Promise<Admission> {
    const { ledger, audit, executor, reader, letters, timeZone } = this.#deps;
    const refuse = (why: string, detail?: string): Promise<Admission> =>
      attempt > 1 ? Promise.resolve({ kind: 'turned-away', why, impostor: false }) : this.#refuse(job, why, detail);
    const rules = rulesNow(this.#deps.rules);
    if (rules instanceof BrokenRules) return refuse('rules', rules.message);
    const ruling = rule(rules.policy, command, 'chat');
    if (ruling.kind === 'refuse') return refuse(ruling.why, ruling.detail);
    const missing = notLent(command, rules);
    if (missing !== undefined) return refuse('not-lent', missing);
    const unknown = noSuchTool(command, rules);
    if (unknown !== undefined) return refuse('no-tool', unknown);
    const inputs = files ? await reader.inputs(job) : [];
    const around = {
      job,
      index: 0,
      attempt,
      orderedBy: by,
      executor,
      workspace: chatWorkspace(job, thread, timeZone),
      artifacts: [],
      inputs,
      chat: { agent, ...(thread === undefined ? {} : { thread }) },
    };
    const sealed = await letters.seal(prepare(command, rules, around), job, rules.policy);
    if (sealed.kind === 'refused') return refuse(sealed.why, sealed.detail);
    // Counted and written in one go: of two that come in one moment the second counts the first.
    if (attempt === 1 && ledger.chatsOf(job.root) >= MAX_CHAT_COMMANDS) return refuse('too-many');
    const prepared = prepare(command, rules, { ...around, letter: sealed.letter() });
    const record = await ledger.write({ state: 'claimed', key: prepared.key, job, prepared });
    await audit.write('order.taken', { ...facts(prepared), command, folders: prepared.folders, room: job.room });
    return { kind: 'taken', record };
  }

  /** What was refused never runs later. */
  async #refuse(job: ChatJob, why: string, detail = ''): Promise<Admission> {
    const { ledger, audit } = this.#deps;
    const { root, request, room } = job;
    await audit.write('order.refused', { why, detail: detail.slice(0, 300), root, chat: request, room });
    if (!NOT_ITS_OWN.has(why)) await ledger.refuse(request, why);
    return this.#tell(job, why, detail);
  }

  /** The agent that waits is told; told again it is the same event. */
  async #tell(job: ChatJob, why: string, detail: string): Promise<Admission> {
    const isFlood = why === 'wrong-room' && !this.#elsewhere.pass();
    if (!NOBODYS.has(why) && !isFlood) await this.#deps.results.refuse(job, why, detail);
    return { kind: 'turned-away', why, impostor: NOT_ITS_OWN.has(why) || why === 'not-agent' };
  }
}
