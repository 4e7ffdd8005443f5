import type { Draft } from '../state/draft.ts';
import { helpers, integratorFirst, triedInVain } from '../state/seats.ts';
import type { PhaseRules } from './phase.ts';
import { closeWithReport } from './ways-out.ts';

const MAX_REPORTERS = 3;

/** The integrator merges everything into one deliverable; where nobody can, code reports the results. */
export const reporting: PhaseRules = {
  enter: askNext,
  absent: askNext,
  answered(draft, _ask, answer) {
    if (answer.kind !== 'report') return;
    draft.set({ report: answer.markdown });
    closeWithReport(draft);
  },
};

function askNext(draft: Draft): void {
  const tried = triedInVain(draft.state, 'report');
  const next =
    tried.size < MAX_REPORTERS
      ? integratorFirst(helpers(draft.state, draft.rules), draft.rules).find((agent) => !tried.has(agent))
      : undefined;
  if (next === undefined) closeWithReport(draft);
  else draft.ask('report', next);
}
