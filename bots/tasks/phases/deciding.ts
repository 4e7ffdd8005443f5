import { type PlanHash, stepId } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { checkPlan } from '../plan/plan-check.ts';
import type { TaskState } from '../state/task-state.ts';
import { factsOfStanding, newPlan } from './ways-out.ts';

type Decision = NonNullable<TaskState['decision']>;

/** The plan that won is checked again, for the house may have changed; then it is said, shown and begun. */
export function decide(draft: Draft, decision: Decision): void {
  const proposal = draft.state.proposals.find(({ hash }) => hash === decision.winner);
  if (proposal === undefined) return;
  const { hash, plan, authors } = proposal;
  draft.set({ decision, question: null });
  if (checkPlan(plan, factsOfStanding(draft, plan)).length > 0) return newPlan(draft, 'plan-unfit');
  const waiting = plan.steps.map((step) => ({ id: stepId(step), kind: step.kind }));
  draft.set({
    plan: { hash, plan, authors },
    commands: Object.fromEntries(
      waiting
        .filter(({ kind }) => kind === 'command')
        .map(({ id }) => [id, { state: 'waiting' as const, attempt: 0, retries: 0 }]),
    ),
    works: Object.fromEntries(
      waiting.filter(({ kind }) => kind === 'work').map(({ id }) => [id, { state: 'waiting' as const, tries: 0 }]),
    ),
  });
  draft.go('voting');
}

/** The decision names messages: it is said when they stand, and carried out when it stands itself. */
export function carryDecision(draft: Draft, decision: Decision): void {
  const { round, plan, events } = draft.state;
  if (plan === null || draft.state.setback !== null || !evidenceStands(draft.state, decision.rule)) return;
  const id = messageId.decision(round, decision.rule);
  const shown = messageId.plan(round, decision.winner);
  draft.say({ id, what: 'decision', about: decision.winner });
  draft.say({ id: shown, what: 'plan', about: decision.winner });
  const event = events[id];
  if (event === undefined || draft.isPending(shown)) return;
  draft.set({ decision: { ...decision, event }, plan: { ...plan, event } });
  draft.go('executing');
}

function evidenceStands(
  { round, recalled, events, proposals, ballots, saying }: TaskState,
  rule: Decision['rule'],
): boolean {
  const named =
    events[messageId.electorate(round, recalled)] !== undefined && proposals.every((one) => one.events.length > 0);
  return (
    named &&
    (rule !== 'vote' ||
      (ballots.every(({ event }) => event !== undefined) && !saying.some(({ id }) => id === messageId.voters(round))))
  );
}

/** Whether there is anything that `!choose` could decide now. */
export function isChoosable(state: TaskState): boolean {
  const open =
    state.phase === 'proposing' || state.phase === 'critique' || state.phase === 'voting' || state.phase === 'asking';
  return (
    open &&
    state.proposals.length > 0 &&
    state.setback === null &&
    state.decision?.rule !== 'choice' &&
    state.question?.kind !== 'unknown-command'
  );
}

/** `!choose` overrules any vote until the plan is begun. */
export function choose(draft: Draft, hash: PlanHash, choice: NonNullable<Decision['choice']>): void {
  const { state } = draft;
  if (!isChoosable(state) || !state.proposals.some((one) => one.hash === hash)) return;
  draft.closePoll();
  decide(draft, { winner: hash, rule: 'choice', countedBy: 'choice', choice });
}
