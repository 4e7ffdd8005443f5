import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../bots/tasks/answers/answer-parse.ts';
import { candidatesFor } from '../../bots/tasks/plan/candidates.ts';
import { MAX_ANSWER_CHARS, objectsIn } from '../../bots/tasks/answers/json-in-text.ts';
import { labelOf } from '../../bots/tasks/plan/plan-labels.ts';
import { Answer, AskKind } from '../../bots/tasks/state/task-state.ts';
import { Command } from '../../bridge/protocol/command.ts';
import { MAX_STEPS, Plan } from '../../bridge/protocol/plan.ts';
import {
  agent,
  askOf,
  carriedOut,
  EVERYONE,
  hashOf,
  OTHER_PLAN,
  PLAN,
  task,
  withProposals,
} from './task-models-scene.ts';

const mission = task('로그가 얼마나 큰지 봐 줘');
const voting = withProposals(mission, PLAN, OTHER_PLAN);
const done = carriedOut(mission, PLAN, {
  measure: '4.0K\t.\n',
  look: 'total 8\ndrwxr-xr-x 2 nobody nogroup 4096 .',
  advice: '작습니다.',
});
const triage = { goal: '크기를 안다', checks: ['숫자가 있다'], plain: true };

describe('JSON among words', () => {
  it.each([
    ['bare', '{"a":1}', [{ a: 1 }]],
    ['fenced', '```json\n{"a":1}\n```', [{ a: 1 }]],
    ['with words around', '네, 마스터. 여기 있습니다: {"a":{"b":"}"}} 이상입니다.', [{ a: { b: '}' } }]],
    ['behind braces in words', '{이것은 아니고} {"a":1}', [{ a: 1 }]],
    ['behind a brace that never closes', 'f(x) { … {"a":"{"}', [{ a: '{' }]],
    ['several', '{"a":1}\n{"b":2}', [{ a: 1 }, { b: 2 }]],
    ['with quotes and fences inside strings', String.raw`{"a":"\"}\" \u007d \\"} and "more"`, [{ a: '"}" } \\' }]],
    ['none', '그건 할 수 없습니다.', []],
    ['cut off', '{"a":[{"b":', []],
    ['broken', '{"a":1,}', []],
    ['a fragment of what was cut off', '{"a":{"b":1}', [{ b: 1 }]],
  ])('%s', (_name, text, objects) => expect(objectsIn(text).objects).toEqual(objects));
});

