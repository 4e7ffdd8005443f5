import type { AgentConfig } from '../../../bridge/protocol/roster.ts';
import type { EventId, Lang, UserId } from '../../../bridge/protocol/ids.ts';

/** What a call costs the house: by tokens, by the task (whatever was said in it), or nothing. */
export type Billing = 'tokens' | 'task' | 'none';

/** Until an answer can be expected: `by-hand` waits for a person, and nobody waits for that one. */
export type Pace = 'seconds' | 'minutes' | 'by-hand';

/**
 * The contract of every model: what it can do and what it costs are fields that its adapter declares, and nothing is
 * decided by its name. `stream` does all the I/O of one answer and nothing else:
 * no retries (they live in `retry.ts`), no Matrix, no history of its own.
 */
export interface Provider {
  /** As people read it in `!agents`: `openai/gpt-5.2`. */
  readonly label: string;
  /** Without a bill a call is neither estimated nor counted. */
  readonly billing: Billing;
  /** Who answers by hand is asked when called by name, and takes no part in tasks. */
  readonly pace: Pace;
  /** Images in the request reach the model; without it the caller leaves them out. */
  readonly sees: boolean;
  /** It can ask for tools; without it the caller offers none. */
  readonly callsTools?: boolean;
  /** It looks things up on the internet by itself. */
  readonly searches: boolean;
  /** Of one that does so when it is told (`search`): whether it can now, or its endpoint has lately refused. */
  readonly canSearch?: () => boolean;
  /** It shares a server that gives so many answers at once; the same object for all who share it. */
  readonly queue?: { readonly limit: number };
  /** It is asked when it is called, in tasks and in discussions; what is said to all is not for it. */
  readonly speaks?: 'when-called';
  /** Of a model that asks back: whether these words, said to it and not in reply, can only answer its question. */
  readonly takesForReply?: (words: string, names: readonly string[]) => boolean;
  /** Deterministic offline stand-in; its answers are labelled. */
  readonly rehearsal: boolean;
  /** The agent's own model, whose key is missing: this one answers instead. */
  readonly insteadOf?: string;
  /** Who answers when this one has failed. */
  readonly standIn?: Pick<Provider, 'rehearsal'>;
  /** Of a model that comes and goes: whether it can be asked now. */
  readonly online?: () => boolean;
  /** Of such a model: whether it may answer at all; without it, it may. */
  readonly maySpeak?: () => boolean;
  /** Of such a model: whether it waits to be asked at this moment. */
  readonly listening?: () => boolean;
  /**
   * Yields the answer as it comes and ends with exactly one `finish`.
   * Throws `ProviderFault`, and the signal's reason when aborted.
   */
  stream(request: ProviderRequest, signal: AbortSignal): AsyncIterable<StreamPart>;
  /** Ids of the models that the key may use, as the provider spells them; null where it does not say. */
  readonly models?: (signal: AbortSignal) => Promise<readonly string[] | null>;
  /** Ends what a turn has begun at the provider and nobody waits for any more; of who keeps on working unasked. */
  readonly abandon?: (
    turn: Pick<ProviderRequest, 'turn'> & { readonly agent: { readonly name: string } },
  ) => Promise<void>;
  /** Tries key and address without asking for an answer; only where an answer costs much. Throws like `stream`. */
  readonly check?: (signal: AbortSignal) => Promise<void>;
}

export interface ProviderRequest {
  /** Names the answer, the same after a restart. */
  readonly turn: string;
  /** Who is asked; models need only `system`, rehearsal and relay need the name. */
  readonly agent: Pick<
    AgentConfig,
    'id' | 'name' | 'role' | 'persona' | 'maxOutputTokens' | 'temperature' | 'reasoningEffort'
  >;
  readonly ownerTitle: string;
  readonly lang: Lang;
  readonly system: string;
  /** Starts and ends with `user`, never two of a role in a row. */
  readonly messages: readonly ChatMessage[];
  /** The same for requests that begin alike: an agent's in one room, or in one task. */
  readonly cacheKey?: string;
  /** The bare message that is being answered, without names or history. */
  readonly question: string;
  /**
   * From the `finish` of the answer to which this message replies: the provider goes on there. Set it for a master's
   * reply alone, and only from content that our own accounts wrote: what is said here may count as consent.
   */
  readonly resume?: string;
  /** Whoever asks sits and waits for it: no holding out through a provider's bad minute. */
  readonly hurried?: boolean;
  /** What the model may ask for, under names that are each there once; nothing of it is carried out by a provider. */
  readonly tools?: readonly ToolOffer[];
  /** Who cannot be held to it leaves it out. */
  readonly format?: AnswerFormat;
  /**
   * Look it up, by the provider's own search. Only where `canSearch` says so, and without tools and format: not every
   * model takes them together. Sources come last, those that the answer names first.
   */
  readonly search?: true;
  /** Of a question of a task: which task, what it wants, and until when (milliseconds since 1970) an answer counts. */
  readonly task?: { readonly no: number; readonly phase: string; readonly until: number };
  /** Of a turn in a room: who is answered, and where in a chain of calls. */
  readonly chain?: { readonly root: EventId; readonly depth: number; readonly event: EventId; readonly from: UserId };
}

