import { z } from 'zod';
import { CommandResult } from '../../../bridge/protocol/act.ts';
import { AgentId, EventId, UserId } from '../../../bridge/protocol/ids.ts';
import { PlanHash, StepId } from '../../../bridge/protocol/plan.ts';
import type { Judgement } from '../../../bridge/protocol/judging/judgement.ts';
import { Answer, Ask, RefusalCode } from './ask.ts';
import { Say, type TaskState, WantedRevision } from './task-state.ts';

/** What happens to a task. Late, doubled and forged ones change nothing. `at`: milliseconds since 1970. */
const at = z.int();
export const TaskEvent = z.discriminatedUnion('kind', [
  /** Of a new task, once its state is stored. */
  z.object({ kind: z.literal('begin'), at }),
  z.object({
    kind: z.literal('answered'),
    at,
    ask: z.string(),
    answer: Answer,
    tokens: z.object({ input: z.int(), output: z.int() }).optional(),
    costMicroUsd: z.int().optional(),
  }),
  z.object({ kind: z.literal('refused'), at, ask: z.string(), code: RefusalCode }),
  /** A `say` effect is in the room. */
  z.object({ kind: z.literal('said'), at, id: z.string(), event: EventId }),
  /** It never will be: the homeserver does not take it. What it would have been evidence of does not count. */
  z.object({ kind: z.literal('unsaid'), at, id: z.string() }),
  /** A master's tap in the poll, in the response `event`; null took it back. */
  z.object({ kind: z.literal('tapped'), at, by: UserId, hash: PlanHash.nullable(), event: EventId }),
  /** Whether a master is at the room, as the poll's `presence` effect has asked. */
  z.object({ kind: z.literal('presence'), at, here: z.boolean() }),
  /** `!choose`, in the master's event `event`. */
  z.object({ kind: z.literal('chosen'), at, by: UserId, hash: PlanHash, event: EventId }),
  z.object({ kind: z.literal('result'), at, result: CommandResult }),
  z.object({ kind: z.literal('timer'), at, id: z.string() }),
  /** Everything stands still, `!freeze`; and goes on. */
  z.object({ kind: z.literal('frozen'), at }),
  z.object({ kind: z.literal('thawed'), at }),
  /** An agent is no longer of the house. */
  z.object({ kind: z.literal('left'), at, agent: AgentId }),
  z.object({ kind: z.literal('cancel'), at, by: UserId.nullable() }),
  /** `!retry`, in the master's event `event`: of a failed, partial, cancelled or asking task. */
  z.object({ kind: z.literal('retry'), at, by: UserId, ready: z.array(AgentId), event: EventId }),
  /** A master wants something changed of what a finished task has made. */
  WantedRevision.extend({ kind: z.literal('revise'), at }),
  /** He has changed or deleted the message in which he said so. */
  z.object({ kind: z.literal('retracted'), at, event: EventId }),
]);
export type TaskEvent = z.infer<typeof TaskEvent>;

/** What a transition sets off. Ids are unique in the task and the same after a crash: doing one twice does it once. */
export const TaskEffect = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('ask'), id: z.string(), ask: Ask }),
  /** A message in the thread; its words are made from the state by `what` (bots/tasks/messages/saying.ts). Answered by `said`. */
  /** Answered by `said`. */
  Say.extend({ kind: z.literal('say') }),
  z.object({ kind: z.literal('dispatch'), id: z.string(), plan: PlanHash, step: StepId, attempt: z.int().positive() }),
  /** Nobody waits for this question any more: what the provider has begun for it is to end there. */
  z.object({ kind: z.literal('abandon'), id: z.string(), agent: AgentId, turn: z.string() }),
  /** Whether a master is there to vote. Answered by `presence`. */
  z.object({ kind: z.literal('presence'), id: z.string() }),
  /** Commands that were sent need no longer run. */
  z.object({ kind: z.literal('withdraw'), id: z.string() }),
  /** A `timer` event with this id at that time. `timer`: its id, where that is not the effect's own: set again after a freeze. */
  z.object({ kind: z.literal('timer'), id: z.string(), at: z.int(), timer: z.string().optional() }),
]);
export type TaskEffect = z.infer<typeof TaskEffect>;

export interface Transition {
  readonly state: TaskState;
  readonly effects: readonly TaskEffect[];
}

/** What the reducer is told of the house: a change of it changes no transition already made. */
export interface TaskRules {
  readonly integrator: AgentId;
  /** Who could be asked now; electorates are frozen, leaving happens at phase borders. */
  readonly agents: readonly AgentId[];
  /** Those of the roster; the others live elsewhere, or did, and nobody waits twice for one of them. Absent: all are residents. */
  readonly residents?: readonly AgentId[];
  readonly lent: readonly { readonly name: string; readonly mode: 'ro' | 'rw' }[];
  /** `host:port` that the policy lets commands reach; null leaves it to each approval. */
  readonly hosts?: readonly string[] | null;
  /** Somebody here looks things up on the internet. */
  readonly searches?: boolean;
  /** Letters can be sent here. */
  readonly mails?: boolean;
  readonly hash: (value: unknown) => string;
  /** Who criticises and votes, and is asked for a plan only where nobody else has one. */
  readonly seconds?: ReadonlySet<AgentId>;
  /** Whose provider works on at a question, and costs, until it is told to stop. */
  readonly worksOn?: ReadonlySet<AgentId>;
  /** Absent: as it was before there was a choice. */
  readonly judgement?: Judgement;
  /** Whose model each agent is, for two that do not err alike. */
  readonly vendors?: ReadonlyMap<AgentId, string>;
  /** How many times that patience an agent is given; once where it is not named. */
  readonly slowness?: ReadonlyMap<AgentId, number>;
  /** Milliseconds. */
  readonly patience: {
    readonly triage: number;
    readonly propose: number;
    readonly critique: number;
    readonly vote: number;
    readonly work: number;
    readonly verify: number;
    readonly diagnose: number;
    readonly report: number;
    readonly question: number;
    readonly command: number;
  };
}

/** @returns the same state and no effects where the event changes nothing. Written in `reduce.ts`. */
export type Reduce = (state: TaskState, event: TaskEvent, rules: TaskRules) => Transition;
