import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { parseCycle } from '../../bridge/protocol/orders/cycle-order.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { jobId, type OccurrenceJob, type SwarmJob } from '../../bridge/protocol/turn.ts';
import { revocationOf } from '../../executor/gate/standing-order.ts';
import { cycleCosts } from '../../bridge/text/room/schedule.ts';
import { cycleCost, roundsADay } from '../../bots/schedule/cycle-cost.ts';
import { scheduleId } from '../../bridge/digest/schedule-id.ts';
import { Scheduler } from '../../bots/schedule/scheduler.ts';
import { scheduleCommands } from '../../bots/schedule/schedule-commands.ts';
import { cronOf, dueOf, isCron, isToCome, nextRun } from '../../bots/schedule/occurrences.ts';
import { goesOn, outcomeOf, recentMatters, roundNames } from '../../bots/schedule/round.ts';
import { ScheduleStore } from '../../bots/schedule/schedule-store.ts';
import type { Schedule } from '../../bots/schedule/schedule.ts';
import { newTask } from '../../bots/tasks/state/begin.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskOrder } from '../../bots/tasks/tasks.ts';
import { BareRedis } from '../house/bare-redis.ts';

const [SEOUL, BERLIN] = ['Asia/Seoul', 'Europe/Berlin'];
const utc = (text: string) => Date.parse(`${text}Z`);
const iso = (at: number) => new Date(at).toISOString().slice(0, 16);
const runs = (cron: string, from: string, count: number, zone: string) => {
  const found: string[] = [];
  for (let at = utc(from); found.length < count; found.push(iso(at))) at = nextRun(cron, at, zone);
  return found;
};

describe('when a time comes', () => {
  it('in Seoul, every day at seven', () => {
    expect(runs('0 7 * * *', '2026-11-22T00:00', 2, SEOUL)).toEqual(['2026-11-22T22:00', '2026-11-23T22:00']);
  });
  it('in Berlin, where the hands are put forward: what is left out comes an hour later, once', () => {
    expect(runs('30 2 * * *', '2026-03-27T12:00', 3, BERLIN)).toEqual([
      '2026-03-28T01:30',
      '2026-03-29T01:30',
      '2026-03-30T00:30',
    ]);
    expect(runs('0 7 * * *', '2026-03-28T12:00', 2, BERLIN)).toEqual(['2026-03-29T05:00', '2026-03-30T05:00']);
  });
  it('in Berlin, where they are put back: what comes twice counts once, even after a look in between', () => {
    expect(runs('30 2 * * *', '2026-10-23T12:00', 4, BERLIN)).toEqual([
      '2026-10-24T00:30',
      '2026-10-25T00:30',
      '2026-10-26T01:30',
      '2026-10-27T01:30',
    ]);
    expect(iso(nextRun('30 2 * * *', utc('2026-10-25T00:30'), BERLIN))).toBe('2026-10-26T01:30');
    // An interval goes on through the hour that is there twice.
    expect(runs('*/30 * * * *', '2026-10-24T23:40', 5, BERLIN)).toEqual([
      '2026-10-25T00:00',
      '2026-10-25T00:30',
      '2026-10-25T01:00',
      '2026-10-25T01:30',
      '2026-10-25T02:00',
    ]);
  });
  it('knows what never comes', () => {
    expect(['0 7 * * *', '0 0 29 2 *', '*/15 * * * mon'].map((cron) => isCron(cron, SEOUL))).toEqual([
      true,
      true,
      true,
    ]);
    expect(['0 0 31 2 *', '61 * * * *', '0 7 * *', '* * * * * *', 'x'].map((cron) => isCron(cron, SEOUL))).toEqual([
      false,
      false,
      false,
      false,
      false,
    ]);
  });

  it('a moment is five fields too, on the owner’s clock', () => {
    expect([cronOf(utc('2026-11-27T22:00'), SEOUL), cronOf(utc('2027-07-01T05:30'), BERLIN)]).toEqual([
      '0 7 28 11 *',
      '30 7 1 7 *',
    ]);
  });

  const due = (cron: string, missed: 'once' | 'skip', handled: string, now: string, zone = SEOUL) => {
    const found = dueOf({ cron, missed }, nextRun(cron, utc(handled), zone), utc(now), zone);
    return found === null ? null : `${found.kind} ${iso(found.at)}${found.late ? ' late' : ''}`;
  };
  it.each([
    ['not yet', '0 7 * * *', 'once', '2026-11-22T00:00', '2026-11-22T21:59:59', null],
    ['on time', '0 7 * * *', 'once', '2026-11-22T00:00', '2026-11-22T22:00:00', 'run 2026-11-22T22:00'],
    [
      'a little late is on time',
      '0 7 * * *',
      'skip',
      '2026-11-22T00:00',
      '2026-11-22T22:01:00',
      'run 2026-11-22T22:00',
    ],
    ['missed: once', '0 7 * * *', 'once', '2026-11-22T00:00', '2026-11-23T01:00:00', 'run 2026-11-22T22:00 late'],
    [
      'missed: not at all',
      '0 7 * * *',
      'skip',
      '2026-11-22T00:00',
      '2026-11-23T01:00:00',
      'skip 2026-11-22T22:00 late',
    ],
    [
      'missed for three days: once',
      '0 7 * * *',
      'once',
      '2026-11-20T00:00',
      '2026-11-23T01:00:00',
      'run 2026-11-22T22:00 late',
    ],
    [
      'missed for a year, every minute: once, the last',
      '* * * * *',
      'once',
      '2025-11-20T00:00',
      '2026-11-23T01:00:00',
      'run 2026-11-23T01:00 late',
    ],
    [
      'missed for a year, every minute, to be skipped: only the present one',
      '* * * * *',
      'skip',
      '2025-11-20T00:00',
      '2026-11-23T01:00:00',
      'run 2026-11-23T01:00 late',
    ],
    ['nothing twice', '0 7 * * *', 'once', '2026-11-22T22:00', '2026-11-23T21:00:00', null],
  ] as const)('%s', (_what, cron, missed, handled, now, expected) => {
    expect(due(cron, missed, handled, now)).toBe(expected);
  });
  it('missed over a change of the clock', () => {
    expect(due('30 2 * * *', 'once', '2026-10-24T12:00', '2026-10-25T09:00:00', BERLIN)).toBe(
      'run 2026-10-25T00:30 late',
    );
    expect(due('30 2 * * *', 'once', '2026-03-28T12:00', '2026-03-29T09:00:00', BERLIN)).toBe(
      'run 2026-03-29T01:30 late',
    );
  });
});

