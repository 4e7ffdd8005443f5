import { parseScheduleWords } from '../../../bridge/protocol/orders/schedule-order.ts';

/** What a stand-in understands of what is asked of the house: the commonest sentences, and nothing by halves. Pure. */
export type OfflineWish =
  /** A command of the house, as a master would type it. */
  | { readonly kind: 'propose'; readonly line: string }
  /** Something to look at on the server. */
  | { readonly kind: 'run'; readonly script: string };

/** Whom it is said to. */
const CALL = /^[\p{L}\p{N}]{1,12}(?:(?:야|아|님|씨)?[,!] ?|(?:야|아|님|씨) )/u;
const ASKS =
  /(?:줘|줄래|주세요|주라|줘요|봐|보자|해라|하자|부탁해|부탁해요|부탁합니다|할래|알려|보여)[.!~?^ㅎㅋ ]{0,8}$/u;
const POLITE =
  / ?(?:좀 ?)?(?:(?:으로|로) ?)?(?:해|정해|잡아|맞춰|바꿔|설정해) ?(?:줘요?|주세요|줄래\??|봐)[.!~ ]{0,5}$/u;

const LOOKS: readonly (readonly [RegExp, string])[] = [
  [/디스크|용량|저장 ?공간|하드/u, 'df -h .'],
  [/메모리|램/u, 'grep -E "MemTotal|MemAvailable" /proc/meminfo'],
  [/몇 ?시|날짜|시간|시각/u, 'date'],
  [/얼마나 (?:오래 )?켜져|부팅/u, 'cat /proc/uptime'],
];

/** The first that fits. */
const LINES: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/예약 ?(?:목록|다|들?을?)? ?(?:좀 ?)?(?:보여|알려)/u, () => '!예약목록'],
  [/예약 ?(?:을|를)? ?([a-z0-9]{4}) ?(?:번|을|를)? ?(?:취소|없애|지워)/u, ([, id = '']) => `!예약취소 ${id}`],
  [/([a-z0-9]{4}) ?(?:번|을|를)? ?지금 ?(?:한번 ?)?(?:실행|해)/u, ([, id = '']) => `!지금실행 ${id}`],
  [/(?:임무|일) ?목록 ?(?:좀 ?)?(?:보여|알려)/u, () => '!임무목록'],
  [/에이전트\S{0,4} ?(?:상태|목록)?\S{0,4} ?(?:보여|알려)/u, () => '!에이전트'],
  [/어디까지 ?(?:됐|했|왔)|진행 ?상황|상태 ?(?:좀 ?)?(?:보여|알려)/u, () => '!상태'],
  [/(?:임무|하던 일)\S{0,4} ?(?:취소|그만)/u, () => '!취소'],
  [/(?:임무|그거|그 일)\S{0,4} ?다시 ?해/u, () => '!재시도'],
  [/^(\S+?)(?:를|을|는|은)? ?(?:좀 ?)?(?:쉬게|재워)/u, ([, who = '']) => `!동결 ${who}`],
  [/^(\S+?)(?:를|을)? ?(?:좀 ?)?(?:깨워|다시 불러)/u, ([, who = '']) => `!해동 ${who}`],
  [/기억하는 ?(?:거|것)\S{0,4} ?(?:좀 ?)?(?:보여|알려)/u, () => '!기억'],
  [/(\d{1,4}) ?번 ?(?:기억|지시|사실)?(?:은|는|을|를)? ?잊어/u, ([, number = '']) => `!잊어 ${number}`],
  [/(?:기억|다)\S{0,4} ?잊어/u, () => '!잊어'],
  [/순환\S{0,4} ?(?:꺼|멈춰|그만)/u, () => '!순환 끄기'],
  [/순환\S{0,4} ?(?:(\d+(?:분|시간))\S{0,4} ?)?(?:켜|돌려)/u, ([, every = '30분']) => `!순환 켜기 ${every}`],
  [/^(.{2,60}?)(?:에 대해|을|를|로|으로)? ?토론(?:해|시켜|하게)/u, ([, topic = '']) => `!토론 ${topic}`],
  [/^(.{2,60}?)(?:에 대해|을|를|로|으로)? ?투표(?:해|시켜|하게|붙여)/u, ([, what = '']) => `!투표 ${what}`],
  [/명령\S{0,4} ?(?:보여|알려)|도움말/u, () => '!도움'],
];

const WORK = /(?:만들어|작성해|정리해|조사해|비교해|분석해|고쳐|개발해) ?(?:줘|주세요|줘요|봐|라)/u;

/** @param at origin_server_ts of the sentence, in the owner's time zone: `내일` is a day from there. */
export function offlineWishOf(question: string, at: number, timeZone: string): OfflineWish | null {
  const whole = question.normalize('NFC').replace(/\s+/gu, ' ').trim().slice(0, 300);
  const text = whole.replace(CALL, '');
  if (!ASKS.test(text)) return null;
  if (/예산/u.test(whole) && /\d|만|천/u.test(whole)) {
    const words = whole
      .replace(POLITE, '')
      .replace(/예산(?:을|은|를)?/u, ' ')
      .replace(/(?<=[가-힣])(?:야|아)(?=[,\s])/u, '');
    return { kind: 'propose', line: `!예산 ${words.replace(/[,\s]+/gu, ' ').trim()}` };
  }
  if (parseScheduleWords(text, { at, timeZone }).kind === 'schedule') return { kind: 'propose', line: `!예약 ${text}` };
  for (const [pattern, line] of LINES) {
    const found = pattern.exec(text);
    if (found !== null) return { kind: 'propose', line: line(found).trim() };
  }
  const look = LOOKS.find(([pattern]) => pattern.test(text));
  if (look !== undefined) return { kind: 'run', script: look[1] };
  return WORK.test(text) ? { kind: 'propose', line: `!임무 ${text}` } : null;
}
