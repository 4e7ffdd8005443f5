import { describe, expect, it } from 'vitest';
import { Troubles } from '../../bridge/launcher/supervision/troubles.ts';
import {
  LATE_MS,
  type Lateness,
  PUNCTUAL,
  SETTLED_MS,
  type SaidLateness,
  look,
} from '../../bridge/operations/admin/lateness.ts';

/** One second after another, with what happens in some of them. */
function watch(seconds: number, happens: Readonly<Record<number, (troubles: Troubles) => void>>) {
  let now = 0;
  const troubles = new Troubles(() => now);
  let state: Lateness = PUNCTUAL;
  const said: (readonly [second: number, kind: string, loss: string, lasted?: number])[] = [];
  const causes: string[] = [];
  const note = (say: SaidLateness) => {
    causes.push(`${say.told.cause}.${say.told.loss}.${say.kind}`);
    said.push(
      say.kind === 'late'
        ? [now / 1000, say.kind, say.told.loss]
        : [now / 1000, say.kind, say.told.loss, Math.round(say.lastedMs / 1000)],
    );
  };
  for (let second = 0; second <= seconds; second += 1) {
    now = second * 1000;
    happens[second]?.(troubles);
    const { next, say } = look(state, troubles.list(), now);
    state = next;
    if (say !== null) note(say);
  }
  return { said, causes, troubles };
}

const died =
  (part: 'swarm' | 'synapse' | 'redis' | 'executor', delayMs = 100, pid = 7) =>
  (troubles: Troubles) =>
    troubles.died(part, { pid, startTime: '1' }, 'SIGKILL', delayMs);
const back = (part: 'swarm' | 'synapse' | 'redis' | 'executor') => (troubles: Troubles) => troubles.back(part);

describe('a part that is away', () => {
  it('is not told of while an answer is late by a moment only', () => {
    expect(watch(60, { 5: died('swarm'), 8: back('swarm'), 20: died('redis'), 29: back('redis') }).said).toEqual([]);
  });

  it('is told of after ten seconds, and once more when it is back', () => {
    expect(watch(60, { 5: died('swarm'), 40: back('swarm') }).said).toEqual([
      [15, 'late', 'answers'],
      [40, 'back', 'answers', 35],
    ]);
  });

  it('is told of at once where its next start is further away than that', () => {
    expect(watch(60, { 5: died('synapse', LATE_MS + 1), 20: back('synapse') }).said).toEqual([
      [5, 'late', 'answers'],
      [20, 'back', 'answers', 15],
    ]);
  });

  it('is told of once however often it dies before it answers', () => {
    const dies = Object.fromEntries(
      [1, 2, 3, 5, 8, 14, 24, 44].map((second) => [second, died('swarm', 1_000, second)]),
    );
    const { said, causes, troubles } = watch(80, { ...dies, 50: back('swarm') });
    expect(said).toEqual([
      [11, 'late', 'answers'],
      [50, 'back', 'answers', 49],
    ]);
    expect(causes).toEqual(['swarm.1.1.answers.late', 'swarm.1.1.answers.back']);
    expect(troubles.list()[0]?.deaths).toHaveLength(8);
  });

  it('is told from the executor, without which people are answered', () => {
    expect(watch(90, { 5: died('executor'), 60: back('executor') }).said).toEqual([
      [15, 'late', 'commands'],
      [60, 'back', 'commands', 55],
    ]);
    expect(watch(90, { 5: died('executor'), 30: died('redis'), 60: back('executor'), 61: back('redis') }).said).toEqual(
      [
        [15, 'late', 'commands'],
        [40, 'late', 'answers'],
        [61, 'back', 'answers', 56],
      ],
    );
  });

  it('is one absence where several parts are away', () => {
    expect(watch(90, { 5: died('redis'), 7: died('swarm'), 40: back('redis'), 50: back('swarm') }).said).toEqual([
      [15, 'late', 'answers'],
      [50, 'back', 'answers', 45],
    ]);
  });

  it('that comes and goes is back when it has stayed for a minute', () => {
    const { said } = watch(300, {
      5: died('swarm', 20_000),
      20: back('swarm'),
      30: died('swarm', 20_000, 8),
      45: back('swarm'),
      60: died('swarm', 20_000, 9),
      90: back('swarm'),
    });
    expect(said).toEqual([
      [5, 'late', 'answers'],
      [20, 'back', 'answers', 15],
      [30, 'late', 'answers'],
      [90 + SETTLED_MS / 1000, 'back', 'answers', 60],
    ]);
  });

  it('counts its deaths of the last ten minutes', () => {
    const { troubles } = watch(700, { 5: died('swarm'), 6: back('swarm'), 650: died('swarm'), 651: back('swarm') });
    expect(troubles.list()).toMatchObject([{ part: 'swarm', since: null, deaths: [650_000] }]);
  });

  it('that lives and is silent counts as well', () => {
    expect(
      watch(60, { 5: (troubles) => troubles.silent('swarm', { pid: 7, startTime: '1' }, 'deaf'), 40: back('swarm') })
        .said,
    ).toEqual([
      [15, 'late', 'answers'],
      [40, 'back', 'answers', 35],
    ]);
  });
});
