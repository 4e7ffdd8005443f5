import { createAnthropic } from '@ai-sdk/anthropic';
import type { Access } from './access.ts';
import type { SdkModel } from './sdk-stream.ts';

export const anthropic = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `anthropic/${modelId}`,
  sees: true,
  searches: false,
  address: url ?? 'https://api.anthropic.com/v1',
  schemaLeads: true,
  connect: (fetch) =>
    createAnthropic({ apiKey: key, baseURL: url ?? 'https://api.anthropic.com/v1', fetch }).messages(modelId),
});
