import { z } from 'zod';
import { AgentId, EventId } from '../protocol/ids.ts';

/** An item of the board: work that one agent takes, reports on and completes. Decisions on it; no I/O. */

export const ItemId = z
  .string()
  .regex(/^b\d{1,9}$/)
  .brand<'ItemId'>();
export type ItemId = z.infer<typeof ItemId>;

/** `seed` names the call that brought it: the same call, made again after a crash, adds nothing. */
export const BoardReport = z.object({ by: AgentId, at: z.int(), text: z.string().max(20_000), seed: z.string() });

export const BoardItem = z.object({
  id: ItemId,
  title: z.string().min(1).max(200),
  description: z.string().max(20_000),
  by: AgentId,
  createdAt: z.int(),
  /** As written; a claim whose time is up reads as `open` again. */
  state: z.enum(['open', 'claimed', 'done', 'failed']),
  owner: AgentId.nullable(),
  /** Until when the owner has to report; milliseconds since 1970. */
  claimUntil: z.int().nullable(),
  claimSeconds: z.int().min(10).max(86_400),
  /** How often it was claimed: a job or report of an earlier claim is told from one of this. */
  claims: z.int().nonnegative(),
  reports: z.array(BoardReport).max(200),
  /** Executor jobs that were set off for it. */
  jobs: z.array(z.string()).max(200),
  result: z.string().max(100_000).nullable(),
  /** Its first message in the room: the rest is said in its thread. */
  event: EventId.nullable(),
});
export type BoardItem = z.infer<typeof BoardItem>;

export type ClaimRefusal = {
  readonly kind: 'refused';
  readonly code: 'task.claimed' | 'task.ended' | 'task.not-yours' | 'task.full';
  readonly owner: AgentId | null;
};
export type BoardStep = { readonly kind: 'next'; readonly item: BoardItem } | ClaimRefusal;

const refused = (code: ClaimRefusal['code'], item: BoardItem): ClaimRefusal => ({
  kind: 'refused',
  code,
  owner: item.owner,
});

/** As it stands at that time: whoever did not report in time owns it no more. */
export function seenAt(item: BoardItem, now: number): BoardItem {
  const lapsed = item.state === 'claimed' && item.claimUntil !== null && item.claimUntil < now;
  return lapsed ? { ...item, state: 'open', owner: null, claimUntil: null } : item;
}

const ended = ({ state }: BoardItem): boolean => state === 'done' || state === 'failed';
const deadline = (item: BoardItem, now: number): number => now + item.claimSeconds * 1000;

/** Whoever has it may claim it again, which changes nothing but the time. */
export function claim(before: BoardItem, agent: AgentId, now: number): BoardStep {
  const item = seenAt(before, now);
  if (ended(item)) return refused('task.ended', item);
  if (item.owner !== null && item.owner !== agent) return refused('task.claimed', item);
  return {
    kind: 'next',
    item: {
      ...item,
      state: 'claimed',
      owner: agent,
      claimUntil: deadline(item, now),
      claims: item.claims + (item.owner === agent ? 0 : 1),
    },
  };
}

/** A sign of life with words: the time begins anew. */
export function reportProgress(
  before: BoardItem,
  agent: AgentId,
  said: { readonly text: string; readonly seed: string },
  now: number,
): BoardStep {
  const item = owned(before, agent, now);
  if ('kind' in item) return item;
  if (item.reports.some(({ seed }) => seed === said.seed)) return { kind: 'next', item };
  if (item.reports.length >= 200) return refused('task.full', item);
  return {
    kind: 'next',
    item: { ...item, claimUntil: deadline(item, now), reports: [...item.reports, { by: agent, at: now, ...said }] },
  };
}

/** The end of it, for good. */
export function complete(
  before: BoardItem,
  agent: AgentId,
  end: { readonly success: boolean; readonly result: string },
  now: number,
): BoardStep {
  // The same end, told again.
  if (ended(before) && before.owner === agent && before.result === end.result) return { kind: 'next', item: before };
  const item = owned(before, agent, now);
  if ('kind' in item) return item;
  return {
    kind: 'next',
    item: { ...item, state: end.success ? 'done' : 'failed', claimUntil: null, result: end.result },
  };
}

/** Whether it is this agent's now; changes nothing. */
export function hold(before: BoardItem, agent: AgentId, now: number): BoardStep {
  const item = owned(before, agent, now);
  return 'kind' in item ? item : { kind: 'next', item };
}

export function withJob(before: BoardItem, agent: AgentId, job: string, now: number): BoardStep {
  const item = owned(before, agent, now);
  if ('kind' in item) return item;
  if (item.jobs.includes(job)) return { kind: 'next', item };
  if (item.jobs.length >= 200) return refused('task.full', item);
  return { kind: 'next', item: { ...item, claimUntil: deadline(item, now), jobs: [...item.jobs, job] } };
}

function owned(before: BoardItem, agent: AgentId, now: number): BoardItem | ClaimRefusal {
  const item = seenAt(before, now);
  if (ended(item)) return refused('task.ended', item);
  return item.owner === agent ? item : refused('task.not-yours', item);
}
