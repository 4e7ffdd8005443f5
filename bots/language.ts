import type { Lang } from '../bridge/protocol/ids.ts';

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
const ANYBODYS = new Set('ok okay okey yes no yep nope hi hey bye lol wow thx pls vs api ai tv pc cctv id url pdf csv gpt usb'.split(' '));
/** A sentence is cut here: what stands further behind changes nothing. */
const LONGEST = 4_000;

/** The language that somebody's own words show; null where they show none, as `OK`, a link, a photo's name or a callsign do not. */
export function languageIn(text: string, names: readonly string[] = []): Lang | null {
  const own = NOBODYS.reduce((left, form) => left.replace(form, ' '), text.slice(0, LONGEST).normalize('NFC'));
  const command = /^\s*[!！](\S*)/u.exec(own)?.[1];
  // Who types a Korean command speaks Korean, whatever stands behind it; behind a Latin one a sentence may.
  if (command !== undefined && /\p{Script=Hangul}/u.test(command)) return 'ko';
  const called = new Set(names.map((name) => name.normalize('NFC').toLowerCase()));
  const words = (own.replace(/^\s*[!！]\S*/u, '').match(/[\p{L}\p{M}'’]+/gu) ?? []).filter((word) => !called.has(word.toLowerCase()));
  if (words.some((word) => /\p{Script=Hangul}/u.test(word))) return 'ko';
  const english = words.filter((word) => /^[A-Za-z'’]{2,}$/.test(word) && !ANYBODYS.has(word.toLowerCase()));
  return english.length >= 2 ? 'en' : null;
}

/** The language that somebody writes in. */
export const languageOf = (text: string, fallback: Lang, names: readonly string[] = []): Lang => languageIn(text, names) ?? fallback;
