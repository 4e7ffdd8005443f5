import * as fc from 'fast-check';
import { Resvg } from '@resvg/resvg-js';
import { describe, expect, it } from 'vitest';
import { emsOf, shown, wrap } from '../../bots/tasks/picture/picture-text.ts';
import { layoutOf } from '../../bots/tasks/picture/plan-layout.ts';
import { drawPlan, planPicture, planSvg } from '../../bots/tasks/picture/plan-picture.ts';
import { pngSize } from '../../bridge/matrix/png-size.ts';
import { Plan, stepAfter, stepId } from '../../bridge/protocol/plan.ts';
import { type StepWord, stepWord } from '../../bridge/text/tasks/task-words.ts';

const command = (id: string, after: readonly string[] = [], title = `단계 ${id}`) => ({
  kind: 'command',
  title,
  command: { type: 'list_files', id, reason: 'r', after },
});
const plan = (steps: readonly object[], goal = '목표'): Plan => Plan.parse({ goal, steps });
const one = plan([command('a')]);
const eight = plan([
  command('s'),
  ...Array.from({ length: 8 }, (_, i) => command(`p${i}`, ['s'])),
  command(
    'e',
    Array.from({ length: 8 }, (_, i) => `p${i}`),
  ),
]);
const chain = plan([command('a'), command('b', ['a']), command('c', ['a', 'b'])]);
const forty = plan(Array.from({ length: 40 }, (_, i) => command(`s${i}`, i === 0 ? [] : [`s${i - 1}`])));
const random = fc
  .integer({ min: 1, max: 40 })
  .chain((size) =>
    fc.tuple(
      ...Array.from({ length: size }, (_, i) =>
        fc.subarray(
          Array.from({ length: i }, (_unused, j) => `s${j}`),
          { maxLength: Math.min(4, i) },
        ),
      ),
    ),
  )
  .map((afters) => plan(afters.map((after, i) => command(`s${i}`, after))));

describe('where steps stand', () => {
  it('puts side by side what waits for the same, and below what waits', () => {
    const { steps, rows } = layoutOf(eight);
    expect(steps.map(({ layer }) => layer)).toEqual([0, ...Array.from({ length: 8 }, () => 1), 2]);
    expect(rows).toBe(6);
    expect(layoutOf(one).steps).toMatchObject([{ row: 0, column: 'only' }]);
  });

  it('leaves out the arrows that follow from others', () => {
    expect(layoutOf(chain).edges.map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [1, 2],
    ]);
  });

  it('for any plan: each step once, in a place of its own, below all that it waits for', () => {
    fc.assert(
      fc.property(random, (any) => {
        const { steps, edges } = layoutOf(any);
        expect(steps.map(({ index }) => index).toSorted((a, b) => a - b)).toEqual(any.steps.map((_, i) => i));
        expect(new Set(steps.map(({ row, column }) => `${row} ${column}`)).size).toBe(steps.length);
        const rowOf = new Map(steps.map(({ id, row }) => [id, row]));
        for (const step of any.steps)
          for (const before of stepAfter(step))
            expect(rowOf.get(before) ?? 99).toBeLessThan(rowOf.get(stepId(step)) ?? -1);
        for (const { from, to } of edges)
          expect(any.steps[to] === undefined ? [] : stepAfter(any.steps[to])).toContain(
            any.steps[from] === undefined ? '' : stepId(any.steps[from]),
          );
      }),
      { numRuns: 200 },
    );
  });

  it('comes to an end where steps wait in a ring', () => {
    expect(layoutOf(plan([command('a', ['b']), command('b', ['a']), command('c', ['c2'])])).steps).toHaveLength(3);
  });
});

describe('the picture', () => {
  it.each([
    ['one step', one],
    ['eight side by side', eight],
    ['a chain', chain],
    ['forty', forty],
  ])('is a PNG of a phone’s width: %s', (_name, which) => {
    const size = pngSize(Buffer.from(planPicture(which, { lang: 'ko' })));
    expect(size?.width).toBe(1_080);
    expect(size?.height).toBeGreaterThan(250);
  });

  it('has letters for Korean, and not boxes', () => {
    // Boxes, and letters that are missing, all look the same.
    const [ko, other] = ['가나다', '라마바'].map((title) =>
      Buffer.from(planPicture(plan([command('a', [], title)]), { lang: 'ko' })),
    );
    expect(ko?.equals(other ?? Buffer.alloc(0))).toBe(false);
  });

  it('is the same beside the event loop', async () => {
    expect(
      Buffer.from(await drawPlan(eight, { lang: 'ko' })).equals(Buffer.from(planPicture(eight, { lang: 'ko' }))),
    ).toBe(true);
  });

  it('shows every state in words and in a colour', () => {
    const seen = new Set<string>();
    for (const state of Object.keys(stepWord) as StepWord[]) {
      const svg = planSvg(one, { lang: 'ko', states: { a: state } });
      expect(svg.includes(stepWord[state].ko())).toBe(state !== 'waiting');
      seen.add(svg);
    }
    expect(seen.size).toBe(Object.keys(stepWord).length);
  });

  it('draws hostile titles as text, or leaves out what no font of it has', () => {
    const evil =
      '</text><script>alert(1)</script><image href="file:///etc/passwd"/>&lol; \u202E\u0000\uFFFE\uD800 😀 عربي ]]>';
    const svg = planSvg(plan([command('a', [], evil)], evil), { lang: 'en', nameOf: () => evil });
    expect(svg).not.toMatch(/<script|<image|<!|\u202E|\uFFFE|عربي/);
    expect(svg.includes('\u0000')).toBe(false);
    expect(planPicture(plan([command('a', [], evil)], evil), { lang: 'en' }).length).toBeGreaterThan(1_000);
  });

  it('takes any title', () => {
    const title = fc.string({ unit: 'binary', minLength: 1, maxLength: 100 }).filter((text) => text.trim() !== '');
    fc.assert(
      fc.property(title, (text) => {
        const svg = planSvg(plan([command('a', [], text)], text), { lang: 'ko' });
        expect(() => new Resvg(svg, { font: { loadSystemFonts: false } })).not.toThrow();
      }),
      { numRuns: 300 },
    );
  });
});

describe('lines of a picture', () => {
  it('break at spaces, and within what is too long', () => {
    expect(wrap('가나 다라 마바', 4.5, 3)).toEqual(['가나 다라', '마바']);
    expect(wrap('가나다라마바사', 3, 3)).toEqual(['가나다', '라마바', '사']);
    expect(wrap('가나다 라마바 사아자', 3, 2)).toEqual(['가나다', '라마…']);
    expect(wrap('', 10, 3)).toEqual([]);
  });

  it('never are wider or more than asked', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme', maxLength: 300 }),
        fc.integer({ min: 3, max: 30 }),
        fc.integer({ min: 1, max: 4 }),
        (text, ems, most) => {
          const lines = wrap(text, ems, most);
          expect(lines.length).toBeLessThanOrEqual(most);
          for (const line of lines) expect(emsOf(line)).toBeLessThanOrEqual(ems);
        },
      ),
    );
  });

  it('keep Korean, Latin, Han and kana', () =>
    expect(shown('한글 Latin 漢字 かな 123 — 50 %')).toBe('한글 Latin 漢字 かな 123 — 50 %'));
});
