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
  /^(?:그건\s?그렇고|다른\s?(?:얘기|이야기|질문|일|건|거|작업)|딴\s?(?:얘기|소리|거)|별개로|새\s?(?:작업|임무)|(?:얘|애)들아|다들|모두들?|여러분|여보(?!세요)|자기야|당신[은이\s,]|엄마|아빠|얘야|by the way|btw|unrelated|on another note|another (?:thing|question|matter|topic)|new (?:task|topic)|everyone|everybody|(?:hey )?(?:guys|all)[\s,!])/iu;

const KO_THANKS =
  /고마워|고마우|고맙|감사|수고|고생(?:했|하셨|많)|덕분|잘\s?(?:했|하네|하는|한다|만들었|됐|되네|나왔|쓸|볼|받)|좋(?:네|아|다|은데|습니다|군|구나|았|겠다)|멋지(?!게)|멋있(?!게)|멋져|예쁘(?!게)|이쁘(?!게)|예뻐|이뻐|예쁘다|최고|굿|완벽(?!하게)|대박|나이스|훌륭|대단|기가\s?막|끝내|신기|재밌(?!게)|재미있(?!게)|깔끔하(?!게)|편하(?:네|다)|만족|행복|감동|든든|기특|똑똑|역시|짱|이거지|그대로|ㅋㅋ|ㅎㅎ|ㅇㅋ|ㅇㅇ|오케이|오키|알겠|알았|확인했|(?:마음|맘)에\s?(?:들|든|쏙)|(?:^|\s)(?:그래|응|어|네|넵|넹|됐어|됐다|됐네|맞아|맞네|그렇네)(?:요)?(?:$|\s)/u;
/** He says what he does next, or good-bye: "이따 볼게", "내일 얘기하자". */
const KO_PARTS =
  /(?:하자|보자|자자|가자|쉬자|먹자|마시자|만나자|놀자|봐요?|들어가요?|가세요|쉬세요|쉬어요?|주무세요|잘\s?자요?)$/u;
/** Adjectives whose stem ends as a promise does. */
const KO_NO_PROMISE = /(?:길|가늘|둥글|멀|달)게(?:요|용)?$/u;
const EN_THANKS =
  /\b(?:thanks?|thank you|thx|ty|cheers|great|nice|perfect|awesome|good (?:job|work)|well done|looks good|love it|lovely|cool|wow|lol|haha+|ok|okay|got it|i see|noted|excellent|wonderful|beautiful)\b/i;

/** He wants to be told, not to have it changed. */
const KO_TELL =
  /(?:알려|말해|설명|가르쳐|이야기해|얘기해|읽어|보여|답해|대답해|요약해|풀어\s?말)(?:\s?(?:줘|줄|주|봐|달|해|좀|보))|궁금|이유가?$|무슨\s?뜻/u;
/** What comes of these is another thing than words. */
const KO_CHANGE =
  /바꿔|바꾸|바꿀|바뀌|고쳐|고치|고칠|수정|변경|교체|추가|넣어|넣고|넣을|빼\s?(?:줘|고|주|버|라|자|도|면|$)|뺄|지워|지우|지울|삭제|제거|없애|없앨|줄여|줄이|줄일|늘려|늘리|늘릴|키워|키우|키울|옮겨|옮기|옮길|정렬|정리|번역|나눠|나누|합쳐|합치|붙여|붙이|채워|채우|만들어|만들자|써\s?(?:줘|주|봐|넣)|적어|그려|그리자|보내|올려|올리|내려|내리|맞춰|맞추|다듬|꾸며|꾸미|다시\s?(?:해|하|만|써|그|정|작)|되돌려|되돌리|바로잡/u;
/** Of them, those that mean nothing in a kitchen or on the road. */
const KO_CHANGE_ONLY =
  /바꿔|바꾸|바꿀|고쳐|고치|고칠|수정|변경|추가|넣어|넣고|넣을|빼\s?(?:줘|고|주)|뺄|지워|지우|지울|삭제|제거|없애|줄여|줄이|줄일|늘려|늘리|늘릴|교체|정렬|번역|되돌려|바로잡|다시\s?(?:해|만들|써|그려|작성)/u;
/** What is made of: parts of a page, of a text, of a picture. */
const KO_THING =
  /글자|글씨|글꼴|폰트|제목|부제|(?<![검생사수])색|배경|버튼|단추|사진|그림|이미지|로고|아이콘|(?<![가-힣])(?:표|글|칸)(?=[을를은는이가도만에의로\s]|$)|밑줄|(?:첫|한|두|빈|윗|아랫)\s?줄|목록|리스트|메뉴|문장|문단|단어|내용|설명|본문|페이지|화면|링크|주소|번호|번째|연락처|가격|금액|숫자|날짜|이름|파일|문서|보고서|엑셀|그래프|차트|도표|여백|간격|테두리|크기|두께|순서|머리말|꼬리말|맨\s?위|맨\s?아래|인사말|안내문|견적서|포스터|명함|간판|전단/u;
