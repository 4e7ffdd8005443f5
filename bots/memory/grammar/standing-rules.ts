import { isNaming } from './naming.ts';
import { asksWhat, directiveOf, hasCondition, hasOwnSubject, hasStyle, isForbidden, isOfNow } from './directives.ts';

/** Does a Korean sentence set a rule for the future, though it does not ask to be remembered? In doubt it does not. Pure. */

/**
 * `rule`: nothing but a rule begins like that. `ahead`: a rule, or what is to come. `turn`: a rule, or the beginning of
 * some work. `ever`: a rule, a habit or a compliment. `mild`: a rule, or how it is wanted now. `each`: each time that.
 */
type Cue = 'rule' | 'ahead' | 'turn' | 'ever' | 'mild' | 'never' | 'each';

const CUES: readonly (readonly [Cue, RegExp])[] = [
  [
    'rule',
    /^(?:앞으로는|앞으론|앞으로도|앞으로는요|다음부터|다음부터는|다음부턴|담부터|담부터는|담부턴|다음번부터|다음번부터는|다음에는|다음엔|이후로|이후로는|차후에는|차후로는|향후에는)$/u,
  ],
  ['ahead', /^(?:앞으로|향후)$/u],
  [
    'turn',
    /^(?:이제부터|이제부터는|이제부턴|이젠|이제는|지금부터|지금부터는|지금부턴|오늘부터|오늘부터는|오늘부턴|내일부터|내일부터는|이번부터|이번부터는)$/u,
  ],
  ['ever', /^(?:항상|언제나|늘|무조건|매번|평소|평소에|평소에는|평소엔|기본적으로|기본은|원칙적으로|어떤경우에도)$/u],
  ['mild', /^(?:웬만하면|왠만하면|되도록|되도록이면|가급적|가급적이면|반드시)$/u],
  ['never', /^(?:절대|절대로|절대루|결코|다시는|두번다시|더이상|더이상은)$/u],
  ['each', /^(?:.{0,12}때마다|.{0,12}때는항상|.{0,12}때는|.{0,12}땐|.{0,12}때에는)$/u],
];
/** Written on to the next word: "앞으로는짧게". */
const GLUED: readonly (readonly [Cue, RegExp])[] = [
  ['rule', /^(?:앞으로는|앞으론|다음부터는|다음부턴|담부터는|담부턴|다음부터|담부터)(?=.{2})/u],
  ['ahead', /^앞으로(?=[가-힣]{2})(?!도|의|만|가|갈|나|와|온|보|향|걸|달|쭉|쪽|빼|밀|당|돌)/u],
  ['turn', /^(?:이제부터는|이제부턴|이제부터|지금부터는|지금부터|오늘부터는|오늘부터)(?=.{2})/u],
  ['ever', /^(?:항상|무조건|언제나)(?=[가-힣]{2})/u],
  ['never', /^절대(?:로)?(?=[가-힣]{2})(?!적|자|다)/u],
];

/** One thing that is at hand. */
const THIS =
  /^(?:이|그|저|이거|그거|저거|이걸|그걸|이건|그건|이것|그것|이번|해당|이글|이파일|이보고서|하던|하던거|하던건)$/u;
const SPAN =
  /(?:\d|한|두|세|네|다섯|열|몇|일|이|삼)(?:초|분|시간|일|주|주일|달|개월|년|해)(?:뒤|뒤에|뒤로|후|후에|있다가|이따가|동안|동안은|동안만|간|간은|만|안에|이내에|까지|쯤뒤에)|(?:하루|이틀|사흘|나흘|열흘|보름|일주일|한달)(?:뒤|뒤에|후|후에|동안|동안은|간|만|안에)/u;
