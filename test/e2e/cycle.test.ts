import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shown } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';
import { lendFolder, takeBack, TaskView } from '../house/task-scene.ts';

let scene: Scene;
let site: string;
beforeAll(async () => {
  // Those of whom a round speaks; all of them rehearse, the executor does not.
  scene = await Scene.open({ keys: false, roster: rosterOf('gabriel', 'jarvis', 'claude', 'manus') });
  site = await lendFolder(scene.house, 'site', 'rw', { 'index.html': '<p>open</p>\n' });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  takeBack();
});

const PATIENCE_MS = 150_000;
const view = (root: string) => new TaskView(scene.master, scene.hq, root);
const told = async (words: string): Promise<string> =>
  (await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, words))).body;
const of = (source: string, pattern: RegExp): readonly Shown[] =>
  scene.master
    .shown(scene.hq)
    .filter(
      (one) => one.who === 'coordinator' && one.source === source && one.thread === undefined && pattern.test(one.body),
    );
const results = (task: TaskView): readonly Json[] => task.results();
const report = (task: TaskView) =>
  task.until('the report', () =>
    task
      .thread()
      .find(
        ({ who, msgtype, mentions }) =>
          who === 'coordinator' && msgtype === 'm.text' && mentions?.user_ids !== undefined,
      ),
  );
