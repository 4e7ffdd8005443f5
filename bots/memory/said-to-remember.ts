import { floorSentence } from '../addressing/floor-sentence.ts';
import type { Callable } from '../addressing/callable.ts';
import { directiveOf, hasOwnSubject } from './grammar/directives.ts';
import { isBareInEnglish, rememberedInEnglish, setsRuleInEnglish } from './grammar/english-rules.ts';
import { isBareRemembering, type Remembering, rememberedBefore, rememberedBehind } from './grammar/remember-words.ts';
import {
  coreOf,
  englishOf,
  isFiller,
  nameTester,
  type SaidPiece,
  saidPieces,
  type SaidWord,
  trimmedEnd,
} from './grammar/said-pieces.ts';
import { setsRule } from './grammar/standing-rules.ts';

/** What a message wants remembered. Pure: no model decides what becomes memory. */
export interface SaidToRemember {
  /** As they were said, each a line of its own; never empty. */
  readonly lines: readonly string[];
  /** The message says something else too, which is to be answered. */
  readonly rest: boolean;
}

/** Longer ones are documents; what is in there is looked at in its first and last words only. */
const LONGEST = 6_000;
const PASTED = 700;
const MOST_PIECES = 14;
const EDGE = 2;
const MOST_LINES = 10;
/** A line is a sentence, not a page. */
const LONGEST_LINE = 500;
const LONGEST_WISH = 80;

/**
 * What a master's message elsewhere than in the memory room wants remembered; null: nothing. "기억해", "잊지 마" say it
 * outright; without that only a sentence that sets a rule for the future is meant, and in doubt it is not.
 */
export function saidToRemember(body: string, agents: readonly Callable[]): SaidToRemember | null {
  if (body.length > LONGEST || /^\s*[!！]/u.test(body)) return null;
  const isName = nameTester(agents);
  const pieces = saidPieces(body, agents);
  const pasted = body.length > PASTED || pieces.length > MOST_PIECES;
  const read = pieces.map((piece, i): Read => {
    const inside = pasted && i >= EDGE && i < pieces.length - EDGE;
    return inside ? { kind: 'other' } : readPiece(piece, isName, pasted);
  });
  const lines: string[] = [];
  const taken = new Set<number>();
  for (const [i, one] of read.entries()) {
    if (one.kind === 'line') {
      lines.push(one.text);
      taken.add(i);
    }
    if (one.kind === 'list') {
      const listed = following(pieces, read, i, isName);
      if (listed.length === 0 && lines.length === 0) continue;
      for (const at of listed) {
        lines.push(stripped(pieces[at]));
        taken.add(at);
      }
      taken.add(i);
    }
    if (one.kind === 'bare') {
      const meant = preceding(pieces, read, taken, i, isName);
      const under = following(pieces, read, i, isName);
      const pointed =
        meant.length > 0 || taken.has(i - 1) ? meant : under.slice(0, pieces[i + 1]?.first === true ? MOST_LINES : 1);
      for (const at of pointed) {
        lines.push(stripped(pieces[at]));
        taken.add(at);
      }
      if (pointed.length > 0 || taken.has(i - 1)) taken.add(i);
    }
  }
  const kept = [...new Set(lines.map((line) => line.trim()))].filter(
    (line) => line !== '' && line.length <= LONGEST_LINE,
  );
  if (kept.length === 0) return null;
  const rest = pieces.some((piece, i) => !taken.has(i) && !isFiller(piece, isName));
  return { lines: kept.slice(0, MOST_LINES), rest };
}

/** Nothing is said but that something else is to be remembered: "이거 기억해", "그거 외워둬". */
export function isOnlyWishToRemember(body: string, agents: readonly Callable[]): boolean {
  if (body.length > LONGEST_WISH || /^\s*[!！]/u.test(body)) return false;
  const isName = nameTester(agents);
  const pieces = saidPieces(body, agents);
  const wishes = pieces.filter((piece) => readPiece(piece, isName, false).kind === 'bare');
  return wishes.length > 0 && pieces.every((piece) => wishes.includes(piece) || isFiller(piece, isName));
}

