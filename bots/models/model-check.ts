import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import type { AgentConfig } from '../../bridge/protocol/roster.ts';
import type { Provider } from './providers/provider.ts';

export type Probe =
  | { readonly ok: true; /** Until the answer was whole, milliseconds. */ readonly ms: number }
  | { readonly ok: false; readonly ms: number; readonly code: FaultCode };

/** One tiny call, to see whether a key works and how fast the provider is: some ten tokens, or nothing where `check` is there. */
export async function probe(provider: Provider, agent: AgentConfig, signal: AbortSignal): Promise<Probe> {
  const began = performance.now();
  const ms = () => Math.round(performance.now() - began);
  const question = 'Reply with the word OK.';
  const request = {
    turn: 'probe',
    // Reasoning models count their thoughts as output: too small a limit would look like an empty answer. How hard to
    // think is left as it is: many models refuse the lowest levels.
    agent: { ...agent, maxOutputTokens: 2_000 },
    ownerTitle: '',
    lang: 'en',
    system: 'You are being tested for availability.',
    messages: [{ role: 'user', content: [{ type: 'text', text: question }] }],
    question,
    hurried: true,
  } as const;
  try {
    if (provider.check === undefined) {
      for await (const part of provider.stream(request, signal)) if (part.type === 'finish') break;
    } else await provider.check(signal);
    return { ok: true, ms: ms() };
  } catch (error) {
    signal.throwIfAborted();
    return { ok: false, ms: ms(), code: error instanceof ProviderFault ? error.code : 'turn.failed' };
  }
}
