/** The little of Korean grammar that tells calling somebody from speaking of somebody. Closed lists; small letters. */

const NOUN_PARTICLE =
  '(이|가|은|는|을|를|의|에|과|와|도|만|으로|로|대로|처럼|보다|부터|이랑|랑|하고|까지|에서|에는|이나|나|좀)?';
const noun = (words: string) => new RegExp(`^(${words.replaceAll(' ', '|')})(?:들)?${NOUN_PARTICLE}$`, 'u');

/** What a person has in mind and is asked for: "클로드 의견 말해줘" asks Claude. */
const MIND = noun('의견 생각 입장 견해 판단 답 대답 한마디 차례 순서 발표 소감 조언');
/** What a person does: "클로드 요약 좀" asks Claude; "클로드 요약이 좋다" speaks of it. */
const DEED = noun('설명 분석 요약 정리 번역 조사 검토 제안 보고 평가 작성 검색');
/** What a person made or has: "클로드 방식이 좋아" speaks of it. */
const THING = noun(
  '방식 방법 기획 기획안 계획 계획서 아이디어 말 말씀 이야기 얘기 답변 글 코드 보고서 결과 결과물 스타일 버전 요금 가격 모델 ' +
    'api 앱 성격 실력 기능 계정 키 파일 문서 초안 디자인 그림 이름 목소리 말투 메시지 쪽 편 팀 때문 덕분 문제 오류 에러 ' +
    '구독 프로 플랜 주장 논리 설계 전략 시안 회사 사용법 것 거',
);

export interface Possession {
  readonly kind: 'mind' | 'deed' | 'thing';
  readonly particle: string;
}

/** The noun that makes "클로드 ○○" Claude's ○○; null for any other word. */
export function possession(word: string): Possession | null {
  for (const [kind, pattern] of [
    ['mind', MIND],
    ['deed', DEED],
    ['thing', THING],
  ] as const) {
    const found = pattern.exec(word);
    if (found !== null) return { kind, particle: found[2] ?? '' };
  }
  return null;
}

export const isYou = (word: string): boolean =>
  /^(?:너|넌|너는|너도|너만|너부터|니|니가|네|네가|너가|너의|당신|당신은|자네|자네는|너희|너희는|둘이|둘은|둘다|둘)$/u.test(
    word,
  );
export const isIOrNow = (word: string): boolean =>
  /^(?:나|난|나는|내가|나도|저|저는|제가|전|우리|우리는|우리가|이거|이건|이게|이것|그거|그건|그게|저거|오늘은?|이번엔|이번에는?|지금은?|내일은?|어제는?|아까는?|여기는?|다음은|다음엔)$/u.test(
    word,
  );

/** Words after which a bare name is a call though it is not the first: "자 클로드", "고마워 자비스". */
export const leadsIn = (word: string): boolean =>
  /^(?:야|자|어이|저기|저기요|그럼|그러면|그래|그래서|그리고|근데|그런데|음|어|아|오|와|이번엔|이번에는?|이번은|다음|다음은|다음엔|다음에는?|그다음|그다음은|먼저|우선|일단|이제|지금|지금은|오늘은|오케이|오키|ok|네|넵|응|좋아|하이|헤이|hey|hi|hello|안녕|굿모닝|굿|특히|또|마지막|마지막으로|끝으로|수고|땡큐|감사|우리|자자|마스터다|첫번째|두번째|두번째로|첫번째로|팀장님?)$/u.test(
    word,
  );

/** Does a clause end in this word? Final and connective endings; adnominal ones (좋은, 만든) do not count. */
export const endsClause = (word: string): boolean =>
  /(?:[해줘봐요다네어아지까냐니자고며면데서라마음임됨함돼려래게께워와춰여겨켜쳐져펴셔써때야죠쥬용염삼셈군걸죵줭얍욥]|니까|안녕|굿모닝)$/u.test(
    word,
  ) && !/(?:한테|에게|께)$|^하고$/u.test(word);

const STATE =
  /(?:똑똑|이상|궁금|필요|중요|대단|훌륭|비슷|심|약|강|착|못|답답|불안|위험|완벽|정확|가능|부족|충분|유명|친절|피곤|행복|미안|감사|섭섭|시원|복잡|간단|단순|당연|신기|심심|좋아|싫어|사랑|원|생각|말하려|급|무식|멍청|귀여워|미워|막강|탄탄|깔끔|잘)해$/u;
const REQUEST =
  /(?:해|줘|줭|해죠|해조|봐|해바|라|하자|보자|가자|내자|말자|쓰자|나누자|달라|달라고|세요|셔요|시오|주렴|하렴|줄래|할래|볼래|하셈|하삼|부탁|부탁드려|바랍니다|좋겠어|좋겠다|좋겠네|시작|고고|나와|말아|올려|맡아|나서|골라|찾아|적어|읽어|만들어|들려|멈춰|내놔|고쳐|바꿔|맞춰|모여|보여|알려|불러|보내|들어와|시켜|맡겨|물어|주시죠|시죠|하죠|^(?:가|와|내|짜|써|마|좀|돼|의견|발표|대답|답변|한마디|차례|순서))$/u;
const NOT_A_REQUEST =
  /(?:인가봐|는가봐|은가봐|나봐|싶어라|이라|아니라|더라|맛있어|혼자|여자|남자|그래|누가|내가|네가|니가|뭔가|가나|는가|은가|인가|맘에|안돼|걔가|걸가)$/u;
