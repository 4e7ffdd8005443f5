import type { NameCall, Group } from './groups.ts';
import {
  asksTo,
  endsClause,
  handsOver,
  isExcept,
  isHearsay,
  isHushed,
  isIOrNow,
  isPast,
  isSubordinate,
  isTogether,
  isYou,
  judges,
  leadsIn,
  moodOf,
  possession,
  summons,
  type Mood,
} from './korean-words.ts';
import type { Sentence, Token } from './sentences.ts';

/** What stands around a group of names, as the rules below look at it. */
interface Around {
  readonly sentence: Sentence;
  /** A name may be called here: the sentence or a clause begins, or a lead-in stands before. */
  readonly start: boolean;
  readonly before: Token | undefined;
  readonly next: Token | undefined;
  /** Words of the clause after the names; `mood` is that clause's, or the one's before where nothing follows. */
  readonly words: readonly string[];
  readonly mood: Mood;
  /** Somebody was called by name earlier in this sentence, and no clause ended since. */
  readonly alreadyCalled: boolean;
}

/** Who is called in a Korean sentence. `spokenTo`: the sentence before was nothing but a call. */
export function readKorean(sentence: Sentence, groups: readonly Group[], spokenTo: boolean): readonly NameCall[] {
  const calls: NameCall[] = [];
  let someoneCalled = spokenTo;
  for (const [i, group] of groups.entries()) {
    const around = aroundOf(sentence, group, groups[i + 1], someoneCalled);
    let { names } = group;
    let as = verdict(group, around);
    // "가브리엘, 클로드 방식 어때?", "클로드, 마누스한테 물어봐": the last name is only spoken about or sent to, those
    // before it are called.
    if ((as === null || as === 'delegated') && group.looseAt !== null && around.start) {
      names = names.slice(0, group.looseAt);
      as = 'called';
    }
    if (as === null) continue;
    for (const who of names) calls.push({ who, as, at: group.from });
    if (as === 'called' && (group.form === 'vocative' || group.form === 'bare')) someoneCalled = true;
  }
  return calls;
}

function aroundOf(sentence: Sentence, group: Group, following: Group | undefined, someoneCalled: boolean): Around {
  const { tokens } = sentence;
  const before = tokens[group.from - 1];
  const upToNext = wordsOf(within(tokens, group.to, following?.from));
  const lastWord = upToNext.at(-1);
  const wholeClause =
    following !== undefined && lastWord !== undefined && endsClause(lastWord) && !/(?:고|며|면서|서)$/u.test(lastWord);
  const words = wholeClause ? upToNext : wordsOf(within(tokens, group.to));
  const asked = sentence.question && !wholeClause;
  const clauseEnded = before?.kind === 'word' && endsClause(before.text);
  return {
    sentence,
    before,
    next: tokens[group.to],
    start: before === undefined || before.kind !== 'word' || clauseEnded || leadsIn(before.text),
    words,
    mood: words.length > 0 ? moodOf(words, asked) : moodOf(wordsOf(within(tokens, 0, group.from)), asked),
    alreadyCalled: someoneCalled && !clauseEnded,
  };
}

/** No clause is longer than this; of a longer text the beginning and the end are looked at, so that work stays linear. */
const LONGEST_CLAUSE = 120;
function within(tokens: readonly Token[], from: number, to = tokens.length): readonly Token[] {
  if (to - from <= LONGEST_CLAUSE) return tokens.slice(from, to);
  return [...tokens.slice(from, from + LONGEST_CLAUSE - 4), ...tokens.slice(to - 4, to)];
}

const wordsOf = (tokens: readonly Token[]): readonly string[] =>
  tokens.flatMap((token) => (token.kind === 'word' || token.kind === 'plural' ? [token.text] : []));

function verdict(group: Group, around: Around): NameCall['as'] | null {
  const { form } = group;
  const { next, words, mood } = around;
  if (form === 'except' || (next?.kind === 'word' && form !== 'vocative' && isExcept(next.text))) return 'excepted';
  if (form !== 'to' && form !== 'object' && form !== 'about' && isHushed(words)) return 'hushed';
  if (group.explicit) return 'called';
  switch (form) {
    case 'vocative':
      return isCopula(around) ? null : 'called';
    case 'topic':
    case 'from':
      return isTopicCalled(around) ? 'called' : null;
    case 'subject':
      if (/^(?:보기에|보기엔|생각하기에|생각하기엔|볼)/u.test(words[0] ?? '') && mood === 'question') return 'called';
      return mood === 'request' && words.length > 0 && !around.alreadyCalled && !isSubordinate(words) ? 'called' : null;
    case 'to':
      return isAskedOf(around) ? 'delegated' : null;
    case 'object':
      return next?.kind === 'word' && summons(next.text) && mood === 'request' ? 'called' : null;
    case 'and':
      return isPairCalled(group, around) ? 'called' : null;
    case 'bare':
      return isBareCalled(around) ? 'called' : null;
    case 'about':
      return null;
  }
  return form satisfies never;
}

