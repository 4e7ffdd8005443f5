import { afterEach, describe, expect, it } from 'vitest';
import { AgentId, EventId, RoomId, UserId } from '../../bridge/protocol/ids.ts';
import { AgentConfig } from '../../bridge/protocol/roster.ts';
import { modelCommands } from '../../bots/intake/model-command.ts';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import { chosenModels } from '../../bots/models/model-choices.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { BareRedis } from '../house/bare-redis.ts';
import { startProviderServer, type Responder } from './provider-server.ts';
import { failure, KEY, stream, STREAMING, type Wire } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

interface Listing {
  /** None where the provider has no list. */
  readonly paths: readonly string[];
  readonly body: unknown;
  readonly shown: RegExp;
}

/** What each provider's list of models looks like on its wire, and to the master. */
const LISTS: Readonly<Record<string, Listing>> = {
  openai: {
    paths: ['/v1/models'],
    body: { object: 'list', data: [{ id: 'text-x' }, { id: 'gpt-6-luna' }, { id: 'gpt-6.2-sol' }] },
    shown:
      /이 키로 쓸 수 있는 모델[^]*`openai\/gpt-6\.2-sol` \$2 \/ \$10\n- `openai\/gpt-6-luna` \$0\.10 \/ \$0\.50\n- `openai\/text-x`/,
  },
  anthropic: {
    paths: ['/v1/models?limit=200'],
    body: { data: ['text-x', 'claude-haiku-5-5'].map((id) => ({ type: 'model', id })) },
    shown: /`anthropic\/claude-haiku-5-5` \$0\.10 \/ \$0\.50\n- `anthropic\/text-x`/,
  },
  google: {
    paths: ['/v1beta/models?pageSize=200'],
    body: {
      models: [
        { name: 'models/text-x', supportedGenerationMethods: ['generateContent'] },
        { name: 'models/gemini-embedding-2', supportedGenerationMethods: ['embedContent'] },
        { name: 'models/gemini-3.8-flash', supportedGenerationMethods: ['generateContent', 'countTokens'] },
      ],
    },
    shown: /`google\/gemini-3\.8-flash` \$1\.50 \/ \$7\.50\n- `google\/text-x`$/,
  },
  perplexity: {
    paths: ['/v1/models'],
    body: { object: 'list', data: [{ id: 'openai/text-x' }, { id: 'perplexity/sonar' }] },
    shown: /`perplexity\/sonar` \$0\.25 \/ \$2\.50\n- `perplexity\/openai\/text-x`$/,
  },
  compatible: {
    paths: ['/v1/models'],
    body: { object: 'list', data: [{ id: 'text-x' }] },
    shown: /- `compatible\/text-x`$/,
  },
};

const jarvis = AgentId.parse('jarvis');

async function house(wire: Wire, respond: Responder, more: object = {}) {
  const server = stack.use(await startProviderServer(respond));
  const redis = await BareRedis.start();
  stack.defer(() => redis[Symbol.asyncDispose]());
  const config = AgentConfig.parse({
    id: 'jarvis',
    name: '자비스',
    callsigns: ['자비스'],
    role: 'r',
    prompt: 'p',
    model: wire.model,
    ...more,
    ...(wire.endpoint === undefined ? {} : { endpoint: { url: wire.endpoint(server.url), keyEnv: 'GATEWAY_KEY' } }),
  });
  const client = redis.client();
  const clock = { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 };
  const bindings = new ModelBindings(
    { agents: [config], prices: [] },
    (one) => createProvider(one, wire.settings(server.url), { GATEWAY_KEY: KEY }, { retryClock: clock }),
    'auto',
  );
  const command = modelCommands({
    redis: client,
    residents: { agents: [{ id: jarvis, callsigns: ['자비스'], userId: UserId.parse('@agent_jarvis:x'), config }] },
    bindings,
    reload: async () => bindings.use(await chosenModels(client)),
  });
  const say = (words: string, at = 5) =>
    command.model({
      type: 'command',
      room: RoomId.parse('!r:x'),
      source: EventId.parse('$e'),
      at,
      by: UserId.parse('@m:x'),
      lang: 'ko',
      name: 'model',
      words,
    });
  return { server, bindings, say };
}

describe.each(STREAMING)('!model with $name', (wire) => {
  it('lists what the key offers, with prices where they are known', async () => {
    const { paths, body, shown } = LISTS[wire.name] ?? { paths: [], body: {}, shown: /never/ };
    const { server, say } = await house(wire, () => ({ body: JSON.stringify(body) }));
    const said = (await say('자비스')) ?? '';
    expect(said).toContain(`**자비스**: \`${wire.model}\``);
    expect(said).toMatch(shown);
    expect(said).not.toContain(KEY);
    expect(server.requests.map(({ method, path }) => [method, path])).toEqual(paths.map((path) => ['GET', path]));
    expect(server.requests.every(({ headers }) => headers[wire.keyHeader] === wire.keyValue)).toBe(true);
  });

  it('says yes after one tiny call, and the choice stays', async () => {
    const { server, bindings, say } = await house(wire, () => stream(wire, 'answer'));
    const other = `${wire.name}/other`;
    expect(await say(`자비스 ${other}`)).toMatch(/이제 `\w+\/other`입니다[^]*`!모델 자비스 기본`/);
    expect(server.requests).toHaveLength(1);
    expect(bindings.get(jarvis)?.config.model).toBe(other);
    expect(bindings.isChosen(jarvis)).toBe(true);
  });

  it('says no when it does not answer, why, and what stays', async () => {
    const { bindings, say } = await house(wire, () => failure(wire, '404'));
    const said = (await say(`자비스 ${wire.name}/nothing`)) ?? '';
    expect(said).toContain(`\`${wire.name}/nothing\``);
    expect(said).toMatch(/답하지 않습니다 \(.+\)[^]*바뀐 것은 없고/);
    expect(said).toContain(`그대로 \`${wire.model}\`입니다`);
    expect(said).toContain('`!모델 자비스`');
    expect([bindings.get(jarvis)?.config.model, bindings.isChosen(jarvis)]).toEqual([wire.model, false]);
  });
});

it('a stand-in does not say yes for the model', async () => {
  const [openai] = STREAMING;
  if (openai === undefined) throw new Error('no wire');
  const nothing: Responder = ({ body }) =>
    body.includes('nothing') ? failure(openai, '404') : stream(openai, 'answer');
  const { bindings, say } = await house(openai, nothing, { fallback: 'openai/gpt-6-luna' });
  expect(await say('자비스 openai/nothing')).toContain('답하지 않습니다');
  expect(bindings.isChosen(jarvis)).toBe(false);
});
