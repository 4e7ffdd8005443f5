import type { FaultCode } from '../../bridge/protocol/fault.ts';
import type { Price } from '../../bridge/protocol/roster.ts';
import type { ProviderRequest, StreamPart, TokenUsage } from '../models/providers/provider.ts';
import { estimateTokens } from '../models/token-estimate.ts';

/** What calls cost. Pure; integers throughout: micro-dollars and tokens. */

export interface Cost {
  readonly usd: number;
  readonly tokens: number;
}

const MILLION = 1_000_000;
const IMAGE_TOKENS = 1_000;

/** Without a price the money is nothing; tokens count all the same. */
export function costOf({ inputTokens, outputTokens }: TokenUsage, price: Price | undefined): Cost {
  const usd = price === undefined ? 0 : Math.ceil((inputTokens * price.input + outputTokens * price.output) / MILLION);
  return { usd, tokens: inputTokens + outputTokens };
}

export function inputTokens({ system, messages }: Pick<ProviderRequest, 'system' | 'messages'>): number {
  const parts = messages.flatMap(({ content }) => content);
  return (
    estimateTokens(system) +
    parts.reduce((sum, part) => sum + (part.type === 'text' ? estimateTokens(part.text) : IMAGE_TOKENS), 0)
  );
}

/** The most that one call should cost: all of the input, and the longest answer allowed. */
export const estimateOf = (request: ProviderRequest, price: Price | undefined): Cost =>
  costOf({ inputTokens: inputTokens(request), outputTokens: request.agent.maxOutputTokens }, price);

/** Faults with which a provider turns a request away before any work. */
const TURNED_AWAY: ReadonlySet<FaultCode> = new Set([
  'provider.key',
  'provider.payment',
  'provider.forbidden',
  'provider.model',
  'provider.request',
  'provider.context',
  'provider.window',
  'provider.rate',
  'provider.quota',
  'provider.overloaded',
  'provider.unreachable',
]);

/** Watches an answer as it comes, to say in the end what it has cost. */
export class CostMeter {
  readonly #input: number;
  #said = 0;
  /** Attempts that were cut off before this one: their usage nobody reports. */
  #cut: TokenUsage = { inputTokens: 0, outputTokens: 0 };
  #reported: TokenUsage | undefined;

  constructor(request: ProviderRequest) {
    this.#input = inputTokens(request);
  }

  note(part: StreamPart): void {
    if (part.type === 'text') this.#said += estimateTokens(part.text) - 4;
    else if (part.type === 'restart') {
      this.#cut = added(this.#cut, part.spent ?? { inputTokens: this.#input, outputTokens: this.#said });
      this.#said = 0;
    } else if (part.type === 'finish') this.#reported = part.usage ?? this.#guess();
  }

  /** `fault`: how it ended, where it did not come to its finish; null for an abort. */
  usage(fault: FaultCode | null): TokenUsage {
    if (this.#reported !== undefined) return added(this.#cut, this.#reported);
    const turnedAway = fault !== null && TURNED_AWAY.has(fault) && this.#said === 0;
    return turnedAway ? this.#cut : added(this.#cut, this.#guess());
  }

  #guess(): TokenUsage {
    return { inputTokens: this.#input, outputTokens: Math.max(0, this.#said) };
  }
}

const added = (a: TokenUsage, b: TokenUsage): TokenUsage => ({
  inputTokens: a.inputTokens + b.inputTokens,
  outputTokens: a.outputTokens + b.outputTokens,
});
