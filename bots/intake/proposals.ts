import { z } from 'zod';
import type { Account } from '../../bridge/matrix/account.ts';
import type { UserId } from '../../bridge/protocol/ids.ts';
import { PROPOSAL_LASTS_MS, proposedLine } from '../../bridge/protocol/orders/proposal.ts';
import type { MessageEvent, ReactionEvent } from '../../bridge/protocol/room-event.ts';

export type Tap =
  /** The master's order, as if he had typed it where the proposal stands. */
  { readonly kind: 'order'; readonly message: MessageEvent } | { readonly kind: 'too-old' } | { readonly kind: 'no' };

const Shown = z.object({
  sender: z.string(),
  origin_server_ts: z.int(),
  content: z.object({
    'm.relates_to': z.object({ rel_type: z.string().optional(), event_id: z.string().optional() }).optional(),
  }),
  unsigned: z
    .object({
      redacted_because: z.unknown().optional(),
      'm.relations': z.object({ 'm.replace': z.unknown().optional() }).optional().catch(undefined),
    })
    .optional()
    .catch(undefined),
});

const YES = '✅';
const NO = '❌';

/**
 * What a master's sign under an agent's proposal means; null where it stands under something else. Everything is read
 * from the message as the homeserver has it: nothing is remembered that could be another line than the one that is seen.
 */
export async function tapOn(
  { roomId, target, key, sender, at }: ReactionEvent,
  coordinator: Pick<Account, 'event' | 'userId'>,
): Promise<Tap | null> {
  const sign = key.replace(/\uFE0F/gu, '');
  if (sign !== YES && sign !== NO) return null;
  const raw = await coordinator.event(roomId, target);
  const line = proposedLine(raw);
  const shown = Shown.safeParse(raw).data;
  if (line === null || shown === undefined || shown.sender !== coordinator.userId) return null;
  if (sign === NO || shown.unsigned?.redacted_because !== undefined) return { kind: 'no' };
  if (shown.unsigned?.['m.relations']?.['m.replace'] !== undefined) return { kind: 'no' };
  if (at > shown.origin_server_ts + PROPOSAL_LASTS_MS) return { kind: 'too-old' };
  return { kind: 'order', message: orderOf(line, sender, { roomId, target, at: shown.origin_server_ts }) };
}

const orderOf = (
  body: string,
  sender: UserId,
  { roomId, target, at }: Pick<ReactionEvent, 'roomId' | 'target' | 'at'>,
): MessageEvent => ({
  kind: 'message',
  eventId: target,
  roomId,
  sender,
  at,
  msgtype: 'm.text',
  body,
  mentions: [],
  mentionsRoom: false,
  masked: false,
});
