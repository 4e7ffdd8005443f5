import { pino } from 'pino';
import { type Browser, type BrowserContext, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readFileSync } from 'node:fs';
import { findChromium } from '../../bridge/config/chromium.ts';
import { buildPreview } from '../../bridge/http/preview/preview.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { MOST_PAGE_BYTES, PageData, type PageId, pageDataId } from '../../bridge/stores/page-data.ts';
import type { Preview } from '../../bridge/stores/preview-links.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { freePorts } from '../house/house.ts';

/** Pages that remember, in a real browser, with a real Redis under the swarm's own rights. */
let redis: BareRedis;
let data: PageData;
let server: ReturnType<typeof buildPreview>;
let origin: string;
let browser: Browser;
/** By the last segment of the page's address. */
const files = new Map<string, Readonly<Record<string, string>>>();
let busy = 0;
let tokens = 0;

const shop = readFileSync(new URL('../../bots/tasks/offline/pet-shop.html', import.meta.url), 'utf8');

beforeAll(async () => {
  redis = await BareRedis.startGuarded();
  data = new PageData(redis.client('swarm'));
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('this test needs Chromium: apt-get install chromium');
  browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-gpu'] });
  const [port = 0] = await freePorts(1);
  const find = async (name: string): Promise<Preview | null> => {
    const known = files.get(name);
    return known === undefined
      ? null
      : {
          lang: 'ko',
          title: 'page',
          front: 'index.html',
          files: Object.entries(known).map(([path, text]) => ({
            path,
            url: `mxc://x/${name}/${path}`,
            bytes: Buffer.byteLength(text),
          })),
          ...(name.startsWith('old') ? {} : { data: idOf(name) }),
        };
  };
  server = buildPreview({
    links: { find },
    published: { shown: find, opened: async () => null, tokenOf: (name) => name },
    data,
    wait: async () => busy,
    read: async (url) => {
      const [, name = '', ...path] = url.slice('mxc://'.length).split('/');
      return Buffer.from(files.get(name)?.[path.join('/')] ?? '');
    },
    lang: 'ko',
    log: pino({ level: 'silent' }),
  });
  await server.listen({ host: '127.0.0.1', port });
  origin = `http://127.0.0.1:${port}`;
});
afterAll(async () => {
  await browser.close();
  await server.close();
  await data.close();
  await redis[Symbol.asyncDispose]();
});
beforeEach(() => {
  busy = 0;
});

const idOf = (name: string): PageId => pageDataId(EventId.parse(`$${name.replace(/^again-/, '')}`));

function made(html: string, more: Readonly<Record<string, string>> = {}, kind = 'page'): string {
  const name = `${kind}-${++tokens}`;
  files.set(name, { 'index.html': html, ...more });
  return name;
}

async function opened(
  name: string,
  under = 'p',
  path = '',
): Promise<{ context: BrowserContext; page: Page; frame: Frame }> {
  // Another person's phone each time: nothing is shared but the server.
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const page = await context.newPage();
  await page.goto(`${origin}/${under}/${name}/`);
  const handle = await page.locator('iframe').elementHandle();
  const frame = await handle?.contentFrame();
  if (frame === null || frame === undefined) throw new Error('there is no page in the frame');
  await frame.waitForLoadState('load');
  if (path !== '') await frame.goto(`${origin}/${under}/${name}/f/${path}`);
  return { context, page, frame };
}

const stands = (name: string) => data.read(idOf(name));
const SOON = { timeout: 10_000 };

async function book(frame: Frame, owner: string, pet: string): Promise<void> {
  await frame.locator('#date').fill('2099-12-01');
  await frame.locator('#owner').fill(owner);
  await frame.locator('#pet').fill(pet);
  await frame.locator('#add').click();
}

