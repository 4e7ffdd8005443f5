import type { SwarmEnvironment } from '../bridge/config/swarm.ts';
import type { Price } from '../bridge/protocol/roster.ts';
import { Budget } from './budget/budget.ts';
import { warnMaster } from './budget/warn-master.ts';
import { isFree, withBudget } from './budget/with-budget.ts';
import { EndpointQueues } from './models/endpoint-queue.ts';
import { notesInRedis } from './models/providers/manus/manus-notes-redis.ts';
import { ModelBindings } from './models/model-bindings.ts';
import { chosenModels } from './models/model-choices.ts';
import type { OutsideAgentPort } from './models/providers/outside.ts';
import type { Provider } from './models/providers/provider.ts';
import { createProvider } from './models/registry.ts';
import { WebChatRelay } from './models/web-chat-relay.ts';
import type { SwarmBase } from './swarm-base.ts';

/** What answers for each agent, and what that may cost. */
export interface Models {
  readonly bindings: ModelBindings;
  readonly spending: Budget;
  readonly relay: WebChatRelay;
  /** Takes over what the masters have chosen. */
  readonly reload: () => Promise<void>;
  /** Of every agent that is ready and sends a bill. */
  readonly paid: () => readonly { readonly price?: Price | undefined }[];
}

/** A call is paid from the budget, and the budget asks what a call would cost: the two are made together. */
export function buildModels(
  base: SwarmBase,
  { settings, providers: keys, all }: SwarmEnvironment,
  outsideAgents: OutsideAgentPort,
): Models {
  const { redis, residents, coordinator, hq, lang, log } = base;
  const providerOf = (agent: Parameters<ModelBindings['get']>[0]) => bindings.get(agent)?.provider;
  const spending: Budget = new Budget({
    redis,
    timeZone: base.timeZone,
    agents: () => residents.agents.map(({ id }) => id),
    labelOf: (agent) => providerOf(agent)?.label,
    isFree: (agent) => {
      const provider = providerOf(agent);
      return provider !== undefined && isFree(provider);
    },
    warn: (warning) =>
      warnMaster(warning, {
        coordinator,
        hq,
        lang,
        nameOf: (agent) => residents.byId.get(agent)?.config.name ?? agent,
      }),
    onError: (error) => log.warn({ error: error instanceof Error ? error.name : 'unknown' }, 'budget'),
  });
  const ghostOf = (agent: Parameters<ModelBindings['get']>[0]) =>
    base.ghost(residents.byId.get(agent)?.userId ?? residents.coordinator);
  const relay = new WebChatRelay({ redis, ops: base.ops, ghost: ghostOf, pace: base.roster.relay });
  const queues = new EndpointQueues();
  const manusNotes = notesInRedis(redis);
  const bindings: ModelBindings = new ModelBindings(
    base.roster,
    (config) => {
      const priceOf = (model: string) => bindings.priceOf(config, model).price;
      const paid = (provider: Provider) => withBudget(provider, spending, { id: config.id, priceOf });
      return paid(createProvider(config, keys, all, { relay, outsideAgents, queues, manusNotes, paid }));
    },
    settings.CHAVION_REHEARSAL,
  );
  return {
    bindings,
    spending,
    relay,
    reload: async () => bindings.use(await chosenModels(redis)),
    paid: () =>
      [...bindings.ready]
        .flatMap((id) => bindings.get(id) ?? [])
        .flatMap(({ config, provider }) => (isFree(provider) ? [] : [{ price: config.price }])),
  };
}
