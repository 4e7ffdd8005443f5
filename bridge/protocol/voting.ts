import type { Risk } from './command.ts';
import type { AgentId } from './ids.ts';
import type { PlanHash } from './plan.ts';

/** How votes are counted, by the coordinator and again by the executor. Pure; the same ballots give the same winner. */
export interface Candidate {
  readonly hash: PlanHash;
  readonly risk: Risk;
  readonly commands: number;
}

export interface Ballot {
  readonly by: AgentId;
  /** Best first; empty abstains: it counts for the quorum and for nobody. */
  readonly ranking: readonly PlanHash[];
}

export interface Election {
  readonly electorate: readonly AgentId[];
  readonly candidates: readonly Candidate[];
  readonly ballots: readonly Ballot[];
  /** A master's tap: one more first choice, outside the quorum. */
  readonly master?: PlanHash | undefined;
}

export type CountedBy = 'majority' | 'run-off' | 'borda' | 'risk' | 'commands' | 'hash';

export type Count =
  | { readonly kind: 'no-quorum'; readonly present: number; readonly needed: number }
  /** Nobody preferred anything, or two who must agree did not. */
  | { readonly kind: 'no-winner'; readonly why: 'all-abstained' | 'not-unanimous' | 'no-candidates' }
  | { readonly kind: 'won'; readonly winner: PlanHash; readonly by: CountedBy; readonly rounds: readonly (ReadonlyMap<PlanHash, number>)[] };