describe('a page that remembers', () => {
  it('shows a booking after a reload, on another phone, under its published name and in its next version', async () => {
    const name = made(shop);
    const mine = await opened(name);
    await book(mine.frame, '김하늘', '초코');
    await expect
      .poll(() => stands(name), SOON)
      .toHaveProperty('pet-shop-reservations', expect.stringContaining('초코'));
    await mine.page.reload();
    const again = await mine.page
      .locator('iframe')
      .elementHandle()
      .then((handle) => handle?.contentFrame());
    await again?.locator('#date').fill('2099-12-01');
    expect(await again?.locator('#list .booked').textContent()).toContain('초코');
    files.set(`again-${name}`, { 'index.html': shop.replaceAll('#e8743b', '#3b74e8') });
    for (const [under, other] of [
      ['p', name],
      ['s', name],
      ['p', `again-${name}`],
    ] as const) {
      const hers = await opened(other, under);
      await hers.frame.locator('#date').fill('2099-12-01');
      expect(await hers.frame.locator('#list .booked').textContent()).toContain('초코');
      expect(await hers.frame.locator('#note').textContent()).not.toContain('막혀');
      await hers.context.close();
    }
    await mine.context.close();
  });

  it('keeps both bookings where two phones book from the same view', async () => {
    const name = made(shop);
    const [mine, hers] = [await opened(name), await opened(name)];
    await book(mine.frame, '김하늘', '초코');
    await book(hers.frame, '이바다', '보리');
    await expect.poll(async () => Object.values(await stands(name)).join(''), SOON).toMatch(/초코.*보리|보리.*초코/s);
    // His own page still holds the list as he knows it, and his next booking takes nothing of hers away.
    await book(mine.frame, '박구름', '코코');
    await expect
      .poll(async () => JSON.parse((await stands(name))['pet-shop-reservations'] ?? '[]').length, SOON)
      .toBe(3);
    for (const { context } of [mine, hers]) await context.close();
  });

  it('sends what was written without a network once there is one', async () => {
    const name = made(shop);
    const { context, frame } = await opened(name);
    await context.setOffline(true);
    await book(frame, '김하늘', '초코');
    await new Promise((resolve) => setTimeout(resolve, 700));
    expect(await stands(name)).toEqual({});
    await context.setOffline(false);
    await expect.poll(async () => Object.values(await stands(name)).join(''), SOON).toContain('초코');
    await context.close();
  });

  it('sends again what the server could not take for now', async () => {
    const name = made('<!doctype html><script>localStorage.setItem("a", "1")</script>');
    busy = 1_000;
    const { context } = await opened(name);
    await new Promise((resolve) => setTimeout(resolve, 500));
    expect(await stands(name)).toEqual({});
    busy = 0;
    await expect.poll(() => stands(name), SOON).toEqual({ a: '1' });
    await context.close();
  });

  it('sends what a page writes without a pause, and what was written as it was closed', async () => {
    const name = made(
      '<!doctype html><script>let n = 0; setInterval(() => localStorage.setItem("n", ++n), 30)</script>',
    );
    const { page, frame, context } = await opened(name);
    await expect.poll(async () => Number((await stands(name))['n'] ?? 0), SOON).toBeGreaterThan(3);
    await frame.evaluate('localStorage.setItem("last", "here")');
    await page.goto('about:blank');
    await expect.poll(() => stands(name), SOON).toHaveProperty('last', 'here');
    await context.close();
  });

  it('tells a page that is open what others wrote, once it is looked at again', async () => {
    const name = made(
      '<!doctype html><p id="out"></p><script>addEventListener("storage", (e) => { document.getElementById("out").textContent = e.key + "=" + e.newValue })</script>',
    );
    const { context, frame } = await opened(name);
    await data.write(idOf(name), [{ key: '알림', base: null, value: '새 예약' }]);
    await frame.evaluate('dispatchEvent(new Event("focus"))');
    await expect.poll(() => frame.locator('#out').textContent(), SOON).toBe('알림=새 예약');
    await context.close();
  });

  it('has storage as browsers have it', async () => {
    const name = made('<!doctype html><title>x</title>', { 'deep/two.html': '<p>two</p>' });
    const { context, frame } = await opened(name);
    const found = await frame.evaluate(`(() => {
      const s = localStorage;
      const out = [document.compatMode, s.getItem('no'), s.no, s.length];
      s.setItem('a', 1); s.b = { toString: () => 'two' }; s['c'] = null;
      out.push(s.getItem('a'), s.b, s.c, s.length, s.key(0), s.key(9), Object.keys(s), 'a' in s, 'z' in s);
      delete s.b; s.removeItem('a'); s.removeItem('zzz');
      out.push(Object.keys(s), JSON.stringify(s));
      s.clear(); out.push(s.length);
      sessionStorage.setItem('x', 'y'); out.push(sessionStorage.x, sessionStorage.length);
      try { s.setItem('big', 'ㄱ'.repeat(2e6)); out.push('taken') } catch (e) { out.push(e.name) }
      s.setItem('here', 'stays');
      return out;
    })()`);
    expect(found).toEqual([
      'CSS1Compat',
      null,
      undefined,
      0,
      '1',
      'two',
      'null',
      3,
      'a',
      null,
      ['a', 'b', 'c'],
      true,
      false,
      ['c'],
      '{"c":"null"}',
      0,
      'y',
      1,
      'QuotaExceededError',
    ]);
    await expect.poll(() => stands(name), SOON).toEqual({ here: 'stays' });
    // The same from a page in a folder, and the session is that of one page.
    await frame.goto(`${origin}/p/${name}/f/deep/two.html`);
    expect(await frame.evaluate('[localStorage.here, sessionStorage.length]')).toEqual(['stays', 0]);
    await context.close();
  });

  it('of an earlier version remembers nothing, as before', async () => {
    const name = made('<!doctype html><p>old</p>', {}, 'old');
    const { context, frame } = await opened(name);
    expect(await frame.evaluate('(() => { try { return localStorage.length } catch (e) { return e.name } })()')).toBe(
      'SecurityError',
    );
    expect((await fetch(`${origin}/p/${name}/data`)).status).toBe(404);
    expect(await (await fetch(`${origin}/p/${name}/f/index.html`)).text()).toBe('<!doctype html><p>old</p>');
    await context.close();
  });
});

