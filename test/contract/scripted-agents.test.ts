import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { AgentConfig } from '../../bridge/protocol/roster.ts';
import { ProviderSettings } from '../../bridge/protocol/settings.ts';
import type { ProviderRequest, StreamPart } from '../../bots/models/providers/provider.ts';
import { createProvider } from '../../bots/models/registry.ts';
import { calls, inSteps, type ScriptedAgent, Providers } from '../house/providers.ts';
import { requestOf, textOf } from './provider-run.ts';
import { callsOf, DF, finishOf, next, stepOf, TOOLS, WHO } from './tool-steps.ts';

/** What a house asks of its scripted agents, through the adapters that a house has. */

let providers: Providers;
beforeAll(async () => {
  providers = await Providers.start();
});
beforeEach(() => providers.reset());
afterAll(() => providers[Symbol.asyncDispose]());

const MODELS = {
  gabriel: 'openai/gpt-6-astra',
  jarvis: 'google/gemini-4-hydrogen',
  claude: 'anthropic/claude-sonnet-5-5',
  perplexity: 'perplexity/sonar',
} as const;

async function asked(
  agent: ScriptedAgent,
  more: Partial<ProviderRequest>,
  fallback?: ScriptedAgent,
): Promise<readonly StreamPart[]> {
  const config = AgentConfig.parse({
    id: agent,
    name: '가브리엘',
    callsigns: ['가브리엘'],
    role: '팀장',
    prompt: 'p',
    model: MODELS[agent],
    ...(fallback === undefined ? {} : { fallback: MODELS[fallback] }),
  });
  const provider = createProvider(config, ProviderSettings.parse(providers.env), {});
  return await Array.fromAsync(
    provider.stream({ ...requestOf(config), tools: TOOLS, ...more }, new AbortController().signal),
  );
}

describe.each(['gabriel', 'jarvis', 'claude'] as const)('%s', (agent) => {
  it('asks for tools, is handed what came of them, and answers', async () => {
    providers.play(inSteps({ pieces: ['봅니다. '], calls: [DF, WHO] }, calls(DF), '넉넉합니다.'), agent);
    const first = await asked(agent, {});
    expect([textOf(first), callsOf(first).length, finishOf(first)?.reason]).toEqual(['봅니다. ', 2, 'tools']);
    const second = await asked(agent, { messages: next(first, MODELS[agent]) });
    expect(callsOf(second)).toEqual([{ name: 'run', input: JSON.stringify(DF.input) }]);
    const messages = [...next(first, MODELS[agent]), ...stepOf(second, MODELS[agent])];
    expect(textOf(await asked(agent, { messages }))).toBe('넉넉합니다.');
    const [one, two, three] = providers.asked(agent);
    expect(one?.tools.map(({ name }) => name)).toEqual(['look', 'run']);
    expect([one?.step, two?.step, three?.step]).toEqual([0, 1, 2]);
    expect(two?.results.map(({ text, failed }) => [text, failed])).toEqual([
      ['1번째 결과', false],
      ['2번째 결과', true],
    ]);
    expect(three?.results).toHaveLength(1);
    expect(three?.said.filter(({ role }) => role === 'user')).toHaveLength(2);
  });

  it('goes on with what another maker has asked for, and that one again after it', async () => {
    const other = agent === 'claude' ? 'jarvis' : 'claude';
    providers.play(inSteps(calls(DF), calls(WHO), '넉넉합니다.'), agent, other);
    const first = await asked(other, {});
    providers.play(() => ({ status: 401, body: '{}' }), other);
    const second = await asked(other, { messages: next(first, MODELS[other]) }, agent);
    expect(finishOf(second)).toMatchObject({ reason: 'tools', model: MODELS[agent] });
    providers.play('넉넉합니다.', other);
    const messages = [...next(first, MODELS[other]), ...stepOf(second, MODELS[agent])];
    expect(textOf(await asked(other, { messages }, agent))).toBe('넉넉합니다.');
    expect(providers.asked(other).at(-1)?.step).toBe(2);
  });
});

it('who takes no tools is told what came of those that another asked for', async () => {
  providers.play(calls(DF), 'claude');
  providers.play('넉넉합니다.', 'perplexity');
  const first = await asked('claude', {});
  providers.play(() => ({ status: 401, body: '{}' }), 'claude');
  const parts = await asked('claude', { messages: next(first, MODELS.claude) }, 'perplexity');
  expect(textOf(parts)).toBe('넉넉합니다.');
  const question = providers.once('perplexity');
  expect(question.tools).toEqual([]);
  expect(question.said.at(-1)?.text).toContain('1번째 결과');
});
