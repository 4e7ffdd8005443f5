import type { LedgerRecord, Prepared } from './ledger-entry.ts';
import { type Origin, rule, type Ruling } from './policy.ts';
import { BrokenRules, type Rules } from './rules.ts';

export type RulingNow = Ruling | { readonly kind: 'refuse'; readonly why: 'changed' | 'rules'; readonly detail?: string };

/** No master's account begins so: what an agent orders comes from outside, and asks. */
export const originOf = ({ plan, orderedBy }: Pick<Prepared, 'plan' | 'orderedBy'>): Origin => (orderedBy.startsWith('@agent_') ? 'outside' : plan === undefined ? 'master' : 'plan');

/** What the rules say at this moment of a command that was hashed under the rules of another. */
export function rulingNow({ prepared }: LedgerRecord, read: () => Rules): RulingNow {
  try {
    const rules = read();
    if (rules.policyHash !== prepared.policy) return { kind: 'refuse', why: 'changed' };
    return rule(rules.policy, prepared.command, originOf(prepared));
  } catch (error) {
    if (error instanceof BrokenRules) return { kind: 'refuse', why: 'rules', detail: error.message };
    throw error;
  }
}
