import type { Prepared } from '../ledger/ledger-entry.ts';

/** Whose command it is, for the record: who ordered it, and of a plan, which decision lets it run; of one asked for in conversation, in which event. */
export const facts = ({ key, hash, root, orderedBy, policy, plan, chat, index, attempt }: Prepared) => ({
  key,
  hash,
  root,
  by: orderedBy,
  policy,
  ...(chat === undefined ? {} : { agent: chat.agent, chat: key.slice(0, -`.${index}.${attempt}`.length), attempt }),
  ...(plan === undefined
    ? {}
    : { decision: plan.decision, patched: plan.patched, rule: plan.rule, plan: plan.hash, step: plan.step, attempt }),
});
