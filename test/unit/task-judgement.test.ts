import { describe, expect, it } from 'vitest';
import { cardText } from '../../bots/tasks/messages/card.ts';
import { pendingEffects } from '../../bots/tasks/reducer/pending.ts';
import { pollWaitsMs } from '../../bots/tasks/state/poll-window.ts';
import { TaskState } from '../../bots/tasks/state/task-state.ts';
import type { TaskRules } from '../../bots/tasks/state/transitions.ts';
import { type AgentId, EventId } from '../../bridge/protocol/ids.ts';
import { type Judgement, PLAIN_JUDGEMENT } from '../../bridge/protocol/judging/judgement.ts';
import { FOUR, sensible, spelling, Stage, steps } from './task-stage.ts';
import {
  A,
  able,
  agent,
  answerTo,
  B,
  C,
  command,
  D,
  MASTER,
  plan,
  rulesFor,
  T0,
  taskFor,
  World,
} from './task-world.ts';

const E = agent('eve');
const F = agent('finn');
const six = [A, B, C, D, E, F];
const vendors = new Map<AgentId, string>(six.map((id, i) => [id, i < 2 ? 'one' : 'two']));
const judging = (judgement: Partial<Judgement>, more: Partial<TaskRules> = {}) =>
  rulesFor(six, { judgement: { ...PLAIN_JUDGEMENT, ...judgement }, vendors, ...more });
const world = (rules: TaskRules) => new World(taskFor(six), rules);
const decided = (state: TaskState) => state.decision !== null;
const asked = (one: World, kind: string) =>
  one.log.flatMap((effect) => (effect.kind === 'ask' && effect.ask.kind === kind ? [effect.ask.agent] : []));

describe('a vote that nobody can change any more', () => {
  const two = { anna: plan('A'), ben: plan('B') };
  /** All for the first letter, as the world's people vote. */
  const unanimous = (silent: readonly AgentId[]) =>
    able({
      ask: (ask, state) =>
        (ask.kind === 'vote' && silent.includes(ask.agent)) || (ask.kind === 'propose' && !(ask.agent in two))
          ? null
          : answerTo(ask, state, ask.agent === A ? two.anna : two.ben),
    });

  it('is over with the fourth of six, and does not wait for the other two', () => {
    const one = world(judging({ earlyStop: true })).play(unanimous([E, F]), decided);
    expect(one.state.ballots).toHaveLength(4);
    expect(one.state.settled).toBe(true);
    expect(one.state.asks).toEqual([]);
    expect(one.state.refusals.filter(({ kind }) => kind === 'vote')).toEqual([]);
    expect(one.play(able()).state.phase).toBe('done');
  });

  it('waits where it is switched off', () => {
    const one = world(judging({})).play(unanimous([E, F]), decided);
    expect(one.state.settled).toBe(false);
    expect(one.state.refusals.filter(({ kind }) => kind === 'vote').map((one) => one.agent)).toEqual([E, F]);
  });

  it('waits with three of six, for a tap could still be one of four against three', () => {
    const one = world(judging({ earlyStop: true })).play(unanimous([D, E, F]), decided);
    expect(one.state.settled).toBe(false);
  });
});

