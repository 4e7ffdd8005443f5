import { describe, expect, it } from 'vitest';
import { type Cell, CELLS, measure, throughCounter, throughReducer, type Way } from '../bench/mechanism-run.ts';

/** With a quorum, of each cell. */
const RUNS = 4_000;
const named = (cell: Cell): [string, Cell] => [`${cell.agents} agents of ${cell.accuracy}, ${cell.dropOut} away`, cell];

describe('scripted agents choose between two plans', () => {
  it.each(CELLS.map(named))(
    '%s',
    (_name, cell) => {
      const { share, margin } = measure(cell, throughReducer, RUNS);
      expect(Math.abs(share - cell.expected)).toBeLessThan(margin);
      // The reducer adds nothing to the count and takes nothing from it.
      expect(measure(cell, throughCounter, RUNS).share).toBe(share);
    },
    120_000,
  );

  it('a house that takes the first word, or the minority, would be found out', () => {
    const five = CELLS.find(({ agents, dropOut }) => agents === 5 && dropOut === 0);
    if (five === undefined) throw new Error('no such cell');
    const firstWord: Way = ({ votes }) => (votes[0] === 'right' ? 'right' : 'wrong');
    const minority: Way = (draw) => (throughCounter(draw) === 'right' ? 'wrong' : 'right');
    for (const way of [firstWord, minority]) {
      const { share, margin } = measure(five, way, RUNS);
      expect(Math.abs(share - five.expected)).toBeGreaterThan(margin);
    }
  });
});
