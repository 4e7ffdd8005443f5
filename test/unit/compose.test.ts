import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { loadConfiguration } from '../../bridge/config/load.ts';
import { RoomId } from '../../bridge/protocol/ids.ts';
import { ExecutorSettings } from '../../bridge/protocol/executor-settings.ts';
import { Roster } from '../../bridge/protocol/roster.ts';
import { SwarmSettings } from '../../bridge/protocol/settings.ts';
import { APPARMOR_PROFILE, PORT, WORKERS } from '../../bridge/operations/compose/containers.ts';
import { apparmorProfile } from '../../bridge/operations/compose/apparmor.ts';
import { AdminOrderFile } from '../../bridge/operations/compose/admin-order.ts';
import { composeFiles, SECRET_PARTS } from '../../bridge/operations/compose/files.ts';
import { environmentFile } from '../../bridge/operations/compose/part-environments.ts';
import { REFUSED } from '../../executor/sandbox/seccomp/syscalls.ts';
import type { Json } from '../house/provider-formats.ts';

const PROJECT = join(import.meta.dirname, '..', '..');
const text = (path: string): string => readFileSync(join(PROJECT, path), 'utf8');
const compose: Json = parse(text('docker-compose.yml'), { merge: true });
const services: readonly (readonly [string, Json])[] = Object.entries(compose.services);
const ONE_SHOT = ['prepare', 'provision'];

const secret = (name: string): string => name.repeat(64).slice(0, 64);
const input = (scale: boolean) => ({
  loaded: loadConfiguration({ CHAVION_SERVER_NAME: 'chat.example.org' }, PROJECT),
  publicUrl: 'https://chat.example.org',
  providerKeys: { OPENAI_API_KEY: 'sk-only-for-the-swarm' },
  scale,
  apparmorKnowsUserns: true,
  secrets: {
    house: {
      passwords: { master: 'abcd-efgh-jkmn-pqrs', admin: secret('a'), executor: secret('b') },
      appservice: { appservice: secret('c'), homeserver: secret('d') },
      synapse: {
        registration: secret('e'),
        macaroon: secret('f'),
        form: secret('g'),
        signingKey: 'ed25519 a_0001 AAAA',
      },
      redis: { launcher: secret('h'), swarm: secret('i'), executor: secret('j') },
    },
    containers: { postgres: secret('k'), replication: secret('l'), synapseRedis: secret('m'), grafana: secret('n') },
  },
});

