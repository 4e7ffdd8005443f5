import type { AgentId, EventId, UserId } from '../../bridge/protocol/ids.ts';
import { commandCount, Plan, type PlanHash, planRisk } from '../../bridge/protocol/plan.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { orderWords } from '../../bridge/protocol/orders/order-words.ts';
import { parseChoose } from '../../bridge/protocol/orders/task-order.ts';
import { type Ballot, countVotes, votersOf } from '../../bridge/protocol/tasks/voting.ts';
import { canonicalHash } from '../../bridge/digest/canonical.ts';
import { ballotIn, isAnswerFor, responseIn } from './poll-papers.ts';
import { actIn, agentOf, messageIn, type SaidAct, type TaskThread } from './task-acts.ts';

export type VoteRefusal = 'decision' | 'electorate' | 'proposal' | 'ballot' | 'choice' | 'tap' | 'recount';

/** What was decided, found again from what it names. */
export interface Decided {
  readonly event: EventId;
  readonly at: number;
  readonly round: number;
  readonly rule: 'vote' | 'choice' | 'alone';
  readonly electorate: ReadonlySet<AgentId>;
  readonly winner: PlanHash;
  readonly plan: Plan;
}

/**
 * Counts a decision again from the events that it names: the coordinator's word alone decides nothing.
 * One event that is not as it has to be, and none of it counts.
 */
export function judgeDecision(thread: TaskThread, id: EventId, masters: ReadonlySet<UserId>): Decided | VoteRefusal {
  const decision = actIn(thread, id, 'decision');
  if (decision === null || decision.by !== thread.coordinator) return 'decision';
  const { round, rule, winner } = decision.content;
  const electorate = electorateOf(thread, decision);
  if (electorate === null) return 'electorate';
  const candidates = candidatesOf(thread, decision, electorate);
  const plan = candidates?.get(winner);
  if (candidates === null || plan === undefined) return 'proposal';
  const refusal = judgeRule(thread, decision, { electorate, candidates, masters });
  return refusal ?? { event: id, at: decision.at, round, rule, electorate, winner, plan };
}

interface Election {
  readonly electorate: ReadonlySet<AgentId>;
  /** In the order in which the decision names them, equal plans once. */
  readonly candidates: ReadonlyMap<PlanHash, Plan>;
  readonly masters: ReadonlySet<UserId>;
}

function judgeRule(thread: TaskThread, decision: SaidAct<'decision'>, election: Election): VoteRefusal | null {
  switch (decision.content.rule) {
    case 'vote':
      return recount(thread, decision, election);
    case 'choice':
      return chosen(thread, decision, election) === decision.content.winner ? null : 'choice';
    case 'alone':
      // Where one was asked, what it proposes is the plan; where more were, nobody is alone.
      return election.electorate.size === 1 && election.candidates.size === 1 ? null : 'electorate';
  }
}

function electorateOf(
  thread: TaskThread,
  { content }: SaidAct<'decision'>,
  id = content.electorate,
): ReadonlySet<AgentId> | null {
  const act = actIn(thread, id, 'electorate');
  if (act === null || act.by !== thread.coordinator || act.content.round !== content.round) return null;
  return new Set(act.content.agents);
}

/** Of whom the vote is counted: all that were asked, or those whom the coordinator says to be left of them. */
function votersIn(
  thread: TaskThread,
  decision: SaidAct<'decision'>,
  electorate: ReadonlySet<AgentId>,
): ReadonlySet<AgentId> | null {
  const { voters } = decision.content;
  if (voters === undefined) return electorate;
  const left = electorateOf(thread, decision, voters);
  const counted = left === null ? null : votersOf([...electorate], [...left]);
  return counted === null ? null : new Set(counted);
}

