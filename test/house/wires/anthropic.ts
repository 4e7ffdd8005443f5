import { type Handed, type Json, type WireFormat, event, said, partsOf, inTurn, idOf } from './wire-format.ts';

export const anthropic: WireFormat = {
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
