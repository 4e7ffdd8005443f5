import { describe, expect, it } from 'vitest';
import { tally } from '../../bots/ballots/count.ts';

const casts = (...choices: readonly (string | null)[]) => choices.map((choice) => ({ choice }));

describe('counting the votes of a chat', () => {
  it('most votes win, and more than half is told apart from that', () => {
    expect(tally(['짜장', '짬뽕'], casts('짬뽕', '짜장', '짬뽕'))).toEqual({
      options: [
        { text: '짬뽕', votes: 2 },
        { text: '짜장', votes: 1 },
      ],
      counted: 3,
      outcome: { kind: 'won', text: '짬뽕', votes: 2, majority: true },
    });
    expect(tally(['a', 'b', 'c'], casts('a', 'a', 'b', 'c')).outcome).toMatchObject({ text: 'a', majority: false });
  });

  it('what is level stays level', () => {
    expect(tally(['a', 'b', 'c'], casts('a', 'b')).outcome).toEqual({ kind: 'tied', texts: ['a', 'b'], votes: 1 });
  });

  it('an abstention, and what was never put to the vote, count for nobody', () => {
    expect(tally(['a', 'b'], casts(null, 'z', 'b'))).toMatchObject({
      counted: 1,
      outcome: { text: 'b', majority: true },
    });
    expect(tally(['a', 'b'], casts(null, null)).outcome).toEqual({ kind: 'none' });
    expect(tally(['a', 'b'], []).outcome).toEqual({ kind: 'none' });
  });
});
