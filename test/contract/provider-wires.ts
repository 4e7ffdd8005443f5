import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import type { TokenUsage } from '../../bots/models/providers/provider.ts';
import type { Received, Reply, Responder } from './provider-server.ts';

export const KEY = 'wire-key-7d1c0a5e9b';
export const ANSWER = '안녕하세요, 마스터. 오늘은 🚚 트럭 정비부터 하겠습니다.';
/** What the fixture `length` holds before it ends. */
export const BEGINNING = '안녕하세요, 마스터. 오늘은 ';

export type Stream = 'answer' | 'length' | 'filtered' | 'refusal' | 'empty' | 'error-event' | 'malformed';
export type Failure = '401' | '402' | '403' | '404' | '429' | 'quota' | '500' | '503' | '529' | 'context';

/** How one provider is reached and what it speaks. */
export interface Wire {
  readonly name: string;
  readonly model: string;
  readonly settings: (url: string) => ProviderSettings;
  /** Only for a compatible endpoint: its address. */
  readonly endpoint?: (url: string) => string;
  readonly path: string;
  /** The text that all is well brings. */
  readonly answer: string;
  readonly keyHeader: string;
  readonly keyValue: string;
  /** Where system prompt, texts and images stand in the request. */
  readonly system: (body: Json) => unknown;
  readonly texts: (body: Json) => string[];
  readonly image: (base64: string) => unknown;
  readonly images: (body: Json) => unknown;
  /** Where the limit of the output stands, if there is one. */
  readonly maxTokens?: (body: Json) => unknown;
  /** Where temperature and reasoning effort stand; left out where this model takes none. */
  readonly temperature?: (body: Json) => unknown;
  readonly effort?: (body: Json) => unknown;
  /** What the answer's usage tells beside 41 tokens in and 12 out. */
  readonly billed?: Pick<TokenUsage, 'searches' | 'billed'>;
}

// oxlint-disable-next-line typescript/no-explicit-any -- a parsed body is looked into freely, an absent field fails the test
export type Json = any;

const settings = (values: Record<string, string>) => ProviderSettings.parse(values);
const chatTexts = (body: Json) => chatParts(body, 'text').map((part) => part.text);
const chatImages = (body: Json) => chatParts(body, 'image_url');
const chatImage = (base64: string) => ({ type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } });

/** Content is a string where there is one text alone. */
function chatParts(body: Json, type: string): Json[] {
  return body.messages
    .filter((message: Json) => message.role !== 'system' && message.role !== 'tool')
    .flatMap((message: Json) =>
      typeof message.content === 'string' ? [{ type: 'text', text: message.content }] : (message.content ?? []),
    )
    .filter((part: Json) => part.type === type);
}

/** Providers that send their answer as a stream of events. */
export const STREAMING: readonly Wire[] = [
  {
    name: 'openai',
    model: 'openai/gpt-6-astra',
    settings: (url) => settings({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: `${url}/v1` }),
    path: '/v1/responses',
    answer: ANSWER,
    keyHeader: 'authorization',
    keyValue: `Bearer ${KEY}`,
    system: (body) => body.input[0].content,
    texts: (body) =>
      body.input
        .slice(1)
        .flatMap(({ content = [] }: Json) =>
          typeof content === 'string' ? [content] : content.flatMap((part: Json) => part.text ?? []),
        ),
    images: (body) =>
      body.input
        .flatMap((message: Json) => (Array.isArray(message.content) ? message.content : []))
        .filter((part: Json) => part.type === 'input_image'),
    image: (base64) => ({ type: 'input_image', image_url: `data:image/png;base64,${base64}` }),
    maxTokens: (body) => body.max_output_tokens,
    effort: (body) => body.reasoning?.effort,
  },
  {
    name: 'anthropic',
    model: 'anthropic/claude-sonnet-5-5',
    settings: (url) => settings({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: `${url}/v1` }),
    path: '/v1/messages',
    answer: ANSWER,
    keyHeader: 'x-api-key',
    keyValue: KEY,
    system: (body) => body.system[0].text,
    texts: (body) =>
      body.messages.flatMap((message: Json) =>
        message.content.filter((part: Json) => part.type === 'text').map((part: Json) => part.text),
      ),
    images: (body) =>
      body.messages.flatMap((message: Json) => message.content.filter((part: Json) => part.type === 'image')),
    image: (base64) => ({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } }),
    maxTokens: (body) => body.max_tokens,
    effort: (body) => body.output_config?.effort,
  },
  {
    name: 'google',
    model: 'google/gemini-4-hydrogen',
    settings: (url) => settings({ GOOGLE_GENERATIVE_AI_API_KEY: KEY, GOOGLE_BASE_URL: `${url}/v1beta` }),
    path: '/v1beta/models/gemini-4-hydrogen:streamGenerateContent?alt=sse',
    answer: ANSWER,
    keyHeader: 'x-goog-api-key',
    keyValue: KEY,
    system: (body) => body.systemInstruction.parts[0].text,
    texts: (body) =>
      body.contents.flatMap((message: Json) =>
        message.parts.filter((part: Json) => 'text' in part).map((part: Json) => part.text),
      ),
    images: (body) =>
      body.contents.flatMap((message: Json) => message.parts.filter((part: Json) => 'inlineData' in part)),
    image: (base64) => ({ inlineData: { mimeType: 'image/png', data: base64 } }),
    maxTokens: (body) => body.generationConfig.maxOutputTokens,
    temperature: (body) => body.generationConfig.temperature,
    effort: (body) => body.generationConfig.thinkingConfig?.thinkingLevel,
  },
  {
    name: 'perplexity',
    model: 'perplexity/sonar-pro',
    settings: (url) => settings({ PERPLEXITY_API_KEY: KEY, PERPLEXITY_BASE_URL: url }),
    path: '/v1/agent',
    answer: ANSWER,
    keyHeader: 'authorization',
    keyValue: `Bearer ${KEY}`,
    system: (body) => body.instructions,
    texts: (body) =>
      body.input.flatMap(({ content }: Json) =>
        typeof content === 'string' ? [content] : content.flatMap((part: Json) => part.text ?? []),
      ),
    images: (body) =>
      body.input
        .flatMap((message: Json) => (Array.isArray(message.content) ? message.content : []))
        .filter((part: Json) => part.type === 'input_image'),
    image: (base64) => ({ type: 'input_image', image_url: `data:image/png;base64,${base64}` }),
    maxTokens: (body) => body.max_output_tokens,
    temperature: (body) => body.temperature,
    effort: (body) => body.reasoning?.effort,
    billed: { searches: 1, billed: 6_300 },
  },
  {
    name: 'compatible',
    model: 'compatible/llama-3.3',
    settings: () => settings({}),
    endpoint: (url) => `${url}/v1`,
    path: '/v1/chat/completions',
    answer: ANSWER,
    keyHeader: 'authorization',
    keyValue: `Bearer ${KEY}`,
    system: (body) => body.messages[0].content,
    texts: chatTexts,
    images: chatImages,
    image: chatImage,
    maxTokens: (body) => body.max_tokens,
    temperature: (body) => body.temperature,
    effort: (body) => body.reasoning_effort,
  },
];

