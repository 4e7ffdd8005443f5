import { describe, expect, it } from 'vitest';
import type { Answer } from '../../bots/tasks/state/ask.ts';
import { ENDED, type TaskState } from '../../bots/tasks/state/task-state.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import {
  A,
  able,
  agent,
  answerTo,
  B,
  C,
  command,
  D,
  hashOf,
  HOUR,
  MASTER,
  plan,
  rulesFor,
  T0,
  taskFor,
  work,
  World,
} from './task-world.ts';

const three = [A, B, C];
const world = (electorate = three, more: Parameters<typeof taskFor>[1] = {}, rules = rulesFor(electorate)) =>
  new World(taskFor(electorate, more), rules);
const event = (id: string) => EventId.parse(`$${id}`);
const reach = (phase: TaskState['phase']) => (state: TaskState) => state.phase === phase;

describe('carrying out', () => {
  const graph = plan('graph', [command('a'), command('b'), work('text', 'ben', ['a']), command('c', ['text', 'b'])]);
  const with_ = (more: Parameters<typeof able>[0] = {}) =>
    able({ plans: Object.fromEntries(three.map((id) => [id, graph])), ...more });

  it('begins what is ready side by side, commands after work and work after commands', () => {
    const one = world().play(with_(), reach('executing'));
    expect(one.dispatched()).toEqual(['a.1', 'b.1']);
    one.play(with_());
    expect(one.dispatched()).toEqual(['a.1', 'b.1', 'c.1']);
    expect(one.state).toMatchObject({ phase: 'done', works: { text: { state: 'done', text: 'written by ben' } } });
  });

  it('lets commands that write the same folder follow each other, and no others', () => {
    const to = (name: string, access: 'ro' | 'rw' = 'rw') => ({ lent: [{ name, access }] });
    const both = plan('both', [
      command('a', [], to('site')),
      command('b', [], to('site')),
      command('c', [], to('shop')),
      command('d', [], to('site', 'ro')),
    ]);
    const able_ = able({ plans: Object.fromEntries(three.map((id) => [id, both])) });
    const lent = ['site', 'shop'].map((name) => ({ name, mode: 'rw' as const }));
    const one = world(three, {}, { ...rulesFor(three), lent }).play(able_, reach('executing'));
    expect(one.dispatched()).toEqual(['a.1', 'c.1', 'd.1']);
    one.play(able_);
    expect(one.dispatched()).toEqual(['a.1', 'c.1', 'd.1', 'b.1']);
    expect(one.state.phase).toBe('done');
  });

  it('gives work to one other agent, then makes a new plan', () => {
    const lazy = (...who: string[]) =>
      with_({
        ask: (ask, state) =>
          ask.kind === 'work' && who.includes(ask.agent) ? 'provider.filtered' : answerTo(ask, state, graph),
      });
    expect(world().play(lazy('ben')).state).toMatchObject({
      phase: 'done',
      works: { text: { text: 'written by anna', tries: 2 } },
    });
    const one = world().play(lazy('ben', 'anna', 'cleo'));
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'work-failed', round: 2 });
    expect(one.said('report')).toMatchObject([{ rings: true }]);
  });

  it('patches only the failed command, in two equal acts and a confirmation, and goes on', () => {
    const one = world().play(
      with_({ command: (step, attempt) => (step === 'b' && attempt === 1 ? { state: 'failed', why: 'exit' } : {}) }),
    );
    expect(one.phases).toContain('diagnosing');
    expect(one.dispatched()).toEqual(['a.1', 'b.1', 'b.2', 'c.1']);
    expect(one.said('patch').map(({ id }) => id)).toEqual(['patch.0.b.1.anna', 'patch.0.b.1.ben']);
    expect(one.said('patched')).toHaveLength(1);
    expect(one.state).toMatchObject({
      phase: 'done',
      plan: { event: '$patched.0.b.1' },
      decision: { winner: hashOf(graph) },
    });
    expect(
      one.state.plan?.plan.steps.filter((step, index) => JSON.stringify(step) !== JSON.stringify(graph.steps[index])),
    ).toHaveLength(1);
  });

  describe('a patch', () => {
    const fix = (by: string) => ({
      type: 'run',
      id: 'list',
      reason: `by ${by}`,
      argv: ['ls'],
      success: { exitCode: 0 },
      repeatable: false,
      after: [],
      timeoutMs: 1_000,
      cwd: '.',
      workspace: 'rw',
      lent: [],
      hosts: [],
    });
    const diagnosed = (command: (agent: string) => object | null) =>
      world().play(
        able({
          ask: (ask, state) =>
            ask.kind === 'diagnose'
              ? ({ kind: 'diagnose', cause: '', command: state.round > 0 ? null : command(ask.agent) } as never)
              : answerTo(ask, state, plan(`${ask.agent}${state.round}`)),
          command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}),
        }),
        (state) => state.round === 1 || state.attempts[Object.keys(state.attempts).at(-1) ?? ''] === 2,
      );

    it('is what two agents say, those first who did not write the plan', () => {
      // anna wrote the winner; ben's names another step, so it is cleo's, and anna's who agrees.
      const one = diagnosed((agent) => (agent === B ? { ...fix('ben'), id: 'other' } : fix('cleo')));
      expect(one.state.plan?.plan.steps[0]).toMatchObject({ command: { reason: 'by cleo' } });
      expect(one.said('patch').map(({ id }) => id)).toEqual(['patch.0.list.1.cleo', 'patch.0.list.1.anna']);
    });

    it.each<[string, (agent: string) => object | null]>([
      ['one alone wants it', (agent) => (agent === B ? fix('ben') : null)],
      ['everybody wants another one', fix],
      ['it asks for a folder that nobody voted for', () => ({ ...fix('all'), lent: [{ name: 'site', access: 'ro' }] })],
    ])('is none where %s: a new plan', (_what, command) => {
      const one = diagnosed(command);
      expect(one.dispatched()).toEqual(['list.1']);
      expect([one.said('patch'), one.state.round]).toEqual([[], 1]);
    });

    it('is not asked of more than three', () => {
      const many = [A, B, C, D, ...['eve', 'fay', 'gus', 'hal'].map(agent)];
      const one = world(many).play(
        able({
          ask: (ask, state) =>
            ask.kind === 'diagnose' ? 'provider.rate' : answerTo(ask, state, plan(`${ask.agent}${state.round}`)),
          command: () => ({ state: 'failed' }),
        }),
        (state) => state.round === 1,
      );
      expect(one.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'diagnose')).toHaveLength(3);
    });
  });

  it('tries again without a patch where the command stays as it is', () => {
    const script = able({
      ask: (ask, state) => {
        const step = state.plan?.plan.steps[0];
        return ask.kind === 'diagnose'
          ? { kind: 'diagnose', cause: 'chance', command: step?.kind === 'command' ? step.command : null }
          : answerTo(ask, state, plan(ask.agent));
      },
      command: (_step, attempt) => (attempt === 1 ? { state: 'failed' } : {}),
    });
    const one = world().play(script);
    expect(one.dispatched()).toEqual(['list.1', 'list.2']);
    expect(one.said('patch')).toEqual([]);
    expect(one.state.phase).toBe('done');
  });

  it('retries twice, plans anew twice, and then says that it failed', () => {
    const one = world().play(able({ command: () => ({ state: 'failed' }) }));
    expect(one.dispatched()).toEqual(Array.from({ length: 3 }, () => ['list.1', 'list.2', 'list.3']).flat());
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'command-failed', round: 2, report: '# Done' });
    expect(one.state.earlier).toHaveLength(2);
  });

  it('does not run the same plan again where its attempts are used up', () => {
    const same = plan('x');
    const chance = (state: TaskState): Answer => {
      const step = state.plan?.plan.steps[0];
      return { kind: 'diagnose', cause: 'chance', command: step?.kind === 'command' ? step.command : null };
    };
    const one = world().play(
      able({
        ask: (ask, state) => (ask.kind === 'diagnose' ? chance(state) : answerTo(ask, state, same)),
        command: () => ({ state: 'failed' }),
      }),
    );
    expect(one.dispatched()).toEqual(['list.1', 'list.2', 'list.3']);
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'command-failed', round: 2 });
  });

  it('takes a new plan where two have nothing to patch, or one of two is all there is', () => {
    const nothing = able({
      ask: (ask, state) =>
        ask.kind === 'diagnose'
          ? { kind: 'diagnose', cause: '', command: null }
          : answerTo(ask, state, plan(`${ask.agent}${state.round}`)),
      command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}),
    });
    expect(world().play(nothing).state).toMatchObject({ phase: 'done', round: 1, earlier: [{ round: 0 }] });
    const one = able({
      ask: (ask, state) =>
        ask.kind === 'diagnose' && ask.agent !== B
          ? 'off-schema'
          : answerTo(ask, state, plan(`${ask.agent}${state.round}`)),
      command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}),
    });
    expect(world().play(one).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it.each([
    ['no', 'failed', 0],
    ['host-not-allowed', 'done', 1],
  ])('refused with %s: %s after %i new plans', (why, phase, round) => {
    const one = world().play(
      able({ command: (_step, _attempt, state) => (state.round === 0 ? { state: 'refused', why } : {}) }),
    );
    expect(one.state).toMatchObject({ phase, round });
  });

  it('ends what a master stopped, and keeps what was done', () => {
    const one = world().play(with_({ command: (step) => (step === 'b' ? { state: 'stopped' } : {}) }));
    expect(one.state).toMatchObject({
      phase: 'partial',
      ending: 'command-stopped',
      works: { text: { state: 'done' } },
    });
  });

  it('asks the master of a command that may have run, and takes the truth whenever it comes', () => {
    const unknown = able({ command: () => ({ state: 'unknown' }) });
    const one = world().play(unknown, reach('asking'));
    expect(one.state.question).toMatchObject({ kind: 'unknown-command' });
    one.send({
      kind: 'result',
      at: one.now,
      result: { plan: one.state.plan!.hash, step: 'list' as never, attempt: 1, state: 'done', output: 'total' },
    });
    expect(one.state.phase).toBe('verifying');

    const two = world().play(unknown, reach('asking'));
    two.send({ kind: 'retry', at: two.now, by: MASTER, ready: three, event: event('retry') });
    expect(two.play(able()).state).toMatchObject({ phase: 'done', round: 0, retry: '$retry' });
    expect(two.dispatched()).toEqual(['list.1', 'list.2']);
  });

  it('waits where the executor repeats by itself', () => {
    const one = world().play(
      able({
        plans: { anna: plan('r', [command('list', [], { repeatable: true })]) },
        command: () => ({ state: 'unknown' }),
      }),
      (state) => state.commands['list']?.result !== undefined,
    );
    expect(one.state).toMatchObject({ phase: 'executing', commands: { list: { state: 'running' } } });
    one.send({
      kind: 'result',
      at: one.now,
      result: { plan: one.state.plan!.hash, step: 'list' as never, attempt: 1, state: 'done' },
    });
    expect(one.state.phase).toBe('verifying');
  });

  it('holds a silent executor for unknown in the end, and withdraws', () => {
    const one = world(three, { deadline: T0 + 72 * HOUR }).play(able({ command: () => null }));
    expect(one.phases).toContain('asking');
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'unknown-command', withdrawn: 'withdraw.0.0' });
    expect(one.log.filter(({ kind }) => kind === 'withdraw')).toHaveLength(1);
  });

  it.each<[string, object]>([
    ['another plan', { plan: hashOf(plan('another')) }],
    ['an attempt that was never made', { attempt: 2 }],
    ['a step of no plan', { step: 'ghost' }],
  ])('takes no result of %s', (_what, forged) => {
    const one = world().play(able({ command: () => null }), reach('executing'));
    const before = one.state;
    one.send({
      kind: 'result',
      at: one.now,
      result: { plan: before.plan!.hash, step: 'list' as never, attempt: 1, state: 'done', ...forged },
    });
    expect(one.state).toBe(before);
  });

  it('lets an approval wait for as long as the task may', () => {
    const one = world().play(able({ command: () => ({ state: 'asked' }) }));
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'deadline', commands: { list: { state: 'stopped' } } });
    expect(one.said('question')).toEqual([]);
  });
});

