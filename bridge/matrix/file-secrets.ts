import { setImmediate } from 'node:timers/promises';
import type { Attachment } from '../protocol/room-event.ts';
import { cleanText } from '../text/clean-text.ts';
import { textsOfArchive } from './archive-texts.ts';
import { textOf } from './attachment.ts';
import { maskSecrets } from './secrets/secrets.ts';

/** `first-part`, `not-looked`: none was found, and not everything was looked at, or nothing. */
export type SecretsFound = 'held' | 'none' | 'first-part' | 'not-looked';

/** So much of a text is fetched to be looked through. */
export const LOOK_LIMIT_BYTES = 2 * 1024 * 1024;
/** What an archive lists stands at its end: it is fetched whole, or not at all. */
export const ARCHIVE_LIMIT_BYTES = 16 * 1024 * 1024;

/** At once on the thread that answers everybody: a few milliseconds. */
const STEP = 48 * 1024;
/** A private key is shorter, and stands whole in one of two steps. */
const OVERLAP = 8 * 1024;

const ARCHIVES = new Set('zip docx docm xlsx xlsm pptx odt ods odp hwpx epub jar apk'.split(' '));
const ARCHIVE_TYPE =
  /^application\/(?:zip|x-zip-compressed|epub\+zip|hwp\+zip|vnd\.openxmlformats-officedocument\..+|vnd\.oasis\.opendocument\..+)$/;
/** People keep words in them, and nothing here reads these. */
const CLOSED = new Set('pdf doc xls ppt hwp rtf 7z rar gz tgz tar bz2 xz kdbx sqlite db'.split(' '));
const CLOSED_TYPE =
  /^application\/(?:pdf|msword|rtf|gzip|x-gzip|x-tar|x-7z-compressed|vnd\.rar|x-rar-compressed|vnd\.ms-(?:excel|powerpoint)|x-hwp|haansofthwp|vnd\.hancom\.hwp)$/;

const endingOf = (name: string): string => name.toLowerCase().split('.').at(-1) ?? '';

/** What it takes to look through a file that is no short text. The ending is asked first: types are what senders say. */
export function lookOf({ name, mediaType }: Attachment): 'archive' | 'closed' | 'none' {
  const ending = endingOf(name);
  if (ARCHIVES.has(ending) || ARCHIVE_TYPE.test(mediaType)) return 'archive';
  return CLOSED.has(ending) || CLOSED_TYPE.test(mediaType) ? 'closed' : 'none';
}

/** Of a long text, or its beginning: a letter that the end has cut is no reason to read nothing. */
export async function secretsInText(bytes: Uint8Array, whole: boolean): Promise<SecretsFound> {
  for (let cut = 0; cut < 4; cut += 1) {
    const read = textOf(cut === 0 ? bytes : bytes.subarray(0, -cut));
    if (read === null && !whole) continue;
    if (read === null) return 'none';
    return (await holdsSecret(read)) ? 'held' : whole ? 'none' : 'first-part';
  }
  return 'not-looked';
}

export async function secretsInArchive(bytes: Uint8Array): Promise<SecretsFound> {
  const entries = textsOfArchive(bytes);
  let next = entries.next();
  let whole = true;
  for (; next.done !== true; next = entries.next()) {
    const { name, bytes: content } = next.value;
    if (lookOf({ name, mediaType: '', url: '' }) !== 'none') whole = false;
    const text = textOf(content);
    if (text !== null && (await holdsSecret(isMarkup(name) ? wordsOf(text) : text))) return 'held';
    await setImmediate();
  }
  return next.value && whole ? 'none' : 'first-part';
}

/** Where a paragraph, a cell or a line ends; within one, words are cut into pieces of any form. */
const BREAKS = new Set([
  '/w:p',
  '/a:p',
  '/hp:p',
  '/text:p',
  '/si',
  '/c',
  '/p',
  '/div',
  '/td',
  '/li',
  'w:br',
  'w:tab',
  'br',
]);

/** What a person reads of a document's XML: no tags, and pieces of one word together again. */
function wordsOf(markup: string): string {
  const [first = '', ...rest] = markup.split('<');
  const words = rest.map((piece) => {
    const end = piece.indexOf('>');
    const tag = piece.slice(0, Math.min(...[end, piece.indexOf(' ')].filter((at) => at >= 0), 20)).replace(/\/$/, '');
    return `${BREAKS.has(tag) ? '\n' : ''}${end < 0 ? piece : piece.slice(end + 1)}`;
  });
  return [first, ...words]
    .join('')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&amp;', '&');
}

const isMarkup = (name: string): boolean => ['xml', 'html', 'xhtml', 'htm'].includes(endingOf(name));

async function holdsSecret(text: string): Promise<boolean> {
  for (let at = 0; at < text.length; at += STEP - OVERLAP) {
    if (maskSecrets(cleanText(text.slice(at, at + STEP))).masked) return true;
    if (at + STEP >= text.length) return false;
    await setImmediate();
  }
  return false;
}
