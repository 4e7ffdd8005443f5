import { z } from 'zod';
import { CommandResult, Objection } from '../../../bridge/protocol/act.ts';
import { Command } from '../../../bridge/protocol/command.ts';
import { AgentId, EventId, Lang, RoomId, UserId } from '../../../bridge/protocol/ids.ts';
import { Ask, AskRefusal, Played } from './ask.ts';
import { NEEDS } from './mission-needs.ts';
import { Plan, PlanHash, StepId } from '../../../bridge/protocol/plan.ts';

/** A task as it is kept in Redis: everything that decides what comes next, and nothing that can be computed from it. */

export const Phase = z.enum([
  'triage',
  'proposing',
  'critique',
  'voting',
  /** The master is asked something: `question` says what. */
  'asking',
  'executing',
  'verifying',
  'diagnosing',
  'reporting',
  'done',
  'partial',
  'failed',
  'cancelled',
]);
export type Phase = z.infer<typeof Phase>;
export const ENDED: ReadonlySet<Phase> = new Set(['done', 'partial', 'failed', 'cancelled']);

export const Proposal = z.object({
  hash: PlanHash,
  plan: Plan,
  /** Equal plans are one candidate of several. */
  authors: z.array(AgentId).min(1),
  /** Where each author said it. */
  events: z.array(EventId),
});
export type Proposal = z.infer<typeof Proposal>;

export const CommandState = z.object({
  state: z.enum(['waiting', 'sent', 'asked', 'running', 'done', 'failed', 'refused', 'stopped', 'unknown']),
  /** How often it was sent, whatever its command has become meanwhile. */
  attempt: z.int().nonnegative(),
  /** Of them, after a diagnosis: 2 at most. */
  retries: z.int().nonnegative().default(0),
  result: CommandResult.optional(),
});
export const WorkState = z.object({
  state: z.enum(['waiting', 'asked', 'done', 'failed']),
  text: z.string().optional(),
  tries: z.int().nonnegative(),
});

export type CommandState = z.infer<typeof CommandState>;
export type WorkState = z.infer<typeof WorkState>;

/** A message for the thread; `sayingOf` makes its words of the state. */
export const Say = z.object({
  /** Unique in the task; the message's place in `TaskState.events` (`message-ids.ts`). */
  id: z.string(),
  /** null: the coordinator. */
  as: AgentId.nullable(),
  what: z.enum([
    'electorate',
    'voters',
    'proposal',
    'critique',
    'refusal',
    'poll',
    'poll-vote',
    'poll-end',
    'ballot',
    'ballots',
    'decision',
    'plan',
    'run',
    'question',
    'work',
    'patch',
    'patched',
    'failure',
    'verdict',
    'report',
    'ended',
    'notice',
  ]),
  /** Which of them: an agent, a step, a plan's hash, an ask. */
  about: z.string().optional(),
  /** The phone rings: approval wanted, question, finished, failed; nothing else. */
  rings: z.boolean().optional(),
});
export type Say = z.infer<typeof Say>;

/** A change that a master has asked for in the thread of a finished task, in his message `event`. */
export const WantedRevision = z.object({
  event: EventId,
  by: UserId,
  words: z.string().min(1).max(8_000),
  /** Of the message, its origin_server_ts. */
  sent: z.int(),
  /** Who could take part when it was said. */
  ready: z.array(AgentId),
  /** Who was called by name to do it. */
  agent: AgentId.optional(),
});
export type WantedRevision = z.infer<typeof WantedRevision>;

/** The round that such changes have begun: the newest message is what its commands rest on. */
export const Revision = WantedRevision.pick({ event: true, by: true, words: true, sent: true }).extend({
  /** 1 is the first one of the task. */
  no: z.int().positive(),
  /** The run whose result is being changed: what was made is known by it. */
  of: z.int().nonnegative(),
  /** All messages that it carries out. */
  parts: z.array(EventId).min(1),
  /** One agent makes it alone, as long as it asks for nothing that the task has not had. */
  small: z.boolean(),
  /** Its first round: what was carried out before was not for it. A `!retry` begins no other change. */
  since: z.int().nonnegative().optional(),
});
export type Revision = z.infer<typeof Revision>;

/** How a plan came to win, by the letters under which people know the plans. */
export const LastVote = z.object({
  round: z.int().nonnegative(),
  rule: z.enum(['vote', 'choice', 'alone']),
  winner: z.string(),
  plans: z.array(z.object({ label: z.string(), goal: z.string(), authors: z.array(AgentId) })),
  ballots: z.array(z.object({ by: AgentId, ranking: z.array(z.string()), reason: z.string() })),
  objections: z.array(z.object({ by: AgentId, of: z.string(), text: z.string() })),
});
export type LastVote = z.infer<typeof LastVote>;

