import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Scene } from '../house/scene.ts';
import { bringOn } from '../house/schedule-clock.ts';

let scene: Scene;
beforeAll(async () => {
  // No keys: all six rehearse a task from its beginning to its report.
  scene = await Scene.open({ keys: false });
});
afterAll(() => scene[Symbol.asyncDispose]());

async function told(command: string, room = scene.hq): Promise<string> {
  return (await scene.master.noticed(room, await scene.master.say(room, command))).body;
}
const idIn = (text: string) => /`([a-z2-7]{4})`/.exec(text)?.[1] ?? '';
/** Heads of runs: what the coordinator wrote for the master's message, and no answer to it. */
const headsOf = (source: string) =>
  scene.master.shown(scene.hq).filter((one) => one.source === source && one.body.includes('예약 실행'));
const cardOf = (root: string) =>
  scene.master.shown(scene.hq).find((one) => one.thread === root && one.chavion.kind === 'card');

describe('!schedule', () => {
  it("is kept with the next run in the owner's time, and survives the swarm", async () => {
    const said = await told('!예약 매일 아침 7시에 날씨 알려 줘');
    expect(said).toMatch(/예약했습니다 \(`[a-z2-7]{4}`\): 날씨 알려 줘\n다음 실행: \*\*\S+[^*]*07:00\*\*/);
    const id = idIn(said);
    const pid = await scene.house.kill('swarm');
    await scene.house.reborn('swarm', pid);
    expect(await told('!예약목록')).toContain(`\`${id}\``);
    expect(await told(`!예약취소 ${id}`)).toContain('취소했습니다');
    expect(await told('!예약목록')).toContain('예약이 없습니다');
  });

  it('is kept for once, in words, and listed by what comes next', async () => {
    const often = await told('!예약 "0 7 1 1 *" 새해 인사');
    expect(often).toContain('매년 1월 1일 07:00 (`0 7 1 1 *`)');
    const once = await told('!예약 30분 뒤에 빨래 알려 줘');
    expect(once).toMatch(/: 빨래 알려 줘\n\*\*\d{1,2}월 \d{1,2}일 .요일 \d\d:\d\d, 한 번만\*\*/);
    const list = await told('!예약목록');
    expect(list).toMatch(/요일 \d\d:\d\d\*\* · 한 번만 · `[a-z2-7]{4,}`\n {2}빨래 알려 줘\n[^\n]*매년 1월 1일 07:00/);
    expect(await told('!예약 어제 7시에 빨래')).toMatch(/이미 지난 때[^]*예약한 것은 없습니다/);
    for (const one of [often, once]) await told(`!예약취소 ${idIn(one)}`);
  });

  it('explains what it cannot read', async () => {
    expect(await told('!예약 언젠가 날씨')).toMatch(/언제인지 읽지 못했습니다[^]*예약한 것은 없습니다/);
    expect(await told('!예약 7분마다 날씨')).toContain('간격은');
    expect(await told('!예약 "0 0 31 2 *" 날씨')).toContain('오지 않습니다');
    expect(await told('!예약 매일 7시에 날씨', scene.ops)).toContain('본부');
    expect(await told('!run-now zzzz')).toMatch(/zzzz/);
  });

  it('!run-now starts a task under a message of the coordinator that names the order', async () => {
    const { master, hq } = scene;
    const order = await master.say(hq, '!예약 매주 월요일 오후 3시 펫샵 예약 페이지 만들기');
    const id = idIn((await master.noticed(hq, order)).body);
    const command = await master.say(hq, `!지금실행 ${id}`);
    const head = await master.until('a run', hq, () => headsOf(order)[0]);
    expect(head).toMatchObject({
      who: 'coordinator',
      msgtype: 'm.notice',
      body: expect.stringMatching(/예약 실행 `[a-z2-7]{4}` \(지금 실행\): 펫샵 예약 페이지 만들기/),
    });
    const card = await master.until('its card', hq, () => cardOf(head.id));
    expect(card.body).toMatch(/#\d+/);
    // While it goes on another run is skipped, and says so.
    await master.say(hq, `!지금실행 ${id}`);
    await master.until('a word on the overlap', hq, () =>
      master.shown(hq).find((one) => one.source === order && one.body.includes('건너뜁니다')),
    );
    expect(headsOf(order)).toHaveLength(1);
    expect(master.notices(hq, command)).toEqual([]);
    await told('!취소');
    await told(`!예약취소 ${id}`);
  });

  it('fires by itself for once, and leaves the list; its run can be ended by its name', async () => {
    const { master, hq } = scene;
    const order = await master.say(hq, '!예약 내일 아침 7시에 펫샵 예약 페이지 만들기');
    const id = idIn((await master.noticed(hq, order)).body);
    await bringOn(scene.redis, id);
    const head = await master.until('a run', hq, () => headsOf(order)[0]);
    expect(await told('!예약목록')).toContain('예약이 없습니다');
    const card = await master.until('its card', hq, () => cardOf(head.id));
    expect(card.body).toMatch(/#\d+/);
    expect(await told(`!지금실행 ${id}`)).toContain('예약은 없습니다');
    expect(await told(`!예약취소 ${id}`)).toContain('취소했습니다');
    await scene.settled();
    expect(headsOf(order)).toHaveLength(1);
  });

  it('fires by itself, once, though the swarm dies in the minute', async () => {
    const { master, hq } = scene;
    const order = await master.say(hq, '!예약 1분마다 시각 적기');
    const id = idIn((await master.noticed(hq, order)).body);
    await master.until('a run', hq, () => headsOf(order)[0]);
    const pid = await scene.house.kill('swarm');
    await scene.house.reborn('swarm', pid);
    await told(`!예약취소 ${id}`);
    await scene.settled();
    const heads = headsOf(order);
    expect(new Set(heads.map(({ at }) => Math.floor(at / 60_000))).size).toBe(heads.length);
    expect(heads.length).toBeLessThan(3);
    expect(await told('!예약목록')).toContain('예약이 없습니다');
  });
});
