import type { AgentId, Lang } from '../../bridge/protocol/ids.ts';
import type { BallotJob } from '../../bridge/protocol/turn.ts';
import { yesOrNo } from '../../bridge/text/ballots.ts';
import { MAX_OPTIONS, sameWord } from './alternatives.ts';
import type { SaidToDecide } from './said-to-decide.ts';

/** What a ballot is planned from. */
export interface BallotFacts {
  /** Who is asked, in the order of the roster. */
  readonly meant: readonly AgentId[];
  readonly ready: ReadonlySet<AgentId>;
  /** Those of them in blackout. */
  readonly quiet?: ReadonlyMap<AgentId, unknown>;
  readonly frozen?: boolean;
  /** Whose opinions stand in the room: answers to one question, the last that at least two gave. */
  readonly opinions?: readonly AgentId[];
  readonly nameOf: (agent: AgentId) => string;
}

export type BallotPaper = Pick<BallotJob, 'question' | 'options' | 'candidates' | 'brief' | 'voters' | 'absent'>;

export type BallotPlan =
  | { readonly kind: 'ballot'; readonly paper: BallotPaper }
  | { readonly kind: 'no-options' | 'too-many' | 'nobody' | 'frozen' };

/** Who votes, and between what. Pure. */
export function planBallot(said: SaidToDecide, facts: BallotFacts, lang: Lang): BallotPlan {
  if (facts.frozen === true) return { kind: 'frozen' };
  const voters = facts.meant.filter((id) => facts.ready.has(id) && facts.quiet?.has(id) !== true);
  if (voters.length === 0) return { kind: 'nobody' };
  const absent = facts.meant.filter((id) => !voters.includes(id) && facts.quiet?.has(id) === true);
  const who = { voters, absent };
  if (said.about === 'yes-no')
    return { kind: 'ballot', paper: { question: said.question, options: [...yesOrNo[lang]], ...who } };
  if (said.about === 'options') {
    if (said.options.length > MAX_OPTIONS) return { kind: 'too-many' };
    return { kind: 'ballot', paper: { question: said.question, options: [...said.options], ...who } };
  }
  const candidates = facts.opinions ?? [];
  const names = candidates.map(facts.nameOf);
  // Two of one name could not be told apart by it.
  if (candidates.length < 2 || new Set(names.map(sameWord)).size < names.length) return { kind: 'no-options' };
  return {
    kind: 'ballot',
    paper: {
      question: said.question,
      options: names,
      candidates: [...candidates],
      ...(said.brief ? { brief: true } : {}),
      ...who,
    },
  };
}
