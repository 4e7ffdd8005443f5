import { ProviderFault } from '../../bridge/protocol/fault.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';
import { relayPrompt } from './relay.ts';

/** Where an agent that lives elsewhere is asked: its mailbox, wired by the swarm. */
export interface OutsideDesk {
  readonly online: (agent: ProviderRequest['agent']['id']) => boolean;
  /** Its words; null when none came in time. Asking for the same turn again, after a restart, asks nothing twice. */
  ask(question: Pick<ProviderRequest, 'turn' | 'agent' | 'question' | 'chain'> & { readonly prompt: string }, signal: AbortSignal): Promise<string | null>;
}

/** The mind of an agent that joins by HTTP. */
export function outside(id: ProviderRequest['agent']['id'], desk: OutsideDesk): Provider {
  return { label: 'outside', sees: false, rehearsal: false, online: () => desk.online(id), stream: (request, signal) => ask(desk, request, signal) };
}

async function* ask(desk: OutsideDesk, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const answer = await desk.ask({ turn: request.turn, agent: request.agent, question: request.question, prompt: relayPrompt(request), ...(request.chain === undefined ? {} : { chain: request.chain }) }, signal);
  if (answer === null) throw new ProviderFault('provider.absent');
  if (answer.trim() === '') throw new ProviderFault('provider.empty');
  yield { type: 'text', text: answer.trim() };
  yield { type: 'finish', reason: 'stop' };
}