/** Where a task comes from; `schedule` and `cycle` wait for no answer of the master's to go on. */
export const TaskOrigin = z.enum(['master', 'schedule', 'cycle', 'outside']);

/** Why a task ended as it did. */
export const TaskOutcome = z.enum([
  'done',
  /** A thing known by heart was made, and is there. */
  'sample',
  /** Only shown, by the offline stand-in. */
  'rehearsed',
  /** All that could be done here was; for a part of the mission there is no means. */
  'no-means',
  /** Nobody could take part. */
  'no-agents',
  /** No usable plan, and no master to ask or no answer of his: see `skipped-*`. */
  'no-plan',
  'no-quorum',
  'no-winner',
  'skipped-no-plan',
  'skipped-no-quorum',
  'skipped-no-winner',
  'skipped-unknown-command',
  /** The winner did not pass the plan check when it was to begin. */
  'plan-unfit',
  /** A change of what was made wants more than the task had: it is everybody's to decide. */
  'asks-for-more',
  'command-failed',
  'command-refused',
  'command-stopped',
  'unknown-command',
  'work-failed',
  /** What was asked for was not reached, says who checked. */
  'not-verified',
  /** Nobody could check. */
  'unverified',
  /** The room took no more of what had to be said. */
  'not-said',
  'deadline',
  'cancelled',
]);
export type TaskOutcome = z.infer<typeof TaskOutcome>;