it.each([
  ['!cycle', { kind: 'show' }],
  ['!cycle on 15m', { kind: 'on', cron: '*/15 * * * *' }],
  ['!cycle on', { kind: 'on', cron: '*/15 * * * *' }],
  ['!cycle on 2h', { kind: 'on', cron: '0 */2 * * *' }],
  ['!순환 켜기 15분', { kind: 'on', cron: '*/15 * * * *' }],
  ['!순환 켜기 30분마다', { kind: 'on', cron: '*/30 * * * *' }],
  ['!순환 켜기 1시간', { kind: 'on', cron: '0 * * * *' }],
  ['!cycle on 7m', { kind: 'bad', why: 'interval' }],
  ['!cycle on soon', { kind: 'bad', why: 'shape' }],
  ['!cycle off', { kind: 'off' }],
  ['!순환 끄기', { kind: 'off' }],
  ['!cycle digest 21', { kind: 'digest', hour: 21 }],
  ['!순환 요약 21', { kind: 'digest', hour: 21 }],
  ['!순환 요약 저녁 9시', { kind: 'digest', hour: 21 }],
  ['!cycle digest off', { kind: 'digest', hour: null }],
  ['!cycle digest 25', { kind: 'bad', why: 'shape' }],
  ['!cycle faster', { kind: 'bad', why: 'shape' }],
  ['!cycles', null],
])('%s', (body, expected) => {
  expect(parseCycle(body)).toEqual(expected);
});

const master = UserId.parse('@master:test');
const room = RoomId.parse('!hq');
const roster = Roster.parse(defaultRoster);
const taskOf = (order: TaskOrder, no = 1): TaskState =>
  newTask({ ...order, no, deadline: order.at + 1, electorate: [AgentId.parse('gabriel')] });
