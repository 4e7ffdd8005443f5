import { describe, expect, it } from 'vitest';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { AgentConfig, ModelName, type Price } from '../../bridge/protocol/roster.ts';
import { PRICE_TABLE } from '../../bridge/protocol/prices/price-table.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { relayStep } from '../../bots/models/web-chat-relay.ts';

const [CHEAP, DEAR, OTHER] = [
  { input: 1, output: 2 },
  { input: 3, output: 4 },
  { input: 5, output: 6 },
];
const agent = (id: string, model: string, price?: Price) =>
  AgentConfig.parse({ id, name: id, callsigns: [id], role: 'r', model, prompt: 'p', price });
const [a, b, c] = [AgentId.parse('a'), AgentId.parse('b'), AgentId.parse('c')];
const models = (keys: object, rehearsal: 'auto' | 'always' = 'auto') =>
  new ModelBindings(
    {
      agents: [agent('a', 'openai/x', CHEAP), agent('b', 'anthropic/y', DEAR), agent('c', 'rehearsal')],
      prices: [{ model: ModelName.parse('google/z'), ...OTHER }],
    },
    (config) =>
      createProvider(config, ProviderSettings.parse(keys), {}, { relay: { ask: () => Promise.resolve('답') } }),
    rehearsal,
  );
const use = (on: ModelBindings, choices: Readonly<Record<string, string>>) => {
  on.use(new Map(Object.entries(choices).map(([id, model]) => [AgentId.parse(id), ModelName.parse(model)])));
  return [...on.ready];
};

describe('who is ready', () => {
  it.each<[string, object, 'auto' | 'always', Record<string, string>, readonly AgentId[]]>([
    ['everybody rehearses without keys', {}, 'auto', {}, [a, b, c]],
    ['rehearsal is silent beside a real model', { OPENAI_API_KEY: 'k' }, 'auto', {}, [a]],
    ['unless the owner wants it', { OPENAI_API_KEY: 'k' }, 'always', {}, [a, b, c]],
    ['a chosen model joins', { OPENAI_API_KEY: 'k' }, 'auto', { c: 'openai/z' }, [a, c]],
    [
      'one that goes without its key is silent',
      { OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k' },
      'auto',
      { a: 'perplexity/p' },
      [b],
    ],
    ['when the last real one goes, all rehearse again', { OPENAI_API_KEY: 'k' }, 'auto', { a: 'rehearsal' }, [a, b, c]],
    ['a web chat alone silences nobody', {}, 'auto', { c: 'relay' }, [a, b, c]],
    ['and is ready beside real ones', { OPENAI_API_KEY: 'k' }, 'auto', { c: 'relay' }, [a, c]],
  ])('%s', (_what, keys, rehearsal, choices, ready) => {
    expect(use(models(keys, rehearsal), choices)).toEqual(ready);
  });

  it('follows every change, and goes back to the roster', () => {
    const all = models({ OPENAI_API_KEY: 'k' });
    expect(use(all, { c: 'relay' })).toEqual([a, c]);
    expect([...all.byHand]).toEqual([c]);
    expect([...all.whenCalled]).toEqual([c]);
    expect(use(all, {})).toEqual([a]);
    expect([...all.byHand]).toEqual([]);
    expect(all.get(c)?.config.model).toBe('rehearsal');
  });

  it('says beforehand what a model would be, and changes nothing by that', () => {
    const all = models({ OPENAI_API_KEY: 'k' });
    expect(all.try(b, ModelName.parse('openai/x'))?.provider.label).toBe('openai/x');
    expect(all.try(a, ModelName.parse('manus/m'))?.provider.label).toBe('rehearsal');
    expect(all.try(b, null)?.config.model).toBe('anthropic/y');
    expect(all.try(AgentId.parse('nobody'), null)).toBeUndefined();
    expect(all.get(b)?.provider.label).toBe('rehearsal');
  });

  it('costs what its model costs: by the roster, by the table, and at the dearest where nobody knows', () => {
    const all = models({ OPENAI_API_KEY: 'k', ANTHROPIC_API_KEY: 'k', GOOGLE_GENERATIVE_AI_API_KEY: 'k' });
    const price = (model: string) => {
      const { config, unpriced } = all.try(b, ModelName.parse(model)) ?? {};
      return [config?.price, unpriced];
    };
    expect(price('anthropic/y')).toEqual([DEAR, false]);
    expect(price('openai/x')).toEqual([CHEAP, false]);
    expect(price('google/z')).toEqual([OTHER, false]);
    expect(price('openai/gpt-6-astra')).toEqual([PRICE_TABLE['openai/gpt-6-astra'], false]);
    expect(price('openai/gpt-9')).toEqual([PRICE_TABLE['openai/gpt-5.4-pro'], true]);
    expect(price('rehearsal')).toEqual([DEAR, undefined]);
    use(all, { a: 'google/z' });
    expect(all.get(a)?.config.price).toEqual(OTHER);
    use(all, {});
    expect(all.get(a)?.config.price).toEqual(CHEAP);
  });

  it('costs what its stand-in costs, while that answers for want of a key', () => {
    const config = AgentConfig.parse({ ...agent('a', 'openai/gpt-6-astra'), fallback: 'google/gemini-4-hydrogen' });
    const keys = ProviderSettings.parse({ GOOGLE_GENERATIVE_AI_API_KEY: 'k' });
    const all = new ModelBindings({ agents: [config], prices: [] }, (one) => createProvider(one, keys, {}), 'auto');
    expect(all.get(a)?.config.price).toEqual(PRICE_TABLE['google/gemini-4-hydrogen']);
  });
});

describe('the relay to a web chat', () => {
  const minutes = (n: number) => n * 60_000;
  it.each([
    [0, false, 'wait'],
    [19.9, false, 'wait'],
    [20, false, 'remind'],
    [20, true, 'wait'],
    [119, true, 'wait'],
    [120, true, 'absent'],
    [500, false, 'absent'],
  ] as const)('after %d minutes (reminded: %s): %s', (age, reminded, step) => {
    expect(relayStep(minutes(age), reminded, { remindAfter: 20, absentAfter: 120 })).toBe(step);
  });
});
