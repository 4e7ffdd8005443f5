import { halfWidth } from '../../../bridge/protocol/orders/order-words.ts';
import { formOf } from '../../addressing/name-forms.ts';
import type { Callable } from '../../addressing/callable.ts';

/** A message cut into what it says, piece by piece: as it was written, and as the rules look at it. Pure. */

export interface SaidWord {
  /** Small letters, half width; what stands in quotes is ○: somebody else's words set no rule. */
  readonly text: string;
  /** Where it begins in the cleaned message. */
  readonly from: number;
  /** A colon stands behind it. */
  readonly colon: boolean;
  readonly comma: boolean;
}

export interface SaidPiece {
  /** As it was written. */
  readonly text: string;
  readonly words: readonly SaidWord[];
  readonly question: boolean;
  /** Begins a line. */
  readonly first: boolean;
  /** An empty line stands before it. */
  readonly apart: boolean;
}

const INVISIBLE = /\u00ad|[\u200b-\u200f]|\u2060|\ufe0e|\ufe0f|\ufeff/gu;
const FENCE = /```[^]*?(?:```|$)/gu;
const QUOTED_LINE = /^[ \t]*>.*$/gmu;
const QUOTED = /`[^`\n]*`|“[^“”\n]*”|"[^"\n]*"|「[^「」\n]*」|『[^『』\n]*』|‘[^‘’\n]*’|(?<![\p{L}\p{N}])'[^'\n]*'/gu;
const ADDRESS = /(?:https?:\/\/|www\.)\S+/giu;
const END = /\n+|[.!?…。]{1,20}(?=\s|$|[가-힣(])|[;~]{1,20}(?=\s|$)|[ㄱ-ㆎ]+|\p{Extended_Pictographic}+/gu;
const WORD = /[^\s,:;()[\]<>*"“”…!?~=|/\\#·]+/gu;

const blank = (sign: string) => (found: string) => sign.repeat(found.length);

/** Cuts a message. `agents`: a name that is called belongs to what is said to it. */
export function saidPieces(body: string, agents: readonly Callable[]): readonly SaidPiece[] {
  const text = body.normalize('NFC').replace(INVISIBLE, '');
  // Letter for letter, so that places stay what they are.
  const judged = halfWidth(text)
    .replace(FENCE, blank('\n'))
    .replace(QUOTED_LINE, blank('\n'))
    .replace(ADDRESS, blank('○'))
    .replace(QUOTED, blank('○'))
    .replace(/[A-Z]/gu, (letter) => letter.toLowerCase());
  const isName = nameTester(agents);
  const pieces: SaidPiece[] = [];
  let from = 0;
  let gap = '\n';
  const close = (to: number, mark: string) => {
    const words = wordsIn(judged, from, to);
    const last = pieces.at(-1);
    if (words.length > 0) {
      const parts = runOns(words, isName);
      for (const [i, part] of parts.entries()) {
        const until = parts[i + 1]?.[0]?.from ?? to;
        pieces.push({
          text: trimmedEnd(text.slice(part[0]?.from, until)),
          words: part,
          question: i === parts.length - 1 && mark.includes('?'),
          first: i === 0 && gap.includes('\n'),
          apart: i === 0 && gap.includes('\n\n'),
        });
      }
      gap = mark;
    } else {
      gap += mark;
      if (last !== undefined && !mark.startsWith('\n') && mark.includes('?') && !gap.includes('\n'))
        pieces[pieces.length - 1] = { ...last, question: true };
    }
  };
  for (const match of judged.matchAll(END)) {
    // "1. 표로": the number of a list.
    if (match[0] === '.' && /^\s*\d{1,2}$/u.test(judged.slice(from, match.index).slice(0, 12))) continue;
    close(match.index, match[0]);
    from = match.index + match[0].length;
  }
  close(judged.length, '');
  return pieces;
}

const wordsIn = (judged: string, from: number, to: number): readonly SaidWord[] =>
  [...judged.slice(from, to).matchAll(WORD)].map((match) => {
    const behind = judged
      .slice(from + match.index + match[0].length)
      .slice(0, 2)
      .trimStart();
    return {
      text: match[0],
      from: from + match.index,
      colon: behind.startsWith(':') && !/^:\d/u.test(behind),
      comma: behind.startsWith(','),
    };
  });

/** Without the commas and blanks at its end. */
export function trimmedEnd(text: string): string {
  let end = text.length;
  while (end > 0 && /[\s,·]/u.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

/** An English sentence with its commas and colons, as its rules look at it. */
export const englishOf = (words: readonly SaidWord[]): string =>
  words.map(({ text, comma, colon }) => `${text.replaceAll('’', "'")}${comma ? ',' : colon ? ':' : ''}`).join(' ');

/** Is the word one of the names, with whatever hangs on it? */
export function nameTester(agents: readonly Callable[]): (word: string) => boolean {
  const names = agents.flatMap(({ id, callsigns, userId }) =>
    [id, ...callsigns, userId].map((name) => name.normalize('NFC').toLowerCase()),
  );
  return (word) => {
    const bare = word.replace(/^@/u, '');
    return names.some((name) => bare.startsWith(name) && formOf(bare.slice(name.length)) !== null);
  };
}

const ALL =
  /^(?:얘들아|애들아|얘두라|여러분|다들|모두|모두들|너희|너희들|너희는|너희들은|전원|얘들|guys|everyone|everybody|all|team)$/u;
/** Stands at the beginning and says nothing by itself. */
export const LEADS =
  /^(?:아|아니|참|아참|자|자자|야|어|음|그리고|그리구|글고|근데|그런데|그럼|그러면|그래서|또|또한|그래|좋아|오케이|오키|ok|okay|네|응|저기|제발|부탁인데|미안한데|일단|우선|암튼|아무튼|그나저나|참고로|please|pls|and|also|so|oh|hey|hi|well|btw|one more thing)$/u;

/** Somebody is spoken to, and nothing is said yet. */
const calls = ({ text }: SaidWord, isName: (word: string) => boolean): boolean =>
  ALL.test(text) || LEADS.test(text) || isName(text) || /^(?:나|난|넌|너|저)$/u.test(text);

/** People on phones leave full stops out: a new beginning behind an ended clause is a new sentence. */
const BEGINS =
  /^(?:그리고|그리구|글고|근데|그런데|그나저나|암튼|아무튼|아참|참|그럼|앞으로는?|앞으론|이제부터는?|이제부턴|지금부터는?|오늘부터는?|다음부터는?|다음부턴|담부터는?|담부턴|also|and|from)$/u;
const ENDED = /(?:요|다|까|죠|줘|해|야|마|라|어|아|지|네|임|음|함|자|니|냐|돼|됨|써|봐|워|여|려|러)$/u;
/** Said of what stands before it: whatever follows is something new. */
const REMEMBERED =
  /^(?:기억해|기역해|기억해줘|기억해줘요|기억해주세요|기억해둬|기억해놔|기억해라|기억하세요|외워둬|외워줘|메모해|메모해줘|메모해둬|까먹지마|까먹지마라|잊지마|잊지마라|잊지마세요|명심해|알아둬)$/u;

function runOns(words: readonly SaidWord[], isName: (word: string) => boolean): readonly (readonly SaidWord[])[] {
  const parts: SaidWord[][] = [];
  let part: SaidWord[] = [];
  let onlyCalled = true;
  for (const [i, word] of words.entries()) {
    const before = words[i - 1];
    if (
      before !== undefined &&
      part.length > 0 &&
      !onlyCalled &&
      !isName(before.text) &&
      ((BEGINS.test(word.text) && i < words.length - 1 && ENDED.test(before.text)) ||
        (isRemembered(part) && goesOn(words, i, isName)))
    ) {
      parts.push(part);
      part = [];
      onlyCalled = true;
    }
    part.push(word);
    onlyCalled &&= calls(word, isName);
  }
  parts.push(part);
  return parts;
}

/** "내 생일은 3월 2일이야 기억해" and more behind it; where the word stands first, what follows is what is meant. */
const isRemembered = (part: readonly SaidWord[]): boolean => {
  const last = part.slice(-2).map(({ text }) => text);
  const joined = last.join('');
  const alone = REMEMBERED.test(last.at(-1) ?? '');
  return part.length >= (alone ? 3 : 4) && (alone || REMEMBERED.test(joined)) && part.at(-1)?.colon === false;
};

/** What stands behind a wish to remember and belongs to it. */
const AFTERTHOUGHT =
  /^(?:알았지|알겠지|알겠어|알았어|알았죠|알겠죠|알겠니|꼭|좀|제발|부탁해|부탁해요|부탁|부탁드려요|고마워|고마워요|오케이|ok|응|어|이제|줘|줘요|줘라|주세요|주라|주렴|주십시오|주길|줄래|줄래요|줄|주면|둬|둬요|둬라|두세요|두렴|두라고|두자|두고|두도록|놔|놔요|놔라|놓아|놓으세요|놓고|있어|있어줘|있어라|라)$/u;
function goesOn(words: readonly SaidWord[], at: number, isName: (word: string) => boolean): boolean {
  return (
    !words.slice(at).every(({ text }) => AFTERTHOUGHT.test(text) || ALL.test(text) || isName(text)) &&
    !AFTERTHOUGHT.test(words[at]?.text ?? '')
  );
}

/** Is nothing said here but names, greetings' beginnings and "알았지"? */
export const isFiller = ({ words }: SaidPiece, isName: (word: string) => boolean): boolean =>
  words.every(
    ({ text }) =>
      AFTERTHOUGHT.test(text) || ALL.test(text) || LEADS.test(text) || isName(text) || /^[^\p{L}\p{N}]+$/u.test(text),
  );

/** The words that carry the meaning: without who is called at the beginning and what is said for good measure at the end. */
export function coreOf(words: readonly SaidWord[], isName: (word: string) => boolean): readonly SaidWord[] {
  let from = 0;
  let to = words.length;
  const at = (i: number) => words[i]?.text ?? '';
  while (from < to - 1 && (LEADS.test(at(from)) || ALL.test(at(from)) || isName(at(from)))) from++;
  while (
    to > from + 1 &&
    ((AFTERTHOUGHT.test(at(to - 1)) && !/^(?:줘|주|줄|둬|두|놔|놓|있어|라$|부탁)/u.test(at(to - 1))) ||
      ALL.test(at(to - 1)) ||
      isName(at(to - 1)))
  )
    to--;
  return words.slice(from, to);
}