describe('docker-compose.yml', () => {
  it.each(services)('%s is kept small and its version is known', (name, service) => {
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.cap_drop).toEqual(['ALL']);
    expect(service.security_opt).toContain('no-new-privileges:true');
    expect(service.privileged).toBeUndefined();
    expect(service.image).toMatch(
      service.build === undefined
        ? /:v?\d+\.\d+\.\d+[\w.-]*(?:@sha256:[0-9a-f]{64})?$|:17\.5-bookworm$/
        : /^chavion\/\w+:local$/,
    );
    expect(JSON.stringify(service)).not.toContain('docker.sock');
    // Pages without a state, and what runs to its end, have nobody waiting for their health.
    expect(service.healthcheck !== undefined).toBe(
      ![...ONE_SHOT, 'element', 'synapse-admin', 'grafana'].includes(name),
    );
    expect(service.read_only ?? false).toBe(!['element', 'synapse-admin', 'grafana'].includes(name));
  });

  it('runs the Synapse of the native house', () => {
    const [, version] = /^matrix-synapse==(\S+)/m.exec(text('synapse/requirements.txt')) ?? [];
    for (const name of ['synapse', ...WORKERS])
      expect(compose.services[name].image).toBe(`ghcr.io/element-hq/synapse:v${version}`);
  });

  it('opens to the world the proxy alone', () => {
    const ports = services.flatMap(([name, { ports = [] }]) => ports.map((port: string) => `${name} ${port}`));
    expect(ports.filter((port) => !port.includes(' 127.0.0.1:'))).toEqual([
      'caddy 80:80',
      'caddy 443:443',
      'caddy 443:443/udp',
    ]);
    expect(ports).toContain(`caddy 127.0.0.1:${PORT.adminPage}:${PORT.adminPage}`);
  });

  it('keeps the executor by itself', () => {
    for (const name of ['executor', 'executor-2']) {
      const executor = compose.services[name];
      expect(executor.user).toBe('10002:10002');
      expect(executor.security_opt).toEqual([
        'no-new-privileges:true',
        'seccomp:bridge/operations/compose/seccomp.json',
        `apparmor:${APPARMOR_PROFILE}`,
        'systempaths=unconfined',
      ]);
      expect(executor.networks).toEqual(['orders', 'outside']);
      expect(JSON.stringify(executor.volumes)).not.toMatch(/swarm|parts|provision|postgres|synapse|desk/);
    }
    const beside = services
      .filter(([, { networks = [] }]) =>
        (Array.isArray(networks) ? networks : Object.keys(networks)).some(
          (net) => net === 'orders' || net === 'outside',
        ),
      )
      .map(([name]) => name);
    expect(beside).toEqual(['redis', 'synapse', 'executor', ...WORKERS, 'executor-2']);
    for (const name of ['back', 'box', 'orders']) expect(compose.networks[name].internal).toBe(true);
  });

  it('has the admin’s container alone with what is its own, and with no way out', () => {
    const { desk, provision } = compose.services;
    expect(desk).toMatchObject({
      user: '10003:10003',
      networks: ['box'],
      volumes: ['desk-given:/given:ro', 'desk:/state'],
    });
    expect(desk.ports).toBeUndefined();
    const told = provision.volumes
      .filter((volume: string) => volume.includes('/told/'))
      .map((volume: string) => volume.split(':')[1]);
    expect(provision.command.slice(3).toSorted()).toEqual(told.toSorted());
    const holders = services
      .filter(
        ([name, { volumes = [] }]) =>
          name !== 'prepare' && volumes.some((volume: string) => /^desk(?:-given)?:/.test(volume)),
      )
      .map(([name]) => name);
    expect(holders).toEqual(['provision', 'desk']);
    expect(services.filter(([, { user }]) => user === desk.user).map(([name]) => name)).toEqual(['desk']);
  });

  it('starts everything after what it needs', () => {
    const needs = (name: string): string[] =>
      Object.keys(compose.services[name].depends_on ?? {}).flatMap((other) => [other, ...needs(other)]);
    for (const name of ['swarm', 'swarm-2', 'executor', 'executor-2', 'desk'])
      expect(needs(name)).toEqual(expect.arrayContaining(['prepare', 'postgres', 'redis', 'synapse', 'provision']));
    for (const [name, { depends_on: on = {} }] of services)
      for (const [other, { condition }] of Object.entries<Json>(on))
        expect([name, other, condition]).toEqual([
          name,
          other,
          ONE_SHOT.includes(other)
            ? 'service_completed_successfully'
            : compose.services[other].healthcheck === undefined
              ? 'service_started'
              : 'service_healthy',
        ]);
  });

  it('names only volumes, networks and files that there are', () => {
    const files = composeFiles(input(true));
    const open = Object.keys(files.open).map((path) => path.split('/')[0]);
    const from = services.flatMap(([, { volumes = [] }]) =>
      volumes.map((volume: string) => volume.replace('${CHAVION_DATA_DIR:-./data}', '.').split(':')[0]),
    );
    const opened = from.flatMap((path: string) => /^\.\/compose\/open\/([\w-]+)$/.exec(path)?.slice(1) ?? []);
    expect(open).toEqual(expect.arrayContaining(opened));
    expect(opened.length).toBeGreaterThan(4);
    const stamps = services.flatMap(([, { env_file: list = [] }]) =>
      list.map((file: string) => /stamps\/(\w+)\.env$/.exec(file)?.[1]),
    );
    expect([...SECRET_PARTS, 'open']).toEqual(expect.arrayContaining(stamps));
    const named = new Set(from.filter((path: string) => !path.startsWith('.')));
    expect(named).toEqual(new Set(Object.keys(compose.volumes)));
    // Each part's own folder is given to it, and to nobody else.
    const script = text('bridge/operations/compose/prepare.sh');
    for (const part of SECRET_PARTS) {
      expect(script).toContain(`give ${part} `);
      expect(compose.services.prepare.volumes).toContain(`${part}-given:/volumes/${part}/given`);
    }
  });
});

