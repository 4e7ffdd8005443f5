import { plainWords } from '../../bridge/matrix/markdown-words.ts';
import type { AgentId, UserId } from '../../bridge/protocol/ids.ts';
import type { BallotJob } from '../../bridge/protocol/turn.ts';
import { type BallotView, OPTION_KEYS } from '../../bridge/text/ballots.ts';
import { sameWord } from './alternatives.ts';
import type { StoredBallot } from './ballot-store.ts';
import { tally } from './count.ts';

export interface Naming {
  readonly ownerTitle: string;
  readonly agent: (id: AgentId) => string;
  /** Of masters, where there is more than one to tell apart. */
  readonly master: (user: UserId) => string;
}

/** The options as they are numbered: as they were put, or, where everyone named what they want, in the order of the votes. */
export function optionsOn({ options, voters }: BallotJob, { casts, signs }: StoredBallot): readonly string[] {
  if (options.length > 0) return options;
  const named = voters.flatMap((id) => {
    const cast = casts.get(id);
    return cast === undefined || 'missing' in cast || cast.choice === null ? [] : [cast.choice];
  });
  const once = new Map<string, string>();
  for (const text of [...named, ...signs.toSorted((a, b) => a.at - b.at).map(({ choice }) => choice)])
    if (!once.has(sameWord(text))) once.set(sameWord(text), text);
  return [...once.values()];
}

/** All votes counted anew, and how that reads. Pure. */
export function viewOf(job: BallotJob, stored: StoredBallot, names: Naming): BallotView {
  const options = optionsOn(job, stored);
  const asOption = (choice: string) => options.find((option) => sameWord(option) === sameWord(choice)) ?? choice;
  const voters = job.voters.flatMap((id) => {
    const cast = stored.casts.get(id);
    if (cast === undefined || 'missing' in cast) return [];
    return [
      {
        id,
        choice: cast.choice === null ? null : asOption(cast.choice),
        reason: cast.reason,
        played: cast.rehearsal === true,
      },
    ];
  });
  const last = new Map(stored.signs.toSorted((a, b) => a.at - b.at).map(({ by, choice }) => [by, asOption(choice)]));
  const masters = [...last].map(([by, choice]) => ({ by, choice }));
  const { options: scores, counted, outcome } = tally(options, [...voters, ...masters]);
  const absent = [
    ...job.absent.map((id) => ({ id, why: 'resting' as const })),
    ...job.voters.flatMap((id) => {
      const cast = stored.casts.get(id);
      return cast !== undefined && 'missing' in cast ? [{ id, why: cast.missing }] : [];
    }),
  ];
  return {
    question: option(job.question, 200),
    outcome:
      outcome.kind === 'won'
        ? { ...outcome, text: option(outcome.text) }
        : outcome.kind === 'tied'
          ? { ...outcome, texts: outcome.texts.map((text) => option(text)) }
          : outcome,
    counted,
    options: scores.map(({ text, votes }) => ({
      key: OPTION_KEYS[options.indexOf(text)] ?? '',
      text: option(text),
      votes,
    })),
    voters: voters.map(({ id, choice, reason }) => ({
      name: names.agent(id),
      choice: choice === null ? null : option(choice),
      reason: option(reason, 40),
    })),
    masters: masters.map(({ by, choice }) => ({
      name: masters.length > 1 ? names.master(by) : names.ownerTitle,
      choice: option(choice),
    })),
    absent: absent.map(({ id, why }) => ({ name: names.agent(id), why })),
    opinions: job.candidates !== undefined,
    brief: job.brief === true,
    rehearsal: voters.some(({ played }) => played),
    ownerTitle: names.ownerTitle,
  };
}

const option = (text: string, characters = 60): string => plainWords(text, characters);