type Read =
  | { readonly kind: 'line'; readonly text: string }
  /** Wants what stands before or behind it remembered. */
  | { readonly kind: 'bare' }
  /** Wants the lines under it remembered. */
  | { readonly kind: 'list' }
  | { readonly kind: 'other' };
const OTHER: Read = { kind: 'other' };

function readPiece(piece: SaidPiece, isName: (word: string) => boolean, pasted: boolean): Read {
  const core = coreOf(piece.words, isName);
  if (core.length === 0 || isSomebodysLine(piece, isName)) return OTHER;
  if (floorSentence(piece.text) !== null) return OTHER;
  const words = core.map(({ text }) => text);
  const english = englishOf(core);
  if (!/[가-힣]/u.test(english)) return readEnglish(piece, english, pasted);
  const tagged = piece.question && isTagged(piece.words);
  const question = piece.question && !tagged;
  if (isBareRemembering(core, question)) return core.at(-1)?.colon === true ? { kind: 'list' } : { kind: 'bare' };
  const behind = rememberedBehind(core);
  if (behind !== null && !isCall(behind.content, isName) && isWorthKeeping(behind, isName, question))
    return { kind: 'line', text: from(piece, behind.content[0]) };
  const before = rememberedBefore(core, question);
  if (before !== null) {
    if (!isWorthKeeping(before, isName, false)) return pointsBack(before) ? { kind: 'bare' } : OTHER;
    return { kind: 'line', text: contentOf(piece, before) };
  }
  if (core.at(-1)?.colon === true && /^(?:기억|기억사항|기억할것|기억할거|메모)$/u.test(words.at(-1) ?? ''))
    return { kind: 'list' };
  if (question || pasted) return OTHER;
  return setsRule(words, isName) ? { kind: 'line', text: stripped(piece) } : OTHER;
}

function readEnglish(piece: SaidPiece, sentence: string, pasted: boolean): Read {
  if (isBareInEnglish(sentence)) return piece.question ? OTHER : { kind: 'bare' };
  if (rememberedInEnglish(sentence, piece.question) !== null) return { kind: 'line', text: stripped(piece) };
  return !piece.question && !pasted && setsRuleInEnglish(sentence) ? { kind: 'line', text: stripped(piece) } : OTHER;
}

/** "사장님: 앞으로 늦지 마": a line of somebody's chat. */
const isSomebodysLine = ({ words }: SaidPiece, isName: (word: string) => boolean): boolean => {
  const at = words.findIndex(({ colon }) => colon);
  if (at < 0 || at > 1) return false;
  const said = words.slice(0, at + 1).map(({ text }) => text);
  return !said.some(
    (word) =>
      isName(word) ||
      /기억|메모|잊지|외워|참고|명심|까먹|앞으로|이제부터|다음부터|항상|remember|forget|mind|now|note|always|규칙|원칙|지시|호칭|대답|보고|때/u.test(
        word,
      ),
  );
};

const isTagged = (words: readonly SaidWord[]): boolean =>
  /^(?:알았지|알겠지|알겠어|알았어|알았죠|알겠죠|알겠니|오케이|ok|okay)$/u.test(words.at(-1)?.text ?? '');

const ENDED =
  /(?:[야요다임음함됨어아해줘셔마봐써와워라지네죠여려러]|이고|이며|거든|니까|까|는데|은데|인데|로|게|히|만|기|것|금지)$/u;
