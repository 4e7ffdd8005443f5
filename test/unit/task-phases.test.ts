import { describe, expect, it } from 'vitest';
import { type Answer, ENDED, type TaskState } from '../../bots/tasks/state.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { A, able, answerTo, B, C, command, D, hashOf, HOUR, MASTER, plan, rulesFor, T0, taskFor, work, World } from './task-world.ts';

const three = [A, B, C];
const world = (electorate = three, more: Parameters<typeof taskFor>[1] = {}, rules = rulesFor(electorate)) => new World(taskFor(electorate, more), rules);
const event = (id: string) => EventId.parse(`$${id}`);
const reach = (phase: TaskState['phase']) => (state: TaskState) => state.phase === phase;

describe('the way of a task', () => {
  it('goes through every phase to a report', () => {
    const { state, phases, log } = world().play(able());
    expect(phases).toEqual(['triage', 'proposing', 'critique', 'voting', 'executing', 'verifying', 'reporting', 'done']);
    expect(state).toMatchObject({ ending: 'done', report: '# Done', decision: { rule: 'vote', event: '$decision.0' }, verdict: { holds: true } });
    expect(state.ballots.map(({ by, event }) => [by, event])).toEqual(three.map((by) => [by, `$ballot.0.${by}`]));
    expect(log.filter((effect) => effect.kind === 'say' && effect.rings === true).map(({ id }) => id)).toEqual(['report.0']);
  });

  it('withdraws once', () => {
    const silent = able({ command: () => null, ask: (ask, state) => (ask.kind === 'report' ? null : answerTo(ask, state, plan(ask.agent))) });
    const one = world(three, { deadline: T0 + 24 * HOUR + 25 * 60_000 }).play(silent);
    expect(one.phases.slice(-2)).toEqual(['reporting', 'failed']);
    expect(one.state).toMatchObject({ report: null, ending: 'unknown-command' });
    expect(one.log.filter(({ kind }) => kind === 'withdraw')).toHaveLength(1);
  });

  it('keeps ballots secret until all are in, and decides only on what stands in the room', () => {
    const one = world().play(able(), (state) => state.ballots.length === 2);
    expect(one.said('ballot')).toEqual([]);
    one.play(able(), (state) => state.ballots.length === 3);
    expect(one.said('ballot')).toHaveLength(3);
    expect(one.said('decision')).toEqual([]);
    one.play(able(), (state) => Object.keys(state.events).some((id) => id === 'poll-end.0'));
    const order = one.log.map(({ id }) => id);
    expect(order.indexOf('poll-end.0')).toBeGreaterThan(order.indexOf('poll-vote.0.cleo'));
    expect(order.indexOf('decision.0')).toBeGreaterThan(order.indexOf('ballot.0.cleo'));
  });

  it('makes equal plans one candidate with all their authors', () => {
    const same = plan('the same');
    const { state } = world().play(able({ plans: { anna: same, ben: same } }), reach('critique'));
    expect(state.proposals.map(({ authors }) => authors)).toEqual([[A, B], [C]]);
  });

  it('turns a plan down that the check does not pass, and goes on with the others', () => {
    const one = world().play(able({ plans: { ben: plan('bad', [work('poem', 'nobody')]) } }));
    expect(one.state.proposals.map(({ authors }) => authors)).toEqual([[A], [C]]);
    expect(one.state.refusals).toMatchObject([{ agent: B, code: 'plan', faults: [{ field: 'steps.0.agent', problem: 'unknown-agent' }] }]);
    expect(one.said('refusal')).toHaveLength(1);
    expect(one.state.phase).toBe('done');
  });

  it('asks the next one where the integrator cannot, and takes the mission itself for the goal where nobody can', () => {
    expect(world().play(able({ ask: (ask, state) => (ask.kind === 'triage' && ask.agent === A ? 'provider.timeout' : answerTo(ask, state, plan('x'))) })).state.triage?.by).toBe(B);
    const { state } = world().play(able({ ask: (ask, state) => (ask.kind === 'triage' ? null : answerTo(ask, state, plan('x'))) }));
    expect(state).toMatchObject({ phase: 'done', triage: { goal: 'list the files', checks: [], by: null } });
  });

  it('runs a plain mission with one agent, in an electorate of that one', () => {
    const plain = (answer: Answer): Answer => (answer.kind === 'triage' ? { ...answer, plain: true } : answer);
    const one = world().play(able({ ask: (ask, state) => plain(answerTo(ask, state, plan('x'))) }));
    expect(one.phases).toEqual(['triage', 'proposing', 'voting', 'executing', 'verifying', 'reporting', 'done']);
    expect(one.state).toMatchObject({ alone: A, electorate: [A], decision: { rule: 'alone' }, verdict: { by: B } });
    expect([...one.said('poll'), ...one.said('ballot')]).toEqual([]);
  });

  it('runs alone where there is only one, who then checks itself', () => {
    const { state } = world([B]).play(able());
    expect(state).toMatchObject({ alone: B, decision: { rule: 'alone' }, phase: 'done', verdict: { by: B } });
  });

  it('says so at once where nobody is there', () => {
    const one = world([]);
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'no-agents' });
    expect(one.said('ended')).toMatchObject([{ rings: true }]);
  });
});

