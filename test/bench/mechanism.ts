import { table } from './figures.ts';
import { judgement } from './judgement.ts';
import { CELLS, measure, throughReducer } from './mechanism-run.ts';

/** How often scripted agents choose the right one of two plans, through the real reducer and counter. Shows the mechanism, not any model's wit. */
export function mechanism(quick = false): { table: string; failures: string[] } {
  const runs = quick ? 400 : 10_000;
  const measured = CELLS.map((cell) => ({ cell, ...measure(cell, throughReducer, runs) }));
  const rows = measured.map(({ cell, share, margin }) => [
    String(cell.agents),
    cell.accuracy.toFixed(2),
    cell.dropOut.toFixed(1),
    cell.expected.toFixed(3),
    share.toFixed(3),
    `± ${margin.toFixed(3)}`,
  ]);
  const counted = table(
    ['agents', 'each is right', 'each drops out', 'theory', `measured (${runs} runs)`, '99 % interval'],
    rows,
  );
  return {
    table: `${counted}\n\n${judgement(quick)}`,
    failures: measured
      .filter(({ cell, share, margin }) => Math.abs(share - cell.expected) > margin)
      .map(
        ({ cell, share }) =>
          `mechanism: ${cell.agents} agents of ${cell.accuracy} gave ${share.toFixed(3)}, not ${cell.expected}`,
      ),
  };
}
