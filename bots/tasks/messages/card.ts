import { stepId } from '../../../bridge/protocol/plan.ts';
import { pollWaits } from '../../../bridge/text/tasks/judgement-words.ts';
import { awaited, card } from '../../../bridge/text/tasks/tasks.ts';
import { taskEnding } from '../../../bridge/text/tasks/task-reasons.ts';
import { duration, spent, type StepWord } from '../../../bridge/text/tasks/task-words.ts';
import { type AgentId, EXECUTOR_ID } from '../../../bridge/protocol/ids.ts';
import { lackLines, shortLines } from './lack-lines.ts';
import { plainWords } from '../../../bridge/matrix/markdown-words.ts';
import { shownPhase, waitsForMaster } from '../runtime/machine.ts';
import { pollWaitsMs } from '../state/poll-window.ts';
import { labelled, type NameOf } from '../plan/plan-labels.ts';
import { voters } from '../state/seats.ts';
import type { AskKind } from '../state/ask.ts';
import { ENDED, type TaskState } from '../state/task-state.ts';

export interface CardFacts {
  /** Milliseconds since 1970. */
  readonly now: number;
  readonly nameOf: NameOf;
}

/** More names do not fit on a phone. */
const NAMES = 8;
const CELLS = 10;

/** The one message that says how a task stands. It changes with the task, and with every minute while it goes on. */
export const cardText = (state: TaskState, facts: CardFacts): string => standing(state, facts, awaited.retry);

/** The same in a message that is no card: a tap on it orders nothing. */
export const statusOfTask = (state: TaskState, facts: CardFacts): string => standing(state, facts, awaited.retryTyped);

function standing(state: TaskState, facts: CardFacts, retry: typeof awaited.retryTyped): string {
  const { lang, no, phase, alone, ending } = state;
  const over = ending !== null && ENDED.has(phase);
  return [
    card.head[lang](no, shownPhase(state), elapsed(state, facts.now)),
    plainWords(state.mission, 120),
    ...revisionLines(state),
    ...(over ? [taskEnding[ending][lang](), ...shortLines(state)] : lackLines(state)),
    ...(alone === null ? [] : [card.alone[lang](facts.nameOf(alone))]),
    ...speakers(state, facts.nameOf),
    ...votes(state),
    ...progress(state),
    ...(state.tokens.input + state.tokens.output === 0 && state.costMicroUsd === 0
      ? []
      : [card.spent[lang](spent[lang](state.costMicroUsd, state.tokens.input + state.tokens.output))]),
    ...(state.frozenAt === null ? [] : [awaited.thaw[lang]()]),
    ...(state.frozenAt === null || waitsForMaster(state) ? next(state, facts, retry) : []),
  ].join('\n');
}

/** Which change it is, and how many wait behind it. */
function revisionLines({ lang, revision, revisionsWanted = [] }: TaskState): readonly string[] {
  return [
    ...(revision === undefined ? [] : [card.revision[lang](revision.no, plainWords(revision.words, 80))]),
    ...(revisionsWanted.length === 0 ? [] : [card.revisionsWanted[lang](revisionsWanted.length)]),
  ];
}

/** Of an ended task, how long it took; freezes do not count. */
function elapsed({ lang, phase, began, since, frozenAt }: TaskState, now: number): string {
  const ms = (ENDED.has(phase) ? since : (frozenAt ?? now)) - began;
  return ms < 60_000 ? card.underAMinute[lang]() : duration[lang](ms);
}

const TALKING: Partial<Readonly<Record<TaskState['phase'], AskKind>>> = {
  proposing: 'propose',
  critique: 'critique',
  voting: 'vote',
};

/** Who has spoken in this phase, who has not, who will not. */
function speakers(
  { lang, phase, electorate, gone, asks, refusals, round }: TaskState,
  nameOf: NameOf,
): readonly string[] {
  const kind = TALKING[phase];
  if (kind === undefined || electorate.length < 2) return [];
  const out = (agent: AgentId) =>
    gone.includes(agent) || refusals.some((one) => one.round === round && one.kind === kind && one.agent === agent);
  const mark = (agent: AgentId) =>
    asks.some((ask) => ask.agent === agent && ask.kind === kind) ? '…' : out(agent) ? '✗' : '✓';
  const list = electorate.slice(0, NAMES).map((agent) => `${nameOf(agent)} ${mark(agent)}`);
  return [
    card.speakers[lang]([...list, ...(electorate.length > NAMES ? [`+${electorate.length - NAMES}`] : [])].join(' · ')),
  ];
}

/** How many, not which: ballots are secret until the vote is over. */
function votes({ lang, phase, ballots, tap, proposals, ...seats }: TaskState): readonly string[] {
  const open = phase === 'voting' || phase === 'critique' || phase === 'asking';
  if (!open || proposals.length < 2) return [];
  return [card.votes[lang](new Set(ballots.map(({ by }) => by)).size, voters(seats).length, tap !== null)];
}

function progress({ lang, phase, plan, commands, works }: TaskState): readonly string[] {
  if (plan === null) return [];
  const steps = plan.plan.steps.map((step) => ({
    title: plainWords(step.title, 40),
    now: (step.kind === 'command' ? commands[stepId(step)]?.state : works[stepId(step)]?.state) ?? 'waiting',
  }));
  const is = (...words: readonly StepWord[]) => steps.filter(({ now }) => words.includes(now));
  const done = is('done').length;
  const bar = '▓'.repeat(Math.round((done / steps.length) * CELLS)).padEnd(CELLS, '░');
  const running = ENDED.has(phase)
    ? []
    : steps
        .filter(({ now }, i) => now === 'running' || (now === 'asked' && plan.plan.steps[i]?.kind === 'work'))
        .map(({ title }) => title);
  return [
    card.plan[lang](plainWords(plan.plan.goal, 120)),
    card.progress[lang](bar, done, steps.length, is('failed', 'refused', 'stopped', 'unknown').length),
    ...(running.length === 0
      ? []
      : [card.now[lang]([...running.slice(0, 3), ...(running.length > 3 ? [`+${running.length - 3}`] : [])])]),
  ];
}

/** The next thing awaited from the master. */
function next(state: TaskState, { now, nameOf }: CardFacts, retry: typeof awaited.retryTyped): readonly string[] {
  const { lang, phase, plan, commands } = state;
  if (phase === 'done') return [];
  if (ENDED.has(phase)) return [retry[lang](state.no)];
  if (phase === 'asking')
    return [
      awaited.choose[lang](state.question?.kind === 'unknown-command' ? [] : labelled(state).map(({ label }) => label)),
    ];
  const asked = plan?.plan.steps.find((step) => step.kind === 'command' && commands[stepId(step)]?.state === 'asked');
  if (asked !== undefined)
    return [awaited.approval[lang](`**${plainWords(asked.title, 60)}**`, plainWords(nameOf(EXECUTOR_ID)))];
  const left = pollWaitsMs(state, now);
  if (left > 0) return [pollWaits[lang](Math.ceil(left / 10_000) * 10)];
  return [phase === 'voting' && !state.published ? awaited.tap[lang]() : awaited.nothing[lang]()];
}
