import { setTimeout as sleep } from 'node:timers/promises';
import { Dropped } from './running-turns.ts';
import type { Turn, TurnDeps } from './turn.ts';

/** How long after the last look another turn may have taken over. */
const LOOK_AGAIN_MS = 1_000;
const OVERDUE_MS = 1_000;
const CATCH_UP_MS = 3_000;

/** Another turn answers this one's question with others, or as it reads after an edit. */
export async function isReplaced({ job }: Pick<Turn, 'job'>, deps: Pick<TurnDeps, 'replacedBy'>): Promise<boolean> {
  if (job.depth > 0 || (job.discussion?.index ?? 0) > 0) return false;
  const by = await deps.replacedBy(job.source);
  return by !== null && by !== job.cause;
}

/** What comes in the next moment may belong to the question; from the first word on, it is another one. */
export async function firstWord(
  turn: Pick<Turn, 'job' | 'began' | 'slot'>,
  deps: Pick<TurnDeps, 'replacedBy'>,
): Promise<void> {
  const {
    job,
    began,
    slot: { signal, speaks },
  } = turn;
  const { begin, speak } = job.waits ?? { begin: 0, speak: 0 };
  const elapsed = performance.now() - began;
  // Nobody was there when it was said (this process is younger), or when its time came: what was said meanwhile is
  // being heard only now, in rooms without the coordinator by a push alone.
  const age = Date.now() - elapsed - job.at;
  const wasAway = begin > 0 && age > Math.min(began, begin + OVERDUE_MS);
  const wait = Math.max(Math.min(speak, job.at + speak - Date.now()), wasAway ? CATCH_UP_MS - elapsed : 0);
  // Whoever is to stop need not wait.
  if (wait > 0) await sleep(wait, undefined, { signal }).catch(() => undefined);
  const late = performance.now() - began > LOOK_AGAIN_MS && !signal.aborted && (await isReplaced(turn, deps));
  if (signal.reason instanceof Dropped) throw signal.reason;
  if (late) throw new Dropped();
  speaks();
}
