import type { EventId } from '../../../bridge/protocol/ids.ts';
import type { PlanHash } from '../../../bridge/protocol/plan.ts';

/**
 * Polls as clients show them today: the unstable form of MSC3381. Undisclosed, so that nobody sees how it stands before
 * it ends: neither does a master's tap sway whoever watches, nor an early vote the master.
 */
export const POLL_START = 'org.matrix.msc3381.poll.start';
export const POLL_RESPONSE = 'org.matrix.msc3381.poll.response';
export const POLL_END = 'org.matrix.msc3381.poll.end';
const UNDISCLOSED = 'org.matrix.msc3381.poll.undisclosed';
const TEXT = 'org.matrix.msc1767.text';
/** MSC3381 takes no more. */
export const MAX_ANSWERS = 20;
/** Clients cut what is longer. */
export const MAX_ANSWER_CHARACTERS = 120;

/** The push rule about notices looks at this alone, whatever the event is; the one about polls comes after it. */
const SILENT = { msgtype: 'm.notice' } as const;

/** An event of a poll, all of it but the house's own key. */
export interface PollEvent {
  readonly type: typeof POLL_START | typeof POLL_RESPONSE | typeof POLL_END;
  readonly content: Readonly<Record<string, unknown>>;
}

/** The name of a plan among the answers: enough of its hash to tell twenty apart. */
export const answerId = (hash: PlanHash): string => hash.slice(0, 16);
export const answerNamed = (hashes: readonly PlanHash[], id: string): PlanHash | undefined =>
  hashes.find((hash) => answerId(hash) === id);

export function pollStart(
  thread: EventId,
  question: string,
  answers: readonly { readonly hash: PlanHash; readonly text: string }[],
  fallback: string,
): PollEvent {
  return {
    type: POLL_START,
    content: {
      ...SILENT,
      body: fallback,
      [TEXT]: fallback,
      [POLL_START]: {
        question: { [TEXT]: question, body: question, msgtype: 'm.text' },
        kind: UNDISCLOSED,
        max_selections: 1,
        answers: answers.slice(0, MAX_ANSWERS).map(({ hash, text }) => ({ id: answerId(hash), [TEXT]: text })),
      },
      'm.mentions': {},
      'm.relates_to': {
        rel_type: 'm.thread',
        event_id: thread,
        is_falling_back: true,
        'm.in_reply_to': { event_id: thread },
      },
    },
  };
}

/** null: a vote for nothing, which MSC3381 calls spoiled. */
export function pollResponse(poll: EventId, hash: PlanHash | null, fallback: string): PollEvent {
  return {
    type: POLL_RESPONSE,
    content: {
      body: fallback,
      [POLL_RESPONSE]: { answers: hash === null ? [] : [answerId(hash)] },
      'm.mentions': {},
      'm.relates_to': { rel_type: 'm.reference', event_id: poll },
    },
  };
}

export function pollEnd(poll: EventId, fallback: string): PollEvent {
  return {
    type: POLL_END,
    content: {
      ...SILENT,
      body: fallback,
      [TEXT]: fallback,
      [POLL_END]: {},
      'm.mentions': {},
      'm.relates_to': { rel_type: 'm.reference', event_id: poll },
    },
  };
}
