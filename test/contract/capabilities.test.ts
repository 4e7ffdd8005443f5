import { describe, expect, it } from 'vitest';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { MODEL_KINDS, modelIdOf, modelKind, type ModelKind } from '../../bridge/protocol/models.ts';
import { AgentConfig, ModelName, Roster } from '../../bridge/protocol/roster.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { modelState } from '../../bots/models/model-state.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { isFree } from '../../bots/budget/with-budget.ts';

const KEYS = ProviderSettings.parse({
  OPENAI_API_KEY: 'a',
  GOOGLE_GENERATIVE_AI_API_KEY: 'b',
  ANTHROPIC_API_KEY: 'c',
  MANUS_API_KEY: 'd',
  PERPLEXITY_API_KEY: 'e',
});
const NONE = ProviderSettings.parse({});
const PORTS = {
  relay: { ask: () => Promise.resolve('') },
  outsideAgents: { online: () => true, ask: () => Promise.resolve('') },
};
const agent = (model: string, more: object = {}): AgentConfig =>
  AgentConfig.parse({
    id: 'a',
    name: 'A',
    callsigns: ['A'],
    role: 'r',
    prompt: 'p',
    model,
    endpoint: { url: 'http://127.0.0.1:1/v1' },
    ...more,
  });

type Declared = Pick<Provider, 'billing' | 'pace' | 'sees' | 'searches' | 'rehearsal'>;
const declared = ({ billing, pace, sees, searches, rehearsal }: Provider): Declared => ({
  billing,
  pace,
  sees,
  searches,
  rehearsal,
});
const bySdk = { billing: 'tokens', pace: 'seconds', sees: true, searches: false, rehearsal: false } as const;
const free = { billing: 'none', pace: 'seconds', sees: false, searches: false, rehearsal: false } as const;

/** What each kind of model declares, and what `!model` says of it. */
const KINDS: Readonly<Record<ModelKind, readonly [model: string, declares: Declared, state: string]>> = {
  openai: ['openai/gpt-5.2', bySdk, 'ready'],
  anthropic: ['anthropic/claude-sonnet-5-5', bySdk, 'ready'],
  google: ['google/gemini-4', bySdk, 'ready'],
  perplexity: ['perplexity/sonar-pro', { ...bySdk, searches: true }, 'ready'],
  compatible: ['compatible/llama', bySdk, 'ready'],
  manus: [
    'manus/manus-1.6',
    { billing: 'task', pace: 'minutes', sees: true, searches: true, rehearsal: false },
    'ready',
  ],
  echo: ['echo/400@40', { ...free, sees: true }, 'keyless'],
  rehearsal: ['rehearsal', { ...free, rehearsal: true }, 'rehearses'],
  relay: ['relay', { ...free, pace: 'by-hand' }, 'by-hand'],
  outside: ['outside', { ...free, pace: 'minutes' }, 'ready'],
};

describe.each(Object.entries(KINDS))('%s', (kind, [model, declares, state]) => {
  const provider = createProvider(agent(model), KEYS, {}, PORTS);

  it('declares what it can do and what it costs, under its own name', () => {
    expect(modelKind(ModelName.parse(model))).toBe(kind);
    expect(provider.label).toBe(model);
    expect(provider.insteadOf).toBeUndefined();
    expect(declared(provider)).toEqual(declares);
    expect(isFree(provider)).toBe(declares.billing === 'none');
    expect(modelState({ provider }).kind).toBe(state);
  });

  it('declares the same with another behind it, and says who that is', () => {
    const backed = createProvider(agent(model, { fallback: 'rehearsal' }), KEYS, {}, PORTS);
    expect(declared(backed)).toEqual(declares);
    expect(backed.standIn).toEqual({ rehearsal: true });
    expect(createProvider(agent(model, { fallback: 'echo' }), KEYS, {}, PORTS).standIn).toEqual({ rehearsal: false });
    expect(provider.standIn).toBeUndefined();
  });
});

it('whoever answers for a model without a key says so, and declares what is its own', () => {
  const rehearsing = createProvider(agent('openai/gpt-5.2'), NONE, {});
  expect(rehearsing).toMatchObject({
    label: 'rehearsal',
    rehearsal: true,
    billing: 'none',
    insteadOf: 'openai/gpt-5.2',
  });
  expect(modelState({ provider: rehearsing })).toEqual({ kind: 'no-key', instead: null });
  const another = createProvider(
    agent('openai/gpt-5.2', { fallback: 'anthropic/x' }),
    ProviderSettings.parse({ ANTHROPIC_API_KEY: 'k' }),
    {},
  );
  expect(another).toMatchObject({
    label: 'anthropic/x',
    rehearsal: false,
    billing: 'tokens',
    insteadOf: 'openai/gpt-5.2',
  });
  expect(modelState({ provider: another })).toEqual({ kind: 'no-key', instead: 'anthropic/x' });
  expect(createProvider(agent('relay'), NONE, {}).insteadOf).toBe('relay');
});

it('only what the roster says a model sees reaches it', () => {
  for (const kind of ['openai', 'manus'] as const)
    expect(createProvider(agent(KINDS[kind][0], { sees: false }), KEYS, {}, PORTS).sees).toBe(false);
});

it("a name of a model has a kind, and what stands behind the slash is the adapter's", () => {
  expect(Object.keys(KINDS).toSorted()).toEqual(Object.keys(MODEL_KINDS).toSorted());
  for (const { model } of Roster.parse(defaultRoster).agents) expect(modelKind(model)).toBeDefined();
  expect([modelIdOf('compatible/org/llama'), modelIdOf('relay'), modelKind('toString'), modelKind('nobody/x')]).toEqual(
    ['org/llama', '', undefined, undefined],
  );
});