const order = (root: string): TaskOrder => ({
  root: EventId.parse(root),
  room,
  at: 1,
  by: master,
  origin: 'cycle',
  mission: 'm',
  lang: 'ko',
});

describe('a round', () => {
  it('that asks does not stand in the way of the next; one that works does', () => {
    const task = taskOf(order('$r'));
    expect([goesOn(null, 'cycle'), goesOn(task, 'cycle'), goesOn(task, 'schedule')]).toEqual([false, true, true]);
    expect([goesOn({ ...task, phase: 'asking' }, 'cycle'), goesOn({ ...task, phase: 'asking' }, 'schedule')]).toEqual([
      false,
      true,
    ]);
    const asked = {
      ...task,
      phase: 'executing' as const,
      commands: { a: { state: 'asked' as const, attempt: 1, retries: 0 } },
    };
    expect(goesOn(asked, 'cycle')).toBe(false);
    expect(
      goesOn(
        { ...asked, commands: { ...asked.commands, b: { state: 'running' as const, attempt: 1, retries: 0 } } },
        'cycle',
      ),
    ).toBe(true);
    expect(goesOn({ ...task, phase: 'done' }, 'cycle')).toBe(false);
  });
  it('is told what people and agents said lately, and nothing of the house', () => {
    const entry = (sender: string, body: string, kind?: 'answer' | 'notice') =>
      ({
        event: {
          kind: 'message',
          sender: UserId.parse(sender),
          ...(kind === undefined ? {} : { chavion: { v: 1, kind } }),
        },
        body,
        growing: false,
      }) as never;
    const text = recentMatters(
      [
        entry('@master:test', '어항이 깨졌어'),
        entry('@agent_claude:test', '물을 먼저 옮기세요\n그리고', 'answer'),
        entry('@agent_coordinator:test', '예약 실행', 'notice'),
        entry('@master:test', '!예산'),
      ],
      (user) => (user === master ? '마스터' : user.includes('claude') ? '클로드' : null),
    );
    expect(text).toBe('마스터: 어항이 깨졌어\n클로드: 물을 먼저 옮기세요 그리고');
    expect(
      recentMatters(
        Array.from({ length: 100 }, (_, i) => entry('@master:test', `${i} ${'x'.repeat(400)}`)),
        () => 'M',
      ).length,
    ).toBeLessThan(3_501);
  });
  it('names who does what, and sums up a report in a line', () => {
    expect(roundNames(roster)).toMatchObject({
      sense: '자비스',
      analyse: '클로드',
      plan: '마누스',
      carryOut: '가브리엘',
    });
    expect(outcomeOf({ report: '# 결과\n\n**어항**을 주문했습니다.', goal: 'g' })).toBe('어항 을 주문했습니다.');
    expect(outcomeOf({ report: null, goal: '목표' })).toBe('목표');
  });
});

