import {
  isStepCount,
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
import type { CacheMark } from './cache-marks.ts';
import type { AnswerFormat, Provider, ProviderRequest, StreamPart, TokenUsage } from './provider.ts';
import { listModels, type ModelList } from './model-list.ts';
import { ExtraRefused, extraRefused, withoutRefused } from './refusals.ts';
import { CallWatch } from './sdk-calls.ts';
import { faultOfSdk } from './sdk-fault.ts';
import { toSdkMessages, toSdkSystem } from './sdk-messages.ts';
import { stepState, toSdkTools } from './sdk-tools.ts';
import type { Call } from './tool-history.ts';
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
  readonly callsTools?: boolean;
  /** Its address is the owner's own, where a server may stand that knows nothing of tools. */
  readonly mayKnowNoTools?: boolean;
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
    ...(model.callsTools === true ? { callsTools: true } : {}),
    stream: (request, signal) =>
      withoutRefused(model, request, (asked) => streamFromSdk(model, asked, signal, deadlines)),
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
  const { agent, format } = request;
  const tools = model.callsTools === true && request.tools !== undefined ? request.tools : [];
  const watchedCalls = new CallWatch(tools.length > 0);
  const reading = new Reading(model, watchedCalls);
  try {
    const result = streamText({
      model: wrapped(model, model.connect(watch.fetch), format, watchedCalls),
      instructions: toSdkSystem(request.system, model.mark),
      messages: toSdkMessages(request.messages, { ...model, tools: tools.length > 0 }),
      // One call of the model and no more, whatever it asks for.
      stopWhen: isStepCount(1),
      ...(tools.length === 0 ? {} : { tools: toSdkTools(tools) }),
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
    if (reading.finish === undefined) throw new ProviderFault('provider.interrupted', { retryable: true });
    yield* reading.calls;
    const step = reading.calls.length === 0 ? undefined : stepState(await result.responseMessages, reading.calls);
    yield { ...reading.finish, ...(step === undefined ? {} : { step }) };
  } catch (error) {
    signal.throwIfAborted();
    const refused = extraRefused(error, model.mayKnowNoTools === true ? request : { ...(format && { format }) });
    if (refused !== undefined) throw new ExtraRefused(refused);
    throw watch.expired() ?? faultOfSdk(error, watch.answered(), Date.now());
  }
}

/** The SDK's own way parses the whole answer anew with every word of it; we read it ourselves, once. */
function wrapped(
  { schemaLeads }: SdkModel,
  model: Parameters<typeof wrapLanguageModel>[0]['model'],
  format: AnswerFormat | undefined,
  { wrapStream }: CallWatch,
): LanguageModel {
  const transformParams: NonNullable<LanguageModelMiddleware['transformParams']> = ({ params }) => {
    if (format === undefined) return Promise.resolve(params);
    const { name, schema } = schemaLeads ? { name: 'answer', schema: format.steady } : format;
    return Promise.resolve({ ...params, responseFormat: { type: 'json', name, schema } });
  };
  return wrapLanguageModel({ model, middleware: { specificationVersion: 'v4', transformParams, wrapStream } });
}

export const browsable = (url: string): boolean => /^https?:\/\//i.test(url) && URL.canParse(url);

type Finish = Extract<StreamPart, { readonly type: 'finish' }>;

/** Reads the SDK's stream part by part. */
class Reading {
  finish: Finish | undefined;
  /** They come with the end: before it none of them is sure. */
  calls: readonly Call[] = [];
  /** Words have come, not blanks alone. */
  #said = false;
  readonly #model: SdkModel;
  readonly #watched: Pick<CallWatch, 'calls'>;
  readonly #seen = new Set<string>();
  #searches = 0;

  constructor(model: SdkModel, watched: Pick<CallWatch, 'calls'>) {
    this.#model = model;
    this.#watched = watched;
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
      const cut = part.finishReason === 'length';
      // Of calls side by side the limit cuts the last alone.
      this.calls = this.#watched.calls.filter(({ input }) => !cut || isJson(input));
      const said = this.#said || this.calls.length > 0;
      const reason = ending(part.finishReason, part.rawFinishReason, said, usage);
      this.finish = { type: 'finish', reason: this.calls.length > 0 ? 'tools' : reason, ...usage };
    }
  }

  /** Each address once, and only what a browser may open: they come from strangers. */
  *#link(link: Link): Generator<StreamPart> {
    if (this.#seen.has(link.url) || !browsable(link.url)) return;
    this.#seen.add(link.url);
    yield { type: 'source', ...link };
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
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
