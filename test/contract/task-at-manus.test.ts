import { afterEach, describe, expect, it } from 'vitest';
import { abandonQuestion } from '../../bots/tasks/answers/abandon.ts';
import { carryOutEffect } from '../../bots/tasks/effects.ts';
import { askModel } from '../../bots/tasks/answers/task-models.ts';
import { askTurn, repairTurn } from '../../bots/tasks/state/ask-turn.ts';
import type { Answer } from '../../bots/tasks/state/ask.ts';
import type { TaskEffect, TaskEvent } from '../../bots/tasks/state/transitions.ts';
import { withFallback } from '../../bots/models/fallback.ts';
import { type ManusNotes, notesInMemory } from '../../bots/models/providers/manus/manus-notes.ts';
import type { Provider } from '../../bots/models/providers/provider.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { depsOf, saying } from '../unit/task-models-scene.ts';
import { MASTER, rulesFor, taskFor, World } from '../unit/task-world.ts';
import { agentOn, providerOn, requestOf } from './provider-run.ts';
import { type ProviderServer, type Reply, startProviderServer } from './provider-server.ts';
import { failure, fixture, MANUS, manusTask } from './provider-wires.ts';

let stack = new AsyncDisposableStack();
afterEach(async () => {
  await stack.disposeAsync();
  stack = new AsyncDisposableStack();
});

const AT_MANUS = AgentId.parse('gabriel');
const OTHER = AgentId.parse('claude');

/** A task that waits for its first answer, which Manus works at and never gives. */
async function scene(stop: (index: number) => Reply = () => ({ body: fixture(MANUS, 'accepted.json') })) {
  const running = manusTask(['running']);
  let stops = 0;
  const server = stack.use(
    await startProviderServer((request, index) =>
      request.path === '/v2/task.stop' ? stop(stops++) : running(request, index),
    ),
  );
  const notes = notesInMemory();
  const both = [AT_MANUS, OTHER];
  const rules = rulesFor(both, { integrator: AT_MANUS, worksOn: new Set([AT_MANUS]) });
  return { server, notes, world: new World(taskFor(both), rules) };
}
type Scene = Awaited<ReturnType<typeof scene>>;

const called = (server: ProviderServer, path: string) =>
  server.requests.filter((request) => request.path === `/v2/${path}`).map(({ body }) => body);

/** A swarm that has asked, and is killed while Manus works: nothing of it goes on. */
async function askAndDie({ server, notes, world }: Scene, turnOf = (turn: string) => turn): Promise<void> {
  const [ask] = world.state.asks;
  if (ask?.agent !== AT_MANUS) throw new Error('Manus is not asked');
  const request = { ...requestOf(agentOn(MANUS, server.url)), turn: turnOf(askTurn(world.state, ask)) };
  for await (const part of providerOn(MANUS, server.url, { notes }).stream(request, new AbortController().signal))
    if (part.type === 'progress') return;
}

/** What another swarm does with all that this event has set off. */
async function happen(
  { server, notes, world }: { server: ProviderServer; notes: ManusNotes; world: World },
  event: TaskEvent,
  wrapped: (manus: Provider) => Provider = (manus) => manus,
): Promise<readonly TaskEffect[]> {
  const effects = world.send(event);
  const config = agentOn(MANUS, server.url);
  const provider = wrapped(providerOn(MANUS, server.url, { notes }));
  for (const effect of effects)
    await carryOutEffect(
      { root: world.state.root, effect },
      {
        store: { load: () => Promise.resolve(world.state) },
        machine: { apply: () => Promise.resolve(world.state) },
        asks: { run: () => Promise.resolve() },
        outbox: { say: () => Promise.resolve() },
        orders: { add: () => Promise.resolve() },
        abandon: (question) => abandonQuestion(question, { get: () => ({ config, provider }) }),
        isOwnerThere: async () => false,
        frozen: () => false,
      },
    );
  return effects;
}

const cancelled = (world: World): TaskEvent => ({ kind: 'cancel', at: world.now, by: MASTER });

