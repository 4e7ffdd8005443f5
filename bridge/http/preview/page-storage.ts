import { readFileSync } from 'node:fs';
import { MOST_PAGE_BYTES, MOST_PAGE_KEYS, type Values } from '../../stores/page-data.ts';

/** What a page needs to remember: `localStorage`, kept by the house. Pure. */

const SOURCE = readFileSync(new URL('page-storage.js', import.meta.url), 'utf8');

/** The file beside the frame; `DATA` is where its values are read and written. */
export const SCRIPT = 'storage.js';
export const DATA = 'data';

/** The script with what stands there now, so that a page can read at once, as `localStorage` lets it. */
export const storageScript = (values: Values): string =>
  `${SOURCE}\nkeepPageData(JSON.parse(${JSON.stringify(JSON.stringify(values))}), ${MOST_PAGE_BYTES}, ${MOST_PAGE_KEYS}, new URL('${DATA}', document.currentScript.src).href);\ndelete globalThis.keepPageData;\n`;

/**
 * The page with that script before all that it holds itself, but behind its doctype: in front of it the browser would
 * take the page for an old one.
 * @param up the way from the page to the script's folder
 */
export function withStorage(page: Uint8Array, up: string): Buffer {
  const bytes = Buffer.from(page.buffer, page.byteOffset, page.byteLength);
  const end = doctypeEnd(bytes.toString('latin1'));
  return Buffer.concat([
    bytes.subarray(0, end),
    Buffer.from(`<script src="${up}${SCRIPT}"></script>`),
    bytes.subarray(end),
  ]);
}

/** Of UTF-8, read byte by byte. */
const BYTE_ORDER_MARK = '\xEF\xBB\xBF';

/** Behind white space, comments and the doctype; 0 where there is none. */
function doctypeEnd(html: string): number {
  let at = html.startsWith(BYTE_ORDER_MARK) ? BYTE_ORDER_MARK.length : 0;
  for (;;) {
    while (' \t\r\n\f'.includes(html.charAt(at)) && at < html.length) at++;
    if (!html.startsWith('<!--', at)) break;
    const close = html.indexOf('-->', at + 4);
    if (close === -1) return 0;
    at = close + 3;
  }
  if (html.slice(at, at + 9).toLowerCase() !== '<!doctype') return 0;
  const close = html.indexOf('>', at);
  return close === -1 ? 0 : close + 1;
}
