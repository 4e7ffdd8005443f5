import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { EditBudget } from '../../bridge/matrix/edit-budget.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const count = (budget: EditBudget, n: number, urgency: 'growing' | 'last'): { done: number } => {
  const tally = { done: 0 };
  for (let i = 0; i < n; i += 1) void budget.take(urgency).then(() => (tally.done += 1));
  return tally;
};

describe('the allowance of edits', () => {
  it('lets no more through than it holds, and all of them in the end', async () => {
    const budget = new EditBudget(15, () => Date.now());
    const taken = count(budget, 100, 'growing');
    await vi.advanceTimersByTimeAsync(0);
    expect(taken.done).toBe(5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(taken.done).toBeGreaterThanOrEqual(19);
    expect(taken.done).toBeLessThanOrEqual(21);
    await vi.advanceTimersByTimeAsync(10_000);
    expect(taken.done).toBe(100);
  });

  it('serves last edits before growing ones', async () => {
    const budget = new EditBudget(10, () => Date.now());
    const growing = count(budget, 40, 'growing');
    const last = count(budget, 10, 'last');
    await vi.advanceTimersByTimeAsync(1_100);
    expect(last.done).toBe(10);
    expect(growing.done).toBeLessThanOrEqual(12);
  });

  it('lets go of whoever need not wait any more, without spending on it', async () => {
    const budget = new EditBudget(3, () => Date.now());
    await budget.take('growing');
    const over = new AbortController();
    const waiting = budget.take('growing', over.signal);
    over.abort();
    await waiting;
    const next = count(budget, 1, 'last');
    await vi.advanceTimersByTimeAsync(334);
    expect(next.done).toBe(1);
  });

  it('makes streams slower the more there are', () => {
    const budget = new EditBudget(15, () => Date.now());
    const leave = Array.from({ length: 30 }, () => budget.enter());
    expect(budget.interval()).toBe(2_000);
    for (const one of leave) {
      one();
      one();
    }
    expect(budget.interval()).toBe(1_000);
  });
});
