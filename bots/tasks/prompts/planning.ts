import { stepId } from '../../../bridge/protocol/plan.ts';
import { type Candidate, candidatesFor } from '../candidates.ts';
import { evidenceOf } from '../evidence.ts';
import type { Ask, TaskState } from '../state.ts';
import type { AskFacts } from './facts.ts';
import { planGuide } from './plan-guide.ts';
import { briefJson, clipped, quoted } from './quoted.ts';
import { JSON_ONLY } from './system.ts';

/** The questions until one plan has won. `room`: tokens for material. */
export function triagePrompt({ mission }: TaskState, room: number): string {
  return `A new mission has come in. Say what it is about.

${quoted('mission', clipped(mission, room))}

"goal": what is wanted, in one or two sentences. "checks": one to five things by which one will see that it is reached. "plain": true only when the mission is so simple and harmless that one agent alone can plan it (looking something up, listing, one short text); false when in doubt.

${JSON_ONLY} {"goal":text,"checks":[text],"plain":true|false}`;
}

export function proposePrompt(state: TaskState, facts: AskFacts, room: number): string {
  return [
    'Propose a plan for this mission. You do not see the plans of the others; the best one will win a vote.',
    quoted('mission', clipped(state.mission, room / 2)),
    wanted(state),
    ...earlierRound(state, room / 2),
    planGuide(facts),
    `Make the plan as short as the mission allows, so that a person understands it at a glance; titles and reasons in the language of the mission. What cannot be done with these means, do not pretend to do. ${JSON_ONLY}`,
  ].join('\n\n');
}

export function critiquePrompt(state: TaskState, { agent }: Ask, room: number): string {
  return `Criticise these proposals for the mission. Nobody is told whose they are. Look for what will fail, what is dangerous, what misses the goal, what is not checked. Every objection names the proposal and the step that it is about. No praise; an empty list if there is nothing to object to.

${material(state, candidatesFor(state, agent), room)}

${JSON_ONLY} {"objections":[{"of":"A","step":"id-of-the-step","text":text}]}`;
}

export function votePrompt(state: TaskState, { agent }: Ask, room: number): string {
  const candidates = candidatesFor(state, agent);
  const labels = new Map(candidates.map(({ label, proposal }) => [proposal.hash, label] as const));
  const objections = state.objections.map(({ of, step, text }) => `${labels.get(of) ?? '?'} / ${step}: ${text}`).join('\n');
  return `Vote. Rank the proposals that you would carry out, best first; leave out those that should not be carried out; an empty ranking is an abstention. Judge by whether the goal will be reached and can be checked, then by the least risk, then by the fewest commands. Nobody is told whose they are.

${material(state, candidates, (room * 3) / 4)}

${objections === '' ? 'There were no objections.' : quoted('objections', clipped(objections, room / 4))}

${JSON_ONLY} {"ranking":["B","A"],"reason":"why, in one or two sentences"}`;
}

function material(state: TaskState, candidates: readonly Candidate[], room: number): string {
  const each = Math.max(200, (room * 3) / 4 / Math.max(1, candidates.length));
  const plans = candidates.map(({ label, proposal }) => `Proposal ${label}:\n${quoted(`proposal ${label}`, clipped(briefJson(proposal.plan, 1_500), each))}`);
  return [quoted('mission', clipped(state.mission, room / 4)), wanted(state), ...plans].join('\n\n');
}

function wanted({ triage }: TaskState): string {
  if (triage === null) return 'Work out from the mission what would show that it is fulfilled.';
  return `What was made of it:\n${quoted('goal', [triage.goal, ...triage.checks.map((check) => `- ${check}`)].join('\n'))}`;
}

/** On a later round: what was tried, what failed and why. */
function earlierRound(state: TaskState, room: number): readonly string[] {
  if (state.round === 0) return [];
  const each = Math.max(200, room / 8);
  const failed = evidenceOf(state)
    .filter(({ step, state: now }) => step.kind === 'command' && !['waiting', 'done'].includes(now))
    .map(({ step, state: now, exitCode, why, output }) => quoted(`step ${stepId(step)}`, `${briefJson(step, 400)}\n${now}${exitCode === undefined ? '' : `, exit code ${exitCode}`}${why === undefined ? '' : `, ${why}`}\n${clipped(output, each)}`));
  const causes = state.diagnoses.map(({ step, cause }) => quoted(`diagnosis of ${step}`, clipped(cause, each)));
  const verdict = state.verdict !== null && !state.verdict.holds ? [quoted('verdict', clipped(state.verdict.why, each))] : [];
  return ['An earlier plan did not reach the goal. The workspace still holds what it left. Do not propose the same again; get around what failed:', ...failed.slice(-4), ...causes.slice(-4), ...verdict];
}
