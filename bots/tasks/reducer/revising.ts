import type { AgentId, EventId } from '../../../bridge/protocol/ids.ts';
import { archived, closeUnbegun, newRun } from '../phases/ways-out.ts';
import { lastVoteOf } from '../plan/last-vote.ts';
import { lacksOf } from '../plan/promised-files.ts';
import { type Draft, windUpAt } from '../state/draft.ts';
import { integratorFirst } from '../state/seats.ts';
import { type TaskState, WantedRevision } from '../state/task-state.ts';
import type { TaskEvent } from '../state/transitions.ts';

const MOST_WAITING = 20;
/** Of a round, and so of one wish. */
export const LONGEST_WISH = 8_000;

/** A change of what a finished task has made begins a round; while something goes on it waits for its turn. */
export function revise(draft: Draft, event: Extract<TaskEvent, { kind: 'revise' }>): void {
  const wanted = WantedRevision.safeParse(event).data;
  // Whoever said it was told that it is too long.
  if (wanted === undefined) return;
  const { state } = draft;
  const waiting = state.revisionsWanted ?? [];
  if (isTaken(state, wanted.event) || wanted.ready.length === 0 || waiting.length >= MOST_WAITING) return;
  // What is still to be said is made of the state as it is: the last round's end stands in the room first.
  if (!draft.ended || state.saying.length > 0) return draft.set({ revisionsWanted: [...waiting, wanted] });
  begin(draft, [wanted]);
}

export const isTaken = ({ revision, revisionsWanted = [] }: TaskState, event: EventId): boolean =>
  revision?.parts.includes(event) === true || revisionsWanted.some((one) => one.event === event);

/** What was asked for meanwhile, as one round: as much as a round holds, and the rest in the next. */
export function beginWaiting(draft: Draft): void {
  const { saying, revisionsWanted = [] } = draft.state;
  if (saying.length === 0 && revisionsWanted.length > 0) begin(draft, ...fitting(revisionsWanted));
}

function fitting(
  waiting: readonly WantedRevision[],
): readonly [now: readonly WantedRevision[], later: readonly WantedRevision[]] {
  let length = -1;
  const over = waiting.findIndex(({ words }) => (length += 1 + words.length) > LONGEST_WISH);
  return over < 1 ? [waiting, []] : [waiting.slice(0, over), waiting.slice(over)];
}

/** What waits is forgotten. @returns whether it is under way, and has to end. */
export function retracted(draft: Draft, event: EventId): boolean {
  const { revision, revisionsWanted = [] } = draft.state;
  if (revisionsWanted.some((one) => one.event === event))
    draft.set({ revisionsWanted: revisionsWanted.filter((one) => one.event !== event) });
  return !draft.ended && revision?.parts.includes(event) === true;
}

/** On the same workspace, with the same span of time: by one agent, where something is there to be changed. */
function begin(draft: Draft, wanted: readonly WantedRevision[], later: readonly WantedRevision[] = []): void {
  const last = wanted.at(-1);
  if (last === undefined) return;
  const { state, rules } = draft;
  const there = [...new Set(last.ready)].filter((agent) => rules.agents.includes(agent));
  const one = there.length === 0 ? undefined : chosenFor(draft, last, there);
  const small = archived(state).earlier.length > 0 && one !== undefined;
  const electorate = small ? [one] : there;
  const words = wanted
    .map((each) => each.words)
    .join('\n')
    .toWellFormed();
  const vote = lastVoteOf(state);
  const runs = state.runs + 1;
  draft.set({
    ...newRun(draft, electorate),
    ...(vote === undefined ? {} : { lastVote: vote }),
    revision: {
      no: (state.revision?.no ?? 0) + 1,
      of: state.revision?.of ?? state.runs,
      event: last.event,
      by: last.by,
      words,
      sent: last.sent,
      parts: wanted.map(({ event }) => event),
      small,
    },
    revisionsWanted: [...later],
    runs,
    retry: null,
    withdrawn: null,
    lacks: [...lacksOf(words, state.origin, rules)],
    triage: { goal: words.slice(0, 2_000).toWellFormed(), checks: [], by: null },
  });
  draft.timer(`deadline.${runs}`, windUpAt(draft.state));
  if (electorate.length > 0) return draft.go('proposing');
  draft.set({ ending: 'no-agents', outcome: 'failed' });
  closeUnbegun(draft);
}

/** Who was called; else who knows the work best: an author of the plan that made it, or the integrator. */
function chosenFor({ state, rules }: Draft, { agent }: WantedRevision, there: readonly AgentId[]): AgentId | undefined {
  if (agent !== undefined && there.includes(agent)) return agent;
  const able = there.filter((one) => rules.seconds?.has(one) !== true);
  const seats = able.length > 0 ? able : there;
  return seats.find((one) => state.plan?.authors.includes(one) === true) ?? integratorFirst(seats, rules)[0];
}
