import { describe, expect, it } from 'vitest';
import { ModelBindings } from '../../bots/models/model-bindings.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { askModel, type TaskModelsDeps } from '../../bots/tasks/answers/task-models.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import {
  heard,
  type ScriptedAgent,
  SCRIPTED_AGENTS,
  PROVIDER_KEY,
  Providers,
  type Reply,
  type Script,
} from '../house/providers.ts';
import { askOf, askOnce, carriedOut, depsOf, PLAN, roster, task } from '../unit/task-models-scene.ts';
import { providerOn } from './provider-run.ts';
import { type ProviderServer, startProviderServer } from './provider-server.ts';
import { failure, type Failure, KEY, MANUS, manusTask, stream, STREAMING, WIRES, type Wire } from './provider-wires.ts';

const mission = task('로그가 얼마나 큰지 봐 줘');
const plan = JSON.stringify(PLAN);

/** Everybody's real adapter, asking local servers. */
function depsWith(providers: Providers): TaskModelsDeps {
  const { CHAVION_REHEARSAL: _, ...env } = providers.env;
  const settings = ProviderSettings.parse(env);
  const retryClock = { now: () => 0, sleep: () => Promise.resolve(), random: () => 0 };
  const bindings = new ModelBindings(
    roster,
    (config) => createProvider(config, settings, {}, { retryClock }),
    'always',
  );
  return depsOf(createProvider(roster.agents[0]!, ProviderSettings.parse({}), {}), { bindings });
}

async function asking(agent: ScriptedAgent, script: Script | string) {
  await using providers = await Providers.start();
  providers.play(script, agent);
  const reply = await askOnce(mission, askOf('propose', agent), depsWith(providers));
  return { reply, questions: [...providers.asked(agent)] };
}

describe.each(SCRIPTED_AGENTS)('%s, asked for a plan over its own wire', (agent) => {
  it('answers in pieces, fenced, with words around', async () => {
    const text = `네, 계획입니다.\n\`\`\`json\n${plan}\n\`\`\`\n이상입니다.`;
    const { reply, questions } = await asking(agent, () => ({ pieces: text.match(/[\s\S]{1,37}/gu) ?? [] }));
    expect(reply).toMatchObject({ kind: 'answered', answer: { kind: 'propose', plan: PLAN } });
    expect(questions).toHaveLength(1);
    expect(heard(questions[0]!)).toContain('로그가 얼마나 큰지 봐 줘');
    expect(questions[0]!.body).not.toContain(PROVIDER_KEY);
  });

  it.each<[string, (n: number) => string | Reply]>([
    ['broken JSON', () => plan.slice(0, -3)],
    ['another shape', () => '{"steps":"rm -rf /"}'],
    ['words', () => '도와드릴 수 없습니다.'],
  ])('is asked once more after %s', async (_name, bad) => {
    let asked = 0;
    const { reply, questions } = await asking(agent, () => (asked++ === 0 ? bad(asked) : plan));
    expect(reply).toMatchObject({ kind: 'answered', answer: { plan: PLAN } });
    expect(questions[1]!.said.map(({ role }) => role)).toEqual(['user', 'assistant', 'user']);
    expect((await asking(agent, () => bad(0))).reply).toEqual({ kind: 'refused', code: 'off-schema' });
  });

  it('hangs, and counts as silent when its time is up', async () => {
    await using providers = await Providers.start();
    providers.play(() => ({ pieces: ['{"goal":'], ending: 'hang' }), agent);
    const ask = { ...askOf('propose', agent), until: Date.now() + 300 };
    expect(
      await askModel(mission, ask, { ...depsWith(providers), now: Date.now }, new AbortController().signal),
    ).toEqual({ kind: 'refused', code: 'provider.timeout' });
    await expect.poll(() => providers.asked(agent)[0]?.abandonedAt).toBeDefined();
  });
});

const FAILURES: readonly (readonly [Failure, string])[] = [
  ['401', 'provider.key'],
  ['402', 'provider.payment'],
  ['429', 'provider.rate'],
  ['quota', 'provider.quota'],
  ['503', 'provider.overloaded'],
  ['context', 'provider.context'],
];

/** What becomes of an ask when the provider behaves so. */
async function refusalOf(wire: Wire, respond: Parameters<typeof startProviderServer>[0]) {
  await using server: ProviderServer = await startProviderServer(respond);
  const logged: unknown[] = [];
  const deps = depsOf(providerOn(wire, server.url), {
    log: { warn: (...words: unknown[]) => void logged.push(words) },
  });
  const done = carriedOut(mission, PLAN, { measure: '4.0K', look: 'a' });
  const replies = await Promise.all(
    (['propose', 'verify', 'report'] as const).map((kind) => askOnce(done, askOf(kind), deps)),
  );
  return { replies, logged: JSON.stringify(logged) };
}

describe.each(WIRES)('$name failing', (wire) => {
  it.each(FAILURES)(
    '%s is refused as %s, in every phase, without the key or the mission in the log',
    async (name, code) => {
      const { replies, logged } = await refusalOf(wire, () => failure(wire, name));
      for (const reply of replies) expect(reply).toEqual({ kind: 'refused', code });
      for (const secret of [KEY, '로그가 얼마나']) expect(logged).not.toContain(secret);
    },
  );

  it('a cut connection is a fault of its own', async () => {
    const { replies } = await refusalOf(wire, () => 'drop');
    for (const reply of replies) expect(reply).toEqual({ kind: 'refused', code: 'provider.unreachable' });
  });
});

describe.each(STREAMING)('$name declining', (wire) => {
  it('by its filter, or with nothing', async () => {
    for (const [name, code] of [
      ['filtered', 'provider.filtered'],
      ['empty', 'provider.empty'],
    ] as const) {
      const { replies } = await refusalOf(wire, () => stream(wire, name));
      for (const reply of replies) expect(reply).toEqual({ kind: 'refused', code });
    }
  });
});

it('Manus asking back is not taken for an answer', async () => {
  await using server = await startProviderServer(manusTask(['asking']));
  const done = carriedOut(mission, PLAN, { look: 'a' });
  expect(await askOnce(done, askOf('report'), depsOf(providerOn(MANUS, server.url)))).toEqual({
    kind: 'refused',
    code: 'off-schema',
  });
});

it('words for a chat do not stand in where a real model has failed', async () => {
  await using providers = await Providers.start();
  providers.play(() => ({ status: 402, body: '{"error":{"message":"payment_required"}}' }));
  const agents = roster.agents.map((config) => ({ ...config, fallback: 'rehearsal' }));
  const { CHAVION_REHEARSAL: _, ...env } = providers.env;
  const bindings = new ModelBindings(
    { agents, prices: [] },
    (config) => createProvider(config, ProviderSettings.parse(env), {}),
    'always',
  );
  const done = carriedOut(mission, PLAN, { look: 'a' });
  expect(await askOnce(done, askOf('report', 'jarvis'), { ...depsWith(providers), bindings })).toEqual({
    kind: 'refused',
    code: 'provider.payment',
  });
});
