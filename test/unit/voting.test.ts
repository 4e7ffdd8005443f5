import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RISKS } from '../../bridge/protocol/command.ts';
import { AgentId } from '../../bridge/protocol/ids.ts';
import { PlanHash } from '../../bridge/protocol/plan.ts';
import {
  countVotes,
  type Ballot,
  type Candidate,
  type Count,
  type Election,
} from '../../bridge/protocol/tasks/voting.ts';

const hash = (letter: string): PlanHash => PlanHash.parse(letter.repeat(64));
const agent = (n: number): AgentId => AgentId.parse(`agent${n}`);
const [A, B, C, D] = [hash('a'), hash('b'), hash('c'), hash('d')];
const plain = (one: PlanHash): Candidate => ({ hash: one, risk: 'read', commands: 1 });

/** `ab -` are the ballots of agent0 and agent1; the electorate is as large as said, or as the ballots. */
function count(ballots: string, rest: Partial<Election> & { readonly of?: number } = {}): Count {
  const cast = ballots
    .split(' ')
    .filter((word) => word !== '')
    .map((word, n): Ballot => ({ by: agent(n), ranking: word === '-' ? [] : word.split('').map(hash) }));
  const { of = cast.length, ...given } = rest;
  return countVotes({
    electorate: Array.from({ length: of }, (_, n) => agent(n)),
    candidates: [A, B, C].map(plain),
    ballots: cast,
    ...given,
  });
}
const won = (result: Count): string =>
  result.kind === 'won'
    ? `${result.winner.charAt(0)} by ${result.by}`
    : result.kind === 'no-winner'
      ? result.why
      : result.kind;

describe('who wins', () => {
  const table: readonly (readonly [
    what: string,
    ballots: string,
    rest: Parameters<typeof count>[1],
    expected: string,
  ])[] = [
    ['a majority of first choices', 'ab ab ba', {}, 'a by majority'],
    ['a majority of the ballots that say something', 'a a - - b', {}, 'a by majority'],
    ['a run-off when nobody has it', 'ab ab bc bc ca', {}, 'a by run-off'],
    ['a run-off in which a ballot is exhausted', 'a a b b c', {}, 'a by hash'],
    ['second choices carry over', 'a a bc bc cb', {}, 'b by run-off'],
    ['a tie: Borda', 'ab ab ba bc', {}, 'b by borda'],
    ['a tie: the lower risk', 'a b a b', { candidates: [{ ...plain(A), risk: 'host' }, plain(B)] }, 'b by risk'],
    ['a tie: fewer commands', 'a b a b', { candidates: [{ ...plain(A), commands: 3 }, plain(B)] }, 'b by commands'],
    ['a tie: the lower hash', 'a b a b', {}, 'a by hash'],
    ['one agent alone', 'b', {}, 'b by majority'],
    ['one alone that abstains', '-', {}, 'all-abstained'],
    ['all abstain', '- - -', {}, 'all-abstained'],
    ['all abstain but the master', '- - -', { master: B }, 'b by majority'],
    ['more than half is needed', 'a a', { of: 4 }, 'no-quorum'],
    ['an abstention is a ballot for the quorum', 'a a -', { of: 4 }, 'a by majority'],
    ["a master's tap is none", 'a a', { of: 4, master: A }, 'no-quorum'],
    ["a master's tap is one first choice", 'a b - ', { of: 3, master: B }, 'b by majority'],
    ['a tap on what nobody proposed', 'a b b', { master: D }, 'b by majority'],
    ['unknown plans are passed over', 'da db da', {}, 'a by majority'],
    ['who names only unknown plans abstains', 'd d b', {}, 'b by majority'],
    ['a plan named twice counts where it stood first', 'aab abb bba', {}, 'a by majority'],
    ['two agree', 'ab ac', {}, 'a by majority'],
    ['two do not', 'ab ba', {}, 'not-unanimous'],
    ['two, and one of them abstains', 'ab -', {}, 'not-unanimous'],
    ['two abstain', '- -', {}, 'all-abstained'],
    ['two, and the master decides between them', 'ab ba', { master: B }, 'b by majority'],
    ['two, and the master joins the one that spoke', 'a -', { master: A }, 'a by majority'],
    ['two, and the master wants a third', 'ab ba', { master: C }, 'not-unanimous'],
    ['two agree, whatever the master taps', 'ab ab', { master: B }, 'a by majority'],
    ['two of whom one is missing', 'a', { of: 2 }, 'no-quorum'],
    ['nobody to ask', '', { of: 0 }, 'no-quorum'],
    ['nothing to choose from', 'a a a', { candidates: [] }, 'no-candidates'],
  ];
  it.each(table)('%s: %s', (_what, ballots, rest, expected) => expect(won(count(ballots, rest))).toBe(expected));

  it('says how many came and how many were needed', () => {
    expect(count('a a', { of: 6 })).toEqual({ kind: 'no-quorum', present: 2, needed: 4 });
    expect(count('a a a', { of: 6 })).toEqual({ kind: 'no-quorum', present: 3, needed: 4 });
  });

  it('shows every round of the run-off', () => {
    const result = count('a a bc bc cb');
    expect(result.kind === 'won' && result.rounds.map((round) => Object.fromEntries(round))).toEqual([
      { [A]: 2, [B]: 2, [C]: 1 },
      { [A]: 2, [B]: 3 },
    ]);
  });

  it('takes no ballot from outside, and none of two that contradict each other', () => {
    const by = (n: number, letters: string): Ballot => ({ by: agent(n), ranking: letters.split('').map(hash) });
    expect(won(count('', { of: 3, ballots: [by(0, 'a'), by(1, 'b'), by(2, 'b'), by(7, 'a'), by(8, 'a')] }))).toBe(
      'b by majority',
    );
    expect(won(count('', { of: 3, ballots: [by(0, 'a'), by(0, 'a'), by(7, 'a')] }))).toBe('no-quorum');
    for (const doubled of [
      [by(0, 'a'), by(0, 'b')],
      [by(0, 'b'), by(0, 'a')],
      [by(0, 'a'), by(0, 'b'), by(0, 'a')],
    ]) {
      expect(won(count('', { of: 3, ballots: [...doubled, by(1, 'b'), by(2, '')] }))).toBe('b by majority');
    }
  });
});