describe('voting', () => {
  const silentVoters = (...silent: string[]) => able({ ask: (ask, state) => (ask.kind === 'vote' && silent.includes(ask.agent) ? null : answerTo(ask, state, plan(ask.agent))) });

  it('does without one of three', () => {
    const { state } = world().play(silentVoters('ben'));
    expect(state).toMatchObject({ phase: 'done', reopened: false });
    expect(state.ballots).toHaveLength(2);
  });

  it('opens once more without a quorum, for those who have not voted, then asks the master', () => {
    const one = world().play(silentVoters('ben', 'cleo'), reach('asking'));
    expect(one.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'vote').map(({ id }) => id)).toEqual(['0.vote.anna', '0.vote.ben', '0.vote.cleo', '0.vote.ben.1', '0.vote.cleo.1']);
    expect(one.state.question).toMatchObject({ kind: 'no-quorum' });
    expect(one.said('question')).toMatchObject([{ rings: true }]);
    one.play(able(), (state) => state.question?.event !== undefined);
    one.send({ kind: 'chosen', at: one.now, by: MASTER, hash: one.state.proposals[1]!.hash, event: event('choice') });
    one.play(able());
    expect(one.state).toMatchObject({ phase: 'done', decision: { rule: 'choice', winner: hashOf(plan('ben')), choice: '$choice' } });
  });

  it('asks again those only who have not voted, and counts when one more has', () => {
    const asked: string[] = [];
    const late = able({
      ask: (ask, state) => {
        asked.push(ask.id);
        return ask.kind === 'vote' && !ask.id.endsWith('.1') && ask.agent !== A ? 'provider.rate' : answerTo(ask, state, plan(ask.agent));
      },
    });
    expect(world().play(late).state).toMatchObject({ phase: 'done', reopened: true });
    expect(asked).not.toContain('0.vote.anna.1');
  });

  it.each(['schedule', 'cycle'] as const)('skips a task of origin %s without asking anybody', (origin) => {
    const one = world(three, { origin }).play(silentVoters('ben', 'cleo'));
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'skipped-no-quorum' });
    expect(one.said('question')).toEqual([]);
    expect(one.said('ended')).toMatchObject([{ rings: true }]);
  });

  it('fails when the master does not answer, before the deadline', () => {
    const one = world(three, { deadline: T0 + 72 * HOUR }).play(silentVoters('ben', 'cleo'));
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'no-quorum' });
  });

  it('wants two to agree', () => {
    const own = able({ favourite: undefined as never, ask: (ask, state) => (ask.kind === 'vote' ? { kind: 'vote', ranking: [hashOf(plan(ask.agent))], reason: '' } : answerTo(ask, state, plan(ask.agent))) });
    expect(world([A, B]).play(own, reach('asking')).state.question).toMatchObject({ kind: 'no-winner' });
  });

  it('lets who is out of quota leave at the border, and keeps the quorum of all', () => {
    const quota = able({ ask: (ask, state) => (ask.agent !== A && ask.kind === 'propose' ? 'provider.quota' : answerTo(ask, state, plan(ask.agent))) });
    const one = world().play(quota, reach('asking'));
    expect(one.state).toMatchObject({ gone: [B, C], electorate: three, question: { kind: 'no-quorum' } });
    expect(one.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'critique').map(({ id }) => id)).toEqual(['0.critique.anna']);
  });

  it('counts a tap as one first choice, the last one, and none after the count', () => {
    const split = able({ ask: (ask, state) => (ask.kind === 'vote' ? { kind: 'vote', ranking: ask.agent === C ? [] : [hashOf(plan(ask.agent))], reason: '' } : answerTo(ask, state, plan(ask.agent))) });
    for (const wanted of ['anna', 'ben']) {
      const one = world().play(split, reach('critique'));
      for (const hash of [hashOf(plan('cleo')), hashOf(plan('none such')), hashOf(plan(wanted))]) one.send({ kind: 'tapped', at: one.now, by: MASTER, hash, event: event(`tap-${hash}`) });
      one.play(split, (state) => state.decision !== null);
      const counted = one.state;
      one.send({ kind: 'tapped', at: one.now, by: MASTER, hash: hashOf(plan('cleo')), event: event('late') });
      expect(one.state).toBe(counted);
      expect(one.state).toMatchObject({ decision: { winner: hashOf(plan(wanted)) }, tapEvent: `$tap-${hashOf(plan(wanted))}` });
    }
  });

  it('lets a choice overrule a decision that was not begun, and not one that was', () => {
    const one = world().play(able(), (state) => state.decision !== null);
    const chosen = { kind: 'chosen', at: one.now, by: MASTER, hash: one.state.proposals[2]!.hash, event: event('choice') } as const;
    one.send(chosen);
    one.play(able(), reach('executing'));
    expect(one.state.decision).toMatchObject({ rule: 'choice', winner: chosen.hash, event: '$decision.0.choice' });
    const begun = one.state;
    one.send({ ...chosen, hash: begun.proposals[0]!.hash, event: event('another') });
    expect(one.state).toBe(begun);
  });

  it('checks the winner again: what is not lent any more does not run', () => {
    const lent = plan('lent', [command('list', [], { lent: [{ name: 'site', access: 'ro' }] })]);
    const one = world().play(able({ plans: { anna: lent } }), (state) => state.ballots.length === 3);
    one.rules = rulesFor(three, { lent: [] });
    one.play(able(), (state) => state.round === 1);
    expect(one.dispatched()).toEqual([]);
    expect(one.said('failure')).toHaveLength(1);
  });
});

