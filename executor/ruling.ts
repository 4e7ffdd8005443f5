import type { LedgerRecord, Prepared } from './ledger-entry.ts';
import { type Origin, rule, type Ruling } from './policy.ts';
import { BrokenRules, type Rules } from './rules.ts';

export type RulingNow = Ruling | { readonly kind: 'refuse'; readonly why: 'changed' | 'rules'; readonly detail?: string };

export const originOf = ({ plan }: Prepared): Origin => (plan === undefined ? 'master' : 'plan');

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
