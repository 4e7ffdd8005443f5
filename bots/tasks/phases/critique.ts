import { stepId } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { presentSeats } from '../state/seats.ts';
import type { PhaseRules } from './phase.ts';

/** One round; an objection that names no step of a candidate is none. */
export const critique: PhaseRules = {
  enter(draft) {
    for (const agent of presentSeats(draft.state)) draft.ask('critique', agent);
    voteWhenAllAreIn(draft);
  },
  answered(draft, ask, answer) {
    if (answer.kind !== 'critique') return;
    const { proposals, objections, round } = draft.state;
    const named = answer.objections.filter(({ of, step }) =>
      proposals.some(({ hash, plan }) => hash === of && plan.steps.some((one) => stepId(one) === step)),
    );
    if (named.length > 0) {
      draft.set({ objections: [...objections, ...named.map((objection) => ({ ...objection, by: ask.agent }))] });
      draft.say({ id: messageId.critique(round, ask.agent), as: ask.agent, what: 'critique', about: ask.agent });
    }
    voteWhenAllAreIn(draft);
  },
  absent: voteWhenAllAreIn,
};

function voteWhenAllAreIn(draft: Draft): void {
  if (draft.state.asks.length === 0) draft.go('voting');
}
