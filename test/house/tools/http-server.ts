import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { createMcpHandler } from '@modelcontextprotocol/server';
import { notesServer, type Manner } from './notes-tools.ts';

export interface HttpToolServer extends AsyncDisposable {
  readonly url: string;
  /** What came with each request. */
  readonly headers: readonly IncomingHttpHeaders[];
  manner: Manner;
}

/** The notes over Streamable HTTP. With `key` it answers nobody who does not bring it. */
export async function httpToolServer(file: string, key?: string): Promise<HttpToolServer> {
  const headers: IncomingHttpHeaders[] = [];
  const state: { manner: Manner } = { manner: 'good' };
  const handler = createMcpHandler(() => notesServer(state.manner, file));
  const server = createServer((incoming, outgoing) => {
    void (async () => {
      headers.push(incoming.headers);
      if (key !== undefined && incoming.headers.authorization !== key)
        return void outgoing.writeHead(401).end('{"error":"who are you"}');
      const body = await buffer(incoming);
      const { method = 'GET' } = incoming;
      const answer = await handler.fetch(
        new Request(new URL(incoming.url ?? '/', 'http://127.0.0.1'), {
          method,
          headers: new Headers(
            Object.entries(incoming.headers).filter((pair): pair is [string, string] => typeof pair[1] === 'string'),
          ),
          ...(method === 'POST' ? { body } : {}),
        }),
      );
      outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
      if (answer.body === null) return void outgoing.end();
      Readable.fromWeb(answer.body as never).pipe(outgoing);
    })().catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/mcp`,
    headers,
    get manner() {
      return state.manner;
    },
    set manner(manner: Manner) {
      state.manner = manner;
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await handler.close();
    },
  };
}
