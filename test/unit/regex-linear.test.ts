import { check } from 'recheck';
import { describe, expect, it, vi } from 'vitest';
import { UserId } from '../../bridge/protocol/ids.ts';
import { constructedWhile, productFiles, type Regex, regexesIn } from './regexes-of-tree.ts';

/**
 * What strangers write meets regular expressions on the one thread that everybody is answered by. So each of the
 * product's is proved to take time in proportion to the text: recheck makes an automaton of it, and where look-around
 * forbids that, attacks it. A new one that fails here is rewritten: bounded, cut into two steps, or read by hand.
 * What the tests themselves match is their own.
 */
async function slow(regexes: readonly Regex[]): Promise<readonly string[]> {
  const places = new Map<string, Regex>(regexes.map((regex) => [`/${regex.source}/${regex.flags}`, regex]));
  const verdicts = await Promise.all(
    [...places].map(async ([shown, { at, source, flags }]) => {
      const result = await check(source, flags, { timeout: 120_000, randomSeed: 0 });
      return result.status === 'safe' ? [] : [`${at} ${shown} ${result.status} ${result.status === 'vulnerable' ? `${result.complexity.summary}, such as ${result.attack.pattern}` : result.error.kind}`];
    }),
  );
  return verdicts.flat();
}

describe('regular expressions', { timeout: 600_000 }, () => {
  const found = productFiles().map((file) => regexesIn(file));

  it('takes the checker at its word: what is slow is found', async () => {
    const sample = regexesIn('sample.ts', "const a = /\\s+$/; const b = [/^(?:a|a)*$/u, `/${/ok/}/`]; // /(x+)+$/ in a comment");
    expect(sample.literals.map(({ source }) => source)).toEqual(['\\s+$', '^(?:a|a)*$', 'ok']);
    expect(await slow(sample.literals)).toEqual([expect.stringContaining('2nd degree polynomial'), expect.stringContaining('exponential')]);
  });

  it('has no literal that is slower than linear', async () => {
    const literals = found.flatMap((file) => file.literals);
    expect(literals.length).toBeGreaterThan(300);
    expect(await slow(literals)).toEqual([]);
  });

  it('has none among those that are put together', async () => {
    const sites = found.flatMap((file) => file.constructions);
    vi.resetModules();
    const made = await constructedWhile(async () => {
      for (const file of new Set(sites.map((site) => site.file))) await import(`../../${file}`);
      const { withPills } = await import('../../bridge/matrix/pills.ts');
      withPills('<p>@클로드 @자비스</p>', ['클로드', '자비스 (a+)+$', 'a'.repeat(200)].map((name) => ({ userId: UserId.parse('@agent_claude:house.test'), name })));
    });
    // A file whose expression was not made here is one that nobody has looked at.
    expect(sites.map((site) => site.file).filter((file) => !made.some(({ at }) => at.startsWith(file)))).toEqual([]);
    expect(await slow(made)).toEqual([]);
  });
});
