import { commandHead } from './order-words.ts';
import { parseTask } from './task-order.ts';

/**
 * What a master says in the thread of a task that is finished: a change he wants, a question about it, thanks, another
 * matter altogether, or nothing that can be told. Read in one way by the swarm, which acts on it, and by the executor,
 * which reads it again. Pure.
 */
export type FollowUp = 'change' | 'question' | 'thanks' | 'other' | 'unclear';

/** A longer one begins with what it is about. */
const LONGEST = 4_000;

/** He says himself that it is about something else, or speaks to all. */
const ELSEWHERE =
  /^(?:그건\s?그렇고|다른\s?(?:얘기|이야기|질문|일|건|거|작업)|딴\s?(?:얘기|소리|거)|별개로|새\s?(?:작업|임무)|(?:얘|애)들아|다들|모두들?|여러분|by the way|btw|unrelated|on another note|another (?:thing|question|matter|topic)|new (?:task|topic)|everyone|everybody|(?:hey )?(?:guys|all)[\s,!])/iu;

const KO_THANKS =
  /고마워|고맙|감사|수고|고생(?:했|하셨|많)|잘\s?(?:했|하네|하는|만들었|됐|나왔)|좋(?:네|아|다|은데|습니다|군|구나|았어)|멋지|멋있|예쁘|이쁘|예뻐|이뻐|최고|굿|완벽|대박|나이스|훌륭|ㅋㅋ|ㅎㅎ|ㅇㅋ|ㅇㅇ|오케이|오키|알겠|알았|확인했|(?:마음|맘)에\s?들|그래|응$|넵|네$/u;
const EN_THANKS =
  /\b(?:thanks?|thank you|thx|ty|cheers|great|nice|perfect|awesome|good (?:job|work)|well done|looks good|love it|lovely|cool|wow|lol|haha+|ok|okay|got it|i see|noted|excellent|wonderful|beautiful)\b/i;

/** He wants to be told, not to have it changed. */
const KO_TELL =
  /(?:알려|말해|설명|가르쳐|이야기해|얘기해|읽어|보여|답해|대답해|요약해|풀어\s?말)(?:\s?(?:줘|줄|주|봐|달|해|좀|보))|궁금|이유가?$|무슨\s?뜻/u;
/** What comes of these is another thing than words. */
const KO_CHANGE =
  /바꿔|바꾸|바꿀|바뀌|고쳐|고치|고칠|수정|변경|교체|추가|넣어|넣고|넣을|빼\s?(?:줘|고|주|버|라|자|도|면|$)|뺄|지워|지우|지울|삭제|제거|없애|없앨|줄여|줄이|줄일|늘려|늘리|늘릴|키워|키우|키울|옮겨|옮기|옮길|정렬|정리|번역|나눠|나누|합쳐|합치|붙여|붙이|채워|채우|만들어|만들자|써\s?(?:줘|주|봐|넣)|적어|그려|그리자|보내|올려|올리|내려|내리|맞춰|맞추|다듬|꾸며|꾸미|다시\s?(?:해|하|만|써|그|정|작)|되돌려|되돌리|바로잡/u;
/** Asks for it outright. */
const KO_ASKS_FOR =
  /(?:줘|줘요|줘라|주라|주세요|주십시오|주셈|줄래|줄래요|주실래|줄\s?수|주실\s?수|달라|다오|부탁|부탁해|해라|하라|하자|할래|바람|바랍니다|해\s?놔|해\s?둬|해\s?봐)(?:고|는데|요|용|염|ㅇㅇ)*$/u;
const KO_HOPES_FOR =
  /(?:좋겠|으면\s?(?:해|하는데|싶)|싶어|싶은데|싶다|싶네|야\s?(?:해|돼|될|겠|할)|될까|안\s?될까|되나|돼\??$|수\s?있(?:어|을까|나|니|냐)|가능(?:해|할까|하니|하나)|어떨까|낫겠)/u;
/** The change alone, without a verb: "색을 파랗게", "표로 다시", "사진은 빼고". */
const KO_FRAGMENT =
  /(?:[가-힣](?:하게|랗게|렇지\s?않게|게)|(?:으로|[가-힣]로)|빼고|없이|대신|추가|삭제|수정|변경|제거|교체)(?:만|요|도)?(?:\s(?:다시|좀|한\s?번\s?더|해|하기|바꿔|부탁|가자))*(?:요)?$/u;
const KO_BARE_ORDER =
  /(?:바꿔|고쳐|넣어|빼|지워|없애|줄여|늘려|키워|옮겨|정렬해|정리해|번역해|나눠|합쳐|붙여|채워|만들어|적어|그려|올려|내려|맞춰|다듬어|꾸며|되돌려|다시|다시\s?해|게\s?해|로\s?해|수정해|변경해|추가해|삭제해|제거해|교체해)(?:봐|라|요|봐라|버려|놔)?$/u;
/** A fault that he has seen is to be mended. */
const KO_COMPLAINS =
  /너무\s?\S|안\s?(?:보여|보이|열려|열리|눌려|맞아|맞는)|깨져|깨졌|틀렸|틀려|틀린|빠졌|빠져\s?있|빠진|오타|잘못\s?(?:됐|되|나|들|적)|이상해|이상하|(?:마음|맘)에\s?안|별로/u;
