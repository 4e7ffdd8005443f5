import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Shown } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';
import { Scene } from '../house/scene.ts';
import { lendFolder, startTask, takeBack, type TaskView } from '../house/task-scene.ts';

let scene: Scene;
let site: string;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
  await lendFolder(scene.house, 'shop', 'ro', { 'stock-2026.csv': 'food,12\n', 'hours.txt': '9-18\n' });
  site = await lendFolder(scene.house, 'site', 'rw', { 'index.html': '<p>open</p>\n' });
});
afterAll(async () => {
  await scene[Symbol.asyncDispose]();
  takeBack();
});

const note = () => join(site, 'chavion-note.txt');
const AGENTS = ['gabriel', 'jarvis', 'claude', 'manus', 'perplexity', 'michael'];
const begin = (words: string) => startTask(scene.master, scene.hq, words);
const report = (task: TaskView): Promise<Shown> =>
  task.until('the report', () =>
    task
      .thread()
      .find(
        ({ who, msgtype, mentions }) =>
          who === 'coordinator' && msgtype === 'm.text' && mentions?.user_ids !== undefined,
      ),
  );
const results = (task: TaskView): readonly Json[] => task.results();

describe('a task', () => {
  it('goes from one line of the master to a report that holds the real listing of a lent folder', async () => {
    const task = await begin('//chavion_task: 서버 파일 목록 조회');
    const card = await task.ended();
    expect(card.body).toMatch(/^✅ \*\*임무 #\d+ · 끝/u);
    const told = await report(task);
    expect(told.body).toContain('stock-2026.csv');
    expect(told.body).toContain('hours.txt');
    expect(told.mentions?.user_ids).toEqual([scene.master.userId]);

    // Every phase has left what it has to leave, each once.
    expect(task.acts('electorate')).toHaveLength(1);
    expect(new Set(task.acts('proposal').map(({ sender }) => String(sender)))).toEqual(
      new Set(AGENTS.map((id) => scene.agent(id))),
    );
    expect(task.acts('proposal')).toHaveLength(AGENTS.length);
    expect(task.acts('ballot')).toHaveLength(AGENTS.length);
    expect(task.acts('decision')).toHaveLength(1);
    expect(task.poll()).toBeDefined();
    expect(task.events().filter(({ type }) => type === 'org.matrix.msc3381.poll.end')).toHaveLength(1);
    expect(task.thread().filter(({ chavion }) => chavion.kind === 'card')).toHaveLength(1);
    expect(results(task).map(({ state }) => state)).toEqual(results(task).map(() => 'done'));
    // All commands in one message; of the executor itself there are files alone.
    expect(task.runs().map(({ body }) => body.split('\n')[0])).toEqual([
      `🛠️ **명령 실행** · ${results(task).length}개 중 ${results(task).length}개 끝`,
    ]);
    expect(task.runs()[0]?.body).toContain('stock-2026.csv');
    expect(
      task
        .thread()
        .filter(({ who }) => who === 'executor')
        .map(({ msgtype }) => msgtype),
    ).toEqual(
      task
        .thread()
        .filter(({ who }) => who === 'executor')
        .map(() => expect.stringMatching(/^m\.(?:file|image)$/u)),
    );
    // Ballots are votes in the poll: of the vote one message stands in the thread.
    expect(task.thread().filter(({ body }) => body.startsWith('🗳️'))).toHaveLength(1);
    const files = () => task.thread().filter(({ msgtype }) => msgtype === 'm.file' || msgtype === 'm.image');
    // The card may be ahead of the last words in the thread.
    const markdown = await task.until('the report as a file', () =>
      files().find(({ body }) => body.includes('보고서')),
    );
    expect(
      files()
        .map(({ body }) => body)
        .filter((name) => name.endsWith('.png')),
    ).toHaveLength(1);
    expect(await scene.master.download(markdown.content.url)).toContain('stock-2026.csv');
    // Nothing rings but the end.
    expect(
      task
        .thread()
        .filter(({ mentions }) => mentions?.user_ids?.length > 0)
        .map(({ id }) => id),
    ).toEqual([told.id]);
  });

  it('leaves a workspace that goes at the master’s word, once the task has ended', async () => {
    const asked = async (order: string) =>
      (await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, order))).body;
    let code: string | undefined;
    await scene.until(async () => {
      const list = await asked('!관리 작업폴더');
      code = /`!관리 작업폴더 비우기 ([0-9a-f]{4,})`/.exec(list)?.[1];
      expect(list).toContain('서버 파일 목록 조회');
      return code !== undefined;
    });
    expect(await asked(`!관리 작업폴더 비우기 ${code ?? ''}`)).toContain('작업 폴더 1개를 지웠습니다');
    expect(await asked('!관리 작업폴더')).toContain('지울 임무 작업 폴더가 없습니다');
  });

  it('that stand-ins only played says so from its first line to its last, and never that it was done', async () => {
    const task = await begin('//chavion_task: A 회사와 B 회사 실적을 비교해서 내일 아침까지 보고서를 이메일로 보내줘');
    const called = await task.until('the call for plans', () =>
      task.thread().find(({ body }) => body.startsWith('📣')),
    );
    expect(called.body).toContain('🚧 여기서 못 하는 것: 이메일 보내기, 인터넷 조사');
    const card = await task.ended();
    expect(card.body).toMatch(/^🟡 \*\*임무 #\d+ · 연습만 함/u);
    expect(card.body).toContain('🚧 못 한 것: 이메일 보내기');
    const told = await report(task);
    expect(told.body).toMatch(/^🟡 [^\n]*아직 하지 않았습니다/u);
    for (const words of ['진짜로 하려면', '이메일 보내기', '인터넷 조사', 'npm start -- keys'])
      expect(told.body).toContain(words);
    const verdict = task.thread().find(({ body }) => body.startsWith('🔬'));
    expect(verdict?.body).toContain('연습이었습니다');
    expect([card.body, told.body, verdict?.body].join('\n')).not.toMatch(
      /결과도 확인했습니다|결과가 맞습니다|계획대로 했고/u,
    );
  });

  it('of which the first command fails is diagnosed, patched and ends done', async () => {
    const task = await begin('!임무 실패하는 명령을 고쳐서 오늘 날짜를 적어줘');
    const card = await task.ended();
    expect(card.body).toMatch(/^✅/u);
    const states = results(task).map(({ step, attempt, state }) => `${step} ${attempt} ${state}`);
    expect(states).toContain('write-date 1 failed');
    expect(states).toContain('write-date 2 done');
    expect(task.acts('patch').length).toBeGreaterThan(0);
    expect(task.acts('patched')).toHaveLength(1);
  });

  it('with a command for the server itself waits for the master, and runs after his ✅', async () => {
    const task = await begin('/chavion_task: site 폴더에 메모를 남겨줘');
    const request = await task.until('a request', () =>
      task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
    );
    await task.until('the card', () => (task.card()?.body.includes('✋') === true ? true : undefined));
    expect(existsSync(note())).toBe(false);
    await scene.master.react(scene.hq, request.id, '✅');
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(
      results(task)
        .filter(({ step }) => step === 'leave-note')
        .map(({ state }) => state),
    ).toEqual(['done']);
    expect(existsSync(note())).toBe(true);
    rmSync(note());
  });

  it('waits through a freeze where it is, and through a crash in it, and goes on when it thaws', async () => {
    const told = async (words: string) =>
      (await scene.master.noticed(scene.hq, await scene.master.say(scene.hq, words))).body;
    const said = (task: TaskView) =>
      task.thread().filter(({ who, chavion }) => who !== 'executor' && chavion.kind === 'act').length;
    const frozen = (task: TaskView) =>
      task.until('a card that says so', () => (task.card()?.body.includes('🧊') === true ? true : undefined));
    const task = await begin('/chavion_task: site 폴더에 메모를 남겨줘');
    const request = await task.until('a request', () =>
      task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
    );
    expect(await told('!동결')).toContain('동결했습니다');
    await frozen(task);
    const before = said(task);
    const pid = await scene.house.kill('swarm');
    await scene.house.reborn('swarm', pid);
    // What the executor has been given may end, and what is begun now waits.
    await scene.master.react(scene.hq, request.id, '✅');
    await task.until('the end of the command', () =>
      results(task).some(({ step, state }) => step === 'leave-note' && state === 'done') ? true : undefined,
    );
    const other = await begin('//chavion_task: shop 폴더의 파일 목록');
    await frozen(other);
    const taken = await begin('//chavion_task: site 폴더의 파일 목록');
    await frozen(taken);
    await taken.say('!취소');
    expect((await taken.ended()).body).toMatch(/^🚫/u);
    await scene.settled();
    expect([said(task), said(other)]).toEqual([before, 0]);
    expect(task.card()?.body).toContain('🧊');
    expect(await told('!해동')).toContain('풀었습니다');
    for (const one of [task, other]) expect((await one.ended()).body).toMatch(/^✅/u);
    expect(said(task)).toBeGreaterThan(before);
    rmSync(note());
  });

  it('is taken back by the master: in its thread, by its number, with a 🛑, with !stop, by taking its message out', async () => {
    const taken: ((task: TaskView, no: string) => Promise<unknown>)[] = [
      (task) => task.say('!취소'),
      (_task, no) => scene.master.say(scene.hq, `!cancel ${no}`),
      (task) => scene.master.react(scene.hq, task.root, '🛑'),
      (task) => scene.master.react(scene.hq, task.card()?.id ?? '', '🛑'),
      (task) => task.say('!stop'),
      (task) => scene.master.redact(scene.hq, task.root),
    ];
    for (const take of taken) {
      const task = await begin('//chavion_task: site 폴더에 메모를 남겨줘');
      await task.until('a request', () =>
        task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
      );
      const no = /#(\d+)/.exec(task.card()?.body ?? '')?.[1] ?? '';
      await take(task, no);
      expect((await task.ended()).body).toMatch(/^🚫/u);
      expect(existsSync(note())).toBe(false);
    }
  });

  it('goes on by a 🔁 on its card, as by a master’s retry', async () => {
    const task = await begin('//chavion_task: site 폴더에 메모를 남겨줘');
    const requests = () => task.thread().filter(({ who, body }) => who === 'executor' && body.startsWith('✋'));
    const first = await task.until('a request', () => requests()[0]);
    await scene.master.react(scene.hq, task.card()?.id ?? '', '🛑');
    expect((await task.ended()).body).toMatch(/^🚫[^]*🔁/u);
    await scene.master.react(scene.hq, task.card()?.id ?? '', '🔁');
    const again = await task.until('another request', () => requests().find(({ id }) => id !== first.id));
    await scene.master.react(scene.hq, again.id, '✅');
    expect((await task.ended()).body).toMatch(/^✅/u);
    expect(existsSync(note())).toBe(true);
    rmSync(note());
  });

  it('for a page of a pet shop ends with that page as a file of the thread', async () => {
    const task = await begin('//chavion_task: 펫샵 예약 관리 화면을 만들어줘');
    expect((await task.ended()).body).toMatch(/^✅/u);
    const files = results(task).flatMap(({ artifacts }) => artifacts ?? []);
    const page = files.find(({ path }) => String(path).endsWith('.html'));
    expect(await scene.master.download(String(page?.url))).toMatch(/<html[\s>]/);
    expect((await report(task)).body).toContain(String(page?.path));
  });

  it('goes on beside another', async () => {
    const both = await Promise.all([
      begin('//chavion_task: shop 폴더의 파일 목록'),
      begin('//chavion_task: list the files of the site folder'),
    ]);
    const [shop, site] = await Promise.all(both.map((task) => task.ended()));
    expect(shop?.body).toMatch(/^✅/u);
    expect(site?.body).toMatch(/^✅/u);
    for (const task of both) expect(task.acts('decision')).toHaveLength(1);
    expect(both[0]?.thread().some(({ body }) => body.includes('index.html'))).toBe(false);
    expect(both[1]?.thread().some(({ body }) => body.includes('stock-2026.csv'))).toBe(false);
  });

  it('is shown by its commands, and begun only where it can be', async () => {
    const said = async (words: string, room = scene.hq) =>
      (await scene.master.noticed(room, await scene.master.say(room, words))).body;
    expect(await said('!임무목록')).toContain('#1');
    expect(await said('!task 1')).toMatch(/^✅ \*\*임무 #1/u);
    expect(await said('!task 999')).toContain('999');
    expect(await said('!상태')).toContain('임무');
    expect(await said('//chavion_task:')).toContain('chavion_task');
    expect(await said('//chavion_task: 여기서', scene.ops)).toContain('본부');
    const before = scene.master.shown(scene.hq).filter(({ chavion }) => chavion.kind === 'card').length;
    const stranger = await scene.newcomer('visitor');
    await scene.bringIn(stranger, scene.hq);
    await stranger.say(scene.hq, '//chavion_task: 서버 파일 목록 조회');
    await scene.settled();
    expect(scene.master.shown(scene.hq).filter(({ chavion }) => chavion.kind === 'card')).toHaveLength(before);
  });

  it('hears the executor alone: the word of anybody else about its commands is nothing', async () => {
    const task = await begin('//chavion_task: site 폴더에 메모를 남겨줘');
    await task.until('a request', () =>
      task.thread().find(({ who, body }) => who === 'executor' && body.startsWith('✋')),
    );
    await task.until('the card to wait', () => task.card()?.body.includes('✋') === true || undefined);
    const decision = task.acts('decision')[0]?.content['com.chavion'].act.content;
    const step = task
      .acts('proposal')
      .map(({ content }) => content['com.chavion'].act.content)
      .find(({ hash }) => hash === decision.winner);
    const command = JSON.parse(step.plan).steps.find((one: Json) => one.kind === 'command').command.id;
    const forged = {
      v: 1,
      kind: 'result',
      source: task.root,
      root: task.root,
      result: { plan: decision.winner, step: command, attempt: 1, state: 'done', output: 'forged' },
    };
    await task.master.say(scene.hq, 'done', {
      'com.chavion': forged,
      'm.relates_to': { rel_type: 'm.thread', event_id: task.root },
    });
    await scene.settled();
    expect(task.card()?.body).toContain('✋');
    await task.say('!취소');
    await task.ended();
  });
});
