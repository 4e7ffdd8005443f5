import type { AgentId, EventId, Lang, RoomId, UserId } from '../../../bridge/protocol/ids.ts';
import type { TaskState } from './task-state.ts';

export interface NewTask {
  readonly root: EventId;
  readonly no: number;
  readonly room: RoomId;
  readonly lang: Lang;
  readonly by: UserId;
  readonly origin: TaskState['origin'];
  readonly mission: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly deadline: number;
  /** The ready agents: frozen from here on. */
  readonly electorate: readonly AgentId[];
}

/** A task that waits for its `begin`. */
export function newTask(task: NewTask): TaskState {
  return {
    v: 1,
    ...task,
    electorate: [...new Set(task.electorate)],
    lacks: [],
    began: task.at,
    phase: 'triage',
    since: task.at,
    version: 0,
    gone: [],
    leaving: [],
    silent: [],
    removed: [],
    round: 0,
    firstRound: 0,
    runs: 0,
    retry: null,
    alone: null,
    asks: [],
    triage: null,
    ...NO_PLAN_YET,
    attempts: {},
    earlier: [],
    report: null,
    withdrawn: null,
    outcome: null,
    ending: null,
    refusals: [],
    events: {},
    saying: [],
    unsaid: [],
    timers: {},
    frozenAt: null,
    freezes: 0,
    frozenMs: 0,
    tokens: { input: 0, output: 0 },
    costMicroUsd: 0,
  };
}

/** What a round begins with. */
export const NO_PLAN_YET = {
  reopened: false,
  recalled: 0,
  repolled: 0,
  pair: null,
  spared: [],
  settled: false,
  pollOpen: null,
  proposals: [],
  objections: [],
  ballots: [],
  published: false,
  tap: null,
  tapEvent: null,
  question: null,
  decision: null,
  plan: null,
  commands: {},
  works: {},
  patch: null,
  diagnoses: [],
  setback: null,
  verdict: null,
} satisfies Partial<TaskState>;
