import { request } from 'node:http';
import { Readable } from 'node:stream';

/** All that one server may say in one call. */
const MAX_BYTES = 4 * 1024 * 1024;

/**
 * `fetch` by way of the egress proxy's socket. The proxy speaks TLS for https, and puts the owner's header in: its value
 * is never in the box. Redirects are not followed.
 */
export function fetchThrough(socketPath: string): (url: string | URL, init?: RequestInit) => Promise<Response> {
  let left = MAX_BYTES;
  return (url, init = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = init;
      const outgoing = request(
        {
          socketPath,
          path: String(url),
          method: init.method ?? 'GET',
          headers: { ...Object.fromEntries(new Headers(init.headers)), host: new URL(url).host },
          ...(signal === undefined || signal === null ? {} : { signal }),
        },
        (incoming) => {
          const headers = new Headers();
          for (const [name, value] of Object.entries(incoming.headers))
            if (typeof value === 'string') headers.set(name, value);
          const status = incoming.statusCode ?? 502;
          incoming.on('data', (chunk: Buffer) => {
            left -= chunk.length;
            if (left < 0) incoming.destroy(new Error(`the server said more than ${MAX_BYTES} bytes`));
          });
          const empty = status === 204 || status === 205 || status === 304;
          if (empty) incoming.resume();
          resolve(new Response(empty ? null : Readable.toWeb(incoming), { status, headers }));
        },
      );
      outgoing.once('error', reject);
      outgoing.end(typeof init.body === 'string' ? init.body : undefined);
    });
}
