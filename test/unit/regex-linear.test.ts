import { describe, expect, it, vi } from 'vitest';
import { digestOf, faultOf, provenBefore, type Regex, regexesIn, regexesOfTree } from './regexes-of-tree.ts';

/**
 * What strangers write meets regular expressions on the one thread that everybody is answered by. So each of the
 * product's is proved to take time in proportion to the text: recheck makes an automaton of it, and where look-around
 * forbids that, attacks it. A new one that fails here is rewritten: bounded, cut into two steps, or read by hand.
 * What the tests themselves match is their own.
 */
const soak = process.env['CHAVION_SOAK'] === '1';

async function slow(regexes: readonly Regex[]): Promise<readonly string[]> {
  const proven = soak ? new Set<string>() : provenBefore();
  const wrong: string[] = [];
  for (const regex of new Map(regexes.map((one) => [digestOf(one), one])).values()) {
    const fault = proven.has(digestOf(regex)) ? null : await faultOf(regex);
    if (fault !== null) wrong.push(`${regex.at} /${regex.source}/${regex.flags} ${fault}`);
  }
  return wrong;
}

describe('regular expressions', { timeout: 600_000 }, () => {
  it('takes the checker at its word: what is slow is found', async () => {
    const sample = regexesIn(
      'sample.ts',
      'const a = /\\s+$/; const b = [/^(?:a|a)*$/u, `/${/ok/}/`]; // /(x+)+$/ in a comment',
    );
    expect(sample.literals.map(({ source }) => source)).toEqual(['\\s+$', '^(?:a|a)*$', 'ok']);
    expect(await slow(sample.literals)).toEqual([
      expect.stringContaining('2nd degree polynomial'),
      expect.stringContaining('exponential'),
    ]);
  });

  it('has none that is slower than linear', async () => {
    vi.resetModules();
    const { regexes, unseen } = await regexesOfTree();
    expect(regexes.length).toBeGreaterThan(400);
    // A file whose expression was not made here is one that nobody has looked at.
    expect(unseen).toEqual([]);
    expect(await slow(regexes)).toEqual([]);
  });
});
