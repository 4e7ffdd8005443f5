import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAppservice } from '../../bridge/appservice/server.ts';
import { buildPreview } from '../../bridge/http/preview.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentApiScene } from '../house/agent-api-scene.ts';
import { freePorts } from '../house/house.ts';

let scene: AgentApiScene;
let key: string;
beforeAll(async () => {
  scene = await AgentApiScene.open();
  key = await scene.key('scout');
});
afterAll(() => scene[Symbol.asyncDispose]());

/** Bytes as they are, and what comes back until the other side closes. */
function raw(bytes: string, more?: { readonly after: number; readonly bytes: string }): Promise<string> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(scene.url);
    const socket = connect(Number(port), hostname, () => socket.write(bytes));
    let got = '';
    socket.on('data', (chunk: Buffer) => (got += chunk.toString()));
    socket.on('close', () => resolve(got));
    socket.on('error', reject);
    if (more !== undefined) void sleep(more.after).then(() => socket.write(more.bytes));
  });
}

describe('keys', () => {
  it.each([
    ['none', undefined],
    ['of another make', 'Bearer sk-ant-0123456789'],
    ['with a wrong secret half', () => `Bearer ${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`],
    ['with a wrong public half', () => `Bearer chv_AAAAAAAAAAAA${key.slice(16)}`],
    ['in the wrong scheme', () => `Basic ${key}`],
    ['with something behind it', () => `Bearer ${key}x`],
    ['very long', `Bearer chv_${'a'.repeat(5_000)}`],
  ])('%s opens nothing', async (_what, header) => {
    const value = typeof header === 'function' ? header() : header;
    const before = scene.said.length;
    const { status, body, headers } = await scene.call('POST', '/api/messages', {
      body: { receiver: 'all', content: 'x' },
      ...(value === undefined ? {} : { headers: { authorization: value } }),
    });
    expect(status).toBe(401);
    expect(body['code']).toMatch(/^auth\.(?:missing|wrong)$/);
    expect(headers.get('www-authenticate')).toContain('Bearer');
    expect(headers.get('content-type')).toContain('application/problem+json');
    expect(scene.said).toHaveLength(before);
  });

  it('that were changed or taken back open nothing from that moment', async () => {
    const old = await scene.key('brief');
    expect((await scene.call('GET', '/api/status', { key: old })).status).toBe(200);
    const fresh = await scene.key('brief');
    expect((await scene.call('GET', '/api/status', { key: old })).body).toMatchObject({ code: 'auth.wrong' });
    expect((await scene.call('GET', '/api/status', { key: fresh })).status).toBe(200);
    const { agent } = (await scene.keys.caller(fresh))!;
    await scene.keys.revoke(agent);
    expect((await scene.call('GET', '/api/status', { key: fresh })).body).toMatchObject({ code: 'auth.wrong' });
    expect((await scene.call('GET', '/api/status', { key })).status).toBe(200);
  });

  it('that were taken back while their owner waits give him nothing of what comes then', async () => {
    const old = await scene.key('waiter');
    const waiter = AgentId.parse('waiter');
    const poll = scene.call('GET', '/api/messages?wait=20', { key: old });
    const stream = await fetch(`${scene.url}/api/events`, { headers: { authorization: `Bearer ${old}` } });
    const told = stream.text();
    await sleep(200);
    const fresh = await scene.key('waiter');
    await scene.mailbox.put(waiter, 'secret', {
      type: 'chat',
      from: 'master',
      content: '새 열쇠에게만',
      at: Date.now(),
    });
    expect(await poll).toMatchObject({ status: 401, body: { code: 'auth.wrong' } });
    // It ends by itself.
    expect(await told).not.toContain('새 열쇠에게만');
    expect((await scene.call('GET', '/api/messages', { key: fresh })).body['messages']).toMatchObject([
      { content: '새 열쇠에게만' },
    ]);
  });

  it('do what their scope says, and check nobody else in', async () => {
    const reader = await scene.key('reader', ['read']);
    expect((await scene.call('GET', '/api/tasks', { key: reader })).status).toBe(200);
    expect(
      await scene.call('POST', '/api/messages', { key: reader, body: { receiver: 'all', content: 'x' } }),
    ).toMatchObject({ status: 403, body: { code: 'auth.scope' } });
    expect(await scene.call('POST', '/api/tasks', { key: reader, body: { title: 'x' } })).toMatchObject({
      status: 403,
    });
    expect(
      await scene.call('POST', '/api/executor/command', {
        key: reader,
        body: { type: 'shell', payload: { script: 'x' } },
      }),
    ).toMatchObject({ status: 403 });
    expect(await scene.call('POST', '/api/agent/scout/checkin', { key: reader })).toMatchObject({
      status: 403,
      body: { code: 'auth.other' },
    });
    expect(await scene.call('POST', '/api/agent/Reader/checkin', { key: reader })).toMatchObject({
      status: 200,
      body: { agent: 'reader', scopes: ['read'] },
    });
  });

  it('allow less or more from the moment when the owner says so, and are the same keys', async () => {
    const own = await scene.key('shrunk');
    const shrunk = AgentId.parse('shrunk');
    const says = () => scene.call('POST', '/api/messages', { key: own, body: { receiver: 'all', content: 'x' } });
    expect((await says()).status).toBe(200);
    await scene.keys.rescope(shrunk, ['read']);
    expect(await says()).toMatchObject({ status: 403, body: { code: 'auth.scope' } });
    expect((await scene.call('GET', '/api/messages', { key: own })).status).toBe(200);
    expect((await scene.call('POST', '/api/messages', { key, body: { receiver: 'all', content: 'x' } })).status).toBe(
      200,
    );
    await scene.keys.rescope(shrunk, ['read', 'speak']);
    expect((await says()).status).toBe(200);
  });

  it('lie in Redis as nothing that opens, and in no log and no record', async () => {
    await scene.call('GET', '/api/status', { key });
    await scene.call('GET', `/api/tasks/${key}`, { key });
    await scene.call('GET', `/api/nowhere/${key}?key=${key}`, { key });
    const all: string[] = [];
    for (const name of await scene.redis.keys('*')) {
      const type = await scene.redis.type(name);
      all.push(
        name,
        JSON.stringify(
          type === 'string'
            ? await scene.redis.get(name)
            : type === 'hash'
              ? await scene.redis.hgetall(name)
              : type === 'stream'
                ? await scene.redis.xrange(name, '-', '+')
                : '',
        ),
      );
    }
    const secret = key.slice(16);
    expect(all.join('\n')).toContain(key.slice(4, 16));
    expect(all.join('\n')).not.toContain(secret);
    expect(scene.log.join('\n')).not.toContain(secret);
  });
});

