import { z } from 'zod';
import type { AgentConfig } from '../../../bridge/protocol/roster.ts';
import { type Plan, stepId } from '../../../bridge/protocol/plan.ts';
import type { AnswerFormat, JsonSchema } from '../../models/providers/provider.ts';
import { candidatesFor } from '../plan/candidates.ts';
import { filePlan, sentencePlan, simpleFile, wordsPlan } from '../plan/simple-plan.ts';
import { wantedNow } from '../plan/promised-files.ts';
import type { AskFacts } from '../prompts/facts.ts';
import { quotableLines, simplePrompt } from '../prompts/simple.ts';
import type { Ask, AskKind } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import { parseAnswer, type ParsedAnswer } from './answer-parse.ts';
import { closeJson } from './cut-off.ts';
import { withoutThoughts } from './forgiving.ts';
import { objectsIn } from './json-in-text.ts';

/** The rules, commands and schemas of the full form take about half of this. */
const FULL_FORM_TOKENS = 8_000;

/** Once is a slip, also of a large model, which would plan without commands from then on; but not where the plan itself failed. */
const SLIPS = 2;

/** Who is asked in the simple form: whoever the roster names, and who has not managed the full one in this run. */
export function isAskedSimply(
  { id, contextTokens, simple }: Pick<AgentConfig, 'id' | 'contextTokens' | 'simple'>,
  { refusals, firstRound }: Pick<TaskState, 'refusals' | 'firstRound'>,
): boolean {
  if (simple !== undefined) return simple;
  const slips = refusals.filter(
    ({ agent, code, round }) => agent === id && code === 'off-schema' && round >= firstRound,
  );
  return contextTokens < FULL_FORM_TOKENS || slips.length >= SLIPS || slips.some(({ kind }) => kind === 'propose');
}

export interface SimpleForm {
  readonly parts: readonly string[];
  readonly format: AnswerFormat;
  /** What was written, or what can be made of it. */
  readonly read: (text: string) => ParsedAnswer;
}

type JsonKind = Exclude<AskKind, 'work' | 'report'>;
const isJsonKind = (kind: AskKind): kind is JsonKind => kind !== 'work' && kind !== 'report';

/** A question that a small model can answer in the room it has; undefined where words are asked for anyway. */
export function simpleForm(state: TaskState, ask: Ask, facts: AskFacts, answerTokens: number): SimpleForm | undefined {
  const { kind } = ask;
  if (!isJsonKind(kind)) return undefined;
  const schema = SCHEMAS[kind](state, ask, answerTokens);
  return {
    parts: simplePrompt(state, ask, kind, facts),
    format: { name: kind, schema, steady: schema },
    read: (text) => readSimple(withoutThoughts(text).toWellFormed(), state, ask),
  };
}

const SHORT = 160;
/** Grammars of servers at home take no more repetitions than two thousand or so. */
const MOST_CHARS = 1_500;
/** JSON around the words, and letters that take more than one token. */
const CHARS_PER_TOKEN = { ko: 0.6, en: 2.5 } as const;

const text = (maxLength = SHORT): JsonSchema => ({ type: 'string', minLength: 1, maxLength });
const flag: JsonSchema = { type: 'boolean' };
const one = (words: readonly string[]): JsonSchema => ({ type: 'string', enum: [...words] });
const list = (items: JsonSchema, maxItems: number): JsonSchema => ({ type: 'array', items, maxItems });
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const labels = (state: TaskState, { agent }: Ask): readonly string[] =>
  candidatesFor(state, agent).map(({ label }) => label);

