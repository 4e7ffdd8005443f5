import { createGoogle } from '@ai-sdk/google';
import { z } from 'zod';
import type { Access } from './access.ts';
import { modelList } from './model-list.ts';
import type { SdkModel } from './sdk-stream.ts';

export const google = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `google/${modelId}`,
  sees: true,
  searches: false,
  callsTools: true,
  search: {
    tools: () => ({ google_search: createGoogle({ apiKey: key }).tools.googleSearch({}) }),
    countedIn: (metadata) => searchesIn(metadata, modelId),
  },
  address: url ?? 'https://generativelanguage.googleapis.com/v1beta',
  schemaLeads: false,
  list: modelList(
    url ?? 'https://generativelanguage.googleapis.com/v1beta',
    { 'x-goog-api-key': key },
    '?pageSize=200',
  ),
  connect: (fetch) =>
    createGoogle({
      apiKey: key,
      baseURL: url ?? 'https://generativelanguage.googleapis.com/v1beta',
      fetch,
    }).languageModel(modelId),
  spentIn,
});

const Grounded = z.object({
  google: z.object({
    groundingMetadata: z.object({ webSearchQueries: z.array(z.string()).nullish().catch(null) }),
  }),
});

/** Until Gemini 2.5 the grounded answer is billed, whatever it took; since Gemini 3 each search. */
function searchesIn(metadata: unknown, modelId: string): number {
  const queries = Grounded.safeParse(metadata).data?.google.groundingMetadata.webSearchQueries?.length ?? 0;
  return /^gemini-[12]\b/.test(modelId) ? Math.min(1, queries) : queries;
}

/** Sound has a price of its own with some models. */
const Heard = z.object({
  promptTokensDetails: z.array(z.object({ modality: z.string(), tokenCount: z.int().nonnegative().catch(0) })),
});

function spentIn(usage: unknown): { readonly audioTokens?: number } {
  const details = Heard.safeParse(usage).data?.promptTokensDetails ?? [];
  const audioTokens = details.reduce(
    (sum, { modality, tokenCount }) => sum + (modality === 'AUDIO' ? tokenCount : 0),
    0,
  );
  return audioTokens === 0 ? {} : { audioTokens };
}
