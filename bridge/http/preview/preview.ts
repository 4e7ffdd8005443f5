import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import { z } from 'zod';
import { isKnownHost } from '../../protocol/host-names.ts';
import type { Lang } from '../../protocol/ids.ts';
import { MOST_PAGE_BYTES, type PageData, type PageId, PageChange } from '../../stores/page-data.ts';
import type { Preview, PreviewLinks } from '../../stores/preview-links.ts';
import { pageName, type PublishedPages } from '../../stores/published-pages.ts';
import { previewGone, previewNotNow } from '../../text/room/preview.ts';
import { DATA, SCRIPT, storageScript, withStorage } from './page-storage.ts';
import { fileHeaders, FRAME_SANDBOX, isPage, PAGE_HEADERS, previewMediaType, STYLE } from './preview-rules.ts';

export interface PreviewDeps {
  readonly links: Pick<PreviewLinks, 'find'>;
  readonly published: Pick<PublishedPages, 'shown' | 'opened' | 'tokenOf'>;
  readonly data: Pick<PageData, 'read' | 'write'>;
  /** How long the page has to wait until it may write again, in milliseconds; 0: now. */
  readonly wait: (page: PageId) => Promise<number>;
  /** The content of an mxc address; throws where there is none or it is longer. */
  readonly read: (mxc: string, maxBytes: number) => Promise<Uint8Array>;
  readonly lang: Lang;
  /** The address that browsers know it by, where a proxy stands before it. */
  readonly address?: string | undefined;
  /** Names of the public DNS under which it may be asked for. */
  readonly names?: readonly string[];
  readonly log: Logger;
}

/** Of one file; the executor hands over smaller ones. */
const MOST_BYTES = 64 * 1024 * 1024;
/** A change tells what stood there before and what stands there now, as JSON in JSON. */
const MOST_CHANGE = 3 * MOST_PAGE_BYTES;
const Changes = z.array(PageChange).min(1).max(1_000);

type At = FastifyRequest<{ Params: { name: string } }>;
type AtFile = FastifyRequest<{ Params: { name: string; '*': string } }>;

/**
 * What tasks have made, for a browser: an origin of its own, where everything is sandboxed and nothing can be done
 * but to look and to remember. `/p/<token>/` is a frame around the first page, `…/f/<path>` a file, `…/data` what the
 * page remembers; `/s/<name>/` is the frame around what was published. Listens to nobody until `listen`.
 */
