import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAuthority } from '../../executor/sandbox/egress/allow-list.ts';
import { INTERNET, judge } from '../../executor/sandbox/egress/destination.ts';
import { startEgress, type EgressProxy, type EgressRecord } from '../../executor/sandbox/egress/egress-proxy.ts';
import { isPublicAddress } from '../../executor/sandbox/egress/public-address.ts';

describe('addresses', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '93.184.215.14',
    '172.15.255.255',
    '172.32.0.1',
    '100.63.255.255',
    '2606:4700::1111',
    '2a00:1450:4001::1',
  ])('%s is on the internet', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });
  it.each(
    [
      [
        '0.0.0.0',
        '10.0.0.1',
        '100.64.0.1',
        '100.100.100.200',
        '127.0.0.1',
        '127.255.255.254',
        '169.254.169.254',
        '172.16.0.1',
        '172.31.255.255',
        '192.0.0.1',
        '192.168.0.1',
        '198.18.0.1',
        '224.0.0.1',
        '255.255.255.255',
      ],
      [
        '::',
        '::1',
        '::ffff:127.0.0.1',
        '::ffff:8.8.8.8',
        '::ffff:7f00:1',
        '::127.0.0.1',
        '64:ff9b::7f00:1',
        '64:ff9b:1::1',
        '2002:7f00:1::',
        '2001:0:1::',
        '2001:db8::1',
        'fc00::1',
        'fd00:ec2::254',
        'fe80::1',
        'fe80::1%lo',
        '2606:4700::1111%eth0',
        'ff02::1',
        'fec0::1',
      ],
      ['', 'localhost', '127.1', '2130706433', '0x7f.0.0.1', '1.1.1.1.', ' 1.1.1.1', '01.1.1.1'],
    ].flat(),
  )('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});

describe('who may be called', () => {
  const allowed = [{ host: 'api.example.org', port: 443 }];
  const internet = (...addresses: string[]) => ({
    resolve: () => Promise.resolve(addresses),
    isPublic: isPublicAddress,
  });
  const ask = (authority: string, ...addresses: string[]) =>
    judge(parseAuthority(authority), allowed, internet(...addresses));

  it('is who is on the list, by name and port, at the address that was checked', async () => {
    expect(await ask('api.example.org:443', '1.1.1.1')).toEqual({ ok: true, address: '1.1.1.1' });
    expect(await ask('API.Example.ORG.:443', '1.1.1.1')).toEqual({ ok: true, address: '1.1.1.1' });
  });

  it.each([
    'api.example.org:80',
    'example.org:443',
    'x.api.example.org:443',
    'api.example.org.evil.com:443',
    'api.example.org',
    'api.example.org:443:443',
    'api.example.org:443@evil.com:443',
    '',
    ':443',
    '1.1.1.1:443',
  ])('is not %s', async (authority) => {
    expect(await ask(authority, '1.1.1.1')).toMatchObject({ ok: false, status: 403 });
  });

  it.each([
    ['127.0.0.1'],
    ['169.254.169.254'],
    ['::1'],
    ['::ffff:10.0.0.1'],
    ['1.1.1.1', '10.0.0.1'],
    ['2606:4700::1111', 'fe80::1'],
  ])('is nobody whose name leads to %s', async (...addresses) => {
    expect(await ask('api.example.org:443', ...addresses)).toMatchObject({ ok: false, status: 403 });
  });

  it('is nobody without an address', async () => {
    expect(await ask('api.example.org:443')).toMatchObject({ ok: false, status: 502 });
    const broken = { resolve: () => Promise.reject(new Error('ENOTFOUND')), isPublic: isPublicAddress };
    expect(await judge({ host: 'api.example.org', port: 443 }, allowed, broken)).toMatchObject({
      ok: false,
      status: 502,
    });
  });

  it('is asked of the name service once', async () => {
    let asked = 0;
    const rebinding = {
      resolve: () => Promise.resolve([asked++ === 0 ? '1.1.1.1' : '127.0.0.1']),
      isPublic: isPublicAddress,
    };
    expect(await judge({ host: 'api.example.org', port: 443 }, allowed, rebinding)).toEqual({
      ok: true,
      address: '1.1.1.1',
    });
    expect(asked).toBe(1);
  });

  it('is never this machine', () => {
    expect(INTERNET.isPublic('127.0.0.1')).toBe(false);
  });
});

describe('the proxy', () => {
  const folder = mkdtempSync(join(tmpdir(), 'egress-'));
  const seen: string[] = [];
  const records: EgressRecord[] = [];
  const site = createServer((incoming, outgoing) => {
    seen.push(
      `${incoming.method} ${incoming.headers.host} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`,
    );
    if (incoming.url === '/moved') return void outgoing.writeHead(302, { location: 'http://inner.example.org/' }).end();
    if (incoming.url === '/cut')
      return void outgoing.writeHead(200, { 'content-length': '100' }).write('half', () => outgoing.destroy());
    outgoing.end('hello');
  });
  let port = 0;
  let proxy: EgressProxy;
  beforeAll(async () => {
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const address = site.address();
    port = typeof address === 'object' && address !== null ? address.port : 0;
    proxy = await startEgress({
      socketPath: join(folder, 's'),
      allowed: [{ host: 'site.example.org', port }],
      onRequest: (record) => records.push(record),
      // A network of our own: the name leads to this machine, which here is as good as anywhere.
      internet: { resolve: () => Promise.resolve(['127.0.0.1']), isPublic: () => true },
    });
  });
  afterAll(async () => {
    await proxy[Symbol.asyncDispose]();
    site.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const get = (path: string, headers: Record<string, string> = {}) =>
    new Promise<{ status: number | undefined; body: string; location: string | undefined }>((resolve, reject) => {
      const asked = request(
        { socketPath: proxy.socketPath, path, headers: { connection: 'close', ...headers } },
        (answer: IncomingMessage) => {
          text(answer).then(
            (body) => resolve({ status: answer.statusCode, body, location: answer.headers.location }),
            reject,
          );
        },
      );
      asked.once('error', reject).end();
    });

  it('fetches what is on the list, and says so', async () => {
    expect(await get(`http://site.example.org:${port}/a?b`, { 'proxy-authorization': 'secret' })).toMatchObject({
      status: 200,
      body: 'hello',
    });
    expect(seen.at(-1)).toBe(`GET site.example.org:${port} /a?b `);
    expect(records.at(-1)).toEqual({ method: 'GET', destination: `site.example.org:${port}`, allowed: true });
  });

  it('sends nothing to what is not', async () => {
    const before = seen.length;
    for (const url of [
      `http://other.example.org:${port}/`,
      `http://site.example.org:${port + 1}/`,
      `http://127.0.0.1:${port}/`,
      '/',
      `http://a:b@site.example.org:${port}/`,
    ]) {
      expect((await get(url, { host: `site.example.org:${port}` })).status).toBe(403);
    }
    expect(seen.length).toBe(before);
    expect(records.at(-2)).toMatchObject({ allowed: false });
  });

  it('names the host that was checked, whatever the client wrote beside it', async () => {
    await get(`http://site.example.org:${port}/`, { host: 'inner.example.org' });
    expect(seen.at(-1)).toBe(`GET site.example.org:${port} / `);
  });

  it('follows no redirect', async () => {
    expect(await get(`http://site.example.org:${port}/moved`)).toMatchObject({
      status: 302,
      location: 'http://inner.example.org/',
    });
  });

  it('breaks off where the answer breaks off', async () => {
    await expect(get(`http://site.example.org:${port}/cut`)).rejects.toThrow('aborted');
  });

  it('opens a tunnel to what is on the list and to nothing else', async () => {
    const through = (line: string) =>
      new Promise<string>((resolve, reject) => {
        const socket = connect(proxy.socketPath, () => socket.write(`${line}\r\nHost: x\r\n\r\n`));
        let got = '';
        socket.on('data', (chunk: Buffer) => {
          got += chunk.toString();
          if (got.startsWith('HTTP/1.1 200 Connection') && !got.includes('hello'))
            socket.write('GET /through HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n');
        });
        socket.once('end', () => resolve(got)).once('error', reject);
      });
    expect(await through(`CONNECT site.example.org:${port} HTTP/1.1`)).toContain('hello');
    expect(seen.at(-1)).toBe('GET x /through ');
    expect(await through(`CONNECT 127.0.0.1:${port} HTTP/1.1`)).toContain('403');
    expect(await through(`CONNECT site.example.org:${port + 1} HTTP/1.1`)).toContain('403');
  });
});