export const TaskState = z.object({
  v: z.literal(1),
  /** The master's event, and the thread. */
  root: EventId,
  /** What people call it: `#12`. */
  no: z.int().positive(),
  room: RoomId,
  lang: Lang,
  by: UserId,
  origin: TaskOrigin,
  mission: z.string().min(1),
  /** What it asks for and the house has no means for, by its words. */
  lacks: z.array(z.enum(NEEDS)).default([]),
  /** origin_server_ts of the root. */
  at: z.int(),
  /** When it began, or was begun again by `!retry`. */
  began: z.int(),
  /** By then it has ended. */
  deadline: z.int(),
  phase: Phase,
  /** When the phase began. */
  since: z.int(),
  /** Grows with every transition; the store takes a state only over the one before it. */
  version: z.int().nonnegative(),
  /** Frozen: the ready agents when it began. */
  electorate: z.array(AgentId),
  /** Of them, who has left at a phase border. */
  gone: z.array(AgentId),
  /** Who leaves at the next one: out of quota, or silent. */
  leaving: z.array(AgentId),
  /** Of the electorate, those who live elsewhere and gave no answer when they were asked: no quorum is reckoned with them. */
  silent: z.array(AgentId).optional(),
  /** Put out of the house while the task went on: in no electorate any more. */
  removed: z.array(AgentId).default([]),
  /** How often the electorate, and the poll, of this round were said anew for that. */
  recalled: z.int().nonnegative().default(0),
  repolled: z.int().nonnegative().default(0),
  /** Of plans: 0, and one more for each new plan; never again the same, also after `!retry`. */
  round: z.int().nonnegative(),
  /** The round in which this run began: 2 new plans at most from there. */
  firstRound: z.int().nonnegative(),
  /** How often a master's `!retry` began it again, and his last one. */
  runs: z.int().nonnegative(),
  retry: EventId.nullable(),
  /** What the finished task is being changed to, or was last; absent: nobody has asked for a change. */
  revision: Revision.optional(),
  /** Changes that wait for the one under way, the oldest first. */
  revisionsWanted: z.array(WantedRevision).max(20).optional(),
  /** Of the vote before the changes. */
  lastVote: LastVote.optional(),
  /** Of what plans that were carried out before have read. */
  held: z.object({ untrusted: z.boolean(), private: z.boolean() }).optional(),
  /** The vote of this round was opened again. */
  reopened: z.boolean(),
  /** Two are asked for a plan before the others: equal ones are done without them. */
  pair: z.tuple([AgentId, AgentId]).nullable().optional(),
  /** Those who were not asked, since the pair agreed: they are of the next round. */
  spared: z.array(AgentId).optional(),
  /** Since when the poll can be tapped, and whether an owner is there for whom it stays open. */
  pollOpen: z
    .object({ at: z.int(), owner: z.enum(['unasked', 'asked', 'here', 'away']) })
    .nullable()
    .optional(),
  /** The vote ended before all ballots were in, for none of them could have changed it. */
  settled: z.boolean().optional(),
  /** Runs on one agent's word, labelled so. */
  alone: AgentId.nullable(),
  asks: z.array(Ask),
  triage: z
    .object({
      goal: z.string(),
      checks: z.array(z.string()),
      by: AgentId.nullable(),
      cannot: z.array(z.string()).optional(),
    })
    .nullable(),
  proposals: z.array(Proposal),
  objections: z.array(Objection.extend({ by: AgentId })),
  ballots: z.array(
    z.object({ by: AgentId, ranking: z.array(PlanHash), reason: z.string(), event: EventId.optional() }),
  ),
  /** Ballots are on their way into the room: the vote is over. */
  published: z.boolean(),
  /** The master's tap in the poll, and its event. */
  tap: PlanHash.nullable(),
  tapEvent: EventId.nullable(),
  question: z
    .object({ kind: z.enum(['no-quorum', 'no-winner', 'no-plan', 'unknown-command']), event: EventId.optional() })
    .nullable(),
  decision: z
    .object({
      winner: PlanHash,
      rule: z.enum(['vote', 'choice', 'alone']),
      countedBy: z.string(),
      choice: EventId.optional(),
      event: EventId.optional(),
    })
    .nullable(),
  /** The plan in force: the winner's, with its patches. */
  plan: z
    .object({
      hash: PlanHash,
      plan: Plan,
      authors: z.array(AgentId),
      /** decision or patched. */ event: EventId.optional(),
    })
    .nullable(),
  commands: z.record(z.string(), CommandState),
  works: z.record(z.string(), WorkState),
  /** How often (plan hash).(step) was sent, over all rounds. */
  attempts: z.record(z.string(), z.int().positive()),
  /** Plans that were carried out before the one in force, the newest last. */
  earlier: z
    .array(
      z.object({
        round: z.int(),
        hash: PlanHash,
        plan: Plan,
        commands: z.record(z.string(), CommandState),
        works: z.record(z.string(), WorkState),
        /** What diagnoses and the verdict said against it. */ why: z.array(z.string()).optional(),
      }),
    )
    .max(2),
  /** Being agreed on while `diagnosing`: the plan with one command replaced, by whom, and where they said so. */
  patch: z
    .object({
      step: StepId,
      of: PlanHash,
      hash: PlanHash,
      plan: Plan,
      by: z.array(AgentId).min(1).max(2),
      events: z.array(EventId),
    })
    .nullable(),
  diagnoses: z.array(z.object({ step: StepId, by: AgentId, cause: z.string(), command: Command.nullable() })),
  verdict: z
    .object({
      by: AgentId.nullable(),
      holds: z.boolean(),
      why: z.string(),
      quotes: z.array(z.object({ step: StepId, quote: z.string() })),
      played: Played.optional(),
      missing: z.array(z.string()).optional(),
    })
    .nullable(),
  /** The integrator's; null: made by code of the results, when nobody could. */
  report: z.string().nullable(),
  /** Why this plan is given up for a new one: being told to the thread, and nothing goes on until it stands there. */
  setback: z.object({ why: TaskOutcome, step: StepId.optional() }).nullable(),
  /** The `withdraw` that ended the commands of this run. */
  withdrawn: z.string().nullable(),
  /** How it will end, while it is reported. */
  outcome: z.enum(['done', 'partial', 'failed']).nullable(),
  /** Why it ended as it did: a word of `bridge/text/tasks/tasks.ts`. */
  ending: TaskOutcome.nullable(),
  refusals: z.array(AskRefusal).max(60),
  /** Messages in the room, by the ids of their `say` (`message-ids.ts`), and the `card`. */
  events: z.record(z.string(), EventId),
  /** On their way into the room. */
  saying: z.array(Say),
  /** What the room did not take, by id. */
  unsaid: z.array(z.string()).default([]),
  /** Since when the swarm's freeze holds it; then its clock stands still and nothing is asked or sent (`freeze.ts`). */
  frozenAt: z.int().nullable().default(null),
  /** How often it was frozen, and how long it stood still in this run, without the freeze that holds it. */
  freezes: z.int().nonnegative().default(0),
  frozenMs: z.int().nonnegative().default(0),
  /** Set, by id: when. Others that come are ignored. */
  timers: z.record(z.string(), z.int()),
  tokens: z.object({ input: z.int().nonnegative(), output: z.int().nonnegative() }),
  costMicroUsd: z.int().nonnegative(),
});
export type TaskState = z.infer<typeof TaskState>;
