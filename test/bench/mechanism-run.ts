import { newTask } from '../../bots/tasks/state/begin.ts';
import { PATIENCE } from '../../bots/tasks/runtime/patience.ts';
import { reduce } from '../../bots/tasks/reducer/reduce.ts';
import type { Answer, Ask } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../../bots/tasks/state/transitions.ts';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { Plan, PlanHash } from '../../bridge/protocol/plan.ts';
import { countVotes } from '../../bridge/protocol/tasks/voting.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { seededRandom, type SeededRandom } from '../house/seeded-random.ts';

/** Agents that know nothing but how often they are right, and what the house makes of their votes. */
export interface Cell {
  readonly agents: number;
  /** How often one of them prefers the right plan of two. */
  readonly accuracy: number;
  /** How often one of them hands in no ballot. */
  readonly dropOut: number;
  /** By theory, of the runs with a quorum. */
  readonly expected: number;
}

/** Fixed: of nine cells at 99 % each, about one seed in ten leaves one outside by chance. */
export const SEED = 2026;

export const CELLS: readonly Cell[] = [
  { agents: 1, accuracy: 0.7, dropOut: 0, expected: 0.7 },
  { agents: 3, accuracy: 0.7, dropOut: 0, expected: 0.784 },
  { agents: 5, accuracy: 0.7, dropOut: 0, expected: 0.837 },
  { agents: 7, accuracy: 0.7, dropOut: 0, expected: 0.874 },
  { agents: 9, accuracy: 0.7, dropOut: 0, expected: 0.901 },
  { agents: 9, accuracy: 0.45, dropOut: 0, expected: 0.379 },
  { agents: 5, accuracy: 0.7, dropOut: 0.1, expected: 0.816 },
  { agents: 5, accuracy: 0.7, dropOut: 0.3, expected: 0.797 },
  { agents: 5, accuracy: 0.7, dropOut: 0.5, expected: 0.79 },
];

/** What decides a run: drawn once, so that the counter alone and the whole reducer get the same. */
interface Draw {
  readonly right: Plan;
  readonly wrong: Plan;
  /** Of each agent: right, wrong, or away. */
  readonly votes: readonly ('right' | 'wrong' | 'away')[];
}
export type Outcome = 'right' | 'wrong' | 'no-quorum';
export type Way = (draw: Draw) => Outcome;

export interface Measured {
  /** Of the runs with a quorum, how many chose the right plan. */
  readonly share: number;
  /** Half the width of the 99 % interval around `expected` (normal approximation). */
  readonly margin: number;
}

/**
 * The same seed draws the same runs.
 * @param runs with a quorum; those without are left out, as a master would be asked in them
 */
export function measure(cell: Cell, way: Way, runs: number, seed = SEED): Measured {
  const random = seededRandom(seed);
  const counts = { right: 0, wrong: 0, 'no-quorum': 0 };
  for (let i = 0; counts.right + counts.wrong < runs; i += 1) counts[way(draw(cell, random, `${seed}.${i}`))] += 1;
  return { share: counts.right / runs, margin: 2.576 * Math.sqrt((cell.expected * (1 - cell.expected)) / runs) };
}

/** The name of the run is in both plans: which of them has the lower hash, and so wins a tie, is a coin's toss. */
function draw({ agents, accuracy, dropOut }: Cell, random: SeededRandom, name: string): Draw {
  const plan = (kind: string) =>
    Plan.parse({
      goal: `${name} ${kind}`,
      steps: [{ kind: 'command', title: 'look', command: { type: 'list_files', id: 'look', reason: 'to see' } }],
    });
  const vote = () => (random.next() < dropOut ? 'away' : random.next() < accuracy ? 'right' : 'wrong');
  return { right: plan('right'), wrong: plan('wrong'), votes: Array.from({ length: agents }, vote) };
}

const agent = (i: number): AgentId => AgentId.parse(`agent${i}`);
const hashOf = (plan: Plan): PlanHash => PlanHash.parse(canonicalHash(plan));

export const throughCounter: Way = ({ right, wrong, votes }) => {
  const [yes, no] = [hashOf(right), hashOf(wrong)];
  const ballots = votes.flatMap((vote, i) =>
    vote === 'away' ? [] : [{ by: agent(i), ranking: vote === 'right' ? [yes, no] : [no, yes] }],
  );
  const count = countVotes({
    electorate: votes.map((_, i) => agent(i)),
    candidates: [yes, no].map((hash) => ({ hash, risk: 'read', commands: 1 })),
    ballots,
  });
  return count.kind === 'won' ? (count.winner === yes ? 'right' : 'wrong') : 'no-quorum';
};

/** A whole task from its beginning to its decision, without Matrix: whatever is said stands at once. */
export const throughReducer: Way = (drawn) => {
  const root = EventId.parse('$root');
  const electorate = drawn.votes.map((_, i) => agent(i));
  const rules: TaskRules = {
    integrator: agent(0),
    agents: electorate,
    lent: [],
    hash: canonicalHash,
    patience: PATIENCE,
  };
  const began = newTask({
    root,
    no: 1,
    room: RoomId.parse('!room'),
    lang: 'ko',
    by: UserId.parse('@master:house'),
    origin: 'master',
    mission: 'look',
    at: 0,
    deadline: 3_600_000,
    electorate,
  });
  let { state, effects } = reduce(began, { kind: 'begin', at: 1 }, rules);
  const waiting: TaskEffect[] = [...effects];
  for (let effect = waiting.shift(); effect !== undefined && state.decision === null; effect = waiting.shift()) {
    const event = eventOf(effect, state, drawn);
    if (event === null) continue;
    ({ state, effects } = reduce(state, event, rules));
    waiting.push(...effects);
  }
  if (state.decision === null) return 'no-quorum';
  return state.decision.winner === hashOf(drawn.right) ? 'right' : 'wrong';
};

function eventOf(effect: TaskEffect, state: TaskState, drawn: Draw): TaskEvent | null {
  if (effect.kind === 'say') return { kind: 'said', at: 2, id: effect.id, event: EventId.parse(`$${effect.id}`) };
  if (effect.kind !== 'ask') return null;
  const answer = answerTo(effect.ask, state, drawn);
  return answer === null
    ? { kind: 'refused', at: 2, ask: effect.id, code: 'provider.timeout' }
    : { kind: 'answered', at: 2, ask: effect.id, answer };
}

/** One proposes the right plan, another the wrong one; who is alone proposes what it believes. */
function answerTo(
  { kind, agent: asked }: Ask,
  { electorate }: TaskState,
  { right, wrong, votes }: Draw,
): Answer | null {
  const i = electorate.indexOf(asked);
  const vote = votes[i] ?? 'away';
  switch (kind) {
    case 'triage':
      return { kind, goal: 'look', checks: [], plain: false };
    case 'propose':
      if (votes.length === 1) return { kind, plan: vote === 'right' ? right : wrong };
      return i > 1 ? null : { kind, plan: i === 0 ? right : wrong };
    case 'critique':
      return { kind, objections: [] };
    case 'vote':
      if (vote === 'away') return null;
      return { kind, ranking: (vote === 'right' ? [right, wrong] : [wrong, right]).map(hashOf), reason: '' };
    case 'work':
    case 'verify':
    case 'diagnose':
    case 'report':
      return null;
  }
}
