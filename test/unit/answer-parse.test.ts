import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../bots/tasks/answers/answer-parse.ts';
import { objectsIn } from '../../bots/tasks/answers/json-in-text.ts';
import type { AskKind } from '../../bots/tasks/state/ask.ts';
import { MAX_STEPS, Plan } from '../../bridge/protocol/plan.ts';
import { askOf, OTHER_PLAN, PLAN, task } from './task-models-scene.ts';

const mission = task('로그가 얼마나 큰지 봐 줘');
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

  it('the same object twice is one answer', () => {
    expect(read(`${json(triage)} again: ${json(triage)}`, 'triage')).toEqual({
      ok: true,
      answer: { kind: 'triage', ...triage },
    });
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