const SCHEDULE =
  /매일|매주|매달|매월|매년|격주|격일|날마다|[일주달월]마다|요일마다|요일에|요일날|아침마다|저녁마다|점심마다|밤마다|새벽마다|주말마다|평일마다|시간마다|분마다|\d시간에한번|\d시(?:\d+분|반)?(?:에|쯤에?|정각|되면|마다)(?!는)|[한두세네섯곱덟홉열]시(?:반)?(?:에|쯤에?|정각|되면)(?!는)|(?:아침|저녁|점심|밤|새벽|오전|오후)에(?!는|도|만).{0,30}(?:알려|보내|깨워|브리핑|보고해|체크해)|하루에?한번|하루\d번|일주일에한번|달에한번|깨워|알람|리마인/u;

/** Said ahead of what is to come, not of how things are to be done. */
const TO_COME =
  /^(?:할|될|갈|올|나올|일어날|생길|팔릴|오를|내릴|남은|있을|다가올|벌어질|살|진행할|진행될|필요한|필요할|쓰일|해야|해야할|뭐|뭘|무엇|무엇을|무슨|어떤|어떻게|어떡해|얼마|얼마나|언제|언제까지|어디|어디로|몇|누가|왜|어느|계획|계획도|계획을|전망|전망을|전망도|일정|일정을|방향|방향을|방향성|진로|미래|시장|추세|트렌드|흐름|금리|환율|주가|경기|날씨|경제|가능성|가능성을|예상|예상되는|준비|준비할|목표|목표를|전략|전략을|진행|진행상황|대책|대책을|대응|운영|살길|먹고살)$/u;
/** "앞으로 보고할 내용", "앞으로 3년": words that make what follows something to come. */
const NEXT_TO_COME = /(?:할|될|갈|나올|올릴|볼|받을|있을|보낼|생길|바뀔|들어갈|나갈|일어날|필요한)$/u;
const NEXT_SPAN = /^(?:\d+|한|두|세|네|다섯|열|몇|일|이|삼|오|십)(?:년|개월|달|주|일|시간)$/u;
const MOTION =
  /^(?:가|가자|가면|가서|가야|가라|가줘|갈게|가봐|나가|나가면|나가서|나가자|나가라|나와|나와라|나와줘|나오면|와|와라|와줘|와서|걸어|걸어가|달려|달려가|보내|보내줘|빼|빼줘|빼라|밀어|당겨|이동|이동해|이동해줘|직진|직진해|직진하면|돌려|돌아|쭉|쏠려|기울어|넘어|넘어져|넘어졌어|튀어|던져|뻗어|숙여|조금|조금만|더|전진|전진해|향해|온|오는|오면|밀어줘|당겨줘|돌려줘|옮겨줘|옮겨|던져줘|세워줘|나가줘|가져와|가져와줘|꺼내줘|꺼내|배송|배송해|배달|배달해|발송|등기|소포|택배)$/u;
/** What is before one's eyes: 집 앞으로, 내 앞으로. */
const PLACE_BEFORE =
  /^(?:.*(?:은|는|도|이|가|을|를|에|서|[했됐었았하겠]고|요|다|야|아|지|네|줘|어|해)|나|난|너|넌|너희|너희들|우리|다들|모두|얘들아|이제|그럼|근데|그리고|자|참|특히|꼭|부디|제발|저|절대|혹시)$/u;

const PLEASANTRY =
  /잘부탁|잘해보|잘지내|잘지냈|잘해줘$|잘하자|잘해$|잘해라|잘좀해|잘하세요|잘살|열심히|힘내|화이팅|파이팅|기대할|기대해|응원|친하게|사이좋게|행복|건강|조심해$|조심하세요|몸조심|운전조심|지켜봐|두고봐|노력|발전|성장|신경써$|신경써줘$|신경쓰자|고마워|감사|사랑|믿을게|믿어줘|도와줘$|함께해|함께하자|같이가자|웃자|웃어|즐겁|재밌게|대박|돈벌|부자|포기하지|걱정하지|걱정마|화내지|실망하지|슬퍼하지|무리하지|오해하지|놀라지|아프지|죽지|싸우지|떨어지지|늦지|후회하지|울지|다치지|미안해하지|그만두지|변치|변하지|떠나지|가지마|혼자두지/u;