/** As a browser sends it whose page has led its own name to this machine. */
const asked = (
  path: string,
  headers: Record<string, string>,
  url = scene.url,
): Promise<{ status: number; text: string }> =>
  new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    get({ hostname, port, path, headers }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
    }).on('error', reject);
  });

describe('a name that is not the house’s', () => {
  it.each(['/metrics', '/health', '/ready', '/help', '/openapi.json', '/api/status', '/mcp', '/nowhere'])(
    'gets nothing from %s',
    async (path) => {
      const { status, text } = await asked(path, { host: 'evil.example.com', authorization: `Bearer ${key}` });
      expect({ status, code: JSON.parse(text).code }).toEqual({ status: 421, code: 'host.unknown' });
    },
  );

  it('is told from the names by which a house is called', async () => {
    const { port } = new URL(scene.url);
    for (const host of [
      `127.0.0.1:${port}`,
      `localhost:${port}`,
      `[::1]:${port}`,
      'swarm:5004',
      'box.local',
      '192.168.0.7',
    ])
      expect(await asked('/health', { host })).toMatchObject({ status: 200 });
    for (const host of [
      'evil.example.com',
      'localhost.evil.example.com',
      '127.0.0.1.example.com',
      'EVIL.example.com.',
      'x'.repeat(300),
    ])
      expect(await asked('/health', { host })).toMatchObject({ status: 421 });
  });

  it('opens neither a page nor the homeserver’s way in', async () => {
    const [one = 0, two = 0] = await freePorts(2);
    const preview = buildPreview({
      links: { find: async () => null },
      read: async () => new Uint8Array(),
      lang: 'ko',
      names: ['pages.example.org'],
      log: pino({ level: 'silent' }),
    });
    const appservice = buildAppservice('t'.repeat(32), {
      accept: async () => undefined,
      ready: () => true,
      onError: () => undefined,
    });
    await preview.listen({ port: one, host: '127.0.0.1' });
    await appservice.listen({ port: two, host: '127.0.0.1' });
    try {
      expect(await asked('/p/x/', { host: 'evil.example.com' }, `http://127.0.0.1:${one}`)).toMatchObject({
        status: 421,
      });
      expect(await asked('/p/x/', { host: 'pages.example.org' }, `http://127.0.0.1:${one}`)).toMatchObject({
        status: 404,
      });
      expect(await asked('/health', { host: 'evil.example.com' }, `http://127.0.0.1:${two}`)).toMatchObject({
        status: 421,
      });
      expect(await asked('/health', {}, `http://127.0.0.1:${two}`)).toMatchObject({ status: 200 });
    } finally {
      await Promise.all([preview.close(), appservice.close()]);
    }
  });

  it('nor do the figures go past a proxy, but for a key', async () => {
    expect(await asked('/metrics', {})).toMatchObject({ status: 200 });
    expect(await asked('/metrics', { 'x-forwarded-for': '192.0.2.1' })).toMatchObject({ status: 401 });
    expect(
      await asked('/metrics', { 'x-forwarded-for': '192.0.2.1', authorization: 'Bearer chv_wrong' }),
    ).toMatchObject({ status: 401 });
    expect(await asked('/metrics', { 'x-forwarded-for': '192.0.2.1', authorization: `Bearer ${key}` })).toMatchObject({
      status: 200,
    });
  });
});

