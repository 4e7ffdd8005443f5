import { get } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { buildAppservice } from '../../bridge/appservice/server.ts';
import { buildPreview } from '../../bridge/http/preview/preview.ts';
import { NO_PAGES } from '../house/no-pages.ts';
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
      ...NO_PAGES,
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
