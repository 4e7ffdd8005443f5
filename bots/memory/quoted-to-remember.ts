import type { EventId, UserId } from '../../bridge/protocol/ids.ts';
import { commandHead } from '../../bridge/protocol/orders/order-words.ts';
import type { Callable } from '../addressing/callable.ts';
import { isOnlyWishToRemember, saidToRemember } from './said-to-remember.ts';

/** A message that a master replies to. */
export interface QuotedMessage {
  readonly event: EventId;
  readonly sender: UserId;
  readonly body: string;
  /** A master has typed it himself. */
  readonly isMasters: boolean;
  readonly masked: boolean;
  readonly isFile: boolean;
}

export type QuotedWish =
  | { readonly kind: 'lines'; readonly lines: readonly string[]; readonly quoted: { event: EventId; by?: UserId } }
  | { readonly kind: 'refused'; readonly why: 'file' | 'secret' | 'command' };

/**
 * "이거 기억해" as a reply: the words of the message above are meant. A master's are taken as if he said them now; of
 * anybody else's they are a quotation, about which he is asked. Null where the reply says something else, and where an
 * agent has asked a question: then the reply is its answer. Pure.
 */
export function quotedToRemember(
  body: string,
  quoted: QuotedMessage | undefined,
  agents: readonly Callable[],
): QuotedWish | null {
  if (quoted === undefined || !isOnlyWishToRemember(body, agents)) return null;
  const { event, sender, isMasters } = quoted;
  const words = quoted.body.trim();
  if (quoted.isFile) return { kind: 'refused', why: 'file' };
  if (quoted.masked) return { kind: 'refused', why: 'secret' };
  if (words === '' || (!isMasters && /[?？]$/u.test(words))) return null;
  if (!isMasters) return { kind: 'lines', lines: [words], quoted: { event, by: sender } };
  if (commandHead(words) !== null) return { kind: 'refused', why: 'command' };
  const lines = saidToRemember(words, agents)?.lines ?? [words];
  return { kind: 'lines', lines, quoted: { event } };
}