/** Every list and text has an end, and names are there to be chosen: what follows the schema can be used. */
const SCHEMAS: Readonly<Record<JsonKind, (state: TaskState, ask: Ask, answerTokens: number) => JsonSchema>> = {
  triage: () => object({ goal: text(), checks: list(text(80), 2), plain: flag }),
  propose: (state, _ask, answerTokens) =>
    simpleFile(state) === undefined
      ? object({ title: text(80), steps: list(text(), 2) })
      : object({
          title: text(80),
          content: text(Math.min(MOST_CHARS, Math.max(SHORT, Math.floor(answerTokens * CHARS_PER_TOKEN[state.lang])))),
        }),
  critique: (state, ask) => object({ objections: list(object({ of: one(labels(state, ask)), text: text() }), 1) }),
  vote: (state, ask) => object({ ranking: list(one(labels(state, ask)), 2), reason: text() }),
  verify: (state) => {
    const lines = quotableLines(state).map(({ quote }) => quote);
    return object({ holds: flag, why: text(), ...(lines.length === 0 ? {} : { quote: one(lines) }) });
  },
  diagnose: () => object({ cause: text() }),
};

const Title = z.string().trim().min(1);
const File = z.object({ title: Title.catch(''), content: z.string().trim().min(1) });
const Sentences = z.object({
  title: Title.catch(''),
  steps: z
    .array(z.string().catch(''))
    .transform((steps) => steps.map((step) => step.trim()).filter((step) => step !== ''))
    .pipe(z.array(z.string().max(2_000)).min(1)),
});
const Objections = z.object({
  objections: z.array(z.object({ of: z.string(), text: z.string(), step: z.string().optional() })),
});
const Verdict = z.object({ holds: z.boolean(), why: z.string(), quote: z.string().optional() });
const Cause = z.object({ cause: z.string().max(4_000), command: z.null().optional() });

/** Half a command must never run: what may hold one is taken in the full form only where it is whole. */
const MAY_COMMAND: ReadonlySet<AskKind> = new Set(['propose', 'diagnose']);

/** A full answer is as good; where neither can be read, its faults are those of the full one. */
function readSimple(said: string, state: TaskState, ask: Ask): ParsedAnswer {
  const closed = closeJson(said);
  const [first] = objectsIn(closed).objects;
  if (ask.kind === 'propose') return proposal(said, first, state, ask);
  const full = fullForm(first, state, ask);
  const words = full === undefined ? (MAY_COMMAND.has(ask.kind) ? said : closed) : JSON.stringify(full);
  return parseAnswer(words, state, ask);
}

function proposal(said: string, first: unknown, state: TaskState, ask: Ask): ParsedAnswer {
  const path = simpleFile(state);
  const file = path === undefined ? undefined : File.safeParse(first).data;
  if (path !== undefined && file !== undefined) return plan(filePlan(path, { ...file, title: file.title || path }));
  const sentences = Sentences.safeParse(first).data;
  if (sentences !== undefined)
    return plan(sentencePlan(ask.agent, { ...sentences, title: sentences.title || wantedNow(state) }));
  const full = parseAnswer(said, state, ask);
  // Whoever says anything at all can say it as an answer.
  return full.ok || said.trim() === '' ? full : plan(wordsPlan(ask.agent, state));
}

const plan = (made: Plan): ParsedAnswer => ({ ok: true, answer: { kind: 'propose', plan: made } });

/** As the full form has it, with what the simple one leaves out. */
function fullForm(first: unknown, state: TaskState, ask: Ask): unknown {
  switch (ask.kind) {
    case 'critique': {
      const read = Objections.safeParse(first).data;
      const candidates = candidatesFor(state, ask.agent);
      return read?.objections.every(({ step }) => step === undefined) === true
        ? {
            objections: read.objections.flatMap(({ of, text: why }) => {
              const [step] = candidates.find(({ label }) => label === of)?.proposal.plan.steps ?? [];
              return step === undefined || why.trim() === '' ? [] : [{ of, step: stepId(step), text: why }];
            }),
          }
        : undefined;
    }
    case 'verify': {
      const read = Verdict.safeParse(first).data;
      const line = quotableLines(state).find(({ quote }) => quote === read?.quote);
      return read?.quote === undefined
        ? undefined
        : { holds: read.holds, why: read.why, quotes: line === undefined ? [] : [line] };
    }
    case 'diagnose': {
      const read = Cause.safeParse(first).data;
      return read === undefined ? undefined : { cause: read.cause, command: null };
    }
    case 'triage':
    case 'propose':
    case 'vote':
    case 'work':
    case 'report':
      return undefined;
  }
}
