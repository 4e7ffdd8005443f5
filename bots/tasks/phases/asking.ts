import { messageId } from '../state/message-ids.ts';
import type { PhaseRules } from './phase.ts';
import { wrapUp } from './ways-out.ts';

/** The master is asked, once and ringing: `!choose`, `!retry` or `!cancel` answer, and a late result of an unknown command does. */
export const asking: PhaseRules = {
  enter(draft) {
    const { question, round, version } = draft.state;
    if (question === null) return;
    const id = messageId.question(round, question.kind, version);
    draft.say({ id, what: 'question', about: question.kind, rings: true });
    draft.timer(`until.${id}`, draft.at + draft.rules.patience.question);
  },
  expired(draft) {
    const { question } = draft.state;
    if (question !== null) wrapUp(draft, question.kind);
  },
};