const POINTS_AT =
  /^(?:다시는|절대로?|좀|제발|또|더이상은?|계속|쭉|항상|나한테|우리|꼭|그냥|딱|앞으로도?|이제|너희는?|다들)*(?:그러지|그러면|그래|그렇게|그런식|그런거|그런것|그런말|그런짓|그런얘기|그런소리|그런답|그런일|그딴|이렇게|이런식|이런거|이런것|이런말|이런일|이러지|이러면|이대로|그대로|저렇게|저런|똑같이|지금처럼|하던대로|늘하던|평소처럼|원래대로|전처럼|예전처럼|아까처럼|방금처럼|위처럼|이거처럼|이것처럼|그거|그것|이거|이것|이걸로|그걸로|요렇게|요런|이만큼|그만큼|이정도|그정도)/u;
/** What is handed over once, or somebody else's to hear. */
const ERRAND =
  /역할|(?:라고|자고)(?:문자|카톡|메시지|메일|편지|공지)?(?:를|을|로)?(?:전해|보내|알려|써줘|적어|남겨|안내)/u;
const ASKS_AHEAD =
  /(?:지|는지|은지|을지|할지|될지|까|건지|건가|냐고)(?:에대해서?|에관해서?|도|를|좀|같이|다같이|한번|먼저)*(?:알려|말해|정리|설명|생각|얘기|이야기|의논|고민|논의|정해|정하|조사|분석|예측|추측|맞춰|토론|봐|써|보고|의견|찾아|계획|대답)/u;
/** Heard, told, quoted: the sentence is about somebody's order. */
const TOLD = /(?:라고|다고|자고|냐고)(?:했|하더|하던|해서|하셨|말했|들었|그랬|그러|써있|적혀|쓰여|나와|되어)/u;

interface Found {
  readonly cue: Cue;
  readonly before: readonly string[];
  /** From behind the cue on. */
  readonly words: readonly string[];
}

function cueIn(words: readonly string[]): readonly Found[] {
  const found: Found[] = [];
  for (const [i, word] of words.entries()) {
    const whole = CUES.find(([, pattern]) => pattern.test(word));
    if (whole !== undefined) {
      found.push({ cue: whole[0], before: words.slice(0, i), words: words.slice(i + 1) });
      continue;
    }
    const glued = GLUED.find(([, pattern]) => pattern.test(word));
    if (glued !== undefined)
      found.push({
        cue: glued[0],
        before: words.slice(0, i),
        words: [word.replace(glued[1], ''), ...words.slice(i + 1)],
      });
  }
  return found;
}

/** An order ends here, whatever is added. */
const DONE = /(?:마|마라|마세요|말아줘|해줘|주세요|줘|하세요)$/u;
const MOST_REASONS = 5;
const HEARSAY = /더라|던데|[했됐갔왔]어|[했됐갔왔]지|한대|래$|라며|라던|냐고|까$|니$|지$|라는|라고/u;
/** Nobody gives an order in more words; what is longer was pasted. */
const MOST_WORDS = 60;

/** `words`: of one sentence, without who is called and "알았지". */
export function setsRule(said: readonly string[], isName: (word: string) => boolean): boolean {
  if (said.length > MOST_WORDS) return false;
  const words = mended(said);
  const joined = words.join('');
  if (isNaming(words, isName)) return true;
  if (TOLD.test(joined)) return false;
  if (cueIn(words).some((found) => holds(found, words, joined, isName))) return true;
  // "앞으로 코드 보여주지 마 나 못 읽어": the reason stands behind it.
  const until = words.findLastIndex(
    (word, i) => i < words.length - 1 && i >= words.length - 1 - MOST_REASONS && DONE.test(word),
  );
  if (until < 1 || HEARSAY.test(joined)) return false;
  const order = words.slice(0, until + 1);
  return cueIn(order).some((found) => holds(found, order, order.join(''), isName));
}

/** "더 이상", "앞으로 는": cues that thumbs cut in two. */
function mended(words: readonly string[]): readonly string[] {
  const whole: string[] = [];
  for (const word of words) {
    const last = whole.at(-1);
    const both = `${last ?? ''}${word}`;
    if (
      last !== undefined &&
      /^(?:더이상은?|두번다시는?|다시는|앞으로는?|(?:다음|담|이제|지금|오늘|이번|다음번)부터(?:는|ㄴ)?)$/u.test(both)
    )
      whole[whole.length - 1] = both;
    else whole.push(word);
  }
  return whole;
}

