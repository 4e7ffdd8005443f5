import type { LanguageModel } from 'ai';
import { z } from 'zod';
import { faultOfAnswer } from '../http-fault.ts';

type Model = Extract<LanguageModel, { readonly specificationVersion: 'v4' }>;
/** What a model gives the AI SDK. */
export type AgentPart =
  Awaited<ReturnType<Model['doStream']>>['stream'] extends ReadableStream<infer Part> ? Part : never;
type Finish = Extract<AgentPart, { type: 'finish' }>;
type Usage = NonNullable<Finish['usage']>;

/** Fields that are not said come as null as well. */
const Text = z.string().nullish().catch(null);
const Count = z.number().nonnegative().nullish().catch(null);
const Found = z
  .array(z.object({ url: Text, title: Text }).nullish().catch(null))
  .nullish()
  .catch(null);

/** Something made on the way: the message, or what a search brought. */
const Item = z.object({
  type: Text,
  id: Text,
  content: z
    .array(z.object({ type: Text, text: Text, annotations: Found }))
    .nullish()
    .catch(null),
  results: Found,
  contents: Found,
});

const Trouble = z.object({
  message: Text,
  type: Text,
  code: z.union([z.string(), z.number()]).nullish().catch(null),
});

const AgentUsage = z.object({
  input_tokens: Count,
  output_tokens: Count,
  input_tokens_details: z
    .object({ cached_tokens: Count, cache_read_input_tokens: Count, cache_creation_input_tokens: Count })
    .nullish()
    .catch(null),
  output_tokens_details: z.object({ reasoning_tokens: Count }).nullish().catch(null),
});

/** https://docs.perplexity.ai/api-reference/agent-post, the events of a stream; unknown ones pass unread. */
export const AgentEvent = z.object({
  type: Text,
  delta: Text,
  item: Item.nullish().catch(null),
  /** What a search or a look at pages brought, while it still thinks. */
  results: Found,
  contents: Found,
  response: z
    .object({
      status: Text,
      output: z.array(Item).nullish().catch(null),
      incomplete_details: z.object({ reason: Text }).nullish().catch(null),
      error: Trouble.nullish().catch(null),
      usage: z.record(z.string(), z.json()).nullish().catch(null),
    })
    .nullish()
    .catch(null),
  error: Trouble.nullish().catch(null),
});
export type AgentEvent = z.infer<typeof AgentEvent>;

/** Reads the events of one answer. Sources come in the order to which [1], [2] in the text point. */
export class AgentReading {
  #text = '';
  #sources = 0;
  #finish: Finish = { type: 'finish', finishReason: { unified: 'other', raw: undefined }, usage: usageOf(undefined) };

  *next(event: AgentEvent): Generator<AgentPart> {
    const trouble = event.error ?? event.response?.error;
    if (event.type === 'response.failed' || event.response?.status === 'failed' || trouble != null)
      throw faultOfAnswer({ status: statusIn(trouble?.code), body: wordsOf(trouble) }, Date.now());
    yield* this.#found([...(event.results ?? []), ...(event.contents ?? [])]);
    if (event.type === 'response.output_text.delta') yield* this.#say(event.delta ?? '');
    if (event.item != null && event.type === 'response.output_item.done') yield* this.#made([event.item]);
    if (event.type === 'response.completed' || event.type === 'response.incomplete') {
      yield* this.#made(event.response?.output ?? []);
      this.#finish = finishOf(event);
    }
  }

  /** Without its last event the answer has no reason to end, which is what a cut connection looks like. */
  end(): AgentPart {
    return this.#finish;
  }

  *#say(delta: string): Generator<AgentPart> {
    if (delta === '') return;
    if (this.#text === '') yield { type: 'text-start', id: TEXT };
    this.#text += delta;
    yield { type: 'text-delta', id: TEXT, delta };
  }

  /** What is made whole may hold words that no delta brought. */
  *#made(items: readonly z.infer<typeof Item>[]): Generator<AgentPart> {
    for (const { results, contents } of items) yield* this.#found([...(results ?? []), ...(contents ?? [])]);
    const said = items.flatMap(({ type, content }) => (type === 'message' ? (content ?? []) : []));
    for (const { annotations } of said) yield* this.#found(annotations ?? []);
    const whole = said.map(({ text }) => text ?? '').join('');
    if (whole.startsWith(this.#text)) yield* this.#say(whole.slice(this.#text.length));
  }

  *#found(found: NonNullable<z.infer<typeof Found>>): Generator<AgentPart> {
    for (const source of found) {
      if (source?.url == null) continue;
      const title = source.title?.trim() ?? '';
      this.#sources += 1;
      yield {
        type: 'source',
        sourceType: 'url',
        id: String(this.#sources),
        url: source.url,
        ...(title === '' ? {} : { title }),
      };
    }
  }
}

/** The house shows one text for each answer, however many pieces it is made of. */
const TEXT = 'text';

function finishOf({ type, response }: AgentEvent): Finish {
  const why = response?.incomplete_details?.reason ?? (type === 'response.incomplete' ? 'incomplete' : 'completed');
  const unified =
    why === 'completed'
      ? 'stop'
      : why === 'max_output_tokens'
        ? 'length'
        : why === 'content_filter'
          ? 'content-filter'
          : 'other';
  return { type: 'finish', finishReason: { unified, raw: why }, usage: usageOf(response?.usage ?? undefined) };
}

function usageOf(raw: Usage['raw']): Usage {
  const usage = AgentUsage.safeParse(raw).data;
  const input = usage?.input_tokens_details;
  return {
    inputTokens: {
      total: usage?.input_tokens ?? undefined,
      noCache: undefined,
      cacheRead: input?.cache_read_input_tokens ?? input?.cached_tokens ?? undefined,
      cacheWrite: input?.cache_creation_input_tokens ?? undefined,
    },
    outputTokens: {
      total: usage?.output_tokens ?? undefined,
      text: undefined,
      reasoning: usage?.output_tokens_details?.reasoning_tokens ?? undefined,
    },
    ...(raw === undefined ? {} : { raw }),
  };
}

function statusIn(code: string | number | null | undefined): number | undefined {
  const status = Number(code ?? NaN);
  return status >= 400 && status <= 599 ? status : undefined;
}

const wordsOf = (trouble: z.infer<typeof Trouble> | null | undefined): string =>
  `${trouble?.type ?? ''} ${trouble?.code ?? ''} ${trouble?.message ?? ''}`;
