import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ComposeHouse, composeVerb, PROJECT } from '../house/compose-house.ts';
import { needPrograms, program, type PythonTools, pythonTools } from '../house/compose-tools.ts';
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

describe('the files, read by the programs that are to read them', () => {
  it.each(['', 'scale', 'observe', 'scale,observe'])(
    'docker compose takes docker-compose.yml with the profiles "%s"',
    async (profiles) => {
      const { PATH = '' } = process.env;
      const { stdout } = await run(
        tools.dockerCompose,
        ['-f', join(PROJECT, 'docker-compose.yml'), 'config', '--format', 'json'],
        {
          env: { PATH, HOME: house.folder, CHAVION_DATA_DIR: house.data, COMPOSE_PROFILES: profiles },
          maxBuffer: 10_000_000,
        },
      );
      const { services }: Json = JSON.parse(stdout);
      expect(Object.hasOwn(services, 'synapse-worker-2')).toBe(profiles.includes('scale'));
      expect(Object.hasOwn(services, 'grafana')).toBe(profiles.includes('observe'));
      // The stamp is what makes the engine take up new settings.
      expect(services.swarm.environment.CHAVION_GIVEN).toMatch(/^[0-9a-f]{16}$/);
      expect(stdout).not.toContain(
        JSON.parse(await readFile(house.compose('secrets.json'), 'utf8')).appservice.appservice,
      );
    },
  );

  it('docker compose says so when the files were never made', async () => {
    const { PATH = '' } = process.env;
    const config = run(tools.dockerCompose, ['-f', join(PROJECT, 'docker-compose.yml'), 'config'], {
      env: { PATH, HOME: house.folder, CHAVION_DATA_DIR: join(house.folder, 'nowhere') },
    });
    await expect(config).rejects.toThrow(/stamps/);
  });

  it('the Dockerfile passes hadolint', async () => {
    const { stdout } = await run(tools.hadolint, [join(PROJECT, 'bridge/operations/compose/Dockerfile')]);
    expect(stdout).toBe('');
  });

  it('Caddy, Prometheus and AppArmor take theirs', async () => {
    const caddy = run(
      program('caddy'),
      ['validate', '--adapter', 'caddyfile', '--config', house.compose('open', 'caddy', 'Caddyfile')],
      { env: { HOME: house.folder } },
    );
    await expect(caddy).resolves.toBeDefined();
    expect(
      (await run(program('prometheus'), ['check', 'config', house.compose('open', 'prometheus', 'prometheus.yml')]))
        .stdout,
    ).toContain('SUCCESS');
    const profile = await readFile(house.compose('open', 'apparmor', 'chavion-executor'), 'utf8');
    // Debian 12's parser is older than the rule for user namespaces.
    const older = join(house.folder, 'profile');
    await writeFile(older, profile.replace('abi <abi/4.0>,\n', '').replace('  userns,\n', ''));
    await expect(run(program('apparmor'), ['-Q', '-K', older])).resolves.toBeDefined();
  });
});

describe('npm start -- install-service', () => {
  it('shows a unit that systemd understands', async () => {
    const { stdout } = await run(process.execPath, [join(PROJECT, 'chavion.ts'), 'install-service', '--print'], {
      env: { PATH: process.env['PATH'] ?? '', CHAVION_DATA_DIR: house.data },
    });
    const file = join(house.folder, 'chavion.service');
    await writeFile(file, stdout);
    const { stderr } = await run(program('systemd'), ['verify', '--man=no', file]);
    expect(stderr).not.toMatch(/chavion\.service:\d+/);
  });
});

describe('npm start -- compose', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'chavion-compose-verb-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('makes secrets once, and writes only what has changed', async () => {
    expect((await composeVerb(folder)).code).toBe(0);
    const kept = async () =>
      Promise.all(
        [
          'secrets.json',
          'containers.json',
          'parts/synapse/homeserver.yaml',
          'stamps/swarm.env',
          'stamps/executor.env',
          'stamps/open.env',
        ].map((name) => readFile(join(folder, 'compose', name), 'utf8')),
      );
    const before = await kept();
    await writeFile(join(folder, 'compose', 'rules', 'policy.json'), '{"mode":"locked"}');
    expect((await composeVerb(folder)).said).toContain('바뀐 것이 없습니다');
    expect(await kept()).toEqual(before);
    // A key is the swarm's alone.
    const key = 'sk-test-0123456789';
    expect((await composeVerb(folder, { OPENAI_API_KEY: key })).code).toBe(0);
    const [, , , swarm, executor, open] = await kept();
    expect([swarm === before[3], executor === before[4], open === before[5]]).toEqual([false, true, true]);
    expect(await readFile(join(folder, 'compose', 'parts', 'swarm', 'swarm.env'), 'utf8')).toContain(key);
    expect(await readFile(join(folder, 'compose', 'parts', 'executor', 'executor.env'), 'utf8')).not.toContain(key);
    expect(await readFile(join(folder, 'compose', 'rules', 'policy.json'), 'utf8')).toBe('{"mode":"locked"}');
    for (const secret of ['secrets.json', 'containers.json', 'parts/redis/redis.conf', 'parts/swarm/swarm.env'])
      expect((await stat(join(folder, 'compose', secret))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'compose', 'parts', 'swarm'))).mode & 0o777).toBe(0o700);
    expect((await stat(folder)).mode & 0o077).toBe(0);
  });

  it('refuses another name, no address, pages under the same one, and a folder that docker compose would not find', async () => {
    expect(await composeVerb(folder, { CHAVION_SERVER_NAME: 'other.test' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('compose.test'),
    });
    expect(await composeVerb(folder, { CHAVION_PUBLIC_URL: '' })).toMatchObject({
      code: 1,
      said: expect.stringContaining('CHAVION_PUBLIC_URL=https://'),
    });
    for (const url of ['https://compose.test', 'https://pages.test/of/agents'])
      expect(await composeVerb(folder, { CHAVION_PREVIEW_URL: url })).toMatchObject({
        code: 1,
        said: expect.stringContaining(url),
      });
    expect(await composeVerb('kept-elsewhere')).toMatchObject({
      code: 1,
      said: expect.stringContaining('./kept-elsewhere'),
    });
    expect(JSON.parse(await readFile(join(folder, 'compose', 'server-name.json'), 'utf8'))).toEqual({
      serverName: 'compose.test',
    });
  });
});