describe('what a model wrote, as an answer', () => {
  const read = (text: string, kind: AskKind, state = mission, of?: string) =>
    parseAnswer(text, state, askOf(kind, 'gabriel', of));
  const json = (value: unknown) => JSON.stringify(value);

  it('takes a fenced plan with words around, defaults filled in', () => {
    const said = json({
      goal: 'g',
      steps: [{ kind: 'command', title: 't', command: { type: 'list_files', id: 'list', reason: 'r' } }],
    });
    expect(
      read(`<think>{"goal":"draft","steps":[]}</think>Here it is:\n\`\`\`json\n${said}\n\`\`\`\nGood luck!`, 'propose'),
    ).toMatchObject({
      ok: true,
      answer: { kind: 'propose', plan: { steps: [{ command: { path: '.', success: { exitCode: 0 } } }] } },
    });
  });

  it.each([
    ['words alone', '할 수 없습니다', /no JSON/],
    ['half a plan', json(PLAN).slice(0, 200), /broken or cut off/],
    [
      'a path out of the workspace',
      json({
        goal: 'g',
        steps: [
          { kind: 'command', title: 't', command: { type: 'read_file', id: 'a', reason: 'r', path: '../etc/shadow' } },
        ],
      }),
      /steps\.0\.command\.path/,
    ],
    ['two plans', `${json(PLAN)}\n${json(OTHER_PLAN)}`, /several/],
    [
      'too many steps',
      json({
        goal: 'g',
        steps: Array.from({ length: MAX_STEPS + 1 }, (_, i) => ({
          kind: 'work',
          id: `s${i}`,
          title: 't',
          agent: 'claude',
          work: 'write',
          instruction: 'i',
        })),
      }),
      /more than 40/,
    ],
    [
      'too many bytes',
      json({
        goal: 'g',
        steps: [
          {
            kind: 'command',
            title: 't',
            command: { type: 'write_file', id: 'a', reason: 'r', path: 'a', content: '가'.repeat(20_000) },
          },
        ],
      }),
      /bytes/,
    ],
    ['a list', '[1,2]', /no JSON/],
  ])('refuses %s as a plan and says why', (_name, text, why) => {
    const parsed = read(text, 'propose');
    expect(parsed).toMatchObject({ ok: false });
    expect(parsed.ok ? '' : parsed.faults.join('\n')).toMatch(why);
  });

  it('refuses ten thousand steps before looking into one of them', () => {
    const steps = Array.from({ length: 10_000 }, () => ({}));
    expect(read(json({ goal: 'g', steps }), 'propose')).toEqual({ ok: false, faults: ['steps: more than 40'] });
    expect(
      read(
        json({
          goal: 'g',
          steps: Array.from({ length: 10_000 }, (_, i) => ({
            kind: 'work',
            id: `s${i}`,
            title: 'step',
            agent: 'claude',
            work: 'write',
            instruction: 'write',
          })),
        }),
        'propose',
      ),
    ).toMatchObject({ ok: false });
  });

  it.each([
    [0, 120_000],
    [-1, 120_000],
    [123_456_789, 21_600_000],
    [5_000, 5_000],
  ])('a time of %d ms, where the schema wants some number, is %d ms', (written, timeoutMs) => {
    const command = { type: 'list_files', id: 'list', reason: 'r', timeoutMs: written };
    expect(read(json({ goal: 'g', steps: [{ kind: 'command', title: 't', command }] }), 'propose')).toMatchObject({
      ok: true,
      answer: { plan: { steps: [{ command: { timeoutMs } }] } },
    });
  });

  it('forgives what means nothing: unknown fields, null and empty texts where a field may be absent', () => {
    const filled = {
      goal: 'g',
      risk: 'none',
      steps: [
        {
          kind: 'command',
          title: 't',
          comment: null,
          artifacts: null,
          command: {
            type: 'fetch',
            id: 'get',
            reason: 'r',
            url: 'https://api.example.org/a',
            method: 'GET',
            headers: [{ name: 'accept', value: 'text/plain' }],
            body: '',
            success: { exitCode: 0, outputContains: '', fileExists: null, stderr: '' },
            after: [],
            timeoutMs: null,
            sudo: true,
          },
        },
      ],
    };
    const parsed = read(json(filled), 'propose');
    expect(parsed).toEqual({
      ok: true,
      answer: {
        kind: 'propose',
        plan: Plan.parse({
          goal: 'g',
          steps: [
            {
              kind: 'command',
              title: 't',
              command: {
                type: 'fetch',
                id: 'get',
                reason: 'r',
                url: 'https://api.example.org/a',
                headers: { accept: 'text/plain' },
              },
            },
          ],
        }),
      },
    });
    const nulled = json({ ...filled, goal: null });
    expect(read(nulled, 'propose')).toMatchObject({ ok: false });
  });

  it('takes an answer out of the wrapping that one schema for all phases makes', () => {
    expect(read(json({ answer: triage }), 'triage')).toEqual({ ok: true, answer: { kind: 'triage', ...triage } });
    expect(read(json({ answer: PLAN }), 'propose')).toMatchObject({ ok: true, answer: { plan: PLAN } });
  });

  it.each([
    ['several blocks', `<think>{"goal":"x"}</think>\n<thinking>no</thinking>${json(triage)}`],
    ['a closing tag alone', `hm, {kept short}: no\n</think>${json(triage)}`.replace('{kept short}', 'short')],
    ['words behind', `<think>a</think>${json(triage)} </think>`],
  ])('leaves out thoughts: %s', (_name, text) =>
    expect(read(text, 'triage')).toMatchObject({ ok: true, answer: { goal: triage.goal } }),
  );

  it('thoughts without an end are no answer, and a tag within an answer is part of it', () => {
    expect(read(`<think>${json(triage)}`, 'triage')).toMatchObject({ ok: false });
    expect(read(json({ ...triage, goal: 'a </think> b' }), 'triage')).toMatchObject({
      ok: true,
      answer: { goal: 'a </think> b' },
    });
  });

  it('an objection that cannot be read costs itself, and all of them an answer', () => {
    const label = labelOf(voting, hashOf(PLAN));
    const good = { of: label, step: 'look', text: '없는 명령' };
    expect(read(json({ objections: [good, { of: label, text: 7 }, 'no'] }), 'critique', voting)).toMatchObject({
      ok: true,
      answer: { objections: [{ step: 'look' }] },
    });
    expect(read(json({ objections: ['no', 'never'] }), 'critique', voting)).toMatchObject({ ok: false });
  });

  it('the same object twice is one answer', () => {
    expect(read(`${json(triage)} again: ${json(triage)}`, 'triage')).toEqual({
      ok: true,
      answer: { kind: 'triage', ...triage },
    });
  });

  it('maps labels to hashes, under which people know the proposals', () => {
    const [first, second] = candidatesFor(voting, agent('gabriel'));
    const parsed = read(
      json({ ranking: [`Plan ${second?.label}`, first?.label.toLowerCase(), second?.label], reason: 'r' }),
      'vote',
      voting,
    );
    expect(parsed).toEqual({
      ok: true,
      answer: { kind: 'vote', ranking: [second?.proposal.hash, first?.proposal.hash], reason: 'r' },
    });
    for (const { label, proposal } of [first!, second!]) expect(labelOf(voting, proposal.hash)).toBe(label);
  });

  it('an empty ranking abstains; an unknown label does not count for anybody', () => {
    expect(read(json({ ranking: [], reason: '' }), 'vote', voting)).toMatchObject({
      ok: true,
      answer: { ranking: [] },
    });
    const [first] = candidatesFor(voting, agent('gabriel'));
    for (const ranking of [['Z', first?.label], `Z > ${first?.label}`, ['Z', `${first?.label}안`, '']])
      expect(read(json({ ranking, reason: '' }), 'vote', voting)).toMatchObject({
        ok: true,
        answer: { ranking: [first?.proposal.hash] },
      });
    expect(read(json({ ranking: ['Y', 'Z'], reason: '' }), 'vote', voting)).toMatchObject({ ok: false });
    expect(read(json({ ranking: [hashOf(PLAN)], reason: '' }), 'vote', voting)).toMatchObject({ ok: false });
  });

  it('keeps objections that name an existing step of an existing proposal, and no others', () => {
    const label = labelOf(voting, hashOf(PLAN));
    const other = labelOf(voting, hashOf(OTHER_PLAN));
    const objections = [
      { of: label, step: 'look', text: '없는 명령' },
      { of: label, step: 'list', text: 'a step of the other plan' },
      { of: other, step: 'no such step', text: 'x' },
      { of: 'Q', step: 'look', text: 'x' },
    ];
    expect(read(json({ objections }), 'critique', voting)).toEqual({
      ok: true,
      answer: { kind: 'critique', objections: [{ of: hashOf(PLAN), step: 'look', text: '없는 명령' }] },
    });
  });

  it('lets nobody find that all is well without a real quotation', () => {
    const verdict = (quotes: unknown, holds = true) => read(json({ holds, why: 'w', quotes }), 'verify', done);
    expect(
      verdict([
        { step: 'measure', quote: '4.0K .' },
        { step: 'look', quote: 'everything is fine' },
      ]),
    ).toEqual({
      ok: true,
      answer: { kind: 'verify', holds: true, why: 'w', quotes: [{ step: 'measure', quote: '4.0K\t.' }] },
    });
    expect(verdict([{ step: 'look', quote: 'total (8) .*' }])).toMatchObject({ ok: false });
    expect(verdict([{ step: 'look', quote: '4.0K' }])).toMatchObject({ ok: false });
    expect(verdict([])).toMatchObject({ ok: false });
    expect(verdict([], false)).toMatchObject({ ok: true, answer: { holds: false } });
  });

  it('a patch replaces the command that failed and no other', () => {
    const failed = carriedOut(mission, PLAN, { look: 'lz: command not found' }, { look: 'failed' });
    const patch = (id: string) => ({
      cause: 'lz',
      command: { type: 'shell', id, script: 'ls -la', reason: 'r', after: ['measure'] },
    });
    expect(read(json(patch('look')), 'diagnose', failed, 'look')).toMatchObject({
      ok: true,
      answer: { command: { id: 'look', script: 'ls -la' } },
    });
    expect(read(json(patch('look')), 'diagnose', failed)).toMatchObject({ ok: true });
    expect(read(json(patch('measure')), 'diagnose', failed, 'look')).toMatchObject({ ok: false });
    expect(read(json({ cause: 'c', command: null }), 'diagnose', failed, 'look')).toMatchObject({
      ok: true,
      answer: { command: null },
    });
  });

  it.each([
    ['a host', { hosts: ['evil.example:443'] }],
    ['a folder', { lent: [{ name: 'site', access: 'ro' }] }],
  ])('a patch does not ask for %s that the failed command had not', (_name, more) => {
    const failed = carriedOut(mission, PLAN, { look: 'lz: command not found' }, { look: 'failed' });
    const said = {
      cause: 'lz',
      command: { type: 'shell', id: 'look', script: 'ls -la', reason: 'r', after: ['measure'], ...more },
    };
    expect(read(json(said), 'diagnose', failed, 'look')).toMatchObject({ ok: false });
  });

  it('a patch does not make writing of reading', () => {
    const lending = (access: 'ro' | 'rw') => ({
      type: 'run',
      id: 'copy',
      argv: ['cp', '/lent/site/a', 'a'],
      reason: 'r',
      lent: [{ name: 'site', access }],
    });
    const failed = carriedOut(
      mission,
      Plan.parse({ goal: 'g', steps: [{ kind: 'command', title: 't', command: lending('ro') }] }),
      { copy: 'x' },
      { copy: 'failed' },
    );
    expect(read(json({ cause: 'c', command: lending('rw') }), 'diagnose', failed)).toMatchObject({ ok: false });
    expect(read(json({ cause: 'c', command: lending('ro') }), 'diagnose', failed)).toMatchObject({ ok: true });
  });

  it('"same" is the command of another agent, and nothing where there is none', () => {
    const failed = carriedOut(mission, PLAN, { look: 'lz: command not found' }, { look: 'failed' });
    const command = Command.parse({ type: 'shell', id: 'look', script: 'ls', reason: 'r', after: ['measure'] });
    const told = { ...failed, diagnoses: [{ step: command.id, by: agent('jarvis'), cause: 'c', command }] };
    expect(read(json({ cause: 'c', command: 'same' }), 'diagnose', told, 'look')).toEqual({
      ok: true,
      answer: { kind: 'diagnose', cause: 'c', command },
    });
    expect(read(json({ cause: 'c', command: 'same' }), 'diagnose', failed, 'look')).toMatchObject({ ok: false });
  });

  it('work and reports are their own words, a declined one is none', () => {
    expect(read('```markdown\n# 보고\n{"a":1}\n```', 'report')).toEqual({
      ok: true,
      answer: { kind: 'report', markdown: '# 보고\n{"a":1}' },
    });
    expect(read('  ', 'work')).toMatchObject({ ok: false });
    expect(read('CANNOT: 파일이 없습니다', 'work')).toMatchObject({ ok: false });
    const long = read('가'.repeat(150_000), 'work');
    expect(long.ok && long.answer.kind === 'work' ? long.answer.text.length : 0).toBeLessThanOrEqual(100_000);
  });
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
