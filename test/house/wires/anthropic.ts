import { citedOf, type Handed, type Json, type WireFormat, event, said, partsOf, inTurn, idOf } from './wire-format.ts';

export const anthropic: WireFormat = {
  system: (body) => body.system.map((part: Json) => part.text).join('\n'),
  messages: (body) =>
    body.messages.map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'image')),
  tools: (body) =>
    (body.tools ?? [])
      .filter(({ input_schema }: Json) => input_schema !== undefined)
      .map(({ name, description, input_schema }: Json) => ({ name, description, schema: input_schema })),
  isSearch: (body) => (body.tools ?? []).some(({ name, type }: Json) => name === 'web_search' && type !== undefined),
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
  found: ({ queries, sources }) =>
    queries
      .map((query, at) => {
        const id = `srvtoolu_${at + 1}`;
        const content = (at > 0 ? [] : sources).map((source) => ({
          type: 'web_search_result',
          ...source,
          encrypted_content: 'c2VhbGVk',
          page_age: null,
        }));
        const [call, result] = [50 + 2 * at, 51 + 2 * at];
        return (
          event({
            type: 'content_block_start',
            index: call,
            content_block: { type: 'server_tool_use', id, name: 'web_search', input: {} },
          }) +
          event({
            type: 'content_block_delta',
            index: call,
            delta: { type: 'input_json_delta', partial_json: JSON.stringify({ query }) },
          }) +
          event({ type: 'content_block_stop', index: call }) +
          event({
            type: 'content_block_start',
            index: result,
            content_block: { type: 'web_search_tool_result', tool_use_id: id, content },
          }) +
          event({ type: 'content_block_stop', index: result })
        );
      })
      .join(''),
  cites: (found) =>
    citedOf(found)
      .map(({ url, title }) =>
        event({
          type: 'content_block_delta',
          index: 0,
          delta: {
            type: 'citations_delta',
            citation: { type: 'web_search_result_location', url, title, encrypted_index: 'aQ', cited_text: title },
          },
        }),
      )
      .join(''),
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
  end: (_text, calls, found) =>
    event({
      type: 'message_delta',
      delta: { stop_reason: calls.length > 0 ? 'tool_use' : 'end_turn', stop_sequence: null },
      usage: {
        output_tokens: 12,
        ...(found === undefined ? {} : { server_tool_use: { web_search_requests: found.queries.length } }),
      },
    }) + event({ type: 'message_stop' }),
};
