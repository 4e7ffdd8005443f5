import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { Agent, fetch as fetchBy, type Dispatcher } from 'undici';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { freePorts } from '../house/house.ts';
import { inRoom } from '../house/matrix.ts';
import type { Json } from '../house/provider-formats.ts';
import { rosterOf, Scene } from '../house/scene.ts';

/** A house behind the Caddyfile of docs/ko/server.md, as it stands there but for names, ports and certificates. */
let scene: Scene;
let caddy: ChildProcess;
let base: string;
let pages: string;

/** Names lead to this machine, and each caller has an address of its own. */
const from = (localAddress: string): Dispatcher =>
  new Agent({
    localAddress,
    autoSelectFamily: false,
    connect: { lookup: (_host, _options, found) => found(null, '127.0.0.1', 4) },
  });
const away = from('127.0.0.9');
const outside = (url: string | URL, init: Json = {}, by = away): Promise<Json> =>
  fetchBy(url, { ...init, dispatcher: by });

beforeAll(async () => {
  const [port = 0] = await freePorts(1);
  base = `http://chat.example.org:${port}`;
  pages = `http://pages.example.org:${port}`;
  scene = await Scene.open({
    keys: false,
    roster: rosterOf('jarvis', 'claude'),
    env: { CHAVION_PUBLIC_URL: base, CHAVION_API_URL: base, CHAVION_PREVIEW_URL: pages },
  });
  const readme = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'ko', 'server.md'), 'utf8');
  const written = /cat > \/etc\/caddy\/Caddyfile <<'END'\n([\s\S]*?)\nEND\n/.exec(readme)?.[1] ?? '';
  const { CHAVION_SYNAPSE_PORT: synapse, CHAVION_API_PORT: api, CHAVION_PREVIEW_PORT: preview } = scene.house.env;
  const here = written
    .replace(/^(chat|pages)\.example\.org \{$/gm, `http://$1.example.org:${port} {`)
    .replace('127.0.0.1:8008', `127.0.0.1:${synapse}`)
    .replace('127.0.0.1:5004', `127.0.0.1:${api}`)
    .replace('127.0.0.1:5005', `127.0.0.1:${preview}`);
  const file = join(scene.house.folder, 'Caddyfile');
  await writeFile(file, `{\n\tadmin off\n}\n${here}\n`);
  caddy = spawn('caddy', ['run', '--adapter', 'caddyfile', '--config', file], {
    stdio: 'ignore',
    env: { ...process.env, XDG_DATA_HOME: scene.house.folder, XDG_CONFIG_HOME: scene.house.folder },
  });
  await scene.until(() =>
    outside(`${base}/help`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  );
});
afterAll(async () => {
  // Asked to end it would wait a minute for streams that are still open.
  caddy.kill('SIGKILL');
  await once(caddy, 'exit');
  await scene[Symbol.asyncDispose]();
});

/** What the letter with the key says. */
async function invited(): Promise<{ readonly key: string; readonly letter: string }> {
  const { master, hq } = scene;
  await master.noticed(hq, await master.say(hq, '!초대 스카우트 scout'));
  const { body }: Json = await master.call('GET', '/_matrix/client/v3/sync?filter={"room":{"timeline":{"limit":2}}}');
  const [room = ''] = Object.keys(body.rooms?.invite ?? {});
  await master.call('POST', inRoom(room, 'join'), {});
  const { body: page }: Json = await master.call('GET', inRoom(room, 'messages?dir=b&limit=20'));
  const letter = String(page.chunk.find((event: Json) => event.type === 'm.room.message')?.content.body);
  return { letter, key: /chv_[A-Za-z0-9_-]{55}/.exec(letter)?.[0] ?? '' };
}

