import { chmodSync, rmSync } from 'node:fs';
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
  type ServerResponse,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseAuthority, type Destination } from './allow-list.ts';
import {
  type EgressReason,
  INTERNET,
  judge,
  type Internet,
  type DestinationVerdict,
  type Reach,
} from './destination.ts';

export interface EgressOptions {
  /** Where it listens; the path has to be shorter than 100 bytes. */
  readonly socketPath: string;
  readonly allowed: Reach;
  /** For one page: GET alone and without words of its own, no tunnels, as many requests as redirects make. */
  readonly pageOnly?: boolean;
  /** Every request, let through or not: for the audit. */
  readonly onRequest?: (request: EgressRecord) => void;
  readonly internet?: Internet;
  /** Put into every request that it forwards, over what the job says: a key that the job itself never has. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface EgressRecord {
  readonly method: string;
  /** `host:port` as it was asked for. */
  readonly destination: string;
  readonly allowed: boolean;
  readonly why?: string;
  /** The reason as a word, for whoever tells a person. */
  readonly reason?: EgressReason;
}

export interface EgressProxy extends AsyncDisposable {
  readonly socketPath: string;
}

const MAX_CONNECTIONS = 64;
const IDLE_MS = 120_000;
const CONNECT_MS = 15_000;
/** A page and its redirects (`programs/page-request.ts`). */
const PAGE_REQUESTS = 6;
/** All that whoever reads a page may say of itself: no cookies, nothing of where it comes from. */
const PAGE_HEADERS = ['accept', 'accept-encoding', 'accept-language', 'user-agent'];
/** On an answer of the proxy's own, with the reason as a word; taken off whatever comes from outside. */
const EGRESS_HEADER = 'chavion-egress';
/** Belong to one connection, not to the message (RFC 9110, 7.6.1). */
const HOP_BY_HOP = [
  'connection',
  'proxy-connection',
  'proxy-authorization',
  'proxy-authenticate',
  'keep-alive',
  'te',
  'trailer',
  'upgrade',
];

/**
 * The only way out for one job: CONNECT, and HTTP with a whole address. For an https address it speaks TLS itself, so
 * that a job needs no tools for that. It ends with the job.
 */
