import { describe, expect, it } from 'vitest';
import type { Entry } from '../../bridge/appservice/timeline.ts';
import {
  type Memory,
  nextSummary,
  NO_MEMORY,
  type SummaryLimits,
  summaryQuestion,
} from '../../bots/turns/memory-plan.ts';
import { message } from './events.ts';

/** 100 tokens each, as estimated with the speaker's name. */
const said = (count: number): Entry[] =>
  Array.from({ length: count }, (_, i) => {
    const event = message(`m${i}`, '가'.repeat(88));
    return { event, body: event.body, growing: false };
  });
const limits: SummaryLimits = { window: 1_000, everyMessages: 5, capacity: 10_000 };
const entries = said(30);
const at = (index: number): number => entries[index]!.event.at;
const after = (until: number, madeAt: number, more: Partial<Memory> = {}): Memory => ({
  text: '요약',
  by: '자비스',
  since: 0,
  until: at(until),
  madeAt: at(madeAt),
  ...more,
});
const plan = (memory: Memory, more: Partial<SummaryLimits> = {}, all: readonly Entry[] = entries) => {
  const next = nextSummary(all, memory, { ...limits, ...more });
  return next === null ? null : [next.entries.length, next.until, next.madeAt];
};

describe('summing up', () => {
  it.each<[string, Memory, Partial<SummaryLimits>, readonly Entry[], readonly unknown[] | null]>([
    ['nothing while everything fits', NO_MEMORY, {}, entries.slice(0, 10), null],
    ['nothing in an empty room', NO_MEMORY, {}, [], null],
    ['all that fell out, and half a window beyond', NO_MEMORY, {}, entries, [25, at(24), at(29)]],
    ['from the first that falls out on', NO_MEMORY, {}, entries.slice(0, 11), [6, at(5), at(10)]],
    ['only what is new since', after(14, 19), {}, entries, [10, at(24), at(29)]],
    ['nothing where what fell out is in it', after(24, 24), {}, entries, null],
    ['not so soon after the last time', after(14, 25), {}, entries, null],
    ['at the very message that makes it enough', after(14, 24), {}, entries, [10, at(24), at(29)]],
    [
      'nothing from before it was told to forget',
      { ...NO_MEMORY, since: at(9), until: at(9), madeAt: at(9) },
      {},
      entries,
      [15, at(24), at(29)],
    ],
    [
      'nothing while what came after still fits',
      { ...NO_MEMORY, since: at(24), until: at(24), madeAt: at(24) },
      {},
      entries,
      null,
    ],
    [
      'no more than the one who sums up can take, the oldest first',
      NO_MEMORY,
      { capacity: 1_050 },
      entries,
      [10, at(9), at(29)],
    ],
    ['one message at least', NO_MEMORY, { capacity: 10 }, entries, [1, at(0), at(29)]],
  ])('%s', (_what, memory, more, all, expected) => {
    expect(plan(memory, more, all)).toEqual(expected);
  });

  it('passes over what is still growing and what was put up for a web chat', () => {
    const odd = entries.map((entry, i): Entry =>
      i === 0
        ? { ...entry, growing: true }
        : i === 1
          ? { ...entry, event: { ...entry.event, chavion: { v: 1, kind: 'relay' } } }
          : entry,
    );
    expect(plan(NO_MEMORY, {}, odd)?.[0]).toBe(23);
  });

  it('goes on from the summary before', () => {
    expect(summaryQuestion(after(1, 1), entries.slice(0, 1), () => '마스터')).toMatch(
      /^The summary so far:\n\| 요약\n\nWhat was said since:\n\[마스터\] 가+$/,
    );
    expect(summaryQuestion(NO_MEMORY, entries.slice(0, 1), () => '마스터')).toMatch(/^What was said:\n/);
  });
});
