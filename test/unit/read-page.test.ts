import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { getPage, PAGE_BYTES } from '../../executor/programs/page-request.ts';
import { startEgress, type EgressProxy, type EgressRecord } from '../../executor/sandbox/egress/egress-proxy.ts';
import { isPublicAddress } from '../../executor/sandbox/egress/public-address.ts';
import type { Reach } from '../../executor/sandbox/egress/destination.ts';

const PUBLIC = '93.184.215.14';
/** Names of a network of our own, and what the name service says of them. */
const NAMES: Readonly<Record<string, readonly string[]>> = {
  'news.example.com': [PUBLIC],
  'other.example.com': ['2606:4700::1111'],
  'inner.example.com': ['10.0.0.7'],
  'local.example.com': ['127.0.0.1'],
  'six.example.com': ['::1'],
  'mapped.example.com': ['::ffff:127.0.0.1'],
  'both.example.com': [PUBLIC, '192.168.0.1'],
  'cloud.example.com': ['169.254.169.254'],
  'metadata.google.internal': ['169.254.169.254'],
  'carrier.example.com': ['100.64.0.9'],
  localhost: ['127.0.0.1', '::1'],
  router: ['192.168.0.1'],
};

const folder = mkdtempSync(join(tmpdir(), 'read-page-'));
let answer: (incoming: IncomingMessage, outgoing: ServerResponse) => void = (_incoming, outgoing) => outgoing.end();
const seen: IncomingMessage[] = [];
const records: EgressRecord[] = [];
const site = createServer((incoming, outgoing) => {
  seen.push(incoming);
  answer(incoming, outgoing);
});
let port = 0;
beforeAll(async () => {
  await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
  const address = site.address();
  port = typeof address === 'object' && address !== null ? address.port : 0;
});
afterAll(() => {
  site.closeAllConnections();
  site.close();
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  seen.length = 0;
  records.length = 0;
  answer = (_incoming, outgoing) => outgoing.end('hello');
});

let proxies = 0;
const egress = (allowed: Reach = 'web', resolve?: (host: string) => readonly string[]): Promise<EgressProxy> =>
  startEgress({
    socketPath: join(folder, `s${(proxies += 1)}`),
    allowed,
    pageOnly: true,
    onRequest: (record) => records.push(record),
    internet: {
      resolve: (host) => {
        const found = resolve?.(host) ?? NAMES[host];
        return found === undefined ? Promise.reject(new Error('ENOTFOUND')) : Promise.resolve(found);
      },
      isPublic: isPublicAddress,
      standIn: () => ({ host: '127.0.0.1', port }),
    },
  });
const soon = () => AbortSignal.timeout(5_000);
async function page(address: string, allowed?: Reach) {
  await using proxy = await egress(allowed);
  return await getPage(address, proxy.socketPath, soon());
}
const redirecting = (steps: Readonly<Record<string, string>>, status = 302) => {
  answer = (incoming, outgoing) => {
    const to = steps[`${incoming.headers.host}${incoming.url}`];
    // What is no ASCII as servers write it: in UTF-8.
    if (to === undefined) outgoing.end('the end');
    else outgoing.writeHead(status, { location: Buffer.from(to).toString('latin1') }).end();
  };
};

