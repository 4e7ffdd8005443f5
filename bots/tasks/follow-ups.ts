import type { AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { readFollowUp } from '../../bridge/protocol/orders/follow-up.ts';
import type { Audience } from '../addressing/address.ts';
import { hasEnded } from './runtime/machine.ts';
import type { TaskState } from './state/task-state.ts';

/** The task in whose thread, or in reply to which, a message stands. */
export interface TaskAbove {
  readonly root: EventId;
  readonly no: number;
  /**
   * The piece of what was said that stands under it by its own place, where the last one does not: the executor looks a
   * change's message up there. Null: none that says what is wanted.
   */
  readonly rests?: { readonly event: EventId; readonly at: number } | null;
}

/** Whether words under it are about it: it is finished, or being changed since. */
export const isToBeChanged = (task: TaskState): boolean => hasEnded(task) || task.revision !== undefined;

export type UnderTask =
  /** `agent`: who was called to do it. */
  | { readonly kind: 'change'; readonly agent?: AgentId }
  /** It is answered from the task's record: by whoever was called; null: by one. */
  | { readonly kind: 'question'; readonly named: readonly AgentId[] | null }
  | { readonly kind: 'thanks' }
  | { readonly kind: 'unclear' };

/** What a master's words under a finished task are; null where they are everybody's talk, as they are elsewhere. Pure. */
export function underTask(words: string, audience: Audience): UnderTask | null {
  const read = readFollowUp(words);
  if (read === 'other') return null;
  const named =
    audience.kind === 'agents' && ['mention', 'reply', 'callsign'].includes(audience.reason) ? audience.agents : null;
  const [agent] = named ?? [];
  switch (read) {
    case 'change':
      if (named === null) return { kind: 'change' };
      return named.length === 1 && agent !== undefined ? { kind: 'change', agent } : null;
    case 'question':
      return { kind: 'question', named };
    case 'thanks':
    case 'unclear':
      // Whoever thanks somebody that takes no turns waits for nobody's answer.
      if (audience.kind === 'nobody' && audience.reason === 'other-called') return null;
      return named === null ? { kind: read } : null;
  }
}