const KO_THIS = /(?:^|\s)(?:이거|이건|이걸|그거|그건|그걸|저거|요거)(?:\s|$)/u;
/** His own day, which is no part of what was made. */
const KO_LIFE =
  /오늘|어제|그제|내일|모레|요즘|요새|새벽|아침|점심|저녁|밤에|주말|휴일|명절|날씨|하루|퇴근|출근|운전|배차|하차|상차|화물|고속도로|휴게소|주유|기름|타이어|오일|엔진|정비|트럭|(?:^|\s)(?:차|길|술|밥|국|잠|비|눈|살|돈|짐|몸|일)(?:이|가|을|를|도|은|는|에|\s|$)|막히|막혀|막힌|허리|무릎|어깨|병원|약국|감기|커피|소주|막걸리|맥주|라면|피곤|졸려|졸리|힘들|배고|배부|덥|더워|춥|추워|집에|집사람|마누라|와이프|아내|남편|우리\s?(?:애|집|아들|딸)|애들|아이들|손주|아들|딸|장모|처가|친구|형님|동생|손님|월급|로또|축구|야구|드라마|낚시|등산|여행|휴가|교회|결혼식|제사|김장|장례/u;
/** How it is to look: "파랗게", "초록으로", "표로". No other word that ends so is one: "쓸게", "진짜로", "그대로". */
const KO_LOOK =
  /(?:(?:크|작|길|짧|굵|가늘|얇|두껍|밝|어둡|진하|연하|흐리|짙|옅|높|낮|넓|좁|쉽|둥글|붉|푸르|검|희|빨갛|파랗|노랗|하얗|까맣|누렇|퍼렇|뻘겋|커다랗|조그맣|큼직하|큼지막하|널찍하|촘촘하|가지런하|선명하|또렷하|뚜렷하|간단하|단순하|간결하|자세하|상세하|꼼꼼하|정확하|깔끔하|심플하|화려하|세련되|고급지|고급스럽|부드럽|정중하|공손하|친절하|귀엽|예쁘|이쁘|멋지|멋있|재미있|재밌|다르|비슷하|똑같|눈에\s?띄|보기\s?좋|보기\s?쉽|읽기\s?쉽)게|(?:(?<!검)색|색깔|색상|색깔만|빨강|파랑|노랑|초록|검정|하양|분홍|보라|주황|영문|국문|사투리|존댓말|반말|한글|순|순서|왼쪽|오른쪽|가운데|위쪽|아래쪽|(?:한|두|세|네)\s?(?:줄|장|칸|쪽|문장))(?:으로|로)|(?:국어|영어|일본어|한자|고딕체|명조체|궁서체|가로|세로|맨\s?위|맨\s?아래|(?<![가-힣])(?:표|도표|그래프|차트|엑셀|카드|목록|그림))(?:으로|로))(?:만|요|도|좀)?(?=\s|$)/u;
/** Asks for something outright: what, is another matter. */
const KO_ASKS_FOR =
  /(?:줘|줘요|줘라|주라|주세요|주십시오|주셈|줄래|줄래요|주실래|줄\s?수|주실\s?수|달라|다오|부탁|부탁해|부탁해요|부탁합니다|부탁드려|부탁드려요|부탁드립니다|해라|하라|할래|바람|바랍니다|해\s?놔|해\s?둬|해\s?봐)(?:고|는데|요|용|염|ㅇㅇ)*$/u;
/** Of "하자" only what no evening has. */
const KO_LETS =
  /(?:수정하자|변경하자|추가하자|삭제하자|제거하자|교체하자|정렬하자|번역하자|고치자|바꾸자|넣자|지우자|줄이자|늘리자|키우자|옮기자|없애자)$/u;
const KO_HOPES_FOR =
  /(?:좋겠|으면\s?(?:해|하는데|싶)|싶어|싶은데|싶다|싶네|야\s?(?:해|돼|될|겠|할)|될까|안\s?될까|되나|돼\??$|수\s?있(?:어|을까|나|니|냐)|가능(?:해|할까|하니|하나)|어떨까|낫겠)/u;
/** A thing and what is to become of it: "사진은 빼고", "버튼 위로". */
const KO_WITHOUT_VERB =
  /(?:빼고|없이|대신|추가|삭제|수정|변경|제거|교체|\s(?:위|아래|밑|옆|앞|뒤)로|(?:으로|게)\s?하자)(?:만|요|도)?$/u;
