import { LogLevel, LogService, setRequestFn } from 'matrix-bot-sdk';
import { Agent, request } from 'undici';
import { z } from 'zod';

/** The part of matrix-bot-sdk's request parameters that it really sends. */
const Params = z.object({
  uri: z.string(),
  method: z.enum(['GET', 'POST', 'PUT', 'DELETE']),
  qs: z.record(z.string(), z.unknown()).nullish(),
  encoding: z.null().optional(),
  timeout: z.number(),
  headers: z.record(z.string(), z.string()),
  body: z.union([z.string(), z.instanceof(Buffer)]).optional(),
});

type Callback = (
  error: Error | null,
  response?: { statusCode: number; headers: unknown; body: unknown },
  body?: unknown,
) => void;

const sockets = new Agent({
  connections: 128,
  keepAliveTimeout: 30_000,
  keepAliveMaxTimeout: 120_000,
  headersTimeout: 0,
  bodyTimeout: 0,
});

function address(uri: string, qs: Record<string, unknown> | null | undefined): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(qs ?? {})) {
    if (value === undefined || value === null) continue;
    for (const one of Array.isArray(value) ? value : [value])
      query.append(name, typeof one === 'string' ? one : JSON.stringify(one));
  }
  const text = query.toString();
  return text === '' ? uri : `${uri}?${text}`;
}

let installed = false;

/**
 * Puts undici's kept-alive sockets under matrix-bot-sdk in place of the retired `request`,
 * and silences its log, which writes whole error bodies.
 */
export function installHttp(): void {
  if (installed) return;
  installed = true;
  LogService.setLevel(LogLevel.ERROR);
  LogService.muteModule('MatrixHttpClient');
  setRequestFn((raw: unknown, callback: Callback) => {
    const params = Params.parse(raw);
    request(address(params.uri, params.qs), {
      method: params.method,
      headers: params.headers,
      body: params.body ?? null,
      dispatcher: sockets,
      signal: AbortSignal.timeout(params.timeout),
    })
      .then(async (response) => {
        const bytes = Buffer.from(await response.body.arrayBuffer());
        const body = params.encoding === null ? bytes : bytes.toString('utf8');
        callback(null, { statusCode: response.statusCode, headers: response.headers, body }, body);
      })
      .catch((error: unknown) =>
        callback(error instanceof Error ? error : new Error('request failed', { cause: error })),
      );
  });
}
