import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv, promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { redisAnswers } from '../../bridge/launcher/redis.ts';
import { answersAt, composeFile, ComposeHouse, PROJECT, SOMEBODY } from '../house/compose-house.ts';
import { needPrograms, program, type PythonTools, pythonTools } from '../house/compose-tools.ts';
import { inRoom } from '../house/matrix.ts';
import { Person } from '../house/person.ts';
import type { Json } from '../house/provider-formats.ts';

const run = promisify(execFile);

let tools: PythonTools;
let house: ComposeHouse;
beforeAll(async () => {
  await needPrograms();
  tools = await pythonTools();
  house = await ComposeHouse.write('scale,observe');
});
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

describe('the house of the containers, without an engine', () => {
  const page = (text: string): Promise<Server> =>
    new Promise((resolve) => {
      const server = createServer((_request, response) => response.end(text));
      server.listen(0, '127.0.0.1', () => resolve(server));
    });
  const pages: Server[] = [];
  afterAll(() => pages.forEach((server) => server.close()));
  let master: Person;
  afterAll(() => master?.[Symbol.asyncDispose]());
  let rooms: Record<string, string | undefined>;
  const front = () => `http://localhost:${house.ports.front}`;
  const furnish = async () => {
    const [program, ...folders]: string[] = (await composeFile()).services.provision.command;
    const here = folders.map((folder) =>
      folder.startsWith('/told/')
        ? house.given(folder.slice('/told/'.length))
        : folder.replace('/given', house.given('provision')).replace('/state', house.state('provision')),
    );
    await run(process.execPath, [join(PROJECT, program ?? ''), ...here], { cwd: PROJECT });
  };

  const own = (part: string) => [
    `--env-file=${house.given(part, `${part}.env`)}`,
    `--env-file=${house.given(part, 'rooms.env')}`,
  ];
  const plain = ['--disable-warning=ExperimentalWarning', '--disable-warning=DEP0060'];
  let swarm: ChildProcess;
  const startSwarm = () =>
    house.start(
      'swarm',
      process.execPath,
      [...plain, ...own('swarm'), 'bots/main.ts'],
      () => answersAt(`http://127.0.0.1:${house.ports.appservice}/health`),
      { cwd: PROJECT },
    );

  it('comes up in the order of docker-compose.yml', { timeout: 400_000 }, async () => {
    const { ports } = house;
    const secrets: Json = JSON.parse(await readFile(house.compose('secrets.json'), 'utf8'));
    const services = (await composeFile()).services;

    // Redis, asked how it is by the very line of its health check.
    await house.start('redis', 'redis-server', [house.given('redis', 'redis.conf')], () =>
      redisAnswers(ports.redis, secrets.redis.launcher),
    );
    const [, line] = services.redis.healthcheck.test as [string, string];
    await run('/bin/sh', [
      '-c',
      line
        .replaceAll('$$', '$')
        .replace('/given', house.given('redis'))
        .replace('redis-cli', `redis-cli -p ${ports.redis}`),
    ]);

    // PostgreSQL as its image makes it.
    const bin = join(program('postgresql'), '..');
    const database = house.state('postgres');
    const password = house.given('postgres', 'password');
    const [encoding = '', locale = ''] = services.postgres.environment.POSTGRES_INITDB_ARGS.split(' ');
    const superuser = services.postgres.environment.POSTGRES_USER;
    const pgpass = await readFile(password, 'utf8');
    const [pgPort, host] = [String(ports.postgres), '127.0.0.1'];
    await chmod(password, 0o644);
    await run(
      join(bin, 'initdb'),
      ['-D', database, '-U', superuser, `--pwfile=${password}`, '--auth=scram-sha-256', '--no-sync', encoding, locale],
      { ...SOMEBODY, cwd: '/' },
    );
    const pg = { env: { PGPASSWORD: pgpass, PATH: process.env['PATH'] ?? '' } };
    await house.start(
      'postgres',
      join(bin, 'postgres'),
      ['-D', database, '-p', pgPort, '-h', host, '-k', database, '-F'],
      () =>
        run(
          join(bin, 'psql'),
          ['-h', host, '-p', pgPort, '-U', superuser, '-d', 'postgres', '-c', 'select 1'],
          pg,
        ).then(
          () => true,
          () => false,
        ),
      { somebody: true, cwd: '/' },
    );
    await run(
      join(bin, 'createdb'),
      ['-h', host, '-p', pgPort, '-U', superuser, services.postgres.environment.POSTGRES_DB],
      pg,
    );

    const env = { PYTHONPATH: tools.folder };
    await house.start(
      'synapse',
      tools.python,
      ['-m', 'synapse.app.homeserver', '--config-path', house.given('synapse', 'homeserver.yaml')],
      () => answersAt(`http://127.0.0.1:${ports.synapse}/health`),
      { env },
    );
    await Promise.all(
      (['synapse-worker-1', 'synapse-worker-2'] as const).map((name) => {
        expect(services[name].command).toEqual([
          'run',
          '--config-path=/given/homeserver.yaml',
          `--config-path=/given/${name}.yaml`,
        ]);
        const files = [
          '--config-path',
          house.given('synapse', 'homeserver.yaml'),
          '--config-path',
          house.given('synapse', `${name}.yaml`),
        ];
        return house.start(
          name,
          tools.python,
          ['-m', services[name].environment.SYNAPSE_WORKER, ...files],
          () => answersAt(`http://127.0.0.1:${ports[name]}/health`),
          { env },
        );
      }),
    );

    for (let times = 0; times < 2; times += 1) await furnish();
    rooms = parseEnv(await readFile(house.given('swarm', 'rooms.env'), 'utf8'));
    expect(rooms['CHAVION_HQ_ROOM']).toMatch(/^!/);

    swarm = await startSwarm();

    // The admin’s container says how it is by the very line of its health check.
    const mine = (word: string) => word.replace('/given', house.given('desk')).replace('/state', house.state('desk'));
    const check: string = mine(services.desk.healthcheck.test[3]);
    const heard = () =>
      run(process.execPath, ['-e', check]).then(
        () => true,
        () => false,
      );
    expect(await heard()).toBe(false);
    await house.start('desk', process.execPath, [...plain, ...services.desk.command.map(mine)], heard, {
      cwd: PROJECT,
    });

    const socket = join(house.state('executor'), 'health.sock');
    const alive = () =>
      new Promise<boolean>(
        (resolve) =>
          void request({ socketPath: socket, path: '/health' }, (response) =>
            resolve(response.resume().statusCode === 200),
          )
            .once('error', () => resolve(false))
            .end(),
      );
    // Its modules are read before it becomes the container's account: a clone may lie where that one cannot go.
    const drop = SOMEBODY !== undefined ? { CHAVION_DROP_TO: `${SOMEBODY.uid}:${SOMEBODY.gid}` } : {};
    await house.start(
      'executor',
      process.execPath,
      [
        ...plain,
        '--preserve-symlinks',
        '--preserve-symlinks-main',
        ...own('executor'),
        '/proc/self/cwd/executor/main.ts',
      ],
      alive,
      { cwd: PROJECT, env: drop },
    );

    for (const name of ['element', 'synapse-admin'] as const) {
      const server = await page(`the page of ${name}`);
      pages.push(server);
      const address = server.address();
      const file = join(house.folder, 'Caddyfile');
      if (typeof address === 'object' && address !== null)
        await writeFile(
          file,
          (await readFile(file, 'utf8')).replace(`127.0.0.1:${ports[name]}`, `127.0.0.1:${address.port}`),
        );
    }
    await house.start(
      'caddy',
      program('caddy'),
      ['run', '--adapter', 'caddyfile', '--config', join(house.folder, 'Caddyfile')],
      () => answersAt(front()),
      { env: { XDG_DATA_HOME: house.folder } },
    );
    master = await Person.signIn(front(), '@master:compose.test', secrets.passwords.master);
  });

  it('answers the master through the proxy, on PostgreSQL, past workers', async () => {
    const hq = rooms['CHAVION_HQ_ROOM'] ?? '';
    const question = await master.say(hq, '얘들아 안녕');
    await master.answered(hq, question, 6);
    expect(master.answers(hq, question)).toHaveLength(6);
  });

  it('runs a command in the executor', async () => {
    const hq = rooms['CHAVION_HQ_ROOM'] ?? '';
    await master.say(hq, '!실행 echo $((6 * 7))-컨테이너');
    await expect
      .poll(() => master.shown(hq).some(({ who, body }) => who === 'executor' && body.includes('42-컨테이너')), {
        timeout: 60_000,
      })
      .toBe(true);
  });

  it('has somebody who answers !admin, and says what cannot be seen from there', async () => {
    const hq = rooms['CHAVION_HQ_ROOM'] ?? '';
    const admin = async (order: string) => {
      const { who, body } = await master.noticed(hq, await master.say(hq, order));
      return `${who}: ${body}`;
    };
    // The executor has just signed in; who looks every few seconds may not have seen it.
    let state = await admin('!관리 상태');
    for (let tries = 0; tries < 20 && !state.includes('executor: 정상'); tries += 1) {
      await sleep(500);
      state = await admin('!관리 상태');
    }
    expect(state).toMatch(
      /^admin: [^]*synapse: 정상[^]*postgres: 정상[^]*redis: 정상[^]*swarm: 정상[^]*executor: 정상[^]*caddy[^]*docker compose ps/,
    );
    expect(await admin('!관리 디스크')).toMatch(/media: \d[^]*남은 자리: \d[^]*postgres[^]*docker system df/);
    // Of `!admin` the one thing that the executor alone can see.
    expect(await admin('!관리 작업폴더')).toMatch(/^executor: \*\*작업 폴더\*\* \d/);
    expect(await admin('!관리 버전')).toMatch(/Chavion 0\.\d[^]*Synapse 1\.\d+[^]*docker compose images/);
    expect(await admin('!관리 백업')).toContain('data/compose');
    // Furnished once more, as at every start, while the admin’s container is at work: neither signs the other out.
    await furnish();
    expect(await admin('!관리 초대 @mina')).toContain('Ketesa');
    expect(house.said('desk')).not.toContain('"level":40');
  });

  it('lets in an agent that a master calls', async () => {
    const hq = rooms['CHAVION_HQ_ROOM'] ?? '';
    const order = await master.say(hq, '!agent add scout');
    await master.until('the agent', hq, () =>
      master.shown(hq).find((one) => one.source === order && one.body.includes('scout')),
    );
    const members = Object.keys(
      (await master.call('GET', `/_matrix/client/v3/rooms/${encodeURIComponent(hq)}/joined_members`)).body['joined'] ??
        {},
    );
    expect(members).toContain('@agent_scout:compose.test');
  });

  it('follows a room that a master upgrades: who looks after the rooms, the executor, and the swarm, which the engine begins anew', async () => {
    const { status, body } = await master.call('POST', inRoom(rooms['CHAVION_HQ_ROOM'] ?? '', 'upgrade'), {
      new_version: '12',
    });
    expect(status).toBe(200);
    const hq = String(body['replacement_room']);
    expect((await composeFile()).services.swarm.restart).toBe('unless-stopped');
    if (swarm.exitCode === null) await once(swarm, 'exit');
    swarm = await startSwarm();
    await master.answered(hq, await master.say(hq, '클로드야 여기야?'));
    expect((await master.noticed(hq, await master.say(hq, '!관리 버전'))).who).toBe('admin');
    await master.say(hq, '!실행 echo $((6 * 8))-새방');
    await master.until('the end', hq, () =>
      master.shown(hq).find(({ who, body: said }) => who === 'executor' && said.includes('48-새방')),
    );
    // The next `up` is told.
    await furnish();
    rooms = parseEnv(await readFile(house.given('swarm', 'rooms.env'), 'utf8'));
    expect(rooms['CHAVION_HQ_ROOM']).toBe(hq);
  });

  it('shows the outside what is meant for it, and nothing of the administration', async () => {
    const text = async (path: string, base = front()) => {
      const response = await fetch(`${base}${path}`);
      return { status: response.status, body: await response.text() };
    };
    expect(await text('/')).toEqual({ status: 200, body: 'the page of element' });
    expect(JSON.parse((await text('/config.json')).body).default_server_config['m.homeserver'].server_name).toBe(
      'compose.test',
    );
    expect(JSON.parse((await text('/.well-known/matrix/client')).body)['m.homeserver'].base_url).toBe(`${front()}/`);
    expect((await text('/help')).status).toBe(200);
    for (const closed of [
      '/_synapse/admin/v1/server_version',
      '/_synapse/admin/v2/users',
      '/_synapse/replication/x',
      '/metrics',
      '/.well-known/matrix/server',
    ])
      expect(await text(closed)).toMatchObject({ status: 404, body: '' });
    // The preview server itself, which knows of nothing at this address.
    const page = await fetch(`http://localhost:${house.ports.shown}/w/nothing/`);
    expect(page.status).toBe(404);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox /);
    const admin = `http://localhost:${house.ports.pages}`;
    expect((await text('/', admin)).body).toBe('the page of synapse-admin');
    expect(JSON.parse((await text('/config.json', admin)).body).restrictBaseUrl).toContain('http://localhost:8081');
    expect((await text('/_synapse/admin/v2/users', admin)).status).toBe(401);
  });

  it('keeps what workers say to one another out of the house’s own boxes', async () => {
    const { synapseRedis }: Json = JSON.parse(await readFile(house.compose('containers.json'), 'utf8'));
    const cli = (...words: readonly string[]) =>
      run('redis-cli', ['-p', String(house.ports.redis), '--user', 'synapse', '--no-auth-warning', ...words], {
        env: { PATH: process.env['PATH'] ?? '', REDISCLI_AUTH: synapseRedis },
      });
    expect((await cli('get', 'chavion:swarm:sync')).stdout).toMatch(/NOPERM/);
    expect((await cli('publish', 'chavion:swarm:x', 'y')).stdout).toMatch(/NOPERM/);
    expect((await cli('publish', 'compose.test/USER_SYNC', 'y')).stdout.trim()).toMatch(/^\d+$/);
    expect(house.said('synapse-worker-1')).not.toMatch(/NOPERM|NOAUTH|Traceback/);
  });
});
