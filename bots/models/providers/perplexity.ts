import { createPerplexity } from '@ai-sdk/perplexity';
import { z } from 'zod';
import type { Access } from './access.ts';
import type { Link, SdkModel } from './sdk-stream.ts';

export const perplexity = (modelId: string, { key, url }: Access): SdkModel => ({
  label: `perplexity/${modelId}`,
  sees: true,
  searches: true,
  address: url ?? 'https://api.perplexity.ai',
  schemaLeads: false,
  connect: (fetch) =>
    createPerplexity({ apiKey: key, baseURL: url ?? 'https://api.perplexity.ai', fetch }).languageModel(modelId),
  linksIn,
  spentIn,
});

/** `citations` are the addresses to which [1], [2], ... in the text point; `search_results` know their titles. */
const Sources = z.object({
  citations: z.array(z.string()).nullish().catch(null),
  search_results: z
    .array(z.object({ url: z.string(), title: z.string().nullish() }))
    .nullish()
    .catch(null),
});

/** The SDK passes on addresses alone, of the first chunk alone. */
function linksIn(chunk: unknown): readonly Link[] {
  const sources = Sources.safeParse(chunk).data;
  if (sources === undefined) return [];
  const results = sources.search_results ?? [];
  const titles = new Map(results.map(({ url, title }) => [url, title?.trim()]));
  const urls = sources.citations ?? results.map(({ url }) => url);
  return urls.map((url) => {
    const title = titles.get(url);
    return title === undefined || title === '' ? { url } : { url, title };
  });
}

/** https://docs.perplexity.ai/docs/getting-started/pricing: dollars, the fee for the search included. */
const Bill = z.object({
  cost: z.object({ total_cost: z.number().nonnegative() }).nullish().catch(null),
  num_search_queries: z.int().positive().nullish().catch(null),
});

function spentIn(usage: unknown): { readonly searches: number; readonly billed?: number } {
  const { cost, num_search_queries } = Bill.safeParse(usage).data ?? {};
  return {
    searches: num_search_queries ?? 1,
    ...(cost == null ? {} : { billed: cost.total_cost * 1_000_000 }),
  };
}
