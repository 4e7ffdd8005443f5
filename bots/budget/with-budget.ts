import { type FaultCode, ProviderFault } from '../../bridge/protocol/fault.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { Price } from '../../bridge/protocol/roster.ts';
import type { Provider, ProviderRequest, StreamPart } from '../models/providers/provider.ts';
import type { ProviderRest } from './cooldowns.ts';
import { estimateOf, CostMeter } from './cost.ts';
import { faultFor, FROZEN, type Budget } from './budget.ts';

/** Where a provider that wants money, or whose quota is gone, names no time. */
const HOUR_MS = 3_600_000;
const LONGEST_MS = 7 * 24 * HOUR_MS;

/** Whose money it is, and what the models cost that may answer for it. */
export interface Payer {
  readonly id: AgentId;
  readonly priceOf: (model: string) => Price | undefined;
}

/**
 * Every call of this model is paid from the budget: estimated and set aside before, counted after, refused with
 * `purse.blackout` or `purse.frozen` where there is nothing left. What rehearses, is carried by hand or lives
 * elsewhere costs the house nothing, and stands still with the others.
 */
export function withBudget(inner: Provider, spending: Budget, payer: Payer): Provider {
  return {
    ...inner,
    stream: (request, signal) =>
      isFree(inner) ? unpaid(inner, spending, request, signal) : paid(inner, spending, payer, request, signal),
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
  { id, priceOf }: Payer,
  request: ProviderRequest,
  signal: AbortSignal,
): AsyncGenerator<StreamPart> {
  signal.throwIfAborted();
  const call = await spending.open(id, inner.label, estimateOf(request, priceOf(inner.label), inner), signal);
  const meter = new CostMeter(request, inner);
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
    if (error.spent !== undefined) meter.note({ type: 'spent', usage: error.spent });
    const asked = pauseAsked(error, inner.label, Date.now());
    if (asked === null) throw error;
    throw error.with({ retryable: false, rest: await spending.pause(id, asked) });
  } finally {
    // However it ended, and when the listener went away.
    await call.settle(meter.cost(ended, priceOf(inner.label), priceOf(meter.standIn ?? inner.label)));
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
