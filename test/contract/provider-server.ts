import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** What a client sent. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** One HTTP answer. `ending` is what follows the body: a proper end, a cut connection, or silence. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
  /** Bytes in each write; small ones split characters. */
  readonly pieces?: number;
  readonly ending?: 'end' | 'drop' | 'hang';
}

export type Responder = (request: Received, index: number) => Reply | 'hang' | 'drop';

export interface ProviderServer extends AsyncDisposable {
  readonly url: string;
  readonly requests: readonly Received[];
  /** Connections that the client has closed before the answer was whole. */
  readonly abandoned: () => number;
}

/** A local server that answers as it is told and remembers what it was sent. */
export async function startProviderServer(
  respond: Responder,
  { before }: { /** Awaited before each answer. */ readonly before?: () => Promise<void> } = {},
): Promise<ProviderServer> {
  const requests: Received[] = [];
  let abandoned = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse) => {
    response.on('close', () => {
      if (!response.writableFinished) abandoned += 1;
    });
    const received = await receive(request);
    const reply = respond(received, requests.push(received) - 1);
    if (reply === 'hang') return;
    await before?.();
    if (reply === 'drop') {
      response.destroy();
      return;
    }
    response.socket?.setNoDelay(true);
    response.writeHead(reply.status ?? 200, { 'content-type': 'text/event-stream; charset=utf-8', ...reply.headers });
    const bytes = typeof reply.body === 'string' ? Buffer.from(reply.body) : reply.body;
    const step = reply.pieces ?? 65_536;
    for (let at = 0; at < bytes.length && !response.destroyed; at += step) {
      if (!response.write(bytes.subarray(at, at + step))) await drained(response);
      if (reply.pieces !== undefined) await delay(0);
    }
    if (reply.ending === 'hang') return;
    if (reply.ending !== 'drop') {
      response.end();
      return;
    }
    // What was written has to arrive before the connection breaks.
    await delay(30);
    response.destroy();
  };

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    abandoned: () => abandoned,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const drained = (response: ServerResponse) =>
  new Promise<void>((resolve) => {
    const go = () => {
      response.off('drain', go).off('close', go);
      resolve();
    };
    response.on('drain', go).on('close', go);
  });

const once = (emitter: NodeJS.EventEmitter, event: string) =>
  new Promise<void>((resolve) => emitter.once(event, () => resolve()));

async function receive(request: IncomingMessage): Promise<Received> {
  const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
  return { method: request.method ?? '', path: request.url ?? '', headers, body: await text(request) };
}
