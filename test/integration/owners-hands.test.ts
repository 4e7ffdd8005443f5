import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Secrets } from '../../bridge/launcher/instance/secrets.ts';
import { RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { bringIn } from '../../synapse/enter-room.ts';
import { provisionRoom } from '../../synapse/provision-rooms.ts';
import { people } from '../../synapse/residents.ts';
import { keepDown } from '../house/keep-down.ts';
import { inRoom, request, signIn } from '../house/matrix.ts';
import { Person } from '../house/person.ts';
import { Scene } from '../house/scene.ts';
import { verb } from '../house/verb.ts';

/** What a person can do in Element's room settings and with the buttons of Ketesa; the house goes on, or says what is wrong. */

let scene: Scene;
let master: Person;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
  master = scene.master;
});
afterAll(() => scene[Symbol.asyncDispose]());

const server = () => scene.house.ready.homeserver;
const secrets = async () => Secrets.parse(JSON.parse(await readFile(join(scene.house.data, 'secrets.json'), 'utf8')));
const hqNow = async () => (await scene.house.readyFile())?.rooms.hq ?? '';
const user = (name: string) => `/_synapse/admin/v2/users/${encodeURIComponent(`@${name}:house.test`)}`;

/** As a page that somebody has opened as the admin. */
async function press(method: string, path: string, body: unknown): Promise<void> {
  const token = await signIn(server(), '@admin:house.test', (await secrets()).passwords.admin);
  const { status } = await request(server(), method, path, { token, body });
  expect([path, status]).toEqual([path, 200]);
}

/** Said again and again until somebody has answered: whoever was locked out has to be let in first. */
async function answered(text: string, who: string): Promise<string> {
  for (let tries = 0; ; tries += 1) {
    const hq = await hqNow();
    const order = await master.say(hq, text);
    const end = Date.now() + 8_000;
    while (Date.now() < end) {
      if (master.shown(hq).some((one) => one.who === who && (one.source === order || one.replyTo === order)))
        return who;
      await sleep(200);
    }
    if (tries === 15) throw new Error(`${who} does not answer "${text}":\n${master.print(hq)}`);
  }
}

describe('the house’s own accounts', () => {
  it('are taken back: the executor’s after a new password, and after being closed', async () => {
    await press('PUT', user('executor'), { password: 'chosen-by-the-owner' });
    expect(await answered('!실행 echo 안녕', 'executor')).toBe('executor');
    await press('PUT', user('executor'), { deactivated: true });
    expect(await answered('!실행 echo 다시', 'executor')).toBe('executor');
  });

  it('are taken back: the admin’s after a new password, a lock, and after being closed', async () => {
    for (const body of [{ password: 'chosen-by-the-owner' }, { locked: true }, { deactivated: true }]) {
      await press('PUT', user('admin'), body);
      expect(await answered('!관리 버전', 'admin')).toBe('admin');
    }
    const opened = await request(server(), 'POST', '/_matrix/client/v3/login', {
      body: {
        type: 'm.login.password',
        identifier: { type: 'm.id.user', user: '@admin:house.test' },
        password: 'chosen-by-the-owner',
      },
    });
    expect(opened.status).toBe(403);
  });

  it('are taken back by a start, and passwords are made anew with the house off', async () => {
    const { house } = scene;
    await press('PUT', user('executor'), { password: 'chosen-by-the-owner' });
    await press('PUT', user('admin'), { password: 'chosen-by-the-owner' });
    await house.stop();
    expect((await verb(house, ['admin-login', '--new'])).code).toBe(0);
    const { code, said } = await verb(house, ['reset-password']);
    expect([code, said]).toEqual([0, expect.stringContaining((await secrets()).passwords.master)]);
    await house.start();
    expect(house.output).toContain((await secrets()).passwords.master);
    await master[Symbol.asyncDispose]();
    master = await Person.signIn(server(), '@master:house.test', (await secrets()).passwords.master);
    expect(await answered('!관리 버전', 'admin')).toBe('admin');
    expect(await answered('!실행 echo 안녕', 'executor')).toBe('executor');
  });
});

describe('a master’s password that was chosen elsewhere', () => {
  it('is not shown by a start as if it were known', async () => {
    const { house } = scene;
    const old = (await secrets()).passwords.master;
    await press('PUT', user('master'), { password: 'chosen-in-ketesa', logout_devices: false });
    await house.stop();
    await house.start();
    expect(house.output).not.toContain(old);
    expect(house.output).toContain('npm start -- reset-password');
    expect((await verb(house, ['doctor'])).said).toContain('reset-password');
  });
});

