import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readLine } from '../../bots/memory/line-reading.ts';
import { saidToRemember } from '../../bots/memory/said-to-remember.ts';
import { agents } from './addressing-scene.ts';
import { NOT_TO_REMEMBER, PASTED_TEXTS } from './sentences-not-to-remember.ts';
import { MISSED_ELSEWHERE, MIXED, OUTRIGHT, RULES, type WishToRemember } from './sentences-to-remember.ts';

/** Without what keyboards leave behind unseen. */
const shown = (body: string): string =>
  body.normalize('NFC').replace(/\u00ad|[\u200b-\u200f]|\u2060|\ufe0e|\ufe0f|\ufeff/gu, '');
const wanted = (wishes: readonly WishToRemember[]) =>
  wishes.map(([body, lines = [body], rest = false]) => [body, { lines, rest }] as const);

describe('is remembered', () => {
  test('more than 120 sentences', () =>
    expect(RULES.length + OUTRIGHT.length + MIXED.length).toBeGreaterThanOrEqual(120));
  test.each(wanted(RULES))('as a rule for the future: %s', (body, want) => {
    expect(saidToRemember(body, agents)).toEqual(want);
    expect(saidToRemember(body.normalize('NFD'), agents)).toEqual(want);
  });
  test.each(wanted(OUTRIGHT))('as it is asked for: %s', (body, want) => {
    expect(saidToRemember(body, agents)).toEqual(want);
    expect(saidToRemember(body.normalize('NFD'), agents)).toEqual(want);
  });
  test.each(wanted(MISSED_ELSEWHERE))('though others miss it: %s', (body, want) => {
    expect(saidToRemember(body, agents)).toEqual(want);
    expect(saidToRemember(body.normalize('NFD'), agents)).toEqual(want);
  });
  test.each(wanted(MIXED))('beside something else: %s', (body, want) => {
    expect(saidToRemember(body, agents)).toEqual(want);
    expect(saidToRemember(body.normalize('NFD'), agents)).toEqual(want);
  });
});

describe('is not remembered', () => {
  test('more than 250 sentences', () =>
    expect(Object.values(NOT_TO_REMEMBER).flat().length).toBeGreaterThanOrEqual(250));
  describe.each(Object.entries(NOT_TO_REMEMBER))('%s', (_why, bodies) => {
    test.each(bodies)('%s', (body) => {
      expect(saidToRemember(body, agents)).toBeNull();
      expect(saidToRemember(body.normalize('NFD'), agents)).toBeNull();
    });
  });
  test.each(PASTED_TEXTS.map((text, i) => [i, text] as const))('a rule inside of a long text, %i', (_i, text) =>
    expect(saidToRemember(text, agents)).toBeNull(),
  );
});

describe('of any text', () => {
  const sentence = fc.constantFrom(
    ...[...RULES, ...OUTRIGHT, ...MISSED_ELSEWHERE, ...MIXED].map(([body]) => body),
    ...Object.values(NOT_TO_REMEMBER).flat(),
  );
  const anything = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.array(fc.oneof(sentence, fc.string({ maxLength: 8 })), { maxLength: 12 }).map((parts) => parts.join(' ')),
  );

  test('lines are words of the message, and never empty', () => {
    fc.assert(
      fc.property(anything, (body) => {
        const said = saidToRemember(body, agents);
        if (said === null) return;
        expect(said.lines.length).toBeGreaterThan(0);
        for (const line of said.lines) {
          expect(line.trim()).not.toBe('');
          expect(shown(body)).toContain(line);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('what is quoted says nothing', () => {
    fc.assert(
      fc.property(sentence, (body) => {
        const quoted = body.replace(/["“”\n?!.~]/gu, ' ');
        expect(saidToRemember(`사장이 “${quoted}” 라고 하더라`, agents)).toBeNull();
        expect(saidToRemember(`> ${quoted}\n이건 누구 말이야?`, agents)).toBeNull();
      }),
    );
  });

  test.each([
    '앞으로 ',
    '클로드 ',
    '클로드야 앞으로 ',
    '기억해 ',
    '기억해. ',
    '나를 형님이라고 불러 ',
    '앞으로는',
    '"',
    '. ',
    '!',
    '1. ',
    'from now on ',
    'remember that ',
    '때는 ',
    '\n',
  ])('%j again and again takes no longer than a blink', (word) => {
    const body = word.repeat(Math.floor(6_000 / word.length));
    const before = process.threadCpuUsage();
    saidToRemember(body, agents);
    readLine(body, agents);
    const { user, system } = process.threadCpuUsage(before);
    expect((user + system) / 1_000).toBeLessThan(500);
  });
});
