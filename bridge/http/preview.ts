import Fastify, { type FastifyInstance, type FastifyReply } from 'fastify';
import type { Logger } from 'pino';
import { isKnownHost } from '../protocol/host-names.ts';
import type { Lang } from '../protocol/ids.ts';
import { previewGone, previewNotNow } from '../text/room/preview.ts';
import type { PreviewLinks } from '../stores/preview-links.ts';
import { FILE_HEADERS, FRAME_SANDBOX, isPage, previewMediaType, PAGE_HEADERS, STYLE } from './preview-rules.ts';

export interface PreviewDeps {
  readonly links: Pick<PreviewLinks, 'find'>;
  /** The content of an mxc address; throws where there is none or it is longer. */
  readonly read: (mxc: string, maxBytes: number) => Promise<Uint8Array>;
  readonly lang: Lang;
  /** Names of the public DNS under which it may be asked for. */
  readonly names?: readonly string[];
  readonly log: Logger;
}

/** Of one file; the executor hands over smaller ones. */
const MOST_BYTES = 64 * 1024 * 1024;

/**
 * What tasks have made, for a browser: an origin of its own, where everything is sandboxed and nothing can be done
 * but to look. `/p/<token>/` is a frame around the first page, `/p/<token>/f/<path>` a file. Listens to nobody until `listen`.
 */
export function buildPreview({ links, read, lang, log, names = [] }: PreviewDeps): FastifyInstance {
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
    log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'a preview failed');
    return page(reply, 503, lang, previewNotNow);
  });

  app.addHook('onRequest', async (request, reply) => {
    if (!isKnownHost(request.headers.host, names)) await nothing(reply, 421);
  });

  app.get<{ Params: { token: string } }>('/p/:token', async ({ params }, reply) =>
    (await links.find(params.token)) === null
      ? nothing(reply)
      : reply.headers(PAGE_HEADERS).redirect(`${params.token}/`),
  );

  app.get<{ Params: { token: string } }>('/p/:token/', async ({ params }, reply) => {
    const preview = await links.find(params.token);
    if (preview === null) return nothing(reply);
    const title = escaped(preview.title);
    const frame = `<title>${title}</title><style>${STYLE}</style></head><body><iframe title="${title}" sandbox="${FRAME_SANDBOX}" src="f/${escaped(preview.front.split('/').map(encodeURIComponent).join('/'))}"></iframe>`;
    return reply.headers(PAGE_HEADERS).type('text/html; charset=utf-8').send(document(preview.lang, frame));
  });

  app.get<{ Params: { token: string; '*': string } }>('/p/:token/f/*', async ({ params, headers }, reply) => {
    const preview = await links.find(params.token);
    const wanted = params['*'] === '' || params['*'].endsWith('/') ? `${params['*']}index.html` : params['*'];
    // Only what is in the list, by its whole name: there is no path to go astray on.
    const file = preview?.files.find(({ path }) => path === wanted);
    if (file === undefined) return nothing(reply);
    // Where the browser says that the page is to stand alone.
    if (isPage(file.path) && headers['sec-fetch-dest'] === 'document')
      return reply.headers(PAGE_HEADERS).redirect('../'.repeat(file.path.split('/').length));
    const bytes = await read(file.url, Math.min(file.bytes, MOST_BYTES));
    const type = previewMediaType(file.path);
    if (type === 'application/octet-stream') reply.header('content-disposition', 'attachment');
    return reply.headers(FILE_HEADERS).type(type).send(Buffer.from(bytes));
  });
  return app;
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