describe('an agent that is switched off', () => {
  it('is told of, gets a line when it is called, and comes back', async () => {
    const suspend = (on: boolean) =>
      press('PUT', `/_synapse/admin/v1/suspend/${encodeURIComponent('@agent_manus:house.test')}`, { suspend: on });
    const hq = await hqNow();
    await suspend(true);
    await master.until('the news', hq, () =>
      master.shown(hq).find((one) => one.who === 'admin' && one.body.includes('마누스(정지)')),
    );
    const call = await master.say(hq, '마누스야 뭐해?');
    expect((await master.noticed(hq, call)).body).toContain('마누스');
    expect(master.answers(hq, call)).toEqual([]);
    await suspend(false);
    await master.until('the news', hq, () =>
      master.shown(hq).find((one) => one.who === 'admin' && /마누스: .*켜졌/.test(one.body)),
    );
    await master.answered(hq, await master.say(hq, '마누스야 돌아왔어?'), 1);
  });
});

describe('a room that a master upgrades', () => {
  it('is followed by everybody while the house runs, schedules included, and by the next start', async () => {
    const { house } = scene;
    const old = await hqNow();
    await master.noticed(old, await master.say(old, '!예약 매일 아침 7시에 방 정리하기'));
    const upgrade = await master.call('POST', inRoom(old, 'upgrade'), { new_version: '12' });
    expect(upgrade.status).toBe(200);
    await scene.until(async () => (await hqNow()) === upgrade.body['replacement_room']);
    const hq = await hqNow();
    expect(await answered('!관리 버전', 'admin')).toBe('admin');
    expect(await answered('!실행 echo 안녕', 'executor')).toBe('executor');
    await master.answered(hq, await master.say(hq, '얘들아 안녕'), 6);
    expect((await master.noticed(hq, await master.say(hq, '!예약목록'))).body).toContain('방 정리하기');
    expect((await master.noticed(old, await master.say(old, '아직 여기 있나요?'))).body).toContain(
      encodeURIComponent(hq),
    );
    await house.stop();
    await house.start();
    expect(await hqNow()).toBe(hq);
    await master.answered(hq, await master.say(hq, '클로드야 잘 지내?'), 1);
  });

  it('twice while nobody looks, with ops and the space: all is followed to its end, and a request that waits there is told of', async () => {
    const { house } = scene;
    const { rooms: before } = house.ready;
    const old = await hqNow();
    const root = await master.say(old, '!실행 --net nothing.invalid:443 echo 허락받음');
    const request = await master.until('the request', old, () =>
      master.shown(old).find((one) => one.who === 'executor' && one.replyTo === root && one.body.startsWith('✋')),
    );
    const upgrade = async (room: string): Promise<string> => {
      const { status, body } = await master.call('POST', inRoom(room, 'upgrade'), { new_version: '12' });
      expect(status).toBe(200);
      return String(body['replacement_room']);
    };
    const asleep = await keepDown(house, 'swarm');
    const between = await upgrade(old);
    const hq = await upgrade(between);
    const ops = await upgrade(await upgrade(before.ops));
    const space = await upgrade(house.ready.space);
    await asleep[Symbol.asyncDispose]();
    await scene.until(async () => (await house.readyFile())?.space === space);
    expect((await house.readyFile())?.rooms).toMatchObject({ hq, ops });

    const told = await master.until('word of what waits', hq, () =>
      master.shown(hq).find((one) => one.who === 'executor' && one.body.includes(encodeURIComponent(request.id))),
    );
    expect(told.body).toContain('앞방에서 답을 기다리는 요청이 1개');
    await master.react(old, request.id, '✅');
    await master.until('the end', old, () =>
      master.shown(old).find((one) => one.who === 'executor' && one.replyTo === root && one.body.includes('허락받음')),
    );
    expect(await answered('!실행 echo 안녕', 'executor')).toBe('executor');
    await master.until('the line in ops', ops, () =>
      master.shown(ops).find((one) => one.who === 'executor' && one.body.includes('echo 안녕')),
    );
    await master.answered(hq, await master.say(hq, '클로드야 여기야?'), 1);
    expect((await master.noticed(hq, await master.say(hq, '!예약목록'))).body).toContain('방 정리하기');
    // Each step of the way is known, so that whoever is put out of the house is put out of all of them.
    const { rooms } = JSON.parse(await readFile(join(house.data, 'provision.json'), 'utf8')) as {
      rooms: { former: readonly string[] };
    };
    expect(rooms.former).toEqual(expect.arrayContaining([old, between, before.ops]));
    const children = await master.call('GET', inRoom(space, 'state'));
    const listed = (children.body as unknown as { type: string; state_key: string; content: { via?: unknown } }[])
      .filter(({ type, content }) => type === 'm.space.child' && content.via !== undefined)
      .map(({ state_key }) => state_key);
    expect(listed).toEqual(expect.arrayContaining([hq, ops]));
    expect(listed).not.toContain(old);
  });

  it('has its settings put right, and whom the house needs brought back', async () => {
    const hq = await hqNow();
    for (const who of ['@executor:house.test', '@agent_coordinator:house.test'])
      expect((await master.call('POST', inRoom(hq, 'ban'), { user_id: who })).status).toBe(200);
    expect((await master.call('PUT', inRoom(hq, 'state/m.room.join_rules/'), { join_rule: 'public' })).status).toBe(
      200,
    );
    expect((await master.call('DELETE', '/_matrix/client/v3/directory/room/%23hq%3Ahouse.test')).status).toBe(200);
    await scene.until(
      async () => (await master.call('GET', inRoom(hq, 'state/m.room.join_rules/'))).body['join_rule'] === 'invite',
    );
    expect(await answered('!실행 echo 안녕', 'executor')).toBe('executor');
    await scene.until(
      async () =>
        (await master.call('GET', '/_matrix/client/v3/directory/room/%23hq%3Ahouse.test')).body['room_id'] === hq,
    );
  });
});

