import type { Redis } from 'ioredis';
import { modelIdOf, modelKind } from '../../bridge/protocol/models.ts';
import { PRICE_TABLE } from '../../bridge/protocol/prices/price-table.ts';
import type { SwarmCommandJob } from '../../bridge/protocol/turn.ts';
import { faultBrief } from '../../bridge/text/faults.ts';
import * as say from '../../bridge/text/room/models.ts';
import { amountOf } from '../budget/budget-table.ts';
import type { SwarmCommands } from '../commands/house-commands.ts';
import type { ModelBinding, ModelBindings } from '../models/model-bindings.ts';
import { probe } from '../models/model-check.ts';
import { chooseModel } from '../models/model-choices.ts';
import { modelState } from '../models/model-state.ts';
import type { Residents } from '../residents/residents.ts';
import { modelWish } from './model-wish.ts';

export interface ModelCommandDeps {
  readonly redis: Redis;
  readonly residents: Pick<Residents, 'agents'>;
  readonly bindings: Pick<ModelBindings, 'get' | 'try'>;
  /** Takes over what was chosen. */
  readonly reload: () => Promise<void>;
}

/** How long a model may take to say one word before a master is told that it does not answer. */
const TRY_MS = 45_000;

/** `!model` of models that have to be asked: what the key offers, and one tiny call before a yes. */
export function modelCommands(deps: ModelCommandDeps): SwarmCommands<'model'> {
  return { model: (job) => model(job, deps) };
}

async function model({ words, at, lang }: SwarmCommandJob, deps: ModelCommandDeps): Promise<string | null> {
  const { agents } = deps.residents;
  const wish = modelWish(words, agents);
  // Whoever was named has left since.
  if (wish.kind === 'nobody' || wish.kind === 'no-model') return null;
  const name = agents.find(({ id }) => id === wish.agent)?.config.name ?? wish.agent;
  const before = deps.bindings.get(wish.agent);
  if (wish.kind === 'show') {
    const shown = before === undefined ? [] : [say.modelShown[lang](factsOf(name, before))];
    return [...shown, ...(await offers(before, lang))].join('\n\n');
  }
  const chosen = deps.bindings.try(wish.agent, wish.model);
  if (chosen === undefined) return null;
  // Its stand-in would say yes for it.
  const alone = deps.bindings.try(wish.agent, wish.model, 'alone') ?? chosen;
  const tried = await probe(alone.provider, alone.config, AbortSignal.timeout(TRY_MS)).catch(
    () => ({ ok: false, code: 'provider.timeout' }) as const,
  );
  if (!tried.ok)
    return say.modelRefused[lang]({
      name,
      model: chosen.config.model,
      why: faultBrief[tried.code][lang](),
      stays: before?.config.model ?? '',
    });
  await chooseModel(deps.redis, wish.agent, at, wish.model);
  await deps.reload();
  return say.modelSet[lang](factsOf(name, chosen));
}

const factsOf = (name: string, binding: ModelBinding): say.ModelFacts => ({
  name,
  model: binding.config.model,
  state: modelState(binding),
});

/** More would be read by nobody on a phone. */
const MOST_PRICED = 12;
const MOST_OTHERS = 20;

/** What the key may use, those whose price is known first; what the price table knows where the provider has no list. */
async function offers(binding: ModelBinding | undefined, lang: SwarmCommandJob['lang']): Promise<readonly string[]> {
  const { model } = binding?.config ?? {};
  if (binding === undefined || model === undefined || binding.provider.billing === 'none') return [];
  const kind = modelKind(model) ?? '';
  const known = Object.keys(PRICE_TABLE).filter((name) => modelKind(name) === kind);
  const listed = await binding.provider.models?.(AbortSignal.timeout(TRY_MS)).catch(() => null);
  const all = listed == null ? known.map(modelIdOf) : listed;
  const priced = known.filter((name) => all.includes(modelIdOf(name)));
  const others = all.map((id) => `${kind}/${id}`).filter((name) => !priced.includes(name));
  if (priced.length + others.length === 0) return [];
  const shown = priced.slice(0, MOST_PRICED).map((name) => {
    const { input = 0, output = 0 } = PRICE_TABLE[name] ?? {};
    return {
      model: name,
      price: input + output === 0 ? null : `${amountOf(input, 'usd')} / ${amountOf(output, 'usd')}`,
    };
  });
  const rest = [...others, ...priced.slice(MOST_PRICED)];
  return [
    say.modelOffers[lang]({
      listed: listed != null,
      priced: shown,
      others: rest.slice(0, MOST_OTHERS),
      more: Math.max(0, rest.length - MOST_OTHERS),
    }),
  ];
}
