import {
  citedOf,
  type Json,
  type ScriptedCall,
  type WireFormat,
  event,
  said,
  grouped,
  partsOf,
  inTurn,
  idOf,
  inputText,
} from './wire-format.ts';

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

export const openai: WireFormat = {
  system: (body) => body.input[0].content,
  messages: (body) =>
    body.input
      .slice(1)
      .filter((one: Json) => one.role !== undefined)
      .map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'input_image')),
  tools: (body) =>
    (body.tools ?? [])
      .filter(({ type }: Json) => type === 'function')
      .map(({ name, description, parameters }: Json) => ({ name, description, schema: parameters })),
  isSearch: (body) => (body.tools ?? []).some(({ type }: Json) => type === 'web_search'),
  results: (body) =>
    grouped<Json>(body.input, isOutput).map((items) =>
      items.map(({ call_id, output }) => ({ id: call_id, ...errorIn(output) })),
    ),
  begin: event({ type: 'response.created', response: response('in_progress', []) }),
  found: ({ queries, sources }) =>
    queries
      .map((query, at) => {
        const item = { id: `ws_${at + 1}`, type: 'web_search_call' };
        const action = {
          type: 'search',
          query,
          queries: [query],
          sources: at > 0 ? [] : sources.map(({ url }) => ({ type: 'url', url })),
        };
        return (
          event({
            type: 'response.output_item.added',
            output_index: 50 + at,
            item: { ...item, status: 'in_progress' },
          }) +
          event({ type: 'response.web_search_call.searching', output_index: 50 + at, item_id: item.id }) +
          event({
            type: 'response.output_item.done',
            output_index: 50 + at,
            item: { ...item, status: 'completed', action },
          })
        );
      })
      .join(''),
  cites: (found) =>
    citedOf(found)
      .map(({ url, title }, at) =>
        event({
          type: 'response.output_text.annotation.added',
          item_id: 'msg_1',
          output_index: 0,
          content_index: 0,
          annotation_index: at,
          annotation: { type: 'url_citation', start_index: 0, end_index: 1, url, title },
        }),
      )
      .join(''),
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