describe('an upgrade that the homeserver has not finished', () => {
  /** Between the tombstone and its end the homeserver writes the levels of both rooms once more, as they were. */
  class LateLevels extends HomeserverClient {
    late: (() => Promise<void>) | undefined;
    override async call<T>(...[method, path, ...rest]: Parameters<typeof HomeserverClient.prototype.call<T>>) {
      const { late } = this;
      if (path.startsWith('/_synapse/admin/v1/join/') && late !== undefined) {
        this.late = undefined;
        await late();
      }
      return super.call(method, path, ...rest);
    }
  }

  it('leaves nobody behind, and the old room open to those whose work ends there', async () => {
    const client = new LateLevels(server());
    const token = await signIn(server(), '@admin:house.test', (await secrets()).passwords.admin);
    const builder = { client, token, serverName: 'house.test', who: people('house.test') };
    const wanted = { alias: 'elsewhere', name: 'Elsewhere', topic: '', kind: 'room' } as const;
    const { room: old } = await provisionRoom(builder, wanted, undefined);
    const ours = [builder.who.coordinator, builder.who.executor, UserId.parse('@agent_claude:house.test')];
    for (const one of [builder.who.master, ...ours]) expect(await bringIn(client, token, old, one)).toBe(true);
    const levels = (await master.call('GET', inRoom(old, 'state/m.room.power_levels/'))).body;
    const upgrade = await master.call('POST', inRoom(old, 'upgrade'), { new_version: '12' });
    const room = RoomId.parse(upgrade.body['replacement_room']);
    const { [builder.who.master]: _, ...users } = Object(levels['users']) as Record<string, number>;
    const write = (to: RoomId, body: unknown) => master.call('PUT', inRoom(to, 'state/m.room.power_levels/'), body);
    client.late = async () => {
      expect((await write(old, { ...levels, events_default: 50 })).status).toBe(200);
      expect((await write(room, { ...levels, users })).status).toBe(200);
    };
    const first = await provisionRoom(builder, wanted, old, false);
    expect(first).toMatchObject({ room, fate: 'moved' });
    await provisionRoom(builder, wanted, room, false);
    const members = async () =>
      Object.keys((await master.call('GET', inRoom(room, 'joined_members'))).body['joined'] ?? {});
    expect(await members()).toEqual(expect.arrayContaining([builder.who.admin, ...ours]));
    expect((await master.call('GET', inRoom(old, 'state/m.room.power_levels/'))).body['events_default']).toBe(0);
    // Whoever was sent out of the new room stays out of it.
    expect((await master.call('POST', inRoom(room, 'kick'), { user_id: ours[2] })).status).toBe(200);
    await provisionRoom(builder, wanted, room, false);
    expect(await members()).not.toContain(ours[2]);
  });
});

describe('HQ deleted in Ketesa', () => {
  it('is said by the doctor and /ready, and made anew by the next start, which says so', async () => {
    const { house } = scene;
    const hq = await hqNow();
    const token = await signIn(server(), '@admin:house.test', (await secrets()).passwords.admin);
    await request(server(), 'DELETE', `/_synapse/admin/v2/rooms/${encodeURIComponent(hq)}`, {
      token,
      body: { block: false, purge: true },
    });
    const ready = async () =>
      (await (await fetch(`${house.ready.api ?? ''}/ready`)).json()) as {
        ready: boolean;
        parts: Record<string, boolean>;
      };
    await scene.until(async () => (await ready()).parts['rooms'] === false);
    await scene.until(async () => (await verb(house, ['doctor'])).said.includes('지워졌습니다'));
    await house.stop();
    await house.start();
    expect(house.output).toContain('지워져 새로 만들었습니다');
    const now = await hqNow();
    expect(now).not.toBe(hq);
    expect(await answered('!관리 버전', 'admin')).toBe('admin');
    expect(master.shown(now).some((one) => one.who === 'admin' && one.body.includes('지워져 새로 만들었습니다'))).toBe(
      true,
    );
  });
});