const request = (task: TaskView) =>
  task.until('a request', () => task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')));
const idIn = (text: string) => /`([a-z2-7]{4})`/.exec(text)?.[1] ?? '';

/** What is waited for comes at a full minute of the owner's clock, or a moment after it. */
async function inAMinute<T>(what: string, find: () => T | undefined): Promise<T> {
  let found: T | undefined;
  for (const end = Date.now() + PATIENCE_MS; found === undefined && Date.now() < end;)
    found = await scene.master.until(what, scene.hq, find).catch(() => undefined);
  return found ?? scene.master.until(what, scene.hq, find);
}

describe('the standing cycle', () => {
  let cycle: string;
  /** Schedules: every minute, and once in a minute. */
  let order: string;
  let once: string;
  /** The round that nobody answers. */
  let waiting: TaskView;
  const rounds = () => of(cycle, /차례 \(\d\d:\d\d\)$/u);
  const next = async () => {
    const before = rounds().length;
    return view((await inAMinute('another round', () => rounds()[before])).id);
  };
  /** What the thread of the day says of a round. */
  const lines = (task: TaskView) => {
    const [day] = of(cycle, /의 순환\*\*/u);
    const no = rounds().findIndex(({ id }) => id === task.root) + 1;
    return scene.master
      .shown(scene.hq)
      .filter((one) => day !== undefined && one.thread === day.id && one.body.includes(`${no}번째 차례`));
  };
  const ending = (task: TaskView) => task.until('its end in the thread of the day', () => lines(task)[1]);

  it('goes round by itself: the agents find something, plan it, the executor carries it out, the thread of the day tells of it', async () => {
    cycle = await scene.master.say(scene.hq, '!순환 켜기 1분');
    expect((await scene.master.noticed(scene.hq, cycle)).body).toMatch(
      /순환을 켰습니다[^]*다음 차례: \*\*[^]*돈이 들지 않습니다/u,
    );
    const first = await next();
    // Stand-ins only show how a round goes, and say so.
    expect((await first.ended(PATIENCE_MS)).body).toMatch(/^🟡[^]*연습이라/u);
    for (const [act, count] of [
      ['electorate', 1],
      ['proposal', 4],
      ['ballot', 4],
      ['decision', 1],
    ] as const)
      expect(first.acts(act)).toHaveLength(count);
    expect(results(first).length).toBeGreaterThan(0);
    expect(results(first).map(({ state }) => state)).toEqual(results(first).map(() => 'done'));
    // What the box printed, not what somebody says it printed.
    expect(
      results(first)
        .map(({ output }) => output ?? '')
        .join('\n'),
    ).toContain('note.md');
    expect((await report(first)).body).toContain('note.md');
    const end = await ending(first);
    expect(lines(first)[0]?.body).toContain(encodeURIComponent(first.root));
    expect(end.body).toMatch(/^🟡 1번째 차례 \(#\d+\): \S/u);
  }, 400_000);

  it('lets what asks wait for the master, and begins the next round meanwhile', async () => {
    const { master, hq } = scene;
    // Of this the next round makes its matter: a lent folder is written to, which asks.
    await master.answered(hq, await master.say(hq, '자비스야, site 폴더에 메모를 남겨줘'));
    const asking = await next();
    const asked = await request(asking);
    // They run in the minute of the next round, beside it.
    order = await master.say(hq, '!예약 1분마다 서버 파일 목록 조회');
    once = await master.say(hq, '!예약 1분 뒤에 서버 파일 목록 조회');
    waiting = await next();
    expect(waiting.root).not.toBe(asking.root);
    // It writes the same note: tried after the yes below, it would change nothing and need not ask.
    await request(waiting);
    expect(asking.card()?.body).toContain('✋');
    expect(existsSync(join(site, 'chavion-note.txt'))).toBe(false);
    expect(lines(asking)).toHaveLength(1);

    await master.react(hq, asked.id, '✅');
    expect((await asking.ended(PATIENCE_MS)).body).toMatch(/^✅/u);
    expect(
      results(asking)
        .filter(({ step }) => step === 'leave-note')
        .map(({ state }) => state),
    ).toEqual(['done']);
    expect(existsSync(join(site, 'chavion-note.txt'))).toBe(true);
    expect((await ending(asking)).body).toMatch(/^✅ \d+번째 차례/u);
  }, 600_000);

  it('has schedules beside it that run by the clock as they do by hand, each under the order that stands behind it', async () => {
    const { master, hq } = scene;
    const id = idIn((await master.noticed(hq, order)).body);
    for (const each of [order, once]) {
      const task = view((await inAMinute('a run', () => of(each, /예약 실행/u)[0])).id);
      expect((await task.ended(PATIENCE_MS)).body).toMatch(/^✅/u);
      expect(
        results(task)
          .map(({ output }) => output ?? '')
          .join('\n'),
      ).toContain('index.html');
    }
    // What was for once is over, and came once, in its minute and not before it.
    const said = master.shown(hq).find(({ id: event }) => event === once)?.at ?? 0;
    expect((of(once, /예약 실행/u)[0]?.at ?? 0) - said).toBeGreaterThanOrEqual(59_000);
    const listed = await told('!예약목록');
    expect(listed).toContain(`\`${id}\``);
    expect(listed).not.toContain(`\`${idIn((await master.noticed(hq, once)).body)}\``);
    expect(of(once, /예약 실행/u)).toHaveLength(1);
  }, 400_000);

  it('is off at once: what waits ends, and no further round begins though the clock goes on', async () => {
    const { master, hq } = scene;
    expect(waiting.card()?.body).toContain('✋');
    expect(await told('!cycle off')).toMatch(/순환을 껐습니다|cycle is off/u);
    expect((await waiting.ended(PATIENCE_MS)).body).toMatch(/^🚫/u);
    expect((await ending(waiting)).body).toMatch(/^🚫/u);
    const count = rounds().length;
    // The proof that a minute has come: a schedule was on the clock for it. Its message edited, it runs no more, and says so.
    const id = idIn((await master.noticed(hq, order)).body);
    await master.edit(hq, order, '!예약 1분마다 다른 일');
    await inAMinute('a word on it', () => of(order, new RegExp(`${id}[^]*(?:더는|no more)`, 'u'))[0]);
    await scene.settled();
    expect(rounds()).toHaveLength(count);
    // Its day is told once more, in one message.
    expect(await told('!순환 요약 21')).toContain('21시');
    const digest = /`([a-z2-7]{4,})`\n {2}[^\n]*요약/.exec(await told('!예약목록'))?.[1] ?? '';
    await master.say(hq, `!지금실행 ${digest}`);
    const summary = await master.until('the digest', hq, () =>
      master.shown(hq).find(({ who, body }) => who === 'coordinator' && body.startsWith('🔄 **하루 요약**')),
    );
    expect(summary.body.split('\n').filter((line) => /^- (?:✅|🟡|🚫)/u.test(line))).toHaveLength(count);
    expect(await told('!순환 요약 끄기')).toContain('껐습니다');
    expect(await told('!순환')).toContain('꺼져');
    expect(await told('!예약목록')).toContain('예약이 없습니다');
  }, 400_000);
});

describe('a schedule', () => {
  it.each([
    ['in Korean words', '!예약 매일 아침 7시에 서버 파일 목록 조회', '!지금실행', /예약 실행/u],
    [
      'as a cron line',
      '!schedule "0 7 * * 1-5" list the files of the site folder',
      '!run-now',
      /Scheduled run|예약 실행/u,
    ],
  ])(
    '%s runs its mission through the executor to a report, now',
    async (_how, words, now, head) => {
      const { master, hq } = scene;
      const order = await master.say(hq, words);
      const id = idIn((await master.noticed(hq, order)).body);
      await master.say(hq, `${now} ${id}`);
      const task = view((await master.until('a run', hq, () => of(order, head)[0])).id);
      expect((await task.ended(PATIENCE_MS)).body).toMatch(/^✅/u);
      expect(results(task).map(({ state }) => state)).toEqual(results(task).map(() => 'done'));
      expect(
        results(task)
          .map(({ output }) => output ?? '')
          .join('\n'),
      ).toContain('index.html');
      expect((await report(task)).body).toContain('index.html');
      await told(`!unschedule ${id}`);
    },
    400_000,
  );
});
