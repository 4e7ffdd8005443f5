import {
  streamText,
  wrapLanguageModel,
  type FinishReason,
  type LanguageModel,
  type LanguageModelMiddleware,
  type LanguageModelUsage,
  type TextStreamPart,
  type ToolSet,
} from 'ai';
import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import type { AnswerFormat, Provider, ProviderRequest, StreamPart, TokenUsage } from './provider.ts';
import { listModels, type ModelList } from './model-list.ts';
import { faultOfSdk } from './sdk-fault.ts';
import { type CacheMark, toSdkMessages, toSdkSystem } from './sdk-messages.ts';
import { FormatRefused, refusesFormat, withFormat } from './answer-format.ts';
import { DEFAULT_DEADLINES, watchedFetch, type Deadlines } from './watched-fetch.ts';

// The SDK's warnings (a model that ignores temperature, ...) would go to the console.
globalThis.AI_SDK_LOG_WARNINGS = false;

export interface Link {
  readonly url: string;
  readonly title?: string;
}

/** What differs between the providers that the AI SDK serves. */
export interface SdkModel {
  readonly label: string;
  readonly sees: boolean;
  readonly searches: boolean;
  /** Makes the SDK's model on the given `fetch`; called once for each answer. */
  connect(fetch: typeof globalThis.fetch): Exclude<LanguageModel, string>;
  /** Under which its endpoint is remembered. */
  readonly address: string;
  /** Its provider puts the schema of an answer in front of the prompt, where another one is another prefix. */
  readonly schemaLeads: boolean;
  /** Where it lists what the key may use. */
  readonly list?: ModelList;
  readonly providerOptions?: (
    request: Pick<ProviderRequest, 'cacheKey'>,
  ) => NonNullable<Parameters<typeof streamText>[0]['providerOptions']>;
  /** It keeps the beginnings of prompts only where a mark says so. */
  readonly mark?: CacheMark;
  /** What it costs beyond tokens, from the usage as it stands on the wire. */
  spentIn?(usage: unknown): Pick<TokenUsage, 'searches' | 'audioTokens' | 'billed'>;
}

export function sdkProvider(model: SdkModel, deadlines: Deadlines = DEFAULT_DEADLINES): Provider {
  const { list } = model;
  return {
    label: model.label,
    billing: 'tokens',
    pace: 'seconds',
    sees: model.sees,
    searches: model.searches,
    rehearsal: false,
    stream: (request, signal) => withFormat(model, request, (asked) => streamFromSdk(model, asked, signal, deadlines)),
    ...(list === undefined ? {} : { models: (signal) => listModels(list, signal) }),
  };
}

async function* streamFromSdk(
  model: SdkModel,
  request: ProviderRequest,
  signal: AbortSignal,
  deadlines: Deadlines,
): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  using watch = watchedFetch(signal, deadlines);
  const reading = new Reading(model);
  try {
    const { agent } = request;
    const result = streamText({
      model: formatted(model, model.connect(watch.fetch), request.format),
      instructions: toSdkSystem(request.system, model.mark),
      messages: toSdkMessages(request.messages, model.sees, model.mark),
      maxOutputTokens: agent.maxOutputTokens,
      ...(agent.temperature === undefined ? {} : { temperature: agent.temperature }),
      ...(agent.reasoningEffort === undefined ? {} : { reasoning: agent.reasoningEffort }),
      ...(model.providerOptions === undefined ? {} : { providerOptions: model.providerOptions(request) }),
      maxRetries: 0,
      abortSignal: watch.signal,
      // Errors are read from the stream; the default handler prints them, prompt and all.
      onError: () => undefined,
    });
    for await (const part of result.stream) yield* reading.next(part);
    // An abort, too, ends the SDK's stream like an ordinary end.
    if (!reading.finished) throw new ProviderFault('provider.interrupted', { retryable: true });
  } catch (error) {
    signal.throwIfAborted();
    if (request.format !== undefined && refusesFormat(error)) throw new FormatRefused();
    throw watch.expired() ?? faultOfSdk(error, watch.answered(), Date.now());
  }
}

