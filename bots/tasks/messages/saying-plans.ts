import { canonical } from '../../../bridge/digest/canonical.ts';
import { plainWords, short } from '../../../bridge/matrix/markdown-words.ts';
import { commandCount, type Plan, planRisk } from '../../../bridge/protocol/plan.ts';
import type { Lang } from '../../../bridge/protocol/ids.ts';
import { planDiffers } from '../../../bridge/text/tasks/plan-words.ts';
import { plansFile } from '../../../bridge/text/tasks/task-results.ts';
import * as say from '../../../bridge/text/tasks/task-thread.ts';
import { riskWord } from '../../../bridge/text/tasks/task-words.ts';
import { differencesOf, type PlanDifference } from '../plan/plan-differences.ts';
import { labelled, type NameOf } from '../plan/plan-labels.ts';
import type { Say, TaskState } from '../state/task-state.ts';
import { MAX_ANSWER_CHARACTERS, MAX_ANSWERS, pollStart } from './poll-content.ts';
import { askedUntil, callOf } from './saying-facts.ts';
import { markdownFile, type Speaker } from './saying-shape.ts';
import { commandWords, planSummary, stepList } from './step-words.ts';

/** Letters of a proposal's aim: with its mark a line and a half of a phone. */
const GOAL = 70;
/** Of what tells a plan from the others in the poll. */
const SHOWN_DIFFERENCES = 3;

/** The plans that stand for election: two lines each, and all of them whole in one file beneath the poll. */
export const planSpeakers = {
  proposal: (state, { as, about }, { nameOf }) => {
    const { lang, round } = state;
    const proposal = state.proposals.find(
      ({ hash, authors }) => hash === about || (as !== null && authors.includes(as)),
    );
    if (proposal === undefined) return null;
    const { plan, hash, authors } = proposal;
    const [first] = authors;
    const text =
      first === undefined || as === null || first === as
        ? [say.proposalHead[lang](plainWords(plan.goal, GOAL)), planSummary(plan, lang)].join('\n')
        : say.samePlan[lang](nameOf(first));
    return {
      text,
      performative: 'propose',
      content: { kind: 'proposal', round, hash, plan: canonical(plan) },
      inReplyTo: callOf(state),
    };
  },
  poll: (state, _say, { nameOf }) => {
    const { lang, no } = state;
    const until = askedUntil(state, ['vote']);
    const options = optionsOf(state);
    const ms = until === undefined ? undefined : Math.max(0, until - state.since);
    const words = (escape: (text: string) => string): string =>
      say.pollWords[lang](
        no,
        options.map(({ text }) => escape(text)),
        ms,
      );
    const poll = pollStart(
      state.root,
      say.pollQuestion[lang](no, state.reopened),
      options,
      words((text) => text),
    );
    return {
      text: words(plainWords),
      performative: 'query-ref',
      inReplyTo: callOf(state),
      replyBy: until,
      poll,
      attachments: [markdownFile(plansFile[lang](no), plansWhole(state, nameOf))],
    };
  },
} satisfies Partial<Record<Say['what'], Speaker>>;

/** What can be tapped: the aim where the plans have different ones, and by what each is told from the others. */
function optionsOf(state: Pick<TaskState, 'lang' | 'proposals'>) {
  const plans = labelled(state).slice(0, MAX_ANSWERS);
  const differences = differencesOf(plans.map(({ proposal }) => proposal.plan));
  const goals = new Set(plans.map(({ proposal }) => bare(proposal.plan.goal)));
  return plans.map(({ label, proposal: { hash, plan } }, i) => ({
    hash,
    text: short(
      say.pollOption[state.lang](
        label,
        goals.size > 1 || plans.length === 1 ? short(plan.goal, 50) : null,
        differing(plan, differences[i] ?? [], state.lang),
      ),
      MAX_ANSWER_CHARACTERS,
    ),
  }));
}

const bare = (goal: string): string =>
  goal
    .normalize('NFC')
    .toLowerCase()
    .replace(/[\s.,!?]+/gu, '');

function differing(plan: Plan, differences: readonly PlanDifference[], lang: Lang): readonly string[] {
  if (differences.length === 0)
    return [planDiffers.commands[lang](commandCount(plan)), riskWord[planRisk(plan)][lang]()];
  return differences.slice(0, SHOWN_DIFFERENCES).map((one) => {
    switch (one.kind) {
      case 'risk':
        return riskWord[one.risk][lang]();
      case 'works':
      case 'commands':
        return planDiffers[one.kind][lang](one.count);
      case 'step':
        return one.ownTitle || one.step.kind === 'work'
          ? planDiffers.step[lang](short(one.step.title, 30))
          : short(commandWords(one.step.command, lang, false).replaceAll('`', ''), 40);
      case 'changes':
      case 'reads':
      case 'mail':
      case 'hosts':
      case 'tools':
      case 'files':
        return planDiffers[one.kind][lang](short(one.names.join(', '), 40));
    }
  });
}

/** Every plan with its steps, under its letter and without a name, for whoever wants to read them before he chooses. */
const plansWhole = (state: TaskState, nameOf: NameOf): string =>
  labelled(state)
    .map(({ label, proposal: { plan } }) =>
      [
        say.planInFile[state.lang](label, plainWords(plan.goal, 400)),
        '',
        ...stepList(plan, state.lang, nameOf, true),
        '',
        planSummary(plan, state.lang),
      ].join('\n'),
    )
    .join('\n\n');
