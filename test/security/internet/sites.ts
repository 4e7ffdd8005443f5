import { readFileSync } from 'node:fs';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createTcp, type Server } from 'node:net';
import { join } from 'node:path';
import { createSecureContext } from 'node:tls';
import { PRIVATE_ADDRESS, PUBLIC_ADDRESS } from './internet.ts';

export interface Sites extends Disposable {
  /** Connections that came to a private address or to this machine: nothing may. */
  readonly trespasses: string[];
  /** Pages that were asked for, as `host/path`, with what came along under names that no reader has. */
  readonly asked: string[];
}

const RUNAWAY_BYTES = 30 * 1024 * 1024;

/** Real web servers at a public address, one certificate a name, and traps where nobody may get. */
export async function openSites(folder: string): Promise<Sites> {
  const servers: Server[] = [];
  const trespasses: string[] = [];
  const asked: string[] = [];
  const listen = async (server: Server, port: number, host: string) => {
    servers.push(server);
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(port, host, resolve));
  };
  const key = (name: string) => readFileSync(join(folder, `${name}.key`));
  const cert = (name: string) => readFileSync(join(folder, `${name}.pem`));
  const site = createHttps(
    {
      key: key('news.example'),
      cert: cert('news.example'),
      SNICallback: (name, answer) => {
        // Of a name that has none of its own, it shows another's.
        const of = name === 'stranger.example' ? name : 'news.example';
        const own = ['other.example', 'rebind.example'].includes(name) ? name : of;
        answer(null, createSecureContext({ key: key(own), cert: cert(own) }));
      },
    },
    (request, response) => {
      const { host = '' } = request.headers;
      asked.push(`${host}${request.url ?? ''}${request.headers.cookie ?? ''}${request.headers.referer ?? ''}`);
      const to = REDIRECTS[request.url ?? ''];
      if (to !== undefined) return void response.writeHead(302, { location: to, 'set-cookie': 'a=b' }).end();
      response.setHeader('content-type', 'text/html; charset=utf-8');
      if (request.url === '/slow') {
        response.write('<p>한 글자씩');
        const drip = setInterval(() => response.write('.'), 200);
        return void response.once('close', () => clearInterval(drip));
      }
      if (request.url === '/big') {
        response.write('<!doctype html><title>큰 글</title><p>');
        const line = '<p>부산항 화물 운임표 </p>'.repeat(1_000);
        let left = RUNAWAY_BYTES;
        const pour = () => {
          while (left > 0 && !response.destroyed) {
            left -= Buffer.byteLength(line);
            if (!response.write(line)) return;
          }
          response.end();
        };
        response.on('drain', pour);
        return pour();
      }
      response.end(
        `<!doctype html><title>오늘의 경유값</title><article><h1>경유</h1><p>리터에 1,512원 (${host})</p></article>`,
      );
    },
  );
  // What a client breaks off is its own affair.
  site.on('tlsClientError', () => undefined);
  await listen(site, 443, PUBLIC_ADDRESS);
  await listen(
    createHttp((request, response) =>
      response.writeHead(301, { location: `https://${request.headers.host ?? ''}${request.url ?? ''}` }).end(),
    ),
    80,
    PUBLIC_ADDRESS,
  );
  for (const host of [PRIVATE_ADDRESS, '127.0.0.1'])
    for (const port of [80, 443])
      await listen(
        createTcp((socket) => {
          trespasses.push(`${host}:${port}`);
          socket.destroy();
        }),
        port,
        host,
      );
  return {
    trespasses,
    asked,
    [Symbol.dispose]: () => {
      for (const server of servers) server.close();
      site.closeAllConnections();
    },
  };
}

const REDIRECTS: Readonly<Record<string, string>> = {
  '/moved': 'https://other.example/there',
  '/to-private-name': 'https://inner.example/',
  '/to-private-address': `http://${PRIVATE_ADDRESS}/`,
  '/to-this-machine': 'http://127.0.0.1/admin',
  '/to-this-machine-oddly': 'http://0x7f.1/',
  '/to-another-certificate': 'https://wrong.example/',
  '/round': 'https://rebind.example/',
};