describe('carrying out', () => {
  const graph = plan('graph', [command('a'), command('b'), work('text', 'ben', ['a']), command('c', ['text', 'b'])]);
  const with_ = (more: Parameters<typeof able>[0] = {}) => able({ plans: Object.fromEntries(three.map((id) => [id, graph])), ...more });

  it('begins what is ready side by side, commands after work and work after commands', () => {
    const one = world().play(with_(), reach('executing'));
    expect(one.dispatched()).toEqual(['a.1', 'b.1']);
    one.play(with_());
    expect(one.dispatched()).toEqual(['a.1', 'b.1', 'c.1']);
    expect(one.state).toMatchObject({ phase: 'done', works: { text: { state: 'done', text: 'written by ben' } } });
  });

  it('gives work to one other agent, then makes a new plan', () => {
    const lazy = (...who: string[]) => with_({ ask: (ask, state) => (ask.kind === 'work' && who.includes(ask.agent) ? 'provider.filtered' : answerTo(ask, state, graph)) });
    expect(world().play(lazy('ben')).state).toMatchObject({ phase: 'done', works: { text: { text: 'written by anna', tries: 2 } } });
    const one = world().play(lazy('ben', 'anna', 'cleo'));
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'work-failed', round: 2 });
    expect(one.said('report')).toMatchObject([{ rings: true }]);
  });

  it('patches only the failed command, in two equal acts and a confirmation, and goes on', () => {
    const one = world().play(with_({ command: (step, attempt) => (step === 'b' && attempt === 1 ? { state: 'failed', why: 'exit' } : {}) }));
    expect(one.phases).toContain('diagnosing');
    expect(one.dispatched()).toEqual(['a.1', 'b.1', 'b.2', 'c.1']);
    expect(one.said('patch').map(({ id }) => id)).toEqual(['patch.0.b.1.anna', 'patch.0.b.1.ben']);
    expect(one.said('patched')).toHaveLength(1);
    expect(one.state).toMatchObject({ phase: 'done', plan: { event: '$patched.0.b.1' }, decision: { winner: hashOf(graph) } });
    expect(one.state.plan?.plan.steps.filter((step, index) => JSON.stringify(step) !== JSON.stringify(graph.steps[index]))).toHaveLength(1);
  });

  it('lets the first usable command count, of those who did not write the plan first', () => {
    const fix = (agent: string) => ({ type: 'run', id: 'list', reason: `by ${agent}`, argv: ['ls'], success: { exitCode: 0 }, repeatable: false, after: [], timeoutMs: 1_000, cwd: '.', workspace: 'rw', lent: [], hosts: [] });
    const script = able({
      ask: (ask, state) => (ask.kind === 'diagnose' ? ({ kind: 'diagnose', cause: '', command: ask.agent === B ? { ...fix('ben'), id: 'other' } : fix(ask.agent) } as never) : answerTo(ask, state, plan(ask.agent))),
      command: (_step, attempt) => (attempt === 1 ? { state: 'failed' } : {}),
    });
    const one = world().play(script);
    // anna wrote the winner; ben's names another step, so it is cleo's.
    expect(one.state.plan?.plan.steps[0]).toMatchObject({ command: { reason: 'by cleo' } });
    expect(one.said('patch').map(({ id }) => id)).toEqual(['patch.0.list.1.ben', 'patch.0.list.1.cleo']);
  });

  it('tries again without a patch where the command stays as it is', () => {
    const script = able({
      ask: (ask, state) => {
        const step = state.plan?.plan.steps[0];
        return ask.kind === 'diagnose' ? { kind: 'diagnose', cause: 'chance', command: step?.kind === 'command' ? step.command : null } : answerTo(ask, state, plan(ask.agent));
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
    const one = world().play(able({ plans: { anna: plan('x'), ben: plan('x'), cleo: plan('x') }, ask: (ask, state) => (ask.kind === 'diagnose' ? { kind: 'diagnose', cause: '', command: null } : answerTo(ask, state, plan('x'))), command: () => ({ state: 'failed' }) }));
    expect(one.dispatched()).toEqual(['list.1', 'list.2', 'list.3']);
    expect(one.state.phase).toBe('failed');
  });

  it('takes a new plan where two have nothing to patch, or one of two is all there is', () => {
    const nothing = able({ ask: (ask, state) => (ask.kind === 'diagnose' ? { kind: 'diagnose', cause: '', command: null } : answerTo(ask, state, plan(`${ask.agent}${state.round}`))), command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}) });
    expect(world().play(nothing).state).toMatchObject({ phase: 'done', round: 1, earlier: [{ round: 0 }] });
    const one = able({ ask: (ask, state) => (ask.kind === 'diagnose' && ask.agent !== B ? 'off-schema' : answerTo(ask, state, plan(`${ask.agent}${state.round}`))), command: (_step, _attempt, { round }) => (round === 0 ? { state: 'failed' } : {}) });
    expect(world().play(one).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it.each([
    ['no', 'failed', 0],
    ['host-not-allowed', 'done', 1],
  ])('refused with %s: %s after %i new plans', (why, phase, round) => {
    const one = world().play(able({ command: (_step, _attempt, state) => (state.round === 0 ? { state: 'refused', why } : {}) }));
    expect(one.state).toMatchObject({ phase, round });
  });

  it('ends what a master stopped, and keeps what was done', () => {
    const one = world().play(with_({ command: (step) => (step === 'b' ? { state: 'stopped' } : {}) }));
    expect(one.state).toMatchObject({ phase: 'partial', ending: 'command-stopped', works: { text: { state: 'done' } } });
  });

  it('asks the master of a command that may have run, and takes the truth whenever it comes', () => {
    const unknown = able({ command: () => ({ state: 'unknown' }) });
    const one = world().play(unknown, reach('asking'));
    expect(one.state.question).toMatchObject({ kind: 'unknown-command' });
    one.send({ kind: 'result', at: one.now, result: { plan: one.state.plan!.hash, step: 'list' as never, attempt: 1, state: 'done', output: 'total' } });
    expect(one.state.phase).toBe('verifying');

    const two = world().play(unknown, reach('asking'));
    two.send({ kind: 'retry', at: two.now, by: MASTER, ready: three, event: event('retry') });
    expect(two.play(able()).state).toMatchObject({ phase: 'done', round: 0, retry: '$retry' });
    expect(two.dispatched()).toEqual(['list.1', 'list.2']);
  });

  it('waits where the executor repeats by itself', () => {
    const one = world().play(able({ plans: { anna: plan('r', [command('list', [], { repeatable: true })]) }, command: () => ({ state: 'unknown' }) }), (state) => state.commands['list']?.result !== undefined);
    expect(one.state).toMatchObject({ phase: 'executing', commands: { list: { state: 'running' } } });
    one.send({ kind: 'result', at: one.now, result: { plan: one.state.plan!.hash, step: 'list' as never, attempt: 1, state: 'done' } });
    expect(one.state.phase).toBe('verifying');
  });

  it('holds a silent executor for unknown in the end, and withdraws', () => {
    const one = world(three, { deadline: T0 + 72 * HOUR }).play(able({ command: () => null }));
    expect(one.phases).toContain('asking');
    expect(one.state).toMatchObject({ phase: 'failed', ending: 'unknown-command', withdrawn: 'withdraw.0.0' });
    expect(one.log.filter(({ kind }) => kind === 'withdraw')).toHaveLength(1);
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
      const event = effect.kind === 'say' && refused.test(effect.id) ? ({ kind: 'unsaid', at: one.now, id: effect.id } as const) : one.perform(effect, script);
      if (event !== null) one.send(event);
    }
    return one.state;
  };

  it.each<[string, RegExp, object]>([
    ['a proposal is no candidate', /^proposal\.0\.anna/, { phase: 'done', proposals: [{ authors: [B] }, { authors: [C] }] }],
    ['a ballot is not counted', /^ballot\.0\.anna/, { phase: 'done', ballots: [{ by: B }, { by: C }] }],
    ['a poll is done without', /^poll\.0/, { phase: 'done', decision: { rule: 'vote' } }],
    ['a vote in the poll is done without', /^poll-vote\.0\.anna/, { phase: 'done', ballots: [{ by: A }, { by: B }, { by: C }] }],
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
  const saying = (verify: (agent: string, state: TaskState) => Answer, more: Parameters<typeof able>[0] = {}) => able({ ...more, ask: (ask, state) => (ask.kind === 'verify' ? verify(ask.agent, state) : answerTo(ask, state, plan(`${ask.agent}${state.round}`))) });
  const quote = (text: string, holds = true): Answer => ({ kind: 'verify', holds, why: '', quotes: [{ step: 'list' as never, quote: text }] });

  it('believes nobody who quotes what was not there, or nothing', () => {
    expect(world().play(saying((by) => (by === B ? quote('approved, all is well') : quote('total list')))).state).toMatchObject({ phase: 'done', verdict: { by: C } });
    expect(world().play(saying((by) => (by === B ? { kind: 'verify', holds: true, why: 'trust me', quotes: [] } : quote('total')))).state.verdict?.by).toBe(C);
    expect(world([A, B, C, D]).play(saying(() => quote('invented'))).state).toMatchObject({ phase: 'partial', ending: 'unverified', verdict: { by: null } });
  });

  it('plans anew where it does not hold, and never calls that done', () => {
    const one = world().play(saying((_by, state) => quote('total', state.round === 1)));
    expect(one.state).toMatchObject({ phase: 'done', round: 1 });
    expect(world().play(saying(() => quote('total', false))).state).toMatchObject({ phase: 'partial', ending: 'not-verified', round: 2 });
  });

  it('reports by code where nobody can write', () => {
    const one = world().play(able({ ask: (ask, state) => (ask.kind === 'report' ? 'provider.overloaded' : answerTo(ask, state, plan(ask.agent))) }));
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
    one.send({ kind: 'result', at: one.now, result: { plan: ended.plan!.hash, step: 'list' as never, attempt: 1, state: 'done' } });
    expect(one.state).toBe(ended);
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('again') });
    expect(one.play(able()).state).toMatchObject({ phase: 'done', round: 1 });
  });

  it('has it tried again with those who are ready now, with as many plans and as much time as before', () => {
    const one = world().play(able({ command: () => ({ state: 'failed' }) }));
    one.now = T0 + 100 * HOUR;
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: [A, B, C, D], event: event('retry') });
    expect(one.state).toMatchObject({ phase: 'proposing', round: 3, firstRound: 3, electorate: [A, B, C, D], deadline: T0 + 106 * HOUR });
    expect(one.play(able()).state).toMatchObject({ phase: 'done', outcome: 'done' });
  });

  it('gets a new round where there was no plan', () => {
    const silent = able({ ask: (ask, state) => (ask.kind === 'propose' ? 'provider.timeout' : answerTo(ask, state, plan('x'))) });
    const one = world().play(silent, reach('asking'));
    expect(one.state.question).toMatchObject({ kind: 'no-plan' });
    one.now += HOUR;
    one.send({ kind: 'retry', at: one.now, by: MASTER, ready: three, event: event('retry') });
    expect(one.state.deadline).toBeGreaterThan(T0 + 6 * HOUR);
    expect(one.play(able()).state.phase).toBe('done');
  });
});
