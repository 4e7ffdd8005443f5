import type { Draft } from '../state/draft.ts';
import { freezeLimitId } from '../state/message-ids.ts';
import { pendingEffects } from './pending.ts';

/** All freezes of a run together: it lasts three days, and the executor believes its root for fourteen. */
export const LONGEST_FREEZE_MS = 7 * 24 * 3_600_000;

/**
 * `!freeze`: nobody is asked, nothing new is sent and no time passes until it thaws. What is under way may end, what
 * masters say counts, and the phases go on as far as they come without anybody.
 */
export function freeze(draft: Draft): void {
  const { frozenAt, freezes, frozenMs } = draft.state;
  if (frozenAt !== null) return;
  draft.timer(freezeLimitId(freezes + 1), draft.at + Math.max(0, LONGEST_FREEZE_MS - frozenMs));
  draft.set({ frozenAt: draft.at, freezes: freezes + 1 });
}

/** All that the task waits for is set off again, or for the first time; under new ids, for jobs are done once. */
export function thaw(draft: Draft): void {
  if (draft.state.frozenAt === null) return;
  draft.startClock();
  const again = (id: string): string => `${id}.thawed.${draft.state.freezes}`;
  for (const effect of pendingEffects(draft.state)) {
    if (effect.kind === 'ask' || effect.kind === 'dispatch' || effect.kind === 'presence')
      draft.setOff({ ...effect, id: again(effect.id) });
    if (effect.kind === 'timer') draft.setOff({ ...effect, id: again(effect.id), timer: effect.id });
  }
}
