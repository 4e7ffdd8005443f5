import { messageId } from '../state/message-ids.ts';
import type { AskKind } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

/** The call for proposals of the round. */
export const callOf = ({ events, round, recalled }: TaskState) => events[messageId.electorate(round, recalled)];

/** The latest hour by which somebody asked for that has to answer. */
export function askedUntil(state: TaskState, kinds: readonly AskKind[]): number | undefined {
  const until = state.asks.filter(({ kind }) => kinds.includes(kind)).map((ask) => ask.until);
  return until.length === 0 ? undefined : Math.max(...until);
}