/** The SDK's own way parses the whole answer anew with every word of it; we read it ourselves, once. */
function formatted(
  { schemaLeads }: SdkModel,
  model: Parameters<typeof wrapLanguageModel>[0]['model'],
  format: AnswerFormat | undefined,
): LanguageModel {
  if (format === undefined) return model;
  const { name, schema } = schemaLeads ? { name: 'answer', schema: format.steady } : format;
  const transformParams: NonNullable<LanguageModelMiddleware['transformParams']> = ({ params }) =>
    Promise.resolve({ ...params, responseFormat: { type: 'json', name, schema } });
  return wrapLanguageModel({ model, middleware: { specificationVersion: 'v4', transformParams } });
}

export const browsable = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

/** Reads the SDK's stream part by part. */
class Reading {
  finished = false;
  /** Words have come, not blanks alone. */
  #said = false;
  readonly #model: SdkModel;
  readonly #seen = new Set<string>();
  #searches = 0;

  constructor(model: SdkModel) {
    this.#model = model;
  }

  *next(part: TextStreamPart<ToolSet>): Generator<StreamPart> {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta' && part.text !== '') {
      this.#said ||= part.text.trim() !== '';
      yield { type: 'text', text: part.text };
    } else if (part.type === 'source' && part.sourceType === 'url') {
      yield* this.#link({ url: part.url, ...(part.title === undefined ? {} : { title: part.title }) });
    } else if (part.type === 'tool-call' && part.providerExecuted === true && part.toolName.includes('search')) {
      this.#searches += 1;
    } else if (part.type === 'finish') {
      const usage = usageOf(part.totalUsage, this.#searches, this.#model);
      yield { type: 'finish', reason: ending(part.finishReason, part.rawFinishReason, this.#said, usage), ...usage };
      this.finished = true;
    }
  }

  /** Each address once, and only what a browser may open: they come from strangers. */
  *#link(link: Link): Generator<StreamPart> {
    if (this.#seen.has(link.url) || !browsable(link.url)) return;
    this.#seen.add(link.url);
    yield { type: 'source', ...link };
  }
}

function ending(
  reason: FinishReason,
  raw: string | undefined,
  said: boolean,
  { usage }: { readonly usage?: TokenUsage },
): 'stop' | 'length' {
  if (reason === 'content-filter') throw new ProviderFault('provider.filtered');
  // No finish reason on the wire: the connection broke, however little or much had come.
  if (reason === 'interrupted' || (reason === 'other' && raw === undefined))
    throw new ProviderFault('provider.interrupted', { retryable: true });
  if (reason === 'error') throw new ProviderFault('provider.malformed', { retryable: true });
  // Out of tokens before the first word: the same question would end the same way, with more room it need not.
  if (!said && reason === 'length') throw new ProviderFault('provider.thinking', { spent: usage });
  if (!said) throw new ProviderFault('provider.empty', { retryable: true });
  return reason === 'length' ? 'length' : 'stop';
}

function usageOf(usage: LanguageModelUsage, searches: number, model: SdkModel): { usage?: TokenUsage } {
  const { inputTokens, outputTokens, inputTokenDetails, raw } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return {};
  const { cacheReadTokens, cacheWriteTokens } = inputTokenDetails;
  return {
    usage: {
      inputTokens,
      outputTokens,
      ...(cacheReadTokens === undefined || cacheReadTokens === 0 ? {} : { cachedTokens: cacheReadTokens }),
      ...(cacheWriteTokens === undefined || cacheWriteTokens === 0 ? {} : { writtenTokens: cacheWriteTokens }),
      ...(searches === 0 ? {} : { searches }),
      ...model.spentIn?.(raw),
    },
  };
}
