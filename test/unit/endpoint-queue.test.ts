import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ProviderFault } from '../../bridge/protocol/fault.ts';
import { allRehearse } from '../../bridge/launcher/parts.ts';
import { defaultRoster } from '../../bridge/protocol/default-roster.ts';
import { AgentConfig, Roster } from '../../bridge/protocol/roster.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import { answersAtOnce, EndpointQueue, EndpointQueues } from '../../bots/models/endpoint-queue.ts';
import type { Provider, ProviderRequest } from '../../bots/models/providers/provider.ts';
import { createProvider, createProviders } from '../../bots/models/registry.ts';
import { type RetryClock, withRetry } from '../../bots/models/retry.ts';
import { slowness } from '../../bots/tasks/runtime/patience.ts';
import { requestOf } from '../contract/provider-run.ts';
import { startProviderServer, type Reply } from '../contract/provider-server.ts';
import { ANSWER, fixture, STREAMING } from '../contract/provider-wires.ts';

const SIX = ['a', 'b', 'c', 'd', 'e', 'f'];
const none = ProviderSettings.parse({});
const localAgent = (id: string, endpoint: object, more: object = {}) =>
  AgentConfig.parse({
    id,
    name: id,
    callsigns: [id],
    role: 'r',
    prompt: 'p',
    model: 'compatible/tiny',
    endpoint,
    ...more,
  });

async function saidBy(provider: Provider, request: ProviderRequest, signal = new AbortController().signal) {
  let text = '';
  for await (const part of provider.stream(request, signal)) if (part.type === 'text') text += part.text;
  return text;
}

describe('a queue', () => {
  it('lets so many in at once, in the order of arrival, and whoever is aborted has left', async () => {
    const queue = new EndpointQueue(2);
    const came: string[] = [];
    const go = (name: string, signal = new AbortController().signal) =>
      queue.enter(signal).then((place) => (came.push(name), place));
    const [a, b] = [await go('a'), await go('b')];
    const leaves = new AbortController();
    const reason = new Error('!그만');
    const gone = go('c', leaves.signal);
    const d = go('d');
    leaves.abort(reason);
    await expect(gone).rejects.toBe(reason);
    await turn();
    expect(came).toEqual(['a', 'b']);
    a[Symbol.dispose]();
    a[Symbol.dispose]();
    (await d)[Symbol.dispose]();
    b[Symbol.dispose]();
    // All places are free again: two at once, the third waits.
    const e = await go('e');
    await go('f');
    const g = go('g');
    await turn();
    expect(came).toEqual(['a', 'b', 'd', 'e', 'f']);
    e[Symbol.dispose]();
    await g;
    expect(came.at(-1)).toBe('g');
  });

  it('is there for servers at home unless the roster says otherwise', () => {
    const at = (url: string, limit?: number) => answersAtOnce(limit === undefined ? { url } : { url, limit });
    const home = [
      'http://127.0.0.1:11434/v1',
      'http://localhost:8080/v1',
      'http://ollama:11434/v1',
      'http://192.168.0.7/v1',
      'http://172.20.0.3/v1',
      'http://[::1]:8080/v1',
      'http://host.docker.internal:11434/v1',
      'http://box.local/v1',
    ];
    expect(home.map((url) => at(url))).toEqual(home.map(() => 1));
    for (const url of ['https://gateway.example.com/v1', 'http://172.15.0.1/v1', 'http://8.8.8.8/v1'])
      expect(at(url)).toBeUndefined();
    expect([at('http://127.0.0.1:8000/v1', 16), at('https://gateway.example.com/v1', 3)]).toEqual([16, 3]);
  });

  it('belongs to the server, not to the agent or its model', () => {
    const queues = new EndpointQueues();
    expect(queues.of({ url: 'http://127.0.0.1:1/v1' })).toBe(queues.of({ url: 'http://127.0.0.1:1/other' }));
    expect(queues.of({ url: 'http://127.0.0.1:1/v1' })).not.toBe(queues.of({ url: 'http://127.0.0.1:2/v1' }));
  });
});

