import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import { wasEdited, wasRedacted } from '../../bridge/matrix/as-sent.ts';
import { EventId } from '../../bridge/protocol/ids.ts';
import { isSign, NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import { PROPOSAL_LASTS_MS, proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import type { MessageEvent, ReactionEvent } from '../../bridge/protocol/room-event.ts';

export type Tap =
  /** The master's order, as if he had typed it where the proposal stands. */
  { readonly kind: 'order'; readonly message: MessageEvent } | { readonly kind: 'too-old' } | { readonly kind: 'no' };

const Shown = z.object({
  sender: z.string(),
  origin_server_ts: z.int(),
  content: z.object({
    'm.relates_to': z
      .object({ rel_type: z.literal('m.thread'), event_id: EventId })
      .optional()
      .catch(undefined),
  }),
});

/**
 * What a master's sign under an agent's proposal means; null where it stands under something else. Everything is read
 * from the message as the homeserver has it: nothing is remembered that could be another line than the one that is seen.
 */
export async function tapOn(
  { roomId, target, key, sender, at }: ReactionEvent,
  coordinator: Pick<Account, 'event' | 'userId'>,
): Promise<Tap | null> {
  const isYes = isSign(key, YES);
  if (!isYes && !isSign(key, NO)) return null;
  const raw = await coordinator.event(roomId, target);
  const line = proposedLine(raw);
  const shown = Shown.safeParse(raw).data;
  if (line === null || shown === undefined || shown.sender !== coordinator.userId) return null;
  if (!isYes || wasRedacted(raw) || wasEdited(raw)) return { kind: 'no' };
  const { origin_server_ts: proposedAt, content } = shown;
  if (at > proposedAt + PROPOSAL_LASTS_MS) return { kind: 'too-old' };
  const thread = content['m.relates_to']?.event_id;
  const message = {
    kind: 'message',
    eventId: target,
    roomId,
    sender,
    at: proposedAt,
    msgtype: 'm.text',
    body: line,
    mentions: [],
    mentionsRoom: false,
    masked: false,
    ...(thread === undefined ? {} : { thread }),
  } as const;
  return { kind: 'order', message };
}