export function buildPreview(deps: PreviewDeps): FastifyInstance {
  const { links, published, data, read, lang, log, names = [] } = deps;
  const nothing = (reply: FastifyReply, status = 404) => page(reply, status, lang, previewGone);
  const app = Fastify({
    logger: false,
    bodyLimit: 1,
    exposeHeadRoutes: false,
    forceCloseConnections: true,
    requestTimeout: 15_000,
    http: { headersTimeout: 10_000, maxHeaderSize: 8 * 1024 },
    routerOptions: { maxParamLength: 2_048 },
    frameworkErrors: (_error, _request, reply) => void nothing(reply),
  });
  app.setNotFoundHandler((request, reply) =>
    request.method === 'GET' ? nothing(reply) : nothing(reply.header('allow', 'GET'), 405),
  );
  app.setErrorHandler((error, _request, reply) => {
    const status = TooLong.safeParse(error).success ? 413 : 503;
    if (status === 503) log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'a preview failed');
    return page(reply, status, lang, previewNotNow);
  });
  // What a page writes comes as plain text: JSON would make its browser ask for permission before each time.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));

  app.addHook('onRequest', async (request, reply) => {
    if (!isKnownHost(request.headers.host, names)) await nothing(reply, 421);
  });

  const find = async (token: string) => (await links.find(token)) ?? published.opened(token);
  /** Where a page may connect to, as its browser knows the address; what is no host is left out. */
  const dataOf = (host: string | undefined, token: string): string | undefined => {
    const own = deps.address === undefined ? [] : [new URL(deps.address).host];
    const hosts = [...(host === undefined ? [] : [host]), ...own].filter((one) => /^[\w.:[\]-]+$/.test(one));
    return hosts.length === 0 ? undefined : hosts.map((one) => `${one}/p/${token}/${DATA}`).join(' ');
  };
  const framed = (reply: FastifyReply, { title: words, lang: of, front }: Preview, files: string) => {
    const title = escaped(words);
    const frame = `<title>${title}</title><style>${STYLE}</style></head><body><iframe title="${title}" sandbox="${FRAME_SANDBOX}" src="${files}/${escaped(front.split('/').map(encodeURIComponent).join('/'))}"></iframe>`;
    return reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(document(of, frame));
  };

  for (const [under, open] of [
    ['/p', find],
    ['/s', (name: string) => published.shown(name)],
  ] as const)
    app.get(`${under}/:name`, async ({ params }: At, reply) =>
      (await open(params.name)) === null
        ? nothing(reply)
        : reply.headers(PAGE_HEADERS).redirect(`${encodeURIComponent(params.name)}/`),
    );

  app.get('/p/:name/', async ({ params }: At, reply) => {
    const preview = await find(params.name);
    return preview === null ? nothing(reply) : framed(reply, preview, 'f');
  });

  app.get('/s/:name/', async ({ params }: At, reply) => {
    const preview = await published.shown(params.name);
    const name = pageName(params.name);
    return preview === null || name === null
      ? nothing(reply)
      : framed(reply, preview, `../../p/${published.tokenOf(name)}/f`);
  });

  app.get('/p/:name/f/*', async ({ params, headers }: AtFile, reply) => {
    const preview = await find(params.name);
    const wanted = params['*'] === '' || params['*'].endsWith('/') ? `${params['*']}index.html` : params['*'];
    // Only what is in the list, by its whole name: there is no path to go astray on.
    const file = preview?.files.find(({ path }) => path === wanted);
    if (preview === null || file === undefined) return nothing(reply);
    const up = '../'.repeat(file.path.split('/').length);
    // Where the browser says that the page is to stand alone.
    if (isPage(file.path) && headers['sec-fetch-dest'] === 'document') return reply.headers(PAGE_HEADERS).redirect(up);
    const bytes = await read(file.url, Math.min(file.bytes, MOST_BYTES));
    const type = previewMediaType(file.path);
    if (type === 'application/octet-stream') reply.header('content-disposition', 'attachment');
    if (preview.data === undefined) return reply.headers(fileHeaders()).type(type).send(Buffer.from(bytes));
    return reply
      .headers(fileHeaders(dataOf(headers.host, params.name)))
      .type(type)
      .send(isPage(file.path) ? withStorage(bytes, up) : Buffer.from(bytes));
  });

  app.get(`/p/:name/${SCRIPT}`, async ({ params }: At, reply) => {
    const page = (await find(params.name))?.data;
    if (page === undefined) return nothing(reply);
    const script = storageScript(await data.read(page));
    return reply.headers(fileHeaders()).type('text/javascript; charset=utf-8').send(script);
  });

  app.get(`/p/:name/${DATA}`, async ({ params }: At, reply) => {
    const page = (await find(params.name))?.data;
    if (page === undefined) return nothing(reply);
    return reply.headers(fileHeaders()).send({ values: await data.read(page) });
  });

  app.post(`/p/:name/${DATA}`, { bodyLimit: MOST_CHANGE }, async ({ params, body }: At, reply) => {
    const page = (await find(params.name))?.data;
    if (page === undefined) return nothing(reply);
    reply.headers(fileHeaders());
    const changes = Changes.safeParse(parsed(body)).data;
    if (changes === undefined) return reply.code(400).send({ error: 'not changes of a page' });
    const wait = await deps.wait(page);
    if (wait > 0)
      return reply
        .code(429)
        .header('retry-after', Math.ceil(wait / 1_000))
        .send({ error: 'too often' });
    const written = await data.write(page, changes);
    return written.kind === 'full' ? reply.code(413).send({ error: 'full' }) : reply.send({ values: written.values });
  });
  return app;
}

const TooLong = z.object({ code: z.literal('FST_ERR_CTP_BODY_TOO_LARGE') });

function parsed(body: unknown): unknown {
  try {
    return typeof body === 'string' ? JSON.parse(body) : undefined;
  } catch {
    return undefined;
  }
}

function page(reply: FastifyReply, status: number, lang: Lang, said: typeof previewGone): FastifyReply {
  const other: Lang = lang === 'ko' ? 'en' : 'ko';
  const [title, ...lines] = said[lang]();
  const body = `<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main><h1>${escaped(title)}</h1>${[...lines, said[other]().join(' ')].map((line) => `<p>${escaped(line)}</p>`).join('')}</main>`;
  return reply.code(status).headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(document(lang, body));
}

const document = (lang: Lang, rest: string): string =>
  `<!doctype html><html lang="${lang}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">${rest}</body></html>`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
