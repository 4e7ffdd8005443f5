import { rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { request } from 'node:http';

export type Health = { readonly state: 'working' | 'starting' } | { readonly state: 'halted'; readonly why: string };

/** Says on a socket of its own how the executor is: 200 while it takes orders, 503 with the reason while it does not. */
export async function serveHealth(path: string, health: () => Health): Promise<{ close(): Promise<void> }> {
  if (await answers(path)) throw new Error('another executor works on this folder');
  rmSync(path, { force: true });
  const server = createServer((incoming, outgoing) => {
    const now = health();
    const ok = now.state === 'working' || (incoming.url === '/alive' && now.state === 'halted');
    outgoing.writeHead(ok ? 200 : 503, { 'content-type': 'application/json' }).end(JSON.stringify(now));
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  return {
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    request({ socketPath: path, path: '/alive', timeout: 1_000 }, (response) => {
      response.resume();
      resolve(true);
    })
      .once('error', () => resolve(false))
      .end();
  });
}