/** "범인은 클로드야" names Claude; "어떻게 생각해 클로드야" calls him. */
function isCopula({ before, words }: Around): boolean {
  return (
    words.length === 0 &&
    before?.kind === 'word' &&
    !leadsIn(before.text) &&
    /(?:은|는|건|게|가|이|역시|바로|결국|당연히|물론)$/u.test(before.text)
  );
}

/** "클로드는 어떻게 생각해?", "마누스부터"; not "클로드는 똑똑해". */
function isTopicCalled({ sentence, mood, words, before, alreadyCalled }: Around): boolean {
  if (alreadyCalled) return false;
  if (words.length === 0 && (before === undefined || before.kind !== 'word' || leadsIn(before.text)))
    return !sentence.aside;
  return mood !== 'statement' && !(mood === 'question' && sentence.aside);
}

/** "클로드한테 물어볼게 있어"; not "클로드한테 들었어". */
function isAskedOf({ words, mood, next, before }: Around): boolean {
  if (words.length === 0) return before === undefined || before.kind !== 'word' || mood === 'request';
  if (next?.kind === 'pause') return true;
  return (mood === 'request' || asksTo(words)) && !isPast(words.at(-1) ?? '');
}

/** "클로드랑 자비스랑 토론해", "클로드랑 같이 정리해"; not "클로드랑 얘기했어". */
function isPairCalled(group: Group, { words, mood, next }: Around): boolean {
  if (mood === 'statement' || words.length === 0) return false;
  return group.names.length > 1 || (mood === 'request' && next?.kind === 'word' && isTogether(next.text));
}

function isBareCalled(around: Around): boolean {
  const { sentence, start, next, before, words, mood } = around;
  if (next === undefined) return start && !(sentence.aside && before === undefined);
  if (next.kind !== 'word') return start;
  if (isYou(next.text)) return true;
  const owned = possession(next.text);
  if (owned !== null) return isOwnerCalled(owned, words.slice(1), around);
  if (!start) return mood === 'request' && words.length <= 3 && handsOver(words);
  if (mood !== 'statement') return true;
  const subject = /(?:이|가|은|는|의)$/u.test(next.text) && !isIOrNow(next.text);
  return !subject && !judges(words) && !isHearsay(words.at(-1) ?? '');
}

/** "클로드 의견 말해줘" asks the owner for what is his; "클로드 방식이 맘에 들어" speaks of it. */
function isOwnerCalled(
  owned: NonNullable<ReturnType<typeof possession>>,
  rest: readonly string[],
  { start, mood }: Around,
): boolean {
  const { kind, particle } = owned;
  const plain = particle === '' || particle === '좀' || particle === '부터';
  if (rest.length === 0 && kind !== 'thing') return plain ? start : start && /^[은는도]$/u.test(particle);
  if (mood === 'request' && (plain || /^[을를은는도만]$/u.test(particle)) && handsOver(rest)) return true;
  if (mood === 'request' && plain) return start;
  if (kind !== 'mind') return false;
  if (/^[이가]$/u.test(particle))
    return !judges(rest) && rest.some((word) => /^(?:궁금|듣고|뭐|어때|어떻|알고)/u.test(word));
  if (rest.some((word) => /^(?:궁금|듣고|들어보)/u.test(word))) return true;
  return start && mood === 'question' && (plain || /^[은는도]$/u.test(particle)) && !judges(rest);
}

/** Half a call to all: 모든 에이전트, 다 같이. */
const COMPLETED_BY: ReadonlyMap<string, RegExp> = new Map([
  ['모든', /^(?:에이전트|사람|멤버|팀원|분)/u],
  ['다', /^(?:같이|함께)$/u],
]);

/** Is the plural word here a call to all? */
export function callsAllInKorean({ tokens, question }: Sentence, at: number): boolean {
  const token = tokens[at];
  if (token?.kind !== 'plural') return false;
  if (token.form === 'vocative') return true;
  if (token.form === 'turns') return false;
  const next = tokens[at + 1];
  const completed = COMPLETED_BY.get(token.text);
  if (completed !== undefined && !(next?.kind === 'word' && completed.test(next.text))) return false;
  const before = tokens[at - 1];
  if (before === undefined || before.kind !== 'word' || endsClause(before.text) || leadsIn(before.text)) return true;
  return token.form === 'group' && moodOf(wordsOf(within(tokens, 0)), question) !== 'statement';
}
