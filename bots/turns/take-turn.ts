import type { Entry } from '../../bridge/appservice/timeline.ts';
import { refused } from '../../bridge/matrix/account.ts';
import { AnswerStream } from '../../bridge/matrix/answer-stream.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { faultPhrase } from '../../bridge/text/faults.ts';
import * as say from '../../bridge/text/room/room.ts';
import { answer, letGo } from './answer.ts';
import { earlierParts, heardBefore, wholeAnswer, withSource, wordsOf } from './earlier-parts.ts';
import { isReplaced } from './first-word.ts';
import { passOn, tellAsker } from './pass-on.ts';
import { Dropped } from './running-turns.ts';
import { beginTurn, identityOf, streamOf, type Turn, type TurnDeps } from './turn.ts';

/**
 * One agent's answer to one event, from the room's history to the last word in the room. Ends in exactly one
 * answer, however often it is run: a fault of the provider is an answer too, in one line.
 */
export async function takeTurn(job: TurnJob, again: boolean, deps: TurnDeps): Promise<void> {
  const turn = beginTurn(job, deps);
  if (turn === null) return;
  try {
    await carryThrough(turn, again, deps);
  } catch (error) {
    if (error instanceof Dropped) return;
    // The room is closed to the agent, or it was put out: there is nobody to answer.
    if (!refused(error)) throw error;
    deps.log.warn(
      { event: job.source, turn: turn.id, err: error instanceof Error ? error.message : 'refused' },
      'answer refused by the homeserver',
    );
  } finally {
    turn.slot.leave();
  }
}

/** No try begins sooner after the end of the one before it: a room that was read since holds all that it has left. */
const BETWEEN_TRIES_MS = 400;

async function carryThrough(turn: Turn, again: boolean, deps: TurnDeps): Promise<void> {
  const { job, provider, slot } = turn;
  if (again) deps.timeline.invalidate(job.room, performance.now() - BETWEEN_TRIES_MS);
  const [entries, replaced] = await Promise.all([deps.timeline.view(job.room, job.thread), isReplaced(turn, deps)]);
  const earlier = again ? earlierParts(entries, turn) : null;
  // Whoever has begun to speak goes on.
  if (earlier !== null && earlier.length > 0) slot.speaks();
  else if (replaced) return;
  const source =
    entries.find((entry) => entry.event.eventId === job.source) ??
    (await deps.timeline.find(job.room, job.source)) ??
    heardBefore(job);
  // A question that was taken back needs no answer.
  if (source === null) {
    if (again) await letGo(turn, deps);
    return closeEarlier(turn, earlier, deps);
  }
  // A discussion waits for nobody's web chat.
  if (provider.pace === 'by-hand' && job.discussion !== undefined)
    await passOn(turn, { event: job.source, text: '' }, deps);
  const said =
    wholeAnswer(earlier) ?? (await answer(turn, { source, entries: withSource(entries, source), earlier }, deps));
  if (said === null) return;
  await tellAsker(turn, source.event.sender, said, deps);
  await passOn(turn, said, deps);
}

/** The question was taken back while nobody was there to end what had been said to it. */
async function closeEarlier(turn: Turn, earlier: readonly Entry[] | null, deps: TurnDeps): Promise<void> {
  if (earlier === null || !earlier.some(({ growing }) => growing)) return;
  await using stream = streamOf(turn, { earlier }, deps.budget);
  stream.push(wordsOf(earlier));
  await stream.finish({ kind: 'answer', last: say.stoppedMark[turn.job.lang](), attachedNote: '', fileName: '' });
}

/** After the last of many tries: whoever asked is told, in place of the answer or at the end of what there is of it. */
export async function giveUpTurn(job: TurnJob, deps: TurnDeps): Promise<void> {
  const agent = deps.residents.byId.get(job.agent);
  if (agent === undefined) return;
  const turn = identityOf(job, agent, deps);
  const chavion = {
    v: 1,
    kind: 'fault',
    source: job.source,
    root: job.root,
    depth: job.depth,
    agent: job.agent,
    turn: turn.id,
  } as const;
  const target = {
    account: turn.account,
    room: job.room,
    txn: turn.id,
    replyTo: job.source,
    ...turn.thread,
    chavion,
    again: true,
    shows: () => undefined,
  };
  const last = faultPhrase['turn.failed'][job.lang]({ model: '', agent: turn.name, retryAfterMs: undefined });
  await using stream = new AnswerStream(target, deps.budget);
  const event = await stream.finish({ kind: 'fault', last, attachedNote: '', fileName: '' });
  const source = await deps.timeline.find(job.room, job.source);
  if (source !== null) await tellAsker(turn, source.event.sender, { event, text: '', fault: last }, deps);
}