describe('what the homeserver does not take', () => {
  /** Plays on, but this message is refused. */
  const without = (refused: RegExp, script = able(), one = world()) => {
    for (let steps = 0; steps < 500 && !ENDED.has(one.state.phase); steps += 1) {
      const index = one.pool.findIndex(({ kind }) => kind !== 'timer');
      const effect = one.take(index);
      const event =
        effect.kind === 'say' && refused.test(effect.id)
          ? ({ kind: 'unsaid', at: one.now, id: effect.id } as const)
          : one.perform(effect, script);
      if (event !== null) one.send(event);
    }
    return one.state;
  };

  it.each<[string, RegExp, object]>([
    [
      'a proposal is no candidate',
      /^proposal\.0\.anna/,
      { phase: 'done', proposals: [{ authors: [B] }, { authors: [C] }] },
    ],
    ['a ballot is not counted', /^ballot\.0\.anna/, { phase: 'done', ballots: [{ by: B }, { by: C }] }],
    ['a poll is done without', /^poll\.0/, { phase: 'done', decision: { rule: 'vote' } }],
    ['the picture of the plan is done without', /^plan\./, { phase: 'done' }],
    ['a verdict counts all the same', /^verdict/, { phase: 'done' }],
    ['no decision, nothing carried out', /^decision/, { phase: 'failed', ending: 'not-said', attempts: {} }],
    ['no electorate, nothing carried out', /^electorate/, { phase: 'failed', ending: 'not-said', attempts: {} }],
  ])('%s', (_what, refused, expected) => {
    expect(without(refused)).toMatchObject(expected);
  });

  it('a patch of one alone is none: a new plan', () => {
    const script = able({ command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}) });
    expect(without(/^patch\.0\.\w+\.1\.ben/, script)).toMatchObject({ phase: 'done', round: 1 });
    expect(without(/^failure/, script)).toMatchObject({ phase: 'failed', ending: 'not-said' });
  });
});

