import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import { commandHead } from '../../bridge/protocol/orders/order-words.ts';
import { readFollowUp } from '../../bridge/protocol/orders/follow-up.ts';
import { parseTask } from '../../bridge/protocol/orders/task-order.ts';
import type { TurnJob } from '../../bridge/protocol/turn.ts';
import { callsIn, isOnlyCall } from '../addressing/calls.ts';
import type { Callable } from '../addressing/callable.ts';
import { floorSentence } from '../addressing/floor-sentence.ts';
import { saidToRemember } from '../memory/said-to-remember.ts';
import type { IntakePlan } from './intake-plan.ts';

/**
 * People send a thought in pieces: "클로드야", "내일 부산 가는데", "비 오나?". Short messages of one person that follow
 * each other, with nothing between them, are heard as one. Pure.
 */

/** Between two pieces, by the homeserver's clock. */
const WITHIN_MS = 8_000;
const LONGEST_PIECE = 300;
const MOST_PIECES = 10;

/** A call alone waits for its sentence. */
const CALL_WAITS_MS = 5_000;
/** Half a sentence: thinking begins after a moment, the first word comes when the other half would have. */
const HALF_WAITS: NonNullable<TurnJob['waits']> = { begin: 1_500, speak: 4_000 };
/** Without a mark at its end: no more than a breath. */
const LOOSE_WAITS: NonNullable<TurnJob['waits']> = { begin: 0, speak: 300 };

/** Words and nothing else: no order, no file, no secret, no sentence that sets the floor. */
export function isPiece(message: MessageEvent): boolean {
  const { msgtype, body, attachment, masked, chavion } = message;
  if (msgtype !== 'm.text' || attachment !== undefined || masked || chavion !== undefined) return false;
  if (body.trim() === '' || body.length > LONGEST_PIECE) return false;
  return commandHead(body) === null && parseTask(body) === null && floorSentence(body) === null;
}

/**
 * What belongs before this message, oldest first. `before`: what stands in the room or thread before it, as it reads
 * now, oldest first; whatever anybody else said ends the search.
 */
export function burstBefore(
  message: MessageEvent,
  before: readonly MessageEvent[],
  callables: readonly Callable[],
): readonly MessageEvent[] {
  const pieces: MessageEvent[] = [];
  let next = message;
  for (const earlier of before.toReversed()) {
    if (pieces.length + 1 >= MOST_PIECES || !continues(next, earlier, callables)) break;
    pieces.unshift(earlier);
    next = earlier;
  }
  return pieces;
}

function continues(message: MessageEvent, earlier: MessageEvent, callables: readonly Callable[]): boolean {
  if (earlier.sender !== message.sender || earlier.thread !== message.thread || !isPiece(earlier) || !isPiece(message))
    return false;
  // What is remembered is stored by itself; only a call before it says for whom.
  if (saidToRemember(earlier.body, callables) !== null) return false;
  if (!isOnlyCall(earlier.body, callables) && saidToRemember(message.body, callables) !== null) return false;
  if (message.at - earlier.at > WITHIN_MS || message.replyTo !== undefined || message.mentionsRoom) return false;
  // What the client hung on by itself is nobody's call.
  const pilled = message.hungOn === undefined ? message.mentions : (message.pills ?? []);
  if (pilled.length > 0) return false;
  const calls = callsIn(message.body, callables);
  const names = calls.called.size > 0 || calls.excepted.size > 0;
  if (isOnlyCall(earlier.body, callables)) return !names || isOnlyCall(message.body, callables);
  if (!names && !calls.everyone) return true;
  // Half a sentence that called nobody may be for whoever is called in its other half.
  return isHalf(earlier.body) && callsNobody(earlier, callables);
}

function callsNobody({ body, mentions, replyTo }: MessageEvent, callables: readonly Callable[]): boolean {
  const { called, excepted, everyone } = callsIn(body, callables);
  return called.size + excepted.size + mentions.length === 0 && !everyone && replyTo === undefined;
}

/** Under a finished task what asks for a change is taken by itself: pieces of one thought are only those behind it. */
export const sinceChange = (pieces: readonly MessageEvent[]): readonly MessageEvent[] =>
  pieces.slice(pieces.findLastIndex(({ body }) => readFollowUp(body) === 'change') + 1);

