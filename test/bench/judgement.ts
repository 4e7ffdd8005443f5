import type { Judgement } from '../../bridge/protocol/judging/judgement.ts';
import { seededRandom } from '../house/seeded-random.ts';
import { table } from './figures.ts';
import { judge, type Minds } from './judgement-run.ts';

const CORRELATIONS = [0, 0.3, 0.6];
const ACCURACY = 0.7;
const SEED = 2026;
/** Prompts are all of a length: a few runs say what the tokens of the rest were. */
const PRICED = 40;

export interface Way {
  readonly name: string;
  readonly judgement: Partial<Judgement>;
}
export const WAYS: readonly Way[] = [
  { name: 'all six', judgement: {} },
  { name: 'early stop', judgement: { earlyStop: true } },
  { name: 'fast path', judgement: { fastPath: true } },
];

export interface Figures {
  /** Of the tasks that were decided. */
  readonly right: number;
  readonly calls: number;
  readonly tokens: number;
  /** In when the vote ended, where there was one. */
  readonly ballots: number;
}

export function figuresOf(minds: Minds, judgement: Partial<Judgement>, runs: number): Figures {
  const random = seededRandom(SEED);
  const judged = Array.from({ length: runs }, (_, i) => judge(random, `${SEED}.${i}`, minds, judgement)).flatMap(
    (one) => one ?? [],
  );
  const again = seededRandom(SEED);
  const priced = Array.from({ length: PRICED }, (_, i) => judge(again, `${SEED}.${i}`, minds, judgement, true)).flatMap(
    (one) => one ?? [],
  );
  const mean = (of: readonly number[]): number => of.reduce((sum, one) => sum + one, 0) / Math.max(1, of.length);
  const calls = mean(judged.map((one) => one.calls));
  const aCall = mean(priced.map((one) => one.tokens)) / mean(priced.map((one) => one.calls));
  return {
    right: mean(judged.map((one) => (one.right ? 1 : 0))),
    calls,
    tokens: calls * aCall,
    ballots: mean(judged.flatMap((one) => one.ballots ?? [])),
  };
}

/** What each way of judging costs for a right decision, beside all six at every step. */
export function judgement(quick = false): string {
  const runs = quick ? 50 : 2_000;
  const rows = CORRELATIONS.flatMap((correlation) =>
    WAYS.map(({ name, judgement: how }) => {
      const { right, calls, tokens, ballots } = figuresOf({ accuracy: ACCURACY, correlation }, how, runs);
      return [
        correlation.toFixed(1),
        name,
        right.toFixed(3),
        ballots.toFixed(1),
        calls.toFixed(1),
        (calls / right).toFixed(1),
        Math.round(tokens).toLocaleString('en'),
        Math.round(tokens / right).toLocaleString('en'),
      ];
    }),
  );
  return table(
    [
      'errors correlate',
      'way',
      `right (${runs} tasks)`,
      'ballots awaited',
      'calls',
      'calls a right decision',
      'tokens',
      'tokens a right decision',
    ],
    rows,
  );
}