/** May stand behind it. */
const KO_BEHIND = new Set(['다시', '좀', '더', '한번', '한', '번', '해', '해요', '하기', '가자', '바꿔', '부탁']);
const KO_AGAIN = /^(?:다시|다시\s?해|다시\s?하기|한\s?번\s?더)(?:봐|요)?$/u;
const KO_BARE_ORDER =
  /(?:바꿔|고쳐|넣어|빼|지워|없애|줄여|늘려|키워|옮겨|정렬해|정리해|번역해|나눠|합쳐|붙여|채워|만들어|그려|올려|내려|맞춰|다듬어|꾸며|되돌려|다시|다시\s?해|수정해|변경해|추가해|삭제해|제거해|교체해)(?:봐|라|요|봐라|버려|놔)?$/u;
/** A fault that he has seen is to be mended. */
const KO_COMPLAINS =
  /너무\s?(?:작|크|커|길|짧|어둡|어두|밝|진하|진해|연하|연해|흐리|흐려|굵|가늘|얇|두껍|두꺼|좁|넓|촌스|밋밋|복잡|딱딱|튀|붙어|많|적)|안\s?(?:보여|보이|열려|열리|눌려|맞아|맞는)|깨져|깨졌|틀렸|틀려|틀린|빠졌|빠져\s?있|빠진|잘못\s?(?:됐|되|나|들|적)|이상해|이상하|(?:마음|맘)에\s?안|별로/u;
/** Said of nothing else than what was made. */
const KO_COMPLAINS_ONLY =
  /오타(?!니)|^(?:(?:이거|이건|그거|좀|조금|아직|아직도|여전히|근데|그런데)\s)?너무\s?(?:작|크|커|길|짧|어둡|어두|밝|진하|진해|연하|연해|흐리|흐려|굵|가늘|얇|두껍|두꺼|좁|넓)[가-힣]{0,2}$/u;
const KO_ASKS =
  /왜|어째서|뭐|뭘|뭔|무엇|무슨|어떤|어느|누가|누구|언제|어디|얼마|몇|어떻게|어때|(?:나요|까요|가요|는지|은지|니|냐|느냐|습니까|ㅂ니까|입니까|인가|은가|는가|던가|을까|ㄹ까|할까|까)$/u;