describe('two are asked before the others', () => {
  const low = plan('small', [command('list')]);
  const reworded = plan('the same in other words', [{ ...command('list'), title: 'Look' }]);

  it('and where both plan the same, nobody else is', () => {
    const one = world(judging({ fastPath: true })).play(
      able({ plans: { anna: low, cleo: reworded } }),
      (state) => state.phase === 'executing',
    );
    expect(asked(one, 'propose')).toEqual([A, C]);
    expect([...asked(one, 'critique'), ...asked(one, 'vote')]).toEqual([]);
    expect(one.state).toMatchObject({ electorate: [A, C], decision: { rule: 'vote' } });
    expect(one.state.ballots.map(({ by, event }) => [by, event])).toEqual([
      [A, `$ballot.0.${A}`],
      [C, `$ballot.0.${C}`],
    ]);
    expect(one.play(able()).state.phase).toBe('done');
  });

  it('and where they plan different things, all are, with their plans among the others', () => {
    const one = world(judging({ fastPath: true })).play(
      able({ plans: { anna: plan('other', [command('other')]), cleo: low } }),
      decided,
    );
    expect(asked(one, 'propose').toSorted()).toEqual([...six].toSorted());
    expect(asked(one, 'vote')).toHaveLength(6);
    expect(one.state.proposals.flatMap(({ authors }) => authors)).toEqual(expect.arrayContaining([A, C]));
  });

  it('never agrees alone on what asks the owner', () => {
    const risky = plan('risky', [command('list', [], { hosts: ['example.org:443'] })]);
    const one = world(judging({ fastPath: true })).play(able({ plans: { anna: risky, cleo: risky } }), decided);
    expect(asked(one, 'vote')).toHaveLength(6);
  });

  it('and who did not answer is not asked again, the others are', () => {
    const one = world(judging({ fastPath: true })).play(
      able({ ask: (ask, state) => (ask.kind === 'propose' && ask.agent === C ? null : answerTo(ask, state, low)) }),
      decided,
    );
    expect(asked(one, 'propose')).toEqual([A, C, B, D, E, F]);
  });

  it('and all are of the next round, when the plan of two has failed', () => {
    const one = world(judging({ fastPath: true })).play(
      able({
        plans: { anna: low, cleo: reworded },
        ask: (ask, state) =>
          ask.kind === 'verify' && state.round === 0
            ? { kind: 'verify', holds: false, why: 'no', quotes: [] }
            : answerTo(ask, state, state.round === 0 ? low : plan(`again ${ask.agent}`)),
      }),
      (state) => state.round === 1 && state.phase === 'critique',
    );
    expect([...one.state.electorate].toSorted()).toEqual([...six].toSorted());
    expect(asked(one, 'propose').slice(2).toSorted()).toEqual([...six].toSorted());
  });

  it('is not done where all models come from one house', () => {
    const one = world(judging({ fastPath: true }, { vendors: new Map(six.map((id) => [id, 'one'])) })).play(
      able({ plans: { anna: low, cleo: low } }),
      decided,
    );
    expect(asked(one, 'propose')).toHaveLength(6);
  });
});

