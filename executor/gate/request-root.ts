import { type PlanJob, TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { REQUEST_LASTS_MS, requestedMission } from '../../bridge/protocol/orders/task-request.ts';
import { consentTo } from './approval.ts';
import { type GateRefusal, type OrderFacts, standingMessage } from './gate.ts';
import { agentOf } from './task-acts.ts';

export type RequestRefusal = GateRefusal | 'not-task' | 'not-approved' | 'declined';
export type RequestVerdict =
  | { readonly kind: 'root'; readonly by: UserId }
  | { readonly kind: 'refused'; readonly why: RequestRefusal; readonly by?: UserId };

/**
 * A task that an agent asks for in its own message. It has no authority of its own: behind it is the master who has put
 * ✅ on this very message, which stands as it was sent. A no outweighs every yes, as with commands.
 */
export function judgeRequest(
  job: PlanJob,
  facts: OrderFacts & { readonly coordinator: UserId },
  lastsMs = TASK_LASTS_MS,
): RequestVerdict {
  const { yes, no } = consentTo(facts, job.at, REQUEST_LASTS_MS);
  const refused = (why: RequestRefusal): RequestVerdict => ({
    kind: 'refused',
    why,
    ...(yes === undefined ? {} : { by: yes.sender }),
  });
  const root = standingMessage(
    job,
    facts,
    lastsMs,
    (sender) => agentOf(sender, facts.coordinator) !== null,
    'not-master',
  );
  if (root.kind === 'refused') return refused(root.why);
  if (requestedMission(facts.raw) === null) return refused('not-task');
  if (no) return refused('declined');
  return yes === undefined ? refused('not-approved') : { kind: 'root', by: yes.sender };
}