describe('on a real Redis', () => {
  let redis: BareRedis;
  beforeAll(async () => {
    redis = await BareRedis.start();
  });
  afterAll(() => redis[Symbol.asyncDispose]());
  beforeEach(() => redis.client().flushall());

  /** A house with one job box, and any number of clocks on it. */
  function house() {
    const jobs = new Map<string, OccurrenceJob>();
    const sent = new Map<
      string,
      { readonly text: string; readonly thread: string | undefined; readonly id: EventId }
    >();
    const tasks = new Map<EventId, TaskState>();
    const raw = new Map<string, unknown>();
    const at = { now: utc('2026-11-22T00:00'), frozen: false };
    const clock = () =>
      new Scheduler({
        store: new ScheduleStore(redis.client()),
        queue: {
          add: (more: readonly { readonly id: string; readonly data: SwarmJob }[]) =>
            Promise.resolve(
              more.forEach(({ id, data }) => data.type === 'occurrence' && !jobs.has(id) && jobs.set(id, data)),
            ),
        },
        tasks: {
          start: (one) => {
            const task = tasks.get(one.root) ?? taskOf(one, tasks.size + 1);
            tasks.set(one.root, task);
            return Promise.resolve(task);
          },
          cancel: (root) => {
            const task = tasks.get(root);
            if (task !== undefined) tasks.set(root, { ...task, phase: 'cancelled' });
            return Promise.resolve(tasks.get(root) ?? null);
          },
          get: (which) => Promise.resolve(typeof which === 'number' ? null : (tasks.get(which) ?? null)),
        },
        coordinator: {
          userId: UserId.parse('@agent_coordinator:test'),
          send: (_room, _type, content, txn) => {
            const known = sent.get(txn) ?? {
              text: String(content['body']),
              thread: (content['m.relates_to'] as { event_id?: string } | undefined)?.event_id,
              id: EventId.parse(`$${txn.replaceAll('$', '')}`),
            };
            sent.set(txn, known);
            raw.set(known.id, {
              sender: '@agent_coordinator:test',
              origin_server_ts: at.now,
              content: { body: known.text },
            });
            return Promise.resolve(known.id);
          },
          event: (_room, event) => Promise.resolve(raw.get(event) ?? null),
        },
        masters: () => Promise.resolve(new Set([master])),
        frozen: () => at.frozen,
        roster,
        serverName: 'test',
        view: () => Promise.resolve([]),
        nameOf: () => null,
        timeZone: SEOUL,
        now: () => at.now,
        log: pino({ level: 'silent' }),
      });
    const schedule = async (more: Partial<Schedule> = {}) => {
      const source = more.source ?? EventId.parse('$order');
      const made: Schedule = {
        v: 1,
        id: scheduleId(source),
        source,
        at: at.now,
        room,
        by: master,
        lang: 'ko',
        kind: 'schedule',
        cron: '0 7 * * *',
        mission: '날씨',
        missed: 'once',
        ...more,
      };
      raw.set(source, { sender: master, origin_server_ts: made.at, content: { body: '!예약' } });
      await new ScheduleStore(redis.client()).add(made);
      return made;
    };
    const work = async (on: Scheduler) => {
      for (const job of jobs.values()) await on.run(job);
    };
    const texts = () => [...sent.values()].map(({ text }) => text);
    return { jobs, sent, tasks, raw, at, clock, schedule, work, texts };
  }

  it('two swarms fire once, at its time, and a run comes to one task however often it is done', async () => {
    const { jobs, at, clock, schedule, work, tasks, texts } = house();
    const [here, there] = [clock(), clock()];
    await schedule();
    await Promise.all([here.tick(), there.tick()]);
    expect(jobs.size).toBe(0);
    at.now = utc('2026-11-22T22:00:00');
    await Promise.all([here.tick(), there.tick()]);
    for (let i = 0; i < 5; i += 1) {
      at.now += 10_000;
      await Promise.all([here.tick(), there.tick()]);
    }
    expect([...jobs.keys()]).toEqual([`$order.run.${utc('2026-11-22T22:00')}`]);
    await work(here);
    await work(there);
    expect([...tasks.values()].map(({ origin, mission, by }) => ({ origin, mission, by }))).toEqual([
      { origin: 'schedule', mission: '날씨', by: master },
    ]);
    expect(texts()).toEqual([expect.stringMatching(/예약 실행 `[a-z2-7]{4}`: 날씨/)]);
  });

  it('a restart keeps schedules, and makes up for what was missed once', async () => {
    const { jobs, at, clock, schedule, work, texts } = house();
    const { id } = await schedule({ at: at.now });
    const skipped = await schedule({ source: EventId.parse('$other'), missed: 'skip' });
    at.now = utc('2026-11-25T03:00');
    const reborn = clock();
    await reborn.tick();
    await reborn.tick();
    expect([...jobs.values()].map(({ schedule: of, late }) => [of, late])).toEqual([[id, true]]);
    await work(reborn);
    expect(texts()).toEqual([expect.stringContaining('놓친 것을 한 번')]);
    at.now = utc('2026-11-25T22:00');
    await reborn.tick();
    expect(new Map([...jobs.values()].slice(1).map(({ schedule: of, late }) => [of, late]))).toEqual(
      new Map([
        [id, false],
        [skipped.id, false],
      ]),
    );
  });

  it('an overlapping run is skipped and says so; after the end the next one runs', async () => {
    const { jobs, at, clock, schedule, work, tasks, texts } = house();
    const { id } = await schedule({ cron: '*/15 * * * *' });
    const one = clock();
    for (const minutes of [15, 30]) {
      at.now = utc('2026-11-22T00:00') + minutes * 60_000;
      await one.tick();
      await work(one);
    }
    expect(tasks.size).toBe(1);
    expect(texts().filter((text) => text.includes('건너뜁니다'))).toHaveLength(1);
    const [[root, task] = []] = [...tasks];
    if (root !== undefined && task !== undefined) tasks.set(root, { ...task, phase: 'done' });
    at.now += 15 * 60_000;
    await one.tick();
    const newest = [...jobs.values()].at(-1);
    if (newest !== undefined) await one.run(newest);
    expect(tasks.size).toBe(2);
    expect((await new ScheduleStore(redis.client()).lastRun(id))?.key).toBe(newest?.key);
  });

  it('waits while everything is frozen, and a missed run comes once afterwards', async () => {
    const { jobs, at, clock, schedule } = house();
    await schedule({ cron: '*/15 * * * *' });
    const one = clock();
    at.frozen = true;
    at.now += 3 * 3_600_000;
    await one.tick();
    expect(jobs.size).toBe(0);
    at.frozen = false;
    await one.tick();
    expect(jobs.size).toBe(1);
  });

  it('what was cancelled, removed or edited runs no more', async () => {
    const { jobs, at, clock, schedule, raw, work, tasks, texts } = house();
    const one = clock();
    const store = new ScheduleStore(redis.client());
    const cancelled = await schedule();
    const edited = await schedule({ source: EventId.parse('$edited') });
    at.now = utc('2026-11-22T22:00:00');
    await one.tick();
    expect(jobs.size).toBe(2);
    await store.remove(cancelled);
    raw.set(edited.source, {
      sender: master,
      origin_server_ts: 1,
      content: { body: '!예약' },
      unsigned: { 'm.relations': { 'm.replace': { event_id: '$later' } } },
    });
    await work(one);
    expect(tasks.size).toBe(0);
    expect(texts()).toEqual([expect.stringContaining('고쳐져')]);
    expect(await store.all()).toEqual([]);
    // Its message heard a second time does not bring it back.
    expect(await store.add(cancelled)).toBe(false);
  });

  const ONCE = utc('2026-11-22T22:00');
  const once = { cron: '0 7 23 11 *', once: ONCE } as const;

  it('one that comes once fires once, also over a restart, and leaves the list', async () => {
    const { jobs, at, clock, schedule, work, tasks, texts } = house();
    const store = new ScheduleStore(redis.client());
    const { id } = await schedule(once);
    await clock().tick();
    expect(jobs.size).toBe(0);
    expect((await store.all()).filter(isToCome)).toHaveLength(1);
    at.now = ONCE;
    await Promise.all([clock().tick(), clock().tick()]);
    expect([...jobs.keys()]).toEqual([`$order.run.${ONCE}`]);
    expect((await store.all()).filter(isToCome)).toEqual([]);
    // Its job survives what the swarm does not.
    const reborn = clock();
    await reborn.tick();
    await work(reborn);
    await work(clock());
    expect([jobs.size, tasks.size]).toEqual([1, 1]);
    expect(texts()).toEqual([expect.stringMatching(/예약 실행 `[a-z2-7]{4}`: 날씨/u)]);
    // While its run goes on the master may end it by its name.
    at.now += 3_600_000;
    await reborn.tick();
    expect(await store.named(id)).toHaveLength(1);
    for (const [root, task] of tasks) tasks.set(root, { ...task, phase: 'done' });
    await reborn.tick();
    expect(await store.all()).toEqual([]);
    at.now += 366 * 24 * 3_600_000;
    await reborn.tick();
    await work(reborn);
    expect([jobs.size, tasks.size]).toEqual([1, 1]);
  });

  it('one that comes once and was missed comes once after the start; to be skipped it says so and is gone', async () => {
    const { jobs, at, clock, schedule, work, tasks, texts } = house();
    const { id } = await schedule(once);
    await schedule({ ...once, source: EventId.parse('$other'), missed: 'skip', mission: '빨래' });
    at.now = ONCE + 60 * 24 * 3_600_000;
    const reborn = clock();
    await Promise.all([reborn.tick(), clock().tick()]);
    await reborn.tick();
    await work(reborn);
    await reborn.tick();
    expect([...jobs.values()].map(({ schedule: of, late }) => [of, late])).toEqual([[id, true]]);
    expect(tasks.size).toBe(1);
    expect(texts()).toEqual([expect.stringMatching(/빨래[^]*건너뜁니다/u), expect.stringContaining('놓친 것을 한 번')]);
    expect((await new ScheduleStore(redis.client()).all()).map(({ source }) => source)).toEqual(['$order']);
  });

  it('one that comes once stays where it was tried before, and is no second run where that goes on still', async () => {
    const { at, clock, schedule, tasks, jobs, texts } = house();
    const store = new ScheduleStore(redis.client());
    const made = await schedule(once);
    const one = clock();
    const kept = await store.get(made.id);
    if (kept === null) throw new Error('gone');
    await one.runNow(kept, EventId.parse('$now'), at.now);
    for (const job of jobs.values()) await one.run(job);
    for (const [root, task] of tasks) tasks.set(root, { ...task, phase: 'done' });
    await one.tick();
    expect((await store.all()).filter(isToCome)).toHaveLength(1);
    for (const [root, task] of tasks) tasks.set(root, { ...task, phase: 'asking' });
    at.now = ONCE;
    await one.tick();
    const newest = [...jobs.values()].at(-1);
    if (newest !== undefined) await one.run(newest);
    expect(texts().at(-1)).toContain('건너뜁니다');
    expect([tasks.size, (await store.all()).length]).toEqual([1, 0]);
  });

  it('what masters say to it: moments and times in words, sorted by what comes next', async () => {
    const { clock } = house();
    const store = new ScheduleStore(redis.client());
    const commands = scheduleCommands({
      scheduler: clock(),
      store,
      frozen: () => false,
      paid: () => [],
      ended: () => Promise.resolve([]),
      hq: room,
      hqName: 'HQ',
      timeZone: SEOUL,
      roster,
    });
    const job = (name: 'schedule' | 'schedules', words: string, lang: 'ko' | 'en' = 'ko') => ({
      type: 'command' as const,
      room,
      source: EventId.parse(`$said-${words}`),
      at: Date.now(),
      by: master,
      lang,
      name,
      words,
    });
    const tell = (words: string, lang: 'ko' | 'en' = 'ko') => commands.schedule(job('schedule', words, lang));
    expect(await tell('"0 7 * * 1" 회의')).toMatch(
      /다음 실행: \*\*[^*]*07:00\*\* · 매주 월요일 07:00 \(`0 7 \* \* 1`\)/u,
    );
    expect(await tell('40분 뒤에 빨래')).toMatch(/\): 빨래\n\*\*\d{1,2}월 \d{1,2}일 .요일 \d\d:\d\d, 한 번만\*\*/u);
    expect(await tell('in 20 minutes tea', 'en')).toMatch(
      /\): tea\n\*\*[A-Z][a-z]+day \d{1,2} [A-Z][a-z]+ \d\d:\d\d, once only\*\*/u,
    );
    expect(await tell('어제 7시에 빨래')).toMatch(/이미 지난 때[^]*예약한 것은 없습니다/u);
    expect(await tell('내일 빨래')).toContain('몇 시인지도');
    expect(await tell('매일 7시에 날씨')).toContain('매일 07:00');
    const lines = ((await commands.schedules(job('schedules', ''))) ?? '').split('\n');
    expect(lines).toHaveLength(8);
    expect(lines.slice(0, 2).join('\n')).toMatch(
      /^- \*\*\d{1,2}월 \d{1,2}일 .요일 \d\d:\d\d\*\* · 한 번만 · `[a-z2-7]{4}`\n {2}tea$/u,
    );
    expect(lines.findIndex((line) => line.endsWith('tea'))).toBeLessThan(
      lines.findIndex((line) => line.endsWith('빨래')),
    );
    expect(lines.join('\n')).toMatch(/\*\* · 매일 07:00 · `[a-z2-7]{4}`\n {2}날씨$/mu);
    expect(lines[lines.indexOf('  회의') - 1]).toContain('매주 월요일 07:00 (`0 7 * * 1`)');
  });

  it('run-now runs once for one command, beside the clock', async () => {
    const { jobs, at, clock, schedule, work, tasks, texts } = house();
    const made = await schedule();
    const one = clock();
    const kept = await new ScheduleStore(redis.client()).get(made.id);
    if (kept === null) throw new Error('gone');
    for (let i = 0; i < 2; i += 1) await one.runNow(kept, EventId.parse('$now'), at.now);
    await work(one);
    expect([jobs.size, tasks.size]).toEqual([1, 1]);
    expect(texts()[0]).toContain('(지금 실행)');
    expect([...jobs.keys()]).toEqual(['$order.run.now.$now']);
    expect(jobId([...jobs.values()][0]!)).toBe('$order.run.now.$now');
  });

  it('the cycle: a thread a day, a task a round, ends told there, a digest, and no round waits for the master', async () => {
    const { at, jobs, clock, schedule, tasks, sent, texts } = house();
    const one = clock();
    await schedule({ kind: 'cycle', cron: '*/15 * * * *', missed: 'skip', mission: '' });
    await schedule({ source: EventId.parse('$digest'), kind: 'digest', cron: '0 21 * * *', mission: '' });
    const step = async (to: string) => {
      const before = jobs.size;
      at.now = utc(to);
      await one.tick();
      for (const job of [...jobs.values()].slice(before)) await one.run(job);
    };
    at.now = utc('2026-11-22T11:20');
    await new ScheduleStore(redis.client()).handled(scheduleId(EventId.parse('$order')), at.now);
    await step('2026-11-22T11:30');
    const heads = () => texts().filter((text) => text.includes('의 순환**'));
    expect(heads()).toHaveLength(1);
    expect(tasks.size).toBe(1);
    const [[first, task] = []] = [...tasks];
    if (first === undefined || task === undefined) throw new Error('no round');
    expect(task).toMatchObject({
      origin: 'cycle',
      mission: expect.stringMatching(/자비스[^]*클로드[^]*마누스[^]*가브리엘/),
    });
    tasks.set(first, { ...task, phase: 'asking' });
    await step('2026-11-22T11:45');
    expect(tasks.size).toBe(2);
    tasks.set(first, { ...task, phase: 'done', report: '어항을 주문했습니다.' });
    await step('2026-11-22T12:00');
    const day = [...sent.values()].find(({ text }) => text.includes('의 순환**'));
    const threaded = [...sent.values()].filter(({ thread }) => thread === day?.id).map(({ text }) => text);
    expect(threaded).toEqual([
      expect.stringContaining('1번째 차례를 시작'),
      expect.stringContaining('2번째 차례를 시작'),
      expect.stringMatching(/✅ 1번째 차례 \(#1\): 어항을 주문/),
      expect.stringMatching(/하루 요약[^]*어항을 주문[^]*마스터를 기다리는 차례: 1개/),
    ]);
    expect(texts().filter((text) => text.includes('건너뜁니다'))).toHaveLength(1);
    for (const [root, round] of tasks) tasks.set(root, { ...round, phase: 'done' });
    await step('2026-11-22T15:00:01');
    expect(heads()).toHaveLength(2);
    const cycle = await new ScheduleStore(redis.client()).get(scheduleId(EventId.parse('$order')));
    if (cycle === null) throw new Error('gone');
    await one.end(cycle, master);
    expect([...tasks.values()].at(-1)?.phase).toBe('cancelled');
  });

  it('two schedules that begin alike both stand, are called by what tells them apart, and end together where that was not said', async () => {
    const { schedule, at } = house();
    const store = new ScheduleStore(redis.client());
    const seen = new Map<string, string>();
    let pair: readonly string[] = [];
    for (let i = 0; pair.length === 0; i += 1) {
      const alike = seen.get(scheduleId(EventId.parse(`$twin-${i}`)).slice(0, 4));
      if (alike !== undefined) pair = [alike, `$twin-${i}`];
      seen.set(scheduleId(EventId.parse(`$twin-${i}`)).slice(0, 4), `$twin-${i}`);
    }
    const [one, other] = [
      await schedule({ source: EventId.parse(pair[0]!) }),
      await schedule({ source: EventId.parse(pair[1]!), mission: '사료' }),
    ];
    const all = await store.all();
    expect(all.map(({ source }) => source).toSorted()).toEqual(pair.toSorted());
    for (const { name } of all) expect(await store.named(name)).toHaveLength(1);
    expect(await store.named(one.id.slice(0, 4))).toHaveLength(2);
    // As the executor sees it: every name that may have meant it takes it away.
    const word = one.id.slice(0, 4);
    expect([one, other].map(({ source }) => revocationOf(source, '!예약', (key) => (key === word ? 7 : 0)))).toEqual([
      7, 7,
    ]);
    const name = all.find(({ source }) => source === one.source)?.name ?? '';
    expect([one, other].map(({ source }) => revocationOf(source, '!예약', (key) => (key === name ? 7 : 0)))).toEqual([
      7, 0,
    ]);
    expect(at.now).toBeGreaterThan(0);
  });

  it('what an older version has kept under four letters stays one schedule, and what cannot be read stops no other', async () => {
    const { schedule } = house();
    const aside: string[] = [];
    const store = new ScheduleStore(redis.client(), ({ what, id, why }) =>
      Promise.resolve(void aside.push(`${what} ${id} ${why}`)),
    );
    const source = EventId.parse('$old');
    const old = {
      v: 1,
      id: scheduleId(source).slice(0, 4),
      source,
      at: 1,
      room: '!hq:test',
      by: '@master:test',
      lang: 'ko',
      kind: 'schedule',
      cron: '0 7 * * *',
      mission: '날씨',
      missed: 'once',
    } as const;
    await redis.client().hset('chavion:swarm:clock:schedules', { [old.id]: JSON.stringify(old), zzzz: '{"v":9}' });
    await schedule({ source });
    expect((await store.all()).map(({ id, name }) => [id, name])).toEqual([[old.id, old.id]]);
    expect((await store.all()).length).toBe(1);
    expect(aside).toEqual([expect.stringMatching(/^schedule zzzz /u)]);
    const [kept] = await store.named(scheduleId(source).slice(0, 6));
    if (kept === undefined) throw new Error('gone');
    await store.remove(kept);
    await redis.client().hdel('chavion:swarm:clock:schedules', 'zzzz');
    expect(await store.all()).toEqual([]);
  });
});