describe('what cannot be read', () => {
  it.each([
    ['no JSON', '{"receiver":', 400, 'request.invalid'],
    ['a field too many', JSON.stringify({ receiver: 'all', content: 'x', admin: true }), 400, 'request.invalid'],
    ['nothing to say', JSON.stringify({ receiver: 'all', content: '  ' }), 400, 'request.invalid'],
    ['a name that nobody has', JSON.stringify({ receiver: 'nobody', content: 'x' }), 404, 'receiver.unknown'],
    ['__proto__', '{"receiver":"all","content":"x","__proto__":{"a":1}}', 400, 'request.invalid'],
    [
      'nothing but letters that are not seen',
      JSON.stringify({ receiver: 'all', content: '\u200b\u2060\u{E0041}' }),
      400,
      'request.invalid',
    ],
    ['half a letter', '{"receiver":"all","content":"\\ud83d"}', 400, 'request.invalid'],
    ['half a letter in a name', '{"receiver":"all","content":"x","\\udc00":1}', 400, 'request.invalid'],
    [
      'a thousand boxes',
      `{"receiver":"all","content":${'['.repeat(1_000)}${']'.repeat(1_000)}}`,
      400,
      'request.invalid',
    ],
    ['as many boxes as fit', `${'['.repeat(500_000)}${']'.repeat(500_000)}`, 400, 'request.invalid'],
    [
      'more than a megabyte',
      JSON.stringify({ receiver: 'all', content: 'x'.repeat(1_100_000) }),
      413,
      'request.too-large',
    ],
  ])('%s', async (_what, body, status, code) => {
    const before = scene.said.length;
    const response = await fetch(`${scene.url}/api/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body,
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ code, status });
    expect(scene.said).toHaveLength(before);
  });

  it.each([
    [
      'a command in boxes',
      '/api/executor/command',
      `{"type":"shell","payload":{"script":${'{"a":'.repeat(5_000)}1${'}'.repeat(5_000)}}}`,
    ],
    ['a command with half a letter', '/api/executor/command', '{"type":"shell","payload":{"script":"echo \\udfff"}}'],
    [
      'many tools in one call',
      '/mcp',
      JSON.stringify(
        Array.from({ length: 500 }, (_, id) => ({
          jsonrpc: '2.0',
          id,
          method: 'tools/call',
          params: { name: 'say', arguments: { receiver: 'all', content: 'x' } },
        })),
      ),
    ],
    [
      'a tool in boxes',
      '/mcp',
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"run_command","arguments":${'['.repeat(5_000)}${']'.repeat(5_000)}}}`,
    ],
  ])('%s', async (_what, path, body) => {
    const before = scene.said.length;
    const response = await fetch(`${scene.url}${path}`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      },
      body,
    });
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ code: 'request.invalid' });
    expect(scene.said).toHaveLength(before);
  });

  it('of another type than JSON', async () => {
    const response = await fetch(`${scene.url}/api/messages`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'text/xml' },
      body: '<a/>',
    });
    expect(response.status).toBe(415);
  });

  it('is told in the language of the caller', async () => {
    const told = async (language: string) =>
      String(
        (await scene.call('GET', '/api/nowhere', { key, headers: { 'accept-language': language } })).body['detail'],
      );
    expect(await told('en-GB,en;q=0.9,ko;q=0.5')).toMatch(/^There is no/);
    expect(await told('fr, ko;q=0.3')).toMatch(/[가-힣]/);
    expect(await told('fr')).toMatch(/[가-힣]/);
    expect((await scene.call('GET', '/help', { headers: { 'accept-language': 'en' } })).body['text']).toContain(
      'a door for agents',
    );
    expect((await scene.call('GET', '/help')).body['text']).toContain('문');
  });

  it.each([
    '/api/tasks/..%2f..%2fhealth',
    '/api/tasks/%2e%2e',
    '/api/../health/../api/tasks/%00',
    '/api/executor/jobs/..%5c..%5c',
    '/api//tasks',
    '/api/tasks/b1%0d%0aX: y',
    '/%c0%ae%c0%ae/',
    '/api/tasks/%zz',
    '//evil.example/api',
    '/api/agent/..%2f..%2f/checkin',
  ])('a path that leads elsewhere: %s', async (path) => {
    const { host } = new URL(scene.url);
    const answer = await raw(
      `GET ${path.replaceAll(' ', '%20')} HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\nconnection: close\r\n\r\n`,
    );
    expect(answer).toMatch(/^HTTP\/1\.1 (?:400|404) /);
    expect(answer).toContain('application/problem+json');
  });
});

