import { describe, expect, it, vi } from 'vitest';
import {
  digestOf,
  faultOf,
  hangFaultOf,
  lookedAtBefore,
  provenBefore,
  type Regex,
  regexesIn,
  regexesOfTree,
  testFiles,
} from './regexes-of-tree.ts';

/**
 * What strangers write meets regular expressions on the one thread that everybody is answered by. So each of the
 * product's is proved to take time in proportion to the text: recheck makes an automaton of it, and where look-around
 * forbids that, attacks it. A new one that fails here is rewritten: bounded, cut into two steps, or read by hand.
 * What tests match is what the product has said and no stranger's: there a few steps a letter do, and what could hang
 * is found. What they put together at run time is made of their own words.
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

  it('has none in its tests that one could hang on', async () => {
    const hanging = async (regexes: readonly Regex[], before: ReadonlySet<string>): Promise<readonly string[]> => {
      const wrong: string[] = [];
      for (const regex of new Map(regexes.map((one) => [digestOf(one), one])).values()) {
        const fault = before.has(digestOf(regex)) ? null : await hangFaultOf(regex);
        if (fault !== null) wrong.push(`${regex.at} /${regex.source}/${regex.flags} ${fault}`);
      }
      return wrong;
    };
    const sample = regexesIn(
      'sample.ts',
      'const a = [/^(?:a|a)*$/, /said.*then/, /a[^]*a[^]*a[^]*a[^]*a[^]*ab$/];',
    ).literals;
    expect(await hanging(sample, new Set())).toEqual([
      expect.stringContaining('exponential'),
      expect.stringContaining('polynomial'),
    ]);
    const literals = testFiles().flatMap((file) => regexesIn(file).literals);
    expect(literals.length).toBeGreaterThan(500);
    expect(await hanging(literals, soak ? new Set() : lookedAtBefore())).toEqual([]);
  });
});
