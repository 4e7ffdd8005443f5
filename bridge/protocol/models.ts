import { z } from 'zod';
import { FAULT_CODES } from './fault.ts';

/** What is true of every model whose name begins so, whoever answers. */
interface ModelKindFacts {
  /** The agent needs an `endpoint` for it. */
  readonly endpoint?: true;
  /** Of agents that join from outside: nobody in the roster has it, and nobody can be given it. */
  readonly elsewhere?: true;
  /** One word, with no model behind a slash. */
  readonly bare?: true;
  /** What an owner may type for it in his own language. */
  readonly korean?: string;
}

/**
 * The kinds of models, by what stands before the slash of a model's name. Only this file and the registry of adapters
 * (`bots/models/registry.ts`) know these words: what a model can do is declared by its adapter.
 */
export const MODEL_KINDS = {
  openai: {},
  anthropic: {},
  google: {},
  perplexity: {},
  compatible: { endpoint: true },
  manus: {},
  echo: {},
  rehearsal: { bare: true, korean: '연습' },
  relay: { bare: true, korean: '릴레이' },
  outside: { bare: true, elsewhere: true },
} as const satisfies Readonly<Record<string, ModelKindFacts>>;
export type ModelKind = keyof typeof MODEL_KINDS;

export const MODEL_NAME =
  /^(?:(?:openai|anthropic|google|perplexity|compatible|manus)\/\S+|echo\/[1-9]\d{0,5}@[1-9]\d{0,3}|rehearsal|relay|outside|echo)$/;
export const MODEL_NAME_FORM =
  'expected <provider>/<model> with provider openai, anthropic, google, perplexity, compatible or manus; or rehearsal, relay, echo, echo/<tokens>@<tokens per second>';
/** Of the roster's reference. */
export const MODEL_NAME_FIELD =
  'provider/model with openai, anthropic, google, perplexity, manus or compatible; or relay, rehearsal.';

/** Of the agents that join from outside. */
export const ELSEWHERE: ModelKind = 'outside';

const isKind = (word: string): word is ModelKind => Object.hasOwn(MODEL_KINDS, word);

/** Undefined for what is no model's name. */
export function modelKind(model: string): ModelKind | undefined {
  const [word = ''] = model.split('/', 1);
  return isKind(word) ? word : undefined;
}

export function modelFacts(model: string): ModelKindFacts {
  const kind = modelKind(model);
  return kind === undefined ? {} : MODEL_KINDS[kind];
}

/** The model that an owner means by a word of his own language. */
export const modelCalled = (word: string): string | undefined =>
  Object.keys(MODEL_KINDS).find((kind) => modelFacts(kind).korean === word);

/** What stands behind the slash; empty for models that are one word. */
export const modelIdOf = (model: string): string => (model.includes('/') ? model.slice(model.indexOf('/') + 1) : '');

/** One line of what `bots/model-check-main.ts` prints for `npm start -- doctor --providers`: one agent's model. */
export const ModelCheck = z.object({
  name: z.string(),
  model: z.string(),
  found: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('answers'), ms: z.int() }),
    z.object({ kind: z.literal('fails'), ms: z.int(), code: z.enum(FAULT_CODES) }),
    z.object({ kind: z.literal('no-key') }),
    /** Rehearsal, echo and relay: nobody to call. */
    z.object({ kind: z.literal('not-called') }),
  ]),
});
export type ModelCheck = z.infer<typeof ModelCheck>;
