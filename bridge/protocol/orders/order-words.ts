import type { MessageEvent } from '../room-event.ts';

/**
 * What of a message can order something, and how an order begins: read here, in one way, by everybody who acts on orders
 * (swarm, executor, launcher), so that none of them takes for an order what another refuses. Pure.
 */

/** What people write, and what stands under a file that they send. A notice is a machine's, an emote tells what somebody does. */
export const ORDER_TYPES: ReadonlySet<MessageEvent['msgtype']> = new Set([
  'm.text',
  'm.image',
  'm.file',
  'm.audio',
  'm.video',
]);

/** The words of a message in which an order may stand: '' where a file has none under it, null where nobody obeys this kind of message. */
export function orderWords({
  msgtype,
  body,
  attachment,
}: Pick<MessageEvent, 'msgtype' | 'body' | 'attachment'>): string | null {
  if (!ORDER_TYPES.has(msgtype)) return null;
  if (msgtype === 'm.text') return body;
  return attachment === undefined || body === attachment.name ? '' : body;
}

/** Full-width forms (！？，ＧＰＴ), as Asian keyboards write them, to their ASCII ones; each stays where it stands. */
export const halfWidth = (text: string): string =>
  text
    .replace(/[！-～]/gu, (letter) => String.fromCodePoint((letter.codePointAt(0) ?? 0) - 0xfee0))
    .replaceAll('\u3000', ' ');

export interface CommandHead {
  /** As it is typed, in small letters and half width. */
  readonly word: string;
  readonly typed: string;
  /** All that stands behind it, as it was written. */
  readonly rest: string;
}

/** Longer than any command's name. */
const MAX_HEAD = 200;
const HEAD = /^!(\p{L}[\p{L}\p{N}_-]*)[!?.~]*(?::|(?=\s|$|```))/u;

/** A command is `!` with a word right behind it; `!`, `!!!` and `! 안녕` are things people say. */
export function commandHead(body: string): CommandHead | null {
  const text = body.normalize('NFC').trim();
  const found = HEAD.exec(halfWidth(text.slice(0, MAX_HEAD)));
  const typed = found?.[1];
  return found === null || typed === undefined
    ? null
    : { word: typed.toLowerCase(), typed, rest: text.slice(found[0].length).trim() };
}

/** What stands behind the command, where it is one of these. */
export function behind(body: string, ...words: readonly string[]): string | null {
  const head = commandHead(body);
  return head !== null && words.includes(head.word) ? head.rest : null;
}
