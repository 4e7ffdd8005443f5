import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { z } from 'zod';
import { modelList } from './model-list.ts';
import type { SdkModel } from './sdk-stream.ts';

/** Any server with OpenAI's chat completions: Ollama, vLLM, llama.cpp, a gateway. Many want no key. */
export const compatible = (
  modelId: string,
  access: { readonly url: string; readonly key: string | undefined },
): SdkModel => ({
  label: `compatible/${modelId}`,
  sees: true,
  searches: false,
  callsTools: true,
  mayKnowNoTools: true,
  address: access.url,
  schemaLeads: false,
  list: modelList(access.url, access.key === undefined ? {} : { authorization: `Bearer ${access.key}` }),
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
  spentIn,
});

/** Gateways say what a call costs, in dollars: https://openrouter.ai/docs/use-cases/usage-accounting */
const Bill = z.object({ cost: z.number().nonnegative() });

function spentIn(usage: unknown): { readonly billed?: number } {
  const bill = Bill.safeParse(usage).data;
  return bill === undefined ? {} : { billed: bill.cost * 1_000_000 };
}
