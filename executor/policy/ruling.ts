import type { LedgerRecord, Prepared } from '../ledger/ledger-entry.ts';
import { type CommandOrigin, rule, type Ruling } from './policy.ts';
import { BrokenRules, type Rules, rulesNow } from './rules.ts';

export type RulingNow =
  | Ruling
  | { readonly kind: 'refuse'; readonly why: 'changed' | 'rules'; readonly detail?: string };

/** No master's account begins so: what an agent orders comes from outside, and asks. */
export function originOf({ plan, chat, orderedBy }: Pick<Prepared, 'plan' | 'chat' | 'orderedBy'>): CommandOrigin {
  if (orderedBy.startsWith('@agent_')) return 'outside';
  if (chat !== undefined) return 'chat';
  return plan === undefined ? 'master' : 'plan';
}

/** What the rules say at this moment of a command that was hashed under the rules of another. */
export function rulingNow({ prepared }: LedgerRecord, read: () => Rules): RulingNow {
  const rules = rulesNow(read);
  if (rules instanceof BrokenRules) return { kind: 'refuse', why: 'rules', detail: rules.message };
  if (rules.policyHash !== prepared.policy) return { kind: 'refuse', why: 'changed' };
  return rule(rules.policy, prepared.command, originOf(prepared), prepared);
}
