import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inRoom } from '../house/matrix.ts';
import { Person } from '../house/person.ts';
import { Scene } from '../house/scene.ts';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
});
afterAll(() => scene[Symbol.asyncDispose]());

/** What the admin says to a message of this person. */
async function admin(
  body: string,
  { by = scene.master, room = scene.hq }: { by?: Person; room?: string } = {},
): Promise<string> {
  const order = await by.say(room, body);
  const answer = await by.noticed(room, order);
  expect(answer.who).toBe('admin');
  return answer.body;
}

const nobodySaid = (room: string, order: string) => scene.master.shown(room).filter((one) => one.source === order);
const levels = async (room: string): Promise<Record<string, number>> =>
  (await scene.asAdmin('GET', inRoom(room, 'state/m.room.power_levels/'))).users;

describe('!admin', () => {
  it('explains itself, in both languages, and tells how the house stands', async () => {
    expect(await admin('!관리')).toContain('!관리 초대');
    // A Latin command is answered in the room's language, whatever stands behind it.
    expect(await admin('!admin disk please')).toMatch(/please.*모르겠습니다/);
    await scene.master.say(scene.ops, 'Good morning to all of you');
    expect(await admin('!admin backup', { room: scene.ops })).toContain('none yet');
    const users = await admin('!관리 사람', { room: scene.ops });
    expect(users).toContain('(@master:house.test) · 마스터');
    expect(users).toContain('에이전트 계정 7개');
    const direct = await scene.roomWith('claude');
    const rooms = await admin('!관리 방');
    expect(rooms).toMatch(/본부: 10명/);
    expect(rooms).toContain('- 마스터와 클로드: 2명');
    // There `!help` lists what works there, and asks nothing of the admin.
    const help = await scene.master.say(direct, '!도움');
    await scene.until(() => scene.master.shown(direct).some(({ source }) => source === help));
    expect(scene.master.shown(direct).find(({ source }) => source === help)?.body).toMatch(
      /클로드가 대답합니다[^]*!그만[^]*!기억[^]*본부 방에서/,
    );
    expect(await admin('!관리 디스크')).toMatch(/synapse: \d+ [KM]B[\s\S]*남은 자리: \d/);
    expect(await admin('!관리 버전')).toMatch(/Chavion 0\.\d[\s\S]*Synapse 1\.\d+/);
    expect(await admin('!관리 디스크')).toMatch(/^- 백업: .*\n- 기록: /m);
    expect(await admin('!관리 백업')).toContain('아직 없습니다');
    expect(await admin('!관리 상태')).toMatch(/synapse: 정상[\s\S]*redis: 정상[\s\S]*swarm: 정상/);
  });

  it('brings in another master, who commands from then on, and lets it go', async () => {
    const made = await admin('!관리 초대 @mina');
    expect(made).toContain('reset-password @mina');
    // Nobody's password stands in a room.
    expect(made).not.toMatch(/[a-z0-9]{4}(?:-[a-z0-9]{4}){3}/);
    expect(await admin('!관리 초대 @mina')).toContain('이미 마스터');
    for (const room of [scene.hq, scene.ops, scene.house.ready.space])
      expect((await levels(room))['@mina:house.test']).toBe(100);

    await scene.asAdmin('POST', '/_synapse/admin/v1/reset_password/%40mina%3Ahouse.test', {
      new_password: 'a-password-of-her-own',
      logout_devices: true,
    });
    await using mina = await Person.signIn(scene.house.ready.homeserver, '@mina:house.test', 'a-password-of-her-own');
    expect(await admin('!admin health', { by: mina })).toContain('synapse');
    const question = await mina.say(scene.hq, '클로드야 안녕');
    await mina.answered(scene.hq, question);
    expect(await admin('!관리 제거 @mina', { by: mina })).toContain('본인입니다');
    expect(await admin('!관리 제거 @master', { by: mina })).toContain('첫 마스터');

    expect(await admin('!관리 제거 @mina')).toContain('마스터가 아니고');
    for (const room of [scene.hq, scene.ops, scene.house.ready.space]) {
      expect((await levels(room))['@mina:house.test'] ?? 0).toBe(0);
      expect(Object.keys((await scene.asAdmin('GET', inRoom(room, 'joined_members'))).joined)).not.toContain(
        '@mina:house.test',
      );
    }
    expect((await mina.call('GET', '/_matrix/client/v3/account/whoami')).status).toBe(401);
    expect(await admin('!관리 제거 @mina')).toContain('마스터가 아닙니다');
    // Back again, under the account of before.
    expect(await admin('!관리 초대 @mina')).toContain('마스터로 들였습니다');
    await admin('!관리 제거 @mina');
  });

  it('refuses names that are nobody’s, and the accounts of the house', async () => {
    for (const [order, said] of [
      ['!관리 초대', '누구인지'],
      ['!관리 초대 미나', '영어 소문자'],
      ['!관리 초대 @mina:elsewhere.test', '영어 소문자'],
      ['!관리 초대 @agent_claude', '사람이 쓰는 계정이 아닙니다'],
      ['!관리 제거 @admin', '사람이 쓰는 계정이 아닙니다'],
      ['!관리 제거 @executor', '사람이 쓰는 계정이 아닙니다'],
    ] as const)
      expect(await admin(order)).toContain(said);
    expect(
      Object.entries(await levels(scene.hq))
        .filter(([, level]) => level === 100)
        .map(([user]) => user),
    ).toEqual(['@master:house.test']);
  });

  it('obeys neither a guest, nor an agent, nor the swarm, and says nothing beside the admin', async () => {
    await using guest = await scene.newcomer('guest');
    await scene.bringIn(guest, scene.hq);
    const asked = await guest.say(scene.hq, '!admin invite @guest');
    const told = await guest.noticed(scene.hq, asked);
    expect(told.who).not.toBe('admin');
    const order = await scene.master.say(scene.hq, '!관리 방');
    await scene.master.noticed(scene.hq, order);
    await scene.settled();
    expect(nobodySaid(scene.hq, order)).toHaveLength(1);
    expect((await levels(scene.hq))['@guest:house.test'] ?? 0).toBe(0);
    // The admin's token is where the launcher is, and nowhere else.
    const token = scene.secrets.adminToken ?? 'none';
    expect(await scene.redisContents()).not.toContain(token);
    const { swarm, executor } = await scene.house.pids();
    for (const pid of [swarm, executor]) expect(await readFile(`/proc/${pid}/environ`, 'utf8')).not.toContain(token);
    expect(await readFile(join(scene.house.data, 'logs', 'launcher.log'), 'utf8')).not.toContain(token);
  });

  it('goes on after the homeserver was killed, and carries out once what was sent while the launcher was away', async () => {
    const { house, master, hq } = scene;
    const before = await house.kill('synapse');
    await house.reborn('synapse', before);
    await scene.until(() =>
      master.call('GET', '/_matrix/client/versions').then(
        () => true,
        () => false,
      ),
    );
    expect(await admin('!관리 버전')).toContain('Synapse');

    await house.kill('launcher');
    const order = await master.say(hq, '!관리 초대 @hana');
    await house.start();
    await master.noticed(hq, order);
    const again = await master.say(hq, '!관리 제거 @hana');
    await master.noticed(hq, again);
    // A launcher that forgets its place, and one that is started anew, bring nobody back.
    await house.kill('launcher');
    await house.start();
    expect(await admin('!관리 상태')).toContain('synapse');
    await sleep(1_000);
    expect(nobodySaid(hq, order)).toHaveLength(1);
    expect((await levels(hq))['@hana:house.test'] ?? 0).toBe(0);
  });

  it('does not follow what was edited or is old', async () => {
    const { house, master, hq } = scene;
    await house.kill('launcher');
    const order = await master.say(hq, '!관리 방');
    await master.edit(hq, order, '!관리 초대 @sora');
    const taken = await master.say(hq, '!관리 초대 @sora');
    await master.redact(hq, taken);
    await house.start();
    expect((await master.noticed(hq, order)).body).toContain('고친 메시지');
    await admin('!관리 백업');
    expect(nobodySaid(hq, taken).filter((one) => one.who === 'admin')).toEqual([]);
    expect((await levels(hq))['@sora:house.test'] ?? 0).toBe(0);
  });
});
