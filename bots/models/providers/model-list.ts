import { z } from 'zod';
import { withoutEnd } from '../../../bridge/protocol/text-ends.ts';

/** Where a provider says which models a key may use: a call that costs nothing. */
export interface ModelList {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Stands before the ids that it lists, and not before ours. */
  readonly prefix?: string;
}

/** OpenAI, Anthropic and compatible servers list under `data`, Google under `models`, with a folder in front. */
const Listed = z.union([
  z.object({ data: z.array(z.object({ id: z.string() })) }).transform(({ data }) => data.map(({ id }) => id)),
  z
    .object({
      models: z.array(z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).optional() })),
    })
    .transform(({ models }) =>
      models
        .filter(({ supportedGenerationMethods: does }) => does?.includes('generateContent') ?? true)
        .map(({ name }) => name.replace(/^models\//, '')),
    ),
]);

const PATIENCE_MS = 10_000;
/** A list is a few kilobytes for each hundred models. */
const LONGEST_BYTES = 4_000_000;

export const modelList = (base: string, headers: Readonly<Record<string, string>>, query = ''): ModelList => ({
  url: `${withoutEnd(base, '/')}/models${query}`,
  headers,
});

/** Ids as the provider spells them, in its order; null where it does not say. Never throws but for the signal. */
export async function listModels(
  { url, headers, prefix = '' }: ModelList,
  signal: AbortSignal,
): Promise<readonly string[] | null> {
  try {
    const response = await fetch(url, {
      headers,
      redirect: 'error',
      signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]),
    });
    const body = await response.text();
    if (!response.ok || body.length > LONGEST_BYTES) return null;
    const ids = Listed.safeParse(JSON.parse(body)).data;
    return ids?.map((id) => (id.startsWith(prefix) ? id.slice(prefix.length) : id)) ?? null;
  } catch {
    signal.throwIfAborted();
    return null;
  }
}
