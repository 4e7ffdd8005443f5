import { setTimeout as sleep } from 'node:timers/promises';

export interface Looks {
  readonly everyMs: number;
  /** So many in a row without an answer. */
  readonly silent: number;
}

/** Long enough for a homeserver that has a hard minute. */
const LOOKS: Looks = { everyMs: 15_000, silent: 6 };

/**
 * Returns true once a part that has answered before answers no more, false when aborted. Before its first answer
 * it may be silent for as long as it likes: Synapse brings an old database up to date without a word.
 */
export async function untilDeaf(
  alive: () => Promise<boolean>,
  signal: AbortSignal,
  { everyMs, silent }: Looks = LOOKS,
  looked: (answers: boolean) => void = () => undefined,
): Promise<boolean> {
  let heard = false;
  for (let misses = 0; misses < silent;) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return false;
    const answers = await alive();
    heard ||= answers;
    if (heard && !signal.aborted) looked(answers);
    misses = answers || !heard ? 0 : misses + 1;
  }
  return !signal.aborted;
}
