import { z } from 'zod';
import { APPROVAL_LASTS_MS } from '../../bridge/protocol/command-job.ts';
import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { canonical } from '../../bridge/digest/canonical.ts';
import { isSign, NO, YES } from '../../bridge/protocol/orders/consent-signs.ts';
import type { Reaction } from './relations.ts';

/** What the executor has read of its own request, just now. */
export interface ApprovalFacts {
  /** The request as the homeserver has it. */
  readonly raw: unknown;
  /** Made anew from the command; null where that is no longer possible. */
  readonly expected: Record<string, unknown> | null;
  /** Its own account has sent a replacement for it. */
  readonly edited: boolean;
  readonly reactions: readonly Reaction[];
  readonly masters: ReadonlySet<UserId>;
  readonly executor: UserId;
  readonly now: number;
}

export type ApprovalVerdict =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'approved'; readonly by: UserId; readonly reaction: EventId }
  | { readonly kind: 'refused'; readonly why: 'no' | 'expired' | 'void'; readonly by?: UserId };

const Request = z.object({
  sender: z.string(),
  type: z.literal('m.room.message'),
  origin_server_ts: z.int(),
  content: z.record(z.string(), z.unknown()),
  unsigned: z.object({ redacted_because: z.unknown().optional() }).optional(),
});

/** Whether a master has said yes to this very command. Pure; a no outweighs every yes. */
export function judgeApproval(facts: ApprovalFacts): ApprovalVerdict {
  const request = Request.safeParse(facts.raw);
  const untouched =
    request.success &&
    request.data.sender === facts.executor &&
    request.data.unsigned?.redacted_because === undefined &&
    facts.expected !== null &&
    canonical(request.data.content) === canonical(facts.expected) &&
    !facts.edited;
  if (!untouched) return { kind: 'refused', why: 'void' };
  // Asked when the homeserver says so, as it says when the answers came.
  const lasts = request.data.origin_server_ts + APPROVAL_LASTS_MS;
  const said = (sign: string) =>
    facts.reactions.find(({ key, sender, at }) => isSign(key, sign) && facts.masters.has(sender) && at <= lasts);
  const no = said(NO);
  if (no !== undefined) return { kind: 'refused', why: 'no', by: no.sender };
  const yes = said(YES);
  if (yes !== undefined) return { kind: 'approved', by: yes.sender, reaction: yes.event };
  return facts.now > lasts ? { kind: 'refused', why: 'expired' } : { kind: 'waiting' };
}

/**
 * What masters have put under a message that becomes an order by their yes: the first yes within its time, and whether a no
 * stands there. A no outweighs every yes.
 * @param at origin_server_ts of the message; a yes counts for so many milliseconds from then.
 */
export function consentTo(
  { reactions, masters }: { readonly reactions: readonly Reaction[]; readonly masters: ReadonlySet<UserId> },
  at: number,
  lastsMs: number,
): { readonly yes: Reaction | undefined; readonly no: boolean } {
  const said = (sign: string) => reactions.filter(({ key, sender }) => isSign(key, sign) && masters.has(sender));
  return { yes: said(YES).find((one) => one.at >= at && one.at <= at + lastsMs), no: said(NO).length > 0 };
}
