import { ProviderFault } from '../../../bridge/protocol/fault.ts';
import { carrying } from '../../../bridge/text/room/models.ts';
import type { Provider, ProviderRequest, StreamPart } from './provider.ts';
import { withoutTools } from './tool-history.ts';
import { withoutEnd } from '../../../bridge/protocol/text-ends.ts';
import { spoken } from '../../residents/sealed.ts';

/** Where a person carries words to an AI without an API and back: the ops room, wired by the swarm. */
export interface RelayPort {
  /**
   * Posts what is to be pasted and waits for the reply to it. Reminds after a time of its own.
   * Rejects with `ProviderFault('provider.absent')` when none comes in time, and with the signal's reason when aborted.
   */
  ask(carried: Carried, signal: AbortSignal): Promise<string>;
}

/** Names the turn: asking for the same one again, after a restart, posts nothing twice. */
export interface Carried extends Pick<ProviderRequest, 'turn' | 'agent' | 'lang'> {
  readonly prompt: string;
}

/** An agent whose words a person fetches from a web chat. It blocks nobody: only its own turn waits. */
export function relay(relay: RelayPort): Provider {
  return {
    label: 'relay',
    billing: 'none',
    pace: 'by-hand',
    speaks: 'when-called',
    sees: false,
    searches: false,
    rehearsal: false,
    stream: (request, signal) => carry(relay, request, signal),
  };
}

async function* carry(relay: RelayPort, request: ProviderRequest, signal: AbortSignal): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  yield { type: 'progress', text: carrying[request.lang]() };
  let answer: string;
  try {
    answer = await relay.ask(
      { turn: request.turn, agent: request.agent, lang: request.lang, prompt: relayPrompt(request) },
      signal,
    );
  } catch (error) {
    signal.throwIfAborted();
    throw error instanceof ProviderFault ? error : new ProviderFault('provider.absent', { cause: error });
  }
  if (answer.trim() === '') throw new ProviderFault('provider.empty');
  yield { type: 'text', text: answer.trim() };
  yield { type: 'finish', reason: 'stop' };
}

/** Bytes. Web chats keep little, a phone pastes less, and both forms of it have to fit into one event. */
const LONGEST_PROMPT = 20_000;
/** The question is cut rather than left out. */
const SHORTEST_ROOM = 2_000;

/**
 * All that a web chat needs, in one text: who the agent is, the newest part of the conversation, cut at the borders
 * of messages, the question last.
 */
export function relayPrompt({ system, messages, agent }: ProviderRequest): string {
  const said = withoutTools(messages).map(({ role, content }) => {
    const text = content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('\n\n');
    return role === 'assistant' ? spoken(agent.name, text) : text;
  });
  const kept: string[] = [];
  let room = Math.max(SHORTEST_ROOM, LONGEST_PROMPT - Buffer.byteLength(system));
  for (const text of said.toReversed()) {
    if (kept.length > 0 && Buffer.byteLength(text) > room) break;
    const one = cutToBytes(text, room);
    kept.unshift(one);
    room -= Buffer.byteLength(one) + 2;
  }
  return [system, ...kept].join('\n\n');
}

const cutToBytes = (text: string, bytes: number): string =>
  Buffer.byteLength(text) <= bytes
    ? text
    : `${withoutEnd(Buffer.from(text).subarray(0, bytes).toString('utf8'), '\uFFFD')}\n[…]`;

/** As one code block that nothing inside can close. */
export function pastedBlock(text: string): string {
  const longest = Math.max(0, ...Array.from(text.matchAll(/`+/g), ([run]) => run.length));
  const fence = '`'.repeat(Math.max(3, longest + 1));
  return `${fence}\n${text}\n${fence}`;
}
