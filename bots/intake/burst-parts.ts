import type { Timeline } from '../../bridge/appservice/timeline.ts';
import { refused } from '../../bridge/matrix/account.ts';
import type { MessageEvent } from '../../bridge/protocol/room-event.ts';
import type { Callable } from '../addressing/callable.ts';
import { burstBefore, isPiece } from './burst.ts';

/** What the same person said right before, as part of the same thought; nothing in a room that cannot be read. */
export async function piecesBefore(
  message: MessageEvent,
  timeline: Pick<Timeline, 'before' | 'find'>,
  callables: readonly Callable[],
): Promise<readonly MessageEvent[]> {
  if (!isPiece(message)) return [];
  try {
    const before = (await timeline.before(message)).map(({ event, body, mentions }) => ({
      ...event,
      body,
      mentions: mentions ?? event.mentions,
    }));
    const pieces = burstBefore(message, before, callables);
    const answered = pieces[0]?.replyTo === undefined ? null : await timeline.find(message.roomId, pieces[0].replyTo);
    // What is brought back from a web chat is no talk.
    return answered?.event.chavion?.kind === 'relay' ? pieces.slice(1) : pieces;
  } catch (error) {
    if (!refused(error)) throw error;
    return [];
  }
}
