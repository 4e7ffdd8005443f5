import { z } from 'zod';
import { CommandId } from '../../../bridge/protocol/command-fields.ts';
import { Command } from '../../../bridge/protocol/command.ts';
import { beyond } from '../../../bridge/protocol/tasks/patch-limits.ts';
import { MAX_PLAN_BYTES, MAX_STEPS, Plan, planBytes, stepId } from '../../../bridge/protocol/plan.ts';
import { canonical } from '../../../bridge/digest/canonical.ts';
import { candidatesFor, labelIn } from '../plan/candidates.ts';
import { evidenceNow } from '../plan/evidence.ts';
import { failedStep, proposedPatch } from '../plan/failed-step.ts';
import { readForgiving, withoutThoughts } from './forgiving.ts';
import { MAX_ANSWER_CHARS, objectsIn, type ObjectsInText } from './json-in-text.ts';
import type { LabelledProposal } from '../plan/plan-labels.ts';
import type { Answer, Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';

export type ParsedAnswer =
  | { readonly ok: true; readonly answer: Answer }
  | { readonly ok: false; /** For the model that is asked again. */ readonly faults: readonly string[] };

const MAX_FAULTS = 12;
/** How work is declined: nothing is better than an excuse taken for a result. */
export const DECLINED = /^\s*CANNOT:/;

/** What a model wrote, as an answer to what it was asked. Reads nothing but the model's own words; never throws. */
export function parseAnswer(text: string, state: TaskState, ask: Ask): ParsedAnswer {
  if (text.length > MAX_ANSWER_CHARS) return fail('the answer is far too long');
  const words = withoutThoughts(text).toWellFormed();
  switch (ask.kind) {
    case 'triage':
      return one(objectsIn(words), Triage, ({ cannot, ...said }) =>
        answered({ kind: 'triage', ...said, ...(cannot === undefined || cannot.length === 0 ? {} : { cannot }) }),
      );
    case 'propose':
      return propose(words);
    case 'critique':
      return one(objectsIn(words), Critique, ({ objections }) => {
        const read = objections.map((objection) => readForgiving(Objection, objection));
        const wrong = read.find(({ success }) => !success);
        // One that cannot be read costs itself; where none can, the critic is asked again.
        if (wrong !== undefined && read.every(({ success }) => !success)) return fail(...faultsOf(wrong.error));
        const candidates = byLabel(state, ask);
        const standing = read.flatMap(({ data }) =>
          data === undefined ? [] : objectionTo(candidates.get(labelIn(data.of)), data),
        );
        return answered({ kind: 'critique', objections: standing.slice(0, 50) });
      });
    case 'vote':
      return one(objectsIn(words), Vote, ({ ranking, reason }) => {
        const candidates = byLabel(state, ask);
        const hashes = ranking.flatMap((label) => candidates.get(labelIn(label))?.proposal.hash ?? []);
        // A wrong letter costs that letter. Wrong ones alone are no abstention.
        const [unknown] = ranking;
        if (hashes.length === 0 && unknown !== undefined)
          return fail(`ranking: there is no proposal ${JSON.stringify(unknown.slice(0, 20))}`);
        return answered({ kind: 'vote', ranking: [...new Set(hashes)].slice(0, 20), reason });
      });
    case 'verify':
      return one(objectsIn(words), Verify, (said) => verify(said, state));
    case 'diagnose':
      return one(agreeing(objectsIn(words), state, ask), Diagnose, (said) => diagnose(said, state, ask));
    case 'work':
    case 'report':
      return prose(words, ask.kind);
  }
}

/** What a model is likely to write; labels in place of hashes. */
const Flag = z.preprocess((value) => (value === 'true' ? true : value === 'false' ? false : value), z.boolean());
const Few = z.array(z.string().trim().min(1).max(200)).max(5).optional().catch(undefined);
const Triage = z.object({
  goal: z.string().trim().min(1).max(2_000),
  checks: z.preprocess(
    (value) => (typeof value === 'string' ? [value] : value),
    z.array(z.string().trim().min(1).max(500)).max(20),
  ),
  plain: Flag,
  cannot: Few,
});
const Objection = z.object({
  of: z.string().max(40),
  step: z.string().max(100),
  text: z.string().trim().min(1).max(2_000),
});
const Critique = z.object({ objections: z.array(z.unknown()).max(200) });
/** `"B > A"` is a ranking, too. */
const Ranking = z.preprocess(
  (value) => (typeof value === 'string' ? value.split(/[>,\s]+/).filter((word) => word !== '') : value),
  z.array(z.string().max(40)).max(40),
);
const Vote = z.object({ ranking: Ranking, reason: z.string().max(2_000).default('') });
const Quote = z.object({ step: z.string().max(100), quote: z.string().trim().min(1).max(1_000) });
const Quotes = z
  .array(z.unknown())
  .max(20)
  .default([])
  .transform((quotes) => quotes.flatMap((quote) => Quote.safeParse(quote).data ?? []));
const Verify = z.object({ holds: Flag, why: z.string().max(4_000).default(''), quotes: Quotes, missing: Few });
const Diagnose = z.object({ cause: z.string().max(4_000), command: Command.nullable() });

const answered = (answer: Answer): ParsedAnswer => ({ ok: true, answer });
const fail = (...faults: readonly string[]): ParsedAnswer => ({ ok: false, faults: faults.slice(0, MAX_FAULTS) });

/**
 * Exactly one object that fits. Two different ones that both do are not ours to choose between: one of them may be
 * quoted from material.
 */
function one<T>(
  { objects, unclosed }: ObjectsInText,
  schema: z.ZodType<T>,
  then: (said: T) => ParsedAnswer,
): ParsedAnswer {
  if (objects.length === 0) return fail(unclosed ? CUT_OFF : 'there is no JSON object in the answer, or it is broken');
  const read = objects.map((object) => readForgiving(schema, unwrapped(object)));
  const fitting = new Map(
    read.flatMap(({ data }) => (data === undefined ? [] : [[JSON.stringify(data), data] as const])),
  );
  const [said] = fitting.values();
  if (said === undefined)
    return fail(...(unclosed ? [CUT_OFF] : []), ...faultsOf(read.findLast(({ error }) => error !== undefined)?.error));
  if (fitting.size > 1) return fail('there are several different JSON objects: write exactly one');
  return then(said);
}

const Wrapped = z.strictObject({ answer: z.looseObject({}) });

/** As the one schema for all phases asks for it. */
const unwrapped = (object: unknown): unknown => Wrapped.safeParse(object).data?.answer ?? object;

const CUT_OFF = 'a brace is never closed: the JSON is broken or cut off; be shorter';

const Steps = z.object({ steps: z.array(z.unknown()) });

function propose(text: string): ParsedAnswer {
  // Thousands of steps are not worth looking into.
  const found = objectsIn(text);
  const long = found.objects.find((object) => (Steps.safeParse(unwrapped(object)).data?.steps.length ?? 0) > MAX_STEPS);
  if (long !== undefined) return fail(`steps: more than ${MAX_STEPS}`);
  return one(found, Plan, (plan) => {
    const bytes = planBytes(canonical(plan));
    if (bytes > MAX_PLAN_BYTES) return fail(`the plan takes ${bytes} bytes as JSON; at most ${MAX_PLAN_BYTES}`);
    return answered({ kind: 'propose', plan });
  });
}

function objectionTo(
  candidate: LabelledProposal | undefined,
  { step, text }: { readonly step: string; readonly text: string },
) {
  const named = CommandId.safeParse(step).data;
  if (
    candidate === undefined ||
    named === undefined ||
    !candidate.proposal.plan.steps.some((other) => stepId(other) === named)
  )
    return [];
  return [{ of: candidate.proposal.hash, step: named, text }];
}

const byLabel = (state: TaskState, { agent }: Ask) =>
  new Map(candidatesFor(state, agent).map((candidate) => [candidate.label, candidate] as const));

/** Quotes that stand nowhere are dropped; who says that all is well and can quote nothing has not looked. */
function verify({ holds, why, quotes, missing = [] }: z.infer<typeof Verify>, state: TaskState): ParsedAnswer {
  const evidence = evidenceNow(state);
  const real = quotes.flatMap((said) => {
    const from = evidence.find(({ step }) => stepId(step) === said.step);
    const quote = from === undefined ? undefined : asItStands(said.quote, from.output);
    return from === undefined || quote === undefined ? [] : [{ step: stepId(from.step), quote }];
  });
  const quotable = evidence.some(({ output }) => output.trim() !== '');
  if (holds && quotable && real.length === 0)
    return fail('quotes: none of them stands letter for letter in the output of the step it names');
  return answered({ kind: 'verify', holds, why, quotes: real, ...(missing.length === 0 ? {} : { missing }) });
}

const MAX_QUOTE = 1_000;

/** The quoted words, letter for letter: blanks and ends of lines are all that a model may have changed. */
function asItStands(quote: string, output: string): string | undefined {
  const said = quote.trim().replace(/\s+/g, ' ');
  // Of each letter of the output with its blanks made single: where it stands in the output itself.
  let single = '';
  const places: number[] = [];
  for (const piece of output.matchAll(/\s+|\S+/g)) {
    const blank = piece[0].trim() === '';
    single += blank ? ' ' : piece[0];
    for (let at = 0; at < (blank ? 1 : piece[0].length); at += 1) places.push(piece.index + at);
  }
  const at = said === '' ? -1 : single.indexOf(said);
  const from = places[at];
  const last = places[at + said.length - 1];
  if (from === undefined || last === undefined) return undefined;
  const found = output.slice(from, last + 1);
  return found.length > MAX_QUOTE ? undefined : found;
}

const Agrees = z.looseObject({ command: z.literal('same') });

/** `"same"` is the command that another agent has put in the place of the failed one. */
function agreeing({ objects, unclosed }: ObjectsInText, state: TaskState, { step }: Ask): ObjectsInText {
  const proposed = proposedPatch(state, step);
  if (proposed === null) return { objects, unclosed };
  return {
    unclosed,
    objects: objects
      .map(unwrapped)
      .map((object) => (Agrees.safeParse(object).success ? { ...Agrees.parse(object), command: proposed } : object)),
  };
}

function diagnose({ cause, command }: z.infer<typeof Diagnose>, state: TaskState, ask: Ask): ParsedAnswer {
  if (command === null) return answered({ kind: 'diagnose', cause, command });
  const failed = failedStep(state, ask)?.step;
  if (failed?.kind !== 'command' || command.id !== failed.command.id)
    return fail('command.id: has to be that of the command that failed');
  const more = beyond(command, failed.command);
  return more === null
    ? answered({ kind: 'diagnose', cause, command })
    : fail(`command: ${more}; give null if it is needed`);
}

const LONGEST = { work: 100_000, report: 200_000 } as const;

/** Work and reports are read by people: the whole answer is the text, without a fence around it. */
function prose(text: string, kind: 'work' | 'report'): ParsedAnswer {
  if (DECLINED.test(text)) return fail('the work was declined');
  const [, inside] = /^\s*```(?:markdown|md)\n([\s\S]*)\n```\s*$/.exec(text) ?? [];
  const words = (inside ?? text).trim();
  if (words === '') return fail('the answer is empty');
  const max = LONGEST[kind];
  const kept = words.length <= max ? words : `${words.slice(0, max - 10).toWellFormed()}\n[…]`;
  return answered(kind === 'work' ? { kind, text: kept } : { kind, markdown: kept });
}

function faultsOf(error: z.ZodError | undefined): readonly string[] {
  const faults = (error?.issues ?? []).map(
    (issue) => `${issue.path.join('.').slice(0, 120) || 'the whole'}: ${issue.message.slice(0, 200)}`,
  );
  return faults.length === 0 ? ['the answer does not fit'] : faults;
}
