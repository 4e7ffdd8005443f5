import {
  isStepCount,
  streamText,
  wrapLanguageModel,
  type FinishReason,
  type LanguageModel,
  type LanguageModelMiddleware,
  type LanguageModelUsage,
  type ProviderMetadata,
  type TextStreamPart,
  type ToolSet,
} from 'ai';
import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import type { CacheMark } from './cache-marks.ts';
import type { AnswerFormat, Provider, ProviderRequest, StreamPart, TokenUsage } from './provider.ts';
import { listModels, type ModelList } from './model-list.ts';
import { ExtraRefused, extraRefused, searchRefused, takesSearch, withoutRefused } from './refusals.ts';
import { browsable, FoundLinks, type Link } from './search/found-links.ts';
import { CallWatch } from './sdk-calls.ts';
import { faultOfSdk } from './sdk-fault.ts';
import { toSdkMessages, toSdkSystem } from './sdk-messages.ts';
import { stepState, toSdkTools } from './sdk-tools.ts';
import { plusUsage, usageFromSdk } from './sdk-usage.ts';
import type { Call } from './tool-history.ts';
import { DEFAULT_DEADLINES, watchedFetch, type Deadlines } from './watched-fetch.ts';

// The SDK's warnings (a model that ignores temperature, ...) would go to the console.
globalThis.AI_SDK_LOG_WARNINGS = false;

/** A provider's own search, as its model is handed it. */
export interface OwnSearch {
  readonly tools: () => ToolSet;
  /** How often it has searched, from what is told beside the answer; without it, its calls are counted. */
  readonly countedIn?: (metadata: ProviderMetadata) => number;
  /** The finish reason of an answer that goes on when it is handed back as it is. */
  readonly pausedBy?: string;
}

