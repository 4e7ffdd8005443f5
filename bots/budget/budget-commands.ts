import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import * as say from '../../bridge/text/room/budget.ts';
import { typedName } from '../addressing/typed-name.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { ModelBindings } from '../models/model-bindings.ts';
import type { Residents } from '../residents/residents.ts';
import { amountInWords, renderBudget } from './budget-table.ts';
import { agentsNamed, budgetWish } from './budget-wish.ts';
import { type BudgetScope, UNITS, WHOLE } from './limits.ts';
import { PERIODS } from './periods.ts';
import type { Budget } from './budget.ts';
import { isFree } from './with-budget.ts';

export interface BudgetCommandDeps {
  readonly spending: Budget;
  readonly residents: Pick<Residents, 'agents'>;
  readonly bindings: Pick<ModelBindings, 'get'>;
  readonly timeZone: string;
}

/** `!budget`, `!freeze`, `!thaw`. What they set hangs on the time of the message: repeating one changes nothing. */
export function budgetCommands(deps: BudgetCommandDeps): SwarmCommands<'budget' | 'freeze' | 'thaw'> {
  return { budget: (job) => budget(job, deps), freeze: (job) => freeze(job, deps), thaw: (job) => thaw(job, deps) };
}

async function budget({ words, at, lang }: SwarmCommandJob, deps: BudgetCommandDeps): Promise<string> {
  const { agents } = deps.residents;
  const wish = budgetWish(words, agents);
  const whose = (scope: BudgetScope): say.Whose =>
    scope === WHOLE ? null : { name: agents.find(({ id }) => id === scope)?.config.name ?? scope };
  switch (wish.kind) {
    case 'bad':
      return say.notBudget[lang](wish.why, wish.word, typedName(agents, lang));
    case 'show':
      await deps.spending.refresh();
      return table(deps, lang);
    case 'off':
      await deps.spending.limit(
        PERIODS.flatMap((period) => UNITS.map((unit) => ({ scope: wish.scope, period, unit, amount: null }))),
        at,
      );
      return say.limitsOff[lang](whose(wish.scope));
    case 'set': {
      const { scope, period, unit, amount } = wish;
      await deps.spending.limit([{ scope, period, unit, amount }], at);
      return say.limitSet[lang](whose(scope), period, amountInWords(amount, unit, lang));
    }
  }
}

function table({ spending, residents, bindings, timeZone }: BudgetCommandDeps, lang: Lang): string {
  const rows = residents.agents.map(({ id, config }) => {
    const binding = bindings.get(id);
    return {
      id,
      name: config.name,
      unpriced: binding?.unpriced === true && !isFree(binding.provider) ? binding.provider.label : null,
    };
  });
  return renderBudget(
    {
      state: spending.state,
      rests: spending.blackouts(),
      agents: rows,
      example: typedName(residents.agents, lang),
      now: Date.now(),
      timeZone,
    },
    lang,
  );
}

async function freeze({ at, lang }: SwarmCommandJob, { spending }: BudgetCommandDeps): Promise<string> {
  await spending.freeze(true, at);
  return say.frozen[lang]();
}

/** With names: only what their providers have asked for is over. */
async function thaw(
  { words, at, lang }: SwarmCommandJob,
  { spending, residents: { agents } }: BudgetCommandDeps,
): Promise<string> {
  const named = agentsNamed(words, agents);
  if (words.trim() !== '' && named.length === 0)
    return say.notBudget[lang]('nobody', words.trim().slice(0, 40), typedName(agents, lang));
  await spending.wake(named.length === 0 ? agents.map(({ id }) => id) : named);
  if (named.length > 0) {
    const nameOf = (id: AgentId) => agents.find((agent) => agent.id === id)?.config.name ?? id;
    // Their providers are one reason to be silent, the house's limits and the freeze are others.
    const rested = named.filter((id) => !spending.available(id));
    const woken = named.filter((id) => !rested.includes(id));
    return [
      ...(woken.length === 0 ? [] : [say.woken[lang](woken.map(nameOf))]),
      ...(rested.length === 0 ? [] : [say.stillResting[lang](rested.map(nameOf), spending.frozen)]),
    ].join('\n');
  }
  await spending.freeze(false, at);
  return say.thawed[lang]();
}