const WH = /^(?:뭐|뭘|뭔|머|무엇|무슨|어때|어떄|어떻|어케|왜|누가|누구|언제|어디|얼마|몇|어느|어떤|워때)/u;
const QUESTION =
  /(?:니|냐|냥|까|나요|가요|을래|는데\?|어때|던가|는가|은가|인가|을까|뭐야|뭐해|뭐지|ㄹ까|죠|려나|건가|거야|있어|있니)$/u;

export type Mood = 'request' | 'question' | 'statement';

/** Mood of the words after a name, up to the end of its clause. `asked`: the sentence ends in a question mark. */
export function moodOf(words: readonly string[], asked: boolean): Mood {
  const last = (words.at(-1) ?? '').replace(/(?<=.)(?:요|용|여|염|욤)$/u, '');
  const whole = words.at(-1) ?? '';
  if (words.some((word) => /^(?:줄|해줄|할|될)$/u.test(word)) && words.at(-2)?.startsWith('수') === true)
    return 'request';
  const wh = words.some((word) => WH.test(word));
  const asking = asked || wh || QUESTION.test(whole) || QUESTION.test(last);
  const ordering = (REQUEST.test(last) || REQUEST.test(whole)) && !NOT_A_REQUEST.test(whole) && !STATE.test(last);
  if (
    ordering &&
    !(asked && !/(?:줄래|할래|볼래|줘|주라)$/u.test(last)) &&
    !(wh && /(?:생각|뭐|왜|어떻게|그래|말|라고)해$|^해$/u.test(last))
  )
    return 'request';
  return asking ? 'question' : 'statement';
}

/** "말해줘", "알려줘": verbs that hand over what one has, so that the owner of the noun before them is the one who acts. */
export const handsOver = (words: readonly string[]): boolean =>
  words.some((word) =>
    /^(?:말[해씀하]|알려|얘기|이야기|설명|발표|대답|답[해변]|들려|들어[보봐]|내[놔봐줘라]?$|내주|내줄|내놓|올려|보여|공유|밝혀|제시|적어|써|부탁|궁금|듣고|줘|주세요|줄래|달라|해$|해[줘봐라주요]|하자|하세요|좀$|시작|까[봐줘]?$|꺼내|남겨)/u.test(
      word,
    ),
  );

/** A verdict is passed on somebody, not spoken to him: 좋아, 맞아, 최고. */
export const judges = (words: readonly string[]): boolean =>
  words.some((word) =>
    /^(?:맞|틀[렸린려]|좋[아다네은았던]|괜찮|동의|찬성|반대|마음에|맘에|최고|똑똑|별로|싫|짱|대단|훌륭|쩐다|쩔|더좋|제일|믿을|유능|천재)/u.test(
      word,
    ),
  );

/** Told of somebody who is not spoken to: -더라, -나봐, -대, -던데. */
export const isHearsay = (word: string): boolean =>
  /(?:더라|던데|나봐|가봐|[^상근]대|다며|라며|듯|같아|같다|같은데|하더라|는군|구나|답더라|네)요?$/u.test(word);

/** Keeps a subject inside its own small clause: "클로드가 한 말", "클로드가 그랬다고", "클로드가 틀렸으니". */
export function isSubordinate(words: readonly string[]): boolean {
  return words.some((word, i) => {
    const next = words[i + 1];
    const glued = /(?:한|은|는|던|된|쓴|낸|린)(?:대로|거|것|걸|게|말|글|안)(?:[을를은는이가도]|처럼|에|대로)?$/u.test(
      word,
    );
    if (glued) return true;
    if (next === undefined) return false;
    if (/(?:다고|라고|자고|냐고|니까|지만|는데|은데|으니|때|때문에|때까지|길래|려고|다가|대로)$/u.test(word))
      return true;
    if (word.endsWith('면')) return !/^(?:좋|고맙|감사|돼|되|해)/u.test(next);
    if (word === '한') return !/^(?:번|마디|명|사람|개|줄)/u.test(next);
    return (
      /(?:[된쓴낸준본온린친던는]|만든|말한|제안한|얘기한|발표한|정리한|작성한|설명한|조사한|보낸|올린|고른)$/u.test(
        word,
      ) &&
      !isIOrNow(word) &&
      !leadsIn(word) &&
      !/^(?:먼저는|일단은|너는)$/u.test(word)
    );
  });
}

/** Told to be silent, which is no invitation to speak. */
export const isHushed = (words: readonly string[]): boolean =>
  /^됐고|(?:말|대답|답|발언)(?:은|을|도)? ?하지 ?(?:마|말)|말하지 ?(?:마|말)|조용(?:히|해|하고|하자)|가만히|빠져|쉬[고어]|입 ?다물|나서지 ?(?:마|말)/u.test(
    words.slice(0, 8).join(' '),
  );

export const isExcept = (word: string): boolean =>
  /^(?:빼고|빼구|빼놓고|뺀|빼|제외하고|제외한|제외하구|제외|말고|말구|외에|외에는|외엔|이외에?|없이)(?:는|요)?$/u.test(
    word,
  );
export const isAnd = (word: string): boolean => /^(?:그리고|하고|하구|랑|이랑|및|와|과|또는|and|or|n)$/u.test(word);
export const isTogether = (word: string): boolean => /^(?:같이|함께|둘이|둘이서|셋이|셋이서)$/u.test(word);
export const summons = (word: string): boolean => /^(?:불러|호출|소환|모셔)/u.test(word);
export const asksTo = (words: readonly string[]): boolean =>
  words.some((word) => /^(?:물어|질문|부탁|맡[기겨길]|시[키켜킬]|요청|여쭤)/u.test(word));
export const isPast = (word: string): boolean =>
  /[았었했왔갔됐랐렀봤났졌켰혔줬겼](?:어|다|지|네|음|는데|습니다|냐|니|나|던데)?요?$/u.test(word);
