import { createServer, type Server } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { adminReport } from '../../bridge/operations/admin/reports.ts';
import { containerFacts } from '../../bridge/operations/compose/container-facts.ts';
import type { AdminReport } from '../../bridge/protocol/orders/admin-order.ts';
import { adminLines } from '../../bridge/text/room/admin.ts';
import { HomeserverClient } from '../../synapse/client.ts';
import { people } from '../../synapse/residents.ts';

/** Answers of homeserver and swarm, by path. */
let answers: Readonly<Record<string, { readonly status: number; readonly body: unknown }>> = {};
let server: Server;
let base = '';
let state = '';
beforeAll(async () => {
  state = await mkdtemp(join(tmpdir(), 'chavion-admin-'));
  server = createServer((request, response) => {
    const { status, body } = answers[new URL(request.url ?? '', base).pathname] ?? { status: 404, body: {} };
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address !== null && typeof address === 'object') base = `http://127.0.0.1:${address.port}`;
});
afterAll(async () => {
  server.close();
  await rm(state, { recursive: true, force: true });
});

const asked = (which: AdminReport, lang: 'ko' | 'en', api = base): Promise<string> => {
  const client = new HomeserverClient(base);
  const facts = containerFacts({
    project: join(import.meta.dirname, '..', '..'),
    state,
    api,
    client,
    token: () => 'token',
  });
  return adminReport(which, {
    client,
    token: 'token',
    who: people('house.test'),
    masters: new Set(),
    facts,
    off: new Set<string>(),
    lines: adminLines[lang],
  });
};
/** What Synapse's admin API says of rooms (`/_synapse/admin/v1/rooms`, `…/rooms/{id}/members`). */
const ROOMS = (
  rooms: Readonly<Record<string, { readonly name: string | null; readonly members: readonly string[] }>>,
) => ({
  '/_synapse/admin/v1/rooms': {
    status: 200,
    body: {
      total_rooms: Object.keys(rooms).length,
      rooms: Object.entries(rooms).map(([id, { name, members }]) => ({
        room_id: id,
        name,
        joined_members: members.length,
      })),
    },
  },
  '/_synapse/admin/v2/users': {
    status: 200,
    body: {
      total: 4,
      users: [
        ['@master:house.test', '마스터'],
        ['@agent_claude:house.test', '클로드'],
        ['@agent_gpt:house.test', '[팀장](https://evil.example)'],
        ['@mina:house.test', null],
      ].map(([name, displayname]) => ({ name, displayname, deactivated: false })),
    },
  },
  ...Object.fromEntries(
    Object.entries(rooms).map(([id, { members }]) => [
      `/_synapse/admin/v1/rooms/${encodeURIComponent(id)}/members`,
      { status: 200, body: { members, total: members.length } },
    ]),
  ),
});
const USERS = { '/_synapse/admin/v2/users': { status: 200, body: { users: [], total: 10 } } };

describe('what the admin in a container says of the house', () => {
  it('passes on what the swarm sees, also where one does not work', async () => {
    answers = {
      ...USERS,
      '/ready': {
        status: 503,
        body: { ready: false, parts: { redis: true, homeserver: true, queue: true, executor: false } },
      },
    };
    const said = (await asked('health', 'en')).split('\n');
    expect(said).toEqual(
      expect.arrayContaining([
        '- redis: well',
        '- swarm: well',
        '- postgres: well',
        '- executor: does not answer. Why, on the server: `docker compose logs executor`',
      ]),
    );
    expect(said.at(-1)).toBe(
      '- not to be seen from here: caddy, element, synapse-admin. On the server: `docker compose ps`',
    );
  });

  it('does not guess what only a silent swarm could tell', async () => {
    answers = USERS;
    const said = await asked('health', 'ko', 'http://127.0.0.1:9');
    expect(said).toContain('- 에이전트들 · swarm: 응답 없음. 까닭은 서버에서: `docker compose logs swarm`');
    expect(said).toMatch(/여기서는 볼 수 없는 것: redis, executor, caddy/);
    expect(said).not.toMatch(/redis: |executor: /);
  });

  it('counts what was sent into rooms, and knows of no volume but its own', async () => {
    answers = {
      '/_synapse/admin/v1/statistics/users/media': {
        status: 200,
        body: { users: [{ media_length: 3_000_000 }, { media_length: 4_000_000 }] },
      },
    };
    expect(await asked('disk', 'en')).toMatch(
      /media: 7 MB[^]*free: \d[^]*postgres, redis, executor[^]*docker system df/,
    );
  });

  it('says that backups of containers are not its own', async () => {
    expect(await asked('backup', 'en')).toContain('data/compose');
    expect(await asked('backup', 'ko')).not.toContain('아직 없습니다');
  });
});

describe('rooms', () => {
  it('without a name are known by who is in them, the people first', async () => {
    const [master, claude, gpt, mina, admin] = [
      '@master:house.test',
      '@agent_claude:house.test',
      '@agent_gpt:house.test',
      '@mina:house.test',
      people('house.test').admin,
    ] as const;
    answers = ROOMS({
      '!hq:house.test': { name: '본부', members: [master, claude, gpt, mina] },
      '!direct:house.test': { name: null, members: [claude, master] },
      '!three:house.test': { name: '', members: [gpt, mina, master, admin] },
      '!left:house.test': { name: null, members: [] },
    });
    const said = await asked('rooms', 'ko');
    expect(said.split('\n').slice(1)).toEqual([
      '- 본부: 4명',
      '- 마스터와 클로드: 2명',
      '- mina, 마스터, \\[팀장\\](https://evil.example): 4명',
      '- (빈 방): 0명',
    ]);
    expect(said).not.toMatch(/!\w+:|이름 없음/);
    expect(await asked('rooms', 'en')).toContain('- 마스터 and 클로드: 2 inside');
  });
});
