import type { AgentId } from '../../../bridge/protocol/ids.ts';
import type { Plan, StepId } from '../../../bridge/protocol/plan.ts';
import { NO_PLAN_YET } from '../state/begin.ts';
import { type Draft, windUpAt } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { commandsOf, taintWith } from '../plan/plan-consents.ts';
import { CLEAN } from '../../hands/rule-of-two.ts';
import type { PlanCheckFacts } from '../plan/plan-check.ts';
import { helpers, voters } from '../state/seats.ts';
import type { TaskOutcome, TaskState } from '../state/task-state.ts';

/** Where a phase leads when it does not lead on. */
const MAX_NEW_PLANS = 2;
const MAX_WHY = 1_000;

export const newPlansLeft = ({ round, firstRound }: TaskState): boolean => round - firstRound < MAX_NEW_PLANS;

/** Gives the plan up for a new one, or ends where there were enough of them. The thread is told first. */
export function newPlan(draft: Draft, why: TaskOutcome, step?: StepId): void {
  if (!newPlansLeft(draft.state)) return wrapUp(draft, why);
  draft.set({ setback: { why, ...(step === undefined ? {} : { step }) } });
  for (const ask of draft.state.asks) draft.close(ask);
  draft.say({
    id: messageId.failure(draft.state.round),
    what: 'failure',
    ...(step === undefined ? {} : { about: step }),
  });
}

/** The thread knows: proposing begins again, with what is known. */
export function proposeAgain(draft: Draft): void {
  const { state } = draft;
  // Who has fallen silent, or was put out, is in no later electorate of this run.
  const electorate = [...voters(state), ...(state.spared ?? [])].filter((agent) => !state.removed.includes(agent));
  draft.set({ ...NO_PLAN_YET, ...archived(state), round: state.round + 1, electorate, silent: [] });
  // One alone who has not managed gets everybody's help.
  const all = helpers(state, draft.rules).filter((agent) => !state.leaving.includes(agent));
  const stuck = electorate.length === 0 || state.alone !== null;
  if (stuck && all.some((agent) => agent !== state.alone)) draft.set({ alone: soleOf(all), electorate: [...all] });
  else if (electorate.length === 0) return wrapUp(draft, 'no-agents');
  draft.go('proposing');
}

/** Everything anew under a new electorate, with the same span of time, but for what was begun and what was asked for. */
export function newRun({ state, at }: Draft, electorate: readonly AgentId[]) {
  const round = state.round + 1;
  return {
    ...NO_PLAN_YET,
    ...archived(state),
    began: at,
    deadline: at + state.deadline - state.began,
    frozenMs: 0,
    round,
    firstRound: round,
    electorate: [...electorate],
    gone: [],
    leaving: [],
    silent: [],
    removed: [],
    alone: soleOf(electorate),
    outcome: null,
    ending: null,
    report: null,
  } satisfies Partial<TaskState>;
}

/** A plan of which something was begun stays known. */
export function archived({
  plan,
  commands,
  works,
  round,
  earlier,
  diagnoses,
  verdict,
  held,
}: TaskState): Pick<TaskState, 'earlier' | 'held'> {
  if (plan === null || !isBegun({ commands, works })) return { earlier };
  const why = [
    ...diagnoses.map(({ step, cause }) => `${step}: ${cause}`),
    ...(verdict?.holds === false ? [verdict.why] : []),
  ].map((words) => words.slice(0, MAX_WHY));
  return {
    earlier: [...earlier, { round, hash: plan.hash, plan: plan.plan, commands, works, why }].slice(-2),
    held: taintWith(commandsOf(plan.plan), held ?? CLEAN),
  };
}

/** Asks the master; a task that came by itself waits for nobody. */
export function askMaster(draft: Draft, kind: 'no-quorum' | 'no-winner' | 'no-plan' | 'unknown-command'): void {
  const { origin } = draft.state;
  if (origin === 'schedule' || origin === 'cycle') return wrapUp(draft, `skipped-${kind}`);
  draft.set({ question: { kind } });
  draft.go('asking');
}

/** Nothing more is tried: what there is gets reported; where there is nothing, that is said. */
export function wrapUp(draft: Draft, ending: TaskOutcome): void {
  draft.withdraw();
  const { state } = draft;
  const outcome = ending === 'done' || ending === 'sample' ? 'done' : hasResults(state) ? 'partial' : 'failed';
  draft.set({ ending, outcome, setback: null });
  if (wasBegun(state)) draft.go('reporting');
  else closeUnbegun(draft);
}

/** The deadline is near: whatever there is, now and by code alone. */
export function windUp(draft: Draft): void {
  draft.withdraw();
  const { state } = draft;
  const reporting = state.phase === 'reporting' && state.outcome !== null;
  if (!reporting) draft.set({ ending: 'deadline', outcome: hasResults(state) ? 'partial' : 'failed' });
  if (wasBegun(state)) closeWithReport(draft);
  else closeUnbegun(draft);
}

/** Nothing was carried out: there is nothing to report but why. */
export function closeUnbegun(draft: Draft): void {
  draft.end('failed');
  draft.say({ id: messageId.ended(draft.state.round), what: 'ended', rings: true });
}

/** The report rings, and the task is over; without words of an agent's, code makes them of the results. */
export function closeWithReport(draft: Draft): void {
  const { round, outcome } = draft.state;
  draft.end(outcome ?? 'failed');
  draft.say({ id: messageId.report(round), what: 'report', rings: true });
}

export const planFacts = (draft: Draft): PlanCheckFacts => ({
  agents: draft.rules.agents,
  lent: draft.rules.lent,
  hosts: draft.rules.hosts ?? null,
  budgetMs: windUpAt(draft.state) - draft.at,
  workMs: draft.rules.patience.work,
});

/** Of a plan that was checked when it was proposed: who has left since is no fault of it, for others take over its work. */
export function factsOfStanding(draft: Draft, { steps }: Plan): PlanCheckFacts {
  const facts = planFacts(draft);
  return {
    ...facts,
    agents: [...facts.agents, ...steps.flatMap((step) => (step.kind === 'work' ? [step.agent] : []))],
  };
}

/** Who runs alone, labelled so. */
export const soleOf = (electorate: readonly AgentId[]): AgentId | null =>
  electorate.length === 1 ? (electorate[0] ?? null) : null;

type Steps = Pick<TaskState, 'commands' | 'works'>;

const isBegun = ({ commands, works }: Steps): boolean =>
  [...Object.values(commands), ...Object.values(works)].some(({ state }) => state !== 'waiting');

const wasBegun = (state: TaskState): boolean => isBegun(state) || state.earlier.length > 0;

const hasResults = (state: TaskState): boolean =>
  [state, ...state.earlier].some(({ commands, works }) =>
    [...Object.values(commands), ...Object.values(works)].some((step) => step.state === 'done'),
  );
