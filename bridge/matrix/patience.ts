import { setTimeout as sleep } from 'node:timers/promises';
import { MatrixError } from 'matrix-bot-sdk';
import { z } from 'zod';

export interface CallTrouble {
  /** Method and path, without the query. */
  readonly what: string;
  readonly failures: number;
  readonly sinceMs: number;
  readonly error: string;
}

export interface Patience {
  readonly server: string;
  readonly what: string;
  /** How often the call is made at most; by default as long as the homeserver is away, and a minute longer. */
  readonly tries?: number | undefined;
  /** Ends the waiting between tries. */
  readonly signal?: AbortSignal | undefined;
  readonly onTrouble?: ((trouble: CallTrouble) => void) | undefined;
  /** How long one call may fail while others are answered: that is no restart. */
  readonly aloneMs?: number;
}

/** A homeserver that comes back is noticed this soon. */
const LONGEST_PAUSE_MS = 1_500;
const ALONE_MS = 60_000;
/** Longer than anybody lets a homeserver lie. */
const AWAY_MS = 24 * 3_600_000;
/** Until the first line about it; the next ones come after four times as long each. */
const FIRST_LINE_MS = 5_000;
/** A homeserver that is away fails all calls at once: one line is enough. */
const BETWEEN_LINES_MS = 5_000;

interface Server {
  answeredAt: number;
  lineAt: number;
}

const servers = new Map<string, Server>();

function serverAt(url: string): Server {
  const known = servers.get(url) ?? { answeredAt: 0, lineAt: Number.NEGATIVE_INFINITY };
  servers.set(url, known);
  return known;
}

/** Errors of the way there. A bug of ours is none, and does not get better. */
const ON_THE_WAY = z.union([
  z.object({ code: z.string().regex(/^(?!ERR_INVALID)/) }),
  z.object({ name: z.enum(['TimeoutError', 'AbortError']) }),
  z.object({ message: z.literal('request failed') }),
]);

const Status = z.object({ statusCode: z.number() });

/** How long to wait at least before a repeat has a chance; null where it has none. */
function passing(error: unknown): number | null {
  if (error instanceof MatrixError && error.statusCode === 429) return Math.min(error.retryAfterMs ?? 1_000, 30_000);
  const status = Status.safeParse(error);
  if (status.success) return status.data.statusCode >= 500 || status.data.statusCode === 429 ? 0 : null;
  return ON_THE_WAY.safeParse(error).success ? 0 : null;
}

/**
 * Makes a call again until the homeserver has answered it. A refusal is final; one call that fails for a minute while
 * others are answered is given up, and so is a homeserver that is away for a day. What lasts leaves lines.
 */
export async function patiently<T>(patience: Patience, call: () => Promise<T>): Promise<T> {
  const server = serverAt(patience.server);
  let first: number | undefined;
  let line = FIRST_LINE_MS;
  for (let failures = 1; ; failures += 1) {
    try {
      const answer = await call();
      server.answeredAt = performance.now();
      return answer;
    } catch (error) {
      const wait = passing(error);
      const now = performance.now();
      // A refusal is an answer.
      if (wait === null && Status.safeParse(error).success) server.answeredAt = now;
      first ??= now;
      const sinceMs = now - first;
      const alone = server.answeredAt > first;
      if (
        wait === null ||
        failures >= (patience.tries ?? Number.POSITIVE_INFINITY) ||
        sinceMs > (alone ? (patience.aloneMs ?? ALONE_MS) : AWAY_MS)
      )
        throw error;
      if (sinceMs >= line) {
        line = sinceMs * 4;
        if (now - server.lineAt >= BETWEEN_LINES_MS) {
          server.lineAt = now;
          patience.onTrouble?.({ what: patience.what, failures, sinceMs: Math.round(sinceMs), error: nameOf(error) });
        }
      }
      // The first repeat is immediate: a kept socket that the server closed meanwhile fails just so.
      await sleep(
        Math.max(wait, failures === 1 ? 0 : Math.min(50 * 2 ** failures, LONGEST_PAUSE_MS)),
        undefined,
        patience.signal ? { signal: patience.signal } : {},
      );
    }
  }
}

function nameOf(error: unknown): string {
  const status = Status.safeParse(error);
  if (status.success) return `HTTP ${status.data.statusCode}`;
  const code = z.object({ code: z.string() }).safeParse(error);
  return code.success ? code.data.code : error instanceof Error ? error.name : 'unknown';
}
