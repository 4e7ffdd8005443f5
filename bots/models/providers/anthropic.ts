import { createAnthropic } from '@ai-sdk/anthropic';
import { z } from 'zod';
import type { Access } from './access.ts';
import { modelList } from './model-list.ts';
import type { SdkModel } from './sdk-stream.ts';

export const anthropic = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `anthropic/${modelId}`,
  sees: true,
  searches: false,
  callsTools: true,
  search: {
    // The first of its searches, which every model has and which runs no code.
    tools: () => ({
      web_search: createAnthropic({ apiKey: key }).tools.webSearch_20250305({ maxUses: MOST_SEARCHES }),
    }),
    pausedBy: 'pause_turn',
  },
  mark: { anthropic: { cacheControl: { type: 'ephemeral' } } },
  address: url ?? 'https://api.anthropic.com/v1',
  schemaLeads: true,
  list: modelList(
    url ?? 'https://api.anthropic.com/v1',
    { 'x-api-key': key, 'anthropic-version': '2023-06-01' },
    '?limit=200',
  ),
  connect: (fetch) =>
    createAnthropic({ apiKey: key, baseURL: url ?? 'https://api.anthropic.com/v1', fetch }).messages(modelId),
  // A call is wanted whole; sent as it comes, it may end in the middle of its JSON.
  providerOptions: () => ({ anthropic: { toolStreaming: false } }),
  spentIn,
});

/** In one answer. */
const MOST_SEARCHES = 3;

/** Each search of its own is billed beside the tokens. */
const Searched = z.object({ server_tool_use: z.object({ web_search_requests: z.int().nonnegative() }) });

function spentIn(usage: unknown): { readonly searches?: number } {
  const searched = Searched.safeParse(usage).data?.server_tool_use.web_search_requests ?? 0;
  return searched === 0 ? {} : { searches: searched };
}
