import type { Command } from '../../../bridge/protocol/command.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { beyond } from '../../../bridge/protocol/tasks/patch-limits.ts';
import { type Plan, PlanHash, type StepId, stepId } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { messageId } from '../state/message-ids.ts';
import { checkPlan } from '../plan/plan-check.ts';
import { presentSeats } from '../state/seats.ts';
import type { TaskState } from '../state/task-state.ts';
import { MAX_RETRIES } from './executing.ts';
import type { PhaseRules } from './phase.ts';
import { factsOfStanding, newPlan } from './ways-out.ts';

/** Two who do not agree, and one between them. */
const MAX_DIAGNOSES = 3;

/**
 * One agent says why a command failed and what to put in its place; another one looks at that and agrees, or does not:
 * nobody's word alone changes what was voted for, for what a command printed may have talked one of them into it. Who
 * did not write the plan goes before who did, then the order of the electorate. Two without a command, or nobody of
 * three agreeing: a new plan. Where one runs alone, its own word is enough.
 */
export const diagnosing: PhaseRules = {
  enter(draft) {
    draft.set({ diagnoses: [], patch: null });
    askUntilAgreed(draft);
  },
  answered(draft, ask, answer) {
    const step = latestFailedStep(draft.state);
    if (answer.kind !== 'diagnose' || step === null) return;
    const usable = answer.command !== null && patchedPlan(draft, step, answer.command) !== null ? answer.command : null;
    draft.set({ diagnoses: [...draft.state.diagnoses, { step, by: ask.agent, cause: answer.cause, command: usable }] });
    askUntilAgreed(draft);
  },
  absent: askUntilAgreed,
  said(draft, { what }) {
    const { patch, plan, round, commands, events } = draft.state;
    if (patch === null || plan === null) return;
    const attempt = commands[patch.step]?.attempt ?? 0;
    const id = messageId.patched(round, patch.step, attempt);
    if (what === 'patch' && patch.events.length === patch.by.length)
      draft.say({ id, what: 'patched', about: patch.step });
    const event = events[id];
    if (event === undefined) return;
    draft.set({ plan: { hash: patch.hash, plan: patch.plan, authors: plan.authors, event }, patch: null });
    tryAgain(draft, patch.step);
  },
};

const needed = ({ electorate }: TaskState): number => (electorate.length === 1 ? 1 : 2);

/** One at a time, in the order of the plan. */
export function latestFailedStep({ plan, commands }: TaskState): StepId | null {
  const failed = plan?.plan.steps.find(
    (step) => step.kind === 'command' && commands[step.command.id]?.state === 'failed',
  );
  return failed?.kind === 'command' ? failed.command.id : null;
}

function seats(state: TaskState): readonly AgentId[] {
  const wrote = (agent: AgentId): boolean => state.plan?.authors.includes(agent) === true;
  const all = presentSeats(state);
  return [...all.filter((agent) => !wrote(agent)), ...all.filter(wrote)];
}

function askUntilAgreed(draft: Draft): void {
  const { state } = draft;
  const step = latestFailedStep(state);
  if (step === null) return draft.go('executing');
  const tail = `${step}.${state.commands[step]?.attempt ?? 0}`;
  const inVain = (agent: AgentId): boolean =>
    state.refusals.some(({ ask }) => ask === `${state.round}.diagnose.${agent}.${tail}`);
  const next = seats(state).find((agent) => !inVain(agent) && !state.diagnoses.some(({ by }) => by === agent));
  const agreed = agreement(draft, step);
  if (agreed !== null) return carryPatch(draft, step, agreed);
  const hopeless = state.diagnoses.filter(({ command }) => command === null).length >= needed(state);
  const silent = seats(state).filter(inVain).length;
  if (hopeless || state.diagnoses.length >= MAX_DIAGNOSES || silent >= MAX_DIAGNOSES || next === undefined)
    return newPlan(draft, 'command-failed', step);
  draft.ask('diagnose', next, { step, tail });
}

/** The first command that as many as are needed have put in its place, and they. */
function agreement(
  draft: Draft,
  step: StepId,
): { readonly by: readonly AgentId[]; readonly plan: Plan; readonly hash: PlanHash } | null {
  const supporters = new Map<PlanHash, { plan: Plan; by: AgentId[] }>();
  for (const { by, command } of draft.state.diagnoses) {
    const plan = command === null ? null : patchedPlan(draft, step, command);
    if (plan === null) continue;
    const hash = PlanHash.parse(draft.rules.hash(plan));
    const one = supporters.get(hash) ?? { plan, by: [] };
    supporters.set(hash, { ...one, by: [...one.by, by] });
  }
  const [hash, found] = [...supporters].find(([, { by }]) => by.length >= needed(draft.state)) ?? [];
  return hash === undefined || found === undefined ? null : { ...found, hash };
}

function carryPatch(draft: Draft, step: StepId, { by, plan, hash }: NonNullable<ReturnType<typeof agreement>>): void {
  const { state } = draft;
  if (state.plan === null) return;
  // The same command once more is the plan as it was decided.
  if (hash === state.plan.hash) return tryAgain(draft, step);
  draft.set({ patch: { step, of: state.plan.hash, hash, plan, by: [...by], events: [] } });
  for (const agent of by)
    draft.say({
      id: messageId.patch(state.round, step, state.commands[step]?.attempt ?? 0, agent),
      as: agent,
      what: 'patch',
      about: step,
    });
}

/** The plan with this one command in place of the failed one, or null where that is no plan. */
function patchedPlan(draft: Draft, step: StepId, command: Command): Plan | null {
  const { plan } = draft.state;
  const failed = plan?.plan.steps.find((one) => stepId(one) === step);
  if (plan === null || failed?.kind !== 'command' || command.id !== step || beyond(command, failed.command) !== null)
    return null;
  const steps = plan.plan.steps.map((one) =>
    one.kind === 'command' && one.command.id === step ? { ...one, command } : one,
  );
  const patched = { ...plan.plan, steps };
  // What is done of the plan needs no more time; the deadline watches over the rest.
  return checkPlan(patched, { ...factsOfStanding(draft, patched), budgetMs: Number.POSITIVE_INFINITY }).length === 0
    ? patched
    : null;
}

function tryAgain(draft: Draft, step: StepId): void {
  const { commands } = draft.state;
  const command = commands[step];
  if (command === undefined) return;
  draft.set({
    commands: {
      ...commands,
      [step]: { ...command, state: 'waiting', retries: Math.min(MAX_RETRIES, command.retries + 1) },
    },
  });
  draft.go(latestFailedStep(draft.state) === null ? 'executing' : 'diagnosing');
}
