import { globSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { renderBudget } from '../../bots/budget/budget-table.ts';
import { EMPTY } from '../../bots/budget/cooldowns.ts';
import { createResidents } from '../../bots/residents/residents.ts';
import { renderAgents } from '../../bots/turns/agent-status.ts';
import { renderMarkdown } from '../../bridge/matrix/html.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { Lang } from '../../bridge/protocol/ids.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { columnsOf } from '../../bridge/terminal/columns.ts';
import { type ScheduleLine, scheduleList } from '../../bridge/text/room/schedule.ts';
import { taskLine } from '../../bridge/text/tasks/task-commands.ts';
import { hopeful, planOf, play } from './task-scene.ts';

/** Korean letters that a line of a list may have: two lines of a phone 390 px wide. */
const LETTERS = 40;
const lettersIn = (line: string): number => columnsOf(line.replace(/\*\*|`/gu, '')) / 2;
const wide = (text: string): readonly string[] => text.split('\n').filter((line) => lettersIn(line) > LETTERS);

/** Files whose tables are no message of the house: documents, the terminal's own columns, what the sanitiser lets through. */
const NO_MESSAGE =
  /^(?:executor\/programs\/|bridge\/terminal\/|bridge\/web\/|bridge\/config\/|bridge\/matrix\/html\.ts)/u;
const sources = globSync(['chavion.ts', 'bots/**/*.ts', 'bridge/**/*.ts', 'executor/**/*.ts', 'synapse/**/*.ts'])
  .filter((file) => !NO_MESSAGE.test(file))
  .map((file) => [file, readFileSync(file, 'utf8')] as const);

const roster = Roster.parse(defaultRoster);
const residents = createResidents(roster, 'house');
const names = roster.agents.map(({ id, name }) => ({ id, name, unpriced: null }));

const agents = (lang: Lang, who = residents): string =>
  renderAgents(
    {
      residents: who,
      bindings: { get: () => undefined, ready: new Set(residents.agents.map(({ id }) => id)), byHand: new Set() },
      status: { lastMs: () => 12_345, fault: (id) => (id === 'claude' ? 'provider.key' : undefined) },
      running: { isAnswering: () => false },
      spending: {
        rest: (id) => (id === 'manus' ? { until: 1_795_000_000_000, why: 'provider.quota', key: 'k' } : null),
      },
      timeZone: 'Asia/Seoul',
      executors: [
        { id: 'ex0123456789ab', host: 'a-machine-with-a-long-name', busy: 2, concurrency: 4, online: true, at: 0 },
      ],
    },
    lang,
    new Set(residents.agents.map(({ id }) => id)),
  );
const budget = (lang: Lang): string =>
  renderBudget(
    {
      state: {
        ...EMPTY,
        limits: (['usd', 'tokens'] as const).map((unit) => ({
          scope: roster.agents[0]?.id ?? '*',
          period: 'day',
          unit,
          amount: 100_000_000,
        })),
        spent: {
          day: { 'gabriel.usd': '98760000', 'gabriel.tokens': '99999999' },
          month: { 'gabriel.usd': '98760000', '*.usd': '98760000', '*.tokens': '99999999' },
        },
      },
      rests: new Map(),
      agents: names,
      example: '클로드',
      now: 0,
      timeZone: 'Asia/Seoul',
    },
    lang,
  );
const schedule: ScheduleLine = {
  id: 'a1b2c3d4',
  kind: 'schedule',
  when: '매주 월요일, 수요일, 금요일 09:30',
  mission: '사료 재고를 보고 모자란 것을 주문표에 적기',
  next: '12월 31일 09:30',
};

describe('no table in the room', () => {
  it('is written by any part of the house', () => {
    expect(sources.length).toBeGreaterThan(300);
    const tables = sources.flatMap(([file, source]) =>
      source
        .split('\n')
        .filter((line) => /\|\s?:?-{3,}|<t(?:able|r|d|h)\b|['"`]\| .* \|/u.test(line))
        .map((line) => `${file}: ${line.trim()}`),
    );
    expect(tables).toEqual([]);
  });

  it.each(Lang.options)('!agents, !budget, schedules and tasks fit a phone (%s)', (lang) => {
    const lists = [
      agents(lang),
      budget(lang)
        .split('\n')
        .filter((line) => /^(?:- | {2})/u.test(line))
        .join('\n'),
      scheduleList[lang]([schedule], false),
      taskLine[lang]({ no: 123, phase: 'executing', mission: '가게 소개 페이지 만들기', commands: [1, 12] }),
    ];
    for (const list of lists) {
      expect(renderMarkdown(list)).toMatch(/<li>/u);
      expect(renderMarkdown(list)).not.toMatch(/<table/u);
      expect(wide(list)).toEqual([]);
    }
  });

  it('is in a task, and its ballots are lines', () => {
    const { said } = play({ answer: hopeful([planOf('짧게', ['ls; echo ok']), planOf('꼼꼼히', ['du; echo ok'])]) });
    for (const { saying } of said) expect(renderMarkdown(saying.text)).not.toMatch(/<table/u);
    const ballots = said.find(({ say }) => say.what === 'ballots')?.saying.text ?? '';
    expect(ballots).toMatch(/^- 가브리엘 \*\*[AB] > [AB]\*\*$/mu);
    expect(wide(ballots)).toEqual([]);
    for (const { saying } of said.filter(({ say }) => say.what === 'ballot'))
      expect(saying.text.split('\n')).toHaveLength(1);
  });
});

describe('!agents', () => {
  it('says of each who, how and how fast, then on what, then what went wrong', () => {
    expect(agents('ko').split('\n')).toEqual(
      expect.arrayContaining([
        '- **클로드** · 대기 중 · 12.3초',
        `  ${roster.agents.find(({ id }) => id === 'claude')?.model ?? ''}`,
        expect.stringMatching(/^ {2}지난번 실패: /u),
        '- **실행자 (a-machine-with-a-long-name)** · 명령 2개 실행 중 (동시에 4개까지)',
        '  `ex0123456789ab`',
      ]),
    );
  });

  it('calls the executor as the roster does', () => {
    const named = createResidents({ ...roster, executor: { ...roster.executor, name: '손발' } }, 'house');
    expect(agents('ko', named)).toContain('**손발 (a-machine-with-a-long-name)**');
    expect(agents('en', named)).toContain('**손발 (a-machine-with-a-long-name)**');
  });
});

describe('!budget', () => {
  it('names those who have spent nothing in one line, and everybody once', () => {
    const text = budget('ko');
    expect(text).toContain('- **가브리엘** · 오늘 ');
    expect(text).toMatch(/^- 자비스, .*미카엘 · 쓴 것도 한도도 없음$/mu);
    for (const { name } of names) expect(text.split(name).length).toBe(name === '클로드' ? 4 : 2);
  });
});
