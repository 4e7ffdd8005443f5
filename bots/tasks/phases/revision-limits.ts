import { beyondReach } from '../plan/plan-reach.ts';
import type { Plan } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { helpers } from '../state/seats.ts';
import { newPlan } from './ways-out.ts';

/** What one agent alone changes of a finished task asks for no more than the task has had; more is decided as ever. */
export function asksForMore({ state, rules }: Draft, plan: Plan): boolean {
  const others = helpers(state, rules).some((agent) => agent !== state.alone);
  return (
    state.revision?.small === true &&
    others &&
    beyondReach(
      plan,
      state.earlier.map((one) => one.plan),
    )
  );
}

/** Everybody plans and votes. */
export function openToAll(draft: Draft): void {
  const { revision } = draft.state;
  if (revision !== undefined) draft.set({ revision: { ...revision, small: false } });
  newPlan(draft, 'asks-for-more');
}