const EN_POLITE =
  /^(?:(?:please|now|and|then|also|but|ok|okay|so|great|nice|thanks|thank you|just|maybe|next|can you|could you|would you|will you|can we|could we|let's|let us)[\s,]+)*/i;
/** Begins an order whatever follows. */
const EN_CHANGE =
  /^(?:change(?! of\b| is\b)|add(?! to that\b)|remove|delete|replace|rename|fix(?! me\b)|correct|shorten|lengthen|translate|rewrite|redo|resize|swap|convert|split|merge|increase|reduce|enlarge|shrink|align|cent(?:er|re)|undo|revert|crop|sort(?! of\b)|leave out|take out)\b/i;
/** Begins one where it says what of, or how it is to look. */
const EN_MAY_CHANGE =
  /^(?:make|turn|set|use|drop|put|move|include|join|update|write|draw|paint|colou?r|cut|bring|keep only|take|send|try|show)\b/i;
const EN_THING =
  /\b(?:titles?|headings?|headlines?|fonts?|letters|text|colou?rs?|background|buttons?|pictures?|photos?|images?|logos?|icons?|tables?|lists?|rows?|columns?|lines?|sentences?|paragraphs?|pages?|links?|numbers?|prices?|dates?|names?|files?|report|document|charts?|graphs?|margins?|borders?|sizes?|order|menu|footer|header|address|email|section|summary|version)\b/i;
const EN_LOOK =
  /\b(?:red|blue|green|yellow|black|white|gr[ae]y|orange|purple|pink|brown|bold|italics?|big|small|bigger|smaller|larger|shorter|longer|darker|brighter|lighter|bolder|bluer|redder|wider|narrower|simpler|cleaner|english|korean|german|french|spanish|japanese|chinese)\b/i;
const EN_HOPES_FOR =
  /\b(?:i(?:'d| would) (?:like|love|prefer)|i (?:want|need|prefer)|i wish|should (?:be|have|say|look)|needs? to|must (?:be|have)|has to be|how about|what about making|too (?:small|big|large|dark|bright|long|short|wide|narrow|plain|much|many|few)|(?:is|are) (?:wrong|missing|broken))\b/i;
const EN_COMPLAINS_ONLY =
  /\b(?:typos?|misspel\w*)\b|^(?:it'?s |it is |this is |that'?s |still |much |way |a bit )?too (?:small|big|large|dark|bright|long|short|wide|narrow|plain)$/i;
const EN_FRAGMENT =
  /^(?:(?:as|in|into|with|without) \S.{0,60}|(?:an? (?:bit|little) |much |slightly |even )?(?:bigger|smaller|larger|shorter|longer|darker|brighter|lighter|bolder|bluer|redder|wider|narrower|simpler|cleaner|less|more) ?.{0,40}|.{0,60}\b(?:again|instead),? ?(?:please)?)$/i;
const EN_AGAIN = /^(?:(?:do|try) (?:it|that|this) )?(?:once )?(?:over )?again$|^do it over$/i;
const EN_PARTS =
  /\b(?:i (?:really |do |just )?(?:like|love|enjoy)|good ?(?:night|bye|evening)|bye|see you|see ya|take care|sleep well|have a|keep (?:it up|up)|talk (?:to you )?(?:later|tomorrow|soon))\b/i;
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
  return read.includes('other') ? 'other' : 'thanks';
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
  // "왜 안 바꿔줘?" wants a reason, whatever verb it has.
  if (/^(?:근데\s|그런데\s)?(?:왜|어째서)(?:\s|$)/u.test(text)) return 'question';
  if (KO_TELL.test(text)) return 'question';
  const thing = KO_THING.test(text);
  const elsewhere = KO_LIFE.test(text);
  if (asksInKorean(text, thing, elsewhere)) return 'change';
  if (asks || KO_ASKS.test(text)) return 'question';
  const order = !elsewhere || thing ? ordersInKorean(text, thing) : false;
  // "글씨가 너무 커서 좋다", "너무 고마워": what is praised has no fault; an order with its thing is one beside any thanks.
  if (order && thing) return 'change';
  if (KO_THANKS.test(text) || promises(text)) return 'thanks';
  if (order || KO_COMPLAINS_ONLY.test(text)) return 'change';
  if (KO_COMPLAINS.test(text) && thing && !elsewhere) return 'change';
  if (KO_PARTS.test(text)) return 'thanks';
  return elsewhere ? 'other' : 'unclear';
}

/** A wish in so many words. What is not clearly one is none: it would begin paid work. */
function asksInKorean(text: string, thing: boolean, elsewhere: boolean): boolean {
  if (KO_LETS.test(text)) return !elsewhere || thing;
  const only = KO_CHANGE_ONLY.test(text);
  const what = only || ((KO_CHANGE.test(text) || KO_LOOK.test(text)) && (!elsewhere || thing));
  if (KO_ASKS_FOR.test(text)) return what && !/지\s?말아/u.test(text);
  if (!KO_HOPES_FOR.test(text) || /어떻게|뭐|무슨|어떤|어느|도\s?(?:돼|되|될|괜찮)|필요\s?없/u.test(text)) return false;
  return what && (thing || (!elsewhere && (KO_LOOK.test(text) || KO_THIS.test(text) || /수\s?있/u.test(text))));
}

/** One without its polite half: "색을 파랗게", "표로 다시", "두 번째 줄 지워". */
function ordersInKorean(text: string, thing: boolean): boolean {
  if (KO_AGAIN.test(text)) return true;
  if (KO_BARE_ORDER.test(text) && (thing || KO_THIS.test(text))) return true;
  const words = text.split(/\s+/u);
  while (words.length > 1 && KO_BEHIND.has(words.at(-1) ?? '')) words.pop();
  if (thing && KO_WITHOUT_VERB.test(words.join(' '))) return true;
  return [1, 2].some((many) => endsInLook(words.slice(-many).join(' ')));
}

function endsInLook(words: string): boolean {
  const look = KO_LOOK.exec(words);
  return look !== null && look.index + look[0].length === words.length;
}

const HANGUL_FIRST = 0xac_00;
const HANGUL_ENDS = 28;
const ENDS_IN_L = 8;

/** "잘 쓸게요", "이따 볼게": a verb that ends in ㄹ게 is what he himself will do. */
function promises(text: string): boolean {
  const stem = /([가-힣])게(?:요|용|염)?$/u.exec(text)?.[1]?.charCodeAt(0);
  if (stem === undefined || KO_NO_PROMISE.test(text)) return false;
  return (stem - HANGUL_FIRST) % HANGUL_ENDS === ENDS_IN_L;
}

function inEnglish({ text, asks }: Sentence): FollowUp {
  const bare = text.replace(EN_POLITE, '');
  if (EN_TELL.test(bare)) return 'question';
  const what = EN_THING.test(text) || EN_LOOK.test(text);
  if (EN_CHANGE.test(bare) || EN_COMPLAINS_ONLY.test(bare)) return 'change';
  if (EN_AGAIN.test(bare) && !EN_THANKS.test(text)) return 'change';
  const wishes = EN_MAY_CHANGE.test(bare) || EN_HOPES_FOR.test(text) || EN_FRAGMENT.test(bare);
  if (wishes && what && !EN_PARTS.test(text) && !/\bno need\b/i.test(text)) return 'change';
  if (asks || EN_ASKS.test(bare)) return 'question';
  return EN_THANKS.test(text) || EN_PARTS.test(text) ? 'thanks' : 'unclear';
}
