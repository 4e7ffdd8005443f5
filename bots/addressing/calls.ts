import type { Callable } from './callable.ts';
import { callsAllInEnglish, readEnglish } from './english.ts';
import { besideTheHush } from './hushed-others.ts';
import { groupsOf, type NameCall, type Group } from './groups.ts';
import { callsAllInKorean, readKorean } from './korean.ts';
import { isAnd } from './korean-words.ts';
import type { NameForm } from './name-forms.ts';
import { ownWords } from './plain-text.ts';
import { callsignsOf, sentencesOf, type Sentence } from './sentences.ts';

/** Who is called in a text, all sentences taken together. */
export interface Calls {
  readonly called: ReadonlySet<Callable>;
  /** "마누스 빼고": all but these. */
  readonly excepted: ReadonlySet<Callable>;
  readonly everyone: boolean;
}

interface Read {
  readonly calls: readonly NameCall[];
  /** Positions of plural words that call; `outranks` also where a name is called before them. */
  readonly plurals: readonly { readonly at: number; readonly outranks: boolean; readonly weak: boolean }[];
  /** Nothing but a name: it belongs to the sentence that follows. */
  readonly lone: boolean;
}

export function callsIn(body: string, callables: readonly Callable[]): Calls {
  const words = ownWords(body);
  return chosenAmongHushed(words, callables) ?? callsOf(words, callables);
}

/** "다들 조용히 하고 클로드만 말해", "클로드 빼고 다 조용히 해": a call of that one. Null where the silence is for all. */
function chosenAmongHushed(words: string, callables: readonly Callable[]): Calls | null {
  const rest = besideTheHush(words);
  if (rest === null) return null;
  const { called, excepted, everyone } = callsOf(rest, callables);
  const chosen = new Set([...called, ...excepted]);
  return chosen.size === 0 || everyone ? null : { called: chosen, excepted: new Set(), everyone: false };
}

/** Whether a sentence that would close the floor for all lets somebody speak by name. */
export const letsOneSpeak = (body: string, callables: readonly Callable[]): boolean =>
  chosenAmongHushed(ownWords(body), callables) !== null;

function callsOf(words: string, callables: readonly Callable[]): Calls {
  const reads: Read[] = [];
  for (const sentence of sentencesOf(words, callsignsOf(callables)))
    reads.push(readOf(sentence, reads.at(-1)?.lone ?? false));

  const all = reads.flatMap((read) => read.calls);
  const pick = (as: NameCall['as']) => new Set(all.filter((call) => call.as === as).map((call) => call.who));
  const called = pick('called');
  const excepted = pick('excepted');
  const hushed = pick('hushed');
  const everyone = reads.some((read, i) => isCallToAll(read, reads[i - 1]));
  if (called.size === 0 && !everyone) for (const who of pick('delegated')) called.add(who);
  if (everyone || called.size > 0 || excepted.size > 0)
    for (const who of hushed) (everyone ? excepted : called)[everyone ? 'add' : 'delete'](who);
  else return { called: hushed, excepted, everyone };
  for (const who of excepted) called.delete(who);
  return { called, excepted, everyone };
}

/** Words that only lead to a name: "야 클로드". */
const LEADS = /^(?:야|어이|저기|저기요|자|hey|hi|yo)$/u;

/** "클로드는?" asks, "클로드를" has something to follow: these do more than call. */
const CALLING: ReadonlySet<NameForm> = new Set<NameForm>(['bare', 'vocative', 'and']);

/** Nothing but names, or a word for all: who is meant, and not yet what for. */
export function isOnlyCall(body: string, callables: readonly Callable[]): boolean {
  const tokens = sentencesOf(ownWords(body), callsignsOf(callables)).flatMap((sentence) => sentence.tokens);
  const isCall = (token: Sentence['tokens'][number]) =>
    (token.kind === 'name' && CALLING.has(token.form)) || (token.kind === 'plural' && token.form !== 'quantity');
  return (
    tokens.some(isCall) &&
    tokens.every(
      (token) =>
        isCall(token) ||
        token.kind === 'pause' ||
        (token.kind === 'word' && (LEADS.test(token.text) || isAnd(token.text))),
    )
  );
}

function readOf(sentence: Sentence, spokenTo: boolean): Read {
  const groups = groupsOf(sentence);
  const ending = new Map(groups.map((group) => [group.to, group]));
  const korean = isKorean(sentence);
  const calls = korean ? readKorean(sentence, groups, spokenTo) : readEnglish(sentence, groups);
  const plurals = sentence.tokens.flatMap((token, at) => {
    if (token.kind !== 'plural') return [];
    const joined = joins(sentence, ending, at);
    if (!joined && !(korean ? callsAllInKorean(sentence, at) : callsAllInEnglish(sentence, at))) return [];
    return [{ at, outranks: token.form === 'vocative' || joined, weak: token.form === 'quantity' }];
  });
  return {
    calls,
    plurals,
    lone: calls.length > 0 && sentence.tokens.every((token) => token.kind === 'name' || token.kind === 'pause'),
  };
}

const isKorean = ({ tokens }: Sentence): boolean =>
  tokens.some((token) => (token.kind === 'word' || token.kind === 'plural') && /[가-힣]/u.test(token.text)) ||
  tokens.every((token) => token.kind !== 'word');

/** Beside a called name a plural word wins when it stands first, is nothing but a call, or is a sentence of its own. */
function isCallToAll(read: Read, before: Read | undefined): boolean {
  const nameAt = read.calls.find((call) => call.as === 'called')?.at ?? Number.POSITIVE_INFINITY;
  const spokenTo = before?.lone === true && before.calls.some((call) => call.as === 'called');
  return read.plurals.some(
    ({ outranks, weak, at }) => outranks || (Number.isFinite(nameAt) ? at < nameAt && !weak : !spokenTo),
  );
}

/** "클로드 그리고 다들", "마누스부터 다들": the plural goes on where the names (`ending`, by the token after them) end. */
function joins({ tokens }: Sentence, ending: ReadonlyMap<number, Group>, at: number): boolean {
  const before = tokens[at - 1];
  if (before?.kind === 'word') return /^(?:그리고|하고|및|랑|and)$/u.test(before.text) && ending.has(at - 1);
  const form = ending.get(at)?.form;
  return form === 'and' || form === 'from';
}
