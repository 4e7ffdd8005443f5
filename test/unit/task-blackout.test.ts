import { describe, expect, it } from 'vitest';
import type { TaskRules } from '../../bots/tasks/state/transitions.ts';
import { A, able, answerTo, B, C, plan, rulesFor, taskFor, World } from './task-world.ts';

const three = [A, B, C];

describe('a blackout in the middle of a vote', () => {
  it('changes nothing in the count, and ends the taking part at the next border', () => {
    let agents: readonly (typeof A)[] = three;
    const rules: TaskRules = {
      ...rulesFor(three),
      get agents() {
        return agents;
      },
    };
    const one = new World(taskFor(three), rules);
    const voters = able({
      ask: (ask, state) => {
        if (ask.kind !== 'vote' || ask.agent !== B) return answerTo(ask, state, plan(ask.agent));
        // From here on the budget lets B make no call.
        agents = [A, C];
        return 'purse.blackout';
      },
    });
    one.play(voters, (state) => state.phase === 'voting' && state.refusals.length > 0);
    expect(one.state).toMatchObject({ electorate: three, gone: [] });
    one.play(voters);
    expect(one.state).toMatchObject({ phase: 'done', electorate: three, gone: [B], decision: { rule: 'vote' } });
    expect(one.state.ballots.map(({ by }) => by)).toEqual([A, C]);
    expect(
      one.log
        .filter((effect) => effect.kind === 'ask' && effect.ask.agent === B)
        .map(({ id }) => id)
        .at(-1),
    ).toMatch(/vote/);
  });
});
