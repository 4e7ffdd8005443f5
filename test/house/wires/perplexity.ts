import { type Json, type WireFormat, event, said, partsOf } from './wire-format.ts';

const perplexityDone = (text: string) => ({
  id: 'resp_2',
  object: 'response',
  created_at: 1_790_000_000,
  status: 'completed',
  model: 'perplexity/sonar',
  output: [{ id: 'msg_2', type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
  usage: { input_tokens: 41, output_tokens: 12, total_tokens: 53 },
});

export const perplexity: WireFormat = {
  system: (body) => body.instructions,
  messages: (body) =>
    body.input.map((one: Json) => said(one.role, partsOf(one.content), (part) => part.type === 'input_image')),
  // It searches by itself and takes no tools of ours.
  tools: () => [],
  results: () => [],
  // It does so unasked.
  isSearch: () => true,
  found: ({ sources }) =>
    event({
      type: 'response.output_item.done',
      output_index: 0,
      item: { id: 'search_1', type: 'search_results', results: sources },
    }),
  cites: () => '',
  begin: '',
  open: '',
  calls: () => [],
  close: () => '',
  piece: (delta) =>
    event({ type: 'response.output_text.delta', item_id: 'msg_2', output_index: 0, content_index: 0, delta }),
  end: (text) => event({ type: 'response.completed', sequence_number: 9, response: perplexityDone(text) }),
};
