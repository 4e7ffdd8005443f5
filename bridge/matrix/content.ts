import { CHAVION_KEY, ChavionContent } from '../protocol/content.ts';
import type { EventId } from '../protocol/ids.ts';
import { cleanText } from '../text/clean-text.ts';
import { plainHtml, renderMarkdown } from './html.ts';
import { withPills, type Mentioned } from './pills.ts';

export interface OutgoingText {
  /** Markdown. */
  readonly text: string;
  /** Where it has been made already, as by `woven`; else it is made of `text`. */
  readonly html?: string;
  readonly chavion: ChavionContent;
  readonly replyTo?: EventId;
  readonly thread?: EventId;
  readonly mentions?: readonly Mentioned[];
  readonly msgtype?: 'm.text' | 'm.notice';
}

/**
 * What a content may take so that its event stays under 60 KB: Synapse refuses 65,536 bytes, and about 2 KB of
 * hashes, signatures and references are added.
 */
export const EVENT_LIMIT_BYTES = 56_000;

/** Whether an event with this content may be sent. */
export function fits(content: Record<string, unknown>): boolean {
  return Buffer.byteLength(JSON.stringify(content)) <= EVENT_LIMIT_BYTES;
}

/**
 * A message. The formatted body is left out where it says nothing more, or does not fit beside the plain one.
 * The words themselves are never cut: where they alone are too long, `fits` says so and the caller splits them.
 */
export function messageContent(message: OutgoingText): Record<string, unknown> {
  return { ...words(message, fits), ...relation(message) };
}

/** The words shown by clients that know no edits; whoever knows them reads `m.new_content`. */
const OLD_CLIENT_WORDS = 500;

/** An edit. `m.mentions` outside is empty, so that no edit rings. */
export function editContent(target: EventId, message: OutgoingText): Record<string, unknown> {
  const around = (inner: Record<string, unknown>): Record<string, unknown> => ({
    msgtype: inner['msgtype'],
    body: `* ${shortened(String(inner['body']))}`,
    'm.mentions': {},
    [CHAVION_KEY]: inner[CHAVION_KEY],
    'm.new_content': inner,
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  });
  return around(words(message, (inner) => fits(around(inner))));
}

function words(message: OutgoingText, fit: (content: Record<string, unknown>) => boolean): Record<string, unknown> {
  const body = cleanText(message.text);
  const mentions = message.mentions ?? [];
  const plain = {
    msgtype: message.msgtype ?? 'm.text',
    body,
    'm.mentions': mentions.length === 0 ? {} : { user_ids: [...new Set(mentions.map(({ userId }) => userId))] },
    [CHAVION_KEY]: ChavionContent.parse(message.chavion),
  };
  if (!fit(plain)) return plain;
  const html = message.html ?? withPills(renderMarkdown(body), mentions);
  const formatted = { ...plain, format: 'org.matrix.custom.html', formatted_body: html };
  return html === plainHtml(body) || !fit(formatted) ? plain : formatted;
}

/**
 * A thread's message carries a reply for clients without threads; `is_falling_back` tells that nobody chose it
 * (Matrix 1.4, MSC3440).
 */
function relation({ thread, replyTo }: OutgoingText): Record<string, unknown> {
  const reply = { 'm.in_reply_to': { event_id: replyTo ?? thread } };
  if (thread !== undefined) {
    return {
      'm.relates_to': { rel_type: 'm.thread', event_id: thread, is_falling_back: replyTo === undefined, ...reply },
    };
  }
  return replyTo === undefined ? {} : { 'm.relates_to': reply };
}

function shortened(text: string): string {
  return text.length <= OLD_CLIENT_WORDS ? text : `${text.slice(0, OLD_CLIENT_WORDS).toWellFormed()}…`;
}
