import type { ChavionContent } from '../../../bridge/protocol/content.ts';
import type { CommandResult } from '../../../bridge/protocol/act.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import { isLong, RUN_SHOWS } from '../../../bridge/protocol/orders/plan-result.ts';
import { type Plan, stepId } from '../../../bridge/protocol/plan.ts';
import { refusal } from '../../../bridge/text/room/commands/refusals.ts';
import { moreInOps, seconds } from '../../../bridge/text/room/executor.ts';
import { planRefusal, step as stepTitle, waitsForYes } from '../../../bridge/text/room/plan-commands.ts';
import { failureWhy } from '../../../bridge/text/tasks/task-results.ts';
import * as say from '../../../bridge/text/tasks/task-run.ts';
import { STEP_MARK } from '../../../bridge/text/tasks/task-words.ts';
import { codeBlock, plainWords } from '../../../bridge/matrix/markdown-words.ts';
import { waitsForMaster } from '../runtime/machine.ts';
import { messageId } from '../state/message-ids.ts';
import { ENDED, type CommandState, type TaskState } from '../state/task-state.ts';

/** An edit carries it beside its HTML and both once more for old clients; an event has 60 KB. */
const MAX_BYTES = 8_000;
/** Tried in this order until it fits: what is shown of each output. */
const SHARES = [1, 0.5, 0.25, 0.1, 0] as const;
/** Below the smallest share lines alone are too many only where a plan has as many as it may. */
const MOST_LINES = 40;

/** The commands of one round, as its message shows them. */
interface Run {
  readonly plan: Plan;
  readonly commands: Readonly<Record<string, CommandState>>;
  /** No command of it begins any more. */
  readonly over: boolean;
}

/** Of the round in force, or of one before it that is still known; null where its plan is gone. */
export function runText(state: TaskState, round: number): string | null {
  const run = runOf(state, round);
  if (run === null) return null;
  const texts = SHARES.map((share) => () => textOf(run, state.lang, share));
  for (const text of texts) if (Buffer.byteLength(text()) <= MAX_BYTES) return text();
  return textOf(run, state.lang, 0);
}

function runOf({ round: now, plan, commands, earlier, phase, setback }: TaskState, round: number): Run | null {
  if (round === now && plan !== null)
    return { plan: plan.plan, commands, over: ENDED.has(phase) || setback !== null || allOver(commands) };
  const before = earlier.find((one) => one.round === round);
  return before === undefined ? null : { ...before, over: true };
}

/** By the id of its message. */
export function roundOfRun(id: string): number | null {
  const round = Number(id.split('.')[1]);
  return id === messageId.run(round) ? round : null;
}

/** Growing while a command of it may begin: `npm run chat` waits for the rest. */
export function chavionOfRun(state: TaskState, id: string): ChavionContent {
  const grows = runOf(state, roundOfRun(id) ?? -1)?.over === false && state.frozenAt === null && !waitsForMaster(state);
  return { v: 1, kind: 'act', root: state.root, run: true, ...(grows ? { streaming: true } : {}) };
}

const allOver = (commands: Run['commands']): boolean =>
  Object.values(commands).every(({ state }) => state === 'done' || state === 'refused' || state === 'stopped');

function textOf({ plan, commands, over }: Run, lang: Lang, share: number): string {
  const steps = plan.steps.flatMap((step) => {
    const now = step.kind === 'command' ? commands[stepId(step)] : undefined;
    return now === undefined ? [] : [{ title: step.title, now }];
  });
  const done = steps.filter(({ now }) => now.state === 'done').length;
  const shown = steps.slice(0, MOST_LINES);
  const left = steps.length - shown.length;
  return [
    say.runHead[lang](done, steps.length, over),
    ...shown.map(({ title, now }) => stepText(title, now, lang, share)),
    ...(left === 0 ? [] : [say.moreSteps[lang](left)]),
  ].join('\n\n');
}

function stepText(title: string, { state, attempt, result }: CommandState, lang: Lang, share: number): string {
  const told = result?.state === state ? result : undefined;
  const words = [stepTitle[lang](plainWords(title, 60), Math.max(1, attempt)), ...how(state, told, lang)];
  const output = told === undefined ? '' : outputText(told, share);
  const all = told?.output?.trimEnd() ?? '';
  const rest = output === all ? [] : [isLong(all) ? say.outputInFile[lang]() : moreInOps[lang]()];
  return [
    [`${STEP_MARK[state]} ${words[0]}`, ...words.slice(1), ...rest].join(' · '),
    ...(output === '' ? [] : [codeBlock(output)]),
  ].join('\n');
}

function how(state: CommandState['state'], result: CommandResult | undefined, lang: Lang): readonly string[] {
  const took = result?.ms === undefined ? [] : [seconds[lang](result.ms)];
  switch (state) {
    case 'waiting':
    case 'sent':
      return [];
    case 'asked':
      return [waitsForYes[lang]()];
    case 'running':
      return [say.runGoes[lang]()];
    case 'done':
      return took;
    case 'failed':
    case 'refused':
    case 'stopped':
    case 'unknown': {
      const detail = plainWords(result?.detail ?? '', 120);
      const why = result?.why ?? '';
      const refused =
        state === 'refused' ? (planRefusal[why]?.[lang](detail) ?? refusal[why]?.[lang](detail)) : undefined;
      return [
        refused ?? failureWhy[lang](state, result?.why, result?.exitCode),
        ...(refused === undefined && detail !== '' ? [detail] : []),
        ...took,
      ];
    }
  }
}

/** Of what went wrong the end tells, of the rest the beginning. */
function outputText({ state, output = '' }: CommandResult, share: number): string {
  const all = output.trimEnd();
  const lines = Math.floor(RUN_SHOWS.lines * share);
  const characters = Math.floor(RUN_SHOWS.characters * share);
  if (lines === 0 || all === '') return '';
  const split = all.split('\n');
  const end = state !== 'done';
  const few = (end ? split.slice(-lines) : split.slice(0, lines)).join('\n');
  if (few.length <= characters) return few;
  return end ? `…${few.slice(-characters).toWellFormed()}` : `${few.slice(0, characters).toWellFormed()}…`;
}
