import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { AgentConfig, ModelName } from '../../bridge/protocol/roster.ts';
import type { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { anthropic } from './providers/anthropic.ts';
import { compatible } from './providers/compatible.ts';
import { echo } from './providers/echo.ts';
import { withFallback } from './fallback.ts';
import { google } from './providers/google.ts';
import { manus, type ManusPace } from './providers/manus.ts';
import { openai } from './providers/openai.ts';
import { outside, type OutsideAgentPort } from './providers/outside.ts';
import { perplexity } from './providers/perplexity.ts';
import type { Provider } from './providers/provider.ts';
import { rehearsal } from './providers/offline.ts';
import { relay, type RelayPort } from './providers/relay.ts';
import { withRetry, type RetryClock } from './retry.ts';
import { sdkProvider, type SdkModel } from './providers/sdk-stream.ts';
import type { Deadlines } from './providers/watched-fetch.ts';

export type ExtraEnv = Readonly<Record<string, string | undefined>>;

export interface ProviderOptions {
  readonly deadlines?: Deadlines;
  readonly retryClock?: RetryClock;
  readonly manusPace?: ManusPace;
  /** Without it a relay agent rehearses. */
  readonly relay?: RelayPort;
  /** Where agents that live elsewhere are asked; without it they rehearse. */
  readonly outsideAgents?: OutsideAgentPort;
}

/** Every agent's mind. An agent without its key has its fallback, or else rehearses. */
export function createProviders(
  agents: readonly AgentConfig[],
  settings: ProviderSettings,
  extraEnv: ExtraEnv,
  options: ProviderOptions = {},
): ReadonlyMap<AgentId, Provider> {
  return new Map(agents.map((agent) => [agent.id, createProvider(agent, settings, extraEnv, options)]));
}

/** @param extraEnv where `endpoint.keyEnv` of a compatible agent is looked up. */
export function createProvider(agent: AgentConfig, settings: ProviderSettings, extraEnv: ExtraEnv, options: ProviderOptions = {}): Provider {
  const first = providerOf(agent.model, agent, settings, extraEnv, options);
  const second = agent.fallback === undefined ? undefined : providerOf(agent.fallback, agent, settings, extraEnv, options);
  if (first !== undefined && second !== undefined) return withFallback(first, second);
  return first ?? second ?? rehearsal;
}

/** Undefined where the key is missing. */
function providerOf(model: ModelName, agent: AgentConfig, settings: ProviderSettings, extraEnv: ExtraEnv, options: ProviderOptions): Provider | undefined {
  if (model === 'rehearsal') return rehearsal;
  if (model === 'echo' || model.startsWith('echo/')) return echo(model);
  if (model === 'relay') return options.relay === undefined ? undefined : relay(options.relay);
  if (model === 'outside') return options.outsideAgents === undefined ? undefined : outside(agent.id, options.outsideAgents);
  if (model.startsWith('manus/')) return manusOf(model, agent, settings, options);
  const sdk = sdkModel(model, agent, settings, extraEnv);
  if (sdk === undefined) return undefined;
  return withRetry(sdkProvider({ ...sdk, sees: agent.sees }, options.deadlines), options.retryClock);
}

function manusOf(model: ModelName, { sees }: AgentConfig, settings: ProviderSettings, { deadlines, manusPace, retryClock }: ProviderOptions): Provider | undefined {
  if (settings.MANUS_API_KEY === undefined) return undefined;
  const access = { key: settings.MANUS_API_KEY, url: settings.MANUS_BASE_URL };
  const provider = manus(model.slice('manus/'.length), access, {
    sees,
    ...(deadlines === undefined ? {} : { deadlines }),
    ...(manusPace === undefined ? {} : { pace: manusPace }),
  });
  return withRetry(provider, retryClock);
}

function sdkModel(model: ModelName, { endpoint }: AgentConfig, settings: ProviderSettings, extraEnv: ExtraEnv): SdkModel | undefined {
  const slash = model.indexOf('/');
  const modelId = model.slice(slash + 1);
  const withKey = (make: typeof openai, key: string | undefined, url: string | undefined) => (key === undefined ? undefined : make(modelId, { key, url }));
  switch (model.slice(0, Math.max(0, slash))) {
    case 'openai':
      return withKey(openai, settings.OPENAI_API_KEY, settings.OPENAI_BASE_URL);
    case 'anthropic':
      return withKey(anthropic, settings.ANTHROPIC_API_KEY, settings.ANTHROPIC_BASE_URL);
    case 'google':
      return withKey(google, settings.GOOGLE_GENERATIVE_AI_API_KEY, settings.GOOGLE_BASE_URL);
    case 'perplexity':
      return withKey(perplexity, settings.PERPLEXITY_API_KEY, settings.PERPLEXITY_BASE_URL);
    case 'compatible': {
      if (endpoint === undefined) return undefined;
      const key = endpoint.keyEnv === undefined ? undefined : extraEnv[endpoint.keyEnv]?.trim();
      if (endpoint.keyEnv !== undefined && (key === undefined || key === '')) return undefined;
      return compatible(modelId, { url: endpoint.url, key });
    }
    default:
      return undefined;
  }
}