/** JSON Schema as far as all providers take it; the bounds are for servers at home alone. */
export interface JsonSchema {
  type?: 'object' | 'array' | 'string' | 'number' | 'integer' | 'boolean' | 'null';
  properties?: Record<string, JsonSchema>;
  required?: string[];
  additionalProperties?: false;
  items?: JsonSchema;
  anyOf?: JsonSchema[];
  enum?: string[];
  maxItems?: number;
  minLength?: number;
  maxLength?: number;
  description?: string;
}

/** A tool as a model is told of it. */
export interface ToolOffer {
  /** Letters, digits and `_`, at most 64: what every provider takes. */
  readonly name: string;
  readonly description: string;
  /** An object's. */
  readonly input: JsonSchema;
}

/** The shape of an answer that has to be JSON. The prompt says it as well: not every model can be held to a schema. */
export interface AnswerFormat {
  readonly name: string;
  readonly schema: JsonSchema;
  /** The same for every question of a conversation, for models that read the schema before the prompt. */
  readonly steady: JsonSchema;
}

export interface ChatMessage {
  readonly role: 'user' | 'assistant';
  readonly content: readonly ContentPart[];
  /** Of an assistant's message with calls: the `step` of its `finish`, for the provider of that label. */
  readonly step?: { readonly provider: string; readonly state: string };
}

export type ContentPart =
  /** `passing`: another thing in the next request that begins like this one. */
  | { readonly type: 'text'; readonly text: string; readonly passing?: true }
  | { readonly type: 'image'; readonly mediaType: string; readonly data: Uint8Array; readonly passing?: true }
  /** In an assistant's message. `input`: JSON as the model wrote it, which may be none. */
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly input: string }
  /** In the user's message behind it: of every call one, in their order, before anything else. */
  | {
      readonly type: 'tool-result';
      readonly id: string;
      readonly name: string;
      readonly text: string;
      readonly failed?: true;
    };

export type StreamPart =
  | { readonly type: 'text'; readonly text: string }
  /** Shown while nothing else is; each replaces the last. */
  | { readonly type: 'progress'; readonly text: string }
  | { readonly type: 'source'; readonly url: string; readonly title?: string }
  /**
   * The model asks for a tool: whole, with an id that is there once in the answer. It counts with a `finish` behind it,
   * and is void after a `restart`.
   */
  | { readonly type: 'tool-call'; readonly id: string; readonly name: string; readonly input: string }
  /** What came so far is void, calls included: the answer starts anew (after a retry). */
  | { readonly type: 'restart'; /** Where the provider has said what that cost. */ readonly spent?: TokenUsage }
  /** Told before an end that may be none: what the call has cost so far. Each replaces the last. */
  | { readonly type: 'spent'; readonly usage: TokenUsage }
  /**
   * `resume`: the answer was a question; to be kept with it and handed back with the reply. Opaque, under 300
   * characters. `model`: another than the one asked, which has stood in. `tools`: the answer goes on when the results
   * of its calls are there; `step` is then what the provider wants to have back with them, opaque.
   */
  | {
      readonly type: 'finish';
      readonly reason: 'stop' | 'length' | 'tools';
      readonly step?: string;
      readonly usage?: TokenUsage;
      readonly resume?: string;
      readonly model?: string;
    };

/** As the provider reports it. */
export interface TokenUsage {
  /** All that went to the model, the parts below included. */
  readonly inputTokens: number;
  /** All that it made, thoughts included. */
  readonly outputTokens: number;
  /** Of the input: what the provider still had from an earlier call. */
  readonly cachedTokens?: number;
  /** Of the input: what it keeps for later calls. */
  readonly writtenTokens?: number;
  /** Of the input: sound. */
  readonly audioTokens?: number;
  /** How often it searched by itself. */
  readonly searches?: number;
  /** In the provider's own coin. */
  readonly credits?: number;
  /** What it says that all of this costs, in micro-dollars; goes before every price list. */
  readonly billed?: number;
}
