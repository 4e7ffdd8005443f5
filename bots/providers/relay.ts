import { ProviderFault } from '../../bridge/protocol/fault.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';

/** Where a person carries words to an AI without an API and back: the ops room, wired by the swarm. */
export interface RelayDesk {
  /**
   * Posts what is to be pasted and waits for the reply to it. Reminds after a time of its own.
   * Rejects with `ProviderFault('provider.absent')` when none comes in time, and with the signal's reason when aborted.
   */
  ask(prompt: string, signal: AbortSignal, agent: Pick<ProviderRequest['agent'], 'id' | 'name'>): Promise<string>;
}

/** An agent whose words a person fetches from a web chat. It blocks nobody: only its own turn waits. */
export function relay(desk: RelayDesk): Provider {
  return { label: 'relay', sees: false, rehearsal: false, stream: (request, signal) => carry(desk, request, signal) };
}

async function* carry(desk: RelayDesk, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  let answer: string;
  try {
    answer = await desk.ask(relayPrompt(request), signal, request.agent);
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ProviderFault ? error : new ProviderFault('provider.absent', { cause: error });
  }
  if (answer.trim() === '') throw new ProviderFault('provider.empty');
  yield { type: 'text', text: answer.trim() };
  yield { type: 'finish', reason: 'stop' };
}

/** Web chats keep little; a phone pastes less. */
const LONGEST_PROMPT = 12_000;

/**
 * All that a web chat needs, in one text: who the agent is, the newest part of the conversation, cut at the borders
 * of messages, the question last.
 */
export function relayPrompt({ system, messages, agent }: ProviderRequest): string {
  const said = messages.map(({ role, content }) => {
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return role === 'assistant' ? `[${agent.name}] ${text}` : text;
  });
  const kept: string[] = [];
  let room = LONGEST_PROMPT - system.length;
  for (const text of said.toReversed()) {
    if (kept.length > 0 && text.length > room) break;
    kept.unshift(text);
    room -= text.length + 2;
  }
  return [system, ...kept].join('\n\n');
}

/** As one code block that nothing inside can close. */
export function codeBlock(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}\n${text}\n${fence}`;
}