describe('verifying and reporting', () => {
  const saying = (verify: (agent: string, state: TaskState) => Answer, more: Parameters<typeof able>[0] = {}) =>
    able({
      ...more,
      ask: (ask, state) =>
        ask.kind === 'verify' ? verify(ask.agent, state) : answerTo(ask, state, plan(`${ask.agent}${state.round}`)),
    });
  const quote = (text: string, holds = true): Answer => ({
    kind: 'verify',
    holds,
    why: '',
    quotes: [{ step: 'list' as never, quote: text }],
  });

  it('believes nobody who quotes what was not there, or nothing', () => {
    expect(
      world().play(saying((by) => (by === B ? quote('approved, all is well') : quote('total list')))).state,
    ).toMatchObject({ phase: 'done', verdict: { by: C } });
    expect(
      world().play(
        saying((by) => (by === B ? { kind: 'verify', holds: true, why: 'trust me', quotes: [] } : quote('total'))),
      ).state.verdict?.by,
    ).toBe(C);
    // Two in a row without a real quotation are not the end, as long as somebody else is free.
    expect(world([A, B, C, D]).play(saying((by) => quote(by === D ? 'total' : 'invented'))).state).toMatchObject({
      phase: 'done',
      verdict: { by: D },
    });
    expect(world([A, B, C, D]).play(saying(() => quote('invented'))).state).toMatchObject({
      phase: 'partial',
      ending: 'unverified',
      verdict: { by: null },
    });
  });

  it('plans anew where it does not hold, and never calls that done', () => {
    const one = world().play(saying((_by, state) => quote('total', state.round === 1)));
    expect(one.state).toMatchObject({ phase: 'done', round: 1 });
    expect(world().play(saying(() => quote('total', false))).state).toMatchObject({
      phase: 'partial',
      ending: 'not-verified',
      round: 2,
    });
  });

  it('reports by code where nobody can write', () => {
    const one = world().play(
      able({
        ask: (ask, state) => (ask.kind === 'report' ? 'provider.overloaded' : answerTo(ask, state, plan(ask.agent))),
      }),
    );
    expect(one.state).toMatchObject({ phase: 'done', report: null });
    expect(one.said('report')).toMatchObject([{ as: null, rings: true }]);
  });
});

