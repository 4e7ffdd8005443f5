import type { CommandResult } from '../../../bridge/protocol/act.ts';
import { type Command, lentTo } from '../../../bridge/protocol/command.ts';
import type { AgentId } from '../../../bridge/protocol/ids.ts';
import { type Step, stepAfter, type StepId, stepId } from '../../../bridge/protocol/plan.ts';
import type { Draft } from '../state/draft.ts';
import { dispatchId, messageId } from '../state/message-ids.ts';
import { helpers } from '../state/seats.ts';
import type { CommandState, TaskState } from '../state/task-state.ts';
import type { PhaseRules } from './phase.ts';
import { newPlan, askMaster, wrapUp } from './ways-out.ts';

/** Sent at most three times under one plan, the first included; a master's `!retry` grants as many again. */
export const MAX_TASK_ATTEMPTS = 3;
/** An executor takes no more for one step. */
const MOST_ATTEMPTS = 9;
export const MAX_RETRIES = 2;
/** Refusals of the rules, not of a person: another plan may do without. */
const AVOIDABLE: ReadonlySet<string> = new Set(['host-not-allowed', 'timeout', 'too-long-to-show']);

/** What can begin begins, commands and work side by side; what failed is looked at when nothing runs any more. */
export const executing: PhaseRules = {
  enter: advance,
  answered(draft, ask, answer) {
    const { step } = ask;
    if (answer.kind !== 'work' || step === undefined) return;
    const { works, round } = draft.state;
    draft.set({ works: { ...works, [step]: { state: 'done', text: answer.text, tries: works[step]?.tries ?? 1 } } });
    draft.say({ id: messageId.work(round, step), as: ask.agent, what: 'work', about: step });
    advance(draft);
  },
  absent(draft, ask) {
    const { step } = ask;
    if (step === undefined) return;
    const tries = draft.state.works[step]?.tries ?? 1;
    const other = helpers(draft.state, draft.rules).find(
      (agent) => agent !== ask.agent && !draft.state.leaving.includes(agent),
    );
    if (tries < 2 && other !== undefined) giveWork(draft, step, other);
    else draft.set({ works: { ...draft.state.works, [step]: { state: 'failed', tries } } });
    advance(draft);
  },
  expired(draft, timer) {
    // The executor has not said: it may have run.
    const [step, command] =
      Object.entries(draft.state.commands).find(([id, { attempt }]) =>
        timer.startsWith(`${commandTimer(id, attempt)}.`),
      ) ?? [];
    if (step === undefined || command === undefined || !IN_FLIGHT.has(command.state)) return;
    draft.set({ commands: { ...draft.state.commands, [step]: { ...command, state: 'unknown' } } });
    advance(draft);
  },
};

const IN_FLIGHT: ReadonlySet<CommandState['state']> = new Set(['sent', 'asked', 'running']);

/** A word of the executor's. Older, doubled and foreign ones change nothing. */
export function takeResult(draft: Draft, result: CommandResult): void {
  const { state } = draft;
  const command = state.commands[result.step];
  const awaited = state.phase === 'asking' && state.question?.kind === 'unknown-command';
  if (state.phase !== 'executing' && !awaited) return;
  if (
    state.setback !== null ||
    command === undefined ||
    result.plan !== state.plan?.hash ||
    result.attempt !== command.attempt
  )
    return;
  const next = following(command, result, repeatable(state, result.step));
  if (next === null) return;
  draft.set({ commands: { ...state.commands, [result.step]: { ...command, state: next, result } } });
  draft.say({ id: messageId.run(state.round), what: 'run' });
  const timer = commandTimer(result.step, result.attempt);
  for (const id of Object.keys(draft.state.timers)) if (id.startsWith(`${timer}.`)) draft.disarm(id);
  // A person is waited for as long as the executor does; the deadline is the task's own.
  if (next === 'running') armCommand(draft, result.step, result.attempt);
  if (state.phase === 'executing') return advance(draft);
  const unknown = Object.values(draft.state.commands).some((one) => one.state === 'unknown');
  if (unknown) return;
  draft.set({ question: null });
  draft.go('executing');
}

/** Only forward; after "unknown" the truth may still come. */
function following(command: CommandState, result: CommandResult, again: boolean): CommandState['state'] | null {
  const order: readonly CommandState['state'][] = ['sent', 'asked', 'running'];
  if (!IN_FLIGHT.has(command.state) && command.state !== 'unknown') return null;
  if (result.state === 'unknown') {
    if (command.state === 'unknown' || command.result?.state === 'unknown') return null;
    // The executor runs what is repeatable again by itself.
    return again ? 'running' : 'unknown';
  }
  if (
    (result.state === 'asked' || result.state === 'running') &&
    order.indexOf(result.state) <= order.indexOf(command.state) &&
    command.result?.state !== 'unknown'
  )
    return null;
  if (result.state === command.result?.state) return null;
  return result.state;
}

