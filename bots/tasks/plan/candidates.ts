import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { sha256 } from '../../../bridge/digest/canonical.ts';
import { labelled, type LabelledProposal } from './plan-labels.ts';
import type { TaskState } from '../state/task-state.ts';

/**
 * The proposals as one judge sees them: without a name, in an order of its own, so that no place is the first for all.
 * Under the labels that people read, as its reasons name them. The same for the same agent in the same round.
 */
export function candidatesFor(
  state: Pick<TaskState, 'root' | 'round' | 'proposals'>,
  agent: AgentId,
): readonly LabelledProposal[] {
  const placed = labelled(state).map(
    (one) => [sha256(`${state.root} ${state.round} ${agent} ${one.proposal.hash}`), one] as const,
  );
  return placed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, one]) => one);
}

/** `a`, `Plan A`, `[A]` and `A안` all mean A. */
export const labelIn = (text: string): string =>
  text
    .toUpperCase()
    .replace(/^\W*(?:PLAN|PROPOSAL)\s+/u, '')
    .replace(/[^A-Z0-9]/g, '');
