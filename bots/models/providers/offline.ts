import { personaOf } from '../../../bridge/protocol/default-roster.ts';
import { rehearse } from '../../../bridge/text/offline.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';

/** The stand-in for an agent without a key: the same words to the same question, no network. */
export const rehearsal: Provider = {
  label: 'rehearsal',
  billing: 'none',
  pace: 'seconds',
  sees: false,
  searches: false,
  rehearsal: true,
  stream: answer,
};

async function* answer(request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const { agent, ownerTitle, question, lang } = request;
  yield {
    type: 'text',
    text: rehearse({
      id: agent.id,
      persona: personaOf(agent),
      name: agent.name,
      role: agent.role,
      ownerTitle,
      question,
      lang,
    }),
  };
  yield { type: 'finish', reason: 'stop', usage: { inputTokens: 0, outputTokens: 0 } };
}
