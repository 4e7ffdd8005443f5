import type { TaskRules } from '../state/transitions.ts';

const MINUTE = 60_000;

/** How long the house waits, milliseconds. */
export const PATIENCE: TaskRules['patience'] = {
  triage: MINUTE,
  propose: 2 * MINUTE,
  critique: 2 * MINUTE,
  vote: 2 * MINUTE,
  work: 10 * MINUTE,
  verify: 3 * MINUTE,
  diagnose: 3 * MINUTE,
  report: 4 * MINUTE,
  /** A master sleeps, drives and works. */
  question: 24 * 60 * MINUTE,
  /** Beyond a command's own time: for the queue, and an executor that has to come back. */
  command: 15 * MINUTE,
};
