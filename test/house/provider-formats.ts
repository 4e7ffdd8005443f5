import type { Mind } from './providers.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a parsed body is looked into freely, an absent field fails the test
export type Json = any;

interface Said {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly images: number;
}

/** How one provider is asked, and how it streams; after the recordings in `test/contract/fixtures`. */
export interface WireFormat {
  readonly system: (body: Json) => string;
  readonly messages: (body: Json) => readonly Said[];
  readonly begin: string;
  readonly piece: (text: string) => string;
  readonly end: (text: string) => string;
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${value.type}\n${data(value)}`;

function said(role: string, parts: readonly Json[], isImage: (part: Json) => boolean): Said {
  const text = parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n');
  return { role: role === 'user' ? 'user' : 'assistant', text, images: parts.filter(isImage).length };
}
const partsOf = (content: Json): Json[] => (typeof content === 'string' ? [{ text: content }] : content);

const response = (status: string, text: string) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_790_000_000,
  status,
  error: null,
  incomplete_details: null,
  model: 'gpt-6-astra',
  output:
    status === 'completed'
      ? [
          {
            id: 'msg_1',
            type: 'message',
            status,
            role: 'assistant',
            content: [{ type: 'output_text', text, annotations: [] }],
          },
        ]
      : [],
  usage:
    status === 'completed'
      ? {
          input_tokens: 41,
          input_tokens_details: { cached_tokens: 0 },
          output_tokens: 12,
          output_tokens_details: { reasoning_tokens: 0 },
          total_tokens: 53,
        }
      : null,
});

const openai: WireFormat = {
  system: (body) => body.input[0].content,
  messages: (body) =>
    body.input.slice(1).map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'input_image')),
  begin:
    event({ type: 'response.created', response: response('in_progress', '') }) +
    event({
      type: 'response.output_item.added',
      output_index: 0,
      item: { id: 'msg_1', type: 'message', status: 'in_progress', role: 'assistant', content: [] },
    }) +
    event({
      type: 'response.content_part.added',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [] },
    }),
  piece: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta }),
  end: (text) =>
    event({ type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text }) +
    event({
      type: 'response.output_item.done',
      output_index: 0,
      item: {
        id: 'msg_1',
        type: 'message',
        status: 'completed',
        role: 'assistant',
        content: [{ type: 'output_text', text, annotations: [] }],
      },
    }) +
    event({ type: 'response.completed', response: response('completed', text) }),
};

const anthropic: WireFormat = {
  system: (body) => body.system.map((part: Json) => part.text).join('\n'),
  messages: (body) =>
    body.messages.map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'image')),
  begin:
    event({
      type: 'message_start',
      message: {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        content: [],
        model: 'claude-sonnet-5-5',
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: 41, output_tokens: 1 },
      },
    }) + event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  piece: (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  end: () =>
    event({ type: 'content_block_stop', index: 0 }) +
    event({
      type: 'message_delta',
      delta: { stop_reason: 'end_turn', stop_sequence: null },
      usage: { output_tokens: 12 },
    }) +
    event({ type: 'message_stop' }),
};

const googleChunk = (text: string, more: object = {}) =>
  data({
    candidates: [{ content: { parts: [{ text }], role: 'model' }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 41, candidatesTokenCount: 1, totalTokenCount: 42 },
    modelVersion: 'gemini-4-hydrogen',
    responseId: 'r1',
  });

const google: WireFormat = {
  system: (body) => body.systemInstruction.parts.map((part: Json) => part.text).join('\n'),
  messages: (body) => body.contents.map((one: Json) => said(one.role, one.parts, (part) => 'inlineData' in part)),
  begin: '',
  piece: (text) => googleChunk(text),
  end: () => googleChunk('', { finishReason: 'STOP' }),
};

const perplexityDone = (text: string) => ({
  id: 'resp_2',
  object: 'response',
  created_at: 1_790_000_000,
  status: 'completed',
  model: 'perplexity/sonar',
  output: [{ id: 'msg_2', type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
  usage: { input_tokens: 41, output_tokens: 12, total_tokens: 53 },
});

const perplexity: WireFormat = {
  system: (body) => body.instructions,
  messages: (body) =>
    body.input.map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'input_image')),
  begin: '',
  piece: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'msg_2', output_index: 0, content_index: 0, delta }),
  end: (text) => event({ type: 'response.completed', sequence_number: 9, response: perplexityDone(text) }),
};

export const WIRE_FORMATS: Readonly<Record<Mind, WireFormat>> = {
  gabriel: openai,
  jarvis: google,
  claude: anthropic,
  perplexity,
};
