import { describe, expect, it } from 'vitest';
import { parseAnswer } from '../../bots/tasks/answers/answer-parse.ts';
import { candidatesFor } from '../../bots/tasks/plan/candidates.ts';
import { labelOf } from '../../bots/tasks/plan/plan-labels.ts';
import type { AskKind } from '../../bots/tasks/state/ask.ts';
import { Command } from '../../bridge/protocol/command.ts';
import { Plan } from '../../bridge/protocol/plan.ts';
import { agent, askOf, carriedOut, hashOf, OTHER_PLAN, PLAN, task, withProposals } from './task-models-scene.ts';

const mission = task('로그가 얼마나 큰지 봐 줘');
const voting = withProposals(mission, PLAN, OTHER_PLAN);
const done = carriedOut(mission, PLAN, {
  measure: '4.0K\t.\n',
  look: 'total 8\ndrwxr-xr-x 2 nobody nogroup 4096 .',
  advice: '작습니다.',
});

describe('an opinion, as an answer', () => {
  const read = (text: string, kind: AskKind, state = mission, of?: string) =>
    parseAnswer(text, state, askOf(kind, 'gabriel', of));
  const json = (value: unknown) => JSON.stringify(value);

  it('an objection that cannot be read costs itself, and all of them an answer', () => {
    const label = labelOf(voting, hashOf(PLAN));
    const good = { of: label, step: 'look', text: '없는 명령' };
    expect(read(json({ objections: [good, { of: label, text: 7 }, 'no'] }), 'critique', voting)).toMatchObject({
      ok: true,
      answer: { objections: [{ step: 'look' }] },
    });
    expect(read(json({ objections: ['no', 'never'] }), 'critique', voting)).toMatchObject({ ok: false });
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
});

describe('a patch, as an answer', () => {
  const read = (text: string, kind: AskKind, state = mission, of?: string) =>
    parseAnswer(text, state, askOf(kind, 'gabriel', of));
  const json = (value: unknown) => JSON.stringify(value);

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
});
