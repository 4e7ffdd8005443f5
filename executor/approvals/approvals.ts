import type { Account } from '../../bridge/matrix/account.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/digest/canonical.ts';
import { NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { type Asking, listContent, REQUEST_FORM, requestContent, type Rings } from './approval-request.ts';
import type { Audit } from '../ledger/audit.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { JobKey, LedgerRecord } from '../ledger/ledger-entry.ts';
import { facts } from '../policy/prepared-facts.ts';
import type { Rules } from '../policy/rules.ts';
import { originOf, rulingNow } from '../policy/ruling.ts';

/** Commands of a plan that may begin together come within this of one another; they are asked for in one message. */
const COLLECT_MS = 1_500;

export interface ApprovalDeps {
  readonly account: Account;
  readonly ledger: Ledger;
  readonly audit: Audit;
  readonly rules: () => Rules;
  /** Who can say yes, as it is now. */
  readonly masters: () => Promise<ReadonlySet<UserId>>;
}

interface Waiting {
  readonly record: LedgerRecord;
  readonly done: (asked: LedgerRecord | null) => void;
  readonly failed: (error: unknown) => void;
}

/** Asks masters, and knows to the letter what it has asked. */
export class Requests {
  readonly #deps: ApprovalDeps;
  readonly #collecting = new Map<EventId, Waiting[]>();

  constructor(deps: ApprovalDeps) {
    this.#deps = deps;
  }

  /** The record once the request stands in the room; null where the command cannot be shown whole. */
  async ask(record: LedgerRecord): Promise<LedgerRecord | null> {
    const asking = this.#asking(record);
    if (asking === null) return null;
    const rings = await this.#rings(record);
    if (record.prepared.plan === undefined) {
      const content = requestContent(asking, record.job, rings);
      return content === null ? null : this.#send([record], content, rings);
    }
    if (listContent([asking], record.job, rings) === null) return null;
    return this.#together(record);
  }

  /** Whether a yes to its request would still be believed; one of an older version is asked anew. */
  isOutdated({ request }: LedgerRecord): boolean {
    return request !== undefined && request.form !== REQUEST_FORM;
  }

  /** The request made anew from what the ledger holds; null where the rules no longer ask for all of it so. */
  expected(record: LedgerRecord): Record<string, unknown> | null {
    const { request } = record;
    if (request === undefined || this.isOutdated(record)) return null;
    const rings = request.rings ?? [];
    const { list } = request;
    if (list === undefined) {
      const asking = this.#asking(record);
      return asking === null ? null : requestContent(asking, record.job, rings);
    }
    const asked = list.flatMap((key) => {
      const other = this.#deps.ledger.get(key);
      const asking = other === undefined ? null : this.#asking(other);
      return asking === null ? [] : [asking];
    });
    return asked.length === list.length && list.includes(record.prepared.key)
      ? listContent(asked, record.job, rings)
      : null;
  }

  /** Whoever ordered; where that is an agent, all who could say yes. */
  async #rings({ prepared }: LedgerRecord): Promise<Rings> {
    return originOf(prepared) === 'outside' ? [...(await this.#deps.masters())].toSorted() : [prepared.orderedBy];
  }

  #asking(record: LedgerRecord): Asking | null {
    const ruling = rulingNow(record, this.#deps.rules);
    return ruling.kind === 'ask'
      ? {
          prepared: record.prepared,
          why: ruling.why,
          ...(record.tried === undefined ? {} : { tried: record.tried.folders }),
        }
      : null;
  }

  #together(record: LedgerRecord): Promise<LedgerRecord | null> {
    return new Promise((done, failed) => {
      const { root } = record.prepared;
      const waiting = this.#collecting.get(root);
      if (waiting !== undefined) {
        waiting.push({ record, done, failed });
        return;
      }
      this.#collecting.set(root, [{ record, done, failed }]);
      setTimeout(() => {
        const collected = this.#collecting.get(root) ?? [];
        this.#collecting.delete(root);
        void this.#askAll(collected);
      }, COLLECT_MS);
    });
  }

  /** As few lists as show everything whole. */
  async #askAll(waiting: readonly Waiting[]): Promise<void> {
    for (let rest = waiting; rest.length > 0;) {
      let taken = rest.length;
      while (taken > 1 && this.#listOf(rest.slice(0, taken)) === null) taken -= 1;
      const these = rest.slice(0, taken);
      rest = rest.slice(taken);
      const list = this.#listOf(these);
      try {
        if (list !== null)
          await this.#send(
            these.map(({ record }) => record),
            list.content,
            list.rings,
          );
        for (const { record, done } of these)
          done(list === null ? null : (this.#deps.ledger.get(record.prepared.key) ?? null));
      } catch (error) {
        for (const { failed } of these) failed(error);
      }
    }
  }

  #listOf(waiting: readonly Waiting[]): { readonly content: Record<string, unknown>; readonly rings: Rings } | null {
    const [first] = waiting;
    const asked = waiting.flatMap(({ record }) => this.#asking(record) ?? []);
    if (first === undefined || asked.length !== waiting.length) return null;
    const rings = [...new Set(waiting.map(({ record }) => record.prepared.orderedBy))];
    const content = listContent(asked, first.record.job, rings);
    return content === null ? null : { content, rings };
  }

  async #send(
    records: readonly LedgerRecord[],
    content: Record<string, unknown>,
    rings: Rings,
  ): Promise<LedgerRecord | null> {
    const { account, ledger, audit } = this.#deps;
    const [first] = records;
    if (first === undefined) return null;
    const { room } = first.job;
    const keys = records.map(({ prepared }) => prepared.key);
    // The homeserver answers a known transaction id with the event of then: a new form is a new event.
    const slot = `x.${slotOf(keys)}.form${REQUEST_FORM}${first.request === undefined ? '' : '.anew'}`;
    const request = await account.send(room, 'm.room.message', content, `${slot}.ask`);
    let asked: LedgerRecord | null = null;
    for (const { prepared } of records) {
      asked = await ledger.write({
        state: 'asked',
        key: prepared.key,
        request,
        form: REQUEST_FORM,
        rings: [...rings],
        ...(prepared.plan === undefined ? {} : { list: [...keys] }),
      });
      await audit.write('approval.asked', { ...facts(prepared), request, why: this.#asking(asked)?.why });
    }
    for (const sign of [YES, NO]) {
      const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: request, key: sign } };
      // A sign that stands there already, from before a crash, is refused as a duplicate.
      await account.send(room, 'm.reaction', relation, `${slot}.${sign === YES ? 'yes' : 'no'}`).catch(() => undefined);
    }
    return asked;
  }
}

const slotOf = (keys: readonly JobKey[]): string =>
  keys.length === 1 ? keys.join('') : sha256(keys.join(' ')).slice(0, 32);