const KO_ASKS =
  /왜|어째서|뭐|뭘|뭔|무엇|무슨|어떤|어느|누가|누구|언제|어디|얼마|몇|어떻게|어때|(?:나요|까요|가요|는지|은지|니|냐|느냐|습니까|ㅂ니까|입니까|인가|은가|는가|던가|을까|ㄹ까|할까|까)$/u;

const EN_POLITE =
  /^(?:(?:please|now|and|then|also|but|ok|okay|so|great|nice|thanks|thank you|just|maybe|next|can you|could you|would you|will you|can we|could we|let's|let us)[\s,]+)*/i;
const EN_CHANGE =
  /^(?:make|change|turn|set|use|add|remove|delete|drop|put|move|replace|rename|fix|correct|shorten|lengthen|translate|rewrite|redo|resize|sort|swap|convert|include|split|merge|join|update|increase|reduce|enlarge|shrink|align|cent(?:er|re)|write|draw|paint|colou?r|undo|revert|cut|crop|bring|keep|leave out|take out|do it|do that|do this|send|try)\b/i;
const EN_HOPES_FOR =
  /\b(?:i(?:'d| would)? (?:like|want|prefer|need)|i wish|should (?:be|have|say|look)|needs? to|must (?:be|have)|has to be|how about|what about making|too (?:small|big|large|dark|bright|long|short|wide|narrow|loud|plain|much|many|few)|typo|misspel\w*|(?:is|are) (?:wrong|missing|broken))\b/i;
const EN_FRAGMENT =
  /^(?:(?:as|in|into|with|without) \S.{0,60}|(?:an? (?:bit|little) |much |slightly |even )?(?:bigger|smaller|larger|shorter|longer|darker|brighter|lighter|bolder|bluer|redder|wider|narrower|simpler|cleaner|less|more) ?.{0,40}|again\b.{0,80}|.{0,60}\b(?:again|instead),? ?(?:please)?)$/i;
const EN_TELL = /^(?:explain|tell|describe|list|show|summari[sz]e|say|remind)\b/i;
const EN_ASKS =
  /^(?:why|what|how|who|whose|whom|when|where|which|is|are|was|were|did|does|do|has|have|had|can|could|will|would|may|any)\b/i;

/** Commands are orders of their own. */
export function readFollowUp(words: string): FollowUp {
  const text = words.normalize('NFC').slice(0, LONGEST).trim();
  if (text === '') return 'unclear';
  if (commandHead(text) !== null || parseTask(text) !== null || ELSEWHERE.test(text)) return 'other';
  const read = sentencesOf(text).map(readSentence);
  // A change anywhere is a change: "고마워, 근데 제목만 바꿔줘"; thanks beside a question are manners.
  for (const kind of ['change', 'question', 'unclear', 'thanks'] as const) if (read.includes(kind)) return kind;
  return 'thanks';
}

interface Sentence {
  readonly text: string;
  readonly asks: boolean;
}

/** Cut where people stop: at marks, at line ends, and behind "고마운데," and the like. Without letters there is none. */
function sentencesOf(text: string): readonly Sentence[] {
  return text
    .split(/(?<=[.!?。！？~\n,，])\s|\n|(?<=[가-힣](?:는데|은데|지만|근데))\s|\s(?=근데\s|그런데\s|but\s)/iu)
    .map((piece) => piece.trim())
    .filter((piece) => /\p{L}/u.test(piece))
    .map((piece) => ({
      text: withoutMarks(piece),
      asks: /[?？]/u.test(piece.slice(-4)),
    }))
    .filter(({ text: left }) => left !== '');
}

const MARKS = new Set('.!?。！？~…,，^ㅠㅜ;:)( \t');

/** Without the marks at its end. */
function withoutMarks(piece: string): string {
  let end = piece.length;
  while (end > 0 && MARKS.has(piece.charAt(end - 1))) end -= 1;
  return piece.slice(0, end).trim();
}

const readSentence = (sentence: Sentence): FollowUp =>
  /\p{Script=Hangul}/u.test(sentence.text) ? inKorean(sentence) : inEnglish(sentence);

function inKorean({ text, asks }: Sentence): FollowUp {
  const changes = KO_CHANGE.test(text);
  const how = KO_FRAGMENT.test(text);
  // "왜 안 바꿔줘?" wants a reason, whatever verb it has.
  if (/^(?:근데\s|그런데\s)?(?:왜|어째서)(?:\s|$)/u.test(text)) return 'question';
  if (KO_TELL.test(text)) return 'question';
  if (KO_ASKS_FOR.test(text)) return 'change';
  if (KO_HOPES_FOR.test(text) && (changes || /게\s|로\s/u.test(text)) && !/어떻게|뭐|무슨|어떤|어느/u.test(text))
    return 'change';
  if (asks || KO_ASKS.test(text)) return 'question';
  if (how || KO_BARE_ORDER.test(text) || KO_COMPLAINS.test(text)) return 'change';
  return KO_THANKS.test(text) ? 'thanks' : 'unclear';
}

function inEnglish({ text, asks }: Sentence): FollowUp {
  const bare = text.replace(EN_POLITE, '');
  if (EN_TELL.test(bare)) return 'question';
  if (EN_CHANGE.test(bare) || EN_HOPES_FOR.test(text) || EN_FRAGMENT.test(bare)) return 'change';
  if (asks || EN_ASKS.test(bare)) return 'question';
  return EN_THANKS.test(text) ? 'thanks' : 'unclear';
}