describe('a page is of the public web', () => {
  it.each([
    'http://news.example.com/',
    'http://NEWS.example.com./a?b=c',
    'http://other.example.com:80/',
    `http://${PUBLIC}/`,
    'http://[2606:4700::1111]/',
  ])('%s is read', async (address) => {
    expect((await page(address)).bytes.toString()).toBe('hello');
    expect(seen).toHaveLength(1);
  });

  it.each(
    [
      '127.0.0.1 127.1 0x7f.0.0.1 0177.0.0.1 2130706433 0x7f000001',
      '017700000001 127.0.0.1. localhost localhost. LOCALHOST router',
      'router. 0 0.0.0.0 10.1.2.3 172.16.0.1 192.168.0.1',
      '3232235521 169.254.169.254 0xa9fea9fe 2852039166 0251.0376.0251.0376 100.64.0.9',
      '198.18.0.1 224.0.0.1 255.255.255.255 １２７.0.0.1 127。0。0。1 ①②⑦.0.0.1',
      '[::1] [::] [::ffff:127.0.0.1] [::ffff:7f00:1] [::127.0.0.1] [64:ff9b::7f00:1]',
      '[2002:7f00:1::] [2001:0:1::] [fe80::1] [fc00::1] [fd00:ec2::254] [ff02::1]',
      'inner.example.com local.example.com six.example.com mapped.example.com both.example.com cloud.example.com',
      'metadata.google.internal carrier.example.com INNER.EXAMPLE.COM.',
    ].flatMap((hosts) => hosts.split(' ')),
  )('http://%s is not, nor is it reached by a redirect', async (host) => {
    await expect(page(`http://${host}/latest/meta-data/`)).rejects.toMatchObject({ word: 'not-public' });
    expect(seen).toHaveLength(0);
    redirecting({ 'news.example.com/': `http://${host}/` });
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word: 'not-public' });
    expect(seen).toHaveLength(1);
  });

  it.each([
    ['http://news.example.com:8080/', 'not-asked'],
    ['http://news.example.com:22/', 'not-asked'],
    ['http://nobody.example.com/', 'no-address'],
    ['http://me:secret@news.example.com/', 'address'],
    ['http://me@news.example.com/', 'address'],
    ['ftp://news.example.com/', 'address'],
    ['file:///etc/passwd', 'address'],
    ['data:text/html,hello', 'address'],
    ['javascript:alert(1)', 'address'],
    ['gopher://news.example.com/', 'address'],
    ['news.example.com', 'address'],
    ['http://', 'address'],
    ['http://[fe80::1%25lo]/', 'address'],
    ['http://256.256.256.256/', 'address'],
  ])('%s: %s', async (address, word) => {
    await expect(page(address)).rejects.toMatchObject({ word });
    expect(seen).toHaveLength(0);
  });

  it.each([
    ['ftp://news.example.com/', 'redirect'],
    ['file:///etc/passwd', 'redirect'],
    ['http://me:secret@other.example.com/', 'redirect'],
    ['http://other.example.com:6379/', 'not-asked'],
    ['//127.0.0.1/', 'not-public'],
    ['\\\\127.0.0.1\\', 'not-public'],
    ['http:/\\/127.1', 'not-public'],
  ])('a redirect to %s: %s', async (to, word) => {
    redirecting({ 'news.example.com/': to });
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word });
    expect(seen).toHaveLength(1);
  });

  it('by a name that leads elsewhere the second time is not reached there', async () => {
    let asked = 0;
    await using proxy = await egress('web', () => [(asked += 1) === 1 ? PUBLIC : '127.0.0.1']);
    redirecting({ 'turning.example.com/': 'http://turning.example.com/inner' });
    await expect(getPage('http://turning.example.com/', proxy.socketPath, soon())).rejects.toMatchObject({
      word: 'not-public',
    });
    expect(seen.map(({ url }) => url)).toEqual(['/']);
  });

  it('is one of the hosts that the policy names, where it names some', async () => {
    const named = [{ host: 'news.example.com', port: 80 }];
    expect((await page('http://news.example.com/', named)).bytes.toString()).toBe('hello');
    await expect(page('http://other.example.com/', named)).rejects.toMatchObject({ word: 'not-asked' });
    redirecting({ 'news.example.com/': 'http://other.example.com/' });
    await expect(page('http://news.example.com/', named)).rejects.toMatchObject({ word: 'not-asked' });
  });

  it('is followed through five redirects and not a sixth', async () => {
    const steps = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, n) => [`news.example.com/${n}`, `/${n + 1}`]));
    redirecting(steps(5), 307);
    const read = await page('http://news.example.com/0');
    expect([read.address.href, read.bytes.toString()]).toEqual(['http://news.example.com/5', 'the end']);
    redirecting(steps(6), 308);
    await expect(page('http://news.example.com/0')).rejects.toMatchObject({ word: 'redirects' });
    redirecting({ 'news.example.com/': '/' }, 301);
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word: 'redirects' });
  });

  it('is told nothing of who reads it: no cookie, no origin, no fragment', async () => {
    answer = (incoming, outgoing) =>
      incoming.url === '/'
        ? outgoing.writeHead(302, { location: '/2', 'set-cookie': 'id=1' }).end()
        : outgoing.end('read');
    await page('http://news.example.com/#secret');
    expect(seen.map(({ url }) => url)).toEqual(['/', '/2']);
    for (const { headers } of seen) {
      expect(Object.keys(headers).sort()).toEqual(
        ['accept', 'accept-encoding', 'accept-language', 'connection', 'host', 'user-agent'].sort(),
      );
    }
  });

  it('whatever asks: no other method, no words of its own, no tunnel, no further request', async () => {
    await using proxy = await egress();
    const { request } = await import('node:http');
    const ask = (method: string, headers: Record<string, string> = {}, body?: string) =>
      new Promise<number | undefined>((resolve, reject) => {
        request(
          { socketPath: proxy.socketPath, method, path: 'http://news.example.com/', headers, agent: false },
          (got) => {
            got.resume();
            resolve(got.statusCode);
          },
        )
          .once('error', reject)
          .once('connect', (got) => resolve(got.statusCode))
          .end(body);
      });
    expect(await ask('POST', {}, 'secret')).toBe(403);
    expect(await ask('CONNECT')).toBe(403);
    expect(
      await ask(
        'GET',
        { cookie: 'a=b', authorization: 'x', referer: 'y', 'x-data': 'secret', 'content-length': '6' },
        'secret',
      ),
    ).toBe(200);
    expect(JSON.stringify(seen.map(({ headers }) => headers))).not.toMatch(/secret|cookie|authorization|referer/);
    expect(seen[0]?.headers['content-length']).toBeUndefined();
    for (let more = 0; more < 3; more += 1) await ask('GET');
    expect(await ask('GET')).toBe(403);
  });

  it('cannot pretend that the proxy spoke', async () => {
    answer = (_incoming, outgoing) => outgoing.writeHead(200, { 'chavion-egress': 'not-public' }).end('a page');
    expect((await page('http://news.example.com/')).bytes.toString()).toBe('a page');
  });
});

