import { type FaultCode, REQUEST_REFUSALS } from '../../bridge/protocol/fault.ts';
import type { Price } from '../../bridge/protocol/roster.ts';
import type {
  ChatMessage,
  ContentPart,
  Provider,
  ProviderRequest,
  StreamPart,
  TokenUsage,
} from '../models/providers/provider.ts';
import { estimateTokens } from '../models/token-estimate.ts';

/** What calls cost. Pure; integers throughout: micro-dollars and tokens. */

export interface Cost {
  readonly usd: number;
  readonly tokens: number;
}

const NOTHING: Cost = { usd: 0, tokens: 0 };
const MILLION = 1_000_000;
/** Of one picture: providers make between 250 and 1,600 tokens of it. */
const IMAGE_TOKENS = 1_600;
/** Of one answer that was to be looked up; Google has no limit that can be set. */
const SEARCHES = 3;
/** Of one task, by Manus's own examples. */
const TASK_CREDITS = 200;

/** Without a price the money is nothing; tokens count all the same. What the provider itself has billed goes before. */
export function costOf(usage: TokenUsage, price: Price | undefined): Cost {
  const tokens = usage.inputTokens + usage.outputTokens;
  if (usage.billed !== undefined) return { usd: Math.ceil(usage.billed), tokens };
  return { usd: price === undefined ? 0 : Math.ceil(listCost(usage, price)), tokens };
}

/** Cached, written and heard input are parts of the whole, each at its own price. */
function listCost(usage: TokenUsage, price: Price): number {
  const { inputTokens, outputTokens, cachedTokens = 0, writtenTokens = 0, audioTokens = 0 } = usage;
  const { long } = price;
  const rates = long !== undefined && inputTokens > long.above ? long : price;
  const plain = Math.max(0, inputTokens - cachedTokens - writtenTokens - audioTokens);
  const perMillion =
    plain * rates.input +
    cachedTokens * (rates.cachedInput ?? rates.input) +
    writtenTokens * (rates.cacheWrite ?? rates.input) +
    audioTokens * (price.audioInput ?? rates.input) +
    outputTokens * rates.output;
  return (
    perMillion / MILLION + (usage.searches ?? 0) * (price.search ?? 0) + (usage.credits ?? 0) * (price.credit ?? 0)
  );
}

export function inputTokens({
  system,
  messages,
  tools = [],
}: Pick<ProviderRequest, 'system' | 'messages' | 'tools'>): number {
  return (
    estimateTokens(system) +
    tools.reduce((sum, offer) => sum + estimateTokens(JSON.stringify(offer)), 0) +
    messages.reduce((sum, message) => sum + messageTokens(message), 0)
  );
}

/** What a provider wants back of a step holds the message as well, and its thoughts beside. */
const messageTokens = ({ content, step }: ChatMessage): number =>
  step === undefined ? content.reduce((sum, part) => sum + partTokens(part), 0) : estimateTokens(step.state);

function partTokens(part: ContentPart): number {
  switch (part.type) {
    case 'text':
    case 'tool-result':
      return estimateTokens(part.text);
    case 'tool-call':
      return estimateTokens(`${part.name}${part.input}`);
    case 'image':
      return IMAGE_TOKENS;
  }
}

/** How a model is paid, as its adapter says. */
type Paid = Pick<Provider, 'billing' | 'searches'>;
const BY_TOKENS: Paid = { billing: 'tokens', searches: false };

/** The most that one call should cost: all of the input, none of it cached, and the longest answer allowed. */
export const estimateOf = (request: ProviderRequest, price: Price | undefined, paid: Paid = BY_TOKENS): Cost =>
  costOf(
    {
      inputTokens: inputTokens(request),
      outputTokens: request.agent.maxOutputTokens,
      ...(request.search === true ? { searches: SEARCHES } : paid.searches ? { searches: 1 } : {}),
      ...(paid.billing === 'task' ? { credits: TASK_CREDITS } : {}),
    },
    price,
  );

/** Faults with which a provider turns a request away before any work, and those where it was not there to begin it. */
const TURNED_AWAY: ReadonlySet<FaultCode> = new Set([
  ...REQUEST_REFUSALS,
  'provider.overloaded',
  'provider.unreachable',
]);

/** Watches an answer as it comes, to say in the end what it has cost. */
export class CostMeter {
  readonly #input: number;
  readonly #paid: Paid;
  readonly #searches: boolean;
  #said = 0;
  /** Attempts that were cut off before this one: of most nobody reports the usage. */
  readonly #cut: TokenUsage[] = [];
  #reported: TokenUsage | undefined;
  #model: string | undefined;

  constructor(request: ProviderRequest, paid: Paid = BY_TOKENS) {
    this.#input = inputTokens(request);
    this.#paid = paid;
    this.#searches = paid.searches || request.search === true;
  }

  note(part: StreamPart): void {
    if (part.type === 'text') this.#said += estimateTokens(part.text) - 4;
    else if (part.type === 'tool-call') this.#said += estimateTokens(`${part.name}${part.input}`);
    else if (part.type === 'spent') this.#reported = part.usage;
    else if (part.type === 'restart') {
      this.#cut.push(part.spent ?? this.#guess());
      this.#said = 0;
    } else if (part.type === 'finish') {
      // What the first had spent before another stood in stays its own.
      if (part.model !== undefined && this.#reported !== undefined) this.#cut.push(this.#reported);
      this.#model = part.model;
      this.#reported =
        this.#whole(part.usage) ?? (part.model === undefined ? this.#reported : undefined) ?? this.#guess();
    }
  }

  /** Another model than the one that was asked has answered. */
  get standIn(): string | undefined {
    return this.#model;
  }

  /**
   * @param fault how it ended, where it did not come to its finish; null for an abort.
   * @param standIn the price of the model that has answered instead, where one has.
   */
  cost(fault: FaultCode | null, price: Price | undefined, standIn = price): Cost {
    const turnedAway = fault !== null && TURNED_AWAY.has(fault) && this.#said === 0;
    const last = this.#reported ?? (turnedAway ? undefined : this.#guess());
    const costs = [
      ...this.#cut.map((usage) => costOf(usage, price)),
      ...(last === undefined ? [] : [costOf(last, standIn)]),
    ];
    return costs.reduce((sum, { usd, tokens }) => ({ usd: sum.usd + usd, tokens: sum.tokens + tokens }), NOTHING);
  }

  /** Who counts in credits tells of no tokens, which limits in tokens count all the same. */
  #whole(usage: TokenUsage | undefined): TokenUsage | undefined {
    return usage?.credits === undefined ? usage : { ...this.#guess(), credits: usage.credits };
  }

  #guess(): TokenUsage {
    return {
      inputTokens: this.#input,
      outputTokens: Math.max(0, this.#said),
      ...(this.#searches && this.#paid.billing === 'tokens' ? { searches: 1 } : {}),
      ...(this.#paid.billing === 'task' ? { credits: TASK_CREDITS } : {}),
    };
  }
}
