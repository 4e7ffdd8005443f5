import type { Performative } from '../../../bridge/protocol/act.ts';
import { stepId } from '../../../bridge/protocol/plan.ts';
import { canonical } from '../../../bridge/digest/canonical.ts';
import * as say from '../../../bridge/text/tasks/task-results.ts';
import {
  askWord,
  planProblem,
  refusalWhy,
  satOut,
  setbackWhy,
  taskEnding,
} from '../../../bridge/text/tasks/task-reasons.ts';
import { modelWayBack } from '../../../bridge/text/room/models.ts';
import { taskEnded } from '../../../bridge/text/tasks/tasks.ts';
import { voteReopened } from '../../../bridge/text/tasks/task-thread.ts';
import { STEP_MARK } from '../../../bridge/text/tasks/task-words.ts';
import { evidenceNow } from '../plan/evidence.ts';
import { codeBlock, cutTo, plainWords, quotedWords } from '../../../bridge/matrix/markdown-words.ts';
import { shortLines } from './lack-lines.ts';
import { shownPhase } from '../runtime/machine.ts';
import { messageId } from '../state/message-ids.ts';
import { stepNamed } from '../plan/plan-labels.ts';
import { reportPage } from './report-page.ts';
import { roundOfRun, runText } from './run-text.ts';
import { markdownFile, type Speaker, type Words } from './saying-shape.ts';
import { voters } from '../state/seats.ts';
import { ENDED, type Phase, type Say, type TaskState } from '../state/task-state.ts';
import { commandWords } from './step-words.ts';
import { trailOf } from './trail.ts';

/** Of the report, what stands in the thread above the trail; the file has it all. */
const REPORT_BYTES = 9_000;
/** Of one output, in a report that no agent wrote. */
const OUTPUT_CHARACTERS = 1_200;

/** What is said once the plan stands, and what may be said at any time; null where it is over by then. */
export const resultSpeakers = {
  run: (state, { id }) => {
    const text = runText(state, roundOfRun(id) ?? -1);
    return text === null ? null : { text, performative: 'inform', inReplyTo: plannedIn(state) };
  },
  work: (state, { about = '' }) => ({
    text: say.workDone[state.lang](titleOf(state, about), state.works[about]?.text ?? ''),
    performative: 'inform',
    inReplyTo: plannedIn(state),
    fileName: `${about}.md`,
  }),
  patch: (state, { as, about }) => patch(state, as, about),
  patched: (state, { about }) => {
    const { patch: agreed, plan } = state;
    const text = say.patchedSaid[state.lang](titleOf(state, agreed?.step ?? about ?? ''));
    const patches = agreed?.events.slice(0, 2) ?? [];
    if (agreed === null || plan?.event === undefined || patches.length === 0)
      return { text, performative: 'confirm', inReplyTo: plannedIn(state) };
    return {
      text,
      performative: 'confirm',
      inReplyTo: patches[0],
      content: { kind: 'patched', base: plan.event, patches, hash: agreed.hash },
    };
  },
  failure: (state, { about }) => ({
    text: failure(state, about),
    performative: 'failure',
    inReplyTo: plannedIn(state),
  }),
  verdict: (state) => {
    const { holds, why, quotes, played } = state.verdict ?? { holds: false, why: '', quotes: [], played: undefined };
    const proofs = quotes.map(({ step, quote }) => `**${titleOf(state, step)}**\n${quotedWords(quote)}`);
    return {
      text: say.verdictSaid[state.lang](
        played === 'played' || played === 'unseen' ? played : holds,
        plainWords(why, 1_500),
        proofs,
      ),
      performative: holds ? 'confirm' : 'inform',
      inReplyTo: plannedIn(state),
      fileName: 'verdict.md',
    };
  },
  report: (state, _say, facts) => {
    const { lang, no } = state;
    const body = [ended(state), state.report ?? plainReport(state)].join('\n\n');
    const whole = [
      say.reportHead[lang](no, plainWords(state.mission, 300)),
      body,
      '---',
      trailOf(state, facts, true),
    ].join('\n\n');
    const text = [cutTo(body, REPORT_BYTES, say.restInFile[lang]()).text, trailOf(state, facts, false)].join('\n\n');
    return {
      text,
      performative: 'inform',
      inReplyTo: state.root,
      attachments: [
        markdownFile(say.reportFile[lang](no), whole),
        {
          name: say.reportPageFile[lang](no),
          mediaType: 'text/html',
          read: () => new TextEncoder().encode(reportPage(say.reportPageFile[lang](no), whole, lang)),
        },
      ],
    };
  },
  refusal: (state, { about }, { nameOf, isChosen }) => {
    const { lang } = state;
    const refusal = state.refusals.find(({ ask }) => ask === about);
    if (refusal === undefined) return null;
    const details = refusal.faults.map(({ problem, detail }) =>
      planProblem[problem][lang](plainWords(detail ?? '', 80)),
    );
    const sat = satOut[lang](
      nameOf(refusal.agent),
      askWord[refusal.kind][lang](),
      refusalWhy[refusal.code][lang](),
      [...new Set(details)].slice(0, 5),
    );
    // The answer of a turn says it too.
    const chosen = refusal.code.startsWith('provider.') && isChosen?.(refusal.agent) === true;
    const text = chosen ? `${sat} ${modelWayBack[lang](nameOf(refusal.agent))}` : sat;
    return { text, performative: 'refuse', inReplyTo: state.events[messageId.electorate(refusal.round)] ?? state.root };
  },
  ended: (state) => ({ text: ended(state), performative: ENDINGS[state.phase] ?? 'inform', inReplyTo: state.root }),
  notice: (state, { id }) => {
    if (!id.startsWith('reopened')) return null;
    const cast = new Set(state.ballots.map(({ by }) => by)).size;
    return {
      text: voteReopened[state.lang](cast, voters(state).length),
      performative: 'inform',
      inReplyTo: state.events[messageId.poll(state.round, state.repolled)],
    };
  },
} satisfies Partial<Record<Say['what'], Speaker>>;

