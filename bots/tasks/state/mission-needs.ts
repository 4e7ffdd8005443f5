/** What a mission asks for beyond thinking, writing and commands in a sandbox. Pure; a sentence at a time. */
export const NEEDS = [
  'mail',
  'message',
  'payment',
  'calendar',
  'posting',
  'printing',
  'act',
  'picture',
  'web',
  'later',
  'until',
] as const;
export type Need = (typeof NEEDS)[number];

/** Read no further: what a mission wants it says early, and a pasted document wants nothing. */
const READ = 4_000;

/** Something is made that only bears the word: a page with a payment button pays nothing. */
const DRAFT = /초안|문구|템플릿|양식|예시|샘플|\b(?:draft|template|wording|example)\b/iu;
const PROGRAM =
  /(?:페이지|화면|프로그램|앱|사이트|게임|코드|스크립트|기능|버튼|봇)[^.!?\n]{0,12}(?:만들|짜|작성|구현|추가)|\b(?:write|make|build|create|add|implement)\b[^.!?\n]{0,30}\b(?:page|site|app|program|script|code|function|feature|button|form|bot)\b/iu;
/** What lies here already has not to be looked for. */
const AT_HAND =
  /첨부|파일|폴더|엑셀|csv|표[를에의로]|위\s?(?:글|내용|표)|아래|\b(?:attached|file|folder|csv|table|below|above)\b/iu;
const SPOKEN: ReadonlySet<Need> = new Set(['mail', 'message', 'posting']);
const MADE_HERE: ReadonlySet<Need> = new Set(['mail', 'message', 'payment', 'calendar', 'posting', 'web']);

const MAIL = String.raw`(?:이메일|전자\s?우편|지메일|메일|e-?mail|gmail)`;
const CHAT = String.raw`(?:문자(?!열|\s?수|\s?인코딩)|메시지|카톡|카카오톡|텔레그램|슬랙|디스코드|라인|왓츠앱)`;
const SENT = String.raw`(?:보내(?:세요|십시오|고|서|라|자|야|\s?(?:줘|주|드|놔|봐)|(?=[\s.!?]|$))|(?:부쳐|전해)\s?(?:줘|주|라)|(?:발송|전송|전달|답장|회신)(?:을|를)?\s?(?:해|하고(?!\s?싶)|하세요|하라|부탁|줘))`;
const WEEKDAY = '[월화수목금토일]요일';
const CLOCK = String.raw`(?:\d{1,2}|[한두세네]|다섯|여섯|일곱|여덟|아홉|열)\s?시(?:\s?반|\s?\d{1,2}\s?분)?`;
const DAY = String.raw`(?:내일|모레|글피|다음\s?주|다음\s?달|${WEEKDAY})`;
const PART = '(?:새벽|아침|오전|점심|오후|저녁|밤)';
const SPEAK = String.raw`(?:알려|보내|깨워|실행|시작|올려|게시|말해|전해|상기)`;

