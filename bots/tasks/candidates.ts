import type { AgentId } from '../../bridge/protocol/ids.ts';
import { sha256 } from '../../bridge/queue/canonical.ts';
import type { Proposal, TaskState } from './state.ts';

/** A proposal as its judges see it: without a name, in an order of their own. */
export interface Candidate {
  readonly label: string;
  readonly proposal: Proposal;
}

/** The same for the same agent in the same round, so that an answer after a crash means what it meant before. */
export function candidatesFor({ root, round, proposals }: Pick<TaskState, 'root' | 'round' | 'proposals'>, agent: AgentId): readonly Candidate[] {
  const place = ({ hash }: Proposal) => sha256(`${root} ${round} ${agent} ${hash}`);
  const placed = proposals.map((proposal) => [place(proposal), proposal] as const);
  return placed.toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, proposal], i) => ({ label: labelOf(i), proposal }));
}

/** A to Z, then A2 to Z2. */
function labelOf(i: number): string {
  const letter = String.fromCodePoint(65 + (i % 26));
  return i < 26 ? letter : `${letter}${Math.floor(i / 26) + 1}`;
}

/** `a`, `Plan A`, `[A]` and `A.` all mean A. */
export const labelIn = (text: string): string => text.toUpperCase().replace(/^(?:PLAN|PROPOSAL|제안|안)\s+/u, '').replace(/[^A-Z0-9]/g, '');
