import { integratorFirst, presentSeats, triedInVain } from '../state/seats.ts';
import type { Draft } from '../state/draft.ts';
import type { PhaseRules } from './phase.ts';

/** Then the mission is its own goal: nobody waits for the hundredth silent one. */
const MAX_READERS = 3;

/** What is wanted, and by what it will be known: the integrator's word, or the next one's. */
export const triage: PhaseRules = {
  enter: askNext,
  absent: askNext,
  answered(draft, ask, answer) {
    if (answer.kind !== 'triage') return;
    draft.set({
      triage: {
        goal: answer.goal,
        checks: answer.checks,
        by: ask.agent,
        ...(answer.cannot === undefined ? {} : { cannot: answer.cannot }),
      },
    });
    if (answer.plain) draft.set({ alone: ask.agent, electorate: [ask.agent] });
    draft.go('proposing');
  },
};

function askNext(draft: Draft): void {
  const { state, rules } = draft;
  const tried = triedInVain(state, 'triage');
  const next =
    tried.size < MAX_READERS
      ? integratorFirst(presentSeats(state), rules).find((agent) => !tried.has(agent))
      : undefined;
  if (next !== undefined) return draft.ask('triage', next);
  draft.set({ triage: { goal: state.mission.slice(0, 2_000), checks: [], by: null } });
  draft.go('proposing');
}
