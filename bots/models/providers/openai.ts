import { createOpenAI } from '@ai-sdk/openai';
import type { Access } from './access.ts';
import { modelList } from './model-list.ts';
import type { SdkModel } from './sdk-stream.ts';

/** OpenAI by its Responses API, which is what its SDK speaks at any address. */
export const openai = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `openai/${modelId}`,
  sees: true,
  searches: false,
  callsTools: true,
  // Out of the index alone: a search by which strangers' words could have an address opened would be a way out.
  search: {
    tools: () => ({ web_search: createOpenAI({ apiKey: key }).tools.webSearch({ externalWebAccess: false }) }),
  },
  address: url ?? 'https://api.openai.com/v1',
  schemaLeads: true,
  list: modelList(url ?? 'https://api.openai.com/v1', { authorization: `Bearer ${key}` }),
  connect: (fetch) =>
    createOpenAI({ apiKey: key, baseURL: url ?? 'https://api.openai.com/v1', fetch }).responses(modelId),
  // What is said in the house is not kept by OpenAI for later. Requests of one key go where their beginning was read.
  providerOptions: ({ cacheKey }) => ({
    openai: { store: false, ...(cacheKey === undefined ? {} : { promptCacheKey: cacheKey }) },
  }),
});