const titleOf = ({ plan, patch: agreed }: TaskState, step: string): string =>
  plainWords(stepNamed(plan?.plan ?? agreed?.plan, step)?.title ?? step, 80);
/** Where the plan in force was shown. */
const plannedIn = ({ events, round, plan }: TaskState) =>
  plan === null ? undefined : (events[messageId.plan(round, plan.hash)] ?? plan.event);

const ENDINGS: Partial<Readonly<Record<Phase, Performative>>> = {
  done: 'inform',
  partial: 'failure',
  failed: 'failure',
  cancelled: 'cancel',
};

function patch(state: TaskState, as: Say['as'], about: string | undefined): Words {
  const { lang, patch: agreed } = state;
  const diagnosis =
    state.diagnoses.findLast(({ by, step }) => by === as && (about === undefined || step === about)) ??
    state.diagnoses.findLast(({ by }) => by === as);
  const step = diagnosis?.step ?? agreed?.step ?? about ?? '';
  const cause = plainWords(diagnosis?.cause ?? '', 600);
  const command = diagnosis?.command ?? null;
  const inReplyTo = state.commands[step]?.result?.report ?? state.plan?.event;
  if (command === null || agreed === null)
    return { text: say.noPatch[lang](titleOf(state, step), cause), performative: 'inform', inReplyTo };
  const shown = command.type === 'shell' ? codeBlock(command.script) : commandWords(command, lang, true);
  return {
    text: say.patchSaid[lang](titleOf(state, step), cause, shown),
    performative: 'agree',
    inReplyTo,
    content: { kind: 'patch', of: agreed.of, step: agreed.step, hash: agreed.hash, plan: canonical(agreed.plan) },
  };
}

/** A plan is given up for a new one: why, and at which step. */
function failure(state: TaskState, about: string | undefined): string {
  const { lang, commands, works, setback } = state;
  const step = setback?.step ?? about;
  const command = step === undefined ? undefined : commands[step];
  if (step !== undefined && command !== undefined) {
    const now =
      command.state === 'refused' || command.state === 'stopped' || command.state === 'unknown'
        ? command.state
        : 'failed';
    return say.stepFailed[lang](
      titleOf(state, step),
      say.failureWhy[lang](now, command.result?.why, command.result?.exitCode),
      command.attempt,
    );
  }
  if (step !== undefined)
    return say.stepFailed[lang](titleOf(state, step), say.workFailed[lang](), works[step]?.tries ?? 1);
  return say.newPlanNeeded[lang](setback === null ? '' : setbackWhy[setback.why][lang]());
}

/** Made by code of what the steps brought, when nobody could write. */
function plainReport(state: TaskState): string {
  const { lang } = state;
  const lines = evidenceNow(state).map(({ step, output }) => {
    const now =
      step.kind === 'command'
        ? (state.commands[stepId(step)]?.state ?? 'waiting')
        : (state.works[stepId(step)]?.state ?? 'waiting');
    const head = `- ${STEP_MARK[now]} **${plainWords(step.title, 120)}**`;
    const shown = output.trim().slice(-OUTPUT_CHARACTERS).toWellFormed();
    return shown === '' ? head : `${head}\n\n${step.kind === 'command' ? codeBlock(shown) : quotedWords(shown)}\n`;
  });
  return say.plainReport[lang](lines);
}

function ended(state: TaskState): string {
  const { lang, phase, no, ending } = state;
  const why = ending === null ? '' : taskEnding[ending][lang]();
  const over = ENDED.has(phase) ? phase : (state.outcome ?? 'failed');
  return [taskEnded[lang](no, shownPhase({ phase: over, ending }), why), ...shortLines({ ...state, phase: over })].join(
    '\n',
  );
}
