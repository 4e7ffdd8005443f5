import { setTimeout as delay } from 'node:timers/promises';
import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import { keepsTrying } from '../../bridge/text/faults.ts';
import type { EndpointQueue } from './endpoint-queue.ts';
import type { Provider, ProviderRequest, StreamPart } from './providers/provider.ts';

/** A provider's bad minute mostly lasts less: so long is asked again and again. */
const HOLD_OUT_MS = 30_000;
const HELD_OUT: ReadonlySet<FaultCode> = new Set(['provider.overloaded', 'provider.unreachable']);
const MAX_CALL_ATTEMPTS = 3;
/** Whoever waited a minute for nothing is not made to wait three. */
const MAX_HANGS = 2;
const FIRST_WAIT_MS = 1_000;
const LONGEST_BACKOFF_MS = 8_000;
/** At the very end a wait shorter than this is no new chance. */
const SHORTEST_WAIT_MS = 500;
/** What a provider asks for is kept up to this. */
const LONGEST_WISH_MS = 60_000;
/** Whoever waits sees why after so long. */
const TOLD_AFTER_MS = 4_000;
/** Where thoughts ate the answer it is given so much more room, between these. */
const ROOMIER = 4;
const LEAST_ROOM = 16_000;
const MOST_ROOM = 64_000;

/** Handed in so that tests need not wait. */
export interface RetryClock {
  /** Milliseconds, from anywhere. */
  now(): number;
  /** Rejects when the signal aborts. */
  sleep(milliseconds: number, signal: AbortSignal): Promise<void>;
  /** From 0 up to, but not including, 1. */
  random(): number;
}

const REAL: RetryClock = {
  now: () => performance.now(),
  sleep: (milliseconds, signal) => delay(milliseconds, undefined, { signal }),
  random: Math.random,
};

/**
 * The one place that asks a provider again. An answer that was cut is begun anew behind a `restart`.
 * @param queue of a server that many share. An answer joins it once and keeps its place through all attempts; a hang
 * is not tried again there, since the server may still be at work on the first.
 */
export function withRetry(inner: Provider, clock: RetryClock = REAL, queue?: EndpointQueue): Provider {
  if (queue === undefined)
    return { ...inner, stream: (request, signal) => streamWithRetry(inner, clock, request, signal) };
  return {
    ...inner,
    queue,
    async *stream(request, signal) {
      const joined = clock.now();
      using _place = await queue.enter(signal);
      yield* streamWithRetry(inner, clock, request, signal, joined);
    },
  };
}

async function* streamWithRetry(
  inner: Provider,
  clock: RetryClock,
  given: ProviderRequest,
  signal: AbortSignal,
  joined?: number,
): AsyncGenerator<StreamPart> {
  const inQueue = joined !== undefined;
  let request = given;
  // Behind a server that is away nobody waits half a minute of his own: those who stood in line have waited already.
  let began = joined ?? clock.now();
  /** The fault that more room was to mend. */
  let cramped: ProviderFault | undefined;
  for (let failures = 0, begun = false, told = false; ;) {
    try {
      if (begun) yield { type: 'restart' };
      begun = false;
      for await (const part of inner.stream(request, signal)) {
        begun ||= part.type === 'text' || part.type === 'source' || part.type === 'tool-call';
        // News of work that takes minutes: what failed on the way does not count against it for ever.
        if (part.type === 'progress') {
          failures = 0;
          began = clock.now();
        }
        yield part;
      }
      return;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ProviderFault)) throw error;
      failures += 1;
      if (error.code === 'provider.thinking' && cramped === undefined) {
        cramped = error;
        request = withMoreRoom(request);
        begun = false;
        yield { type: 'restart', ...(error.spent === undefined ? {} : { spent: error.spent }) };
        continue;
      }
      const elapsedMs = clock.now() - began;
      const wait = waitBeforeNext(
        { count: failures, elapsedMs, hurried: request.hurried, inQueue },
        error,
        clock.random(),
      );
      if (wait === undefined) {
        // A model that has no such room refuses the request, which is no news of what was asked.
        const last = cramped !== undefined && error.code === 'provider.request' ? cramped : error;
        throw last.with({ tries: { count: failures, ms: elapsedMs } });
      }
      if (!told && elapsedMs + wait > TOLD_AFTER_MS) {
        told = true;
        const rest = HELD_OUT.has(error.code) ? Math.max(wait, HOLD_OUT_MS - elapsedMs) : wait;
        yield { type: 'progress', text: keepsTrying[request.lang](inner.label, Math.ceil(rest / 1000)) };
      }
      try {
        await clock.sleep(wait, signal);
      } finally {
        signal.throwIfAborted();
      }
    }
  }
}

const withMoreRoom = (request: ProviderRequest): ProviderRequest => {
  const { maxOutputTokens } = request.agent;
  const roomier = Math.min(Math.max(maxOutputTokens * ROOMIER, LEAST_ROOM), Math.max(maxOutputTokens, MOST_ROOM));
  return { ...request, agent: { ...request.agent, maxOutputTokens: roomier } };
};

export interface Failures {
  /** This one included. */
  readonly count: number;
  /** Since the first attempt began. */
  readonly elapsedMs: number;
  readonly hurried?: boolean | undefined;
  readonly inQueue?: boolean;
}

/**
 * Milliseconds to wait before the next attempt, or undefined to give up. Between half and the whole of 1, 2, 4, 8, 8 …
 * seconds: agents that failed together do not come back together. What the provider asks for is kept, up to a minute.
 */
export function waitBeforeNext(
  { count, elapsedMs, hurried, inQueue }: Failures,
  { code, retryable, retryAfterMs }: Pick<ProviderFault, 'code' | 'retryable' | 'retryAfterMs'>,
  random: number,
): number | undefined {
  if (!retryable || (retryAfterMs ?? 0) > LONGEST_WISH_MS) return undefined;
  const backoff = Math.min(FIRST_WAIT_MS * 2 ** (count - 1), LONGEST_BACKOFF_MS) * (0.5 + random / 2);
  const wait = Math.max(retryAfterMs ?? 0, backoff);
  if (HELD_OUT.has(code) && hurried !== true) {
    const left = HOLD_OUT_MS - elapsedMs;
    // A server that names its time, or took longer than all that to fail, is asked once more.
    if (count === 1) return wait;
    return left < SHORTEST_WAIT_MS || (retryAfterMs ?? 0) > left ? undefined : Math.min(wait, left);
  }
  if (code === 'provider.timeout') return inQueue !== true && count < MAX_HANGS ? wait : undefined;
  return count < MAX_CALL_ATTEMPTS ? wait : undefined;
}
