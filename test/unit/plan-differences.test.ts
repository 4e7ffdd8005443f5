import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { differencesOf } from '../../bots/tasks/plan/plan-differences.ts';
import { Plan } from '../../bridge/protocol/plan.ts';
import { columnsOf } from '../../bridge/terminal/columns.ts';
import { hopeful, planOf, play } from './task-scene.ts';

const GOAL = '펫샵 예약 페이지 만들기';
const shell = (id: string, script: string, more: object = {}, step: object = {}) => ({
  kind: 'command',
  title: `단계 ${id}`,
  command: { type: 'shell', id, reason: 'r', script, success: { outputContains: 'ok' }, ...more },
  ...step,
});
const plan = (...steps: readonly object[]): Plan => Plan.parse({ goal: GOAL, steps });

const page = plan(shell('s0', 'echo ok', {}, { artifacts: ['index.html'] }));
const lent = plan(
  shell('s0', 'echo ok', { lent: [{ name: 'site', access: 'rw' }] }, { artifacts: ['index.html'] }),
  shell('s1', 'ls; echo ok'),
);
const styled = plan(
  shell('s0', 'echo ok', {}, { artifacts: ['index.html'] }),
  shell('s1', 'ls; echo ok', {}, { artifacts: ['style.css'] }),
);
const work = plan(shell('s0', 'echo ok', {}, { artifacts: ['index.html'] }), {
  kind: 'work',
  id: 'w',
  title: '글쓰기',
  agent: 'claude',
  work: 'write',
  instruction: '소개 글',
});

describe('how plans differ', () => {
  it('is what they do, and nothing that all of them do', () => {
    expect(differencesOf([page, lent])).toEqual([
      [
        { kind: 'step', step: expect.objectContaining({ title: '단계 s0' }), ownTitle: false },
        { kind: 'risk', risk: 'write' },
        { kind: 'commands', count: 1 },
      ],
      [
        { kind: 'changes', names: ['site'] },
        { kind: 'risk', risk: 'host' },
        { kind: 'commands', count: 2 },
      ],
    ]);
    expect(differencesOf([page, work])).toEqual([
      [{ kind: 'works', count: 0 }],
      [
        { kind: 'step', step: expect.objectContaining({ title: '글쓰기' }), ownTitle: true },
        { kind: 'works', count: 1 },
      ],
    ]);
  });

  it('is the first step of its own where nothing else tells', () => {
    const other = plan(shell('s9', 'du; echo ok', {}, { artifacts: ['index.html'] }));
    expect(differencesOf([page, other])).toEqual([
      [{ kind: 'step', step: expect.objectContaining({ title: '단계 s0' }), ownTitle: true }],
      [{ kind: 'step', step: expect.objectContaining({ title: '단계 s9' }), ownTitle: true }],
    ]);
  });

  it('is what the step runs where both call it by one name', () => {
    const scripts = ['ls; echo ok', 'du; echo ok'];
    const alike = scripts.map((script) => plan(shell('s0', script)));
    expect(differencesOf(alike)).toEqual(alike.map(() => [expect.objectContaining({ kind: 'step', ownTitle: false })]));
    expect(
      played(alike)
        .options.map((one) => one.slice(3))
        .toSorted(),
    ).toEqual(scripts.toSorted());
  });

  it('is no name of a step and no reason', () => {
    const renamed = plan(
      shell('x', 'echo ok', { reason: '다른 이유' }, { title: '다른 말', artifacts: ['index.html'] }),
    );
    expect(differencesOf([page, renamed])).toEqual([[], []]);
    expect(differencesOf([page])).toEqual([[]]);
  });
});

const Answers = z.object({ answers: z.array(z.object({ 'org.matrix.msc1767.text': z.string() })) });
function played(plans: readonly Plan[]) {
  const { said } = play({ answer: hopeful(plans), mission: GOAL });
  const poll = said.find(({ say }) => say.what === 'poll')?.saying;
  const options = Answers.parse(poll?.poll?.content['org.matrix.msc3381.poll.start']).answers.map(
    (one) => one['org.matrix.msc1767.text'],
  );
  const proposals = said.filter(({ say }) => say.what === 'proposal').map(({ saying }) => saying);
  return { poll, options, proposals };
}

describe('the poll', () => {
  it('says how plans of one aim differ, and the aim is not said three times', () => {
    const { options } = played([page, styled, work]);
    expect(new Set(options.map((one) => one.slice(3))).size).toBe(3);
    expect(options.join('\n')).not.toContain(GOAL);
    expect(options.join('\n')).toMatch(/결과 파일: style\.css/u);
    expect(options.join('\n')).toMatch(/"글쓰기" 단계가 있음/u);
    for (const option of options) expect(columnsOf(option) / 2).toBeLessThanOrEqual(80);
  });

  it('names the aims where they are different', () => {
    const { options } = played([planOf('목록만', ['ls; echo ok']), planOf('크기까지', ['ls; echo ok', 'du; echo ok'])]);
    expect(options.map((one) => one.slice(3)).toSorted()).toEqual([
      expect.stringMatching(/^목록만 · .*명령 1개/u),
      expect.stringMatching(/^크기까지 · .*명령 2개/u),
    ]);
  });

  it('has every plan whole in a file, under its letter and under nobody’s name', async () => {
    const { poll } = played([page, styled, work]);
    const [file] = poll?.attachments ?? [];
    const text = new TextDecoder().decode(await file?.read());
    expect(file?.mediaType).toBe('text/markdown');
    expect(text.match(/^## [ABC]안: 펫샵 예약 페이지 만들기$/gmu)).toHaveLength(3);
    expect(text).toContain('ls; echo ok');
    expect(text).not.toMatch(/가브리엘|자비스/u);
  });
});

describe('a proposal', () => {
  it('is two lines', () => {
    for (const { text } of played([page, styled, work]).proposals) expect(text.split('\n')).toHaveLength(2);
    const long = Plan.parse({ ...page, goal: '아주 '.repeat(300) });
    const [first] = played([long, styled]).proposals;
    const [head = '', foot = ''] = first?.text.split('\n') ?? [];
    expect(columnsOf(head) / 2).toBeLessThanOrEqual(80);
    expect(columnsOf(foot) / 2).toBeLessThanOrEqual(40);
  });

  it('that another has made already is one line, and carries the plan all the same', () => {
    const proposals = played([page, page]).proposals.slice(0, 3);
    expect(proposals.map(({ text }) => text.split('\n')[0])).toEqual([
      expect.stringMatching(/^💡 \*\*계획 제안\*\*/u),
      '💡 가브리엘과 같은 계획입니다.',
      '💡 가브리엘과 같은 계획입니다.',
    ]);
    for (const { act } of proposals) expect(act.content).toMatchObject({ kind: 'proposal', plan: expect.any(String) });
  });
});
