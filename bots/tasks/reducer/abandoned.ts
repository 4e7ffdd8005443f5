import { askTurn } from '../state/ask-turn.ts';
import type { TaskState } from '../state/task-state.ts';
import type { TaskEffect, TaskEvent, TaskRules } from '../state/transitions.ts';

/**
 * Questions that nobody waits for any more, of those whose provider works on unasked. An effect, so that a swarm that
 * is killed, or was not there when the task was called off, still has it stopped.
 */
export function abandoned(
  before: TaskState,
  after: TaskState,
  event: TaskEvent,
  { worksOn }: Pick<TaskRules, 'worksOn'>,
): readonly TaskEffect[] {
  if (worksOn === undefined || worksOn.size === 0) return [];
  const frozen = before.frozenAt === null && after.frozenAt !== null;
  const open = new Set(frozen ? [] : after.asks.map(({ id }) => id));
  const answered = event.kind === 'answered' ? event.ask : undefined;
  return before.asks
    .filter(({ id, agent }) => worksOn.has(agent) && id !== answered && !open.has(id))
    .map((ask) => {
      const turn = askTurn(before, ask);
      return { kind: 'abandon', id: `abandon.${turn.slice(before.root.length + 1)}`, agent: ask.agent, turn };
    });
}
