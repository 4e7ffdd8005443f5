import { halfWidth } from '../../bridge/protocol/orders/order-words.ts';

const CODE = /```[^]*?(?:```|$)|`[^`\n]*`/gu;
const QUOTED_LINE = /^[ \t]*>.*$/gmu;
const ADDRESS = /(?:https?:\/\/|www\.)\S+/giu;
/** An opening mark ends the search for a closing one: without that, a line of opening marks takes quadratic time. */
const QUOTED_SPEECH = /“[^“”\n]*”|"[^"\n]*"|「[^「」\n]*」|『[^『』\n]*』/gu;
/** Invisible characters that keyboards and pills leave behind. */
const INVISIBLE = /\u00ad|[\u200b-\u200f]|\u2060|\ufe0e|\ufe0f|\ufeff/gu;

/** A path or a model's name such as openai/gpt: nobody is spoken to in there. */
const isPath = (chunk: string): boolean => /^[\x21-\x7e]+$/.test(chunk) && /\w[/\\]\w/.test(chunk);

/** NFC, without code, quoted lines and addresses: what is left was said by the author. */
export function withoutCode(body: string): string {
  return halfWidth(body.normalize('NFC'))
    .replace(INVISIBLE, '')
    .replace(CODE, ' ')
    .replace(QUOTED_LINE, '')
    .replace(ADDRESS, ' ')
    .replace(/\S+/gu, (chunk) => (isPath(chunk) ? ' ' : chunk));
}

/** Speech in quotes is somebody else's. */
export const withoutQuotes = (text: string): string => text.replace(QUOTED_SPEECH, ' ');

/** The author's own words, in small letters; a message that stands in quotes as a whole is the author's all the same. */
export function ownWords(body: string): string {
  const text = withoutCode(body).toLowerCase();
  const own = withoutQuotes(text);
  return own.trim() === '' ? text.replace(/["“”「」『』]/gu, ' ') : own;
}
