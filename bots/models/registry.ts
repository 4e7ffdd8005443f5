import type { AgentId } from '../../bridge/protocol/ids.ts';
import { type ModelKind, modelIdOf, modelKind } from '../../bridge/protocol/models.ts';
import type { AgentConfig, ModelName } from '../../bridge/protocol/roster.ts';
import type { ProviderSettings } from '../../bridge/protocol/settings.ts';
import type { Access } from './providers/access.ts';
import { anthropic } from './providers/anthropic.ts';
import { compatible } from './providers/compatible.ts';
import { echo } from './providers/echo.ts';
import { type EndpointQueue, EndpointQueues, isAtHome } from './endpoint-queue.ts';
import { withFallback } from './fallback.ts';
import { google } from './providers/google.ts';
import { manus, type ManusPace } from './providers/manus/manus.ts';
import type { ManusNotes } from './providers/manus/manus-notes.ts';
import { openai } from './providers/openai.ts';
import { outside, type OutsideAgentPort } from './providers/outside.ts';
import { perplexity } from './providers/perplexity/perplexity.ts';
import type { Provider } from './providers/provider.ts';
import { rehearsal } from './providers/offline.ts';
import { relay, type RelayPort } from './providers/relay.ts';
import { withRetry, type RetryClock } from './retry.ts';
import { withGuard } from './with-guard.ts';
import { sdkProvider, type SdkModel } from './providers/sdk-stream.ts';
import { DEFAULT_DEADLINES, type Deadlines } from './providers/watched-fetch.ts';

export type ExtraEnv = Readonly<Record<string, string | undefined>>;

export interface ProviderOptions {
  readonly deadlines?: Deadlines;
  readonly retryClock?: RetryClock;
  readonly manusPace?: ManusPace;
  readonly manusNotes?: ManusNotes;
  /** One for the house: agents wait for each other there alone. */
  readonly queues?: EndpointQueues;
  /** Without it a relay agent rehearses. */
  readonly relay?: RelayPort;
  /** Where agents that live elsewhere are asked; without it they rehearse. */
  readonly outsideAgents?: OutsideAgentPort;
  /** Lets a model be paid that answers for one that sends no bill; whoever asks that one pays nothing for it. */
  readonly paid?: (standIn: Provider) => Provider;
}

/** Every agent's model. An agent without its key has its fallback, or else rehearses. */
export function createProviders(
  agents: readonly AgentConfig[],
  settings: ProviderSettings,
  extraEnv: ExtraEnv,
  options: ProviderOptions = {},
): ReadonlyMap<AgentId, Provider> {
  const house = { queues: new EndpointQueues(), ...options };
  return new Map(agents.map((agent) => [agent.id, createProvider(agent, settings, extraEnv, house)]));
}

/** @param extraEnv where `endpoint.keyEnv` of a compatible agent is looked up. */
export function createProvider(
  agent: AgentConfig,
  settings: ProviderSettings,
  extraEnv: ExtraEnv,
  options: ProviderOptions = {},
): Provider {
  const house = { agent, settings, extraEnv, options };
  const first = providerOf(agent.model, house);
  const second = agent.fallback === undefined ? undefined : providerOf(agent.fallback, house);
  if (first === undefined) return { ...(second ?? rehearsal), insteadOf: agent.model };
  if (second === undefined) return first;
  return withFallback(first, first.billing === 'none' ? (options.paid?.(second) ?? second) : second);
}

interface House {
  readonly agent: AgentConfig;
  readonly settings: ProviderSettings;
  readonly extraEnv: ExtraEnv;
  readonly options: ProviderOptions;
}

/** Undefined where the key, the endpoint or the port is missing. */
type Adapter = (model: ModelName, house: House) => Provider | undefined;

/** Which adapter serves which kind of model. */
const ADAPTERS: Readonly<Record<ModelKind, Adapter>> = {
  openai: sdk(openai, ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: url }) => ({ key, url })),
  anthropic: sdk(anthropic, ({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url }) => ({ key, url })),
  google: sdk(google, ({ GOOGLE_GENERATIVE_AI_API_KEY: key, GOOGLE_BASE_URL: url }) => ({ key, url })),
  perplexity: sdk(perplexity, ({ PERPLEXITY_API_KEY: key, PERPLEXITY_BASE_URL: url }) => ({ key, url })),
  compatible: (model, house) => {
    const { endpoint } = house.agent;
    if (endpoint === undefined) return undefined;
    const key = endpoint.keyEnv === undefined ? undefined : house.extraEnv[endpoint.keyEnv]?.trim();
    if (endpoint.keyEnv !== undefined && (key === undefined || key === '')) return undefined;
    const queue = (house.options.queues ?? new EndpointQueues()).of(endpoint);
    return served(compatible(modelIdOf(model), { url: endpoint.url, key }), house, queue);
  },
  manus: (model, { agent: { sees }, settings, options: { deadlines, manusNotes, manusPace, retryClock } }) => {
    if (settings.MANUS_API_KEY === undefined) return undefined;
    const access = { key: settings.MANUS_API_KEY, url: settings.MANUS_BASE_URL };
    const provider = manus(modelIdOf(model), access, {
      sees,
      ...(deadlines === undefined ? {} : { deadlines }),
      ...(manusPace === undefined ? {} : { pace: manusPace }),
      ...(manusNotes === undefined ? {} : { notes: manusNotes }),
    });
    return withRetry(provider, retryClock);
  },
  echo: (model) => echo(model),
  rehearsal: () => rehearsal,
  relay: (_model, { options }) => (options.relay === undefined ? undefined : relay(options.relay)),
  outside: (_model, { agent, options }) =>
    options.outsideAgents === undefined ? undefined : outside(agent.id, options.outsideAgents),
};

function providerOf(model: ModelName, house: House): Provider | undefined {
  const kind = modelKind(model);
  return kind === undefined ? undefined : ADAPTERS[kind](model, house);
}

/** A model behind the AI SDK that wants a key. */
function sdk(
  make: (modelId: string, access: Access) => SdkModel,
  access: (settings: ProviderSettings) => { readonly key: string | undefined; readonly url: string | undefined },
): Adapter {
  return (model, house) => {
    const { key, url } = access(house.settings);
    return key === undefined ? undefined : served(make(modelIdOf(model), { key, url }), house);
  };
}

const served = (model: SdkModel, { agent, options }: House, queue?: EndpointQueue): Provider =>
  withRetry(
    withGuard(sdkProvider({ ...model, sees: agent.sees }, deadlinesOf(agent, options))),
    options.retryClock,
    queue,
  );

/** A small model on a computer at home reads a long prompt for minutes before its first word. */
const AT_HOME_FACTOR = 5;

function deadlinesOf(
  { patience, endpoint, model, reasoningEffort }: AgentConfig,
  { deadlines = DEFAULT_DEADLINES }: ProviderOptions,
): Deadlines {
  const atHome = modelKind(model) === 'compatible' && endpoint !== undefined && isAtHome(endpoint.url);
  // A model that was told to think hard may be silent for minutes.
  const thinks = { none: 1, minimal: 1, low: 1, medium: 2, high: 4, xhigh: 6, max: 8 }[reasoningEffort ?? 'minimal'];
  const factor = Math.max(thinks, atHome ? AT_HOME_FACTOR : 1);
  const silence = (ms: number) => (patience === undefined ? ms * factor : patience * 1000);
  const [firstByteMs, idleMs] = [silence(deadlines.firstByteMs), silence(deadlines.idleMs)];
  return { firstByteMs, idleMs, totalMs: Math.max(deadlines.totalMs, 2 * firstByteMs) };
}
