import { countVotes, type CountedBy } from '../../../bridge/protocol/tasks/voting.ts';
import * as say from '../../../bridge/text/tasks/task-thread.ts';
import { countedByWord } from '../../../bridge/text/tasks/task-words.ts';
import { pairAgreed, pairCalled, settledEarly } from '../../../bridge/text/tasks/judgement-words.ts';
import { planFile, planPictureFile } from '../../../bridge/text/tasks/task-results.ts';
import { type Plan, type PlanHash, planRisk } from '../../../bridge/protocol/plan.ts';
import { listEntry } from '../../../bridge/text/list-entry.ts';
import { lackLines } from './lack-lines.ts';
import { plainWords } from '../../../bridge/matrix/markdown-words.ts';
import { messageId } from '../state/message-ids.ts';
import { electionOf, labelled, labelOf, placeOf } from '../plan/plan-labels.ts';
import { drawPlan } from '../picture/plan-picture.ts';
import { MAX_ANSWERS, pollEnd, pollResponse } from './poll-content.ts';
import { askedUntil, callOf } from './saying-facts.ts';
import type { SayingFacts, Speaker, Words } from './saying-shape.ts';
import { voters } from '../state/seats.ts';
import { type AgentId, EXECUTOR_ID } from '../../../bridge/protocol/ids.ts';
import type { Say, TaskState } from '../state/task-state.ts';
import { planSummary, stepList } from './step-words.ts';