export async function startEgress(options: EgressOptions): Promise<EgressProxy> {
  const { internet = INTERNET, headers: own = {} } = options;
  const placeOf = internet.standIn ?? ((host: string, port: number) => ({ host, port }));
  const open = new Set<Duplex>();
  const keep = <S extends Socket>(socket: S): S => {
    open.add(socket);
    socket.on('error', () => socket.destroy());
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    return socket.once('close', () => open.delete(socket));
  };
  let requests = 0;
  const decide = async (
    method: string,
    asked: Destination | undefined,
    written: string,
  ): Promise<DestinationVerdict> => {
    requests += 1;
    const verdict =
      options.pageOnly === true && (method !== 'GET' || requests > PAGE_REQUESTS)
        ? NOT_A_PAGE
        : await judge(asked, options.allowed, internet);
    options.onRequest?.({
      method,
      destination: written.slice(0, 300),
      allowed: verdict.ok,
      ...(verdict.ok ? {} : { why: verdict.why, reason: verdict.reason }),
    });
    return verdict;
  };

  const unreachable = (method: string, destination: string): void =>
    options.onRequest?.({
      method,
      destination: destination.slice(0, 300),
      allowed: true,
      why: 'no connection',
      reason: 'no-connection',
    });

  const tunnel = async (asked: string, client: Duplex, head: Buffer): Promise<void> => {
    const destination = parseAuthority(asked);
    const verdict = await decide('CONNECT', destination, asked);
    if (!verdict.ok || destination === undefined) return void client.end(refusal(verdict));
    const server = keep(connect({ ...placeOf(verdict.address, destination.port), timeout: CONNECT_MS }));
    server.once('error', () => {
      unreachable('CONNECT', asked);
      client.end(plain(502, 'no connection'));
    });
    await new Promise((resolve) => server.once('connect', resolve).once('close', resolve));
    if (server.destroyed || client.destroyed) return void server.destroy();
    client.write('HTTP/1.1 200 Connection established\r\n\r\n');
    if (head.length > 0) server.write(head);
    await Promise.all([pipeline(client, server), pipeline(server, client)]);
  };

  const forward = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    if (options.pageOnly === true) incoming.resume(); // what came with it goes nowhere
    const url = absoluteUrl(incoming.url);
    const method = incoming.method ?? 'GET';
    const destination = url && parseAuthority(url.host, url.protocol === 'https:' ? 443 : 80);
    const verdict = await decide(method, destination, url?.host ?? '');
    if (!verdict.ok || url === undefined || destination === undefined) {
      const [status, why, reason] = verdict.ok
        ? [403, '', 'bad']
        : [verdict.status, `${verdict.why}\n`, verdict.reason];
      return void outgoing.writeHead(status, { [EGRESS_HEADER]: reason }).end(why);
    }
    const target: RequestOptions & { servername?: string } = {
      ...placeOf(verdict.address, destination.port),
      path: url.pathname + url.search,
      method,
      headers: {
        ...(options.pageOnly === true ? ofAPage(incoming) : withoutHopByHop(incoming)),
        ...own,
        host: url.host,
        connection: 'close',
      },
      agent: false,
      timeout: IDLE_MS,
      ...(isIP(destination.host) === 0 ? { servername: destination.host } : {}),
    };
    const answer = await answerTo(
      url.protocol === 'https:' ? httpsRequest(target) : httpRequest(target),
      options.pageOnly === true ? null : incoming,
    ).catch((error: unknown) => {
      unreachable(method, url.host);
      throw error;
    });
    const { [EGRESS_HEADER]: _forged, ...headers } = withoutHopByHop(answer);
    outgoing.writeHead(answer.statusCode ?? 502, headers);
    await pipeline(answer, outgoing);
  };

  const server = createServer((incoming, outgoing) => {
    forward(incoming, outgoing).catch(() =>
      outgoing.headersSent
        ? outgoing.destroy()
        : outgoing.writeHead(502, { [EGRESS_HEADER]: 'no-connection' }).end('no answer\n'),
    );
  });
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', keep);
  server.on('connect', (incoming: IncomingMessage, client: Duplex, head: Buffer) => {
    tunnel(incoming.url ?? '', client, head).catch(() => client.destroy());
  });
  server.on('upgrade', (_incoming: IncomingMessage, client: Duplex) => client.end(plain(403, 'use CONNECT')));
  server.on('clientError', (_error: Error, client: Duplex) => client.destroy());
  rmSync(options.socketPath, { force: true });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(options.socketPath, resolve));
  chmodSync(options.socketPath, 0o600);
  return {
    socketPath: options.socketPath,
    [Symbol.asyncDispose]: async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      for (const socket of open) socket.destroy();
      await closed;
      rmSync(options.socketPath, { force: true });
    },
  };
}

function absoluteUrl(text: string | undefined): URL | undefined {
  const url = text !== undefined && /^https?:\/\//i.test(text) ? URL.parse(text) : null;
  return url === null || url.username !== '' || url.password !== '' ? undefined : url;
}

function withoutHopByHop(message: IncomingMessage): Record<string, string | string[]> {
  const named = (message.headers.connection ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const left = Object.entries(message.headers).filter(([name]) => !HOP_BY_HOP.includes(name) && !named.includes(name));
  return Object.fromEntries(left.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}

function ofAPage({ headers }: IncomingMessage): Record<string, string | string[]> {
  return Object.fromEntries(
    PAGE_HEADERS.flatMap((name) => (headers[name] === undefined ? [] : [[name, headers[name]] as const])),
  );
}

function answerTo(request: ReturnType<typeof httpRequest>, body: IncomingMessage | null): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    request
      .once('response', resolve)
      .once('error', reject)
      .once('timeout', () => request.destroy(new Error('timeout')));
    if (body === null) request.end();
    else body.once('error', reject).pipe(request);
  });
}

const NOT_A_PAGE: DestinationVerdict = { ok: false, status: 403, why: 'not a page', reason: 'bad' };

const plain = (status: number, why: string) =>
  `HTTP/1.1 ${status} ${status === 403 ? 'Forbidden' : 'Bad Gateway'}\r\nConnection: close\r\n\r\n${why}\n`;
const refusal = (verdict: DestinationVerdict) => (verdict.ok ? plain(403, '') : plain(verdict.status, verdict.why));