/** Manus runs tasks: created, then looked at until they stop. */
export const MANUS: Wire = {
  name: 'manus',
  model: 'manus/manus-1.6',
  settings: (url) => settings({ MANUS_API_KEY: KEY, MANUS_BASE_URL: url }),
  path: '/v2/task.create',
  answer: '안녕하세요, 마스터.\n\n오늘은 🚚 트럭 정비부터 하겠습니다.',
  keyHeader: 'x-manus-api-key',
  keyValue: KEY,
  system: (body) => body.message.content[0].text.split('\n\n')[0],
  texts: (body) => [body.message.content[0].text.split('\n\n').slice(1).join('\n\n')],
  images: (body) => body.message.content.slice(1),
  image: (base64) => ({ type: 'file', filename: 'image-1.png', file_data: `data:image/png;base64,${base64}` }),
};

export const WIRES: readonly Wire[] = [...STREAMING, MANUS];

/** Answers as the provider does when all is well. */
export function answering(wire: Wire): Responder {
  if (wire !== MANUS) return () => ({ ...stream(wire, 'answer'), pieces: 211 });
  return manusTask(['new', 'running', 'planning', 'stopped']);
}

/** A task that is seen in these states, one after the other; the last one stays. */
export function manusTask(states: readonly string[]): Responder {
  let looked = 0;
  return ({ method, path }) => {
    if (method === 'POST') return json(path === '/v2/task.create' ? 'created' : 'accepted');
    return json(states[Math.min(looked++, states.length - 1)] ?? '');
  };
}

const json = (name: string): Reply => ({
  body: fixture(MANUS, `${name}.json`),
  headers: { 'content-type': 'application/json' },
  pieces: 211,
});

export function fixture(wire: Pick<Wire, 'name'>, file: string): string {
  return readFileSync(new URL(`fixtures/${wire.name}/${file}`, import.meta.url), 'utf8');
}

export const stream = (wire: Wire, name: Stream): Reply => ({ body: fixture(wire, `${name}.sse`) });

const Failures = z.record(
  z.enum(['401', '402', '403', '404', '429', 'quota', '500', '503', '529', 'context']),
  z.object({ status: z.int(), body: z.unknown() }),
);

export function failure(wire: Pick<Wire, 'name'>, name: Failure, headers: Record<string, string> = {}): Reply {
  const { status, body } = Failures.parse(JSON.parse(fixture(wire, 'errors.json')))[name];
  const text = typeof body === 'string' ? body : JSON.stringify(body).replace('{{KEY}}', KEY);
  return {
    status,
    body: text,
    headers: { 'content-type': typeof body === 'string' ? 'text/html' : 'application/json', ...headers },
  };
}

/** The answer up to and with the second piece of its text; of Manus half an envelope. */
export function beginning(wire: Wire): string {
  if (wire === MANUS) return fixture(wire, 'created.json').slice(0, 60);
  const events = eventsOf(fixture(wire, 'answer.sse'));
  const third = events.findIndex((event) => event.includes('오늘은 '));
  return events.slice(0, third).join('');
}

/** The answer with so many pieces more before its last one, in as many events. */
export function longAnswer(wire: Wire, times: number, piece: (place: number) => string): string {
  const events = eventsOf(fixture(wire, 'answer.sse'));
  const last = events.findIndex((event) => event.includes('정비부터 '));
  const event = events[last] ?? '';
  const whole = '안녕하세요, 마스터. 오늘은 🚚 트럭 정비부터 ';
  const long = event.replace(whole, '');
  const more = Array.from({ length: times }, (_, place) => long.replace('정비부터 ', piece(place)));
  return [...events.slice(0, last), ...more, ...events.slice(last)].join('');
}

const eventsOf = (text: string): string[] => text.split(/(?<=\n\r?\n)/);

export const bodyOf = (request: Received | undefined): Json => JSON.parse(request?.body ?? 'null');