describe('what a hostile page or a stranger tries', () => {
  it('reaches nothing but its own data', async () => {
    const [victim, thief] = [made(shop), made('<!doctype html><p>thief</p>')];
    const { context, frame } = await opened(thief);
    const found = await frame.evaluate(`(async () => {
      const tries = ['/p/${victim}/data', '/s/${victim}/', '/s/${victim}/data', '/p/${thief}/f/index.html', '/p/${thief}/data/x', '/s/${thief}/data', '/', '//127.0.0.1:1/p/${thief}/data'];
      const got = [];
      for (const to of tries) {
        try { await fetch(to, { method: 'POST', body: '[{"key":"stolen","base":null,"value":"1"}]' }); got.push(to) } catch {}
        if (navigator.sendBeacon(to, 'x')) await new Promise((r) => setTimeout(r, 50));
      }
      return got;
    })()`);
    expect(found).toEqual([]);
    expect(await stands(victim)).toEqual({});
    await context.close();
  });

  it('is not found by a name that can be guessed: only the frame stands there, which nobody else may read', async () => {
    const name = made(shop);
    await data.write(idOf(name), [{ key: 'a', base: null, value: 'secret' }]);
    for (const path of ['data', 'storage.js', 'f/index.html'])
      expect((await fetch(`${origin}/s/${name}/${path}`)).status).toBe(404);
    expect((await fetch(`${origin}/s/${name}/data`, { method: 'POST', body: '[]' })).status).not.toBe(200);
    const frame = await fetch(`${origin}/s/${name}/`);
    expect([frame.status, frame.headers.get('access-control-allow-origin')]).toEqual([200, null]);
  });

  it.each(['a; x.local', "x.local 'self'", 'x.local/p', 'x.local,y'])(
    'writes nothing of a host %j into its rules',
    async (host) => {
      const name = made(shop);
      const { headers } = await server.inject({ url: `/p/${name}/f/index.html`, headers: { host } });
      expect(headers['content-security-policy'] ?? '').not.toContain('x.local');
    },
  );

  it('is never read as script, and its names are not what objects have by themselves', async () => {
    const name = made('<!doctype html><p>x</p>');
    const nasty = '</script><script>document.title="out"</script>\u2028"\'`${1}';
    const written = await fetch(`${origin}/p/${name}/data`, {
      method: 'POST',
      body: JSON.stringify([
        { key: '__proto__', base: null, value: nasty },
        { key: 'constructor', base: null, value: 'x' },
        { key: nasty, base: null, value: nasty },
      ]),
    });
    expect(written.status).toBe(200);
    const { context, frame, page } = await opened(name);
    expect(await frame.evaluate(`localStorage.getItem(${JSON.stringify(nasty)})`)).toBe(nasty);
    expect(await frame.evaluate('[localStorage.getItem("__proto__"), localStorage.length, document.title]')).toEqual([
      nasty,
      3,
      '',
    ]);
    expect(await page.title()).toBe('page');
    await context.close();
  });

  it.each([
    ['no JSON', '{', 400],
    ['another form', '{"key":"a","value":"b"}', 400],
    ['nothing', '[]', 400],
    ['a number', '[{"key":"a","base":null,"value":1}]', 400],
    ['a long key', JSON.stringify([{ key: 'k'.repeat(257), base: null, value: '' }]), 400],
    [
      '1001 changes',
      JSON.stringify(Array.from({ length: 1_001 }, (_, i) => ({ key: `${i}`, base: null, value: '' }))),
      400,
    ],
    ['more than a page may keep', JSON.stringify([{ key: 'a', base: null, value: 'x'.repeat(MOST_PAGE_BYTES) }]), 413],
    ['more than is read', 'x'.repeat(3 * MOST_PAGE_BYTES + 1), 413],
  ])('%s is refused, and what stood there stays', async (_what, body, status) => {
    const name = made('<p>x</p>');
    await data.write(idOf(name), [{ key: 'a', base: null, value: '1' }]);
    const answer = await fetch(`${origin}/p/${name}/data`, { method: 'POST', body });
    expect(answer.status).toBe(status);
    expect(await stands(name)).toEqual({ a: '1' });
  });

  it('is told to wait when it writes without end', async () => {
    const name = made('<p>x</p>');
    busy = 1_500;
    const answer = await fetch(`${origin}/p/${name}/data`, {
      method: 'POST',
      body: '[{"key":"a","base":null,"value":"1"}]',
    });
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([429, '2']);
  });
});