/** In sentences: any one of them is enough. */
const SIGNS: Readonly<Record<Need, readonly RegExp[]>> = {
  mail: [
    new RegExp(`${MAIL}[^.!?\\n]{0,30}${SENT}`, 'iu'),
    new RegExp(`${MAIL}로\\s?(?:알려|공유|받|줘|주|부탁|제출|답)`, 'iu'),
    new RegExp(`${MAIL}함?[을를]?\\s?(?:확인|읽어|검색해|열어|정리)`, 'iu'),
    /\b(?:send|forward|reply|deliver)\b[^.!?\n]{0,60}\b(?:by |via |an? |the |my )?e-?mail\b|\be-?mail\b (?:it|this|that|them|me|him|her|us|the|a|everyone|my)\b|\bmail (?:it|this|that|them|me|him|her|us)\b|\b(?:check|read) (?:my|the) (?:e-?mails?|inbox|mail)\b/iu,
  ],
  message: [
    new RegExp(`${CHAT}[^.!?\\n]{0,30}${SENT}`, 'iu'),
    new RegExp(`${CHAT}(?:으로|로)\\s?(?:알려|공유|줘|주|부탁)`, 'iu'),
    /전화(?:를|로)?\s?(?:해\s?줘|해\s?주|걸어|해서|드려|물어|예약해)/u,
    /\b(?:send|post)\b[^.!?\n]{0,40}\b(?:sms|text message|whatsapp|telegram|slack|kakao(?:talk)?)\b|\btext (?:me|him|her|them|us|my|the customer)\b|\b(?:call|phone) (?:me|him|her|them|my|the (?:customer|shop|bank|hotel|restaurant))\b/iu,
  ],
  payment: [
    /(?:결제|송금|이체|입금|환불|구매|구입|주문|예매)[를을]?\s?(?:해\s?줘|해\s?주|하고(?!\s?싶)|하세요|해라|진행해|처리해|부탁|넣어)/u,
    /(?:호텔|숙소|식당|비행기|기차|표|항공권|병원)[를을]?[^.!?\n]{0,12}예약해\s?(?:줘|주|놔|둬)|사\s?(?:줘|주세요|다\s?줘)(?=[\s.!?]|$)/u,
    /\b(?:buy|purchase)\b \S|\bpay (?:the|my|for|a|an|him|her|them)\b|\b(?:transfer|wire|send)\b [^.!?\n]{0,12}(?:[$€₩£]|money\b)|\bplace an order\b|\bbook (?:a|me|us|the) [^.!?\n]{0,20}(?:flight|hotel|table|room|ticket|train)\b/iu,
  ],
  calendar: [
    /(?:캘린더|달력|일정표?)(?:에|에다)\s?(?:추가|등록|넣|적어|기록|잡아|표시)|일정[을를]?\s?(?:등록|추가|잡아)\s?(?:해\s?)?(?:줘|주)/u,
    /\b(?:add|put|enter|create|schedule)\b[^.!?\n]{0,60}\bcalendar\b|\bcalendar invit/iu,
  ],
  posting: [
    /(?:인스타(?:그램)?|페이스북|블로그|유튜브|트위터|트윗|SNS|카페|스마트\s?스토어|당근(?:마켓)?|쿠팡|티스토리|틱톡|링크드인|스레드|게시판)(?:에|에다|로)[^.!?\n]{0,20}(?:올려|올리고|올리세요|(?:게시|등록|포스팅|업로드|공유)(?:를|을)?\s?(?:해|하고|하세요|부탁))/iu,
    /\b(?:post|publish|upload|share)\b[^.!?\n]{0,40}\b(?:instagram|facebook|twitter|linkedin|youtube|tiktok|my blog|the blog|social media)\b|\btweet (?:it|this|that|about)\b/iu,
  ],
  printing: [
    /(?:인쇄|프린트)(?:를|을)?\s?(?:해|하고|부탁)|종이(?:로|에)\s?(?:뽑|출력|인쇄|찍)|프린터로/u,
    /\bprint (?:it|this|that|them) out\b|\bprint \d+ cop|\bprint (?:it|this|them) on paper\b|\bon the printer\b/iu,
  ],
  act: [
    /택배[를을]?\s?(?:보내|부쳐|받아)|(?:배달|배송|운전|청소|방문|수거|산책|설치)[를을]?\s?(?:해\s?줘|해\s?주세요|해라|하고\s?와|시켜\s?줘|다녀와)(?=[\s.!?]|$)|(?:가서|들러서|나가서)[^.!?\n]{0,20}(?:사\s?와|가져와|받아\s?와|찍어\s?와|다녀와)/u,
    /\b(?:pick up|collect|fetch) (?:the|my) (?:parcel|package|kids|children|car|laundry|groceries)\b|\bgo (?:shopping|to the (?:shop|store|bank|post office|market))\b|\b(?:wash|drive) (?:the|my) (?:car|truck|lorry|dishes)\b|\b(?:walk|feed) (?:the|my) (?:dog|cat|fish)\b/iu,
  ],
  picture: [
    /(?:그림|이미지|사진|일러스트|로고|포스터|캐릭터|영상|동영상|비디오|움짤|애니메이션|음악|노래)(?:을|를|도)?\s?(?:한\s?장|하나|\d{1,2}\s?장)?\s?(?:그려|생성|만들|제작|디자인|찍어|작곡)/u,
    /\b(?:draw|generate|create|make|paint|design|shoot|compose)\b[^.!?\n]{0,30}\b(?:image|picture|photo|illustration|logo|poster|video|animation|song|music)\b/iu,
  ],
  web: [
    /인터넷|온라인(?:에서|으로)|웹(?:에서|을|\s?검색|\s?조사|\s?서핑)|구글(?:에서|링)|네이버(?:에서|로)|검색해|뉴스|주가|시세|환율|날씨|실시간|시장\s?조사|경쟁사|트렌드/u,
    /(?:실적|매출|가격|요금|후기|리뷰|순위|맛집|정책|법률|최신|요즘|회사|업체|제품)[^.!?\n]{0,30}(?:조사|알아\s?봐|알아보|찾아|비교|검색|정리)/u,
    /\b(?:web|internet|online|google|news|stock prices?|share prices?|exchange rates?|weather|market research|competitors?)\b|\b(?:look up|research|find out about|search for)\b/iu,
    /\b(?:compare|find|analy[sz]e|summari[sz]e)\b[^.!?\n]{0,40}\b(?:compan(?:y|ies)|earnings|revenues?|suppliers?|reviews?|market)\b/iu,
  ],
  later: [
    new RegExp(`(?:${DAY}\\s?${PART}?\\s?(?:${CLOCK})?|${PART}\\s?${CLOCK}|${CLOCK})에\\s[^.!?\\n]{0,12}${SPEAK}`, 'u'),
    new RegExp(`\\d{1,3}\\s?(?:분|시간|일|주)\\s?(?:뒤|후)(?:에)?\\s[^.!?\\n]{0,12}${SPEAK}`, 'u'),
    new RegExp(`(?:매일|매주|매달|매월|\\d{1,3}\\s?(?:분|시간)마다|날마다)\\s[^.!?\\n]{0,30}${SPEAK}`, 'u'),
    /\b(?:tell|send|remind|wake|post|run|start)\b[^.!?\n]{0,60}\b(?:tomorrow|tonight|next (?:week|month|monday)|on (?:monday|tuesday|wednesday|thursday|friday|saturday|sunday)|at \d{1,2}(?::\d\d)?\s?(?:am|pm|o'clock)?|in \d{1,3} (?:minutes|hours|days)|every (?:day|hour|week|month|morning|evening))\b/iu,
  ],
  until: [
    new RegExp(`(?:${DAY}|오늘|이번\\s?주|${CLOCK}|\\d{1,2}\\s?일)[^.!?\\n]{0,12}까지`, 'u'),
    /\b(?:by|until|before) (?:tomorrow|tonight|noon|midnight|monday|tuesday|wednesday|thursday|friday|saturday|sunday|next week|the end of|\d{1,2}(?::\d\d)?\s?(?:am|pm|o'clock))\b/iu,
  ],
};

/** In the order of `NEEDS`. */
export function needsOf(mission: string): readonly Need[] {
  const sentences = mission
    .slice(0, READ)
    .split(/[\n.!?。]+\s*/u)
    .filter((sentence) => sentence.trim() !== '');
  return NEEDS.filter((need) => sentences.some((sentence) => isNeeded(need, sentence)));
}

function isNeeded(need: Need, whole: string): boolean {
  const made = MADE_HERE.has(need) ? PROGRAM.exec(whole) : null;
  // What the thing that is made does is its own business; what is to be done with it stands behind.
  const sentence = made === null ? whole : whole.slice(made.index + made[0].length);
  if (!SIGNS[need].some((sign) => sign.test(sentence))) return false;
  if (SPOKEN.has(need) && DRAFT.test(sentence))
    return new RegExp(`(?:써서|작성해서|작성하고|만들어서|and)[^\\n]{0,20}(?:${SENT}|send|e-?mail)`, 'iu').test(
      sentence,
    );
  if (need === 'web' && AT_HAND.test(sentence))
    return SIGNS.web[0]?.test(sentence) === true && !/뉴스|주가|시세|환율|날씨|트렌드/u.test(sentence);
  if (need === 'until') return !/부터/u.test(sentence);
  return true;
}
