import { describe, expect, it } from 'vitest';
import { lookUp, type WebSearchDeps } from '../../bots/hands/web-search.ts';
import type { Provider, ProviderRequest, StreamPart } from '../../bots/models/providers/provider.ts';
import { askOf, askOnce, depsOf, PLAN, task } from './task-models-scene.ts';
import { asksFor, modelThat, says } from './hands-scene.ts';

const plan = JSON.stringify(PLAN);
const mission = task('A 회사와 B 회사 실적을 인터넷에서 비교해서 정리해줘');
const found: readonly StreamPart[] = [
  { type: 'text', text: 'A는 3조[1]' },
  { type: 'source', url: 'https://a.example/1', title: 'A 실적' },
  { type: 'finish', reason: 'stop' },
];

/** Who asks and who searches, each with what it was asked. */
function scene(...answers: readonly (readonly StreamPart[])[]) {
  const model = modelThat(...answers);
  const engine = modelThat(found);
  const search: WebSearchDeps = {
    searchers: (agent) => [{ config: { ...depsOfModel.config, id: agent }, provider: engine }],
    ownerTitle: '마스터',
    timeZone: 'Asia/Seoul',
    now: Date.now,
  };
  const depsOfModel = { ...depsOf(model), config: depsOf(model).bindings.get(askOf('propose').agent)!.config };
  return { model, engine, deps: { ...depsOfModel, search } };
}
const offered = (request: ProviderRequest | undefined) => request?.tools?.map(({ name }) => name) ?? [];
const looks = asksFor(['web_search', { query: 'A 회사 실적' }], ['web_search', { query: 'B 회사 실적' }]);

describe('an agent that plans', () => {
  it('looks up what the mission needs before it proposes, and reads it sealed and numbered', async () => {
    const { model, engine, deps } = scene(looks, says(plan));
    const reply = await askOnce(mission, askOf('propose'), deps);
    expect(reply).toMatchObject({ kind: 'answered', answer: { kind: 'propose' } });
    expect(engine.asked.map(({ question, search }) => [question, search])).toEqual([
      ['A 회사 실적', true],
      ['B 회사 실적', true],
    ]);
    const results = (model.asked[1]?.messages.at(-1)?.content ?? []).flatMap((part) =>
      part.type === 'tool-result' ? [part.text] : [],
    );
    expect(results).toHaveLength(2);
    expect(results[0]).toMatch(/\| \[1\] A 실적 https:\/\/a\.example\/1/);
    expect(results[1]).toMatch(/\| A는 3조\[2\][^]*\| \[2\] A 실적/);
    // Not every model takes tools and a schema together.
    expect(model.asked.map((request) => 'format' in request)).toEqual([false, false]);
  });

  it('may do so three times, and is then held to the form', async () => {
    const { model, deps } = scene(looks, looks, looks, says(plan));
    expect(await askOnce(mission, askOf('propose'), deps)).toMatchObject({ kind: 'answered' });
    expect(model.asked.map(offered)).toEqual([['web_search'], ['web_search'], ['web_search'], []]);
    expect(model.asked[3]).toHaveProperty('format');
  });

  it('is offered nothing where nothing is to be found out, and where nobody can search', async () => {
    const other = scene(says(plan));
    await askOnce(task('로그가 얼마나 큰지 봐 줘'), askOf('propose'), other.deps);
    expect(other.model.asked.map(offered)).toEqual([[]]);
    expect(other.model.asked[0]).toHaveProperty('format');
    const alone = scene(says(plan));
    await askOnce(mission, askOf('propose'), { ...alone.deps, search: { ...alone.deps.search, searchers: () => [] } });
    expect(alone.model.asked.map(offered)).toEqual([[]]);
    const dumb = scene(says(plan));
    const { callsTools: _, ...silent }: Provider = dumb.model;
    await askOnce(mission, askOf('propose'), { ...depsOf(silent), search: dumb.deps.search });
    expect(dumb.model.asked.map(offered)).toEqual([[]]);
  });

  it('has pages in its plan read without a question only where it was shown their address', async () => {
    const page = (url: string) => ({
      kind: 'command',
      title: 't',
      command: { type: 'read_page', id: 'page', url, reason: 'r', asks: 'tainted' },
    });
    const asksOf = async (url: string, ...answers: readonly (readonly StreamPart[])[]) => {
      const { deps } = scene(...answers, says(JSON.stringify({ goal: 'g', steps: [page(url)] })));
      const reply = await askOnce(mission, askOf('propose'), deps);
      const [step] = reply.kind === 'answered' && reply.answer.kind === 'propose' ? reply.answer.plan.steps : [];
      if (step?.kind !== 'command' || step.command.type !== 'read_page') throw new Error(JSON.stringify(reply));
      return step.command.asks;
    };
    expect(await asksOf('https://a.example/1', looks)).toBeUndefined();
    expect(await asksOf('https://a.example/1?d=CANARY', looks)).toBe('address');
    expect(await asksOf('https://a.example/1')).toBe('address');
  });
});

it('a search whose model is not there is told as it is, and nothing is thrown', async () => {
  const question = { query: 'A', lang: 'ko', agent: askOf('propose').agent, key: 'k', alone: true } as const;
  const deps = { searchers: () => [], ownerTitle: '', timeZone: 'UTC', now: Date.now };
  const never = new AbortController().signal;
  expect(await lookUp(question, deps, never, never)).toMatchObject({ failed: true });
});
