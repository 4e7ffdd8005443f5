import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMarkdown } from '../../bridge/matrix/html.ts';
import { closeOpenMarkdown, splitForContinuation } from '../../bridge/matrix/markdown-display.ts';

const fence = '```';

describe('closeOpenMarkdown', () => {
  it.each([
    ['다 된 글 **굵게** `코드`', '다 된 글 **굵게** `코드`'],
    [`글\n${fence}js\nlet x`, `글\n${fence}js\nlet x\n${fence}`],
    [`글\n${fence}js\nlet x\n`, `글\n${fence}js\nlet x\n${fence}`],
    [`글\n${fence}js`, `글\n${fence}js\n${fence}`],
    [`글\n${fence}js\nlet x\n\`\``, `글\n${fence}js\nlet x\n${fence}`],
    ['글\n``', '글'],
    [`${fence}js\nx\n${fence}\n끝`, `${fence}js\nx\n${fence}\n끝`],
    [`${fence}${fence}md\n${fence}js\nx\n${fence}`, `${fence}${fence}md\n${fence}js\nx\n${fence}\n${fence}${fence}`],
    [`~~~\n${fence}\nx`, `~~~\n${fence}\nx\n~~~`],
    [`- 목록\n  ${fence}sh\n  ls`, `- 목록\n  ${fence}sh\n  ls\n  ${fence}`],
    [`> ${fence}\n> x`, `> ${fence}\n> x\n> ${fence}`],
    [`${fence}a${fence} 글`, `${fence}a${fence} 글`],
    ['글 **굵', '글 **굵**'],
    ['글 **굵은 ', '글 **굵은**'],
    ['글 **', '글 '],
    ['글 ***굵', '글 ***굵***'],
    ['**가** 나 **다', '**가** 나 **다**'],
    ['글 `코', '글 `코`'],
    ['글 ``코 ` 드', '글 ``코 ` 드``'],
    ['글 `**` 끝', '글 `**` 끝'],
    [String.raw`글 \*\* \` 끝`, String.raw`글 \*\* \` 끝`],
    ['**앞 단락\n\n뒤 `코', '**앞 단락\n\n뒤 `코`'],
    ['2 ** 3', '2 ** 3'],
    ['* 하나\n* 둘', '* 하나\n* 둘'],
    ['', ''],
  ])('%j', (partial, shown) => {
    expect(closeOpenMarkdown(partial)).toBe(shown);
  });

  it('keeps every growing state of an answer readable', () => {
    const answer = `# 계획\n\n**먼저** \`npm i\`를 하고:\n\n1. 하나\n   ${fence}sh\n   echo "**x**"\n   ${fence}\n2. **둘**\n\n${fence}js\nconst a = \`b\`;\n${fence}\n끝`;
    for (let length = 1; length <= answer.length; length += 1) {
      const shown = closeOpenMarkdown(answer.slice(0, length));
      // Marks may wait for their end; words may not be swallowed.
      const words = answer.slice(0, length).replace(/[`*\s]+$/, '');
      expect(shown.startsWith(words)).toBe(true);
      const opened = shown.split('\n').filter((line) => /^\s*```/.test(line)).length;
      expect(opened % 2).toBe(0);
    }
  });
});

describe('splitForContinuation', () => {
  it('leaves alone what fits', () => {
    expect(splitForContinuation('가나다', 9)).toEqual({ head: '가나다', rest: '' });
  });

  it('cuts at a paragraph, else a line, else a word', () => {
    const filler = '나'.repeat(60);
    expect(splitForContinuation(`${filler}\n\n${filler}\n${filler}`, 420)).toEqual({
      head: filler,
      rest: `${filler}\n${filler}`,
    });
    expect(splitForContinuation(`${filler}\n${filler} ${filler}`, 420)).toEqual({
      head: filler,
      rest: `${filler} ${filler}`,
    });
    expect(splitForContinuation(`${filler} ${filler}`, 300)).toEqual({ head: filler, rest: filler });
  });

  it('closes a fence that it cuts and opens it anew', () => {
    const { head, rest } = splitForContinuation(`글\n\n${fence}js\n${'let a = 1;\n'.repeat(60)}${fence}\n끝`, 400);
    expect(head).toMatch(/^글\n\n```js\n(?:let a = 1;\n)+```$/);
    expect(rest).toMatch(/^```js\n(?:let a = 1;\n)+```\n끝$/);
    expect(`${head}${rest}`.match(/let a = 1;/g)).toHaveLength(60);
    expect(renderMarkdown(rest)).toContain('<code class="language-js">let a');
  });

  it('advances even where the opening of a fence is most of what fits', () => {
    const opening = `${fence}${'x'.repeat(190)}\n`;
    let rest = `${opening}${'y'.repeat(400)}`;
    const heads: string[] = [];
    for (; rest !== '' && heads.length < 50;) {
      const cut = splitForContinuation(rest, 300);
      heads.push(cut.head);
      rest = cut.rest;
    }
    expect(rest).toBe('');
    expect(heads.join('').match(/y/g)).toHaveLength(400);
  });

  it('never cuts inside a character', () => {
    const family = '👨‍👩‍👧‍👦';
    for (let size = 90; size < 200; size += 1) {
      const { head, rest } = splitForContinuation(family.repeat(20), size);
      expect(head.length % family.length).toBe(0);
      expect(rest.length % family.length).toBe(0);
    }
    const marks = splitForContinuation(`e${'\u0301'.repeat(5_000)}`, 1_000);
    expect(Buffer.byteLength(marks.head)).toBeLessThanOrEqual(1_000);
  });

  it('always advances, keeps to its size and loses no word', () => {
    const pieces = fc.constantFrom(
      '가나다 ',
      'word ',
      '\n',
      '\n\n',
      fence,
      `\n${fence}js\n`,
      `\n${fence}\n`,
      '~~~\n',
      '> ',
      '- ',
      '👨‍👩‍👧',
      '\u0301',
      '`',
      '**',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 400 }), fc.integer({ min: 200, max: 900 }), (parts, size) => {
        const text = parts.join('');
        const heads: string[] = [];
        let rest = text;
        while (rest !== '') {
          const cut = splitForContinuation(rest, size);
          expect(cut.head).not.toBe('');
          expect(Buffer.byteLength(cut.head)).toBeLessThanOrEqual(size);
          expect(cut.head.isWellFormed()).toBe(true);
          heads.push(cut.head);
          rest = cut.rest;
          if (heads.length > 1_000) throw new Error('does not advance');
        }
        const letters = (value: string) => value.replace(/[^\p{L}\p{Extended_Pictographic}\u0301]|js/gu, '');
        expect(letters(heads.join(''))).toBe(letters(text));
      }),
      { numRuns: 400 },
    );
  });

  it.each(['`', '~~~~', `${fence}\n`, `${fence}${'x'.repeat(100)}\n`, '\n', ' ', '> ', '\u0301', '👨‍', '\\', '**a '])(
    'comes through 300 KB of %j',
    (piece) => {
      let rest = piece.repeat(300_000 / piece.length);
      let count = 0;
      closeOpenMarkdown(rest);
      while (rest !== '' && count < 1_000) {
        const cut = splitForContinuation(rest, 16_000);
        expect(Buffer.byteLength(cut.head)).toBeLessThanOrEqual(16_000);
        rest = cut.rest;
        count += 1;
      }
      expect(rest).toBe('');
    },
  );
});
