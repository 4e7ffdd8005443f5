import { z } from 'zod';
import { withoutEnd } from '../../../../bridge/protocol/text-ends.ts';
import type { Access } from '../access.ts';
import { modelList } from '../model-list.ts';
import type { SdkModel } from '../sdk-stream.ts';
import { agentModel, type AgentChoice } from './agent-model.ts';

/**
 * Perplexity by its Agent API: the chat completions of Sonar ended on 2026-09-27. The AI SDK speaks it since
 * `@ai-sdk/perplexity` 5; until that one can be installed, `agent-model.ts` does.
 */
export const perplexity = (modelId: string, { key, url }: Access): SdkModel => {
  const base = withoutEnd(url ?? 'https://api.perplexity.ai', '/').replace(/\/v1$/, '');
  return {
    label: `perplexity/${modelId}`,
    sees: true,
    searches: true,
    address: base,
    schemaLeads: false,
    list: { ...modelList(`${base}/v1`, { authorization: `Bearer ${key}` }), prefix: 'perplexity/' },
    connect: (fetch) => agentModel(choiceOf(modelId), { key, url: `${base}/v1/agent` }, fetch),
    spentIn,
  };
};

/** As hard as a model of before thought and searched, today's preset does. */
const PRESET_OF: ReadonlyMap<string, string> = new Map([
  ['sonar', 'fast'],
  ['sonar-pro', 'low'],
  ['sonar-reasoning', 'low'],
  ['sonar-reasoning-pro', 'medium'],
  ['sonar-deep-research', 'high'],
]);
const PRESETS: ReadonlySet<string> = new Set(['fast', 'low', 'medium', 'high', 'xhigh']);

/**
 * Rosters name models of before: they are Sonar with a preset, and stay with Perplexity, whereas a preset alone may be
 * somebody else's model. Only presets search by themselves; a model has to be handed the search.
 */
export function choiceOf(modelId: string): AgentChoice {
  const preset = PRESET_OF.get(modelId);
  if (preset !== undefined) return { model: 'perplexity/sonar', preset };
  if (PRESETS.has(modelId)) return { preset: modelId };
  return { model: modelId.includes('/') ? modelId : `perplexity/${modelId}`, tools: [{ type: 'web_search' }] };
}

/** https://docs.perplexity.ai/docs/getting-started/pricing: dollars, tokens and tools together. */
const Bill = z.object({
  cost: z.object({ total_cost: z.number().nonnegative(), currency: z.string().nullish() }).nullish().catch(null),
  tool_calls_details: z
    .record(z.string(), z.object({ invocation: z.int().nonnegative().nullish().catch(null) }).nullable())
    .nullish()
    .catch(null),
});

function spentIn(usage: unknown): { readonly searches?: number; readonly billed?: number } {
  const { cost, tool_calls_details: tools } = Bill.safeParse(usage).data ?? {};
  // Where it does not say, it has searched: that is what it is for.
  const searches =
    tools == null
      ? 1
      : Object.entries(tools).reduce(
          (sum, [name, call]) => sum + (name.includes('search') ? (call?.invocation ?? 1) : 0),
          0,
        );
  const dollars = cost != null && (cost.currency ?? 'USD').toUpperCase() === 'USD' ? cost.total_cost : undefined;
  return {
    ...(searches === 0 ? {} : { searches }),
    ...(dollars === undefined ? {} : { billed: dollars * 1_000_000 }),
  };
}