/** What is said from the call for proposals until the plan stands, but for the plans themselves; null where it is over by the time that it is said. */
export const roundSpeakers = {
  electorate: (state, { id, about }, { nameOf }) => {
    const { lang, round, no, electorate } = state;
    const names = electorate.map(nameOf);
    const content =
      electorate.length === 0 ? {} : { content: { kind: 'electorate' as const, round, agents: electorate } };
    if (about === 'pair')
      return { text: pairAgreed[lang](names.join(', ')), performative: 'cfp', inReplyTo: state.root, ...content };
    if (id !== messageId.electorate(round))
      return { text: say.electorateLess[lang](names), performative: 'cfp', inReplyTo: state.root, ...content };
    const pair = state.pair ?? [];
    const until = askedUntil(state, ['triage', 'propose']);
    const ms = until === undefined ? undefined : Math.max(0, until - state.since);
    const text = [
      say.electorateCalled[lang]({
        no,
        mission: plainWords(state.mission, 300),
        names,
        votesOnly: pair.length > 0 ? [] : electorate.filter((agent) => votesOnly(state, agent)).map(nameOf),
        round: round - state.firstRound,
        ms,
      }),
      ...(pair.length > 0 ? [pairCalled[lang](pair.map(nameOf).join(', '))] : []),
      ...lackLines(state),
    ].join('\n');
    return { text, performative: 'cfp', inReplyTo: state.root, replyBy: until, ...content };
  },
  voters: (state, _say, { nameOf }) => {
    const { lang, round } = state;
    const counted = voters(state);
    const text = say.votersLeft[lang](
      state.electorate.filter((agent) => !counted.includes(agent)).map(nameOf),
      counted.length,
    );
    return {
      text,
      performative: 'inform',
      inReplyTo: callOf(state),
      content: { kind: 'electorate', round, agents: [...counted] },
    };
  },
  critique: (state, { as }) => {
    const { lang, round } = state;
    const mine = state.objections.filter(({ by }) => by === as);
    const lines = labelled(state).flatMap(({ label, proposal }) =>
      mine
        .filter(({ of }) => of === proposal.hash)
        .map(({ step, text }) =>
          say.objection[lang](label, say.stepNumber[lang](placeOf(proposal.plan, step)), plainWords(text, 600)),
        ),
    );
    return {
      text: say.objections[lang](lines),
      performative: 'inform',
      content: {
        kind: 'critique',
        round,
        objections: mine.slice(0, 100).map(({ of, step, text }) => ({ of, step, text })),
      },
      inReplyTo: callOf(state),
    };
  },
  // Only of tasks that an earlier version has left on their way: a ballot is its own vote in the poll.
  'poll-vote': (state, { as }) => {
    const first = state.ballots.find(({ by }) => by === as)?.ranking[0] ?? null;
    const text = say.pollVote[state.lang](first === null ? null : labelOf(state, first));
    const poll = pollOf(state);
    return {
      text,
      performative: 'inform',
      inReplyTo: poll,
      poll: poll === undefined ? null : pollResponse(poll, first, text),
    };
  },
  'poll-end': (state, { id }) => {
    const text = say.pollClosed[state.lang](state.no);
    // Its own, which need not be the one that is open now.
    const poll = state.events[id.replace('poll-end', 'poll')];
    return { text, performative: 'inform', inReplyTo: poll, poll: poll === undefined ? null : pollEnd(poll, text) };
  },
  ballot: (state, { as }) => {
    const { lang, round } = state;
    const { ranking, reason } = state.ballots.find(({ by }) => by === as) ?? { ranking: [], reason: '' };
    const text = say.ballotSaid[lang](
      ranking.map((hash) => labelOf(state, hash)),
      plainWords(reason, 80),
    );
    const poll = pollOf(state);
    return {
      text,
      performative: 'inform',
      content: { kind: 'ballot', round, ranking, reason },
      inReplyTo: poll,
      // A vote in the poll, which no client shows as a message: `ballots` shows them all in one.
      poll: poll === undefined ? null : pollResponse(poll, ranking[0] ?? null, text),
    };
  },
  ballots: (state, _say, facts) => ({
    text: ballotsSeen(state, facts),
    performative: 'inform',
    inReplyTo: pollOf(state),
  }),
  decision: (state, _say, facts) => decision(state, facts),
  plan: (state, _say, { nameOf }) => {
    const { lang, no } = state;
    if (state.plan === null) return null;
    const { plan, authors } = state.plan;
    const text = [
      say.planHead[lang](plainWords(plan.goal, 400), authors.map(nameOf)),
      ...stepList(plan, lang, nameOf, true),
      '',
      `${planSummary(plan, lang)}${asksFirst(plan) ? `. ${say.planAsks[lang](plainWords(nameOf(EXECUTOR_ID)))}` : ''}`,
    ].join('\n');
    const picture = {
      name: planPictureFile[lang](no),
      mediaType: 'image/png',
      read: () => drawPlan(plan, { lang, nameOf }),
    };
    return {
      text,
      performative: 'inform',
      inReplyTo: state.plan.event ?? state.events[messageId.decision(state.round, state.decision?.rule ?? 'vote')],
      attachments: [picture],
      fileName: planFile[lang](no),
    };
  },
  question: (state, _say, facts) => question(state, facts),
} satisfies Partial<Record<Say['what'], Speaker>>;

const pollOf = ({ events, round, repolled }: TaskState) => events[messageId.poll(round, repolled)];

/** The others are asked for plans, and it is not. */
function votesOnly({ asks, proposals, refusals, round }: TaskState, agent: AgentId): boolean {
  const plans = asks.filter(({ kind }) => kind === 'propose');
  return (
    plans.length > 0 &&
    !plans.some((ask) => ask.agent === agent) &&
    !proposals.some(({ authors }) => authors.includes(agent)) &&
    !refusals.some((one) => one.round === round && one.agent === agent)
  );
}

function ballotsSeen(state: TaskState, { nameOf, ownerTitle }: SayingFacts): string {
  const { lang, ballots, tap } = state;
  const electorate = voters(state);
  const words = say.ballotsCounted;
  const letters = (ranking: readonly PlanHash[]) =>
    ranking.length === 0 ? words.abstains[lang]() : ranking.map((hash) => labelOf(state, hash)).join(' > ');
  const cast = electorate.flatMap((agent) => ballots.filter(({ by }) => by === agent).slice(0, 1));
  return [
    words.title[lang](cast.length, electorate.length),
    ...cast.map(({ by, ranking, reason }) =>
      listEntry(`${nameOf(by)} **${letters(ranking)}**`, plainWords(reason, 38)),
    ),
    ...(tap === null ? [] : [listEntry(`${ownerTitle} **${letters([tap])}**`)]),
    ...(state.settled === true && cast.length < electorate.length
      ? [settledEarly[lang](electorate.length - cast.length)]
      : []),
    '',
    ...labelled(state).map(({ label, proposal }) =>
      words.author[lang](label, plainWords(proposal.plan.goal, 120), proposal.authors.map(nameOf)),
    ),
  ].join('\n');
}