describe('what is kept', () => {
  const page = (word: string) => pageDataId(EventId.parse(`$kept-${word}`));

  it('holds though many write at once, from two swarms', async () => {
    await using other = {
      data: new PageData(redis.client('swarm')),
      [Symbol.asyncDispose]() {
        return this.data.close();
      },
    };
    await Promise.all(
      Array.from({ length: 40 }, (_, i) =>
        (i % 2 === 0 ? data : other.data).write(page('many'), [{ key: 'all', base: '[]', value: `[${i}]` }]),
      ),
    );
    const { all = '' } = await data.read(page('many'));
    expect(JSON.parse(all).toSorted((a: number, b: number) => a - b)).toEqual(Array.from({ length: 40 }, (_, i) => i));
  });

  it('ends by time where it is not published, and goes with its task', async () => {
    const raw = redis.client();
    const key = `chavion:swarm:page-data:${page('time')}`;
    await data.write(page('time'), [{ key: 'a', base: null, value: '1' }]);
    expect(await raw.ttl(key)).toBeGreaterThan(80 * 24 * 3600);
    await data.keep(page('time'), true);
    await data.write(page('time'), [{ key: 'b', base: null, value: '1' }]);
    await data.read(page('time'));
    expect(await raw.ttl(key)).toBe(-1);
    await data.keep(page('time'), false);
    expect(await raw.ttl(key)).toBeGreaterThan(80 * 24 * 3600);
    await data.forget(page('time'));
    expect(await data.read(page('time'))).toEqual({});
  });

  it('has an end for all pages together, and what is gone makes room', async () => {
    await using small = {
      redis: await BareRedis.startGuarded(),
      [Symbol.asyncDispose]() {
        return this.redis[Symbol.asyncDispose]();
      },
    };
    const few = new PageData(small.redis.client('swarm'), 1_000);
    const write = (word: string, letters: number) =>
      few.write(page(word), [{ key: 'a', base: null, value: 'x'.repeat(letters) }]);
    expect((await write('one', 600)).kind).toBe('stored');
    expect((await write('two', 600)).kind).toBe('full');
    expect((await write('one', 100)).kind).toBe('stored');
    expect((await write('two', 600)).kind).toBe('stored');
    expect((await write('three', 600)).kind).toBe('full');
    await small.redis.client().del(`chavion:swarm:page-data:${page('two')}`);
    expect((await write('three', 600)).kind).toBe('stored');
    await few.close();
  });
});
