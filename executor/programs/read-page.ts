import { decodePage } from './page-charset.ts';
import { getPage, type PageAnswer } from './page-request.ts';
import { readHtml, type PageText } from './page-text.ts';
import { EXIT, ProgramFault, programMain } from './program.ts';

/** As long as the whole way to the page may take. */
const GETTING_MS = 25_000;
/** What one answer of the executor holds of a page, as it is counted there: bytes of JSON. */
const PART_BYTES = 23_000;

function textOf(answer: PageAnswer): PageText {
  const { bytes, contentType, address } = answer;
  const type = contentType.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  const start = bytes.subarray(0, 1_024).toString('latin1');
  if (type === 'application/pdf' || start.startsWith('%PDF-')) throw new ProgramFault('pdf', address.href, EXIT.data);
  if (start.includes('\0') && !/utf-16/i.test(contentType) && !/^(?:\xff\xfe|\xfe\xff)/.test(start))
    throw new ProgramFault('not-text', type || 'unknown', EXIT.data);
  const isHtml =
    /html/.test(type) || (type === '' || type === 'text/plain' ? /^\s*<(?:!doctype html|html)/i.test(start) : false);
  if (!isHtml && type !== '' && !/^text\/|json|xml|javascript|yaml|csv/.test(type))
    throw new ProgramFault('not-text', type, EXIT.data);
  const text = decodePage(bytes, contentType);
  const read = isHtml ? readHtml(text, address) : { title: '', markdown: text.trim() };
  if (read.markdown === '') throw new ProgramFault('empty', read.title || address.href, EXIT.data);
  return read;
}

function told({ address, cut }: PageAnswer, { title, markdown }: PageText, from: number): string {
  const words = markdown.toWellFormed();
  const part = fitting(words.slice(from), PART_BYTES);
  const until = from + part.length;
  const where =
    until < words.length || from > 0
      ? `characters ${from} to ${until} of ${words.length}`
      : `${words.length} characters`;
  return [
    ...(title === '' ? [] : [`# ${title}`]),
    `${address.href} (${where}${until < words.length ? `; go on with from: ${until}` : ''}${cut ? '; the page is longer than 2 MB and ends early here' : ''})`,
    '',
    part,
    '',
  ].join('\n');
}

/** The longest beginning that takes no more than so many bytes of JSON and cuts no letter in two. */
function fitting(text: string, bytes: number): string {
  if (jsonBytes(text) <= bytes) return text;
  let [low, high] = [0, Math.min(text.length, bytes)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (jsonBytes(text.slice(0, middle)) <= bytes) low = middle;
    else high = middle - 1;
  }
  const last = text.charCodeAt(low - 1);
  return text.slice(0, last >= 0xd800 && last < 0xdc00 ? low - 1 : low);
}

const jsonBytes = (text: string): number => Buffer.byteLength(JSON.stringify(text));

/** read-page SOCKET ADDRESS FROM: the page's title, where it came from, and as much of its words as fits. */
await programMain(async ([socket = '', address = '', from = '0']) => {
  const answer = await getPage(address, socket, AbortSignal.timeout(GETTING_MS));
  return told(answer, textOf(answer), Number(from));
});