describe('the owner has a vote', () => {
  const MINUTE = 60_000;
  const open = { ownerSeconds: 60 };
  const waiting = (state: TaskState) => pollWaitsMs(state, T0) > 0;
  const first = (state: TaskState) => state.proposals[0]!.hash;
  const last = (state: TaskState) => state.proposals.at(-1)!.hash;
  const tap = (one: World, hash = last(one.state)) =>
    one.send({ kind: 'tapped', at: one.now, by: MASTER, hash, event: EventId.parse('$tap') });

  it('while he is there: the poll stays open for his time, counted from its opening', () => {
    const one = world(judging(open)).play(able({ here: true }), waiting);
    expect(one.state).toMatchObject({ published: false, decision: null, phase: 'voting' });
    expect(pollWaitsMs(one.state, one.now)).toBe(MINUTE);
    one.play(able({ here: true }), decided);
    expect(one.now).toBe(T0 + MINUTE);
    expect(one.play(able()).state.phase).toBe('done');
  });

  it('and no longer than that where the agents have taken as long', () => {
    const slow = able({
      here: true,
      ask: (ask, state) => (ask.kind === 'critique' ? null : answerTo(ask, state, plan(ask.agent))),
    });
    const one = world(judging(open)).play(slow, decided);
    expect(one.state.timers['poll-window.0']).toBeUndefined();
    expect(one.log.filter(({ kind }) => kind === 'presence')).toEqual([]);
  });

  it('and is waited for no second where he is away', () => {
    const one = world(judging(open)).play(able({ here: false }), decided);
    expect(one.now).toBe(T0);
    expect(one.log.filter(({ kind }) => kind === 'presence')).toHaveLength(1);
  });

  it.each<[string, Partial<Judgement>]>([
    ['switched off', {}],
    ['no time', { ownerSeconds: 0 }],
  ])('nor where that is %s, and nobody looks for him', (_why, how) => {
    const one = world(judging(how)).play(able({ here: true }), decided);
    expect([one.now, one.log.filter(({ kind }) => kind === 'presence')]).toEqual([T0, []]);
  });

  it('nor where there is one plan', () => {
    const same = plan('same');
    const one = world(judging(open)).play(
      able({ here: true, plans: Object.fromEntries(six.map((id) => [id, same])) }),
      decided,
    );
    expect(one.now).toBe(T0);
  });

  it('counts as one, and closes the poll', () => {
    const split = (state: TaskState) => (state.ballots.length < 3 ? [first(state)] : [last(state)]);
    const without = world(judging(open)).play(able({ favourite: split }), decided);
    expect(without.state.decision?.countedBy).not.toBe('majority');
    const one = world(judging(open)).play(able({ here: true, favourite: split }), waiting);
    tap(one);
    one.play(able({ here: true, favourite: split }), decided);
    expect(one.now).toBe(T0);
    expect(one.state.decision).toMatchObject({ rule: 'vote', countedBy: 'majority', winner: last(one.state) });
  });

  it('that he takes back keeps it open', () => {
    const one = world(judging(open)).play(able({ here: true }), (state) => state.ballots.length === 5);
    tap(one);
    one.send({ kind: 'tapped', at: one.now, by: MASTER, hash: null, event: EventId.parse('$tap') });
    one.play(able({ here: true }), waiting);
    expect(one.state.decision).toBeNull();
  });

  it('and his choice decides at once', () => {
    const one = world(judging(open)).play(able({ here: true }), waiting);
    one.send({ kind: 'chosen', at: one.now, by: MASTER, hash: last(one.state), event: EventId.parse('$choice') });
    expect(one.play(able()).state).toMatchObject({
      phase: 'done',
      decision: { rule: 'choice', winner: last(one.state) },
    });
    expect(one.now).toBe(T0);
  });

  it('stays his though the outcome of the others is settled', () => {
    const one = world(judging({ ...open, earlyStop: true })).play(able({ here: true }), waiting);
    expect(one.state).toMatchObject({ settled: true, published: false });
  });

  it('with what is left of the time, when the swarm was killed in between', () => {
    const one = world(judging(open)).play(able({ here: true }), waiting);
    const stored = TaskState.parse(JSON.parse(JSON.stringify(one.state)));
    expect(pendingEffects(stored)).toContainEqual({ kind: 'timer', id: 'poll-window.0', at: T0 + MINUTE });
    const other = world(judging(open)).play(able({ here: true }), (state) => state.pollOpen?.owner === 'asked');
    expect(pendingEffects(other.state)).toContainEqual({ kind: 'presence', id: 'presence.0' });
  });

  it('is not lost in a freeze: the poll is open for as long as it would have been', () => {
    const one = world(judging(open)).play(able({ here: true }), waiting);
    one.now += 20_000;
    one.freeze();
    one.now += 3_600_000;
    one.thaw();
    expect(pollWaitsMs(one.state, one.now)).toBe(40_000);
    const before = one.now;
    one.play(able({ here: true }), decided);
    expect(one.now).toBe(before + 40_000);
  });

  it('nor in a freeze while they still vote', () => {
    const one = world(judging(open)).play(able({ here: true }), (state) => state.ballots.length === 3);
    one.freeze();
    one.now += 3_600_000;
    one.thaw();
    one.play(able({ here: true }), waiting);
    expect(pollWaitsMs(one.state, one.now)).toBe(MINUTE);
  });

  it('keeps nobody waiting where nothing says whether he is there', () => {
    const one = world(judging(open)).play(able({ here: true }), (state) => state.pollOpen?.owner === 'asked');
    one.pool = one.pool.filter(({ kind }) => kind !== 'presence');
    expect(one.play(able({ here: true }), decided).now).toBe(T0 + MINUTE);
  });

  it('is shown on the card in tens of seconds', () => {
    const one = world(judging(open)).play(able({ here: true }), waiting);
    const shown = (at: number) => cardText({ ...one.state, lang: 'ko' }, { now: at, nameOf: (id) => id });
    expect(shown(T0 + 1_000)).toContain('투표가 60초쯤 더 열려 있습니다');
    expect(shown(T0 + 9_000)).toBe(shown(T0 + 1_000));
    expect(shown(T0 + 45_000)).toContain('20초쯤');
    expect(shown(T0 + MINUTE)).not.toContain('초쯤');
  });
});

describe('the executor counts the same', () => {
  const vendor = new Map<AgentId, string>(FOUR.map((id) => [id, id]));
  const rules = (judgement: Partial<Judgement>) => ({
    judgement: { ...PLAIN_JUDGEMENT, ...judgement },
    vendors: vendor,
  });

  it('where two planned the same and nobody else was asked', async () => {
    const stage = new Stage({
      rules: rules({ fastPath: true }),
      model: ({ ask, state }) =>
        ask.kind === 'propose'
          ? JSON.stringify({ goal: `by ${ask.agent}`, steps: steps('all alike') })
          : sensible({ ask, state }),
      run: spelling,
    });
    const state = await stage.play();
    expect(state).toMatchObject({ phase: 'done', electorate: FOUR.slice(0, 2) });
    expect([stage.refused, stage.ran.length > 0]).toEqual([[], true]);
    expect(stage.prompts.filter(({ ask }) => ask.kind === 'propose' || ask.kind === 'vote')).toHaveLength(2);
  });

  it('where the vote ended before the last ballot', async () => {
    const stage = new Stage({ rules: rules({ earlyStop: true }), model: sensible, run: spelling });
    const state = await stage.play();
    expect(state).toMatchObject({ phase: 'done', settled: true });
    expect(state.ballots).toHaveLength(3);
    expect([stage.refused, stage.ran.length > 0]).toEqual([[], true]);
    expect(stage.said.find(({ what }) => what === 'ballots')?.ko).toContain('남은 1표는 기다리지 않았습니다');
  });
});
