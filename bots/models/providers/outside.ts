import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';
import { withoutTools } from './tool-history.ts';
import { spoken } from '../../residents/sealed.ts';

/** Where an agent that lives elsewhere is asked: its inbox, wired by the swarm. */
export interface OutsideAgentPort {
  /** Heard of lately, and allowed to answer. */
  readonly online: (agent: ProviderRequest['agent']['id']) => boolean;
  /** Whether its words would be taken at all. */
  readonly maySpeak?: (agent: ProviderRequest['agent']['id']) => boolean;
  /** Waiting for letters now, or until a moment ago, and allowed to answer. */
  readonly listening?: (agent: ProviderRequest['agent']['id']) => boolean;
  /** Its words; null when none came in time. Asking for the same turn again, after a restart, asks nothing twice. */
  ask(
    question: Pick<ProviderRequest, 'turn' | 'agent' | 'question' | 'chain' | 'task'> & { readonly prompt: string },
    signal: AbortSignal,
  ): Promise<string | null>;
}

/** The model of an agent that joins by HTTP. */
export function outside(id: ProviderRequest['agent']['id'], port: OutsideAgentPort): Provider {
  return {
    label: 'outside',
    billing: 'none',
    pace: 'minutes',
    sees: false,
    searches: false,
    rehearsal: false,
    online: () => port.online(id),
    maySpeak: () => port.maySpeak?.(id) ?? true,
    listening: () => port.listening?.(id) ?? true,
    stream: (request, signal) => ask(port, request, signal),
  };
}

async function* ask(port: OutsideAgentPort, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const { turn, agent, question, chain, task } = request;
  const answer = await port.ask(
    {
      turn,
      agent,
      question,
      prompt: promptOf(request),
      ...(chain === undefined ? {} : { chain }),
      ...(task === undefined ? {} : { task }),
    },
    signal,
  );
  if (answer === null) throw new ProviderFault('provider.absent');
  if (answer.trim() === '') throw new ProviderFault('provider.empty');
  yield { type: 'text', text: answer.trim() };
  yield { type: 'finish', reason: 'stop' };
}

/** All that a language model needs, in one text and whole: a question of a task may hold several plans and outputs. */
function promptOf({ system, messages, agent }: ProviderRequest): string {
  const said = withoutTools(messages).map(({ role, content }) => {
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return role === 'assistant' ? spoken(agent.name, text) : text;
  });
  return [system, ...said].join('\n\n');
}