describe('of a page comes', () => {
  it.each([404, 403, 500, 204 + 300])('its status where it is not there: %i', async (status) => {
    answer = (_incoming, outgoing) => outgoing.writeHead(status).end('no');
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word: 'status', message: String(status) });
  });

  it.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['br', brotliCompressSync],
    ['deflate', deflateSync],
    ['identity', (text: Buffer) => text],
    ['gzip, br', (text: Buffer) => brotliCompressSync(gzipSync(text))],
  ])('what was packed as %s', async (encoding, pack) => {
    answer = (_incoming, outgoing) =>
      outgoing.writeHead(200, { 'content-encoding': encoding }).end(pack(Buffer.from('안녕하세요')));
    expect((await page('http://news.example.com/')).bytes.toString()).toBe('안녕하세요');
  });

  it.each([
    ['zstd', Buffer.from('x')],
    ['gzip', Buffer.from('not packed at all')],
    ['gzip', gzipSync('half of it is missing, which is told').subarray(0, 30)],
    ['gzip, gzip, gzip', gzipSync(gzipSync(gzipSync('x')))],
  ])('nothing where it cannot be unpacked: %s', async (encoding, bytes) => {
    answer = (_incoming, outgoing) => outgoing.writeHead(200, { 'content-encoding': encoding }).end(bytes);
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word: 'broken' });
  });

  it.each([
    ['gzip', gzipSync(Buffer.alloc(100 * 1024 * 1024))],
    ['gzip, gzip', gzipSync(gzipSync(Buffer.alloc(100 * 1024 * 1024)))],
    ['br', brotliCompressSync(Buffer.alloc(100 * 1024 * 1024))],
  ])('no more than 2 MB of a bomb: %s', async (encoding, bomb) => {
    expect(bomb.length).toBeLessThan(PAGE_BYTES);
    answer = (_incoming, outgoing) => outgoing.writeHead(200, { 'content-encoding': encoding }).end(bomb);
    const { bytes, cut } = await page('http://news.example.com/');
    expect([bytes.length, cut]).toEqual([PAGE_BYTES, true]);
  });

  it('no more than 2 MB of one without an end, which is left then', async () => {
    let left = Promise.resolve<unknown>(undefined);
    answer = (_incoming, outgoing) => {
      left = new Promise((resolve) => outgoing.once('close', resolve));
      const more = () => {
        while (!outgoing.destroyed && outgoing.write(Buffer.alloc(65_536, 'a')));
      };
      outgoing.on('drain', more);
      more();
    };
    const { bytes, cut } = await page('http://news.example.com/');
    expect([bytes.length, cut]).toEqual([PAGE_BYTES, true]);
    await left;
  });

  it('all of one of exactly 2 MB, which is not cut', async () => {
    answer = (_incoming, outgoing) => outgoing.end(Buffer.alloc(PAGE_BYTES, 'a'));
    const { bytes, cut } = await page('http://news.example.com/');
    expect([bytes.length, cut]).toEqual([PAGE_BYTES, false]);
  });

  it.each(['headers', 'a body'])('nothing where %s does not come in time', async (what) => {
    answer = (_incoming, outgoing) => void (what === 'a body' && outgoing.write('a drop'));
    await using proxy = await egress();
    await expect(getPage('http://news.example.com/', proxy.socketPath, AbortSignal.timeout(200))).rejects.toMatchObject(
      { word: 'slow' },
    );
  });

  it('nothing where it breaks off', async () => {
    answer = (_incoming, outgoing) => {
      outgoing.writeHead(200, { 'content-length': '100' });
      outgoing.write('half', () => outgoing.destroy());
    };
    await expect(page('http://news.example.com/')).rejects.toMatchObject({ word: 'broken' });
  });
});
