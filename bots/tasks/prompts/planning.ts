import { stepId } from '../../../bridge/protocol/plan.ts';
import { candidatesFor } from '../plan/candidates.ts';
import { evidenceOf } from '../plan/evidence.ts';
import type { LabelledProposal } from '../plan/plan-labels.ts';
import type { Ask } from '../state/ask.ts';
import type { TaskState } from '../state/task-state.ts';
import { estimateTokens } from '../../models/token-estimate.ts';
import type { AskFacts } from './facts.ts';
import { filesSent } from './files.ts';
import { planGuide } from './plan-guide.ts';
import { lackNote, meansHere } from './means.ts';
import { briefJson, clipped, quoted } from './quoted.ts';
import { changeWanted } from './revision.ts';
import { JSON_ONLY, timeLine } from './system.ts';

/** Of all files together, the same in every phase until a plan has won. */
const FILE_TOKENS = 8_000;

/**
 * What every phase until one plan has won begins with, letter for letter: the house and its means, the mission, its
 * files. Providers charge a tenth for a beginning that they know from the call before. `room`: tokens for material.
 */
export function sharedBeginning(state: TaskState, facts: AskFacts, room: number): string {
  const files = filesSent(facts.files ?? [], Math.min(FILE_TOKENS, room / 4));
  return [
    'What plans are made of, the mission and its files come first; what is asked of you now stands at the end.',
    planGuide(facts),
    meansHere(facts),
    `The mission:\n${quoted('mission', clipped(state.mission, room / 4))}`,
    ...[facts.remembered ?? '', files].filter((part) => part !== ''),
  ].join('\n\n');
}

export function triagePrompt(state: TaskState, facts: AskFacts): string {
  return `The mission has just come in. Say what it is about.

"goal": what is wanted, in one or two sentences. "checks": one to five things by which one will see that it is reached. "plain": true only when the mission is so simple and harmless that one agent alone can plan it (looking something up, listing, one short text); false when in doubt. "cannot": what the mission asks for and cannot be done here, each in a few words of the mission's language; mostly empty. ${lackNote(state)}

${timeLine(facts)} ${JSON_ONLY} {"goal":text,"checks":[text],"plain":true|false,"cannot":[text]}`;
}

export function proposePrompt(state: TaskState, facts: AskFacts, room: number): string {
  return [
    ...soFar(state, room),
    'Propose a plan for the mission. You do not see the plans of the others; the best one will win a vote.',
    `Make the plan as short as the mission allows, so that a person understands it at a glance; titles and reasons in the language of the mission. Where you have the tool web_search, look up first what the mission needs to know, and write the figures that you found, with their sources, into the files of the plan: who carries it out searches nothing. What cannot be done with these means, do not pretend to do: prepare what helps the owner to do it (a text, a file), and say in the titles that it is prepared, not done. A file that the mission asks for stands in the "artifacts" of the command that makes it, under the name that the mission gives it. ${lackNote(state)} ${timeLine(facts)} ${JSON_ONLY} {"goal":text,"steps":[...]}`,
  ].join('\n\n');
}

/** Tokens for material: of what the phases share, and what is left beside their beginning. */
interface Room {
  readonly shared: number;
  readonly left: number;
}

export function critiquePrompt(state: TaskState, { agent }: Ask, facts: AskFacts, room: Room): readonly string[] {
  return [
    material(state, candidatesFor(state, agent), room),
    `Criticise these proposals for the mission. Nobody is told whose they are. Look for what will fail, what is dangerous, what misses the goal, what is not checked. Every objection names the proposal and the step that it is about. No praise; an empty list if there is nothing to object to.

${timeLine(facts)} ${JSON_ONLY} {"objections":[{"of":"A","step":"id-of-the-step","text":text}]}`,
  ];
}

export function votePrompt(state: TaskState, { agent }: Ask, facts: AskFacts, room: Room): readonly string[] {
  const candidates = candidatesFor(state, agent);
  const labels = new Map(candidates.map(({ label, proposal }) => [proposal.hash, label] as const));
  const objections = state.objections
    .map(({ of, step, text }) => `${labels.get(of) ?? '?'} / ${step}: ${text}`)
    .join('\n');
  return [
    material(state, candidates, room),
    `${objections === '' ? 'There were no objections.' : `Objections to them:\n${quoted('objections', clipped(objections, room.left / 4))}`}

Vote. Rank the proposals that you would carry out, best first; leave out those that should not be carried out; an empty ranking is an abstention. Judge by whether the goal will be reached and can be checked, then by the least risk, then by the fewest commands. Nobody is told whose they are.

${timeLine(facts)} ${JSON_ONLY} {"ranking":["B","A"],"reason":"why, in one or two sentences"}`,
  ];
}

/** The same words for critique and vote. */
function material(state: TaskState, candidates: readonly LabelledProposal[], { shared, left }: Room): string {
  const before = soFar(state, shared).join('\n\n');
  const room = Math.max(0, left - estimateTokens(before));
  const each = Math.max(200, (room * 2) / 3 / Math.max(1, candidates.length));
  const plans = candidates.map(
    ({ label, proposal }) =>
      `Proposal ${label}:\n${quoted(`proposal ${label}`, clipped(briefJson(proposal.plan, 1_500), each))}`,
  );
  return [before, ...plans].join('\n\n');
}

const soFar = (state: TaskState, room: number): readonly string[] => [
  wanted(state, room / 8),
  ...earlierRound(state, (room * 3) / 8),
];

function wanted({ triage }: TaskState, room: number): string {
  if (triage === null) return 'Work out from the mission what would show that it is fulfilled.';
  return `What was made of it:\n${quoted('goal', clipped([triage.goal, ...triage.checks.map((check) => `- ${check}`)].join('\n'), room))}`;
}

/** On a later round: what was carried out before, what failed and why, and what the plan check turned down. */
function earlierRound(state: TaskState, room: number): readonly string[] {
  const { round, firstRound, revision, earlier, refusals } = state;
  if (round === 0) return [];
  const each = Math.max(200, room / 8);
  const tried = earlier.flatMap((plan) => [
    quoted(`earlier plan ${plan.round}`, clipped(briefJson(plan.plan, 400), each)),
    ...evidenceOf(plan)
      .filter(({ state }) => !UNTOUCHED.has(state))
      .slice(0, 3)
      .map(({ step, state, exitCode, why, output }) => {
        const how = [state, exitCode === undefined ? '' : `exit code ${exitCode}`, why ?? '']
          .filter((word) => word !== '')
          .join(', ');
        return quoted(`what failed, ${stepId(step)}`, `${how}\n${clipped(output, each)}`);
      }),
    ...(plan.why ?? []).slice(0, 4).map((why) => quoted('why it was given up', clipped(why, each))),
  ]);
  const unfit = refusals.flatMap(({ code, faults, round: of }) =>
    code === 'plan' && of >= firstRound
      ? faults.map(({ field, problem, detail }) => `- ${field}: ${problem} ${detail ?? ''}`)
      : [],
  );
  const again =
    'This is not the first attempt: what was tried did not reach the goal. The workspace still holds what it left. Do not propose the same again; get around what failed.';
  return [
    ...(revision !== undefined && round === firstRound ? [] : [again]),
    ...tried,
    ...changeWanted(state, room / 4),
    ...(unfit.length === 0 ? [] : [quoted('faults of plans that were turned down', clipped(unfit.join('\n'), each))]),
  ];
}

const UNTOUCHED: ReadonlySet<string> = new Set(['waiting', 'done']);
