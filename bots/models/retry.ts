import { setTimeout as delay } from 'node:timers/promises';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import type { Provider, ProviderRequest, StreamPart } from './providers/provider.ts';

export const MAX_CALL_ATTEMPTS = 3;
const FIRST_WAIT_MS = 1_000;
const LONGEST_WAIT_MS = 60_000;

/** Handed in so that tests need not wait. */
export interface RetryClock {
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

const REAL: RetryClock = {
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  random: Math.random,
};

/** The one place that asks a provider again. An answer that was cut is begun anew behind a `restart`. */
export function withRetry(inner: Provider, clock: RetryClock = REAL): Provider {
  return { ...inner, stream: (request, signal) => streamWithRetry(inner, clock, request, signal) };
}

async function* streamWithRetry(
  inner: Provider,
  clock: RetryClock,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  for (let failures = 0, begun = false; ;) {
    try {
      if (begun) yield { type: 'restart' };
      begun = false;
      for await (const part of inner.stream(request, signal)) {
        begun ||= part.type === 'text' || part.type === 'source';
        // News of work that takes minutes: what failed on the way does not count against it for ever.
        if (part.type === 'progress') failures = 0;
        yield part;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      const wait = waitBeforeNext(failures, error, clock.random());
      if (wait === undefined) throw error;
      try {
        await clock.sleep(wait, signal);
      } finally {
        signal.throwIfAborted();
      }
    }
  }
}

/**
 * Milliseconds to wait after the n-th failure, or undefined to give up. Between half and the whole of 1 s, 2 s, ...:
 * agents that failed together do not come back together. What the provider asks for is kept, up to a minute.
 */
export function waitBeforeNext(failures: number, error: unknown, random: number): number | undefined {
  if (!(error instanceof ProviderFault) || !error.retryable || failures >= MAX_CALL_ATTEMPTS) return undefined;
  const backoff = FIRST_WAIT_MS * 2 ** (failures - 1) * (0.5 + random / 2);
  if (error.retryAfterMs === undefined) return backoff;
  if (error.retryAfterMs > LONGEST_WAIT_MS) return undefined;
  return Math.max(error.retryAfterMs, backoff);
}
