import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';

/** What the homeserver refused, without tokens or bodies of ours. */
export class HomeserverError extends Error {
  readonly status: number;
  /** `M_FORBIDDEN` and the like. */
  readonly code: string;

  constructor(status: number, code: string, at: string, message: string) {
    super(`${at}: ${status} ${code} ${message}`);
    this.name = 'HomeserverError';
    this.status = status;
    this.code = code;
  }
}

/** For logs: what kind of failure it was, without the words in it. */
export function errorLabel(error: unknown): string {
  if (error instanceof HomeserverError) return `${error.status} ${error.code}`;
  return error instanceof Error ? error.name : 'unknown';
}

export interface AdminCall {
  readonly token?: string | undefined;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sent as it is, instead of `body`. */
  readonly bytes?: { readonly data: Buffer; readonly type: string };
  /** How often a homeserver that is away is asked again. */
  readonly tries?: number;
  readonly signal?: AbortSignal;
}

export type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const Refused = z.object({ errcode: z.string().default('M_UNKNOWN'), error: z.string().default('') });
const TRIES = 6;

/** The few calls that building the house takes; everything said later goes through `bridge/matrix`. */
export class HomeserverClient {
  readonly #base: string;

  constructor(base: string) {
    this.#base = base;
  }

  /** Asks again while the homeserver is away or overloaded; every caller's call may be made twice. */
  async call<T>(method: Method, path: string, answer: z.ZodType<T>, call: AdminCall = {}): Promise<T> {
    for (let failures = 0; ; failures += 1) {
      try {
        return answer.parse(await this.#once(method, path, call));
      } catch (error) {
        const passing =
          error instanceof HomeserverError ? error.status >= 500 || error.status === 429 : error instanceof TypeError;
        if (!passing || failures + 1 >= (call.tries ?? TRIES)) throw error;
        await sleep(100 * 2 ** failures);
      }
    }
  }

  /** Like `call`, with null where there is nothing. */
  async find<T>(method: Method, path: string, answer: z.ZodType<T>, call: AdminCall = {}): Promise<T | null> {
    try {
      return await this.call(method, path, answer, call);
    } catch (error) {
      if (error instanceof HomeserverError && error.status === 404) return null;
      throw error;
    }
  }

  async #once(method: Method, path: string, { token, query, body, bytes, signal }: AdminCall): Promise<unknown> {
    const url = new URL(path, this.#base);
    for (const [name, value] of Object.entries(query ?? {})) url.searchParams.set(name, value);
    const headers: Record<string, string> = { 'content-type': bytes?.type ?? 'application/json' };
    if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
    const payload = bytes ? new Uint8Array(bytes.data) : body === undefined ? null : JSON.stringify(body);
    const limit = AbortSignal.timeout(30_000);
    const response = await fetch(url, {
      method,
      headers,
      body: payload,
      signal: signal === undefined ? limit : AbortSignal.any([limit, signal]),
    });
    const text = await response.text();
    if (response.ok)
      return response.headers.get('content-type')?.startsWith('application/json') === true ? JSON.parse(text) : {};
    const { errcode, error } = Refused.catch({ errcode: 'M_UNKNOWN', error: '' }).parse(safeJson(text));
    throw new HomeserverError(response.status, errcode, `${method} ${url.pathname}`, error);
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

export const Nothing = z.unknown().transform(() => undefined);