function holds(
  { cue, before, words }: Found,
  all: readonly string[],
  joined: string,
  isName: (word: string) => boolean,
): boolean {
  // "짧게 말해줘 앞으로"
  const behind = words.length > 0 ? words : before;
  const said = behind.join('');
  const steady = cue === 'rule' || cue === 'ahead';
  if (said === '' || (words.length === 0 && !steady)) return false;
  if (SCHEDULE.test(joined) || SPAN.test(said) || isForNow(behind)) return false;
  if (!steady && (before.some((word) => isOfNow(word)) || all.some((word) => THIS.test(word)))) return false;
  if (PLEASANTRY.test(said) || ERRAND.test(said) || pointsAt(said)) return false;
  if (cue !== 'ahead' && isOfWhatFollows(words)) return false;
  if (asksWhat(joined) && (ASKS_AHEAD.test(joined) || !isForbidden(joined))) return false;
  if (cue === 'ahead' && !isOfTime(before, words, isName)) return false;
  if (renames(behind)) return true;
  const directive = directiveOf(said) ?? (steady && isFragment(said) ? 'manner' : null);
  if (directive === null) return false;
  const subject = hasOwnSubject(all, isName);
  if (directive !== 'asked' && subject && !(steady && (isOfSpeech(said) || isOfService(said)) && !isOfMe(all)))
    return false;
  if (/(?:자|돼|된다|됩니다|괜찮아)$/u.test(said) && !isForbidden(said) && (subject || !hasStyle(said))) return false;
  const shown =
    isForbidden(joined) || hasStyle(said) || hasCondition(all) || all.some((word) => isYourDoing(word, isName));
  switch (cue) {
    case 'rule':
      return /^다음(?:에는|엔)$/u.test(all[before.length] ?? '') ? shown : directive === 'asked' || shown;
    case 'ahead':
      return directive === 'asked' || shown || speaksSomehow(said);
    case 'turn':
      return shown;
    case 'ever':
      return directive === 'asked' || hasStyle(said) || hasCondition(all);
    case 'mild':
      return isForbidden(joined) || hasCondition(all) || (hasStyle(said) && isOfSpeech(said));
    case 'never':
      return isForbidden(joined);
    case 'each':
      return isForEach(all, before, said, directive);
  }
  return cue satisfies never;
}

/** "내가 퇴근이라고 하면 오늘 매출 …": today is whenever that is. */
function isForNow(words: readonly string[]): boolean {
  const at = words.findIndex((word) => isOfNow(word));
  return at >= 0 && !hasCondition(words.slice(0, at + 1));
}

/** "앞으로" is from now on here, neither what is before one's eyes nor what is to come. */
function isOfTime(before: readonly string[], words: readonly string[], isName: (word: string) => boolean): boolean {
  const last = before.at(-1);
  const [first = '', ...more] = words;
  if (last !== undefined && !PLACE_BEFORE.test(last) && !isName(last)) return false;
  if (
    MOTION.test(first) ||
    (/^(?:한|두|세|몇)$/u.test(first) && /^(?:발|걸음|칸|블록|미터|줄만)/u.test(more[0] ?? '')) ||
    first.startsWith('의') ||
    NEXT_SPAN.test(first) ||
    NEXT_SPAN.test(`${first}${more[0] ?? ''}`)
  )
    return false;
  // "앞으로 일정 정리는 …" speaks of each time.
  if (TO_COME.test(first) && !more.slice(0, 2).some((word) => /(?:은|는|때|땐)$/u.test(word))) return false;
  return !words.some(
    (word, i) =>
      NEXT_TO_COME.test(word) &&
      words[i + 1] !== undefined &&
      !/^(?:때|땐|경우|수|거면|필요)/u.test(words[i + 1] ?? ''),
  );
}