/** Points at what was said elsewhere, or names a thing without saying what it is. */
const POINTS =
  /(?:배운|들은|본|읽은|찾은|정한|약속한|말한|얘기한|이야기한|했던|말했던|얘기했던|보낸|올린|준|알려준|적은|쓴|했던|한|하는)(?:거|것|말|얘기|이야기|내용|파일|사진|대로|거를|것을|말을|걸)(?:도|은|는)?(?:꼭|좀|다|모두)?$|^(?:이거|그거|이것|그것|저거|이걸|그걸|이건|그건|지금꺼|방금꺼|위에꺼|위내용|이내용|이대화|이말|그말|이글|그글|윗글|위글|이메시지|이답|이답변|이대답|이부분|이문장|이정보|내말|이약속|그약속|우리약속|약속)(?:을|를|도|은|는|만)?$/u;
const EMPTY =
  /^(?:나|날|나를|저를|우리|우리를|너|너를|이날|이순간|이순간을|오늘|오늘을|그날|그날을|그때|그때를|내이름|내이름을|내생일|내생일을|엄마|아빠|초심|초심을|은혜|은혜를|고마움을|사랑을|추억을|내얼굴|내목소리|내마음|내꿈을|내꿈|그사람|그사람을|첫사랑을|비밀번호|전화번호|주소|제목|제목을|이름|이름을|얼굴|다|전부|모두)$/u;

const pointsBack = ({ content }: Remembering): boolean => POINTS.test(content.map(({ text }) => text).join(''));

function isWorthKeeping(
  { content, where, strong }: Remembering,
  isName: (word: string) => boolean,
  question: boolean,
): boolean {
  if (question || content.length === 0) return false;
  const core = coreOf(content, isName);
  const words = core.map(({ text }) => text);
  const joined = words.join('');
  if (joined === '' || POINTS.test(joined) || EMPTY.test(joined)) return false;
  if (
    /(?:[지가나까]|는지|은지|냐|니)$/u.test(joined) &&
    /뭐|뭘|무엇|무슨|어떻게|언제|어디|얼마|몇|누가|누구|왜|어느/u.test(joined)
  )
    return false;
  if (/(?:주는|줄|깨우는|깨워주는|하라고한|시킨)(?:거|것)$/u.test(joined)) return false;
  if (
    /(?:려면|려고|려구|해서|기위해|때문에|하게|기쉽게|기좋게|수있게|수있도록|않게|도록)$/u.test(joined) &&
    where === 'behind'
  )
    return false;
  const ended = ENDED.test(words.at(-1) ?? '');
  const value = /\d|○/u.test(joined) || /[a-z]{2,}/u.test(joined);
  if (!strong) {
    if (where === 'before') return ended && (hasFinal(words) || value);
    if (
      /\d/u.test(words.at(-1) ?? '') &&
      words.some((word) => /[은는]$/u.test(word)) &&
      !/^(?:난|나는|저는)$/u.test(words[0] ?? '')
    )
      return true;
    return hasFinal(words) && !/^(?:난|나는|나도|저는|내가|다들|우리는)$/u.test(words.length === 1 ? joined : '');
  }
  if (words.length === 1 && !value && !hasFinal(words)) return joined.length > 6 && ended;
  return ended || value || words.length >= 3 || /(?:거|것|점|사실|날|일|데|건)(?:을|를|도|은|는)?$/u.test(joined);
}

/** A whole sentence, not a thing with a name. */
const hasFinal = (words: readonly string[]): boolean => {
  const last = words.at(-1) ?? '';
  return (
    (words.length >= 3 && /[나가자타켜펴내]$/u.test(last)) ||
    /(?:이야|[가-힣]야|예요|이에요|에요|입니다|이다|다|요|음|임|함|됨|어|아|해|셔|써|워|와|줘|마|봐|거든|니까|는데|인데|네|지|고|라)$/u.test(
      last,
    ) ||
    directiveOf(words.join('')) !== null
  );
};

/** The sentence without the wish to remember it, where it stands without that; else as it was said. */
function contentOf(piece: SaidPiece, { content }: Remembering): string {
  const words = content.map(({ text }) => text);
  const last = content.at(-1);
  if (last === undefined || !hasFinal(words)) return stripped(piece);
  const end = last.from + last.text.length - (piece.words[0]?.from ?? 0);
  return lead(piece, piece.text.slice(0, end));
}

