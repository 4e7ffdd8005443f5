import type { NameCall, Group } from './groups.ts';
import type { Sentence, Token } from './sentences.ts';

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

/** Words that may stand before a name that is called: "hey Claude", "thanks Claude". */
const LEADS_IN = words(
  'hey hi hello ok okay so and then now well yo dear thanks thx thank please alright right yes no yeah sorry morning afternoon evening night hmm oh also first next finally only just',
);
/** "Claude is right": what follows a name that is the subject of a statement. */
const VERB_OF_SUBJECT = words(
  'is was has had does did will would can could might may said told wrote made got thinks says wants went came knew gave took were are have seems looks sounds agreed',
);
const AUXILIARY = words('can could will would should may might is are was were do does did have has had');
const OBLIGES = words('should must please shall');
/** "ask Claude", "let Claude answer": asks whoever is named. */
const DELEGATES = words('ask let have get tell make ping call summon');
const WISHES = words('want need like prefer wish');
const MODAL = words('can could will would should may might shall');
const HAS_AN_OPINION = words('think agree suggest say want prefer recommend know feel see mean');
/** Words that take a name as their object, so that it is spoken about. */
const TAKES_OBJECT = words(
  'of with from to for by than as about like likes liked love hate trust use uses used using know see mean want need is was are were the a an my our ask asked tell told call called between against prefer at on in into through via i said says that if because while after before not met saw and or',
);
const SPEAKS_OF = words(
  'i we he she they it the a an my our his her their this that these those there is was are were do does did has have',
);
const POSSESSED = words(
  'plan plans idea ideas approach answer answers code api model version opinion proposal suggestion response way style team account key price subscription output result pro',
);
const EXCEPT = words('except excluding minus without besides sans');

/** Who is called in an English sentence. */
export function readEnglish(sentence: Sentence, groups: readonly Group[]): readonly NameCall[] {
  const calls: NameCall[] = [];
  for (const group of groups) {
    let { names } = group;
    let as = verdict(sentence, group);
    if (as === null && group.looseAt !== null && leads(sentence, group)) {
      names = names.slice(0, group.looseAt);
      as = 'called';
    }
    if (as !== null) for (const who of names) calls.push({ who, as, at: group.from });
  }
  return calls;
}

const textOf = (token: Token | undefined): string | null =>
  token?.kind === 'word' || token?.kind === 'plural' ? token.text : null;

/** The sentence or a part of it begins here, so that a name is what is said first. */
function leads({ tokens }: Sentence, { from }: Pick<Group, 'from'>): boolean {
  const before = tokens[from - 1];
  return (
    before === undefined ||
    before.kind === 'pause' ||
    (before.kind === 'word' && LEADS_IN.has(before.text)) ||
    textOf(tokens[from - 2]) === 'thank'
  );
}

function verdict(sentence: Sentence, group: Group): NameCall['as'] | null {
  const { tokens } = sentence;
  const back = (n: number) => textOf(tokens[group.from - n]);
  const [before, before2] = [back(1) ?? '', back(2) ?? ''];
  const nextToken = tokens[group.to];
  const next = textOf(nextToken);
  const excepted =
    EXCEPT.has(before) ||
    (before === 'but' && tokens[group.from - 2]?.kind === 'plural') ||
    (before === 'but' && /^(?:you|anyone|anybody|agents)$/.test(before2)) ||
    /^(?:except for|other than|apart from|aside from)$/.test(`${before2} ${before}`);
  if (excepted) return 'excepted';
  if (group.form === 'about') return null;
  if (group.explicit || group.form === 'vocative') return 'called';
  if (group.form !== 'bare') return null;
  if (
    DELEGATES.has(before) &&
    (group.from === 1 || back(2) === null || LEADS_IN.has(before2) || /^(?:you|to|should)$/.test(before2))
  )
    return 'delegated';
  if (WISHES.has(before) && next === 'to') return 'delegated';
  if (group.from === 1 && MODAL.has(before) && next !== null) return 'called';
  if (/^do(?:es)?$/.test(before) && next !== null && HAS_AN_OPINION.has(next)) return 'called';
  if (leads(sentence, group)) return isFirstCalled(sentence, nextToken, next, textOf(tokens[group.to + 1]));
  return nextToken === undefined && isLastCalled(sentence, group, before, before2) ? 'called' : null;
}

/** "Claude what do you think"; not "Claude is right", "Claude plan is good". */
function isFirstCalled(
  sentence: Sentence,
  nextToken: Token | undefined,
  next: string | null,
  after: string | null,
): NameCall['as'] | null {
  if (nextToken === undefined) return sentence.aside ? null : 'called';
  if (next === null) return 'called';
  if (OBLIGES.has(next)) return after === 'have' ? null : 'called';
  if (POSSESSED.has(next)) return null;
  if (
    after !== null &&
    /^(?:you|u|we|i|this|that|it|the|my|there)$/.test(after) &&
    (sentence.question || after === 'you') &&
    AUXILIARY.has(next)
  )
    return 'called';
  const subject =
    VERB_OF_SUBJECT.has(next) ||
    (/(?:[^su]s|ed)$/.test(next) && !/^(?:this|yes|thanks|guys|need|always|red|speed)$/.test(next)) ||
    /['’]/.test(next);
  return subject ? null : 'called';
}

/** "What do you think Claude?", "good job Claude"; not "I agree with Claude". */
function isLastCalled({ tokens }: Sentence, group: Group, before: string, before2: string): boolean {
  if (before === 'about' && /^(?:how|what)$/.test(before2)) return true;
  if (before === '' || TAKES_OBJECT.has(before)) return false;
  const said = tokens.slice(0, group.from).map(textOf);
  return said.some((word) => word !== null && /^(?:you|your|u|ya)$/.test(word)) || !SPEAKS_OF.has(said[0] ?? '');
}

/** Is "everyone", "all", "guys" a call here? By the same rules as a name. */
export function callsAllInEnglish(sentence: Sentence, at: number): boolean {
  const { tokens } = sentence;
  const token = tokens[at];
  if (token?.kind !== 'plural') return false;
  const [before, next, after] = [textOf(tokens[at - 1]), textOf(tokens[at + 1]), textOf(tokens[at + 2])];
  if (token.text === 'all' && next === 'of' && after === 'you') return true;
  if (before === 'you' && token.text !== 'team') return true;
  const weak = token.form === 'quantity';
  if (
    weak &&
    !(
      tokens.length === 1 ||
      tokens[at + 1]?.kind === 'pause' ||
      (tokens[at + 1] === undefined && before !== null && LEADS_IN.has(before)) ||
      next === 'agents' ||
      next === 'but' ||
      next === 'except'
    )
  )
    return false;
  if (before !== null && (DELEGATES.has(before) || MODAL.has(before) || /^do(?:es)?$/.test(before))) return true;
  const group = { from: at, to: at + 1 };
  if (leads(sentence, group)) return isFirstCalled(sentence, tokens[at + 1], next, after) !== null || next === 'but';
  return (
    tokens[at + 1] === undefined &&
    isLastCalled(
      sentence,
      { ...group, names: [], form: 'bare', explicit: false, looseAt: null },
      before ?? '',
      textOf(tokens[at - 2]) ?? '',
    )
  );
}
