import { withoutCode, withoutQuotes } from '../addressing/plain-text.ts';
import { withoutEnd } from '../../bridge/protocol/text-ends.ts';
import { type Alternatives, alternativesIn, isYesOrNo } from './alternatives.ts';

/** What a master's plain words put to the vote. Pure, without any model. */
export type SaidToDecide =
  /** Between these; with none of them given, everyone names what they want. */
  | (Alternatives & { readonly about: 'options' })
  | { readonly about: 'yes-no'; readonly question: string }
  /** Whose opinion of those that stand in the room. `brief`: names and nothing else. */
  | { readonly about: 'opinions'; readonly question: string; readonly brief: boolean };

/** Calling for a vote is said briefly; a longer message that holds such words tells of one. */
const LONGEST = 400;

const DO =
  '(?:하자|합시다|하죠|하세요|해요?|해라|해 ?줘라?|해 ?줘요|해 ?주세요|해 ?줄래|해 ?봐|해 ?보자|해 ?봅시다|하기로 (?:하자|해)|하는 ?[걸거]로 (?:하자|해)|하도록 하자|할게요?|부탁해요?|부탁|시작하자|시작해|시작|고고|ㄱㄱ)';
const SETTLE = `(?:(?:정|결정|선택|판단|확정|결론)${DO}|결론 ?(?:내자|내 ?줘|내)|골라(?: ?(?:줘|봐|보자|주세요|라|요))?|고르자|고르죠|고릅시다|뽑(?:자|아|아 ?줘|아 ?봐|아라|아 ?주세요|읍시다|죠)|가자|갑시다|가죠|${DO})`;
const SOON = '(?:좀 |한번 |다시 |다 ?같이 |빨리 |바로 |지금 |그냥 )?';
const MAJORITY = `다수결(?:원칙)?(?:로|으로|에 따라)? ?${SOON}${SETTLE}`;
const VOTE = `(?:비밀 ?|익명 ?|거수 ?|찬반 ?)?(?:투표|표결)(?:(?:를|을)? ?${SOON}${DO}|(?:로|에) ?${SOON}(?:${SETTLE}|부치자|부쳐(?: ?(?:줘|보자))?)|(?:를|을)? ?(?:받자|받아 ?줘|돌리자|돌려 ?줘|붙이자))`;
const EACH = '한 ?표씩(?:만)? ?(?:던지자|찍자|내자|던져|찍어|내|줘|행사해|부탁해|걸어)(?: ?(?:줘|봐|주세요|보자))?';
const TAIL = '(?:요|용|응)?(?: (?:좀|빨리|지금|당장|다들|얘들아|애들아|모두))?';
/** Ends the sentence, or what stands before a colon. */
const CALLS_AT_END = new RegExp(`(?:${MAJORITY}|${VOTE}|${EACH})${TAIL}$`, 'u');
const CALLS_AT_START = new RegExp(`^(?:${MAJORITY}|${VOTE}) (?=\\S)`, 'u');
/** "다수결로 짜장 짬뽕 중에 정하자". */
const CALLS_AROUND = new RegExp(
  `(?:다수결로|투표로) (.{1,80}?) ?(?:정${DO}|결정${DO}|고르자|골라(?: ?줘)?|뽑자|뽑아(?: ?줘)?)${TAIL}$`,
  'u',
);
/** A heading, no sentence: only where options stand beside it. */
const HEADING = /(?:^|\s)(?:다수결|찬반 ?투표|투표|표결)$/u;

