import { createHash } from 'node:crypto';

/**
 * A page runs its scripts and nothing more: an opaque origin without cookies, storage or workers, no connections, no
 * forms that are sent, no windows, no pages from elsewhere within it.
 */
const SANDBOX = 'sandbox allow-scripts allow-forms allow-modals';
const CLOSED = "worker-src 'none'; object-src 'none'; form-action 'none'; base-uri 'none'";

/**
 * Of the files. `frame-ancestors` cannot stand here: the frame around them has an opaque origin, which matches
 * nothing. `webrtc` is in the standard (CSP 3), and no browser keeps to it: where `connection-allowlist` is not known
 * either, a page can still send by WebRTC what is typed into it.
 */
const FILE_POLICY = `${SANDBOX}; default-src 'none'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; font-src 'self' data:; media-src 'self' data: blob:; frame-src 'none'; ${CLOSED}; webrtc 'block'`;

/** Of the browsers' own; whatever opens a page learns nothing and remembers nothing. */
const ALWAYS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  // A browser opens a connection for a hint (`preconnect`), or for a page that the rules below then keep away; nothing
  // goes over it, but that it was opened says something. Chromium keeps to this one, for WebRTC too; others do not know it.
  // https://wicg.github.io/connection-allowlists
  'connection-allowlist': '(response-origin)',
  'referrer-policy': 'no-referrer',
  'x-dns-prefetch-control': 'off',
  'x-robots-tag': 'noindex, nofollow',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()',
  // What was taken back is to be gone; not even the person's own browser keeps it.
  'cache-control': 'private, no-store',
};

/**
 * Modules and fonts are fetched by an opaque origin with CORS; who knows the address may read it anyway.
 * @param connects the one address that the page may call by itself, where what it remembers lies; without its scheme,
 * so that a proxy may have added https.
 */
export const fileHeaders = (connects?: string): Readonly<Record<string, string>> => ({
  ...ALWAYS,
  'content-security-policy': `${FILE_POLICY}; connect-src ${connects ?? "'none'"}`,
  'access-control-allow-origin': '*',
});

export const STYLE =
  'html,body{margin:0;height:100%;font:17px/1.6 system-ui,sans-serif}iframe{display:block;border:0;width:100%;height:100vh;height:100dvh}main{max-width:30em;margin:0 auto;padding:20vh 24px}h1{font-size:22px}';

/**
 * Of the frame around the files, and of the pages that say that there is nothing. A page that stands alone may take
 * itself anywhere, and what was typed into it along: within the frame `frame-src` holds it here.
 * No Cross-Origin-Opener-Policy: browsers refuse one together with a sandbox (HTML, 7.4.5), which cuts off the opener itself.
 */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  ...ALWAYS,
  'content-security-policy': `${SANDBOX}; default-src 'none'; frame-src 'self'; style-src 'sha256-${createHash('sha256').update(STYLE).digest('base64')}'; connect-src 'none'; ${CLOSED}; frame-ancestors 'none'`,
};

export const FRAME_SANDBOX = SANDBOX.replace('sandbox ', '');

const MEDIA_TYPES: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  htm: 'text/html; charset=utf-8',
  css: 'text/css; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  mjs: 'text/javascript; charset=utf-8',
  json: 'application/json; charset=utf-8',
  txt: 'text/plain; charset=utf-8',
  md: 'text/plain; charset=utf-8',
  csv: 'text/plain; charset=utf-8',
  svg: 'image/svg+xml; charset=utf-8',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  webp: 'image/webp',
  avif: 'image/avif',
  ico: 'image/x-icon',
  woff: 'font/woff',
  woff2: 'font/woff2',
  ttf: 'font/ttf',
  otf: 'font/otf',
  mp3: 'audio/mpeg',
  ogg: 'audio/ogg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
};

const DOWNLOAD = 'application/octet-stream';

/** By the name alone: what an uploader said of the type does not count. */
export const previewMediaType = (path: string): string =>
  MEDIA_TYPES[/\.([a-z0-9]+)$/.exec(path.toLowerCase())?.[1] ?? ''] ?? DOWNLOAD;

export const isPage = (path: string): boolean => previewMediaType(path).startsWith('text/html');
