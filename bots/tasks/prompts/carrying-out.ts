import { type Step, stepAfter, stepId } from '../../../bridge/protocol/plan.ts';
import { filesWanted, wantedNow } from '../plan/promised-files.ts';
import { type Evidence, evidenceNow } from '../plan/evidence.ts';
import { failedStep, proposedPatch } from '../plan/failed-step.ts';
import type { Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import type { AskFacts } from './facts.ts';
import { lackNote } from './means.ts';
import { commandGuide } from './plan-guide.ts';
import { briefJson, clipped, quoted } from './quoted.ts';
import { missionNow, reportOfRevision } from './revision.ts';
import { JSON_ONLY, timeLine } from './system.ts';

/** The questions while the winning plan is carried out. `room`: tokens for material. */
export function workPrompt(state: TaskState, ask: Ask, facts: AskFacts, room: number): string {
  const step = state.plan?.plan.steps.find((one) => stepId(one) === ask.step);
  const after = new Set<string>(step === undefined ? [] : stepAfter(step));
  const results = evidenceNow(state).filter((evidence) => after.has(stepId(evidence.step)));
  return [
    `Do one step of the plan that was agreed on. Your answer itself is the result: only the text, in Markdown, no words about yourself. If it cannot be done from what is here, answer with one line that begins with CANNOT: and says why.`,
    missionNow(state, room / 6),
    goal(state, room / 6),
    `Your step:\n${quoted('step', step?.kind === 'work' ? `${step.work}: ${step.title}\n${step.instruction}` : '')}`,
    results.length === 0
      ? 'It waits for no other step.'
      : `What the steps before it brought:\n\n${shown(results, (room * 2) / 3)}`,
    timeLine(facts),
  ].join('\n\n');
}

export function verifyPrompt(state: TaskState, facts: AskFacts, room: number): string {
  return [
    'Verify, as somebody who did not write the plan, whether the MISSION is fulfilled: every part of what it asks for, not only what the plan set out to do. A plan that was carried out whole and leaves out a part of the mission has not fulfilled it; what was only prepared, described or promised is not done. Believe only what you see in the outputs below, not what a plan or text claims. Every point you make has a quotation: letter for letter, from the output of the step that you name.',
    missionNow(state, room / 6),
    goal(state, room / 6),
    `The outcome of each step:\n\n${shown(evidenceNow(state), (room * 2) / 3)}`,
    deliverables(state),
    ...[lackNote(state)].filter((note) => note !== ''),
    `"holds" is true only if every check is met and all of the mission is done that can be done here. "missing": parts of the mission that are not done because nobody here can do them, each in a few words of the mission's language; empty where there are none. What could have been done and was not makes "holds" false instead. If the outputs do not show it, it is false and "why" says what is missing. ${timeLine(facts)} ${JSON_ONLY} {"holds":true|false,"why":text,"quotes":[{"step":"id","quote":"words from its output"}],"missing":[text]}`,
  ].join('\n\n');
}

export function diagnosePrompt(state: TaskState, ask: Ask, facts: AskFacts, room: number): string {
  const evidence = failedStep(state, ask);
  const id = evidence === undefined ? '' : stepId(evidence.step);
  const proposed = proposedPatch(state, ask.step);
  return [
    `A command of the plan failed. Find the cause. If this one command can be put right, give it anew: the same "id" (${JSON.stringify(id)}), the same "after", asking for no more than it did (no further folders, hosts or rights). If it cannot, give null: then a new plan is made.`,
    missionNow(state, room / 6),
    goal(state, room / 6),
    evidence === undefined ? 'Nothing is known of it.' : shown([evidence], room / 2),
    ...(proposed === null
      ? []
      : [
          `Another agent would run this instead. It runs only if you, who look at it anew, find it right and harmless: then "command" is "same". If not, give a better one or null.\n${quoted('proposed command', clipped(JSON.stringify(proposed), room / 4))}`,
        ]),
    commandGuide(facts),
    `${timeLine(facts)} ${JSON_ONLY} {"cause":"what went wrong, in one or two sentences","command":{...}${proposed === null ? '' : ' or "same"'} or null}`,
  ].join('\n\n');
}

export function reportPrompt(state: TaskState, facts: AskFacts, room: number): string {
  const verdict =
    state.verdict === null
      ? ''
      : `${state.verdict.holds ? 'The check was passed.' : 'The check was NOT passed.'}\n${state.verdict.why}`;
  return [
    'Write the one deliverable of this task from what was worked out: a report in Markdown. First the result itself, complete and usable (the list, the text, the answer; where a file was made, its name and what it does), then in a few lines how it came about, and plainly what failed or is missing. Use only what stands below; quote outputs in code blocks. Your answer is the report: nothing before or after it.',
    ...reportOfRevision(state),
    missionNow(state, room / 8),
    goal(state, room / 8),
    `What the steps brought:\n\n${shown(evidenceNow(state), (room * 2) / 3)}`,
    ...[lackNote(state)].filter((note) => note !== ''),
    verdict === '' ? 'Nobody has verified it.' : quoted('verdict', clipped(verdict, room / 12)),
    timeLine(facts),
  ].join('\n\n');
}

/** What there is to be had of it, by looking. */
function deliverables(state: TaskState): string {
  const files = Object.values(state.commands).flatMap(({ result }) =>
    (result?.artifacts ?? []).map(({ path, bytes }) => `- ${path} (${bytes} bytes)`),
  );
  const wanted = filesWanted(wantedNow(state)).map((name) => `- ${name}`);
  return [
    `Files that were handed over:\n${files.length === 0 ? '(none)' : quoted('files', files.slice(0, 60).join('\n'))}`,
    ...(wanted.length === 0
      ? []
      : [`Files that the mission asks for by name:\n${quoted('files asked for', wanted.join('\n'))}`]),
  ].join('\n');
}

function goal({ triage, plan }: TaskState, room: number): string {
  const lines = [triage?.goal ?? plan?.plan.goal ?? '', ...(triage?.checks ?? []).map((check) => `- ${check}`)];
  return quoted('goal and checks', clipped(lines.join('\n'), room));
}

function shown(all: readonly Evidence[], room: number): string {
  const each = Math.max(100, room / Math.max(1, all.length));
  return all
    .map(({ step, state, exitCode, why, output }) => {
      const how = [state, exitCode === undefined ? '' : `exit code ${exitCode}`, why ?? '']
        .filter((word) => word !== '')
        .join(', ');
      const said =
        output.trim() === '' ? '(no output)' : quoted(`output of ${stepId(step)}`, clipped(output, each / 2));
      return `${quoted(`step ${stepId(step)}`, clipped(brief(step), each / 2))}\nIt ended: ${how}.\n${said}`;
    })
    .join('\n\n');
}

const brief = (step: Step): string => briefJson(step, 1_000);
