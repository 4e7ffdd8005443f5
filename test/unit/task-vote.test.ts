import { describe, expect, it } from 'vitest';
import type { Answer } from '../../bots/tasks/state/ask.ts';
import type { TaskState } from '../../bots/tasks/state/task-state.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import {
  A,
  able,
  answerTo,
  B,
  C,
  command,
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

describe('the way of a task', () => {
  it('goes through every phase to a report', () => {
    const { state, phases, log } = world().play(able());
    expect(phases).toEqual([
      'triage',
      'proposing',
      'critique',
      'voting',
      'executing',
      'verifying',
      'reporting',
      'done',
    ]);
    expect(state).toMatchObject({
      ending: 'done',
      report: '# Done',
      decision: { rule: 'vote', event: '$decision.0' },
      verdict: { holds: true },
    });
    expect(state.ballots.map(({ by, event }) => [by, event])).toEqual(three.map((by) => [by, `$ballot.0.${by}`]));
    expect(log.filter((effect) => effect.kind === 'say' && effect.rings === true).map(({ id }) => id)).toEqual([
      'report.0',
    ]);
  });

  it('withdraws once', () => {
    const silent = able({
      command: () => null,
      ask: (ask, state) => (ask.kind === 'report' ? null : answerTo(ask, state, plan(ask.agent))),
    });
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
    expect(order.indexOf('poll-end.0')).toBeGreaterThan(order.indexOf('ballot.0.cleo'));
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
    expect(one.state.refusals).toMatchObject([
      { agent: B, code: 'plan', faults: [{ field: 'steps.0.agent', problem: 'unknown-agent' }] },
    ]);
    expect(one.said('refusal')).toHaveLength(1);
    expect(one.state.phase).toBe('done');
  });

  it('hears objections only to steps of plans that stand', () => {
    const objecting = able({
      ask: (ask, state) => {
        const [first] = state.proposals;
        const to = (of: string, step: string) => ({ of, step, text: 'no' }) as never;
        return ask.kind === 'critique' && first !== undefined
          ? {
              kind: 'critique',
              objections: [to(first.hash, 'list'), to(first.hash, 'ghost'), to(hashOf(plan('never proposed')), 'list')],
            }
          : answerTo(ask, state, plan(ask.agent));
      },
    });
    const { state } = world().play(objecting);
    expect(state.objections.map(({ by, of, step }) => [by, of, step])).toEqual(
      three.map((by) => [by, state.proposals[0]?.hash, 'list']),
    );
  });

  it('asks the next one where the integrator cannot, and takes the mission itself for the goal where nobody can', () => {
    expect(
      world().play(
        able({
          ask: (ask, state) =>
            ask.kind === 'triage' && ask.agent === A ? 'provider.timeout' : answerTo(ask, state, plan('x')),
        }),
      ).state.triage?.by,
    ).toBe(B);
    const { state } = world().play(
      able({ ask: (ask, state) => (ask.kind === 'triage' ? null : answerTo(ask, state, plan('x'))) }),
    );
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
  const silentVoters = (...silent: string[]) =>
    able({
      ask: (ask, state) =>
        ask.kind === 'vote' && silent.includes(ask.agent) ? null : answerTo(ask, state, plan(ask.agent)),
    });

  it('does without one of three', () => {
    const { state } = world().play(silentVoters('ben'));
    expect(state).toMatchObject({ phase: 'done', reopened: false });
    expect(state.ballots).toHaveLength(2);
  });

  it('opens once more without a quorum, for those who have not voted, then asks the master', () => {
    const one = world().play(silentVoters('ben', 'cleo'), reach('asking'));
    expect(one.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'vote').map(({ id }) => id)).toEqual(
      ['0.vote.anna', '0.vote.ben', '0.vote.cleo', '0.vote.ben.1', '0.vote.cleo.1'],
    );
    expect(one.state.question).toMatchObject({ kind: 'no-quorum' });
    expect(one.said('question')).toMatchObject([{ rings: true }]);
    one.play(able(), (state) => state.question?.event !== undefined);
    one.send({ kind: 'chosen', at: one.now, by: MASTER, hash: one.state.proposals[1]!.hash, event: event('choice') });
    one.play(able());
    expect(one.state).toMatchObject({
      phase: 'done',
      decision: { rule: 'choice', winner: hashOf(plan('ben')), choice: '$choice' },
    });
  });

  it('asks again those only who have not voted, and counts when one more has', () => {
    const asked: string[] = [];
    const late = able({
      ask: (ask, state) => {
        asked.push(ask.id);
        return ask.kind === 'vote' && !ask.id.endsWith('.1') && ask.agent !== A
          ? 'provider.rate'
          : answerTo(ask, state, plan(ask.agent));
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
    const own = able({
      favourite: undefined as never,
      ask: (ask, state) =>
        ask.kind === 'vote'
          ? { kind: 'vote', ranking: [hashOf(plan(ask.agent))], reason: '' }
          : answerTo(ask, state, plan(ask.agent)),
    });
    expect(world([A, B]).play(own, reach('asking')).state.question).toMatchObject({ kind: 'no-winner' });
  });

  it('lets who is out of quota leave at the border, and keeps the quorum of all', () => {
    const quota = able({
      ask: (ask, state) =>
        ask.agent !== A && ask.kind === 'propose' ? 'provider.quota' : answerTo(ask, state, plan(ask.agent)),
    });
    const one = world().play(quota, reach('asking'));
    expect(one.state).toMatchObject({ gone: [B, C], electorate: three, question: { kind: 'no-quorum' } });
    expect(
      one.log.filter((effect) => effect.kind === 'ask' && effect.ask.kind === 'critique').map(({ id }) => id),
    ).toEqual(['0.critique.anna']);
  });

  it('counts a tap as one first choice, the last one, and none after the count', () => {
    const split = able({
      ask: (ask, state) =>
        ask.kind === 'vote'
          ? { kind: 'vote', ranking: ask.agent === C ? [] : [hashOf(plan(ask.agent))], reason: '' }
          : answerTo(ask, state, plan(ask.agent)),
    });
    for (const wanted of ['anna', 'ben']) {
      const one = world().play(split, reach('critique'));
      for (const hash of [hashOf(plan('cleo')), hashOf(plan('none such')), hashOf(plan(wanted))])
        one.send({ kind: 'tapped', at: one.now, by: MASTER, hash, event: event(`tap-${hash}`) });
      one.play(split, (state) => state.decision !== null);
      const counted = one.state;
      one.send({ kind: 'tapped', at: one.now, by: MASTER, hash: hashOf(plan('cleo')), event: event('late') });
      expect(one.state).toBe(counted);
      expect(one.state).toMatchObject({
        decision: { winner: hashOf(plan(wanted)) },
        tapEvent: `$tap-${hashOf(plan(wanted))}`,
      });
    }
  });

  it('lets a choice overrule a decision that was not begun, and not one that was', () => {
    const one = world().play(able(), (state) => state.decision !== null);
    const chosen = {
      kind: 'chosen',
      at: one.now,
      by: MASTER,
      hash: one.state.proposals[2]!.hash,
      event: event('choice'),
    } as const;
    one.send(chosen);
    const first = one.state;
    one.send({ ...chosen, hash: first.proposals[1]!.hash, event: event('second thoughts') });
    expect(one.state).toBe(first);
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
