import { describe, expect, test } from 'vitest';
import { readLine } from '../../bots/memory/line-reading.ts';
import { saidToRemember } from '../../bots/memory/said-to-remember.ts';
import { MEMORY_TRIPLES } from '../house/memory-triples.ts';
import { agents } from './addressing-scene.ts';

describe('what a memory is measured by', () => {
  test('thirty, orders and facts', () => {
    expect(MEMORY_TRIPLES).toHaveLength(30);
    expect(MEMORY_TRIPLES.filter(({ kind }) => kind === 'order')).toHaveLength(15);
  });

  test.each(MEMORY_TRIPLES)('$said', ({ said, line, kind, agent, question }) => {
    expect(saidToRemember(said, agents)).toEqual({ lines: [line], rest: false });
    const read = readLine(line, agents);
    expect({ kind: read.kind, agent: read.agent }).toEqual({ kind, agent });
    // To ask is not to tell.
    expect(saidToRemember(question, agents)).toBeNull();
  });

  test.each(MEMORY_TRIPLES.filter(({ kind }) => kind === 'fact'))(
    'the line holds what is right: $line',
    ({ line, right }) => expect(line).toContain(right),
  );
});
