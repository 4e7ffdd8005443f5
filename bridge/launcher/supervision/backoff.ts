export interface Backoff {
  /** Deaths in a row, without a healthy minute between them. */
  readonly failures: number;
  /** Milliseconds until the next start. */
  readonly delayMs: number;
}

export const HEALTHY_AFTER_MS = 60_000;
const FIRST_MS = 100;
const LONGEST_MS = 30_000;

/** How long to wait before a part that has just died after `livedMs` is started anew. */
export function afterDeath(failuresBefore: number, livedMs: number): Backoff {
  const failures = livedMs >= HEALTHY_AFTER_MS ? 1 : failuresBefore + 1;
  return { failures, delayMs: Math.min(FIRST_MS * 2 ** (failures - 1), LONGEST_MS) };
}