/**
 * Which piece of a wish stands under the task by its own place, in its thread or as a reply: the last one, or the first
 * half that was a reply. The executor looks it up there, and takes no thanks for an order. Null: none.
 */
export function restsOn(pieces: readonly MessageEvent[], message: MessageEvent): MessageEvent | null {
  if (message.thread !== undefined || message.replyTo !== undefined) return message;
  const [head] = pieces;
  return head?.replyTo !== undefined && readFollowUp(head.body) === 'unclear' ? head : null;
}

/** All of it as one message, which stands where its last piece stands. */
export function joined(pieces: readonly MessageEvent[], message: MessageEvent): MessageEvent {
  const [head] = pieces;
  if (head === undefined) return message;
  const all = [...pieces, message];
  return {
    ...message,
    body: all.map(({ body }) => body).join('\n'),
    mentions: [...new Set(all.flatMap(({ mentions }) => mentions))],
    mentionsRoom: all.some(({ mentionsRoom }) => mentionsRoom),
    pills: [...new Set(all.flatMap(({ pills }) => pills ?? []))],
    ...(head.replyTo === undefined ? {} : { replyTo: head.replyTo }),
    ...(head.hungOn === undefined ? {} : { hungOn: head.hungOn }),
  };
}

/** The same plan for the last of several pieces: one answer to all, in place of those to the pieces before. */
export function inPieces(
  plan: IntakePlan,
  pieces: readonly MessageEvent[],
  message: MessageEvent,
  callables: readonly Callable[],
): IntakePlan {
  const burst = pieces.map(({ eventId }) => eventId);
  const waits = waitsFor(pieces, message, callables);
  const jobs = plan.jobs.map((job) =>
    job.type === 'turn'
      ? {
          ...job,
          ...(burst.length === 0 ? {} : { burst }),
          ...(waits === undefined || job.discussion !== undefined ? {} : { waits }),
        }
      : job,
  );
  return {
    ...plan,
    jobs,
    ...(burst.length === 0 ? {} : { instead: burst.map((source) => ({ source, by: message.eventId })) }),
  };
}

/** How long the answer waits for more; undefined where nothing more is to be expected. */
export function waitsFor(
  pieces: readonly MessageEvent[],
  message: MessageEvent,
  callables: readonly Callable[],
): TurnJob['waits'] {
  if (!isPiece(message)) return undefined;
  const { body } = message;
  if ([...pieces, message].every((piece) => isOnlyCall(piece.body, callables)))
    return { begin: CALL_WAITS_MS, speak: 0 };
  // Whoever writes in pieces has not come to the end before he asks.
  if (isHalf(body) || (pieces.length > 0 && !asks(body))) return HALF_WAITS;
  return body.length <= 60 && /[\p{L}]$/u.test(body.trim()) ? LOOSE_WAITS : undefined;
}

const CONNECTIVE =
  /(?:[가-힣]데|니까|으니|려고|지만|다가|(?:어|아|해|라|에|가|와|고|면|써|서|워|려)서|(?<![라냉화측정장표])면|(?<![최광사보창참재신경권중장잔])고|도록|때문에|는지|거든|[를을])$/u;
const ENGLISH_CONNECTIVE =
  /(?:^|\s)(?:and|but|so|because|if|when|while|that|the|a|an|to|for|with|or|then|also|my|your|i|is|are)$/i;

/** Does more have to follow? */
export function isHalf(body: string): boolean {
  const text = body.trim();
  if (/[,，、:：]$/u.test(text)) return true;
  return CONNECTIVE.test(text) || ENGLISH_CONNECTIVE.test(text);
}

const ASKS_IN_KOREAN = /(?:줘|줘요|줄래|래요?|주세요|세요|까요?|나요?|가요|니|냐|봐|라|자|죠|지|뭐야|해라|어때요?)$/u;

/** A question or a request: that is what the pieces before it were leading to. */
function asks(body: string): boolean {
  const text = body.trim();
  return /[?？!！.。~…]$/u.test(text) || ASKS_IN_KOREAN.test(text);
}
