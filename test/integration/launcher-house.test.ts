import { execFile } from 'node:child_process';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PARTS, type Part, find } from '../../bridge/launcher/instance/accounts.ts';
import { SEPARATED_STATE } from '../../bridge/launcher/instance/instance.ts';
import { mark, signal } from '../../bridge/launcher/instance/processes.ts';
import { Secrets } from '../../bridge/launcher/instance/secrets.ts';
import { PowerLevels } from '../../synapse/power-levels.ts';
import { type House, startHouse } from '../house/house.ts';
import { verb } from '../house/verb.ts';
import { type Answer, asUser, inRoom, request, signIn } from '../house/matrix.ts';

let house: House;
let secrets: Secrets;
let master: string;
beforeAll(async () => {
  house = await startHouse();
  secrets = Secrets.parse(JSON.parse(readFileSync(join(house.data, 'secrets.json'), 'utf8')));
  master = await signIn(house.ready.homeserver, house.ready.master.userId, house.ready.master.password);
});
afterAll(() => house[Symbol.asyncDispose]());

const agent = (id: string) => `@agent_${id}:house.test`;
const call = (method: string, path: string, token?: string, body?: unknown): Promise<Answer> =>
  request(house.ready.homeserver, method, path, {
    ...(token === undefined ? {} : { token }),
    ...(body === undefined ? {} : { body }),
  });
const asAgent = (id: string, method: string, path: string, body?: unknown) =>
  call(method, asUser(path, agent(id)), secrets.appservice.appservice, body);
const asAdmin = (method: string, path: string, body?: unknown) => call(method, path, secrets.adminToken, body);
const members = async (room: string) => {
  const { body } = await asAdmin('GET', inRoom(room, 'joined_members'));
  return new Map(Object.entries(Members.parse(body).joined));
};
const levels = async (room: string) =>
  PowerLevels.parse((await asAdmin('GET', inRoom(room, 'state/m.room.power_levels/'))).body);
const Members = z.object({
  joined: z.record(z.string(), z.object({ display_name: z.string().nullish(), avatar_url: z.string().nullish() })),
});
const RESIDENTS = ['coordinator', 'gabriel', 'jarvis', 'claude', 'manus', 'perplexity', 'michael'];

