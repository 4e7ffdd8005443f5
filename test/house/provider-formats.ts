import type { Mind } from './providers.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- a parsed body is looked into freely, an absent field fails the test
export type Json = any;

interface Said {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  readonly images: number;
}

/** A tool that a scripted mind asks for. */
export interface ScriptedCall {
  readonly name: string;
  /** A text stands for itself: JSON that is none. */
  readonly input: object | string;
  readonly id?: string;
}

/** What came of a call, as it was handed back. */
export interface Handed {
  readonly id: string;
  readonly text: string;
  readonly failed: boolean;
}

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly schema: Json;
}

/** How one provider is asked, and how it streams; after the recordings in `test/contract/fixtures`. */
export interface WireFormat {
  readonly system: (body: Json) => string;
  readonly messages: (body: Json) => readonly Said[];
  readonly tools: (body: Json) => readonly OfferedTool[];
  /** Of each answer with calls the results, in order. */
  readonly results: (body: Json) => readonly (readonly Handed[])[];
  readonly begin: string;
  /** Before the first piece of text, and behind the last. */
  readonly open: string;
  readonly piece: (text: string) => string;
  readonly close: (text: string) => string;
  /** In pieces, those of calls side by side in turn. `text`: some was said before. */
  readonly calls: (calls: readonly ScriptedCall[], text: boolean) => readonly string[];
  readonly end: (text: string, calls: readonly ScriptedCall[]) => string;
}

export const inputText = ({ input }: ScriptedCall): string =>
  typeof input === 'string' ? input : JSON.stringify(input);
const idOf = ({ id }: ScriptedCall, at: number): string => id ?? `call_${at + 1}`;

/** The arguments in three pieces, and those of all calls in turn. */
function inTurn(calls: readonly ScriptedCall[], piece: (text: string, at: number) => string): string[] {
  return [0, 1, 2].flatMap((third) =>
    calls.map((call, at) => {
      const text = inputText(call);
      const size = Math.ceil(text.length / 3);
      return piece(text.slice(third * size, (third + 1) * size), at);
    }),
  );
}

/** Neighbours that `same` says belong to one answer, together. */
function grouped<T>(list: readonly T[], isOne: (one: T) => boolean): T[][] {
  const groups: T[][] = [];
  let open: T[] | undefined;
  for (const one of list) {
    if (!isOne(one)) open = undefined;
    else if (open === undefined) groups.push((open = [one]));
    else open.push(one);
  }
  return groups;
}

const data = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;
const event = (value: { readonly type: string; readonly [field: string]: unknown }) =>
  `event: ${value.type}\n${data(value)}`;

function said(role: string, parts: readonly Json[], isImage: (part: Json) => boolean): Said {
  const text = parts.flatMap((part) => (typeof part.text === 'string' ? [part.text] : [])).join('\n');
  return { role: role === 'user' ? 'user' : 'assistant', text, images: parts.filter(isImage).length };
}
const partsOf = (content: Json): Json[] => (typeof content === 'string' ? [{ text: content }] : content);

const message = (status: string, text: string) => ({
  id: 'msg_1',
  type: 'message',
  status,
  role: 'assistant',
  content: status === 'completed' ? [{ type: 'output_text', text, annotations: [] }] : [],
});

const functionCall = (call: ScriptedCall, at: number, status: 'in_progress' | 'completed') => ({
  id: `fc_${at + 1}`,
  type: 'function_call',
  status,
  call_id: idOf(call, at),
  name: call.name,
  arguments: status === 'completed' ? inputText(call) : '',
});

