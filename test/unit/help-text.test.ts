import { describe, expect, it } from 'vitest';
import { columnsOf } from '../../bridge/terminal/columns.ts';
import { verbsHelpText } from '../../bridge/text/terminal/verbs.ts';

describe.each(['ko', 'en'] as const)('npm start -- --help (%s)', (lang) => {
  const lines = verbsHelpText[lang]().split('\n');

  it('says what each verb does in one column', () => {
    const starts = lines
      .filter((line) => line.startsWith('npm '))
      .map((line) => columnsOf(/^.*? {2,}/.exec(line)?.[0] ?? ''));
    expect(starts).toHaveLength(20);
    expect(new Set(starts).size).toBe(1);
    const more = lines.filter((line) => line.startsWith(' ')).map((line) => line.length - line.trimStart().length);
    expect(new Set(more)).toEqual(new Set(starts));
  });

  it('fits a small terminal, with the margin of two', () => {
    expect(lines.filter((line) => columnsOf(line) > 78)).toEqual([]);
  });
});
