import type { Rest } from '../../bridge/protocol/fault.ts';
import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { Limit, BudgetScope, Unit } from './limits.ts';
import { spentField, WHOLE } from './limits.ts';
import { type Period, periodEnd, periodKey } from './periods.ts';

/** Everything that decides who may call a provider, as it was in Redis a moment ago. */
export interface BudgetState {
  readonly limits: readonly Limit[];
  readonly spent: Readonly<Record<Period, Readonly<Record<string, string>>>>;
  /** What providers have asked for, by agent. */
  readonly rests: ReadonlyMap<AgentId, ProviderRest>;
  /** Since when (origin_server_ts of the command) everything stands still; null: it does not. */
  readonly frozenAt: number | null;
  /** Which blackout an agent has told of last. */
  readonly told: ReadonlyMap<AgentId, string>;
}

export interface ProviderRest {
  readonly until: number;
  readonly why: 'provider.rate' | 'provider.quota' | 'provider.payment';
  /** The model it was; another one is another provider, which has asked for nothing. */
  readonly label: string;
}

export const EMPTY: BudgetState = {
  limits: [],
  spent: { day: {}, month: {} },
  rests: new Map(),
  frozenAt: null,
  told: new Map(),
};

export const spentOf = (state: BudgetState, period: Period, scope: BudgetScope, unit: Unit): number =>
  Number(state.spent[period][spentField(scope, unit)] ?? 0);

/** @returns why the agent makes no call now, or null. Of several reasons the one that lasts longest. Pure. */
export function restOf(
  agent: AgentId,
  label: string | undefined,
  state: BudgetState,
  now: number,
  timeZone: string,
): Rest | null {
  if (state.frozenAt !== null) return { why: 'frozen', until: null, key: `frozen.${state.frozenAt}` };
  const asked = state.rests.get(agent);
  const rests = [
    ...(asked === undefined || asked.until <= now || (label !== undefined && asked.label !== label)
      ? []
      : [restAsked(asked)]),
    ...state.limits
      .filter(
        (limit) =>
          (limit.scope === agent || limit.scope === WHOLE) &&
          spentOf(state, limit.period, limit.scope, limit.unit) >= limit.amount,
      )
      .map((limit) => restLimited(limit, now, timeZone)),
  ];
  return rests.toSorted((a, b) => (b.until ?? 0) - (a.until ?? 0))[0] ?? null;
}

export const restAsked = ({ why, until, label }: ProviderRest): Rest => ({
  why,
  until,
  key: `${why}.${until}.${label}`,
});

export function restLimited({ scope, period, unit, amount }: Limit, now: number, timeZone: string): Rest {
  const whose = scope === WHOLE ? 'house' : 'own';
  return {
    why: `${whose}-${period}`,
    until: periodEnd(period, now, timeZone),
    key: `${scope}.${period}.${unit}.${periodKey(period, now, timeZone)}.${amount}`,
  };
}

export interface Warning {
  /** Names it: told once for this limit in this period. */
  readonly id: string;
  readonly limit: Limit;
  readonly spent: number;
}

const WARN_AT_PERCENT = 80;

/** Limits of which most is gone. Pure. */
export function warningsOf(state: BudgetState, now: number, timeZone: string): readonly Warning[] {
  return state.limits.flatMap((limit) => {
    const { scope, period, unit, amount } = limit;
    const spent = spentOf(state, period, scope, unit);
    if (amount === 0 || spent * 100 < amount * WARN_AT_PERCENT) return [];
    return [{ id: `${scope}.${period}.${unit}.${periodKey(period, now, timeZone)}.${amount}`, limit, spent }];
  });
}
