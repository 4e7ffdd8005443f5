import type { PlanJob } from '../../bridge/protocol/command-job.ts';
import { TASK_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import type { CommandStep, Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import { behind, orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { parseTask } from '../../bridge/protocol/orders/task-order.ts';
import { isTaskRequest } from '../../bridge/protocol/orders/task-request.ts';
import { type GateRefusal, masterMessage, type OrderFacts } from './gate.ts';
import { judgePatches } from './plan-patches.ts';
import { judgeDecision, type VoteRefusal } from './plan-vote.ts';
import { judgeRequest } from './request-root.ts';
import type { Reaction } from './relations.ts';
import { judgeRevision, type RevisionOrder } from './revision-order.ts';
import { judgeStandingOrder, type StandingOrder } from './standing-order.ts';
import { againIn } from './retry-tap.ts';
import { actIn, messageIn, type TaskThread } from './task-acts.ts';

export type PlanRefusal =
  | GateRefusal
  | VoteRefusal
  | 'not-task'
  | 'not-approved'
  | 'declined'
  | 'not-scheduled'
  | 'revoked'
  | 'patch'
  | 'revision'
  | 'no-step'
  | 'task-ended';

/** One command of a plan, as the events have it. */
export interface PlanOrder {
  readonly round: number;
  readonly rule: 'vote' | 'choice' | 'alone';
  /** The plan that was decided for, and, with its patches, the plan in force. */
  readonly winner: PlanHash;
  readonly hash: PlanHash;
  /** Every hash that the plan has had since. */
  readonly hashes: readonly PlanHash[];
  readonly decidedAt: number;
  /** When it came into force, or a master asked for another try. */
  readonly since: number;
  readonly plan: Plan;
  readonly step: CommandStep;
  /** When a master asked for another try, milliseconds since 1970. */
  readonly retriedAt: number | null;
  /** The address of its page stands letter for letter in the words of whoever ordered the task. */
  readonly named: boolean;
}

export type PlanVerdict =
  | { readonly kind: 'command'; readonly by: UserId; readonly order: PlanOrder }
  /** `by`: a master's task is behind it. `plan`: what the coordinator says it is, for the answer in the thread. */
  | { readonly kind: 'refused'; readonly why: PlanRefusal; readonly by?: UserId; readonly plan?: PlanHash };

export interface PlanGateFacts extends OrderFacts {
  readonly events: TaskThread['events'];
  readonly coordinator: UserId;
  /** The task needed nothing any more of what was in force up to then; 0: never. */
  readonly endedAt: number;
  /** Of a root that the coordinator wrote: the master's order behind it, where there is one. */
  readonly standing?: StandingOrder | undefined;
  /** Under the message that wants a change, where the job names one. */
  readonly revisionReactions?: readonly Reaction[];
}

/**
 * Whether a job of a task may run, and what its command is: root, decision, votes and patches, all as the homeserver
 * has them, and nothing of the job but where to look. Pure; the same facts give the same verdict.
 */
export function judgePlan(job: PlanJob, facts: PlanGateFacts): PlanVerdict {
  const thread: TaskThread = { root: job.root, room: job.room, events: facts.events, coordinator: facts.coordinator };
  const retriedAt = job.retry === undefined ? null : retryIn(thread, job, facts);
  const revision =
    job.revision === undefined
      ? undefined
      : judgeRevision(job, thread, { ...facts, revisionReactions: facts.revisionReactions ?? [] });
  // Who asks for another try, or for a change, after a stop means the task to go on.
  const meantAt = Math.max(retriedAt ?? 0, revision?.at ?? 0);
  const now = { ...facts, stoppedUntil: meantAt > facts.stoppedUntil ? 0 : facts.stoppedUntil };
  const root = taskRoot(job, thread, now, revision ?? undefined);
  if (root.kind === 'refused') return { ...root, ...(root.by === undefined ? {} : claimed(thread, job)) };
  const by = revision?.by ?? root.by;
  const refused = (why: PlanRefusal): PlanVerdict => ({ kind: 'refused', why, by, ...claimed(thread, job) });
  if (revision === null) return refused('revision');
  const decided = judgeDecision(thread, job.decision, facts.masters);
  if (typeof decided === 'string') return refused(decided);
  // What was decided before it was said is no plan for it.
  if (revision !== undefined && decided.at < revision.at) return refused('revision');
  const force = judgePatches(thread, decided, job.patched);
  if (force === 'patch') return refused(force);
  const since = Math.max(force.at, retriedAt ?? 0);
  if (since <= facts.endedAt) return refused('task-ended');
  const step = force.plan.steps.find((one) => one.kind === 'command' && one.command.id === job.step);
  if (step?.kind !== 'command') return refused('no-step');
  const { round, rule, winner, at: decidedAt } = decided;
  return {
    kind: 'command',
    by,
    order: {
      round,
      rule,
      winner,
      hash: force.hash,
      hashes: force.hashes,
      decidedAt,
      since,
      plan: force.plan,
      step,
      retriedAt,
      named:
        step.command.type === 'read_page' && namesAddress(`${root.words} ${revision?.words ?? ''}`, step.command.url),
    },
  };
}

/** A master's own `!task`, the coordinator's run of what a master has scheduled, or an agent's request with a master's ✅ on it. */
function taskRoot(
  job: PlanJob,
  thread: TaskThread,
  facts: PlanGateFacts,
  revision: RevisionOrder | undefined,
): { readonly kind: 'root'; readonly by: UserId; readonly words: string } | Extract<PlanVerdict, { kind: 'refused' }> {
  // Whoever changes today what was made long ago orders it today.
  const lastsMs = revision === undefined ? TASK_LASTS_MS : Number.POSITIVE_INFINITY;
  const told = messageIn(thread, thread.root);
  if (told?.sender === thread.coordinator) {
    const run = judgeStandingOrder(job, thread, facts, facts.standing, lastsMs);
    return run.kind === 'refused' ? run : { kind: 'root', by: run.by, words: told.body };
  }
  if (isTaskRequest(facts.raw)) {
    const request = judgeRequest(job, facts, lastsMs);
    // An agent's words, which a master has agreed to.
    return request.kind === 'refused' ? request : { ...request, words: '' };
  }
  const root = masterMessage(job, facts, lastsMs);
  if (root.kind === 'refused') return root;
  const by = root.message.sender;
  return parseTask(root.message.body)?.kind === 'task'
    ? { kind: 'root', by, words: root.message.body }
    : { kind: 'refused', why: 'not-task', by };
}

/** What no address of the web has in it, and what people put around one. */
const BETWEEN_ADDRESSES = /[\s<>"'()[\]]+/u;

/** Whether an address stands in words letter for letter, and not as the beginning of a longer one. */
export const namesAddress = (words: string, url: string): boolean => words.split(BETWEEN_ADDRESSES).includes(url);

function retryIn(thread: TaskThread, { retry }: PlanJob, { masters }: PlanGateFacts): number | null {
  const tap = retry === undefined ? null : againIn(thread, retry);
  if (tap !== null) return masters.has(tap.sender) ? tap.at : null;
  const message = retry === undefined ? null : messageIn(thread, retry);
  if (message === null || (message.thread !== undefined && message.thread !== thread.root)) return null;
  return masters.has(message.sender) && behind(orderWords(message) ?? '', 'retry', '재시도') !== null
    ? message.at
    : null;
}

function claimed(thread: TaskThread, job: PlanJob): { readonly plan?: PlanHash } {
  const patched = job.patched === undefined ? null : actIn(thread, job.patched, 'patched');
  const decision = actIn(thread, job.decision, 'decision');
  if (decision?.by !== thread.coordinator) return {};
  if (patched !== null) return patched.by === thread.coordinator ? { plan: patched.content.hash } : {};
  return { plan: decision.content.winner };
}
