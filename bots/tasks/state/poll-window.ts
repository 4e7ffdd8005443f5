import { pollWindowId } from './message-ids.ts';
import type { TaskState } from './task-state.ts';

/** How long the poll stays open for an owner who is there; 0 where it does not wait for him. */
export function pollWaitsMs({ pollOpen, timers, round, repolled, published }: TaskState, now: number): number {
  const until = timers[pollWindowId(round, repolled)];
  return pollOpen?.owner !== 'here' || until === undefined || published ? 0 : Math.max(0, until - now);
}
