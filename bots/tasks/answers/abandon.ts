import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { ModelBindings } from '../../models/model-bindings.ts';
import { repairTurn } from '../state/ask-turn.ts';

/** Ends what a provider that works on unasked has begun for a question, or for the second try at it. Throws its fault. */
export async function abandonQuestion(
  { agent, turn }: { readonly agent: AgentId; readonly turn: string },
  bindings: Pick<ModelBindings, 'get'>,
): Promise<void> {
  const binding = bindings.get(agent);
  for (const one of [turn, repairTurn(turn)])
    await binding?.provider.abandon?.({ turn: one, agent: { name: binding.config.name } });
}