describe('what each part is given', () => {
  const files = composeFiles(input(true));
  const rooms = {
    CHAVION_HQ_ROOM: RoomId.parse('!hq:chat.example.org'),
    CHAVION_OPS_ROOM: RoomId.parse('!ops:chat.example.org'),
    CHAVION_MEMORY_ROOM: RoomId.parse('!memory:chat.example.org'),
  };

  it('is all that swarm and executor ask for, once the rooms are known', () => {
    const swarm = SwarmSettings.parse({ ...parseEnv(files.parts.swarm['swarm.env'] ?? ''), ...rooms });
    expect(Roster.parse(JSON.parse(swarm.CHAVION_ROSTER_JSON))).toEqual(input(true).loaded.roster);
    expect(swarm).toMatchObject({
      CHAVION_LISTEN: '0.0.0.0',
      CHAVION_APPSERVICE_LISTEN: '0.0.0.0',
      CHAVION_HOMESERVER_URL: 'http://synapse:8008',
    });
    const executor = ExecutorSettings.parse({
      ...parseEnv(files.parts.executor['executor.env'] ?? ''),
      ...rooms,
    });
    expect(executor.CHAVION_REDIS_URL).toMatch(/^redis:\/\/executor:\w+@redis:6379$/);
    expect(executor.CHAVION_AGENTS).toEqual(input(true).loaded.roster.agents.map(({ id }) => id));
  });

  it('tells the admin’s container whom it need not listen to: not the coordinator, who asks for invitations', () => {
    const desk = AdminOrderFile.parse(JSON.parse(files.parts.desk['desk.json'] ?? ''));
    expect(desk).toMatchObject({
      homeserver: 'http://synapse:8008',
      door: 'http://swarm:5004',
      serverName: 'chat.example.org',
    });
    expect(desk.silent).toEqual(
      expect.arrayContaining([
        '@admin:chat.example.org',
        '@executor:chat.example.org',
        '@agent_jarvis:chat.example.org',
      ]),
    );
    expect(desk.silent).not.toContain('@agent_coordinator:chat.example.org');
    expect(desk.silent).not.toContain('@master:chat.example.org');
  });

  it('shows pages of agents under a name of their own, where there is one', () => {
    const { loaded, ...rest } = input(false);
    const named = composeFiles({
      ...rest,
      loaded: { ...loaded, settings: { ...loaded.settings, CHAVION_PREVIEW_URL: 'https://pages.example.org' } },
    });
    expect(named.open['caddy/Caddyfile']).toContain(
      `https://pages.example.org {\n\treverse_proxy swarm:${PORT.preview}\n}\n`,
    );
    expect(parseEnv(named.parts.swarm['swarm.env'] ?? '')).toMatchObject({
      CHAVION_PREVIEW_URL: 'https://pages.example.org',
      CHAVION_PREVIEW_PORT: String(PORT.preview),
    });
    expect(files.open['caddy/Caddyfile']).not.toContain(String(PORT.preview));
  });

  it('brings agents from elsewhere to their API, under the house’s own name or another', () => {
    const { loaded, ...rest } = input(false);
    const at = (url?: string) =>
      composeFiles({
        ...rest,
        loaded: {
          ...loaded,
          settings: { ...loaded.settings, CHAVION_PUBLIC_URL: rest.publicUrl, CHAVION_API_URL: url },
        },
      });
    const said = (all: typeof files) => parseEnv(all.parts.swarm['swarm.env'] ?? '')['CHAVION_API_URL'];
    expect(said(at())).toBe(rest.publicUrl);
    expect(at().open['caddy/Caddyfile']).toContain('\t@agents path /api/* /mcp /mcp/* /help /openapi.json\n');
    const own = at('https://agents.example.org');
    expect(said(own)).toBe('https://agents.example.org');
    expect(own.open['caddy/Caddyfile']).toMatch(
      /\nhttps:\/\/agents\.example\.org \{\n\t@agents path \/api\/\* [^}]*reverse_proxy swarm:5004[^]*?\thandle \{\n\t\trespond 404\n\t\}\n\}\n/,
    );
    expect(own.open['caddy/Caddyfile']?.match(/@agents path/g)).toHaveLength(1);
    const below = at(`${rest.publicUrl}/agents`).open['caddy/Caddyfile'];
    expect(below).toContain(
      '\t@agents path /agents/api/* /agents/mcp /agents/mcp/* /agents/help /agents/openapi.json\n\thandle @agents {\n\t\turi strip_prefix /agents\n',
    );
    for (const text of [at(), own, at(`${rest.publicUrl}/agents`)]) {
      const file = join(mkdtempSync(join(tmpdir(), 'chavion-caddy-')), 'Caddyfile');
      writeFileSync(file, text.open['caddy/Caddyfile'] ?? '');
      const { status, stderr } = spawnSync('caddy', ['adapt', '--adapter', 'caddyfile', '--config', file], {
        encoding: 'utf8',
      });
      expect({ status, stderr: status === 0 ? '' : stderr }).toEqual({ status: 0, stderr: '' });
    }
  });

  it('holds no secret that is another part’s', () => {
    const { house, containers } = input(true).secrets;
    const within = (part: keyof typeof files.parts, value: string) =>
      Object.values(files.parts[part]).join('\n').includes(value);
    const executor = [
      house.appservice.appservice,
      house.appservice.homeserver,
      house.redis.swarm,
      house.passwords.admin,
      house.passwords.master,
      containers.postgres,
      house.synapse.registration,
      'sk-only-for-the-swarm',
    ];
    for (const value of executor) expect(within('executor', value)).toBe(false);
    for (const value of [
      house.passwords.admin,
      house.passwords.executor,
      house.redis.executor,
      containers.postgres,
      house.synapse.registration,
    ])
      expect(within('swarm', value)).toBe(false);
    // With the admin's password it may set the executor's anyway; with the registration secret it gets both back.
    const { registration, ...homeserver } = house.synapse;
    expect(within('desk', registration)).toBe(true);
    const desk = [
      house.passwords.master,
      ...Object.values({ ...house.appservice, ...homeserver, ...house.redis, ...containers }),
      'sk-only-for-the-swarm',
    ];
    for (const value of desk) expect(within('desk', value)).toBe(false);
    expect(SECRET_PARTS.filter((part) => within(part, house.passwords.admin))).toEqual(['provision', 'desk']);
    for (const value of Object.values({
      ...house.passwords,
      ...house.appservice,
      ...house.synapse,
      ...house.redis,
      ...containers,
    }))
      expect(Object.values(files.open).join('\n')).not.toContain(value);
    // Redis is told digests only.
    for (const value of [house.redis.swarm, house.redis.executor, containers.synapseRedis])
      expect(within('redis', value)).toBe(false);
  });

  it('survives the way through an environment file', () => {
    const values = { PLAIN: 'a b#c$d"e\\n', JSON: JSON.stringify({ name: "L'agent", text: 'one\ntwo' }) };
    const read = parseEnv(environmentFile(values));
    expect(read['PLAIN']).toBe(values.PLAIN);
    expect(JSON.parse(read['JSON'] ?? '')).toEqual(JSON.parse(values.JSON));
    expect(() => environmentFile({ WRONG: "it's" })).toThrow('WRONG');
    expect(() => environmentFile({ WRONG: 'a\nB=c' })).toThrow('WRONG');
  });

  it('has workers, and an account of theirs at Redis, only where they are asked for', () => {
    const plain = composeFiles(input(false));
    expect(Object.keys(plain.parts.synapse)).toEqual(['homeserver.yaml', 'log.yaml', 'appservice.yaml']);
    expect(JSON.parse(plain.parts.synapse['homeserver.yaml'] ?? '')).not.toHaveProperty('redis');
    expect(plain.parts.redis['redis.conf']).not.toContain('user synapse');
    expect(plain.open['caddy/Caddyfile']).not.toContain('worker');
    expect(JSON.parse(files.parts.synapse['homeserver.yaml'] ?? '')).toMatchObject({
      enable_registration: false,
      federation_domain_whitelist: [],
      enable_search: false,
      instance_map: { main: { host: 'synapse' } },
    });
  });
});