describe('the agents’ API at its public address', () => {
  it('is what the letter with the key, the help and the document name, and a key carries a whole flow through it', async () => {
    const { key, letter } = await invited();
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const call = async (path: string, body?: unknown): Promise<Json> =>
      (
        await outside(
          `${base}${path}`,
          body === undefined ? { headers } : { method: 'POST', headers, body: JSON.stringify(body) },
        )
      ).json();

    const urls = [...letter.matchAll(/https?:\/\/[^\s`]+/g)].map(([url]) => url);
    expect(urls.map((url) => new URL(url).pathname).toSorted()).toEqual([
      '/api/agent/scout/checkin',
      '/help',
      '/mcp',
      '/openapi.json',
    ]);
    for (const url of urls) expect(url.startsWith(`${base}/`)).toBe(true);
    expect(
      (
        await outside(`${base}/api/agent/scout/checkin`, {
          method: 'POST',
          headers: { authorization: `Bearer ${key}` },
        })
      ).status,
    ).toBe(200);
    const help: string = await (await outside(`${base}/help`)).text();
    expect(help).toContain(`URL=${base} `);
    expect(help).not.toMatch(/CHAVION_API_URL|127\.0\.0\.1/);
    const document: Json = await (await outside(`${base}/openapi.json`)).json();
    expect(document.servers).toEqual([{ url: base }]);

    const { id } = await call('/api/tasks', { title: '밖에서' });
    expect(await call(`/api/tasks/${id}/claim`, {})).toMatchObject({ owner: 'scout' });
    expect(await call(`/api/tasks/${id}/complete`, { result: '끝' })).toMatchObject({ state: 'done' });
    expect(await call('/api/executor/command', { type: 'shell', payload: { script: 'echo 1' } })).toMatchObject({
      state: 'asked',
    });

    const client = new Client({ name: 'test', version: '1' });
    await client.connect(
      new StreamableHTTPClientTransport(new URL('/mcp', document.servers[0].url), {
        requestInit: { headers: { authorization: `Bearer ${key}` } },
        fetch: outside,
      }),
    );
    expect((await client.listTools()).tools.map(({ name }) => name)).toContain('listen');
    await client.close();

    // What is streamed comes at once, through the proxy too.
    const over = new AbortController();
    const stream = await outside(`${base}/api/events`, { headers, signal: over.signal });
    await scene.master.say(scene.hq, '스카우트야, 들려?');
    let got = '';
    for await (const chunk of stream.body.pipeThrough(new TextDecoderStream())) {
      got += chunk;
      if (got.includes('들려?')) break;
    }
    over.abort();
    expect(got).toContain('event: ask');
  });

  it('shows strangers neither the figures nor the administration', async () => {
    expect((await outside(`${base}/metrics`)).status).toBe(404);
    expect((await outside(`${base}/ready`)).status).toBe(404);
    expect((await outside(`${base}/_synapse/admin/v2/users`)).status).toBe(404);
    const page = await outside(`${pages}/p/nothing/`);
    expect(page.status).toBe(404);
    expect(page.headers.get('content-security-policy')).toMatch(/^sandbox /);
  });
});

describe('signing in from outside', () => {
  const login = (by: Dispatcher, password: string, more: Json = {}) =>
    outside(
      `${base}/_matrix/client/v3/login`,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...more },
        body: JSON.stringify({ type: 'm.login.password', identifier: { type: 'm.id.user', user: 'master' }, password }),
      },
      by,
    );

  it('is the owner’s right however many wrong passwords a stranger has tried', async () => {
    const stranger = from('127.0.0.66');
    const { password } = scene.house.ready.master;
    // All at once: one after the other, a slow machine gives back as many tries as it takes. Half of them are right.
    // Whoever says that somebody else is calling is not believed.
    const tries = (word: (i: number) => string) =>
      Promise.all(
        Array.from(
          { length: 60 },
          async (_, i) => (await login(stranger, word(i), { 'x-forwarded-for': `192.0.2.${i}` })).status,
        ),
      );
    const [wrong, right] = await Promise.all([tries((i) => `wrong ${i}`), tries(() => password)]);
    // On a busy machine the homeserver does not come to take the call in time: that one had no try.
    expect([403, 429, 502]).toEqual(expect.arrayContaining(wrong));
    expect(right).toContain(429);
    // He has had his tries, and no more than the machine gave back meanwhile.
    const passed = [...wrong, ...right].filter((status) => status !== 429 && status !== 502).length;
    expect(passed).toBeGreaterThan(10);
    expect(passed).toBeLessThan(90);
    expect((await login(from('127.0.0.77'), password)).status).toBe(200);
  });
});
