import { stepId, type StepId } from '../../bridge/protocol/plan.ts';
import type { PlanOrder } from './plan-gate.ts';

/** What is known of an attempt at a step under one decision. */
export interface Attempt {
  readonly step: StepId;
  readonly attempt: number;
  /** `open`: taken, and not over. */
  readonly state: 'open' | 'done' | 'failed' | 'refused' | 'stopped' | 'unknown';
  readonly repeatable: boolean;
  /** When it was taken, milliseconds since 1970. */
  readonly at: number;
}

export type TurnVerdict =
  | { readonly kind: 'now' }
  | { readonly kind: 'refused'; readonly why: 'too-early' | 'attempt'; readonly detail: string };

/**
 * Whether it is this attempt's turn: everything that the command waits for has been done, and the attempt before it has
 * ended so that another may follow. A plan that is decided for once more goes on counting where it was, so only in a
 * first round does the first attempt have to be 1. Pure.
 */
export function judgeTurn(order: PlanOrder, attempt: number, known: readonly Attempt[]): TurnVerdict {
  const commands = new Set(order.plan.steps.flatMap((step) => (step.kind === 'command' ? [stepId(step)] : [])));
  const early = order.step.command.after.find(
    (id) => commands.has(id) && !known.some(({ step, state }) => step === id && state === 'done'),
  );
  if (early !== undefined) return { kind: 'refused', why: 'too-early', detail: early };
  const last = known
    .filter(({ step }) => step === order.step.command.id)
    .toSorted((a, b) => a.attempt - b.attempt)
    .at(-1);
  const next =
    last === undefined ? attempt === 1 || order.round > 0 : attempt > last.attempt && mayFollow(last, order.retriedAt);
  return next ? { kind: 'now' } : { kind: 'refused', why: 'attempt', detail: String(attempt) };
}

function mayFollow({ state, repeatable, at }: Attempt, retriedAt: number | null): boolean {
  switch (state) {
    case 'failed':
      return true;
    case 'unknown':
      return repeatable || (retriedAt ?? 0) > at;
    case 'refused':
    case 'stopped':
      return (retriedAt ?? 0) > at;
    case 'open':
    case 'done':
      return false;
  }
}
