import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../bots/tasks/answers/answer-parse.ts';
import { MAX_ANSWER_CHARS } from '../../bots/tasks/answers/json-in-text.ts';
import { Answer, AskKind } from '../../bots/tasks/state/ask.ts';
import { askOf, carriedOut, EVERYONE, OTHER_PLAN, PLAN, task, withProposals } from './task-models-scene.ts';

const mission = task('로그가 얼마나 큰지 봐 줘');
const voting = withProposals(mission, PLAN, OTHER_PLAN);
const done = carriedOut(mission, PLAN, {
  measure: '4.0K\t.\n',
  look: 'total 8\ndrwxr-xr-x 2 nobody nogroup 4096 .',
  advice: '작습니다.',
});

describe('no text makes the reader throw or hang', () => {
  const kinds = fc.constantFrom(...AskKind.options);
  const pieces = fc.constantFrom(
    '{',
    '}',
    '"',
    '\\',
    '[',
    ']',
    '```',
    '```json\n',
    '<think>',
    '</think>',
    ',',
    ':',
    'null',
    '\n',
    '\u0000',
    '\ud800',
    '가',
    '{"goal":"g","steps":',
    '{"ranking":["A"],"reason":"r"}',
    '{"kind":"work"}',
    '{"__proto__":{"a":1}}',
  );
  const texts = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 500 }),
    fc.array(pieces, { maxLength: 200 }).map((parts) => parts.join('')),
    fc.json(),
    fc.json().map((text) => `\`\`\`\n${text}\n\`\`\``),
  );

  it('whatever it is, it is an answer of the right kind or faults', () => {
    fc.assert(
      fc.property(
        texts,
        kinds,
        fc.constantFrom(mission, voting, done),
        fc.constantFrom(...EVERYONE),
        (text, kind, state, who) => {
          const parsed = parseAnswer(text, state, askOf(kind, who));
          expect(parsed.ok ? Answer.parse(parsed.answer).kind : parsed.faults.length > 0).toBe(parsed.ok ? kind : true);
        },
      ),
      { numRuns: 3_000 },
    );
  });

  it.each([
    ['braces', '{'.repeat(5_000_000)],
    ['nested objects', '{"a":'.repeat(1_000_000)],
    ['nested lists', `{"goal":"g","steps":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
    ['an endless string', `{"goal":"${'가'.repeat(5_000_000)}`],
    ['quotes', '{"'.repeat(2_500_000)],
    ['backslashes', `{"a":"${'\\'.repeat(5_000_000)}`],
    ['as much as is read at all, of braces', '{'.repeat(MAX_ANSWER_CHARS)],
    ['as much as is read at all, of open strings', '{"'.repeat(MAX_ANSWER_CHARS / 2)],
    ['as much as is read at all, of small objects', '{"goal":1}'.repeat(MAX_ANSWER_CHARS / 10)],
    ['thoughts without an end', '<think>'.repeat(30_000)],
    ['fences', '```markdown\n'.repeat(18_000)],
    ['blanks', ' '.repeat(200_000)],
  ])('megabytes of %s', (_name, text) => {
    for (const kind of AskKind.options) {
      const parsed = parseAnswer(text, voting, askOf(kind));
      expect(parsed.ok && kind !== 'work' && kind !== 'report').toBe(false);
      expect(JSON.stringify(parsed).length).toBeLessThan(2 * MAX_ANSWER_CHARS);
    }
  });
});
