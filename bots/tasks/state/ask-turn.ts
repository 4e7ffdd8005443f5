import type { Ask } from './ask.ts';
import type { TaskState } from './task-state.ts';

/**
 * Names a question to its provider, the same after a crash. A model that was asked before a freeze has been told that
 * nobody waits any more: it is asked anew.
 */
export const askTurn = ({ root, freezes }: Pick<TaskState, 'root' | 'freezes'>, { id }: Pick<Ask, 'id'>): string =>
  [root, id, ...(freezes === 0 ? [] : [`thawed.${freezes}`])].join('.');

/** The same question once more, its first answer could not be used. */
export const repairTurn = (turn: string): string => `${turn}.repair`;