describe('what a cycle may cost', () => {
  const PRICE = { input: 1_250_000, output: 10_000_000 };
  it.each([
    ['* * * * *', 1_440],
    ['*/15 * * * *', 96],
    ['0 * * * *', 24],
    ['0 */2 * * *', 12],
  ])('%s goes round %i times a day at most', (cron, rounds) => {
    expect(roundsADay(cron)).toBe(rounds);
  });

  it('is guessed from who is asked and at what price, and known once rounds have ended', () => {
    expect(cycleCost('* * * * *', [], [])).toBeNull();
    const guess = cycleCost('* * * * *', [{ price: PRICE }, { price: PRICE }, {}], []);
    // Nine questions to three, and five once: 14 of 5,200 tokens, 1,440 times.
    expect(guess).toMatchObject({ rounds: 1_440, calls: 14, tokens: 1_440 * 14 * 5_200, measured: false });
    expect(guess?.usd).toBe(1_440 * 11 * (4_000 * 1.25 + 1_200 * 10));
    expect(
      cycleCost(
        '*/15 * * * *',
        [{ price: PRICE }],
        [
          { usd: 10_000, tokens: 900 },
          { usd: 20_000, tokens: 1_100 },
          { usd: 0, tokens: 0 },
        ],
      ),
    ).toEqual({ rounds: 96, calls: 8, usd: 96 * 15_000, tokens: 96_000, measured: true });
  });

  it('is said in words for a phone', () => {
    expect(cycleCosts.ko(null)).toContain('돈이 들지 않습니다');
    expect(cycleCosts.ko({ rounds: 1_440, calls: 14, tokens: 100_000_000, usd: 269_000_000, measured: false })).toMatch(
      /하루 최대 1,440번[^]*\$269\.00[^]*!예산 전체 하루 5달러/u,
    );
    expect(cycleCosts.en({ rounds: 96, calls: 8, tokens: 96_000, usd: 1_440_000, measured: true })).toMatch(
      /96 rounds a day[^]*\$1\.44[^]*by the last rounds/u,
    );
  });
});
