import type { Command } from '../../../bridge/protocol/command.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { type Plan, PlanHash, type StepId } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../draft.ts';
import { messageId } from '../message-ids.ts';
import { checkPlan } from '../plan-check.ts';
import { present } from '../seats.ts';
import type { TaskState } from '../state.ts';
import { MAX_RETRIES } from './executing.ts';
import type { PhaseRules } from './phase.ts';
import { newPlan, planFacts } from './ways-out.ts';

/**
 * Two agents say, apart, why a command failed and what to put in its place. Who did not write the plan goes before who
 * did, then the order of the electorate: the first usable command counts, and the other one makes it its own with an
 * equal `patch`. Both without one: a new plan. Where one runs alone, its own word is enough.
 */
export const diagnosing: PhaseRules = {
  enter(draft) {
    draft.set({ diagnoses: [], patch: null });
    askUntilEnough(draft);
  },
  answered(draft, ask, answer) {
    const step = failedStep(draft.state);
    if (answer.kind !== 'diagnose' || step === null) return;
    const usable = answer.command !== null && patchedPlan(draft, step, answer.command) !== null ? answer.command : null;
    draft.set({ diagnoses: [...draft.state.diagnoses, { step, by: ask.agent, cause: answer.cause, command: usable }] });
    askUntilEnough(draft);
  },
  absent: askUntilEnough,
  said(draft, { what }) {
    const { patch, plan, round, commands, events } = draft.state;
    if (patch === null || plan === null) return;
    const attempt = commands[patch.step]?.attempt ?? 0;
    const id = messageId.patched(round, patch.step, attempt);
    if (what === 'patch' && patch.events.length === patch.by.length) draft.say({ id, what: 'patched', about: patch.step });
    const event = events[id];
    if (event === undefined) return;
    draft.set({ plan: { hash: patch.hash, plan: patch.plan, authors: plan.authors, event }, patch: null });
    tryAgain(draft, patch.step);
  },
};

const needed = ({ electorate }: TaskState): number => (electorate.length === 1 ? 1 : 2);

/** One at a time, in the order of the plan. */
export function failedStep({ plan, commands }: TaskState): StepId | null {
  const failed = plan?.plan.steps.find((step) => step.kind === 'command' && commands[step.command.id]?.state === 'failed');
  return failed?.kind === 'command' ? failed.command.id : null;
}

function seats(state: TaskState): readonly AgentId[] {
  const wrote = (agent: AgentId): boolean => state.plan?.authors.includes(agent) === true;
  const all = present(state);
  return [...all.filter((agent) => !wrote(agent)), ...all.filter(wrote)];
}

function askUntilEnough(draft: Draft): void {
  const { state } = draft;
  const step = failedStep(state);
  if (step === null) return draft.go('executing');
  const tail = `${step}.${state.commands[step]?.attempt ?? 0}`;
  const inVain = (agent: AgentId): boolean => state.refusals.some(({ ask }) => ask === `${state.round}.diagnose.${agent}.${tail}`);
  const asked = (agent: AgentId): boolean => state.asks.some((ask) => ask.agent === agent) || state.diagnoses.some(({ by }) => by === agent);
  const free = seats(state).filter((agent) => !asked(agent) && !inVain(agent));
  const short = needed(state) - state.asks.length - state.diagnoses.length;
  for (const agent of free.slice(0, Math.max(0, short))) draft.ask('diagnose', agent, { step, tail });
  if (draft.state.asks.length === 0) conclude(draft, step);
}

function conclude(draft: Draft, step: StepId): void {
  const { state } = draft;
  const order = seats(state);
  const diagnoses = state.diagnoses.toSorted((a, b) => order.indexOf(a.by) - order.indexOf(b.by));
  const command = diagnoses.find((one) => one.command !== null)?.command ?? null;
  const plan = command === null ? null : patchedPlan(draft, step, command);
  if (diagnoses.length < needed(state) || plan === null || command === null || state.plan === null) return newPlan(draft, 'command-failed', step);
  const hash = PlanHash.parse(draft.rules.hash(plan));
  // The same command once more is the plan as it was decided.
  if (hash === state.plan.hash) return tryAgain(draft, step);
  const by = diagnoses.map((one) => one.by);
  draft.set({ patch: { step, of: state.plan.hash, hash, plan, by, events: [] }, diagnoses: diagnoses.map((one) => ({ ...one, command })) });
  for (const agent of by) draft.say({ id: messageId.patch(state.round, step, state.commands[step]?.attempt ?? 0, agent), as: agent, what: 'patch', about: step });
}

/** The plan with this one command in place of the failed one, or null where that is no plan. */
function patchedPlan(draft: Draft, step: StepId, command: Command): Plan | null {
  const { plan } = draft.state;
  if (plan === null || command.id !== step) return null;
  const steps = plan.plan.steps.map((one) => (one.kind === 'command' && one.command.id === step ? { ...one, command } : one));
  const patched = { ...plan.plan, steps };
  // What is done of the plan needs no more time; the deadline watches over the rest.
  return checkPlan(patched, { ...planFacts(draft), budgetMs: Number.POSITIVE_INFINITY }).length === 0 ? patched : null;
}

function tryAgain(draft: Draft, step: StepId): void {
  const { commands } = draft.state;
  const command = commands[step];
  if (command === undefined) return;
  draft.set({ commands: { ...commands, [step]: { ...command, state: 'waiting', retries: Math.min(MAX_RETRIES, command.retries + 1) } } });
  draft.go(failedStep(draft.state) === null ? 'executing' : 'diagnosing');
}
