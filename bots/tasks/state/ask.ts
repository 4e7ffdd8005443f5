import { z } from 'zod';
import { Objection } from '../../../bridge/protocol/act.ts';
import { Command } from '../../../bridge/protocol/command.ts';
import { FAULT_CODES } from '../../../bridge/protocol/fault.ts';
import { AgentId } from '../../../bridge/protocol/ids.ts';
import { Plan, PlanHash, StepId } from '../../../bridge/protocol/plan.ts';

/** What models are asked in a task, and what comes of it. Stored with the task. */

/** What a model is asked in a task. */
export const AskKind = z.enum(['triage', 'propose', 'critique', 'vote', 'work', 'verify', 'diagnose', 'report']);
export type AskKind = z.infer<typeof AskKind>;

export const Ask = z.object({
  /** Unique in the task and the same after a crash: `0.propose.gabriel`, `1.work.claude.notes`. */
  id: z.string().max(200),
  kind: AskKind,
  agent: AgentId,
  /** Of `work`: which step. */
  step: StepId.optional(),
  /** Milliseconds since 1970: who has not answered by then counts as absent. */
  until: z.int(),
});
export type Ask = z.infer<typeof Ask>;

/** The offline stand-in's word: it only showed how a mission goes, made a thing that it knows by heart, or cannot judge another's plan. */
export const Played = z.enum(['played', 'sample', 'unseen']);

export const Answer = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('triage'),
    goal: z.string().min(1).max(2_000),
    checks: z.array(z.string().min(1).max(500)).max(20),
    /** One agent alone is enough. */ plain: z.boolean(),
    /** What the mission asks for and nobody here can do. */ cannot: z
      .array(z.string().min(1).max(200))
      .max(5)
      .optional(),
  }),
  z.object({ kind: z.literal('propose'), plan: Plan }),
  z.object({ kind: z.literal('critique'), objections: z.array(Objection).max(50) }),
  z.object({ kind: z.literal('vote'), ranking: z.array(PlanHash).max(20), reason: z.string().max(2_000) }),
  z.object({ kind: z.literal('work'), text: z.string().min(1).max(100_000) }),
  z.object({
    kind: z.literal('verify'),
    holds: z.boolean(),
    why: z.string().max(4_000),
    quotes: z.array(z.object({ step: StepId, quote: z.string().min(1).max(1_000) })).max(20),
    played: Played.optional(),
    /** Parts of the mission that are not done, for nobody here can. */ missing: z
      .array(z.string().min(1).max(200))
      .max(5)
      .optional(),
  }),
  /** `command` replaces the failed one and has its id; null: nothing to patch, a new plan is needed. */
  z.object({ kind: z.literal('diagnose'), cause: z.string().max(4_000), command: Command.nullable() }),
  z.object({ kind: z.literal('report'), markdown: z.string().min(1).max(200_000) }),
]);
export type Answer = z.infer<typeof Answer>;

/** Why an ask came to nothing. `off-schema`: words, but none that could be used, after one more try. */
export const RefusalCode = z.enum([...FAULT_CODES, 'off-schema', 'blackout']);
export type RefusalCode = z.infer<typeof RefusalCode>;

/** What the plan check found: the field (`steps.2.command.after`), and a word for the problem. */
export const PlanFault = z.object({
  field: z.string(),
  problem: z.enum([
    'schema',
    'too-many-steps',
    'too-big',
    'double-id',
    'unknown-step',
    'waits-for-itself',
    'cycle',
    'unknown-agent',
    'not-lent',
    'lent-read-only',
    'host-not-allowed',
    'no-check',
    'too-long',
  ]),
  /** The name, number or message that the words need. */
  detail: z.string().optional(),
});
export type PlanFault = z.infer<typeof PlanFault>;

/** An ask that came to nothing: a fault of the model's, or a proposal that the plan check turned down. */
export const AskRefusal = z.object({
  ask: z.string(),
  round: z.int().nonnegative(),
  agent: AgentId,
  kind: AskKind,
  /** `plan`: see `faults`. `many`: there are twenty candidates already. `evidence`: quotes that stand nowhere. */
  code: z.union([RefusalCode, z.enum(['plan', 'many', 'evidence'])]),
  faults: z.array(PlanFault).max(20),
});
export type AskRefusal = z.infer<typeof AskRefusal>;