const response = (status: string, output: readonly unknown[]) => ({
  id: 'resp_1',
  object: 'response',
  created_at: 1_790_000_000,
  status,
  error: null,
  incomplete_details: null,
  model: 'gpt-6-astra',
  output,
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

/** The SDK says it so where the wire has no mark of its own. */
function errorIn(output: string): { readonly text: string; readonly failed: boolean } {
  const error = output.startsWith('{"error":') ? JSON.parse(output).error : undefined;
  return { text: error ?? output, failed: error !== undefined };
}
const isOutput = (item: Json) => item.type === 'function_call_output';

const openai: WireFormat = {
  system: (body) => body.input[0].content,
  messages: (body) =>
    body.input
      .slice(1)
      .filter((one: Json) => one.role !== undefined)
      .map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'input_image')),
  tools: (body) =>
    (body.tools ?? []).map(({ name, description, parameters }: Json) => ({ name, description, schema: parameters })),
  results: (body) =>
    grouped<Json>(body.input, isOutput).map((items) =>
      items.map(({ call_id, output }) => ({ id: call_id, ...errorIn(output) })),
    ),
  begin: event({ type: 'response.created', response: response('in_progress', []) }),
  open:
    event({ type: 'response.output_item.added', output_index: 0, item: message('in_progress', '') }) +
    event({
      type: 'response.content_part.added',
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      part: { type: 'output_text', text: '', annotations: [] },
    }),
  piece: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'msg_1', output_index: 0, content_index: 0, delta }),
  close: (text) =>
    event({ type: 'response.output_text.done', item_id: 'msg_1', output_index: 0, content_index: 0, text }) +
    event({ type: 'response.output_item.done', output_index: 0, item: message('completed', text) }),
  calls: (calls, text) => {
    const from = text ? 1 : 0;
    return [
      ...calls.map((call, at) =>
        event({
          type: 'response.output_item.added',
          output_index: from + at,
          item: functionCall(call, at, 'in_progress'),
        }),
      ),
      ...inTurn(calls, (delta, at) =>
        event({
          type: 'response.function_call_arguments.delta',
          item_id: `fc_${at + 1}`,
          output_index: from + at,
          delta,
        }),
      ),
      ...calls.map(
        (call, at) =>
          event({
            type: 'response.function_call_arguments.done',
            item_id: `fc_${at + 1}`,
            output_index: from + at,
            arguments: inputText(call),
          }) +
          event({
            type: 'response.output_item.done',
            output_index: from + at,
            item: functionCall(call, at, 'completed'),
          }),
      ),
    ];
  },
  end: (text, calls) =>
    event({
      type: 'response.completed',
      response: response('completed', [
        ...(text === '' && calls.length > 0 ? [] : [message('completed', text)]),
        ...calls.map((call, at) => functionCall(call, at, 'completed')),
      ]),
    }),
};

const anthropic: WireFormat = {
  system: (body) => body.system.map((part: Json) => part.text).join('\n'),
  messages: (body) =>
    body.messages.map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'image')),
  tools: (body) =>
    (body.tools ?? []).map(({ name, description, input_schema }: Json) => ({
      name,
      description,
      schema: input_schema,
    })),
  results: (body) =>
    body.messages
      .map(({ content }: Json) =>
        partsOf(content)
          .filter((part) => part.type === 'tool_result')
          .map((part) => ({ id: part.tool_use_id, text: part.content, failed: part.is_error === true })),
      )
      .filter((results: readonly Handed[]) => results.length > 0),
  begin: event({
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
  }),
  open: event({ type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } }),
  piece: (text) => event({ type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text } }),
  close: () => event({ type: 'content_block_stop', index: 0 }),
  calls: (calls, text) => {
    const from = text ? 1 : 0;
    return [
      ...calls.map((call, at) =>
        event({
          type: 'content_block_start',
          index: from + at,
          content_block: { type: 'tool_use', id: idOf(call, at), name: call.name, input: {} },
        }),
      ),
      ...inTurn(calls, (partial_json, at) =>
        event({ type: 'content_block_delta', index: from + at, delta: { type: 'input_json_delta', partial_json } }),
      ),
      ...calls.map((_, at) => event({ type: 'content_block_stop', index: from + at })),
    ];
  },
  end: (_text, calls) =>
    event({
      type: 'message_delta',
      delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: { output_tokens: 12 },
    }) + event({ type: 'message_stop' }),
};

const googleChunk = (parts: readonly object[], more: object = {}) =>
  data({
    candidates: [{ content: { parts, role: 'model' }, index: 0, ...more }],
    usageMetadata: { promptTokenCount: 41, candidatesTokenCount: 1, totalTokenCount: 42 },
    modelVersion: 'gemini-4-hydrogen',
    responseId: 'r1',
  });

