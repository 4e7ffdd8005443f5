import { ProviderFault } from '../../../bridge/protocol/fault.ts';

/** Milliseconds. */
export interface Deadlines {
  /** Until the first byte of the answer's body. */
  readonly firstByteMs: number;
  /** Between two pieces of the body. */
  readonly idleMs: number;
  /** For one attempt as a whole. */
  readonly totalMs: number;
}

export const DEFAULT_DEADLINES: Deadlines = { firstByteMs: 60_000, idleMs: 60_000, totalMs: 600_000 };

/** Bytes of one answer: what an adapter gathers until it is whole must not fill the house. */
const MOST_BYTES = 32 * 1024 * 1024;

type Fetch = typeof globalThis.fetch;

export interface FetchWatch extends Disposable {
  readonly fetch: Fetch;
  /** Aborts when the caller's signal does, when a deadline has passed, and on disposal. */
  readonly signal: AbortSignal;
  /** The deadline that has passed, or the size, as a fault. */
  expired(): ProviderFault | undefined;
  /** Whether response headers have come. */
  answered(): boolean;
}

/**
 * A `fetch` that cannot hang. It counts bytes, not tokens: a provider that sends pings while its model thinks is alive.
 * The idle clock stands still while nobody reads, so a slow reader is not taken for a dead provider.
 * Redirects are refused: they would carry the key to another host.
 */
export function watchedFetch(outer: AbortSignal, deadlines: Deadlines): FetchWatch {
  const controller = new AbortController();
  let expired: ProviderFault | undefined;
  let answered = false;
  let waiting: NodeJS.Timeout | undefined;

  const end = (fault: ProviderFault) => {
    expired ??= fault;
    controller.abort(expired);
  };
  const expire = (retryable: boolean) => end(new ProviderFault('provider.timeout', { retryable }));
  const wait = (milliseconds: number) => {
    clearTimeout(waiting);
    waiting = setTimeout(expire, milliseconds, true);
  };
  // A second attempt would take as long: the whole time is not retried.
  const total = setTimeout(expire, deadlines.totalMs, false);
  const stop = () => controller.abort(outer.reason);
  if (outer.aborted) stop();
  else outer.addEventListener('abort', stop, { once: true });

  const watchBody = (body: ReadableStream<Uint8Array>): ReadableStream<Uint8Array> => {
    const reader = body.getReader();
    let first = true;
    let bytes = 0;
    return new ReadableStream<Uint8Array>(
      {
        async pull(sink) {
          if (!first) wait(deadlines.idleMs);
          const { done, value } = await reader.read();
          first = false;
          clearTimeout(waiting);
          bytes += value?.length ?? 0;
          if (bytes > MOST_BYTES) end(new ProviderFault('provider.malformed'));
          if (done) sink.close();
          else sink.enqueue(value);
        },
        cancel: (reason) => reader.cancel(reason),
      },
      { highWaterMark: 0 },
    );
  };

  return {
    signal: controller.signal,
    expired: () => expired,
    answered: () => answered,
    fetch: async (input, init) => {
      wait(deadlines.firstByteMs);
      const response = await fetch(input, { ...init, redirect: 'error', signal: controller.signal });
      answered = true;
      if (response.body === null) return response;
      const { status, statusText, headers } = response;
      return new Response(watchBody(response.body), { status, statusText, headers });
    },
    [Symbol.dispose]() {
      clearTimeout(waiting);
      clearTimeout(total);
      outer.removeEventListener('abort', stop);
      controller.abort();
    },
  };
}
