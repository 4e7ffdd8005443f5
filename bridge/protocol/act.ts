import { z } from 'zod';
import { AgentId, EventId } from './ids.ts';
import { PlanHash, StepId } from './plan.ts';

/** FIPA communicative acts (SC00037J), those that tasks need. */
export const Performative = z.enum([
  'request',
  'agree',
  'refuse',
  'propose',
  'accept-proposal',
  'reject-proposal',
  'inform',
  'failure',
  'query-ref',
  'cancel',
  'not-understood',
  'cfp',
  'confirm',
]);
export type Performative = z.infer<typeof Performative>;

export const Objection = z.object({ of: PlanHash, step: StepId, text: z.string().min(1).max(2_000) });
export type Objection = z.infer<typeof Objection>;

/** What a message of a task says, for whoever reads it with a program. */
export const ActContent = z.discriminatedUnion('kind', [
  /** cfp, of the coordinator: who is asked, frozen for the round. */
  z.object({ kind: z.literal('electorate'), round: z.int().nonnegative(), agents: z.array(AgentId).min(1).max(200) }),
  /** propose, of an agent: `plan` is the canonical JSON whose hash is `hash`. */
  z.object({ kind: z.literal('proposal'), round: z.int().nonnegative(), hash: PlanHash, plan: z.string().max(45_000) }),
  /** inform, of an agent. */
  z.object({ kind: z.literal('critique'), round: z.int().nonnegative(), objections: z.array(Objection).max(100) }),
  /** inform, of an agent: best first, who is left out is worse than all; empty is an abstention. */
  z.object({
    kind: z.literal('ballot'),
    round: z.int().nonnegative(),
    ranking: z.array(PlanHash).max(20),
    reason: z.string().max(2_000),
  }),
  /**
   * accept-proposal, of the coordinator: with what it names, everybody can count again. `choice` is a master's
   * `!choose` that overrules; `alone` only where the electorate names one agent. `proposals` in the order in which
   * they were numbered for the master; `tap` is the master's poll response that was counted.
   */
  z.object({
    kind: z.literal('decision'),
    round: z.int().nonnegative(),
    rule: z.enum(['vote', 'choice', 'alone']),
    winner: PlanHash,
    electorate: EventId,
    /** A second electorate of the round, part of the first: those left when others had fallen silent. */
    voters: EventId.optional(),
    proposals: z.array(EventId).min(1).max(20),
    ballots: z.array(EventId).max(200),
    choice: EventId.optional(),
    tap: EventId.optional(),
  }),
  /** agree, of an agent: the winning plan with one failed command replaced; `of` is the plan as it stood. */
  z.object({ kind: z.literal('patch'), of: PlanHash, step: StepId, hash: PlanHash, plan: z.string().max(45_000) }),
  /** confirm, of the coordinator: two agents' equal patches (one where one runs alone) of the decision's plan, or of an earlier patch's. */
  z.object({ kind: z.literal('patched'), base: EventId, patches: z.array(EventId).min(1).max(2), hash: PlanHash }),
  /** Anything else that a task says. */
  z.object({ kind: z.literal('words') }),
]);
export type ActContent = z.infer<typeof ActContent>;

export const ONTOLOGY = 'chavion-task';

export const Act = z.object({
  performative: Performative,
  /** The task: its root event. */
  conversation: EventId,
  inReplyTo: EventId.optional(),
  /** Milliseconds since 1970; later answers change nothing. */
  replyBy: z.int().nonnegative().optional(),
  ontology: z.literal(ONTOLOGY),
  content: ActContent,
});
export type Act = z.infer<typeof Act>;

/** How a command of a plan ended, in the executor's message in the task's thread. */
export const CommandResult = z.object({
  plan: PlanHash,
  step: StepId,
  attempt: z.int().positive(),
  state: z.enum(['asked', 'running', 'done', 'failed', 'refused', 'stopped', 'unknown']),
  /** Why it failed or was refused, as a word of the executor's. */
  why: z.string().max(100).optional(),
  detail: z.string().max(500).optional(),
  exitCode: z.int().optional(),
  ms: z.int().nonnegative().optional(),
  /** The end of the output, of what was read its beginning: clean, without secrets. */
  output: z.string().max(24_000).optional(),
  artifacts: z
    .array(
      z.object({
        path: z.string().max(1_024),
        url: z.string().max(500),
        bytes: z.int().nonnegative(),
        mediaType: z.string().max(100),
        event: EventId.optional(),
      }),
    )
    .max(20)
    .optional(),
  /** The report in ops, where all of it stands. */
  report: EventId.optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;