function advance(draft: Draft): void {
  const { plan } = draft.state;
  if (plan === null || draft.state.setback !== null) return;
  for (const step of plan.plan.steps) {
    if (!isReady(draft.state, step)) continue;
    if (step.kind === 'command') dispatch(draft, step.command);
    else giveWork(draft, step.id, chosenFor(draft, step.agent));
  }
  const { commands, works } = draft.state;
  const busy =
    Object.values(commands).some(({ state }) => IN_FLIGHT.has(state)) ||
    Object.values(works).some(({ state }) => state === 'asked');
  if (!busy) settle(draft);
}

function isReady(state: TaskState, step: Step): boolean {
  const id = stepId(step);
  const waiting = (state.commands[id] ?? state.works[id])?.state === 'waiting';
  const ready = stepAfter(step).every((other) => (state.commands[other] ?? state.works[other])?.state === 'done');
  return waiting && ready && !isInTheWay(state, step);
}

/** What would write the same folder is tried on a copy of it: of two tried together the second would be put on what nobody saw. */
function isInTheWay({ commands, plan }: TaskState, step: Step): boolean {
  const written = writtenBy(step);
  return (
    plan !== null &&
    plan.plan.steps.some(
      (other) =>
        IN_FLIGHT.has(commands[stepId(other)]?.state ?? 'waiting') &&
        writtenBy(other).some((name) => written.includes(name)),
    )
  );
}

const writtenBy = (step: Step): readonly string[] =>
  step.kind === 'command' ? lentTo(step.command).flatMap(({ name, access }) => (access === 'rw' ? [name] : [])) : [];

/** Nothing runs, nothing can begin. */
function settle(draft: Draft): void {
  const { commands, works } = draft.state;
  const steps = Object.entries(commands);
  const find = (state: CommandState['state']) => steps.find(([, command]) => command.state === state);
  if (find('unknown') !== undefined) return askMaster(draft, 'unknown-command');
  if (find('stopped') !== undefined) return wrapUp(draft, 'command-stopped');
  const refused = find('refused');
  if (refused !== undefined) {
    const [step, { result }] = refused;
    return AVOIDABLE.has(result?.why ?? '')
      ? newPlan(draft, 'command-refused', stepOf(draft, step))
      : wrapUp(draft, 'command-refused');
  }
  const idle = Object.entries(works).find(([, work]) => work.state === 'failed');
  if (idle !== undefined) return newPlan(draft, 'work-failed', stepOf(draft, idle[0]));
  const hopeless = steps.find(([, command]) => command.state === 'failed' && command.retries >= MAX_RETRIES);
  if (hopeless !== undefined) return newPlan(draft, 'command-failed', stepOf(draft, hopeless[0]));
  if (find('failed') !== undefined) return draft.go('diagnosing');
  draft.go('verifying');
}

function dispatch(draft: Draft, command: Command): void {
  const { plan, commands, attempts, runs } = draft.state;
  const before = commands[command.id];
  if (plan === null || before === undefined) return;
  const key = `${plan.hash}.${command.id}`;
  const attempt = 1 + Math.max(before.attempt, attempts[key] ?? 0);
  if (attempt > Math.min(MOST_ATTEMPTS, MAX_TASK_ATTEMPTS * (1 + runs))) {
    return draft.set({ commands: { ...commands, [command.id]: { ...before, state: 'failed', retries: MAX_RETRIES } } });
  }
  const { result: _, ...kept } = before;
  draft.set({
    commands: { ...commands, [command.id]: { ...kept, state: 'sent', attempt } },
    attempts: { ...attempts, [key]: attempt },
  });
  draft.setOff({
    kind: 'dispatch',
    id: dispatchId(plan.hash, command.id, attempt),
    plan: plan.hash,
    step: command.id,
    attempt,
  });
  armCommand(draft, command.id, attempt);
}

const commandTimer = (step: string, attempt: number): string => `command.${step}.${attempt}`;

function armCommand(draft: Draft, step: StepId, attempt: number): void {
  const command = commandOf(draft.state, step);
  if (command === null) return;
  draft.timer(
    `${commandTimer(step, attempt)}.${draft.state.round}.${draft.state.version}`,
    draft.at + command.timeoutMs + draft.rules.patience.command,
  );
}

function giveWork(draft: Draft, step: StepId, agent: AgentId): void {
  const { works } = draft.state;
  draft.set({ works: { ...works, [step]: { state: 'asked', tries: (works[step]?.tries ?? 0) + 1 } } });
  draft.ask('work', agent, { step, tail: step });
}

/** Who was named; or whoever is there, where that one has left. */
function chosenFor(draft: Draft, named: AgentId): AgentId {
  const there = helpers(draft.state, draft.rules).filter((agent) => !draft.state.leaving.includes(agent));
  return there.includes(named) ? named : (there[0] ?? named);
}

const stepOf = (draft: Draft, id: string): StepId | undefined =>
  draft.state.plan?.plan.steps.map(stepId).find((one) => one === id);

function commandOf({ plan }: TaskState, id: StepId): Command | null {
  const step = plan?.plan.steps.find((one) => stepId(one) === id);
  return step?.kind === 'command' ? step.command : null;
}

const repeatable = (state: TaskState, step: StepId): boolean => commandOf(state, step)?.repeatable ?? false;