/** "지금부터 내가 하는 말 …", "다음부터 나오는 모델 …": what comes next, not how it is to be done. */
const isOfWhatFollows = (words: readonly string[]): boolean =>
  words
    .slice(0, 3)
    .some(
      (word, i) =>
        /(?:하는|말하는|나오는|보내는|올리는|부르는|오는|주는)$/u.test(word) &&
        /^(?:거|것|걸|말|내용|모델|글|사진|메시지|대로|숫자|제품|차)/u.test(words[i + 1] ?? ''),
    );

/** "앞으로 대답은 세 줄", "앞으로 설명은 빼고 답만". */
const isFragment = (said: string): boolean =>
  hasStyle(said) &&
  !/[할갈줄볼낼릴칠킬쓸을들올]게$/u.test(said) &&
  /(?:로|만|게|히|씩|이내|이하|먼저|부터|없이|빼고|줄|존대|대신)$/u.test(said);

/** "앞으로 끝까지 듣고 대답해". */
const speaksSomehow = (said: string): boolean =>
  said.length > 4 && /(?:말|대답|답|설명|보고|요약)해(?:라|요)?$/u.test(said);

/** "그렇게 해줘" alone is no use tomorrow; "이렇게 표로 해줘" is. */
const pointsAt = (said: string): boolean =>
  POINTS_AT.test(said) && !hasStyle(said.replace(POINTS_AT, '').replace(/^(?:만|으로|로|은|는|을|를|도)+/u, ''));

const isOfSpeech = (said: string): boolean =>
  /(?:말|대답|답|답변|설명|보고|요약|번역|얘기|이야기)(?:해|하고)(?:줘|라|요)?(?:요)?$|(?:알려|물어봐|물어|써|불러|적어|붙여|달아|보여|표시해|찍어|말해주세요|답해주세요|설명해주세요)(?:줘|라|요)?$/u.test(
    said,
  );

/** What agents do for one, and hardly anybody else: "사료는 로얄캐닌으로만 주문해". */
const isOfService = (said: string): boolean =>
  /(?:주문|예약|결제|추천|표시|확인|체크|기록|정리|저장|공유|검색|계산)해(?:라|요)?$/u.test(said);

const isOfMe = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:나|난|나는|나도|저|저는|전|제가|내가|우리|우린|우리는|우리도|우리가)$/u.test(word)) ||
  words.some((word) => /[^네니너]가$/u.test(word) && word.length > 1);

/** "분석은 네가 해", "요약은 자비스가 해". */
const isYourDoing = (word: string, isName: (word: string) => boolean): boolean =>
  /^(?:네가|니가|너가|너희가|너희들이)$/u.test(word) || (/[이가]$/u.test(word) && isName(word));

/** "물어볼 때마다 표로 답해줘"; "대답할 때는 짧게 해": how agents speak, each time that they do. */
function isForEach(all: readonly string[], before: readonly string[], said: string, directive: string): boolean {
  const when = all.slice(0, before.length + 1).join('');
  if (when.endsWith('때마다')) return directive === 'asked' || hasStyle(said);
  return (
    /(?:대답|답|답변|말|보고|설명|글쓸|글을쓸|메일쓸|메일을쓸|숫자|금액|가격|날짜|요약|번역|정리|인사|질문|얘기|이야기|물어볼|부를|답장|추천|계산|코드|검색|비교)(?:을|를)?(?:할|쓸|볼|줄|적을|말할|드릴)?(?:때는|땐|때에는|때는항상)$/u.test(
      when,
    ) &&
    (isForbidden(said) || hasStyle(said)) &&
    directive !== 'plain'
  );
}

/** "앞으로 네 이름은 뽀삐야", "이제부터 내 호칭은 형님이야". */
const renames = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:이름|호칭|별명|애칭|말투|원칙|규칙|기준|기본|형식|양식)(?:은|는)$/u.test(word)) &&
  /(?:이야|야|다|이다|입니다|으로|로|이에요|예요|로해|로하자|로할게|라고해)$/u.test(words.at(-1) ?? '');