describe('the master', () => {
  it('cancels at any time, and hears no bell', () => {
    const one = world().play(able({ command: () => null }), reach('executing'));
    one.send({ kind: 'cancel', at: one.now, by: MASTER });
    expect(one.state).toMatchObject({ phase: 'cancelled', ending: 'cancelled' });
    expect(one.log.filter(({ kind }) => kind === 'withdraw')).toHaveLength(1);
    expect(one.said('ended')).toHaveLength(1);
    expect(one.log.filter((effect) => effect.kind === 'say' && effect.rings === true)).toEqual([]);
    const ended = one.state;
    one.send({ kind: 'cancel', at: one.now, by: MASTER });
    one.send({
      kind: 'result',
      at: one.now,
      result: { plan: ended.plan!.hash, step: 'list' as never, attempt: 1, state: 'done' },
    });
    expect(one.state).toBe(ended);
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('again') });
    expect(one.play(able()).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it('has it tried again with those who are ready now, with as many plans and as much time as before', () => {
    const one = world().play(able({ command: () => ({ state: 'failed' }) }));
    one.now = T0 + 100 * HOUR;
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: [A, B, C, D], event: event('retry') });
    expect(one.state).toMatchObject({
      phase: 'proposing',
      round: 3,
      firstRound: 3,
      electorate: [A, B, C, D],
      deadline: T0 + 106 * HOUR,
    });
    expect(one.play(able()).state).toMatchObject({ phase: 'done', outcome: 'done' });
  });

  it('gets a new round where there was no plan', () => {
    const silent = able({
      ask: (ask, state) => (ask.kind === 'propose' ? 'provider.timeout' : answerTo(ask, state, plan('x'))),
    });
    const one = world().play(silent, reach('asking'));
    expect(one.state.question).toMatchObject({ kind: 'no-plan' });
    one.now += HOUR;
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('retry') });
    expect(one.state.deadline).toBeGreaterThan(T0 + 6 * HOUR);
    expect(one.play(able()).state.phase).toBe('done');
  });
});
