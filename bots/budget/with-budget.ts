import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import type { AgentConfig } from '../../bridge/protocol/roster.ts';
import type { Provider, ProviderRequest, StreamPart } from '../models/providers/provider.ts';
import type { ProviderRest } from './cooldowns.ts';
import { costOf, estimateOf, CostMeter } from './cost.ts';
import { faultFor, FROZEN, type Budget } from './budget.ts';

/** Where a provider that wants money, or whose quota is gone, names no time. */
const HOUR_MS = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR_MS;

/**
 * Every call of this model is paid from the budget: estimated and set aside before, counted after, refused with
 * `purse.blackout` or `purse.frozen` where there is nothing left. What rehearses, is carried by hand or lives
 * elsewhere costs the house nothing, and stands still with the others.
 */
export function withBudget(inner: Provider, spending: Budget, agent: Pick<AgentConfig, 'id' | 'price'>): Provider {
  return {
    ...inner,
    stream: (request, signal) =>
      isFree(inner) ? unpaid(inner, spending, request, signal) : paid(inner, spending, agent, request, signal),
  };
}

/** Nobody sends the house a bill for it. */
export const isFree = ({ billing }: Pick<Provider, 'billing'>): boolean => billing === 'none';

async function* unpaid(
  inner: Provider,
  spending: Budget,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const both = await spending.openFree(signal);
  try {
    yield* inner.stream(request, both);
  } catch (error) {
    throw stopped(both, signal, spending) ?? error;
  }
}

async function* paid(
  inner: Provider,
  spending: Budget,
  agent: Pick<AgentConfig, 'id' | 'price'>,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const call = await spending.open(agent.id, inner.label, estimateOf(request, agent.price), signal);
  const meter = new CostMeter(request);
  let ended: FaultCode | null = null;
  try {
    for await (const part of inner.stream(request, call.signal)) {
      meter.note(part);
      yield part;
    }
  } catch (error) {
    const frozen = stopped(call.signal, signal, spending);
    if (frozen !== undefined) throw frozen;
    if (!(error instanceof ProviderFault)) throw error;
    ended = error.code;
    const asked = pauseAsked(error, inner.label, Date.now());
    if (asked === null) throw error;
    throw error.with({ retryable: false, rest: await spending.pause(agent.id, asked) });
  } finally {
    // However it ended, and when the listener went away.
    await call.settle(costOf(meter.usage(ended), agent.price));
  }
}

function stopped(both: AbortSignal, own: AbortSignal, spending: Budget): ProviderFault | undefined {
  if (own.aborted || !both.aborted || both.reason !== FROZEN) return undefined;
  return faultFor({ why: 'frozen', until: null, key: `frozen.${spending.state.frozenAt ?? 0}` });
}

/** How long the provider wants to be left alone; null where it has not said so. Pure. */
export function pauseAsked({ code, retryAfterMs }: ProviderFault, label: string, now: number): ProviderRest | null {
  if (code !== 'provider.rate' && code !== 'provider.quota' && code !== 'provider.payment') return null;
  const wait = retryAfterMs ?? (code === 'provider.rate' ? 0 : HOUR_MS);
  return wait <= 0 ? null : { why: code, until: now + Math.min(wait, LONGEST_MS), label };
}
