import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { BudgetFault } from '../../bridge/text/room/budget.ts';
import type { Callable } from '../addressing/callable.ts';
import { type BudgetScope, type Unit, WHOLE } from './limits.ts';
import type { Period } from './periods.ts';

/** What stands behind `!budget`. Pure. */
export type BudgetWish =
  | { readonly kind: 'show' }
  | {
      readonly kind: 'set';
      readonly scope: BudgetScope;
      readonly period: Period;
      readonly unit: Unit;
      readonly amount: number;
    }
  | { readonly kind: 'off'; readonly scope: BudgetScope }
  | { readonly kind: 'bad'; readonly why: BudgetFault; readonly word: string };

const EVERYONE = ['all', 'everyone', 'house', '전체', '모두', '전부', '다'];
const OFF = /^(?:off|none|no limit|끔|꺼|끄기|없음|없애|없애기|해제|무제한)$/iu;
const PERIOD: readonly (readonly [Period, RegExp])[] = [
  ['day', /(?:\/ ?|per |a )?(?:\bday\b|\bdaily\b)|하루에?|매일|(?:\/ ?)?일(?= |$)|오늘/iu],
  ['month', /(?:\/ ?|per |a )?(?:\bmonth\b|\bmonthly\b|\bmo\b)|한 ?달에?|매월|매달|(?:\/ ?)?월(?= |$)|이번 ?달/iu],
];
/** As phones write numbers: `1,000`, `0.5`, `만` for ten thousand. Blanks come single. */
const AMOUNT =
  /^\$? ?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))? ?(천만|백만|만|천|k|m)? ?(usd|dollars?|bucks|달러|불|\$|tokens?|toks?|토큰|won|krw|원|₩)?$/iu;
const SCALE: ReadonlyMap<string, number> = new Map([
  ['k', 1_000],
  ['천', 1_000],
  ['만', 10_000],
  ['m', 1_000_000],
  ['백만', 1_000_000],
  ['천만', 10_000_000],
]);
const MICRO = 1_000_000;
/** Far below where numbers lose their last digit. */
const LARGEST = 1e12;

export function budgetWish(words: string, agents: readonly Callable[]): BudgetWish {
  const text = words.normalize('NFC').trim().replace(/\s+/gu, ' ');
  if (text === '') return { kind: 'show' };
  const named = whose(text, agents);
  if (named === null)
    return {
      kind: 'bad',
      why: /\d/u.test(text.split(' ')[0] ?? '') ? 'shape' : 'nobody',
      word: (text.split(' ')[0] ?? '').slice(0, 40),
    };
  const { scope, rest } = named;
  if (rest === '') return { kind: 'show' };
  if (OFF.test(rest)) return { kind: 'off', scope };
  const wrong = (why: BudgetFault): BudgetWish => ({ kind: 'bad', why, word: rest.slice(0, 60) });
  const period = PERIOD.find(([, pattern]) => pattern.test(rest));
  const bare =
    period === undefined
      ? rest
      : rest
          .replace(period[1], ' ')
          .replace(/[/\s]+/gu, ' ')
          .trim();
  const amount = AMOUNT.exec(bare.replace(/^(?:최대|한도|up to)\s*/iu, '').replace(/ ?(?:까지만?|씩)$/u, ''));
  if (amount === null) return wrong('shape');
  const [, whole = '', fraction = '', scale = '', unit = ''] = amount;
  if (/^(?:won|krw|원|₩)$/iu.test(unit)) return wrong('won');
  if (period === undefined) return wrong('shape');
  const dollars = bare.startsWith('$') || /^(?:usd|dollars?|bucks|달러|불|\$)$/iu.test(unit);
  if (!dollars && unit === '') return wrong('shape');
  const number = Number(`${whole.replaceAll(',', '')}.${fraction || '0'}`) * (SCALE.get(scale.toLowerCase()) ?? 1);
  const total = Math.round(dollars ? number * MICRO : number);
  if (!Number.isSafeInteger(total) || total < 1 || total > LARGEST) return wrong('size');
  return { kind: 'set', scope, period: period[0], unit: dollars ? 'usd' : 'tokens', amount: total };
}

function whose(
  text: string,
  agents: readonly Callable[],
): { readonly scope: BudgetScope; readonly rest: string } | null {
  const names: readonly (readonly [string, BudgetScope])[] = [
    ...EVERYONE.map((name) => [name, WHOLE] as const),
    ...agents.flatMap((agent) =>
      [agent.id, ...agent.callsigns].map((name) => [name.normalize('NFC').toLowerCase(), agent.id] as const),
    ),
  ];
  const bare = text.replace(/^@/u, '');
  const found = names
    .filter(
      ([name]) =>
        bare.toLowerCase().startsWith(name) && /^(?:$|[\s,:]|(?:은|는|이|가|의)(?=\s))/u.test(bare.slice(name.length)),
    )
    .toSorted(([a], [b]) => b.length - a.length)[0];
  if (found === undefined) return null;
  return {
    scope: found[1],
    rest: bare
      .slice(found[0].length)
      .replace(/^(?:은|는|이|가|의)?[\s,:]*/u, '')
      .trim(),
  };
}

/** Agents named one after another, as in `!thaw claude, gpt`; names may be of several words. */
export function agentsNamed(words: string, agents: readonly Callable[]): readonly AgentId[] {
  const named: AgentId[] = [];
  for (let left = words.replace(/^[\s,]+/u, ''); left !== '';) {
    const found = whose(left, agents);
    if (found !== null && found.scope !== WHOLE) named.push(found.scope);
    left = (found?.rest ?? left.replace(/^\S+/u, '')).replace(/^[\s,]+/u, '');
  }
  return named;
}
