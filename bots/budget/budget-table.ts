import type { Rest } from '../../bridge/protocol/fault.ts';
import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import { listEntry } from '../../bridge/text/list-entry.ts';
import { budgetTable, clockTime } from '../../bridge/text/room/budget.ts';
import { type BudgetState, spentOf } from './cooldowns.ts';
import { type Limit, type BudgetScope, type Unit, UNITS, WHOLE } from './limits.ts';
import { type Period, PERIODS } from './periods.ts';

/** What `!budget` shows, in Markdown, narrow enough for a phone. Pure. */
export interface BudgetTable {
  readonly state: BudgetState;
  readonly rests: ReadonlyMap<AgentId, Rest>;
  readonly agents: readonly {
    readonly id: AgentId;
    readonly name: string;
    /** Its model, where nobody has said what that costs. */
    readonly unpriced: string | null;
  }[];
  /** Whose name stands in the examples. */
  readonly example: string;
  readonly now: number;
  readonly timeZone: string;
}

export function renderBudget(table: BudgetTable, lang: Lang): string {
  const { state, agents, rests, now, timeZone } = table;
  const entry = (name: string, scope: BudgetScope) =>
    listEntry(
      `**${name}** · ${budgetTable.day[lang]()} ${cell(state, 'day', scope)}`,
      `${budgetTable.month[lang]()} ${cell(state, 'month', scope)}`,
    );
  const mark = (id: AgentId): string => (state.frozenAt === null && rests.has(id) ? ' 💤' : '');
  const named = agents.map(({ id, name }) => ({ id, name: `${plainWords(name)}${mark(id)}` }));
  const untouched = named.filter(({ id }) => PERIODS.every((period) => isUntouched(state, period, id)));
  const lines = [
    ...named.filter((one) => !untouched.includes(one)).map(({ id, name }) => entry(name, id)),
    ...(untouched.length === 0 ? [] : [listEntry(budgetTable.untouched[lang](untouched.map(({ name }) => name)))]),
    entry(budgetTable.all[lang](), WHOLE),
  ];
  const notes = [
    ...(state.frozenAt === null ? [] : [budgetTable.frozen[lang]()]),
    ...agents.flatMap(({ id, name }) => {
      const until = rests.get(id)?.until;
      return until == null ? [] : [`💤 ${name}: ${budgetTable.blackout[lang](clockTime(until, now, timeZone, lang))}`];
    }),
    ...unpriced(table, lang),
    budgetTable.how[lang](table.example),
  ];
  return `${lines.join('\n')}\n\n${notes.join('\n')}`;
}

function unpriced({ agents }: BudgetTable, lang: Lang): readonly string[] {
  const models = agents.flatMap(({ name, unpriced: model }) => (model === null ? [] : [{ name, model }]));
  return models.length === 0 ? [] : [budgetTable.unpriced[lang](models)];
}

const isUntouched = (state: BudgetState, period: Period, scope: BudgetScope): boolean =>
  UNITS.every((unit) => spentOf(state, period, scope, unit) === 0) &&
  !state.limits.some((limit) => limit.scope === scope && limit.period === period);

function cell(state: BudgetState, period: Period, scope: BudgetScope): string {
  const spent = (unit: Unit) => spentOf(state, period, scope, unit);
  const limits = state.limits.filter((limit) => limit.scope === scope && limit.period === period);
  const [first] = limits.toSorted((a, b) => share(b, spent(b.unit)) - share(a, spent(a.unit)));
  const amounts = UNITS.map((unit) => {
    const limit = limits.find((one) => one.unit === unit);
    return limit === undefined
      ? amountOf(spent(unit), unit)
      : `${amountOf(spent(unit), unit)} / ${amountOf(limit.amount, unit)}`;
  });
  if (first === undefined) return spent('tokens') === 0 ? '0' : amounts.join(' · ');
  return `${bar(share(first, spent(first.unit)))} ${amounts.join(' · ')}`;
}

const share = ({ amount }: Limit, spent: number): number => spent / Math.max(1, amount);

const BAR = 5;
/** Something spent shows, and full means full. */
export function bar(part: number): string {
  const filled = part >= 1 ? BAR : Math.min(BAR - 1, part > 0 ? Math.max(1, Math.round(part * BAR)) : 0);
  return '▓'.repeat(filled) + '░'.repeat(BAR - filled);
}

/** In a sentence: 10만 토큰, 100,000 tokens; a list has no room for the word. */
export function amountInWords(amount: number, unit: Unit, lang: Lang): string {
  if (unit === 'usd') return amountOf(amount, unit);
  const number = new Intl.NumberFormat('en-US');
  if (lang === 'en') return `${number.format(amount)} tokens`;
  return amount >= 10_000 && amount % 1_000 === 0
    ? `${number.format(amount / 10_000)}만 토큰`
    : `${number.format(amount)} 토큰`;
}

/** `$1.24`, `$0.003`, `12k`, `1.2M`. */
export function amountOf(amount: number, unit: Unit): string {
  if (unit === 'usd') {
    const dollars = amount / 1_000_000;
    return `$${amount === 0 ? '0' : dollars < 0.01 ? dollars.toPrecision(1) : dollars < 100 ? dollars.toFixed(2).replace(/\.00$/, '') : Math.round(dollars)}`;
  }
  if (amount < 1_000) return `${amount}t`;
  return amount < 1_000_000
    ? `${Math.round(amount / 1_000)}kt`
    : `${(amount / 1_000_000).toFixed(1).replace(/\.0$/, '')}Mt`;
}