const from = (piece: SaidPiece, word: SaidWord | undefined): string =>
  piece.text.slice((word?.from ?? 0) - (piece.words[0]?.from ?? 0)).trim();

/** Without "그리고", "아 참" at its beginning. */
const stripped = (piece: SaidPiece | undefined): string => (piece === undefined ? '' : lead(piece, piece.text));
const lead = (piece: SaidPiece, text: string): string => {
  const first = piece.words.find(
    ({ text: word }) =>
      !/^(?:아|아니|참|아참|자|야|어|음|그리고|그리구|글고|근데|그런데|그럼|그래|또|그나저나|암튼|아무튼|얘들아|애들아|여러분|and|also|so|oh)$/u.test(
        word,
      ),
  );
  const cut = first === undefined ? 0 : first.from - (piece.words[0]?.from ?? 0);
  return trimmedEnd(
    text
      .slice(cut)
      .replace(/^(?:[-•*·▪◦]|\d{1,2}[.)])\s/u, '')
      .replace(/[\s,](?:알았지|알겠지|알겠어|알았어|알았죠|알겠죠|오케이|ok|okay)$/iu, ''),
  );
};

/** "가브리엘 발표해": somebody is called and asked for something now, which is nothing to remember; "클로드는 …" is told of him. */
function isCall(words: readonly SaidWord[], isName: (word: string) => boolean): boolean {
  const [first, ...rest] = words.map(({ text }) => text);
  if (first === undefined || !isName(first) || /[은는이가도만]$/u.test(first)) return false;
  const asked = rest.join('');
  const directive = directiveOf(asked);
  return (
    (directive === 'asked' || directive === 'bare' || /(?:봐|보자|볼래|할래|까|니|냐|뭐야|어때)$/u.test(asked)) &&
    !setsRule(rest, isName)
  );
}

/** The lines under "기억해:", up to an empty one. */
function following(
  pieces: readonly SaidPiece[],
  read: readonly Read[],
  at: number,
  isName: (word: string) => boolean,
): readonly number[] {
  const found: number[] = [];
  for (let i = at + 1; i < pieces.length && found.length < MOST_LINES; i++) {
    const piece = pieces[i];
    if (piece === undefined || (piece.apart && found.length > 0) || piece.question || read[i]?.kind === 'bare') break;
    if (isCall(piece.words, isName)) break;
    found.push(i);
  }
  return found;
}

/** What "꼭 기억해" means behind other sentences: the statements right before it. */
function preceding(
  pieces: readonly SaidPiece[],
  read: readonly Read[],
  taken: ReadonlySet<number>,
  at: number,
  isName: (word: string) => boolean,
): readonly number[] {
  const found: number[] = [];
  for (let i = at - 1; i >= 0 && found.length < MOST_LINES && !taken.has(i); i--) {
    const piece = pieces[i];
    if (piece === undefined || piece.question || read[i]?.kind === 'bare' || isFiller(piece, isName)) break;
    if (!isTold(piece, isName)) break;
    found.unshift(i);
    if (piece.apart) break;
  }
  return found;
}

/** Something is told that can hold tomorrow: no greeting, no mood of the moment, no errand. */
function isTold({ words }: SaidPiece, isName: (word: string) => boolean): boolean {
  const core = coreOf(words, isName).map(({ text }) => text);
  const joined = core.join('');
  if (joined.length < 3 || /^(?:안녕|하이|헬로|굿모닝|수고|고마워|고맙|감사|미안|hello|hi|thanks)/u.test(joined))
    return false;
  if (/피곤|힘들|졸려|졸리|배고|심심|짜증|바쁘|바빠/u.test(joined) && !/\d/u.test(joined)) return false;
  const directive = directiveOf(joined);
  return directive !== 'asked' || hasOwnSubject(core, isName) || setsRule(core, isName);
}
