import type { AnswerFormat, JsonSchema } from '../../models/providers/provider.ts';
import type { AskKind } from '../state/ask.ts';

/**
 * What a model may write in each phase, as JSON Schema in the little that every provider takes: every field required
 * and nothing else allowed, no null, no limits of length. Where a field does not apply the model writes an empty text
 * or list, which the reader takes for absent. The bounds stay with the reader (`answer-parse.ts`).
 */
const text: JsonSchema = { type: 'string' };
const flag: JsonSchema = { type: 'boolean' };
const whole: JsonSchema = { type: 'integer' };
const one = (...words: string[]): JsonSchema => ({ type: 'string', enum: words });
const list = (items: JsonSchema): JsonSchema => ({ type: 'array', items });
const object = (properties: Record<string, JsonSchema>): JsonSchema => ({
  type: 'object',
  properties,
  required: Object.keys(properties),
  additionalProperties: false,
});

const command = (type: string, own: Record<string, JsonSchema>): JsonSchema =>
  object({
    type: one(type),
    id: text,
    reason: text,
    ...own,
    success: object({ exitCode: whole, outputContains: text, fileExists: text }),
    after: list(text),
    timeoutMs: whole,
    repeatable: flag,
  });

const working: Record<string, JsonSchema> = {
  cwd: text,
  stdin: text,
  workspace: one('ro', 'rw'),
  lent: list(object({ name: text, access: one('ro', 'rw') })),
  hosts: list(text),
};

const COMMANDS: readonly JsonSchema[] = [
  command('run', { argv: list(text), ...working }),
  command('shell', { script: text, ...working }),
  command('write_file', { path: text, content: text, executable: flag }),
  command('read_file', { path: text }),
  command('list_files', { path: text }),
  command('read_page', { url: text }),
  command('read_document', { path: text }),
  command('make_document', { path: text, content: text, hand: flag }),
  command('send_file', { path: text }),
  command('send_mail', { to: list(text), subject: text, text, attachments: list(text) }),
  // A record's names are nobody's to list beforehand: pairs instead.
  command('fetch', {
    url: text,
    method: one('GET', 'POST'),
    headers: list(object({ name: text, value: text })),
    body: text,
  }),
];

const WORK = object({
  kind: one('work'),
  id: text,
  title: text,
  agent: text,
  work: one('write', 'analyse', 'research'),
  instruction: text,
  after: list(text),
});

const commandStep = (of: JsonSchema): JsonSchema =>
  object({ kind: one('command'), title: text, command: of, artifacts: list(text) });

type JsonKind = Exclude<AskKind, 'work' | 'report'>;

const SCHEMAS: Readonly<Record<JsonKind, JsonSchema>> = {
  triage: object({ goal: text, checks: list(text), plain: flag, cannot: list(text) }),
  propose: object({ goal: text, steps: list({ anyOf: [commandStep({ anyOf: [...COMMANDS] }), WORK] }) }),
  critique: object({ objections: list(object({ of: text, step: text, text })) }),
  vote: object({ ranking: list(text), reason: text }),
  verify: object({ holds: flag, why: text, quotes: list(object({ step: text, quote: text })), missing: list(text) }),
  diagnose: object({ cause: text, command: { anyOf: [...COMMANDS, one('same'), { type: 'null' }] } }),
};

/**
 * One schema for all phases of a task: where a schema stands before the prompt, another one for each phase would let
 * no phase find what the one before it has left in the provider's cache.
 */
const STEADY = object({ answer: { anyOf: Object.values(SCHEMAS) } });

/** Work and reports are words, not JSON. */
export const answerFormat = (kind: AskKind): { readonly format?: AnswerFormat } =>
  kind === 'work' || kind === 'report' ? {} : { format: { name: kind, schema: SCHEMAS[kind], steady: STEADY } };