/** What differs between the providers that the AI SDK serves. */
export interface SdkModel {
  readonly label: string;
  readonly sees: boolean;
  readonly searches: boolean;
  readonly callsTools?: boolean;
  /** Whether it is to be used is said with each request. */
  readonly search?: OwnSearch;
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
  readonly spentIn?: (usage: unknown) => Pick<TokenUsage, 'searches' | 'audioTokens' | 'billed'>;
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
    ...(model.search === undefined ? {} : { canSearch: () => takesSearch(model) }),
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
  const search = request.search === true ? model.search : undefined;
  const tools = model.callsTools === true && search === undefined ? (request.tools ?? []) : [];
  const watchedCalls = new CallWatch(tools.length > 0);
  const reading = new Reading(model, watchedCalls, search);
  let messages = toSdkMessages(request.messages, { ...model, tools: tools.length > 0 });
  try {
    const ask = () =>
      streamText({
        model: wrapped(model, model.connect(watch.fetch), format, watchedCalls),
        instructions: toSdkSystem(request.system, model.mark),
        messages,
        // One call of the model and no more, whatever it asks for.
        stopWhen: isStepCount(1),
        ...(tools.length === 0 ? {} : { tools: toSdkTools(tools) }),
        ...(search === undefined ? {} : { tools: search.tools() }),
        maxOutputTokens: agent.maxOutputTokens,
        ...(agent.temperature === undefined ? {} : { temperature: agent.temperature }),
        ...(agent.reasoningEffort === undefined ? {} : { reasoning: agent.reasoningEffort }),
        ...(model.providerOptions === undefined ? {} : { providerOptions: model.providerOptions(request) }),
        maxRetries: 0,
        abortSignal: watch.signal,
        // Errors are read from the stream; the default handler prints them, prompt and all.
        onError: () => undefined,
      });
    let result = ask();
    for await (const part of result.stream) yield* reading.next(part);
    while (reading.goesOn()) {
      messages = [...messages, ...(await result.responseMessages)];
      result = ask();
      for await (const part of result.stream) yield* reading.next(part);
    }
    // An abort, too, ends the SDK's stream like an ordinary end.
    if (reading.finish === undefined) throw new ProviderFault('provider.interrupted', { retryable: true });
    yield* reading.calls;
    const step = reading.calls.length === 0 ? undefined : stepState(await result.responseMessages, reading.calls);
    yield { ...reading.finish, ...(step === undefined ? {} : { step }) };
  } catch (error) {
    signal.throwIfAborted();
    const extras = model.mayKnowNoTools === true ? request : { ...(format && { format }) };
    const refused = extraRefused(error, { ...extras, ...(search && { search: true }) });
    if (refused === 'search') searchRefused(model);
    else if (refused !== undefined) throw new ExtraRefused(refused);
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

/** How often an answer that has paused is asked to go on. */
const MOST_PAUSES = 3;

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
  readonly #search: OwnSearch | undefined;
  readonly #seen = new Set<string>();
  readonly #links = new FoundLinks();
  #searches = 0;
  #paused = false;
  #pauses = 0;
  /** Of the calls before the last pause. */
  #before: TokenUsage | undefined;

  constructor(model: SdkModel, watched: Pick<CallWatch, 'calls'>, search: OwnSearch | undefined) {
    this.#model = model;
    this.#watched = watched;
    this.#search = search;
  }

  /** It has paused and wants its words back; asked once for each pause. */
  goesOn(): boolean {
    const paused = this.#paused;
    this.#paused = false;
    return paused;
  }

  *next(part: TextStreamPart<ToolSet>): Generator<StreamPart> {
    if (part.type === 'error') throw part.error;
    if (part.type === 'text-delta' && part.text !== '') {
      this.#said ||= part.text.trim() !== '';
      yield { type: 'text', text: part.text };
    } else if (part.type === 'source') {
      const link = linkOf(part);
      if (link !== undefined && this.#search === undefined) yield* this.#link(link);
      else if (link !== undefined) this.#links.seen(link);
    } else if (part.type === 'text-end') {
      for (const { source } of part.citations ?? []) {
        const link = linkOf(source);
        if (link !== undefined) this.#links.cited(link);
      }
    } else if (part.type === 'finish-step' && this.#search?.countedIn !== undefined) {
      this.#searches = this.#search.countedIn(part.providerMetadata ?? {});
    } else if (part.type === 'tool-call' && part.providerExecuted === true && part.toolName.includes('search')) {
      this.#searches += 1;
    } else if (part.type === 'finish') {
      const usage = this.#spent(part.totalUsage);
      const pausedBy = this.#search?.pausedBy;
      if (pausedBy !== undefined && part.rawFinishReason === pausedBy && this.#pauses < MOST_PAUSES) {
        this.#pauses += 1;
        this.#paused = true;
        this.#before = usage.usage;
        if (usage.usage !== undefined) yield { type: 'spent', usage: usage.usage };
        return;
      }
      const cut = part.finishReason === 'length';
      // Of calls side by side the limit cuts the last alone.
      this.calls = this.#watched.calls.filter(({ input }) => !cut || isJson(input));
      const said = this.#said || this.calls.length > 0;
      const reason = ending(part.finishReason, part.rawFinishReason, said, usage);
      for (const link of this.#search === undefined ? [] : this.#links.all) yield { type: 'source', ...link };
      this.finish = { type: 'finish', reason: this.calls.length > 0 ? 'tools' : reason, ...usage };
    }
  }

  /** With what was spent before it paused. */
  #spent(total: LanguageModelUsage): { readonly usage?: TokenUsage } {
    const { usage } = usageFromSdk(total, this.#searches, this.#model);
    this.#searches = 0;
    const sum =
      usage === undefined || this.#before === undefined ? (usage ?? this.#before) : plusUsage(this.#before, usage);
    return sum === undefined ? {} : { usage: sum };
  }

  /** Each address once, and only what a browser may open: they come from strangers. */
  *#link(link: Link): Generator<StreamPart> {
    if (this.#seen.has(link.url) || !browsable(link.url)) return;
    this.#seen.add(link.url);
    yield { type: 'source', ...link };
  }
}

const linkOf = (source: { sourceType: string; url?: string; title?: string | undefined }): Link | undefined =>
  source.sourceType !== 'url' || source.url === undefined
    ? undefined
    : { url: source.url, ...(source.title === undefined ? {} : { title: source.title }) };

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
