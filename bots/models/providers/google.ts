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
