import type { OrderJob, PlanJob } from '../../bridge/protocol/command-job.ts';
import type { ChatVerdict } from '../gate/chat-gate.ts';
import type { PlanOrder } from '../gate/plan-gate.ts';
import type { Prepared } from '../ledger/ledger-entry.ts';
import { planOfPrepared, prepare } from '../policy/prepare.ts';
import type { Rules } from '../policy/rules.ts';

/** What the events say now that was prepared then. */
export const ofPlan = (prepared: Prepared, job: PlanJob, order: PlanOrder): Prepared => ({
  ...prepared,
  command: order.step.command,
  artifacts: order.step.artifacts,
  plan: planOfPrepared(job, order, prepared.plan?.rerun),
});

export const ofChat = (
  prepared: Prepared,
  { command, agent, thread }: Extract<ChatVerdict, { kind: 'chat' }>,
): Prepared => ({
  ...prepared,
  command,
  chat: { agent, ...(thread === undefined ? {} : { thread }) },
});

/** The hash that the same command would have under the rules of now; empty where it could not be had at all. */
export function hashNow(prepared: Prepared, job: OrderJob, rules: Rules): string {
  try {
    const { index, attempt, orderedBy, executor, workspace, artifacts, inputs, nonce, plan, chat, letter } = prepared;
    return prepare(prepared.command, rules, {
      job,
      index,
      attempt,
      orderedBy,
      executor,
      workspace,
      artifacts,
      inputs,
      nonce,
      plan,
      chat,
      letter,
    }).hash;
  } catch {
    return '';
  }
}