describe('six agents on one small server', () => {
  const wire = STREAMING.find(({ endpoint }) => endpoint !== undefined)!;
  const answer: Reply = { body: fixture(wire, 'answer.sse') };

  it('all answer, one request each, one at a time, though each takes longer than the first byte may', async () => {
    let open = 0;
    let most = 0;
    // Six answers in a row take twice as long as one agent's patience.
    await using server = await startProviderServer(() => answer, {
      before: async () => {
        most = Math.max(most, (open += 1));
        await new Promise((resolve) => setTimeout(resolve, 120));
        open -= 1;
      },
    });
    const agents = SIX.map((id) => localAgent(id, { url: `${server.url}/v1` }));
    const deadlines = { firstByteMs: 70, idleMs: 70, totalMs: 20_000 };
    const providers = createProviders(agents, none, {}, { deadlines });
    const said = await Promise.all(agents.map((agent) => saidBy(providers.get(agent.id)!, requestOf(agent))));
    expect(said).toEqual(SIX.map(() => ANSWER));
    expect(server.requests).toHaveLength(6);
    expect(most).toBe(1);
  });

  it('a hang is one request: the server may be at work on it still', async () => {
    await using server = await startProviderServer(() => 'hang');
    const agent = localAgent('a', { url: `${server.url}/v1` });
    const provider = createProvider(agent, none, {}, { deadlines: { firstByteMs: 20, idleMs: 20, totalMs: 5_000 } });
    await expect(saidBy(provider, requestOf(agent))).rejects.toMatchObject({ code: 'provider.timeout' });
    expect(server.requests).toHaveLength(1);
  });

  it('a server that is away is told to all within one half minute, not six', async () => {
    let now = 0;
    const clock: RetryClock = { now: () => now, sleep: (ms) => ((now += ms), Promise.resolve()), random: () => 0 };
    const asked = { calls: 0 };
    const away: Provider = {
      label: 'compatible/tiny',
      billing: 'tokens',
      pace: 'seconds',
      sees: false,
      searches: false,
      rehearsal: false,
      // oxlint-disable-next-line require-yield -- it fails before it says a word
      async *stream() {
        asked.calls += 1;
        await Promise.resolve();
        throw new ProviderFault('provider.unreachable', { retryable: true });
      },
    };
    const provider = withRetry(away, clock, new EndpointQueue(1));
    const ends = await Promise.allSettled(
      SIX.map((id) => saidBy(provider, requestOf(localAgent(id, { url: 'http://127.0.0.1:1/v1' })))),
    );
    expect(ends.map(({ status }) => status)).toEqual(SIX.map(() => 'rejected'));
    expect(now).toBeLessThan(35_000);
    expect(asked.calls).toBeLessThan(25);
  });
});

it('tasks wait for who shares a server as long as the line is, and for a slow one as the roster says', () => {
  const [one, two] = [new EndpointQueue(1), new EndpointQueue(4)];
  const model = (id: string, queue?: EndpointQueue, patience?: number) => ({
    config: localAgent(id, { url: 'http://127.0.0.1:1/v1' }, patience === undefined ? {} : { patience }),
    provider: queue === undefined ? {} : { queue },
  });
  const models = [...SIX.slice(0, 3).map((id) => model(id, one)), model('x', two), model('y', two, 180), model('z')];
  expect([...slowness(models).values()]).toEqual([3, 3, 3, 1, 3, 1]);
});

it('a house with a server at home does not say that everybody rehearses for want of a key', () => {
  const rehearse = (...agents: object[]) =>
    allRehearse({ roster: Roster.parse({ ...defaultRoster, agents, integrator: 'a' }) }, {});
  const cloud = { ...localAgent('a', { url: 'http://127.0.0.1:1/v1' }), model: 'openai/x', endpoint: undefined };
  expect(rehearse(cloud)).toBe(true);
  expect(rehearse(cloud, localAgent('b', { url: 'http://127.0.0.1:1/v1' }))).toBe(false);
  expect(rehearse(cloud, localAgent('b', { url: 'http://127.0.0.1:1/v1', keyEnv: 'GATEWAY' }))).toBe(true);
  expect(allRehearse({ roster: Roster.parse(defaultRoster) }, { OPENAI_BASE_URL: 'http://x/v1' })).toBe(true);
  expect(allRehearse({ roster: Roster.parse(defaultRoster) }, { GATEWAY: 'k' })).toBe(false);
});
