import { AgentId } from '../../bridge/protocol/ids.ts';
import type { Period } from './periods.ts';

/** Whose money it is: one agent's, or all of the house's. */
export type BudgetScope = AgentId | '*';
export const WHOLE = '*';

export const UNITS = ['usd', 'tokens'] as const;
/** Micro-dollars, or tokens. */
export type Unit = (typeof UNITS)[number];

export interface Limit {
  readonly scope: BudgetScope;
  readonly period: Period;
  readonly unit: Unit;
  readonly amount: number;
}

export const limitField = (scope: BudgetScope, period: Period, unit: Unit): string => `${scope}.${period}.${unit}`;
export const spentField = (scope: BudgetScope, unit: Unit): string => `${scope}.${unit}`;

/** `<origin_server_ts of the command> <amount>`; a bare time: taken away then. */
export function readLimits(stored: Readonly<Record<string, string>>): readonly Limit[] {
  return Object.entries(stored).flatMap(([field, value]) => {
    const [, scope, period, unit] = /^(\*|[a-z][a-z0-9_-]*)\.(day|month)\.(usd|tokens)$/.exec(field) ?? [];
    const amount = /^\d+ (\d+)$/.exec(value)?.[1];
    if (scope === undefined || amount === undefined) return [];
    return [
      {
        scope: scope === WHOLE ? WHOLE : AgentId.parse(scope),
        period: period === 'month' ? 'month' : 'day',
        unit: unit === 'tokens' ? 'tokens' : 'usd',
        amount: Number(amount),
      },
    ];
  });
}
