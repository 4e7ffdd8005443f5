import type { Callable } from './callable.ts';
import { formOf, isGluedSpeech, LONGEST_TAIL, type NameForm } from './name-forms.ts';
import { pluralForm, type PluralForm } from './plural.ts';

export type Token =
  | { readonly kind: 'name'; readonly who: Callable; readonly form: NameForm; readonly explicit: boolean }
  | { readonly kind: 'plural'; readonly text: string; readonly form: PluralForm }
  | { readonly kind: 'word'; readonly text: string }
  /** A mark inside a sentence: , : - & and the like. */
  | { readonly kind: 'pause'; readonly text: string };

export interface Sentence {
  readonly tokens: readonly Token[];
  readonly question: boolean;
  /** Stands in brackets. */
  readonly aside: boolean;
}

/** Letters of laughter and tears (ㅋㅋ, ㅠㅠ) are marks, not parts of words. */
const WORD_CHAR = '(?:(?![ㄱ-ㆎ])[\\p{L}\\p{N}\\p{M}_])';
const WORD = new RegExp(`${WORD_CHAR}+(?:['’]${WORD_CHAR}+|\\.\\d+)*`, 'uy');
const TAIL = new RegExp(`${WORD_CHAR}{0,${LONGEST_TAIL + 1}}(?:['’]\\p{L})?`, 'uy');
/** GPT-4, claude.ai, claude@example.org, claude_code are names of other things. */
const GOES_ON = /[-@_.]\w/y;
const COMES_FROM = /\w[-.]$/;
const PAUSE = /[,:、·&+/\-–—]/u;
/** Markdown and single quotes stand around words without parting them. */
const TRANSPARENT = /[^\S\n]|[*#'’‘<>=|@]/u;

interface Callsigns {
  match(text: string, at: number): { readonly token: Token; readonly end: number } | null;
}

/** Longest callsign first: 퍼플렉시티 before 퍼플. */
export function callsignsOf(callables: readonly Callable[]): Callsigns {
  const byFirst = new Map<string, { word: string; who: Callable }[]>();
  for (const who of callables) {
    for (const raw of [...who.callsigns, who.userId]) {
      const word = raw.normalize('NFC').toLowerCase();
      const first = word.slice(0, 1);
      const sameFirst = byFirst.get(first);
      if (sameFirst === undefined) byFirst.set(first, [{ word, who }]);
      else sameFirst.push({ word, who });
    }
  }
  for (const list of byFirst.values()) list.sort((a, b) => b.word.length - a.word.length);

  const named = (text: string, at: number, explicit: boolean) => {
    for (const { word, who } of byFirst.get(text.slice(at, at + 1)) ?? []) {
      if (!text.startsWith(word, at)) continue;
      const tail = stick(TAIL, text, at + word.length);
      const end = at + word.length + tail.length;
      const form = formOf(tail);
      if (form !== null && stick(GOES_ON, text, end) === '')
        return { token: { kind: 'name', who, form, explicit } as const, end };
      if (isGluedSpeech(tail))
        return { token: { kind: 'name', who, form: 'bare', explicit } as const, end: at + word.length };
    }
    return null;
  };
  return {
    match: (text, at) => named(text, at, false) ?? (text.startsWith('@', at) ? named(text, at + 1, true) : null),
  };
}

function stick(pattern: RegExp, text: string, at: number): string {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? '';
}

/** Cuts what was said into sentences; a line break, ~~~, ㅋㅋ or an emoji ends one as a full stop does. */
export function sentencesOf(text: string, callsigns: Callsigns): readonly Sentence[] {
  const sentences: Sentence[] = [];
  let tokens: Token[] = [];
  let aside = false;
  const close = (mark: string) => {
    const last = sentences.at(-1);
    if (tokens.length > 0) sentences.push({ tokens, question: mark === '?', aside });
    else if (mark === '?' && last !== undefined && !last.question)
      sentences[sentences.length - 1] = { ...last, question: true };
    tokens = [];
    aside = mark === '(' || (aside && mark !== ')');
  };
  for (let at = 0; at < text.length;) {
    const name = COMES_FROM.test(text.slice(Math.max(0, at - 2), at)) ? null : callsigns.match(text, at);
    const word = name === null ? stick(WORD, text, at) : '';
    if (name !== null) {
      tokens.push(name.token);
      at = name.end;
    } else if (word !== '') {
      const form = pluralForm(word);
      tokens.push(form === null ? { kind: 'word', text: word } : { kind: 'plural', text: word, form });
      at += word.length;
    } else {
      const mark = String.fromCodePoint(text.codePointAt(at) ?? 0);
      if (PAUSE.test(mark)) tokens.push({ kind: 'pause', text: mark });
      else if (!TRANSPARENT.test(mark)) close(mark);
      at += mark.length;
    }
  }
  close('');
  return sentences.map(trimmed).filter((sentence) => sentence.tokens.length > 0);
}

function trimmed(sentence: Sentence): Sentence {
  const first = sentence.tokens.findIndex((token) => token.kind !== 'pause');
  return first === 0 ? sentence : { ...sentence, tokens: first < 0 ? [] : sentence.tokens.slice(first) };
}