const isCountedBy = (word: string): word is CountedBy => Object.hasOwn(countedByWord, word);

/** Names all with which everybody can count again: one event for each plan, in the order of the letters. */
function decision(state: TaskState, { nameOf }: SayingFacts): Words | null {
  const { lang, round, decision: made, events, proposals } = state;
  const winner = proposals.find(({ hash }) => hash === made?.winner);
  const called = callOf(state);
  if (made === null || winner === undefined) return null;
  const facts = {
    label: labelOf(state, made.winner),
    goal: plainWords(winner.plan.goal, 300),
    rule: made.rule,
    countedBy: isCountedBy(made.countedBy) ? made.countedBy : null,
    by: winner.authors.map(nameOf),
  };
  const text = [say.decided[lang](facts), ...(made.rule === 'vote' ? tally(state) : [])].join('\n');
  const said = labelled(state).flatMap(({ proposal }) => proposal.events.slice(0, 1));
  const ballots = voters(state).flatMap(
    (agent) => state.ballots.find(({ by }) => by === agent)?.event ?? events[messageId.ballot(round, agent)] ?? [],
  );
  const words = { text, performative: 'accept-proposal' as const, inReplyTo: winner.events[0] };
  if (called === undefined || said.length === 0) return words;
  const left = made.rule === 'vote' ? events[messageId.voters(round)] : undefined;
  return {
    ...words,
    content: {
      kind: 'decision',
      round,
      rule: made.rule,
      winner: made.winner,
      electorate: called,
      ...(left === undefined ? {} : { voters: left }),
      proposals: said.slice(0, MAX_ANSWERS),
      ballots: made.rule === 'vote' ? ballots : [],
      ...(made.choice === undefined ? {} : { choice: made.choice }),
      ...(made.rule === 'vote' && state.tapEvent !== null ? { tap: state.tapEvent } : {}),
    },
  };
}

/** A line for each round of the count: `A 3 · B 2`. */
function tally(state: TaskState): readonly string[] {
  const count = countVotes(electionOf(state));
  if (count.kind !== 'won') return [];
  return count.rounds.map(
    (votes, i) =>
      `${count.rounds.length === 1 ? '' : `${i + 1}. `}${[...votes]
        .toSorted(([, a], [, b]) => b - a)
        .map(([hash, n]) => `${labelOf(state, hash)} ${n}`)
        .join(' · ')}`,
  );
}

function question(state: TaskState, { ownerTitle }: SayingFacts): Words | null {
  const { lang, plan, commands } = state;
  if (state.question === null) return null;
  const steps = Object.entries(commands)
    .filter(([, { state: now }]) => now === 'unknown')
    .map(
      ([id]) =>
        `**${plainWords(plan?.plan.steps.find((step) => step.kind === 'command' && step.command.id === id)?.title ?? id)}**`,
    );
  const cast = new Set(state.ballots.map(({ by }) => by)).size;
  const text = say.questionWords[state.question.kind][lang]({
    owner: ownerTitle,
    cast,
    electorate: voters(state).length,
    labels: labelled(state).map(({ label }) => label),
    steps,
  });
  const until = Object.entries(state.timers).find(([id]) => id.startsWith('until.question'))?.[1];
  return { text, performative: 'query-ref', inReplyTo: state.root, replyBy: until ?? state.deadline };
}

/** By the rules of a fresh house; where everything asks, the executor says so itself. */
const asksFirst = (plan: Plan): boolean => ['host', 'network'].includes(planRisk(plan));