describe('what the executor’s container may do', () => {
  const seccomp: Json = JSON.parse(text('bridge/operations/compose/seccomp.json'));
  const FOR_BOXES = ['mount', 'umount2', 'pivot_root', 'unshare', 'sethostname'];
  const allowed = (name: string): Json[] =>
    seccomp.syscalls.filter((rule: Json) => rule.action === 'SCMP_ACT_ALLOW' && rule.names.includes(name));

  it('is what bubblewrap takes to build a box', () => {
    for (const name of [...FOR_BOXES, 'clone', 'prctl', 'seccomp', 'setgroups', 'capset', 'capget'])
      expect(allowed(name)).toHaveLength(1);
  });

  it('is nothing else that the box itself is refused', () => {
    for (const name of Object.keys(REFUSED).filter((one) => !FOR_BOXES.includes(one)))
      expect(allowed(name)).toHaveLength(0);
    expect(allowed('clone3')).toHaveLength(0);
    expect(seccomp.defaultAction).toBe('SCMP_ACT_ERRNO');
    // Other ways to call the kernel are killed: no second architecture.
    expect(seccomp.archMap.flatMap(({ subArchitectures }: Json) => subArchitectures)).toEqual([]);
    expect(allowed('socket').map(({ args }) => args[0].value)).toEqual([1, 2, 10, 16]);
    expect(allowed('personality').every(({ args }) => args?.[0].op === 'SCMP_CMP_EQ')).toBe(true);
  });

  it('asks for user namespaces only where AppArmor knows the word', () => {
    expect(apparmorProfile(true)).toMatch(/^abi <abi\/4\.0>,\n[^]*\n {2}userns,\n/);
    expect(apparmorProfile(false)).not.toMatch(/userns|^abi /m);
    expect(apparmorProfile(true)).toContain(`profile ${APPARMOR_PROFILE} `);
  });
});