const hashes = [A, B, C, D] as const;
const ranking = fc.shuffledSubarray([...hashes]);
const candidates = fc.tuple(
  ...hashes.map((one) => fc.record({ hash: fc.constant(one), risk: fc.constantFrom(...RISKS), commands: fc.nat(3) })),
);
const election = fc
  .record({
    candidates,
    rankings: fc.array(ranking, { minLength: 1, maxLength: 9 }),
    absent: fc.nat(9),
    master: fc.option(fc.constantFrom(...hashes), { nil: undefined }),
  })
  .map(({ candidates: among, rankings, absent, master }): Election => ({
    candidates: among,
    electorate: Array.from({ length: rankings.length + absent }, (_, n) => agent(n)),
    ballots: rankings.map((one, n) => ({ by: agent(n), ranking: one })),
    master,
  }));
const many = { numRuns: 1_000 };

describe('for any ballots', () => {
  it('the order of ballots, candidates and electorate decides nothing', () => {
    fc.assert(
      fc.property(election, fc.infiniteStream(fc.nat()), (given, random) => {
        const shuffled = <T>(list: readonly T[]): T[] =>
          list
            .map((one) => ({ one, key: random.next().value }))
            .toSorted((a, b) => a.key - b.key)
            .map(({ one }) => one);
        const again = countVotes({
          ...given,
          ballots: shuffled(given.ballots),
          candidates: shuffled(given.candidates),
          electorate: shuffled(given.electorate),
        });
        expect(again).toEqual(countVotes(given));
      }),
      many,
    );
  });

  it('ends: with a quorum and a preference among more than two there is a winner, one of the candidates', () => {
    fc.assert(
      fc.property(election, (given) => {
        fc.pre(given.electorate.length !== 2);
        const result = countVotes(given);
        const quorum = given.ballots.length * 2 > given.electorate.length;
        const preference = given.master !== undefined || given.ballots.some((ballot) => ballot.ranking.length > 0);
        expect(result.kind).toBe(!quorum ? 'no-quorum' : preference ? 'won' : 'no-winner');
        expect(hashes).toContain(result.kind === 'won' ? result.winner : A);
      }),
      many,
    );
  });

  it('the first choice of a majority wins', () => {
    fc.assert(
      fc.property(election, (given) => {
        const firsts = [
          ...given.ballots.flatMap(({ ranking: [first] }) => first ?? []),
          ...(given.master === undefined ? [] : [given.master]),
        ];
        const favourite = hashes.find((one) => firsts.filter((first) => first === one).length * 2 > firsts.length);
        fc.pre(
          favourite !== undefined &&
            given.ballots.length * 2 > given.electorate.length &&
            given.electorate.length !== 2,
        );
        expect(won(countVotes(given))).toBe(`${favourite?.charAt(0)} by majority`);
      }),
      many,
    );
  });

  it('an abstention changes nobody’s victory once the quorum stands', () => {
    fc.assert(
      fc.property(election, (given) => {
        fc.pre(given.electorate.length > 2);
        const before = countVotes(given);
        fc.pre(before.kind === 'won');
        const abstaining = given.electorate.slice(given.ballots.length).map((by): Ballot => ({ by, ranking: [] }));
        expect(countVotes({ ...given, ballots: [...given.ballots, ...abstaining] })).toEqual(before);
      }),
      many,
    );
  });

  it('a plan that nobody names never wins, and one nobody else beats in pairs never loses to one beaten by all', () => {
    fc.assert(
      fc.property(election, (given) => {
        const result = countVotes(given);
        fc.pre(result.kind === 'won');
        const named = [...given.ballots.flatMap((ballot) => ballot.ranking), given.master];
        if (result.kind !== 'won') return;
        expect(named).toContain(result.winner);
        // The instant run-off never elects a Condorcet loser: it would have to win the last pair.
        const beats = (one: PlanHash, other: PlanHash): number => {
          const ballots = [
            ...given.ballots.map((ballot) => ballot.ranking),
            ...(given.master === undefined ? [] : [[given.master]]),
          ];
          const place = (list: readonly PlanHash[], of: PlanHash) => (list.includes(of) ? list.indexOf(of) : 99);
          return ballots.reduce((sum, list) => sum + Math.sign(place(list, other) - place(list, one)), 0);
        };
        expect(hashes.filter((one) => one !== result.winner).every((other) => beats(other, result.winner) > 0)).toBe(
          false,
        );
      }),
      many,
    );
  });

  it('an equal plan is the same candidate', () => {
    fc.assert(
      fc.property(election, fc.nat(3), (given, which) => {
        const clone = given.candidates[which];
        fc.pre(clone !== undefined);
        expect(
          countVotes({ ...given, candidates: [...given.candidates, ...(clone === undefined ? [] : [clone])] }),
        ).toEqual(countVotes(given));
      }),
      many,
    );
  });

  it('names play no part unless the hash had to settle it', () => {
    const renamed: Readonly<Record<string, PlanHash>> = { [A]: D, [B]: C, [C]: B, [D]: A };
    const rename = (one: PlanHash): PlanHash => renamed[one] ?? one;
    // In a tie of two the hash is the last resort; the elimination of equals may need it too, so only clear rounds are compared.
    const clear = (result: Count): boolean =>
      result.kind === 'won' &&
      result.by !== 'hash' &&
      result.rounds.every((round) => new Set(round.values()).size === round.size);
    fc.assert(
      fc.property(election, (given) => {
        const result = countVotes(given);
        fc.pre(clear(result) && result.kind === 'won');
        const other = countVotes({
          ...given,
          candidates: given.candidates.map((candidate) => ({ ...candidate, hash: rename(candidate.hash) })),
          ballots: given.ballots.map((ballot) => ({ ...ballot, ranking: ballot.ranking.map(rename) })),
          master: given.master === undefined ? undefined : rename(given.master),
        });
        expect(other.kind === 'won' && result.kind === 'won' && other.winner === rename(result.winner)).toBe(true);
      }),
      many,
    );
  });
});
