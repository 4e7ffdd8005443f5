import { probeEnvironment } from '../bridge/config/probe.ts';
import { ProviderFault } from '../bridge/protocol/fault.ts';
import type { ModelCheck } from '../bridge/protocol/models.ts';
import { type AgentConfig, Roster } from '../bridge/protocol/roster.ts';
import { EndpointQueues } from './models/endpoint-queue.ts';
import { probe } from './models/model-check.ts';
import type { RelayPort } from './models/providers/relay.ts';
import { createProvider } from './models/registry.ts';

const { rosterJson, providers, all } = probeEnvironment();

/** A web chat is not tried: a person would have to carry the question. */
const nobody: RelayPort = { ask: () => Promise.reject(new ProviderFault('provider.absent')) };

/** Agents that share a server at home do not keep each other from answering in time. */
const queues = new EndpointQueues();

async function check(config: AgentConfig): Promise<ModelCheck> {
  const { fallback: _, ...agent } = config;
  const { name, model } = agent;
  const provider = createProvider(agent, providers, all, { relay: nobody, queues });
  if (provider.insteadOf !== undefined) return { name, model, found: { kind: 'no-key' } };
  if (provider.billing === 'none') return { name, model, found: { kind: 'not-called' } };
  const found = await probe(provider, agent, new AbortController().signal);
  return {
    name,
    model,
    found: found.ok ? { kind: 'answers', ms: found.ms } : { kind: 'fails', ms: found.ms, code: found.code },
  };
}

/** Every agent's model, and the one that stands in for it. */
const agents = Roster.parse(JSON.parse(rosterJson)).agents.flatMap((agent) =>
  agent.fallback === undefined ? [agent] : [agent, { ...agent, model: agent.fallback }],
);

await Promise.all(agents.map(async (agent) => process.stdout.write(`${JSON.stringify(await check(agent))}\n`)));
