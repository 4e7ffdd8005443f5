import { request, type IncomingMessage } from 'node:http';
import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib';
import { EXIT, ProgramFault } from './program.ts';

/** Of the page as it comes, and again as it is unpacked. */
export const PAGE_BYTES = 2 * 1024 * 1024;
export const PAGE_REDIRECTS = 5;

export interface PageAnswer {
  /** Where the last redirect led. */
  readonly address: URL;
  readonly contentType: string;
  readonly bytes: Buffer;
  /** There is more than `PAGE_BYTES` of it. */
  readonly cut: boolean;
}

/** The proxy's own word on a request that it did not let through or could not carry out; no page can write it. */
const EGRESS_HEADER = 'chavion-egress';

/** GET with redirects through the proxy at `socketPath`, which alone judges where it leads. Nothing is kept in between. */
export async function getPage(address: string, socketPath: string, signal: AbortSignal): Promise<PageAnswer> {
  let at = webAddress(address) ?? fault('address', address);
  for (let hops = 0; ; hops += 1) {
    const answer = await get(at, socketPath, signal);
    const status = answer.statusCode ?? 0;
    const { location } = answer.headers;
    if (status >= 300 && status < 400 && location !== undefined) {
      answer.destroy();
      if (hops >= PAGE_REDIRECTS) throw trouble('redirects', '');
      const to = Buffer.from(location, 'latin1').toString(); // headers are bytes, and these are UTF-8
      at = webAddress(to, at) ?? fault('redirect', to);
      continue;
    }
    const refused = answer.headers[EGRESS_HEADER];
    if (typeof refused === 'string') {
      answer.destroy();
      return fault(REFUSALS.has(refused) ? refused : 'not-asked', at.host);
    }
    if (status < 200 || status >= 300) {
      answer.destroy();
      throw trouble('status', String(status));
    }
    const body = await unpacked(answer, signal);
    return { address: at, contentType: answer.headers['content-type'] ?? '', ...body };
  }
}

/** Only of the web and without a name and password; what stands behind # is nobody's but the reader's. */
function webAddress(text: string, base?: URL): URL | null {
  const url = URL.parse(text, base?.href);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') return null;
  url.hash = '';
  return url;
}

/** What the proxy says of a destination, as a word of ours. */
const REFUSALS: ReadonlySet<string> = new Set(['not-public', 'no-address', 'no-connection', 'not-asked']);

function get(url: URL, socketPath: string, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request({
      socketPath,
      method: 'GET',
      path: url.href,
      signal,
      headers: {
        host: url.host,
        accept: 'text/html,application/xhtml+xml,text/*;q=0.9,application/json;q=0.8,*/*;q=0.5',
        'accept-encoding': 'gzip, br, deflate',
        'accept-language': 'ko,en;q=0.8',
        'user-agent': 'Mozilla/5.0 (compatible; Chavion)',
      },
    })
      .once('response', resolve)
      .once('error', (error) => reject(signal.aborted ? trouble('slow', '') : trouble('broken', error.message)))
      .end();
  });
}

/** As much as is read of it: of a page without an end, and of one that unpacks to gigabytes, the beginning. */
async function unpacked(answer: IncomingMessage, signal: AbortSignal): Promise<Pick<PageAnswer, 'bytes' | 'cut'>> {
  const taken = { bytes: [] as Buffer[], cut: false };
  const tooMuch = () => void (taken.cut = true);
  const ways = unpackers(answer.headers['content-encoding']);
  try {
    let stream = Readable.from(atMost(answer, tooMuch));
    for (const way of ways) stream = pipeline(stream, way, () => undefined);
    for await (const chunk of atMost(stream, tooMuch)) taken.bytes.push(chunk);
  } catch (error) {
    if (signal.aborted) throw trouble('slow', '');
    // Packed bytes that end too early because we stopped reading: what was unpacked until then is there.
    if (!taken.cut) throw trouble('broken', error instanceof Error ? error.message : '');
  } finally {
    answer.destroy();
  }
  return { bytes: Buffer.concat(taken.bytes), cut: taken.cut };
}

async function* atMost(stream: Readable, tooMuch: () => void): AsyncGenerator<Buffer> {
  let left = PAGE_BYTES;
  for await (const chunk of stream) {
    const part: Buffer = chunk;
    yield part.subarray(0, left);
    left -= part.length;
    if (left < 0) return tooMuch();
  }
}

/** In the order in which they are taken off. More than two is nobody's honest page. */
function unpackers(encoding = ''): readonly Transform[] {
  const named = encoding
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'identity');
  if (named.length > 2) throw trouble('broken', 'content-encoding');
  return named.toReversed().map((one) => {
    if (one === 'gzip' || one === 'x-gzip') return createGunzip();
    if (one === 'br') return createBrotliDecompress();
    if (one === 'deflate') return createInflate();
    throw trouble('broken', 'content-encoding');
  });
}

const trouble = (word: string, detail: string): ProgramFault =>
  new ProgramFault(word, detail.slice(0, 300) || word, EXIT.unavailable);

function fault(word: string, detail: string): never {
  throw trouble(word, detail);
}
