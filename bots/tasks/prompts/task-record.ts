import { stepId } from '../../../bridge/protocol/plan.ts';
import { CLEAN, type Taint } from '../../hands/rule-of-two.ts';
import { type CarriedOut, evidenceOf } from '../plan/evidence.ts';
import { lastVoteOf } from '../plan/last-vote.ts';
import { commandsOf, taintWith } from '../plan/plan-consents.ts';
import type { NameOf } from '../plan/plan-labels.ts';
import type { TaskState } from '../state/task-state.ts';
import { clipped, quoted } from './quoted.ts';

/**
 * What a finished task was and how it came about, for the one agent that answers a question about it. All of it is
 * material: the words of models and of what they have read. `room`: tokens. Pure.
 */
export function taskRecordFor(state: TaskState, nameOf: NameOf, room: number): string {
  const { no, mission, revision, phase, ending, verdict, report, tokens, costMicroUsd, began, since } = state;
  const facts = [
    `It ended as: ${phase}${ending === null ? '' : ` (${ending})`}.`,
    `It took ${Math.max(0, Math.round((since - began) / 1_000))} seconds${revision === undefined ? '' : ' (the last change)'}.`,
    `Tokens, all together: ${tokens.input + tokens.output}. Cost: ${(costMicroUsd / 1_000_000).toFixed(4)} US dollars.`,
  ];
  const parts = [
    `The owner asks about task #${no}, which stands above. Answer from its record, in a few lines and by yourself; what the record does not show you do not know: say so.`,
    quoted('mission', clipped(mission, room / 10)),
    ...(revision === undefined
      ? []
      : [
          `Since then ${revision.no} changes were wanted; the last one:\n${quoted('change', clipped(revision.words, room / 10))}`,
        ]),
    facts.join('\n'),
    quoted('vote', clipped(voteIn(state, nameOf), room / 4)),
    quoted('steps', clipped(stepsIn(state), room / 3)),
    ...(verdict === null
      ? []
      : [
          quoted(
            'check',
            clipped(
              `by ${verdict.by === null ? 'code' : nameOf(verdict.by)}: ${verdict.holds ? 'holds' : 'does not hold'}. ${verdict.why}`,
              room / 10,
            ),
          ),
        ]),
    ...(report === null ? [] : [quoted('report', clipped(report, room / 5))]),
  ];
  return parts.join('\n\n');
}

/** What is in it, for the rule of two. */
export const taintOfRecord = ({ plan, held }: TaskState): Taint =>
  plan === null ? (held ?? CLEAN) : taintWith(commandsOf(plan.plan), held ?? CLEAN);

function voteIn(state: TaskState, nameOf: NameOf): string {
  const vote = lastVoteOf(state);
  if (vote === undefined) return 'No plan was decided on.';
  const ranked = (labels: readonly string[]): string => (labels.length === 0 ? 'abstains' : labels.join(' > '));
  return [
    vote.rule === 'alone'
      ? 'One agent planned alone; nobody voted.'
      : `Plan ${vote.winner} won${vote.rule === 'choice' ? ' by the owner’s own choice' : ' the vote'}.`,
    ...vote.plans.map(({ label, goal, authors }) => `Plan ${label}, by ${authors.map(nameOf).join(', ')}: ${goal}`),
    ...vote.ballots.map(({ by, ranking, reason }) => `Ballot of ${nameOf(by)}: ${ranked(ranking)}. ${reason}`),
    ...vote.objections.map(({ by, of, text }) => `${nameOf(by)} objected to ${of}: ${text}`),
  ].join('\n');
}

function stepsIn({ plan, commands, works, earlier }: TaskState): string {
  const all: readonly CarriedOut[] = [...earlier, ...(plan === null ? [] : [{ plan: plan.plan, commands, works }])];
  return all
    .flatMap(evidenceOf)
    .map(({ step, state, exitCode, output }) => {
      const how = `${step.title} (${stepId(step)}): ${state}${exitCode === undefined ? '' : `, exit code ${exitCode}`}`;
      return output.trim() === '' ? how : `${how}\n${output.trim().slice(-1_500).toWellFormed()}`;
    })
    .join('\n\n');
}
