import type { Provider, ProviderRequest, StreamPart } from '../models/providers/provider.ts';

/** All that one call of a model came to. */
export interface CallEnd {
  readonly text: string;
  readonly calls: readonly Extract<StreamPart, { readonly type: 'tool-call' }>[];
  readonly finish: Extract<StreamPart, { readonly type: 'finish' }>;
}

/** One call of a model that may ask for tools: its words are passed on, what it asks for and its end are returned. */
export async function* oneCall(
  provider: Provider,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart, CallEnd> {
  let text = '';
  let calls: CallEnd['calls'] = [];
  for await (const part of provider.stream(request, signal)) {
    if (part.type === 'finish') return { text, calls, finish: part };
    if (part.type === 'tool-call') {
      calls = [...calls, part];
      continue;
    }
    if (part.type === 'text') text += part.text;
    if (part.type === 'restart') {
      text = '';
      calls = [];
    }
    yield part;
  }
  throw new Error('an answer without an end');
}
