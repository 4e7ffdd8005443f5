import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { homeserverCases } from '../house/homeserver-cases.ts';
import { type Answer, inRoom, request, signIn } from '../house/matrix.ts';
import { Scene } from '../house/scene.ts';

/** The calls that Synapse Admin makes (etkecc/synapse-admin, its data provider), as a browser page of another origin. */

const ORIGIN = 'https://admin.example.org';

let scene: Scene;
beforeAll(async () => {
  scene = await Scene.open({ keys: false });
});
afterAll(() => scene[Symbol.asyncDispose]());

async function verb(...args: readonly string[]): Promise<{ code: number | null; said: string }> {
  const { house } = scene;
  const { launcher } = await house.pids();
  const running = house.launch(args);
  await once(running, 'close');
  const said = house.output;
  house.adopt(launcher);
  return { code: running.exitCode, said };
}

const passwordIn = (said: string): string => /[0-9a-f]{64}/.exec(said)?.[0] ?? '';

const login = (password: string): Promise<Answer> =>
  request(scene.house.ready.homeserver, 'POST', '/_matrix/client/v3/login', {
    body: {
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: '@admin:house.test' },
      password,
      initial_device_display_name: 'Synapse Admin',
    },
  });

let token = '';
/** Only what answers 200. */
async function ask(method: string, path: string, body?: unknown): Promise<Answer['body']> {
  const answer = await request(scene.house.ready.homeserver, method, path, {
    token,
    ...(body === undefined ? {} : { body }),
  });
  if (answer.status !== 200) throw new Error(`${method} ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}
const claude = encodeURIComponent('@agent_claude:house.test');

describe('Synapse Admin', () => {
  it('is let in with what admin-login shows, from a page of another origin', async () => {
    const { code, said } = await verb('admin-login');
    expect(code).toBe(0);
    expect(said).toContain('@admin:house.test');
    const answer = await login(passwordIn(said));
    expect(answer.status).toBe(200);
    token = String(answer.body['access_token']);
    for (const path of [
      '/_matrix/client/v3/login',
      '/_synapse/admin/v2/users',
      `/_synapse/admin/v1/rooms/${encodeURIComponent(scene.hq)}/members`,
    ]) {
      const asked = await fetch(`${scene.house.ready.homeserver}${path}`, {
        method: 'OPTIONS',
        headers: {
          origin: ORIGIN,
          'access-control-request-method': 'GET',
          'access-control-request-headers': 'authorization',
        },
      });
      expect(asked.status).toBeLessThan(300);
      expect(asked.headers.get('access-control-allow-origin')).toBe('*');
      expect(asked.headers.get('access-control-allow-headers')?.toLowerCase()).toContain('authorization');
    }
    expect((await verb('admin-login', 'now')).code).toBe(2);
  });

  it('shows users page by page, and each of them', async () => {
    expect((await ask('GET', '/_synapse/admin/v1/server_version'))['server_version']).toMatch(/^1\./);
    const names: string[] = [];
    for (let from: string | undefined = '0'; from !== undefined;) {
      const page = await ask(
        'GET',
        `/_synapse/admin/v2/users?from=${from}&limit=4&deactivated=false&locked=false&guests=true&order_by=name&dir=f`,
      );
      const { users, total, next_token } = page as { users: { name: string }[]; total: number; next_token?: string };
      expect(users.length).toBeLessThanOrEqual(4);
      names.push(...users.map(({ name }) => name));
      expect(total).toBe(10);
      from = next_token;
    }
    expect(new Set(names).size).toBe(10);
    expect(names).toContain('@master:house.test');
    const one = await ask('GET', `/_synapse/admin/v2/users/${claude}`);
    expect(one).toMatchObject({ displayname: '클로드', deactivated: false, appservice_id: 'chavion' });
    expect((await ask('GET', `/_synapse/admin/v2/users/${claude}/devices`))['total']).toBe(1);
    expect((await ask('GET', `/_synapse/admin/v1/users/${claude}/joined_rooms`))['joined_rooms']).toContain(scene.hq);
    expect(
      (await ask('GET', `/_synapse/admin/v1/users/${claude}/media?from=0&limit=10&order_by=created_ts&dir=b`))['total'],
    ).toBe(1);
  });

  it('shows rooms, who is in them, and what they are', async () => {
    const { rooms, total_rooms } = (await ask(
      'GET',
      '/_synapse/admin/v1/rooms?from=0&limit=10&order_by=name&dir=f',
    )) as { rooms: { room_id: string; name: string }[]; total_rooms: number };
    expect(total_rooms).toBe(4);
    expect(rooms.find(({ room_id }) => room_id === scene.hq)?.name).toBe('본부');
    const hq = encodeURIComponent(scene.hq);
    expect(await ask('GET', `/_synapse/admin/v1/rooms/${hq}`)).toMatchObject({
      joined_members: 10,
      encryption: null,
      join_rules: 'invite',
    });
    expect((await ask('GET', `/_synapse/admin/v1/rooms/${hq}/members`))['members']).toContain(
      '@agent_claude:house.test',
    );
    expect((await ask('GET', `/_synapse/admin/v1/rooms/${hq}/state`))['state']).toBeDefined();
  });

  it('closes an agent’s account; the house goes on without it, also through a start', async () => {
    const { house, master, hq } = scene;
    await ask('PUT', `/_synapse/admin/v2/users/${claude}`, { deactivated: true });
    await scene.until(
      async () =>
        !Object.keys((await scene.asAdmin('GET', inRoom(hq, 'joined_members'))).joined).includes(
          '@agent_claude:house.test',
        ),
    );
    const question = await master.say(hq, '다들 있나요?');
    await master.answered(hq, question, 5);
    await house.stop();
    await house.start();
    expect(house.output).toContain('클로드');
    const again = await master.say(hq, '다들 있지요?');
    const answers = await master.answered(hq, again, 5);
    expect(answers.map(({ who }) => who)).not.toContain('클로드');
  });

  it('opens it again: after the next start the agent is in the rooms and answers', async () => {
    const { house, master, hq } = scene;
    // Synapse takes a closed account out of its rooms in the background, and until that is done may answer 500 here.
    const reopen = () => ask('PUT', `/_synapse/admin/v2/users/${claude}`, { deactivated: false });
    for (
      let tries = 0;
      !(await reopen().then(
        () => true,
        (error: unknown) => (tries < 60 ? false : Promise.reject(error)),
      ));
      tries += 1
    )
      await sleep(500);
    await house.stop();
    await house.start();
    expect(await ask('GET', `/_synapse/admin/v2/users/${claude}`)).toMatchObject({
      displayname: '클로드',
      deactivated: false,
    });
    const question = await master.say(hq, '클로드야, 돌아왔어?');
    expect(await master.answered(hq, question, 1)).toHaveLength(1);
    const all = await master.say(hq, '모두 안녕');
    await master.answered(hq, all, 6);
  });

  it('gets a new password on demand, which signs out every page and leaves the house alone', async () => {
    const { said, code } = await verb('admin-login', '--new');
    expect(code).toBe(0);
    const { homeserver } = scene.house.ready;
    expect((await request(homeserver, 'GET', '/_matrix/client/v3/account/whoami', { token })).status).toBe(401);
    expect((await login(passwordIn(said))).status).toBe(200);
    const order = await scene.master.say(scene.hq, '!관리 버전');
    expect((await scene.master.noticed(scene.hq, order)).who).toBe('admin');
    await scene.house.stop();
    await scene.house.start();
  });
});

/** The same as in `unit/paper-homeserver.test.ts`, where they run on the one of paper. */
describe('Synapse answers as the product takes it', () => {
  let session: string;
  beforeAll(async () => {
    const { homeserver, master } = scene.house.ready;
    session = await signIn(homeserver, master.userId, master.password);
  });
  homeserverCases(() => ({
    url: scene.house.ready.homeserver,
    user: scene.master.userId,
    token: session,
    room: scene.hq,
  }));
});
