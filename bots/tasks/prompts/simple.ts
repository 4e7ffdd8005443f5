import { stepId } from '../../../bridge/protocol/plan.ts';
import { candidatesFor } from '../plan/candidates.ts';
import { evidenceNow } from '../plan/evidence.ts';
import { failedStep } from '../plan/failed-step.ts';
import { simpleFile } from '../plan/simple-plan.ts';
import type { Ask, AskKind } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import type { AskFacts } from './facts.ts';
import { filesSent } from './files.ts';
import { briefJson, clipped, quoted } from './quoted.ts';
import { missionNow } from './revision.ts';

/** Tokens of material in one question: small models lose what they were asked behind more. */
const MATERIAL = 400;
const FILES = 600;
const MAX_LINES = 8;
const LINE = { shortest: 3, longest: 120 } as const;

/** Lines of what the steps have brought, to be quoted by choosing one. */
export function quotableLines(state: TaskState): readonly { readonly step: string; readonly quote: string }[] {
  const lines = evidenceNow(state).flatMap(({ step, output }) =>
    output
      .slice(0, 4_000)
      .split('\n')
      .map((line) => line.trim())
      .filter(({ length }) => length >= LINE.shortest && length <= LINE.longest)
      .map((quote) => ({ step: stepId(step), quote })),
  );
  const seen = new Set<string>();
  return lines.filter(({ quote }) => !seen.has(quote) && seen.add(quote)).slice(0, MAX_LINES);
}

/** One thing at a time, in few words, with nothing that the answer does not need. */
export function simplePrompt(
  state: TaskState,
  ask: Ask,
  kind: Exclude<AskKind, 'work' | 'report'>,
  facts: AskFacts,
): readonly string[] {
  const files = filesSent(facts.files ?? [], FILES);
  const beginning = [
    `The mission:\n${missionNow(state, MATERIAL)}`,
    ...[facts.remembered ?? '', files].filter((part) => part !== ''),
  ].join('\n\n');
  return [beginning, `${question(state, ask, kind)} Answer with one JSON object and nothing else.`];
}

function question(state: TaskState, ask: Ask, kind: Exclude<AskKind, 'work' | 'report'>): string {
  switch (kind) {
    case 'triage':
      return 'Say in one sentence what is wanted ("goal"), and by what one will see that it is done ("checks"). "plain" is true if it is so simple that one agent is enough. {"goal":text,"checks":[text],"plain":true|false}';
    case 'propose': {
      const file = simpleFile(state);
      return file === undefined
        ? 'Say in one or two short sentences what you will write or work out for it, and in which order. {"title":text,"steps":[text]}'
        : `Write the file ${JSON.stringify(file)} that it asks for: "content" is the whole text of the file, ready to use. "title": what it is, in a few words. {"title":text,"content":text}`;
    }
    case 'critique':
      return `${plans(state, ask)}\n\nWhat is wrong with one of them? Name it and say it in one sentence; leave the list empty if nothing is. {"objections":[{"of":"A","text":text}]}`;
    case 'vote':
      return `${plans(state, ask)}\n\nWhich of them does best what the mission asks for? The best one first. {"ranking":["A"],"reason":text}`;
    case 'verify':
      return `${brought(state)}\n\nIs that what the mission asks for? "holds" is true only if it is. "quote": the line above that shows it. {"holds":true|false,"why":text,"quote":text}`;
    case 'diagnose':
      return `${quoted('what failed', clipped(briefJson(failedStep(state, ask) ?? {}, 400), MATERIAL))}\n\nWhy did it fail? {"cause":text}`;
  }
}

function plans(state: TaskState, { agent }: Ask): string {
  const candidates = candidatesFor(state, agent);
  const each = MATERIAL / Math.max(1, candidates.length / 2);
  return candidates
    .map(({ label, proposal }) => `Plan ${label}:\n${quoted(`plan ${label}`, clipped(wordsOf(proposal.plan), each))}`)
    .join('\n\n');
}

const wordsOf = ({ goal, steps }: ReturnType<typeof candidatesFor>[number]['proposal']['plan']): string =>
  [
    goal,
    ...steps.map((step) =>
      step.kind === 'work' ? `- ${step.instruction}` : `- ${step.title}: ${briefJson(step.command, 300)}`,
    ),
  ].join('\n');

function brought(state: TaskState): string {
  const all = evidenceNow(state).map(
    ({ step, state: how, output }) =>
      `${stepId(step)} (${how})\n${output.trim() === '' && step.kind === 'command' ? briefJson(step.command, 400) : output}`,
  );
  return `What was done:\n${quoted('what was done', clipped(all.join('\n\n'), MATERIAL))}`;
}