describe('who is slow, or too quick', () => {
  it(
    'is cut off when the request does not come, and the others are served meanwhile',
    { timeout: 60_000 },
    async () => {
      const { host } = new URL(scene.url);
      const slow = raw(
        `POST /api/messages HTTP/1.1\r\nhost: ${host}\r\nauthorization: Bearer ${key}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"rec`,
        { after: 2_000, bytes: 'ei' },
      );
      const headers = raw(`GET /api/tasks HTTP/1.1\r\nhost: ${host}\r\nx-slow: `, { after: 1_000, bytes: 'a' });
      expect((await scene.call('GET', '/api/status', { key })).status).toBe(200);
      for (const answer of await Promise.all([slow, headers])) expect(answer).toContain('request.slow');
    },
  );

  it('waits for letters in a few places at once, and not in as many as there are', async () => {
    const greedy = await scene.key('greedy');
    const over = new AbortController();
    const streams = await Promise.all(
      Array.from({ length: 16 }, () =>
        fetch(`${scene.url}/api/events`, { headers: { authorization: `Bearer ${greedy}` }, signal: over.signal }),
      ),
    );
    expect(streams.map(({ status }) => status)).toEqual(streams.map(() => 200));
    expect(await scene.call('GET', '/api/events', { key: greedy })).toMatchObject({
      status: 429,
      body: { code: 'rate.limited' },
    });
    expect(await scene.call('GET', '/api/messages?wait=20', { key: greedy })).toMatchObject({ status: 429 });
    expect((await scene.call('GET', '/api/messages', { key: greedy })).status).toBe(200);
    expect((await scene.call('GET', '/api/messages?wait=1', { key })).status).toBe(200);
    over.abort();
    // Whoever has left makes room.
    let status = 429;
    for (const end = Date.now() + 30_000; status === 429 && Date.now() < end; await sleep(100))
      status = (await scene.call('GET', '/api/messages?wait=1', { key: greedy })).status;
    expect(status).toBe(200);
  });

  it('waits its turn, each key by itself', async () => {
    await using busy = await AgentApiScene.open({ burst: 5, perMinute: 60 });
    const [loud, quiet] = [await busy.key('loud'), await busy.key('quiet')];
    const answers = await Promise.all(Array.from({ length: 12 }, () => busy.call('GET', '/api/tasks', { key: loud })));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(5);
    expect(Number(refused[0]?.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);
    expect((await busy.call('GET', '/api/tasks', { key: quiet })).status).toBe(200);
  });
});

describe('the record', () => {
  it('holds every call with whose it was and what became of it', async () => {
    await scene.call('POST', '/api/tasks/b77/claim', { key });
    await scene.call('GET', '/api/tasks');
    await sleep(50);
    const last = async (record: string) =>
      (await scene.redis.xrevrange(`chavion:swarm:door:${record}`, '+', '-', 'COUNT', 1)).map(([, fields]) =>
        Object.fromEntries(fields.flatMap((field, i) => (i % 2 === 0 ? [[field, fields[i + 1]]] : []))),
      )[0];
    expect(await last('record')).toMatchObject({
      agent: 'scout',
      keyId: key.slice(4, 16),
      method: 'POST',
      route: '/api/tasks/:id/claim',
      status: '404',
      code: 'task.unknown',
    });
    // Strangers have a record of their own, and push nothing out of the other.
    const stranger = await last('strangers');
    expect(stranger).toMatchObject({ method: 'GET', route: '/api/tasks', status: '401', code: 'auth.missing' });
    expect(stranger).not.toHaveProperty('agent');
  });

  it('is not filled by whoever knocks without end; the figures count him all the same', async () => {
    const counted = async () =>
      Number(
        /chavion_door_refusals_total\{code="auth.wrong"\} (\d+)/.exec(
          String((await scene.call('GET', '/metrics')).body['text']),
        )?.[1] ?? 0,
      );
    const [began, before, lines] = [
      Date.now(),
      await counted(),
      await scene.redis.xlen('chavion:swarm:door:strangers'),
    ];
    await Promise.all(Array.from({ length: 400 }, () => scene.call('GET', '/api/tasks', { key: 'chv_nobody' })));
    expect(await counted()).toBe(before + 400);
    const seconds = Math.floor((Date.now() - began) / 1000) + 2;
    expect((await scene.redis.xlen('chavion:swarm:door:strangers')) - lines).toBeLessThanOrEqual(50 * seconds);
  });
});