function candidatesOf(
  thread: TaskThread,
  { content }: SaidAct<'decision'>,
  electorate: ReadonlySet<AgentId>,
): ReadonlyMap<PlanHash, Plan> | null {
  const candidates = new Map<PlanHash, Plan>();
  const authors = new Set<AgentId>();
  for (const id of content.proposals) {
    const act = actIn(thread, id, 'proposal');
    const author = voter(thread, act, content.round, electorate, authors);
    const plan = act === null ? null : planOfVote(act.content);
    if (act === null || author === null || plan === null) return null;
    authors.add(author);
    candidates.set(act.content.hash, plan);
  }
  return candidates;
}

/** Of the electorate, in this round, for the first time; null otherwise. */
function voter(
  thread: TaskThread,
  act: SaidAct<'proposal'> | SaidAct<'ballot'> | null,
  round: number,
  electorate: ReadonlySet<AgentId>,
  before: ReadonlySet<AgentId>,
): AgentId | null {
  const agent = act === null ? null : agentOf(act.by, thread.coordinator);
  return agent !== null && act?.content.round === round && electorate.has(agent) && !before.has(agent) ? agent : null;
}

/** The plan that an act holds; null where it is none, or another than its hash says. */
export function planOfVote({ plan, hash }: { readonly plan: string; readonly hash: PlanHash }): Plan | null {
  try {
    const parsed = Plan.safeParse(JSON.parse(plan));
    return parsed.success && canonicalHash(parsed.data) === hash ? parsed.data : null;
  } catch {
    return null;
  }
}

function recount(thread: TaskThread, decision: SaidAct<'decision'>, election: Election): VoteRefusal | null {
  const { content } = decision;
  const { candidates } = election;
  const electorate = votersIn(thread, decision, election.electorate);
  if (electorate === null) return 'electorate';
  const ballots = new Map<AgentId, Ballot>();
  for (const id of content.ballots) {
    const act = ballotIn(thread, id);
    const by = voter(thread, act, content.round, electorate, new Set(ballots.keys()));
    if (act === null || by === null) return 'ballot';
    ballots.set(by, { by, ranking: act.content.ranking });
  }
  const tap = content.tap === undefined ? undefined : tapped(thread, content.tap, election);
  if (tap === null) return 'tap';
  const count = countVotes({
    electorate: [...electorate],
    candidates: [...candidates].map(([hash, plan]) => ({ hash, risk: planRisk(plan), commands: commandCount(plan) })),
    ballots: [...ballots.values()],
    master: tap,
  });
  return count.kind === 'won' && count.winner === content.winner ? null : 'recount';
}

function chosen(
  thread: TaskThread,
  { content }: SaidAct<'decision'>,
  { candidates, masters }: Election,
): PlanHash | null {
  const message = content.choice === undefined ? null : messageIn(thread, content.choice);
  if (message === null || !masters.has(message.sender)) return null;
  const choice = parseChoose(orderWords(message) ?? '');
  if (choice?.kind !== 'choice' || !isAbout(message, choice.task, thread, content.proposals)) return null;
  return [...candidates.keys()][choice.index] ?? null;
}

/**
 * In the task's thread, or with its number. With neither, in the room itself, it means the only task that could be
 * chosen for: which one that is, the coordinator says, so it counts only for plans that were there to be seen.
 */
function isAbout(
  message: MessageEvent,
  task: number | null,
  thread: TaskThread,
  proposals: readonly EventId[],
): boolean {
  if (message.thread === thread.root || task !== null) return true;
  return (
    message.thread === undefined &&
    proposals.every((id) => (messageIn(thread, id)?.at ?? Number.POSITIVE_INFINITY) <= message.at)
  );
}

/** What a master's response says in a poll that the coordinator opened in this thread; its answers are how the hashes begin. */
function tapped(thread: TaskThread, id: EventId, { masters, candidates }: Election): PlanHash | null {
  const response = responseIn(thread, id);
  if (response === null || !masters.has(response.sender)) return null;
  const [answer = ''] = response.answers;
  return [...candidates.keys()].find((hash) => isAnswerFor(answer, hash)) ?? null;
}
