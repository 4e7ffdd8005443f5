import { describe, expect, it } from 'vitest';
import { checkPlan, type PlanCheckFacts } from '../../bots/tasks/plan/plan-check.ts';
import { A, B, command, work } from './task-world.ts';

const HOUR = 3_600_000;
const facts: PlanCheckFacts = {
  agents: [A, B],
  hosts: ['api.example.org:443'],
  lent: [
    { name: 'site', mode: 'rw' },
    { name: 'logs', mode: 'ro' },
  ],
  budgetMs: HOUR,
  workMs: 10 * 60_000,
};
const check = (...steps: unknown[]) =>
  checkPlan({ goal: 'a goal', steps }, facts).map(({ field, problem, detail }) => [field, problem, detail]);
const using = (name: string, access: string) => command('use', [], { lent: [{ name, access }] });
const script = (text: string, success: unknown = {}) => ({
  kind: 'command',
  title: 'x',
  command: { type: 'shell', id: 'x', reason: 'because', script: text, success },
});
const lasting = (id: string, ms: number, after: string[] = []) => command(id, after, { timeoutMs: ms });

describe('the plan check', () => {
  it.each<[string, readonly unknown[], readonly unknown[]]>([
    ['commands and work in an order', [command('a'), work('w', 'ben', ['a']), command('b', ['w'])], []],
    ['lent folders as they were lent', [using('site', 'rw')], []],
    ['less than was lent', [using('site', 'ro')], []],
    ['a name twice', [command('a'), work('a', 'ben')], [['steps.1.id', 'double-id', 'a']]],
    ['waiting for a step that is not', [command('a', ['ghost'])], [['steps.0.command.after', 'unknown-step', 'ghost']]],
    ['work waiting for itself', [work('w', 'ben', ['w'])], [['steps.0.after', 'waits-for-itself', 'w']]],
    [
      'a ring over commands and work',
      [command('a', ['w']), work('w', 'ben', ['b']), command('b', ['a']), command('free')],
      [['steps', 'cycle', 'a, w, b']],
    ],
    [
      'those behind a ring',
      [command('a', ['b']), command('b', ['a']), command('c', ['b'])],
      [['steps', 'cycle', 'a, b, c']],
    ],
    ['an agent that nobody knows', [work('w', 'zoe')], [['steps.0.agent', 'unknown-agent', 'zoe']]],
    ['a folder that was not lent', [using('etc', 'ro')], [['steps.0.command.lent', 'not-lent', 'etc']]],
    ['writing where reading was lent', [using('logs', 'rw')], [['steps.0.command.lent', 'lent-read-only', 'logs']]],
    ['a host that the policy allows', [command('a', [], { hosts: ['api.example.org:443'] })], []],
    [
      'one that it does not',
      [command('a', [], { hosts: ['api.example.org:80'] })],
      [['steps.0.command.hosts', 'host-not-allowed', 'api.example.org:80']],
    ],
    ['a script that always succeeds', [script('rm x || true')], [['steps.0.command.success', 'no-check', 'x']]],
    ['such a script with a check', [script('rm x || true', { outputContains: 'removed' })], []],
    [
      'more time than there is, one after the other',
      [lasting('a', HOUR / 2), lasting('b', HOUR / 2 + 1, ['a'])],
      [['steps', 'too-long', String(HOUR + 1)]],
    ],
    ['as much side by side', [lasting('a', HOUR), lasting('b', HOUR)], []],
    [
      'work that takes its time',
      [lasting('a', HOUR - 5 * 60_000), work('w', 'ben', ['a'])],
      [['steps', 'too-long', String(HOUR + 5 * 60_000)]],
    ],
    ['nothing', [], [['steps', 'schema', expect.any(String)]]],
    [
      'ten thousand steps',
      Array.from({ length: 10_000 }, (_, index) => command(`s${index}`)),
      [['steps', 'too-many-steps', '10000']],
    ],
    [
      'a plan of quotation marks, which take two bytes each',
      Array.from({ length: 5 }, (_, index) => script(`echo ${'"'.repeat(4_800)} ${index}`)),
      [['', 'too-big', expect.any(String)]],
    ],
    [
      'a plan for no event',
      Array.from({ length: 10 }, (_, index) => script(`echo ${'x'.repeat(5_000)} ${index}`)),
      [['', 'too-big', expect.any(String)]],
    ],
    ['a field that is not', [{ ...command('a'), sudo: true }], [['steps.0', 'schema', expect.any(String)]]],
  ])('%s', (_what, steps, faults) => {
    expect(check(...steps)).toEqual(faults);
  });

  it.each([null, 'a plan', [], { steps: 'all' }])('finds no plan in %j', (input) => {
    expect(checkPlan(input, facts).map(({ problem }) => problem)).toContain('schema');
  });
});
