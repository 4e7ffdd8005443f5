import { describe, expect, it } from 'vitest';
import { presentSeats, voters } from '../../bots/tasks/state/seats.ts';
import type { AskKind } from '../../bots/tasks/state/ask.ts';
import { votersOf } from '../../bridge/protocol/tasks/voting.ts';
import { FOUR, sensible, spelling, Stage } from './task-stage.ts';
import { A, able, agent, answerTo, B, plan, rulesFor, taskFor, World } from './task-world.ts';

const seven = Array.from({ length: 7 }, (_, i) => agent(`visitor${i}`));
const all = [A, B, ...seven];
const isVisitor = (id: string): boolean => id.startsWith('visitor');
const world = () => new World(taskFor(all), rulesFor(all, { residents: [A, B] }));
const silentIn = (...kinds: readonly AskKind[]) =>
  able({
    ask: (ask, state) =>
      isVisitor(ask.agent) && kinds.includes(ask.kind) ? null : answerTo(ask, state, plan(`by ${ask.agent}`)),
  });
const asked = (one: World, kind: AskKind) =>
  one.log.flatMap((effect) => (effect.kind === 'ask' && effect.ask.kind === kind ? [effect.ask.agent] : []));

describe('those who live elsewhere and do not answer', () => {
  it('are waited for once, asked no more, and not counted', () => {
    const one = world().play(silentIn('propose', 'critique', 'vote'));
    expect(one.state).toMatchObject({ phase: 'done', decision: { rule: 'vote' }, reopened: false });
    expect(asked(one, 'propose').filter(isVisitor)).toEqual(seven);
    expect([...asked(one, 'critique'), ...asked(one, 'vote')].filter(isVisitor)).toEqual([]);
    expect(one.said('voters')).toHaveLength(1);
    // One phase's patience, and none of the others'.
    expect(one.now - one.state.at).toBeLessThanOrEqual(rulesFor(all).patience.propose);
  });

  it('decide nothing by not voting, though they have proposed', () => {
    const one = world().play(silentIn('vote'));
    expect(one.state).toMatchObject({ phase: 'done', decision: { rule: 'vote' } });
    expect(one.state.proposals).toHaveLength(9);
    expect(voters(one.state)).toEqual([A, B]);
  });

  it('vote like everybody where they answer', () => {
    const one = world().play(able());
    expect(one.state.ballots).toHaveLength(9);
    expect(one.said('voters')).toEqual([]);
  });

  it('are in no later electorate of the run', () => {
    const one = world().play(
      able({
        ask: (ask, state) => {
          if (isVisitor(ask.agent)) return null;
          const answer = answerTo(ask, state, plan(`${ask.agent} ${state.round}`));
          return answer.kind === 'verify' && state.round === 0 ? { ...answer, holds: false } : answer;
        },
      }),
    );
    expect(one.state.round).toBeGreaterThan(0);
    expect(one.state.electorate).toEqual([A, B]);
    expect(presentSeats(one.state).filter(isVisitor)).toEqual([]);
  });

  it('a resident that is silent still counts: without it there is no more than half', () => {
    const four = [A, B, agent('cleo'), agent('dora')];
    const one = new World(taskFor(four), rulesFor(four, { residents: four })).play(
      able({
        ask: (ask, state) =>
          ['cleo', 'dora'].includes(ask.agent) ? null : answerTo(ask, state, plan(`by ${ask.agent}`)),
      }),
      ({ phase }) => phase === 'asking',
    );
    expect(one.state.question).toMatchObject({ kind: 'no-quorum' });
  });

  it('are left out by the executor as well, from what stands in the room', async () => {
    const [one = agent('x'), two = agent('y')] = FOUR;
    const stage: Stage = new Stage({
      model: (about) =>
        about.ask.agent === one || about.ask.agent === two ? sensible(about) : stage.hang(about.signal),
      run: spelling,
      residents: [one],
    });
    const state = await stage.play();
    expect(stage.refused).toEqual([]);
    expect(stage.ran.length).toBeGreaterThan(0);
    expect(state.decision).toMatchObject({ rule: 'vote' });
    expect(stage.said.map(({ what }) => what)).toContain('voters');
  });
});

describe('whose ballots count', () => {
  it('is a part of those who were asked, and never nobody', () => {
    expect(votersOf([A, B], [B])).toEqual([B]);
    expect(votersOf([A, B], [B, B])).toEqual([B]);
    expect(votersOf([A, B], [])).toBeNull();
    expect(votersOf([A], [A, B])).toBeNull();
    expect(voters({ electorate: [A], silent: [A] })).toEqual([A]);
  });
});