describe('the furnished house', () => {
  it('has everybody in both rooms, with names and faces', async () => {
    for (const room of [house.ready.rooms.hq, house.ready.rooms.ops]) {
      const inside = await members(room);
      expect([...inside.keys()].toSorted()).toEqual(
        [...RESIDENTS.map(agent), '@admin:house.test', '@executor:house.test', '@master:house.test'].toSorted(),
      );
      expect(inside.get(agent('gabriel'))?.display_name).toBe('가브리엘');
      for (const id of RESIDENTS) expect(inside.get(agent(id))?.avatar_url).toMatch(/^mxc:\/\/house\.test\//);
    }
  });

  it('has masters and the coordinator alone in the room of what is remembered, where nobody else may speak', async () => {
    const { memory = '', hq } = house.ready.rooms;
    expect([...(await members(memory)).keys()].toSorted()).toEqual(
      [agent('coordinator'), '@admin:house.test', '@master:house.test'].toSorted(),
    );
    expect((await levels(memory)).events_default).toBe(50);
    expect((await asAdmin('GET', inRoom(memory, 'state/m.room.name/'))).body['name']).toBe('지침');
    // Of a master who is one by a level that he was given in Element, for as long as he has it.
    const mina = '@mina:house.test';
    await asAdmin('PUT', `/_synapse/admin/v2/users/${encodeURIComponent(mina)}`, { password: 'x'.repeat(20) });
    const now = await levels(hq);
    const withLevel = (level: number) =>
      asAdmin('PUT', inRoom(hq, 'state/m.room.power_levels/'), { ...now, users: { ...now.users, [mina]: level } });
    expect((await withLevel(100)).status).toBe(200);
    await expect.poll(async () => (await members(memory)).has(mina), { timeout: 40_000 }).toBe(true);
    await expect.poll(async () => (await levels(memory)).users[mina], { timeout: 40_000 }).toBe(100);
    expect((await withLevel(0)).status).toBe(200);
    await expect.poll(async () => (await members(memory)).has(mina), { timeout: 40_000 }).toBe(false);
    expect((await levels(memory)).users).not.toHaveProperty([mina]);
    // Whomever a master invites.
    expect((await call('POST', inRoom(memory, 'invite'), master, { user_id: agent('claude') })).status).toBe(200);
    const membership = async () =>
      (await asAdmin('GET', inRoom(memory, `state/m.room.member/${encodeURIComponent(agent('claude'))}`))).body[
        'membership'
      ];
    await expect.poll(membership, { timeout: 40_000 }).toBe('leave');
    await asAdmin('PUT', inRoom(hq, 'state/m.room.power_levels/'), now);
  });

  it('gives every agent a face of its own, a picture that can be fetched', async () => {
    const inside = await members(house.ready.rooms.hq);
    const faces = RESIDENTS.map((id) => String(inside.get(agent(id))?.avatar_url));
    expect(new Set(faces).size).toBe(RESIDENTS.length);
    const picture = await fetch(
      `${house.ready.homeserver}/_matrix/client/v1/media/download/${String(faces[0]).replace('mxc://', '')}`,
      { headers: { authorization: `Bearer ${master}` } },
    );
    expect(picture.headers.get('content-type')).toBe('image/png');
    expect(
      Buffer.from(await picture.arrayBuffer())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
  });

  it('stands in a space, unencrypted, closed to whom nobody invited', async () => {
    const { hq, ops, memory = '' } = house.ready.rooms;
    for (const room of [hq, ops, memory]) {
      expect(
        (await asAdmin('GET', inRoom(house.ready.space, `state/m.space.child/${encodeURIComponent(room)}`))).body[
          'via'
        ],
      ).toEqual(['house.test']);
      expect(
        (await asAdmin('GET', inRoom(room, `state/m.space.parent/${encodeURIComponent(house.ready.space)}`))).body[
          'canonical'
        ],
      ).toBe(true);
      expect((await asAdmin('GET', inRoom(room, 'state/m.room.encryption/'))).status).toBe(404);
      expect((await asAdmin('GET', inRoom(room, 'state/m.room.join_rules/'))).body['join_rule']).toBe('invite');
      expect((await asAdmin('GET', inRoom(room, 'state/m.room.guest_access/'))).body['guest_access']).toBe('forbidden');
    }
    expect((await asAdmin('GET', '/_matrix/client/v3/directory/room/%23hq%3Ahouse.test')).body['room_id']).toBe(
      house.ready.rooms.hq,
    );
    expect((await asAdmin('GET', inRoom(house.ready.rooms.hq, 'state/m.room.name/'))).body['name']).toBe('본부');
  });

  it('lets agents speak, react and ask polls, and change nothing', async () => {
    const { hq } = house.ready.rooms;
    const said = await asAgent('manus', 'PUT', inRoom(hq, 'send/m.room.message/t1'), {
      msgtype: 'm.notice',
      body: 'here',
    });
    expect(said.status).toBe(200);
    const relation = { 'm.relates_to': { rel_type: 'm.annotation', event_id: said.body['event_id'], key: '👍' } };
    expect((await asAgent('claude', 'PUT', inRoom(hq, 'send/m.reaction/t2'), relation)).status).toBe(200);
    const poll = {
      'org.matrix.msc3381.poll.start': {
        question: { 'org.matrix.msc1767.text': '?' },
        kind: 'org.matrix.msc3381.poll.disclosed',
        max_selections: 1,
        answers: [],
      },
    };
    expect((await asAgent('claude', 'PUT', inRoom(hq, 'send/org.matrix.msc3381.poll.start/t3'), poll)).status).toBe(
      200,
    );

    const forbidden = await Promise.all(
      ['manus', 'coordinator'].flatMap((id) => [
        asAgent(id, 'PUT', inRoom(hq, 'state/m.room.name/'), { name: 'mine' }),
        asAgent(id, 'PUT', inRoom(hq, 'state/m.room.topic/'), { topic: 'mine' }),
        asAgent(id, 'PUT', inRoom(hq, 'state/com.example.anything/'), {}),
        asAgent(id, 'PUT', inRoom(hq, 'state/m.room.power_levels/'), { users: { [agent(id)]: 100 } }),
        asAgent(id, 'POST', inRoom(hq, 'kick'), { user_id: agent('jarvis') }),
        asAgent(id, 'POST', inRoom(hq, 'ban'), { user_id: agent('jarvis') }),
        asAgent(id, 'POST', inRoom(hq, 'invite'), { user_id: '@agent_stranger:house.test' }),
      ]),
    );
    expect(forbidden.map(({ status }) => status)).toEqual(forbidden.map(() => 403));
    // Redacting what others said takes the coordinator.
    const redact = (id: string, txn: string) =>
      asAgent(id, 'PUT', inRoom(hq, `redact/${encodeURIComponent(String(said.body['event_id']))}/${txn}`), {});
    expect((await redact('claude', 'r1')).status).toBe(403);
    expect((await redact('coordinator', 'r2')).status).toBe(200);
  });

  it('cannot be made unreadable to the agents, not even by the master', async () => {
    const encrypt = await call('PUT', inRoom(house.ready.rooms.hq, 'state/m.room.encryption/'), master, {
      algorithm: 'm.megolm.v1.aes-sha2',
    });
    expect(encrypt.status).toBe(403);
    expect(
      (await call('PUT', inRoom(house.ready.rooms.ops, 'state/m.room.topic/'), master, { topic: '내 방' })).status,
    ).toBe(200);
  });

  it('repeats nothing after a restart of Synapse: the ghosts have devices', async () => {
    for (const id of RESIDENTS)
      expect([id, (await asAgent(id, 'GET', '/_matrix/client/v3/devices/CHAVION')).status]).toEqual([id, 200]);
  });

  it('sets no limit to the master, the admin and the executor', async () => {
    for (const user of ['master', 'admin', 'executor']) {
      const { body } = await asAdmin('GET', `/_synapse/admin/v1/users/%40${user}%3Ahouse.test/override_ratelimit`);
      expect([user, body]).toEqual([user, { messages_per_second: 0, burst_count: 0 }]);
    }
    const burst = await Promise.all(
      Array.from({ length: 30 }, (_, i) =>
        call('PUT', inRoom(house.ready.rooms.ops, `send/m.room.message/b${i}`), master, {
          msgtype: 'm.text',
          body: `${i}`,
        }),
      ),
    );
    expect(new Set(burst.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('makes only the admin an admin', async () => {
    expect((await asAdmin('GET', '/_synapse/admin/v2/users')).status).toBe(200);
    expect((await call('GET', '/_synapse/admin/v2/users', master)).status).toBe(403);
  });
});

describe('the closed house', () => {
  it('tells clients not to encrypt', async () => {
    const { status, body } = await call('GET', '/.well-known/matrix/client');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      'm.homeserver': { base_url: `${house.ready.homeserver}/` },
      'io.element.e2ee': { default: false, force_disable: true },
    });
  });

  it('registers nobody', async () => {
    const attempts = await Promise.all([
      call('POST', '/_matrix/client/v3/register', undefined, {
        username: 'stranger',
        password: 'let-me-in-please',
        auth: { type: 'm.login.dummy' },
      }),
      call('POST', '/_matrix/client/v3/register?kind=guest', undefined, {}),
      call('POST', '/_matrix/client/v3/register', undefined, {
        type: 'm.login.application_service',
        username: 'agent_evil',
      }),
      call('POST', '/_matrix/client/v3/register', master, {
        type: 'm.login.application_service',
        username: 'agent_evil',
      }),
    ]);
    expect(attempts.map(({ status }) => status)).toEqual([403, 403, 400, 401]);
    expect(attempts.map(({ body }) => body['access_token'])).toEqual([undefined, undefined, undefined, undefined]);
    expect((await asAdmin('GET', '/_synapse/admin/v2/users/%40agent_evil%3Ahouse.test')).status).toBe(404);
  });

  it('speaks to no other server and shows no room to strangers', async () => {
    expect((await call('GET', '/_matrix/federation/v1/version')).status).toBe(404);
    expect((await call('GET', '/_matrix/key/v2/server')).status).toBe(404);
    expect((await call('GET', '/.well-known/matrix/server')).status).toBe(404);
    expect((await call('GET', '/_matrix/client/v3/publicRooms')).status).toBe(401);
    const join = await call('POST', '/_matrix/client/v3/join/%23room%3Aother.example', master, {});
    expect(join.status).toBeGreaterThanOrEqual(400);
  });

  it("keeps each part from the others' files, where root started it", async () => {
    const root = process.getuid?.() === 0;
    const state = await house.state();
    expect(state).toMatchObject({
      instance: { separated: root },
      root: root ? join(SEPARATED_STATE, String(state?.instance.id)) : house.data,
    });
    const at = (path: string) => join(String(state?.root), path);
    const files = {
      synapse: at('synapse/homeserver.yaml'),
      redis: at('redis/redis.conf'),
      launcher: join(house.data, 'secrets.json'),
      ready: join(house.data, 'ready.json'),
    };
    for (const path of Object.values(files))
      expect([path, existsSync(path) && statSync(path).mode & 0o777]).toEqual([path, 0o600]);
    // Only root can be somebody else and look; everyone else has no accounts to look as.
    const parts = root ? PARTS : [];
    const reads = await Promise.all(
      parts.flatMap((part) =>
        Object.entries(files).map(async ([owner, path]) => [part, owner, await readsAs(part, path)]),
      ),
    );
    expect(reads).toEqual(parts.flatMap((part) => Object.keys(files).map((owner) => [part, owner, part === owner])));
    const pids = await house.pids();
    const runsAs = parts
      .filter((part) => part !== 'executor')
      .map((part) => [part, Number(/^Uid:\s+(\d+)/m.exec(readFileSync(`/proc/${pids[part]}/status`, 'utf8'))?.[1])]);
    expect(runsAs).toEqual(
      await Promise.all(runsAs.map(async ([part]) => [part, (await find(z.enum(PARTS).parse(part)))?.uid])),
    );
  });
});

async function readsAs(part: Part, path: string): Promise<boolean> {
  const account = await find(part);
  return await promisify(execFile)('/bin/cat', [path], { uid: account?.uid, gid: account?.gid }).then(
    () => true,
    () => false,
  );
}

describe('a start after things went wrong', () => {
  it('puts right what is missing or not safe, and leaves what the owner chose', async () => {
    const { hq, ops } = house.ready.rooms;
    const now = await levels(hq);
    const loose = {
      ...now,
      users: { ...now.users, [agent('manus')]: 100, '@executor:house.test': 100, '@friend:house.test': 100 },
      events: { ...now.events, 'm.room.name': 0 },
      state_default: 0,
      invite: 0,
      kick: 0,
    };
    expect((await asAdmin('PUT', inRoom(hq, 'state/m.room.power_levels/'), loose)).status).toBe(200);
    expect((await asAdmin('PUT', inRoom(hq, 'state/m.room.join_rules/'), { join_rule: 'public' })).status).toBe(200);
    expect((await call('PUT', inRoom(hq, 'state/m.room.name/'), master, { name: '우리 본부' })).status).toBe(200);
    expect((await asAgent('jarvis', 'POST', inRoom(hq, 'leave'), {})).status).toBe(200);
    expect(
      (
        await asAgent('claude', 'PUT', `/_matrix/client/v3/profile/${encodeURIComponent(agent('claude'))}/avatar_url`, {
          avatar_url: '',
        })
      ).status,
    ).toBe(200);
    expect(
      (
        await asAgent(
          'gabriel',
          'PUT',
          `/_matrix/client/v3/profile/${encodeURIComponent(agent('gabriel'))}/displayname`,
          { displayname: '팀장님' },
        )
      ).status,
    ).toBe(200);
    expect((await call('POST', inRoom(ops, 'kick'), master, { user_id: '@executor:house.test' })).status).toBe(200);
    expect((await call('POST', inRoom(ops, 'ban'), master, { user_id: agent('michael') })).status).toBe(200);
    expect(
      (await asAdmin('PUT', inRoom(house.ready.space, `state/m.space.child/${encodeURIComponent(ops)}`), {})).status,
    ).toBe(200);
    await house.stop();
    await house.start();

    const repaired = await levels(hq);
    // The admin has made the room, of version 12, and rules it without an entry.
    expect(repaired.users).toEqual({
      '@master:house.test': 100,
      '@friend:house.test': 100,
      [agent('coordinator')]: 50,
    });
    expect(repaired).toMatchObject({ state_default: 100, invite: 100, kick: 100, ban: 100, redact: 50 });
    expect(repaired.events['m.room.name']).toBe(100);
    expect((await asAdmin('GET', inRoom(hq, 'state/m.room.join_rules/'))).body['join_rule']).toBe('invite');
    expect((await asAdmin('GET', inRoom(hq, 'state/m.room.name/'))).body['name']).toBe('우리 본부');
    const inside = await members(hq);
    expect(inside.has(agent('jarvis'))).toBe(true);
    expect(inside.get(agent('claude'))?.avatar_url).toMatch(/^mxc:/);
    expect(inside.get(agent('gabriel'))?.display_name).toBe('팀장님');
    const working = await members(ops);
    expect(working.has('@executor:house.test')).toBe(true);
    expect(working.has(agent('michael'))).toBe(false);
    expect(
      (await asAdmin('GET', inRoom(house.ready.space, `state/m.space.child/${encodeURIComponent(ops)}`))).body['via'],
    ).toEqual(['house.test']);
  });

  it('comes back when the admin has left, lost its token and its alias', async () => {
    const { hq } = house.ready.rooms;
    expect((await asAdmin('DELETE', '/_matrix/client/v3/directory/room/%23hq%3Ahouse.test')).status).toBe(200);
    expect((await asAdmin('POST', inRoom(house.ready.rooms.ops, 'leave'), {})).status).toBe(200);
    expect((await asAdmin('POST', '/_matrix/client/v3/logout', {})).status).toBe(200);
    await house.stop();
    await house.start();
    expect(house.ready.rooms.hq).toBe(hq);
    secrets = Secrets.parse(JSON.parse(readFileSync(join(house.data, 'secrets.json'), 'utf8')));
    expect((await asAdmin('GET', '/_matrix/client/v3/directory/room/%23hq%3Ahouse.test')).body['room_id']).toBe(hq);
    expect([...(await members(house.ready.rooms.ops)).keys()]).toContain('@admin:house.test');
  });
});

describe('a part that dies again and again', () => {
  const said = async (room: string): Promise<string[]> => {
    const { body } = await asAdmin('GET', inRoom(room, 'messages?dir=b&limit=30'));
    const messages = z
      .object({
        chunk: z.array(
          z.object({ sender: z.string(), type: z.string(), content: z.object({ body: z.string().optional() }) }),
        ),
      })
      .parse(body).chunk;
    return messages
      .filter(({ sender, type }) => sender === '@admin:house.test' && type === 'm.room.message')
      .map(({ content }) => content.body ?? '');
  };

  it('is told of in HQ and ops, by status and doctor, and once more when it is back', async () => {
    const { hq, ops } = house.ready.rooms;
    const began = Date.now();
    while (!(await said(hq)).some((body) => body.startsWith('⏳'))) {
      const { swarm } = await house.pids();
      const alive = swarm === null ? undefined : mark(swarm);
      // Dead ones stand in ready.json until the launcher has written them off.
      if (alive !== undefined) signal(alive, 'SIGKILL');
      await sleep(50);
    }
    expect(Date.now() - began).toBeGreaterThan(1_000);
    const status = await verb(house, ['status']);
    expect(status.said).toMatch(/swarm +꺼져 있습니다 \(SIGKILL, 10분 사이 \d+번째\)/);
    while (!(await said(ops)).some((body) => body.startsWith('⏳ swarm: SIGKILL'))) await sleep(50);
    while (!(await said(hq)).some((body) => body.startsWith('✅'))) await sleep(100);
    while (!(await said(ops)).some((body) => body.startsWith('✅ swarm: '))) await sleep(50);
    // One line each, however often it has died, and nobody answers them.
    expect((await said(hq)).map((body) => body.slice(0, 1))).toEqual(['✅', '⏳']);
    expect(await verb(house, ['doctor'])).toMatchObject({
      code: 1,
      said: expect.stringMatching(/swarm: 10분 사이 \d+번 꺼졌다가/),
    });
  });
});