describe('what Manus was asked by a task, in a swarm that was killed since,', () => {
  it.each<[string, (world: World) => TaskEvent]>([
    ['the task is cancelled', cancelled],
    ['everything is frozen', ({ now }) => ({ kind: 'frozen', at: now })],
    [
      'the time for it is up',
      ({ state }) => ({ kind: 'timer', at: state.asks[0]!.until, id: `until.${state.asks[0]!.id}` }),
    ],
    ['the agent is put out', ({ now }) => ({ kind: 'left', at: now, agent: AT_MANUS })],
  ])('is stopped there when %s', async (_when, event) => {
    const one = await scene();
    await askAndDie(one);
    expect(called(one.server, 'task.create')).toHaveLength(1);
    await happen(one, event(one.world));
    expect(called(one.server, 'task.stop')).toEqual([JSON.stringify({ task_id: 'TeBim6FDQf9peS52xHtAyh' })]);
  });

  it('is stopped though it was the second try, and though another model stands in for it', async () => {
    const one = await scene();
    await askAndDie(one, repairTurn);
    await happen(one, cancelled(one.world), (manus) => withFallback(saying('').provider, manus));
    expect(called(one.server, 'task.stop')).toHaveLength(1);
  });

  it('is stopped by the next try where Manus cannot be reached, and once where it has ended there', async () => {
    const one = await scene((index) => (index === 0 ? failure(MANUS, '503') : failure(MANUS, '404')));
    await askAndDie(one);
    await expect(happen(one, cancelled(one.world))).rejects.toThrow('provider.overloaded');
    const abandon = () =>
      abandonQuestion(
        { agent: AT_MANUS, turn: `${one.world.state.root}.0.triage.gabriel` },
        { get: () => ({ config: agentOn(MANUS, one.server.url), provider: providerOn(MANUS, one.server.url, one) }) },
      );
    await abandon();
    await abandon();
    expect(called(one.server, 'task.stop')).toHaveLength(2);
  });

  it('is asked anew after a thaw, and that is stopped as well', async () => {
    const one = await scene();
    await askAndDie(one);
    await happen(one, { kind: 'frozen', at: one.world.now });
    one.world.send({ kind: 'thawed', at: one.world.now + 1_000 });
    await askAndDie(one);
    expect(called(one.server, 'task.create')).toHaveLength(2);
    await happen(one, cancelled(one.world));
    expect(called(one.server, 'task.stop')).toHaveLength(2);
  });
});

it('a question that is answered is left alone, and who does not work on is not asked to stop', async () => {
  const { world } = await scene();
  const [ask] = world.state.asks;
  const answer = { kind: 'triage', goal: 'g', checks: [], plain: false } satisfies Answer;
  const effects = world.send({ kind: 'answered', at: world.now, ask: ask!.id, answer });
  expect(effects.filter(({ kind }) => kind === 'abandon')).toEqual([]);
  expect(world.state.asks.map(({ agent }) => agent).toSorted()).toEqual([OTHER, AT_MANUS]);
  expect(world.send(cancelled(world)).filter(({ kind }) => kind === 'abandon')).toHaveLength(1);
});

it('a swarm that lives stops it at once', async () => {
  const { server, notes, world } = await scene();
  const config = agentOn(MANUS, server.url);
  const get = () => ({ config, provider: providerOn(MANUS, server.url, { notes }) });
  const controller = new AbortController();
  const [ask] = world.state.asks;
  const asking = askModel(
    world.state,
    { ...ask!, until: Date.now() + 60_000 },
    depsOf(get().provider, { bindings: { get, alone: get }, now: Date.now }),
    controller.signal,
  );
  await expect.poll(() => server.requests.some(({ path }) => path.startsWith('/v2/task.listMessages'))).toBe(true);
  controller.abort(new Error('not waited for any more'));
  await expect(asking).rejects.toThrow('not waited for any more');
  await expect.poll(() => called(server, 'task.stop')).toHaveLength(1);
});
