import type { Lang, UserId } from '../ids.ts';
import { commandHead } from './order-words.ts';
import type { MessageEvent } from '../room-event.ts';
import { parseTask } from './task-order.ts';

/** What is nobody's language: code, addresses, ids, paths, names of files, options of commands. */
const NOBODYS: readonly RegExp[] = [
  /```[^]*?(?:```|$)/g,
  /`[^`\n]*`/g,
  /(?:https?:\/\/|www\.|mxc:\/\/|matrix:)[^\s가-힣]+/gi,
  /(?<!\S)[@!#$][\w.=/+-]+:[\w.:-]+/g,
  /[\p{L}\p{N}._+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}/gu,
  /(?<!\S)(?:~|\.{1,2})?\/\S*/g,
  /(?<!\S)--?[A-Za-z][\w-]*/g,
  /(?<!\S)[\p{L}\p{N}_()[\]-]{1,80}\.[A-Za-z][A-Za-z0-9]{1,4}(?=[\s,.!?]|$)/gu,
];
/** Said in every language. */
const ANYBODYS = new Set(
  'ok okay okey yes no yep nope hi hey bye lol wow thx pls vs api ai tv pc cctv id url pdf csv gpt usb'.split(' '),
);
/** A sentence is cut here: what stands further behind changes nothing. */
const LONGEST = 4_000;

/** The language that somebody's own words show; null where they show none, as `OK`, a link, a photo's name or a callsign do not. */
export function languageIn(text: string, names: readonly string[] = []): Lang | null {
  const own = NOBODYS.reduce((left, form) => left.replace(form, ' '), text.slice(0, LONGEST).normalize('NFC'));
  const command = /^\s*[!！](\S*)/u.exec(own)?.[1];
  // Who types a Korean command speaks Korean, whatever stands behind it; behind a Latin one a sentence may.
  if (command !== undefined && /\p{Script=Hangul}/u.test(command)) return 'ko';
  const called = new Set(names.map((name) => name.normalize('NFC').toLowerCase()));
  const words = (own.replace(/^\s*[!！]\S*/u, '').match(/[\p{L}\p{M}'’]+/gu) ?? []).filter(
    (word) => !called.has(word.toLowerCase()),
  );
  if (words.some((word) => /\p{Script=Hangul}/u.test(word))) return 'ko';
  const english = words.filter((word) => /^[A-Za-z'’]{2,}$/.test(word) && !ANYBODYS.has(word.toLowerCase()));
  return english.length >= 2 ? 'en' : null;
}

/** The language that somebody writes in. */
export const languageOf = (text: string, fallback: Lang, names: readonly string[] = []): Lang =>
  languageIn(text, names) ?? fallback;

/** The language of a command with names, ids or amounts behind it: a Korean one shows it, a Latin one is typed by everybody. */
export const languageOfCommand = (body: string, fallback: Lang): Lang =>
  languageOf(/^\s*\S+/u.exec(body)?.[0] ?? '', fallback);

/** What of a message is the writer's own language; null where all of it is a machine's. */
function ownWords({ body, attachment }: Pick<MessageEvent, 'body' | 'attachment'>): string | null {
  if (body === attachment?.name) return null;
  const order = parseTask(body);
  if (order !== null) return order.kind === 'task' ? order.mission : null;
  return commandHead(body) === null ? body : null;
}

/** What masters last wrote in a room, newest first. A photo or a link in between changes nothing; null where no words show one. */
export function languageOfRoom(
  said: Iterable<Pick<MessageEvent, 'sender' | 'body' | 'attachment'>>,
  masters: ReadonlySet<UserId>,
  names: readonly string[] = [],
): Lang | null {
  for (const message of said) {
    const own = masters.has(message.sender) ? ownWords(message) : null;
    const shown = own === null ? null : languageIn(own, names);
    if (shown !== null) return shown;
  }
  return null;
}
