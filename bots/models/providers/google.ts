import { createGoogle } from '@ai-sdk/google';
import type { Access } from './access.ts';
import type { SdkModel } from './sdk-stream.ts';

export const google = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `google/${modelId}`,
  sees: true,
  searches: false,
  address: url ?? 'https://generativelanguage.googleapis.com/v1beta',
  schemaLeads: false,
  connect: (fetch) =>
    createGoogle({
      apiKey: key,
      baseURL: url ?? 'https://generativelanguage.googleapis.com/v1beta',
      fetch,
    }).languageModel(modelId),
});
