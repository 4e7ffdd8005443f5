import { type Risk, RISKS } from '../command.ts';
import type { AgentId } from '../ids.ts';
import type { PlanHash } from '../plan.ts';

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
  | {
      readonly kind: 'won';
      readonly winner: PlanHash;
      readonly by: CountedBy;
      readonly rounds: readonly ReadonlyMap<PlanHash, number>[];
    };

/**
 * Whose ballots count, and of whom a quorum is reckoned: the electorate without those who have fallen silent. Null
 * where that is nobody, or where `voters` names somebody who was never asked. Pure; coordinator and executor both ask here.
 */
export function votersOf(electorate: readonly AgentId[], voters: readonly AgentId[]): readonly AgentId[] | null {
  const named = new Set(voters);
  const left = electorate.filter((agent) => named.has(agent));
  return left.length > 0 && left.length === named.size ? left : null;
}

/** More than half. */
export const quorumOf = (electorate: number): number => Math.floor(electorate / 2) + 1;

/**
 * - Of candidates named twice the first counts, of the electorate each once. Ballots from outside it are dropped; in a
 *   ranking, unknown plans and repetitions are. Two ballots of one agent that differ are an abstention, so that the
 *   order in which ballots are read decides nothing.
 * - Quorum: ballots from more than half of the electorate, abstentions included, the master's tap not.
 * - Two in the electorate: their first choices are the same, or a master's tap on one of them decides.
 * - Otherwise the majority of the ballots that say something, the tap among them; failing that an instant run-off on
 *   the same ballots, where a ballot drops out when all it names are gone. The last one standing against an equal, and
 *   who goes first among equals: Borda over all candidates (n - 1 points for a first place, none for who is left out),
 *   then the lower risk, fewer commands, the lower hash.
 */
export function countVotes(election: Election): Count {
  const candidates = [
    ...new Map(election.candidates.toReversed().map((candidate) => [candidate.hash, candidate])).values(),
  ];
  if (candidates.length === 0) return { kind: 'no-winner', why: 'no-candidates' };
  const known = new Set(candidates.map(({ hash }) => hash));
  const electorate = new Set(election.electorate);
  const cast = rankings(election.ballots, electorate, known);
  const needed = quorumOf(electorate.size);
  if (cast.length < needed) return { kind: 'no-quorum', present: cast.length, needed };

  const tap = election.master !== undefined && known.has(election.master) ? [[election.master]] : [];
  const decisive = [...cast, ...tap].filter((ranking) => ranking.length > 0);
  if (decisive.length === 0) return { kind: 'no-winner', why: 'all-abstained' };
  if (electorate.size === 2 && !agreed(cast, tap[0]?.[0])) return { kind: 'no-winner', why: 'not-unanimous' };
  return runOff(decisive, candidates);
}

/**
 * Whether the ballots that are still out, and a tap, could not change who wins: one has more first choices than half of
 * all that there can be. Two have to agree, so that each is waited for.
 */
export function isSettled(election: Election): boolean {
  const electorate = new Set(election.electorate);
  if (electorate.size < 3) return false;
  const known = new Set(election.candidates.map(({ hash }) => hash));
  const cast = rankings(election.ballots, electorate, known);
  const firsts = new Map<PlanHash, number>();
  for (const [first] of cast) if (first !== undefined) firsts.set(first, (firsts.get(first) ?? 0) + 1);
  return Math.max(0, ...firsts.values()) * 2 > electorate.size + 1;
}

type Ranking = readonly PlanHash[];

function rankings(
  ballots: readonly Ballot[],
  electorate: ReadonlySet<AgentId>,
  known: ReadonlySet<PlanHash>,
): Ranking[] {
  const byAgent = new Map<AgentId, Ranking>();
  for (const { by, ranking } of ballots) {
    if (!electorate.has(by)) continue;
    const clean = [...new Set(ranking)].filter((hash) => known.has(hash));
    const earlier = byAgent.get(by);
    byAgent.set(by, earlier === undefined || earlier.join() === clean.join() ? clean : []);
  }
  return [...byAgent.values()];
}

/** Of two agents. A tap beside two abstentions is the only word there is. */
function agreed(cast: readonly Ranking[], tap: PlanHash | undefined): boolean {
  const [one, other] = cast.map((ranking) => ranking[0]);
  if (one === other) return true;
  return tap !== undefined && (tap === one || tap === other);
}

function runOff(ballots: readonly Ranking[], candidates: readonly Candidate[]): Count & { readonly kind: 'won' } {
  const points = borda(ballots, candidates.length);
  const standing = new Map(candidates.map((candidate) => [candidate.hash, candidate]));
  const rounds: ReadonlyMap<PlanHash, number>[] = [];
  for (;;) {
    const votes = new Map([...standing.keys()].map((hash) => [hash, 0]));
    for (const ballot of ballots) {
      const first = ballot.find((hash) => standing.has(hash));
      if (first !== undefined) votes.set(first, (votes.get(first) ?? 0) + 1);
    }
    rounds.push(votes);
    const order = [...standing.values()].toSorted(
      (a, b) => (votes.get(b.hash) ?? 0) - (votes.get(a.hash) ?? 0) || breakTie(a, b, points).sign,
    );
    const [first, second] = order;
    const last = order.at(-1);
    if (first === undefined || last === undefined) throw new Error('a count without candidates');
    const top = votes.get(first.hash) ?? 0;
    const counted = [...votes.values()].reduce((sum, count) => sum + count, 0);
    if (top * 2 > counted || second === undefined)
      return { kind: 'won', winner: first.hash, by: rounds.length === 1 ? 'majority' : 'run-off', rounds };
    if (order.length === 2) return { kind: 'won', winner: first.hash, by: breakTie(first, second, points).by, rounds };
    standing.delete(last.hash);
  }
}

function borda(ballots: readonly Ranking[], candidates: number): ReadonlyMap<PlanHash, number> {
  const points = new Map<PlanHash, number>();
  for (const ballot of ballots)
    for (const [place, hash] of ballot.entries()) points.set(hash, (points.get(hash) ?? 0) + candidates - 1 - place);
  return points;
}

/** Negative where `a` goes before `b`. */
function breakTie(
  a: Candidate,
  b: Candidate,
  points: ReadonlyMap<PlanHash, number>,
): { readonly sign: number; readonly by: CountedBy } {
  const differences: readonly (readonly [CountedBy, number])[] = [
    ['borda', (points.get(b.hash) ?? 0) - (points.get(a.hash) ?? 0)],
    ['risk', RISKS.indexOf(a.risk) - RISKS.indexOf(b.risk)],
    ['commands', a.commands - b.commands],
    ['hash', a.hash < b.hash ? -1 : 1],
  ];
  const [by, sign] = differences.find(([, difference]) => difference !== 0) ?? ['hash', 0];
  return { sign, by };
}
