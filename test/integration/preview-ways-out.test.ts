import { createSocket } from 'node:dgram';
import { createServer as createPages, type Server as Pages } from 'node:http';
import { createServer } from 'node:net';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { type BrowserContext, chromium } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { findChromium } from '../../bridge/config/chromium.ts';
import { buildPreview } from '../../bridge/http/preview/preview.ts';
import { NO_PAGES } from '../house/no-pages.ts';
import type { Preview } from '../../bridge/stores/preview-links.ts';
import { freePorts } from '../house/house.ts';

/** Whether a page can open so much as a connection, from a browser as people have it: without the switches that tests set. */
let browser: BrowserContext;
let profile: string;
let preview: ReturnType<typeof buildPreview>;
let bare: Pages;
let shown: string;
let unguarded: string;
/** By the last segment of its address. */
const pages = new Map<string, string>();

beforeAll(async () => {
  profile = await mkdtemp(join(tmpdir(), 'chavion-chromium-'));
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error('this test needs Chromium: apt-get install chromium');
  browser = await chromium.launchPersistentContext(profile, {
    executablePath,
    ignoreDefaultArgs: true,
    args: [
      '--headless=new',
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--remote-debugging-pipe',
      `--user-data-dir=${profile}`,
      'about:blank',
    ],
  });
  const [port = 0, other = 0] = await freePorts(2);
  const find = async (token: string): Promise<Preview> => ({
    lang: 'ko',
    title: 'hostile',
    front: 'index.html',
    files: [{ path: 'index.html', url: `mxc://x/${token}`, bytes: 1_000_000 }],
  });
  preview = buildPreview({
    ...NO_PAGES,
    links: { find },
    read: async (url) => Buffer.from(pages.get(url.slice('mxc://x/'.length)) ?? ''),
    lang: 'ko',
    log: pino({ level: 'silent' }),
  });
  await preview.listen({ host: '127.0.0.1', port });
  bare = createPages((request, response) =>
    response.setHeader('content-type', 'text/html').end(pages.get(request.url?.slice(1) ?? '')),
  );
  await new Promise<void>((resolve) => bare.listen(other, '127.0.0.1', resolve));
  [shown, unguarded] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${other}`];
});
afterAll(async () => {
  await browser.close();
  await preview.close();
  bare.closeAllConnections();
  bare.close();
  await rm(profile, { recursive: true, force: true });
});

const TRICKS: Readonly<Record<string, (to: string) => string>> = {
  preconnect: (to) => `<link rel="preconnect" href="${to}">`,
  'preconnect cors': (to) => `<link rel="preconnect" href="${to}" crossorigin>`,
  'preconnect by script': (to) =>
    `<script>const l = document.createElement('link'); l.rel = 'preconnect'; l.href = '${to}'; document.head.append(l)</script>`,
  'dns-prefetch': (to) => `<link rel="dns-prefetch" href="${to}">`,
  prefetch: (to) => `<link rel="prefetch" href="${to}/x">`,
  preload: (to) => `<link rel="preload" as="image" href="${to}/x">`,
  modulepreload: (to) => `<link rel="modulepreload" href="${to}/x">`,
  prerender: (to) => `<link rel="prerender" href="${to}/x">`,
  manifest: (to) => `<link rel="manifest" href="${to}/x">`,
  icon: (to) => `<link rel="icon" href="${to}/x">`,
  import: (to) => `<link rel="import" href="${to}/x">`,
  speculation: (to) =>
    `<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${to}/x"]}],"prerender":[{"source":"list","urls":["${to}/y"]}]}</script>`,
  location: (to) => `<script>location = '${to}/x'</script>`,
  refresh: (to) => `<meta http-equiv="refresh" content="0;url=${to}/x">`,
  form: (to) =>
    `<form id="f" method="post" action="${to}/x"><input name="a" value="1"></form><script>f.submit()</script>`,
  'form get': (to) => `<form id="f" action="${to}/x"><input name="a" value="1"></form><script>f.submit()</script>`,
  link: (to) => `<a id="a" href="${to}/x">x</a><script>a.click()</script>`,
  ping: (to) => `<a id="a" href="#x" ping="${to}/x">x</a><script>a.click()</script>`,
  img: (to) => `<img src="${to}/x">`,
  css: (to) => `<style>@import url(${to}/x); body { background: url(${to}/y) }</style>`,
  font: (to) => `<style>@font-face { font-family: x; src: url(${to}/x) } body { font-family: x }</style>x`,
  frame: (to) => `<iframe src="${to}/x"></iframe>`,
  fetch: (to) =>
    `<script>fetch('${to}/x').catch(() => 0); navigator.sendBeacon('${to}/b'); try { new WebSocket('${to.replace('http', 'ws')}') } catch {}</script>`,
  webtransport: (to) => `<script>try { new WebTransport('${to.replace('http:', 'https:')}/x') } catch {}</script>`,
  webrtc: (to) =>
    `<script>const c = new RTCPeerConnection({ iceServers: [{ urls: 'turn:${to.replace('http://', '')}?transport=tcp', username: 'a', credential: 'b' }] }); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o))</script>`,
  'webrtc by udp': (to) =>
    `<script>const c = new RTCPeerConnection({ iceServers: [{ urls: 'stun:${to.replace('http://', '')}' }] }); c.createDataChannel('x'); c.createOffer().then((o) => c.setLocalDescription(o))</script>`,
  fedcm: (to) =>
    `<script>navigator.credentials?.get({ identity: { providers: [{ configURL: '${to}/x', clientId: '1' }] } }).catch(() => 0)</script>`,
  svg: (to) => `<svg><image href="${to}/x"/><use href="${to}/y#a"/></svg>`,
  video: (to) => `<video src="${to}/x" poster="${to}/y" autoplay></video>`,
  reporting: (to) =>
    `<meta http-equiv="Content-Security-Policy" content="img-src 'none'; report-uri ${to}/x"><img src="/x">`,
  'header link': (to) => `<meta http-equiv="link" content="<${to}>; rel=preconnect">`,
  'a page of its own': (to) =>
    `<iframe srcdoc="<link rel=preconnect href=${to}><script>location = '${to}/x'</script>"></iframe>`,
  worker: (to) =>
    `<script>try { new Worker('data:text/javascript,fetch("${to}/x")') } catch {} try { new Worker(URL.createObjectURL(new Blob(['fetch("${to}/x")']))) } catch {}</script>`,
};

/** The tricks that got out of a page at that address: so much as a connection, or a datagram. */
async function gotOut(addressOf: (token: string) => string): Promise<readonly string[]> {
  const tried = Object.entries(TRICKS).map(async ([name, trick], i) => {
    let out = false;
    const [tcp, udp] = [
      createServer(
        (socket) => ((out = true), socket.on('error', () => undefined).end('HTTP/1.1 204 No Content\r\n\r\n')),
      ),
      createSocket('udp4'),
    ];
    await new Promise<void>((resolve) => tcp.listen(0, '127.0.0.1', resolve));
    const address = tcp.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    udp.on('message', () => (out = true));
    await new Promise<void>((resolve) => udp.bind(port, '127.0.0.1', resolve));
    const token = `t${i}`.padEnd(43, 'a');
    pages.set(token, `<!doctype html><head></head><body>${trick(`http://127.0.0.1:${port}`)}</body>`);
    const page = await browser.newPage();
    // A page that a browser ends for what it tries has got nowhere.
    await page.goto(addressOf(token), { waitUntil: 'commit' }).catch(() => undefined);
    await page.waitForTimeout(2_000).catch(() => undefined);
    await page.close().catch(() => undefined);
    tcp.close();
    udp.close();
    return out ? [name] : [];
  });
  return (await Promise.all(tried)).flat();
}

it('a page that nothing holds gets out in most of these ways: they are seen here', async () => {
  const out = await gotOut((token) => `${unguarded}/${token}`);
  expect(out).toEqual(
    expect.arrayContaining([
      'preconnect',
      'location',
      'refresh',
      'form',
      'link',
      'frame',
      'fetch',
      'img',
      'webrtc',
      'webrtc by udp',
      'a page of its own',
    ]),
  );
});

it('a page that a task made opens no connection to anywhere else', async () => {
  expect(await gotOut((token) => `${shown}/p/${token}/`)).toEqual([]);
});
