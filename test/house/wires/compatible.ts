import { type Json, type WireFormat, data, grouped, said, partsOf, inTurn, idOf } from './wire-format.ts';

const chatChunk = (delta: object, reason: string | null = null) =>
  data({
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1_790_000_000,
    model: 'llama-3.3',
    choices: [{ index: 0, delta, finish_reason: reason }],
  });

/** Chat completions, as every server of one's own speaks them. */
export const compatible: WireFormat = {
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
  isSearch: () => false,
  found: () => '',
  cites: () => '',
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