const ENGLISH =
  /^(?:(?:ok|okay|so|now|well|alright|please|everyone|everybody|guys|all of you|you all|let['’]?s|let us)[,:]? ){0,6}(?:(?:take|hold|have|do) a vote|vote|put (?:it|this) to (?:a|the) vote|(?:decide|settle (?:it|this)) by (?:a )?(?:majority vote|majority|vote)|go with the majority|the majority decides|majority decides|majority vote)(?: (?:on|about|between|for|whether|now|please|it|on it|on this))?(?:[:,!.] ?| |$)/iu;
const ENGLISH_AT_END =
  /(?:^| )(?:let['’]?s|let us|please) (?:vote|take a vote|put it to a vote|decide by (?:majority vote|majority|vote))(?: on (?:it|this))?$/iu;

/** Elections of people, not ours. */
const CIVIC = /선거|대선|총선|국회|투표소|투표권|사전 ?투표|주주|조합|반장|\b(?:election|president|parliament)\b/iu;
/** For another time, under a condition, or for somebody: no vote now. */
const NOT_NOW =
  /앞으로|이제부터|지금부터|다음부터|항상|언제나|무조건|내일|모레|글피|다음 ?[주달번]|나중에|이따|있다가|조금 ?뒤|\d ?(?:시|분|시간|일) ?(?:에|뒤|후|있다)|매일|매주|[월화수목금토일]요일|(?:[가-힣]면|거든|경우엔?에?|다음에|전에|후에)$|(?:[가-힣]면|거든) |(?:한테|에게|께)$|\b(?:tomorrow|later|tonight|always|from now|if|unless|when|next)\b/iu;
/** "투표 앱", "투표하지 말고": of a vote, or against one. */
const AGAINST = /투표하지|다수결(?:로)? ?(?:말고|하지)|투표 ?말고|투표는 ?(?:싫|됐)/u;

const OPINION = '(?:의견|생각|답변|대답|답|제안|계획|방법|말|아이디어|분석|글|초안|기획안|방안|방식|안|게|것|거)';
const BEST = '(?:좋|나은|나아|낫|맞|옳|훌륭|뛰어|괜찮|똑똑|현실적|설득력|정확|쓸 ?만|마음에|맘에|믿을|최고|잘)';
const WHOSE = new RegExp(
  `(?:누구|어느 ?(?:에이전트|사람|쪽|분)|어떤 ?(?:에이전트|사람))(?:의|가|이)? ?(?:낸 |한 |준 )?${OPINION}.{0,24}${BEST}|누가 ?(?:제일 |가장 |더 )?(?:잘 ?(?:했|말했|썼|짰|답했)|맞|옳)|(?:제일|가장) ?${BEST}\\S{0,3} ?${OPINION}|최고의 ?${OPINION}`,
  'u',
);
const NAME_ONLY =
  /이름(?:만|만을)? ?(?:딱 ?)?(?:하나만? |한 ?명만? )?(?:대답|말|답|적|써|쓰|대|얘기|이야기|알려|골라|뽑|불러|남겨|대라)\S{0,4}(?: ?(?:줘|봐|주세요|봐라))?$/u;
const ONE_ONLY =
  /(?:딱 ?)?(?:한 ?명|한 ?사람|하나)(?:씩|만|씩만)? ?(?:골라|뽑아|뽑자|찍어|고르자|선택해)(?: ?(?:줘|봐|주세요|라))?(?:요)?$/u;
const WHOSE_ENGLISH =
  /\b(?:whose|which agent['’]?s?) (?:idea|opinion|plan|answer|proposal|suggestion|take)\b.{0,40}\b(?:best|better|right)\b/iu;
const NAME_ONLY_ENGLISH = /\b(?:just|only) (?:(?:the|a|one|your) )?(?:name|names)\b|\bnames? only\b/iu;

/** What is to be voted on; null for questions about votes, stories, orders for later and anything longer. */
export function saidToDecide(body: string): SaidToDecide | null {
  if (body.length > LONGEST * 4) return null;
  const text = withoutCode(body).trim();
  if (text === '' || text.length > LONGEST) return null;
  const own = withoutQuotes(text);
  if (CIVIC.test(own) || AGAINST.test(own)) return null;
  return bestOpinionIn(own) ?? voteIn(text, own);
}

/** What is to be voted on, where nobody doubts that something is: behind `!vote`. */
export function putToVote(words: string): SaidToDecide {
  const choice = alternativesIn(
    sentencesIn(words)
      .map(({ text, asks }) => text + (asks ? '?' : ''))
      .join('\n'),
  );
  const opinions = choice.options.length > 1 ? null : whoseIn(words);
  return opinions ?? ruled(choice);
}

/** Whether it is asked whose opinion is best. */
function whoseIn(own: string): Extract<SaidToDecide, { about: 'opinions' }> | null {
  const flat = flatten(own);
  return WHOSE.test(flat) || WHOSE_ENGLISH.test(flat)
    ? { about: 'opinions', question: '', brief: NAME_ONLY.test(flat) || NAME_ONLY_ENGLISH.test(flat) }
    : null;
}

function bestOpinionIn(own: string): SaidToDecide | null {
  const whose = whoseIn(own);
  const flat = flatten(own);
  return whose !== null && (whose.brief || ONE_ONLY.test(flat) || CALLS_AT_END.test(flat)) ? whose : null;
}

const flatten = (text: string): string => text.replace(/[?!.~…,\s]+/gu, ' ').trim();

interface Said {
  readonly text: string;
  readonly asks: boolean;
}

function voteIn(text: string, own: string): SaidToDecide | null {
  const all = sentencesIn(text);
  const calls = new Set(sentencesIn(own).map((one) => one.text));
  for (const [i, sentence] of all.entries()) {
    const around = sentence.asks && !sentence.text.endsWith('줄래') ? null : aroundCall(sentence.text);
    if (around === null) continue;
    // Words in quotes are somebody else's; what stands beside the call may be quoted.
    if (![...calls].some((one) => aroundCall(one) !== null)) continue;
    const others = all.filter((_, at) => at !== i).map((one) => one.text + (one.asks ? '?' : ''));
    const choice = alternativesIn(
      [...others.slice(0, i), around.before, around.after, ...others.slice(i)].filter((one) => one !== '').join('\n'),
    );
    if (around.needsOptions && choice.options.length < 2) continue;
    if (choice.options.length < 2 && NOT_NOW.test(around.before)) continue;
    if (choice.options.length > 1 && LATER.test(around.before)) continue;
    return ruled(choice);
  }
  return null;
}
const LATER = /내일|모레|나중에|이따|있다가|매일|매주|\d ?(?:시|분|시간) ?(?:에|뒤|후)/u;

function ruled(choice: Alternatives): SaidToDecide {
  if (isYesOrNo(choice)) return { about: 'yes-no', question: choice.question };
  if (choice.question === '' && choice.options.length < 2) return { about: 'opinions', question: '', brief: false };
  return { about: 'options', question: choice.question, options: choice.options.length < 2 ? [] : choice.options };
}

/** What stands around the call; null where a sentence holds none. */
function aroundCall(
  sentence: string,
): { readonly before: string; readonly after: string; readonly needsOptions: boolean } | null {
  const english = ENGLISH.exec(sentence);
  if (english !== null) {
    const after = sentence.slice(english[0].length);
    return {
      before: '',
      after,
      needsOptions: !/let|please|every|all|take|hold|majority|put/iu.test(english[0]) || after !== '',
    };
  }
  const late = ENGLISH_AT_END.exec(sentence);
  if (late !== null) return { before: sentence.slice(0, late.index).trim(), after: '', needsOptions: late.index > 0 };
  const colon = /^([^:：]{1,80})[:：]\s*/u.exec(sentence);
  const head = colon?.[1]?.trim() ?? '';
  if (colon !== null) {
    const after = sentence.slice(colon[0].length);
    const call = CALLS_AT_END.exec(head);
    if (call !== null) return { before: head.slice(0, call.index).trim(), after, needsOptions: false };
    const heading = HEADING.exec(head);
    if (heading !== null) return { before: head.slice(0, heading.index).trim(), after, needsOptions: true };
  }
  const around = CALLS_AROUND.exec(sentence);
  if (around !== null)
    return { before: sentence.slice(0, around.index).trim(), after: around[1] ?? '', needsOptions: true };
  const end = CALLS_AT_END.exec(sentence);
  if (end !== null) return { before: sentence.slice(0, end.index).trim(), after: '', needsOptions: false };
  const start = CALLS_AT_START.exec(sentence);
  if (start !== null) return { before: '', after: sentence.slice(start[0].length), needsOptions: true };
  const heading = HEADING.exec(sentence);
  return heading === null ? null : { before: sentence.slice(0, heading.index).trim(), after: '', needsOptions: true };
}

/** A mark ends a sentence where a space follows; not behind `vs.` or the number of a list. */
function sentencesIn(text: string): readonly Said[] {
  return text
    .split(/(?<=(?<!\bvs|^\d{1,2}|\n\d{1,2})[.!?~…ㅋㅎㅠ])(?=\s|$)|\n/u)
    .map((part) => ({
      text: withoutEnd(part.replace(/\s+/gu, ' '), ' .!~…ㅋㅎㅠ?').trim(),
      asks: /\?[\s!~ㅋㅎ]*$/u.test(part),
    }))
    .filter((one) => one.text !== '');
}