/** Google has no texts there, only values. */
const googleArgs = ({ input }: ScriptedCall): unknown => {
  if (typeof input !== 'string') return input;
  return input === '' ? undefined : input;
};

const google: WireFormat = {
  system: (body) => body.systemInstruction.parts.map((part: Json) => part.text).join('\n'),
  messages: (body) =>
    body.contents
      .filter(({ parts }: Json) => parts.some((part: Json) => !('functionCall' in part || 'functionResponse' in part)))
      .map((one: Json) => said(one.role, one.parts, (part) => 'inlineData' in part)),
  tools: (body) =>
    (body.tools ?? []).flatMap(({ functionDeclarations }: Json) =>
      functionDeclarations.map(({ name, description, parametersJsonSchema, parameters }: Json) => ({
        name,
        description,
        schema: parametersJsonSchema ?? parameters,
      })),
    ),
  results: (body) =>
    body.contents
      .map(({ parts }: Json) =>
        parts.flatMap(({ functionResponse: done }: Json) =>
          done === undefined
            ? []
            : [
                {
                  id: done.id,
                  text: done.response.content ?? done.response.error,
                  failed: done.response.error !== undefined,
                },
              ],
        ),
      )
      .filter((results: readonly Handed[]) => results.length > 0),
  begin: '',
  open: '',
  piece: (text) => googleChunk([{ text }]),
  close: () => '',
  calls: (calls) =>
    calls.map((call, at) =>
      googleChunk([
        {
          functionCall: {
            ...(call.id === undefined ? {} : { id: call.id }),
            name: call.name,
            args: googleArgs(call),
          },
          ...(at === 0 ? { thoughtSignature: 'c2lnbmVk' } : {}),
        },
      ]),
    ),
  end: () => googleChunk([{ text: '' }], { finishReason: 'STOP' }),
};

const chatChunk = (delta: object, reason: string | null = null) =>
  data({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'llama-3.3',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });

/** Chat completions, as every server of one's own speaks them. */
const compatible: WireFormat = {
  system: (body) => body.messages[0].content,
  messages: (body) =>
    body.messages
      .slice(1)
      .filter(({ role, content }: Json) => role !== 'tool' && content != null)
      .map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'image_url')),
  tools: (body) =>
    (body.tools ?? []).map(({ function: { name, description, parameters } }: Json) => ({
      name,
      description,
      schema: parameters,
    })),
  results: (body) =>
    grouped<Json>(body.messages, ({ role }) => role === 'tool').map((messages) =>
      messages.map(({ tool_call_id, content }) => ({ id: tool_call_id, text: content, failed: false })),
    ),
  begin: chatChunk({ role: 'assistant', content: '' }),
  open: '',
  piece: (content) => chatChunk({ content }),
  close: () => '',
  calls: (calls) => [
    chatChunk({
      tool_calls: calls.map((call, index) => ({
        index,
        id: idOf(call, index),
        type: 'function',
        function: { name: call.name, arguments: '' },
      })),
    }),
    ...inTurn(calls, (text, index) => chatChunk({ tool_calls: [{ index, function: { arguments: text } }] })),
  ],
  end: (_text, calls) =>
    chatChunk({}, calls.length > 0 ? 'tool_calls' : 'stop') +
    data({
      id: 'c1',
      object: 'chat.completion.chunk',
      created: 1_790_000_000,
      model: 'llama-3.3',
      choices: [],
      usage: { prompt_tokens: 41, completion_tokens: 12, total_tokens: 53 },
    }) +
    'data: [DONE]\n\n',
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
  // It searches by itself and takes no tools of ours.
  tools: () => [],
  results: () => [],
  begin: '',
  open: '',
  calls: () => [],
  close: () => '',
  piece: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'msg_2', output_index: 0, content_index: 0, delta }),
  end: (text) => event({ type: 'response.completed', sequence_number: 9, response: perplexityDone(text) }),
};

/** Of those that take tools, by the name of the adapter. */
export const TOOL_WIRES = { openai, anthropic, google, compatible } as const;

export const WIRE_FORMATS: Readonly<Record<Mind, WireFormat>> = {
  gabriel: openai,
  jarvis: google,
  claude: anthropic,
  perplexity,
};
