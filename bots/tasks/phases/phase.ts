import type { Draft } from '../state/draft.ts';
import type { Answer, Ask } from '../state/ask.ts';
import type { Say } from '../state/task-state.ts';

/** What a phase does with what happens in it. The ask is closed already, the message noted. */
export interface PhaseRules {
  readonly enter: (draft: Draft) => void;
  readonly answered?: (draft: Draft, ask: Ask, answer: Answer) => void;
  /** Refused, or silent until the time was up; noted in `refusals`. */
  readonly absent?: (draft: Draft, ask: Ask) => void;
  readonly said?: (draft: Draft, say: Say) => void;
  /** The master has tapped in the poll, or it is known whether he is there. */
  readonly ownerHeard?: (draft: Draft) => void;
  /** A timer of the phase's own. */
  readonly expired?: (draft: Draft, timer: string) => void;
}
