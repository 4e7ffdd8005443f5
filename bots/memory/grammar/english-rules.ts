import { trimmedEnd } from './said-pieces.ts';

/** What an English sentence wants remembered, or sets as a rule for the future. Pure. */

const words = (list: string): ReadonlySet<string> => new Set(list.split(' '));

const VERBS = words(
  "answer reply respond write use speak talk call keep give say show ask tell start begin end put include avoid make send check translate explain summarise summarize format address add sign list quote cite round convert be stop leave skip do mention apologize apologise greet draw sort read wait confirm report refer treat stay stick limit don't don’t dont never always only please no prefer assume follow delete remove spend buy order pay run execute install change edit move touch publish post share invite guess invent lie swear repeat interrupt describe provide double mark compare suggest propose open close read look search log save take get let address",
);
const WH =
  /^(?:when|how|what|who|where|why|which|if|whether|the time|last|me$|me |us$|us |those days|that time|that day)\b/;

/** The wish to remember at the beginning; what is left is what it is about. Null: none. */
export function rememberedInEnglish(sentence: string, question: boolean): string | null {
  const asked = /^(?:can|could|will|would) you (?:please )?/.exec(sentence)?.[0] ?? '';
  if (question && asked === '') return null;
  const rest = sentence.slice(asked.length).replace(/^(?:please |always |just |also |and |so )+/, '');
  const lead =
    /^(?:remember|don't forget|don’t forget|dont forget|do not forget|never forget|keep in mind|bear in mind|note|make a note|take note|memorize|memorise|note down|write down|save to memory|commit to memory)\b(?: this| the following| it)?(?: that)?[,:]?(?: |$)/.exec(
      rest,
    );
  if (lead !== null) {
    const about = rest.slice(lead[0].length).trim();
    if (about === '') return null;
    if (/^(?:note|write down|make a note|take note)/.test(lead[0]) && !/that|:/.test(lead[0])) return null;
    if (WH.test(about) || /^(?:this|that|it|these|those)\b/.test(about)) return null;
    if (about.startsWith('to ') && isTimed(about)) return null;
    return about;
  }
  const tail =
    /[ ,](?:please )?(?:and )?(?:please )?(?:remember|don't forget|don’t forget|dont forget|keep|bear|make a note of|take note of|memorize|memorise)(?: (?:that|this|it))?(?: in mind)?(?: please| ok| okay)?$/.exec(
      sentence,
    );
  if (tail === null) return null;
  const about = trimmedEnd(sentence.slice(0, tail.index));
  if (
    /(?:^| )(?:i|you|we|they|he|she|to|can't|cannot|not|don't|didn't|do|did|will|could|can|would|should|might|always|never|must)$/.test(
      about,
    )
  )
    return null;
  return / (?:is|are|am|was|has|have|likes?|hates?|prefers?|wants?|works?|lives?|runs?|starts?|eats?|drinks?|means|i'm|we're|can't|don't|open|opens|closes?|drive|drives|need|needs|'s)(?: |$)|^(?:i'm|i’m|it's|we're|my) |'s /.test(
    ` ${about} `,
  ) || setsRuleInEnglish(about)
    ? about
    : null;
}

/** Nothing but the wish: "remember that", "don't forget". */
export const isBareInEnglish = (sentence: string): boolean =>
  /^(?:please |and |so |just )*(?:remember|don't forget|don’t forget|dont forget|do not forget|keep|bear|make a note of|memorize|memorise|note)(?: (?:that|this|it|these|all that|all this))?(?: in mind)?(?: please)?$/.test(
    sentence,
  ) && !/^(?:keep|bear|note)(?: (?:that|this|it))?$/.test(sentence);

const isTimed = (text: string): boolean =>
  /\b(?:at \d|at noon|at midnight|tomorrow|tonight|today|in \d+ |in an? (?:hour|minute|day|week)|next (?:week|month|monday|tuesday|wednesday|thursday|friday|saturday|sunday)|every (?:day|morning|evening|night|week|monday|tuesday|wednesday|thursday|friday|saturday|sunday|hour)|this (?:time|week|once)|for (?:now|today|a while|the next)|right now)\b/.test(
    text,
  );

const CUE =
  /^(?:from now on|from here on(?: out)?|from today(?: on)?|going forward|henceforth|in (?:the )?future|for future reference|by default|as a rule|until further notice|whenever [^,]{1,60},|every time [^,]{1,60},|each time [^,]{1,60},|any time [^,]{1,60},|when (?:you|i) [^,]{1,60},)[, ]*/;
const CUE_BEHIND =
  /[ ,](?:from now on|from here on(?: out)?|going forward|henceforth|in (?:the )?future|by default|every time|each time|whenever [^,]{1,60}|every time (?:you|i) [^,]{1,60})$/;

export function setsRuleInEnglish(sentence: string): boolean {
  if (isTimed(sentence)) return false;
  const naming =
    /^(?:(?:from now on|please|just|you can|you should|you may|you must|always|going forward)[, ]+)*(?:(?:don't|don’t|dont|do not|never|stop) )?call(?:ing)? (?:me|us|the owner) (?!a |an |the |back|when|if|at |in |on |later|now|again|tomorrow|tonight|today|asap|please$|maybe|crazy|anytime|any)[^ ].{0,40}$/.exec(
      sentence,
    );
  if (naming !== null) return true;
  const cue = CUE.exec(sentence);
  const behind = CUE_BEHIND.exec(sentence);
  if (cue !== null || behind !== null) {
    const said = trimmedEnd(sentence.slice(cue?.[0].length ?? 0, behind?.index ?? sentence.length));
    if (
      cue?.[0].startsWith('when ') === true &&
      !/^(?:please |always |never |only |don't |use |answer |reply )/.test(said)
    )
      return false;
    return isImperative(said);
  }
  if (/^(?:please )?(?:always|never) /.test(sentence))
    return (
      isImperative(sentence) &&
      !/^(?:please )?(?:always|never) (?:mind|say never|be (?:happy|safe|well|kind|yourself)|stop (?:dreaming|believing|trying|learning)|give up|let me down|a |the )/.test(
        sentence,
      )
    );
  return /^you (?:must|should|have to|need to) (?:always|never) [a-z]/.test(sentence);
}

function isImperative(said: string): boolean {
  const bare = said.replace(
    /^(?:please |you (?:must|should|have to|need to|can|may) |i (?:want|need|would like|'d like) (?:you|all of you|everyone|you all) to |i'd like you to |i’d like you to |everyone |you all |all of you |let's |could you |can you )+/,
    '',
  );
  const first = /^[a-z'’]+/.exec(bare)?.[0] ?? '';
  if (/^(?:always|never|only)$/.test(first)) {
    const second = / ([a-z'’]+)/.exec(bare)?.[1] ?? '';
    return VERBS.has(second) || /^(?:in|with|short|tables?|korean|english)$/.test(second);
  }
  return (
    VERBS.has(first) ||
    /^(?:short answers|tables only|no |in (?:korean|english)|one sentence|only )/.test(bare) ||
    (bare !== said && /^[a-z]+/.test(bare))
  );
}
