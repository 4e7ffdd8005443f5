import { modelFacts, modelIdOf, modelKind } from '../../bridge/protocol/models.ts';
import { PRICE_TABLE } from '../../bridge/protocol/prices/price-table.ts';
import type { ModelName, Price } from '../../bridge/protocol/roster.ts';
import { isAtHome } from './endpoint-queue.ts';

/** What a model costs, and whether anybody has said so. Pure. */
export interface ModelPrice {
  readonly price: Price;
  /** Without it the price is the dearest that is known: a limit in money has to hold. */
  readonly known: boolean;
}

export interface PriceSources {
  /** Of the roster file, by model. */
  readonly roster: ReadonlyMap<ModelName, Price>;
  /** Where a compatible model is reached. */
  readonly endpoint?: string | undefined;
}

const FREE: Price = { input: 0, output: 0 };

export function modelPrice(model: ModelName, { roster, endpoint }: PriceSources): ModelPrice {
  const price = roster.get(model) ?? tablePrice(model);
  if (price !== undefined) return { price, known: true };
  if (modelFacts(model).endpoint) {
    // A gateway serves other providers' models under their names; a server at home sends no bill.
    const through = tablePrice(modelIdOf(model));
    if (through !== undefined) return { price: through, known: true };
    if (endpoint !== undefined && isAtHome(endpoint)) return { price: FREE, known: true };
  }
  return { price: dearestOf(model), known: false };
}

/** A snapshot costs what the model costs of which it is one. */
const tablePrice = (model: string): Price | undefined =>
  PRICE_TABLE[model] ?? PRICE_TABLE[model.replace(/-(?:\d{4}-\d{2}-\d{2}|\d{8})$/, '')];

/** Of its own provider, and of all where that has none. */
function dearestOf(model: ModelName): Price {
  const all = Object.entries(PRICE_TABLE);
  const own = all.filter(([name]) => modelKind(name) === modelKind(model));
  const [dearest] = (own.length > 0 ? own : all)
    .map(([, price]) => price)
    .toSorted((a, b) => b.input + b.output - a.input - a.output);
  return dearest ?? FREE;
}
