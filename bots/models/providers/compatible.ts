import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { SdkModel } from './sdk-stream.ts';

/** Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, a gateway. Many want no key. */
export const compatible = (
  modelId: string,
  access: { readonly url: string; readonly key: string | undefined },
): SdkModel => ({
  label: `compatible/${modelId}`,
  sees: true,
  searches: false,
  address: access.url,
  schemaLeads: false,
  connect: (fetch) =>
    createOpenAICompatible({
      name: 'compatible',
      baseURL: access.url,
      ...(access.key === undefined ? {} : { apiKey: access.key }),
      includeUsage: true,
      // Who refuses it is asked without it, and remembered.
      supportsStructuredOutputs: true,
      fetch,
    }).chatModel(modelId),
});
