import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { AgentConfig, ModelName, Price, Roster } from '../../bridge/protocol/roster.ts';
import { type ModelPrice, modelPrice } from './model-price.ts';
import type { Provider } from './providers/provider.ts';

export interface ModelBinding {
  /** As in the roster, with the model that is in force and what answers for it costs. */
  readonly config: AgentConfig;
  readonly provider: Provider;
  /** Nobody has said what it costs: it counts at the dearest price that is known. */
  readonly unpriced?: boolean;
}

/** Every agent's model as it is now: the roster's, or what a master has chosen instead. */
export class ModelBindings {
  readonly #home: ReadonlyMap<AgentId, AgentConfig>;
  #roster: ReadonlyMap<AgentId, AgentConfig>;
  #choices: ReadonlyMap<AgentId, ModelName> = new Map();
  readonly #make: (config: AgentConfig) => Provider;
  readonly #rehearsal: 'auto' | 'always';
  readonly #prices: ReadonlyMap<ModelName, Price>;
  #bindings: ReadonlyMap<AgentId, ModelBinding> = new Map();
  #ready: ReadonlySet<AgentId> = new Set();
  #byHand: ReadonlySet<AgentId> = new Set();
  #whenCalled: ReadonlySet<AgentId> = new Set();
  /** How many come and go. */
  #visitors = 0;

  /** @param make does no I/O: it is also asked what a model would be. */
  constructor(
    { agents, prices }: Pick<Roster, 'agents' | 'prices'>,
    make: (config: AgentConfig) => Provider,
    rehearsal: 'auto' | 'always',
  ) {
    this.#home = new Map(agents.map((config) => [config.id, config]));
    this.#roster = this.#home;
    this.#make = make;
    this.#rehearsal = rehearsal;
    const own = agents.flatMap(({ model, price }) => (price === undefined ? [] : [[model, price] as const]));
    this.#prices = new Map([...own, ...prices.map(({ model, ...price }) => [model, price] as const)]);
    this.use(new Map());
  }

  get(agent: AgentId): ModelBinding | undefined {
    return this.#bindings.get(agent);
  }

  /** A master has given it another model than the roster's. */
  isChosen(agent: AgentId): boolean {
    const config = this.#bindings.get(agent)?.config;
    return config !== undefined && config.model !== this.#roster.get(agent)?.model;
  }

  /** Who can take turns now. */
  get ready(): ReadonlySet<AgentId> {
    return this.#visitors === 0
      ? this.#ready
      : new Set([...this.#ready].filter((id) => this.#bindings.get(id)?.provider.online?.() ?? true));
  }

  /** Those of them who can be counted on: who lives elsewhere is one as long as it listens. */
  get listening(): ReadonlySet<AgentId> {
    return this.#visitors === 0
      ? this.#ready
      : new Set([...this.ready].filter((id) => this.#bindings.get(id)?.provider.listening?.() ?? true));
  }

  /** From now on these are the agents that live elsewhere. */
  outside(agents: readonly AgentConfig[]): void {
    this.#roster = new Map([...this.#home, ...agents.map((config) => [config.id, config] as const)]);
    this.use(this.#choices);
  }

  /** Those who live elsewhere and are not there now. */
  get away(): ReadonlySet<AgentId> {
    return new Set(
      this.#visitors === 0
        ? []
        : [...this.#bindings].filter(([, { provider }]) => provider.online?.() === false).map(([id]) => id),
    );
  }

  /** Those of them who would not answer if they were: a master has not allowed it. */
  get mute(): ReadonlySet<AgentId> {
    return new Set(
      this.#visitors === 0
        ? []
        : [...this.#bindings].filter(([, { provider }]) => provider.maySpeak?.() === false).map(([id]) => id),
    );
  }

  /** Whose words a person carries: asked only when called by name. */
  get byHand(): ReadonlySet<AgentId> {
    return this.#byHand;
  }

  /** Who is not asked by what is said to all. */
  get whenCalled(): ReadonlySet<AgentId> {
    return this.#whenCalled;
  }

  /** Whose model asks for tools. */
  get handy(): ReadonlySet<AgentId> {
    return new Set([...this.#bindings].filter(([, { provider }]) => provider.callsTools === true).map(([id]) => id));
  }

  /** What the agent's model would be with this model; with null, the roster's. `alone`: with nobody to stand in. */
  try(agent: AgentId, model: ModelName | null, alone?: 'alone'): ModelBinding | undefined {
    const config = this.#roster.get(agent);
    if (config === undefined) return undefined;
    const { fallback, ...bare } = { ...config, model: model ?? config.model };
    return this.#bind(alone === undefined && fallback !== undefined ? { ...bare, fallback } : bare);
  }

  /** Without its key the agent's stand-in answers, at what that costs. */
  #bind(config: AgentConfig): ModelBinding {
    const provider = this.#make(config);
    if (provider.billing === 'none') return { config, provider };
    const model = provider.insteadOf === undefined ? config.model : (config.fallback ?? config.model);
    const { price, known } = this.priceOf(config, model);
    return { config: { ...config, price }, provider, unpriced: !known };
  }

  /** What a model costs when this agent asks it. */
  priceOf({ endpoint }: Pick<AgentConfig, 'endpoint'>, model: ModelName): ModelPrice {
    return modelPrice(model, { roster: this.#prices, endpoint: endpoint?.url });
  }

  /** As it is, but with no other model to stand in. */
  alone(agent: AgentId): ModelBinding | undefined {
    const binding = this.#bindings.get(agent);
    if (binding === undefined) return undefined;
    const { fallback: _, ...config } = binding.config;
    return this.#bind(config);
  }

  /** The masters' choices, all of them; who is not among them has the roster's model. */
  use(choices: ReadonlyMap<AgentId, ModelName>): void {
    this.#choices = choices;
    const bindings = new Map<AgentId, ModelBinding>();
    for (const [id, config] of this.#roster) {
      const before = this.#bindings.get(id);
      const binding =
        before?.config.model === (choices.get(id) ?? config.model) ? before : this.try(id, choices.get(id) ?? null);
      if (binding !== undefined) bindings.set(id, binding);
    }
    this.#bindings = bindings;
    this.#ready = readyAgents(bindings, this.#rehearsal);
    this.#visitors = [...bindings.values()].filter(({ provider }) => provider.online !== undefined).length;
    this.#whenCalled = new Set(
      [...bindings].filter(([, { provider }]) => provider.speaks === 'when-called').map(([id]) => id),
    );
    this.#byHand = new Set([...bindings].filter(([, { provider }]) => provider.pace === 'by-hand').map(([id]) => id));
  }
}

/**
 * Rehearsal is for a house without keys: once one agent has a real model the rehearsing ones are silent, unless the
 * owner wants them to go on. One that waits to be called by name, or lives elsewhere, keeps nobody silent.
 */
function readyAgents(bindings: ReadonlyMap<AgentId, ModelBinding>, rehearsal: 'auto' | 'always'): ReadonlySet<AgentId> {
  const anyReal = [...bindings.values()].some(
    ({ provider }) => !provider.rehearsal && provider.pace !== 'by-hand' && provider.online === undefined,
  );
  return new Set(
    [...bindings]
      .filter(([, { provider }]) => rehearsal === 'always' || !anyReal || !provider.rehearsal)
      .map(([id]) => id),
  );
}