describe('the dashboard', () => {
  const metrics = [
    ...text('bridge/http/metrics.ts').matchAll(/name: '(chavion_\w+)'(?:[^{}]*labelNames: \[([^\]]*)\])?/g),
  ];
  const own = new Map(metrics.map(([, name = '', labels = '']) => [name, labels.match(/\w+/g) ?? []]));
  const node = [
    'chavion_process_resident_memory_bytes',
    'chavion_process_cpu_seconds_total',
    'chavion_nodejs_eventloop_lag_p99_seconds',
  ];
  const dashboard: Json = JSON.parse(text('bridge/operations/compose/dashboard/dashboard.json'));
  const asked: string[] = dashboard.panels.flatMap(({ targets }: Json) => targets.map(({ expr }: Json) => expr));

  it('shows only figures that the swarm gives', () => {
    const names = asked.flatMap((expr) => expr.match(/chavion_\w+/g) ?? []).map((name) => name.replace(/_bucket$/, ''));
    for (const name of names) expect([...own.keys(), ...node]).toContain(name);
    expect(names.length).toBeGreaterThan(15);
  });

  it('groups by labels that these figures have', () => {
    for (const expr of asked) {
      const [name = ''] = /chavion_\w+/.exec(expr) ?? [];
      const labels = [...expr.matchAll(/ by \(([^)]*)\)/g)]
        .flatMap(([, list = '']) => list.split(', '))
        .filter((label) => label !== 'le');
      expect(own.get(name.replace(/_bucket$/, '')) ?? []).toEqual(expect.arrayContaining(labels));
    }
  });
});
