import { APICallError } from 'ai';
import type { ProviderRequest, StreamPart } from './provider.ts';

/** What an endpoint may not know. */
type Extra = 'format' | 'tools' | 'thoughts' | 'search';

/** An endpoint that will have no schema, no tools or no thoughts of its own has said so before its first word. */
export class ExtraRefused extends Error {
  readonly extra: Extra;

  constructor(extra: Extra) {
    super(`the endpoint takes no ${extra}`);
    this.extra = extra;
  }
}

const REFUSED: ReadonlySet<number> = new Set([400, 404, 405, 415, 422, 500, 501]);
const ABOUT_FORMAT =
  /response[_ ]?(?:format|mime|json)|json[_ ]?(?:schema|object|mode)|structured|grammar|output[_ ](?:config|format)|text\.format|schema|tool_choice/i;
/**
 * Ollama: "… does not support tools"; llama.cpp: "tools param requires --jinja flag"; vLLM: "… requires
 * --enable-auto-tool-choice and --tool-call-parser to be set"; OpenRouter: "No endpoints found that support tool use".
 */
const ABOUT_TOOLS = /\btools?\b|tool[_-]|function[_ ]call/i;
const KNOWS_NONE =
  /n[o']t supported|not? support|n't support|unsupported|unknown|unrecognized|unexpected|n[o']t (?:allowed|permitted|implemented)|no endpoints found|requires? .{0,40}--|--jinja/i;

/** Some want their thoughts back with the results of calls, some (Groq, Mistral) refuse the field that they stand in. */
const ABOUT_THOUGHTS = /reasoning_content/i;

/**
 * Anthropic: "Web search is not enabled for this organization"; OpenAI: "Hosted tool 'web_search' is not supported with
 * …"; Google: "Search Grounding is not supported"; gateways: "unknown tool type".
 */
const ABOUT_SEARCH = /search|grounding|external_web_access|\btools?\b|tool[_-]/i;
const HAS_NONE = /not enabled|n[o']t available|disabled|invalid value|does not match|extra inputs/i;
const SEARCH_REFUSED: ReadonlySet<number> = new Set([...REFUSED, 403]);

/** What it was that the endpoint refused, by a 4xx or "not implemented" whose words are about it. */
export function extraRefused(
  error: unknown,
  { format, tools, messages, search }: Partial<ProviderRequest>,
): Extra | undefined {
  if (!APICallError.isInstance(error) || error.statusCode === undefined) return undefined;
  const words = `${error.responseBody ?? ''} ${JSON.stringify(error.data ?? '')}`.slice(0, 20_000);
  if (search === true && SEARCH_REFUSED.has(error.statusCode) && ABOUT_SEARCH.test(words))
    return KNOWS_NONE.test(words) || HAS_NONE.test(words) ? 'search' : undefined;
  if (!REFUSED.has(error.statusCode)) return undefined;
  if (messages !== undefined && hasThoughts(messages) && ABOUT_THOUGHTS.test(words)) return 'thoughts';
  if (tools !== undefined && ABOUT_TOOLS.test(words) && KNOWS_NONE.test(words)) return 'tools';
  return format !== undefined && ABOUT_FORMAT.test(words) ? 'format' : undefined;
}

/** Servers are updated: after a day it is tried again. */
const REMEMBERED_MS = 24 * 3_600_000;
const MAX_REMEMBERED = 500;
/** Model at an address and what it refused, and when. Every agent on the endpoint goes by it; a restart forgets it. */
const refusals = new Map<string, number>();

const isRemembered = (key: string): boolean => Date.now() - (refusals.get(key) ?? -Infinity) < REMEMBERED_MS;

function remember(key: string): void {
  const [oldest] = refusals.keys();
  if (refusals.size >= MAX_REMEMBERED && oldest !== undefined) refusals.delete(oldest);
  refusals.set(key, Date.now());
}

interface Endpoint {
  readonly label: string;
  readonly address: string;
}

const keyOf = (extra: Extra, { label, address }: Endpoint): string => `${extra} ${label} ${address}`;

/** An answer without the search that was asked for would be made up: nobody is asked again without it. */
export const searchRefused = (endpoint: Endpoint): void => remember(keyOf('search', endpoint));
export const takesSearch = (endpoint: Endpoint): boolean => !isRemembered(keyOf('search', endpoint));

/** Asks with schema and tools, and without what the endpoint refuses: then the prompt alone says what is wanted. */
export async function* withoutRefused(
  endpoint: Endpoint,
  request: ProviderRequest,
  stream: (request: ProviderRequest) => AsyncIterable<StreamPart>,
): AsyncGenerator<StreamPart> {
  let asked = request;
  for (const extra of ['format', 'tools', 'thoughts'] as const)
    if (isRemembered(keyOf(extra, endpoint))) asked = without(asked, extra);
  let refused: Extra[] = [];
  // Each time one thing less is asked for.
  for (;;) {
    try {
      for await (const part of stream(asked)) {
        // Only now is it known that this was what it refused.
        if (part.type === 'text' || part.type === 'tool-call') {
          for (const extra of refused)
            if (!(extra === 'tools' && hasResults(request))) remember(keyOf(extra, endpoint));
          refused = [];
        }
        yield part;
      }
      return;
    } catch (error) {
      if (!(error instanceof ExtraRefused) || refused.includes(error.extra)) throw error;
      refused.push(error.extra);
      asked = without(asked, error.extra);
    }
  }
}

function without(request: ProviderRequest, extra: Extra): ProviderRequest {
  if (extra === 'thoughts')
    return { ...request, messages: request.messages.map(({ role, content }) => ({ role, content })) };
  const { [extra]: _, ...rest } = request;
  return rest;
}

const hasThoughts = (messages: ProviderRequest['messages']): boolean => messages.some(({ step }) => step !== undefined);

/** It has called tools a moment ago: something about this one conversation was not to its liking. */
const hasResults = ({ messages }: ProviderRequest): boolean =>
  messages.some(({ content }) => content.some((part) => part.type === 'tool-result'));
