import { ReadableStream } from 'node:stream/web';
import {
  APICallError,
  EmptyResponseBodyError,
  type LanguageModel,
  parseJsonEventStream,
  UnsupportedFunctionalityError,
} from 'ai';
import { AgentEvent, AgentReading, type AgentPart } from './agent-events.ts';

type Model = Extract<LanguageModel, { readonly specificationVersion: 'v4' }>;
type Call = Parameters<Model['doStream']>[0];

/** Who answers: a model, a preset (model, search and effort in one), or a preset with another model. */
export interface AgentChoice {
  readonly model?: string;
  readonly preset?: string;
  readonly tools?: readonly { readonly type: 'web_search' }[];
}

/**
 * Perplexity's Agent API as a model of the AI SDK, as far as the house asks: text and images in, a stream of text out.
 * https://docs.perplexity.ai/api-reference/agent-post
 */
export const agentModel = (
  choice: AgentChoice,
  { key, url }: { readonly key: string; readonly url: string },
  fetch: typeof globalThis.fetch,
): Model => ({
  specificationVersion: 'v4',
  provider: 'perplexity',
  modelId: choice.model ?? choice.preset ?? '',
  supportedUrls: {},
  doGenerate: () => Promise.reject(new UnsupportedFunctionalityError({ functionality: 'an answer that is no stream' })),
  async doStream(call) {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(bodyOf(choice, call)),
      ...(call.abortSignal === undefined ? {} : { signal: call.abortSignal }),
    }).catch((error: unknown) => {
      // As the SDK's own models say it: no status, since nobody answered.
      throw error instanceof TypeError
        ? new APICallError({ message: error.message, url, requestBodyValues: {}, cause: error })
        : error;
    });
    if (!response.ok) throw await refusal(response, url);
    if (response.body === null) throw new EmptyResponseBodyError();
    return { stream: ReadableStream.from(partsOf(response.body)) };
  },
});

async function* partsOf(body: globalThis.ReadableStream<Uint8Array>): AsyncGenerator<AgentPart> {
  yield { type: 'stream-start', warnings: [] };
  const reading = new AgentReading();
  for await (const event of parseJsonEventStream({ stream: body, schema: AgentEvent })) {
    if (!event.success) throw event.error;
    yield* reading.next(event.value);
  }
  yield reading.end();
}

/** Without the prompt: errors are printed and kept. */
async function refusal(response: Response, url: string): Promise<APICallError> {
  return new APICallError({
    message: response.statusText,
    url,
    requestBodyValues: {},
    statusCode: response.status,
    responseHeaders: Object.fromEntries(response.headers),
    responseBody: await response.text(),
  });
}

function bodyOf(
  choice: AgentChoice,
  { prompt, maxOutputTokens, temperature, reasoning, responseFormat }: Call,
): object {
  const system = prompt.flatMap((message) => (message.role === 'system' ? [message.content] : []));
  return {
    ...choice,
    // Ours instead of the preset's own.
    ...(system.length === 0 ? {} : { instructions: system.join('\n\n') }),
    input: prompt.flatMap(inputOf),
    stream: true,
    // What is said in the house is not to be looked up there later.
    store: false,
    max_output_tokens: maxOutputTokens,
    temperature,
    ...effortOf(reasoning),
    ...(responseFormat?.type !== 'json' || responseFormat.schema === undefined
      ? {}
      : {
          response_format: {
            type: 'json_schema',
            json_schema: { name: responseFormat.name ?? 'answer', schema: responseFormat.schema, strict: true },
          },
        }),
  };
}

/** The API has neither "not at all" nor more than xhigh. */
function effortOf(reasoning: Call['reasoning']): object {
  if (reasoning === undefined || reasoning === 'provider-default' || reasoning === 'none') return {};
  return { reasoning: { effort: reasoning === 'max' ? 'xhigh' : reasoning } };
}

function inputOf(message: Call['prompt'][number]): object[] {
  if (message.role !== 'user' && message.role !== 'assistant') return [];
  const { role, content } = message;
  if (content.every((part) => part.type !== 'file')) {
    const texts = content.flatMap((part) => (part.type === 'text' ? [part.text] : []));
    return [{ type: 'message', role, content: texts.join('\n\n') }];
  }
  const parts = content.flatMap((part): object[] => {
    if (part.type === 'text') return [{ type: 'input_text', text: part.text }];
    return part.type === 'file' ? [imageOf(part)] : [];
  });
  return [{ type: 'message', role, content: parts }];
}

type Image = Extract<Extract<Call['prompt'][number], { role: 'user' }>['content'][number], { type: 'file' }>;

function imageOf({ data, mediaType }: Image): object {
  if (data.type !== 'data') throw new UnsupportedFunctionalityError({ functionality: `a file as ${data.type}` });
  const base64 = typeof data.data === 'string' ? data.data : Buffer.from(data.data).toString('base64');
  return { type: 'input_image', image_url: `data:${mediaType};base64,${base64}` };
}
