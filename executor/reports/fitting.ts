import { editContent, fits, type OutgoingText } from '../../bridge/matrix/content.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';

/** How much of an output is tried, from all that is shown down to nothing. */
const SHARES = [1, 0.5, 0.25, 0.1, 0];

/**
 * The message with as much of an output as fits together with its HTML: without that, an output would be text like the
 * executor's own, and could imitate its lines.
 */
export function fitting(target: EventId, make: (share: number) => OutgoingText): OutgoingText {
  for (const share of SHARES) {
    const message = make(share);
    if (share === 0 || fits({ ...editContent(target, { ...message, html: '' }), formatted_body: message.html }))
      return message;
  }
  return make(0);
}
