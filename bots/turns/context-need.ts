import type { Entry } from '../../bridge/appservice/timeline.ts';
import { classifyAttachment } from '../../bridge/matrix/attachment.ts';
import type { EventId } from '../../bridge/protocol/ids.ts';
import { halfWidth } from '../../bridge/protocol/orders/order-words.ts';

/** How much of what was said an answer needs: the last few messages, or all that the agent may be given. */
export type ContextNeed = 'small-talk' | 'whole';

/** Written without spaces, for thumbs leave them out: "잘 자" and "잘자" are one. Closed lists; whatever else is said needs it all. */
const list = (words: string): readonly string[] => words.trim().split(/\s+/u);

/** Greetings, thanks and good nights: said to anybody at any time, they lean on nothing that was said. */
const GREETINGS = list(`
  안녕 안녕하세요 안녕하세용 안녕하십니까 안녕하신가 안녕하셔 안녕하니 안뇽 하이 하이요 하잉 헬로 헬로우 헤이 ㅎㅇ 방가 반가워 반가워요
  반갑다 반갑네 반갑습니다 굿모닝 좋은아침 좋은아침이야 좋은아침이다 좋은아침이에요 좋은아침입니다 좋은하루 좋은하루보내 좋은하루보내자
  좋은하루보내세요 좋은하루되세요 좋은저녁 좋은밤 좋은밤되세요 좋은꿈꿔 굿밤 굿나잇 굿나이트 잘자 잘자요 잘자라 잘자렴 푹자 푹쉬어
  푹쉬어요 쉬어 쉬어라 쉬세요 잘있어 잘가 바이 바이바이 빠이 ㅂㅂ ㅂㅇ 안녕히주무세요 안녕히계세요 잘주무세요 내일봐 내일봐요 내일보자
  낼봐 낼보자 이따봐 이따보자 나중에봐 나중에보자 또봐 또보자 다음에봐 다음에보자
  나왔어 나왔다 왔어 왔다 다녀왔어 다녀왔다 다녀왔습니다 다녀올게 다녀올게요 갔다올게 갔다왔어 출근 출근했어 출근했다 출근한다 출근합니다
  퇴근 퇴근했어 퇴근했다 퇴근한다 퇴근합니다 일하러간다 일하러갈게 운전하러간다 자러간다 자러갈게 잔다 잘게 잘게요 일어났다 일어났어
  졸려 졸리다 졸리네 피곤하다 피곤해 피곤하네 힘들다 힘드네 힘들어 배고파 배고프다 배부르다 심심해 심심하다 춥다 춥네 추워 덥다 덥네
  더워 날씨좋다 날씨좋네
  hi hello hey hiya goodmorning morning goodevening goodafternoon goodnight night bye byebye goodbye seeyou seeya
  seeyoulater seeyoutomorrow sleepwell niceday haveaniceday haveagoodday imback imhome
  고마워 고마워요 고맙다 고맙네 고맙습니다 고맙 감사 감사해 감사해요 감사합니다 감사드려 땡큐 쌩유 ㄱㅅ ㄳ 수고 수고해 수고해요 수고했어
  수고했어요 수고했다 수고했네 수고많았어 수고많았어요 수고많았다 수고하셨습니다 수고하세요 수고하자 수고들했어 수고들해 ㅅㄱ 고생했어
  고생했어요 고생했다 고생했네 고생많았어 고생많았다 고생하셨습니다 고생들했어 덕분이야 덕분이다 미안 미안해 미안하다 죄송 죄송해요
  사랑해 사랑한다 힘내 힘내자 힘내라 화이팅 파이팅 홧팅 아자 축하 축하해 축하해요 축하한다 생일축하해 메리크리스마스 해피뉴이어
  새해복많이받아 새해복많이받자 새해복많이받으세요
  thanks thankyou thx ty cheers sorry welldone goodjob greatjob goodwork loveyou iloveyou congrats congratulations
  happynewyear merrychristmas
  밥먹었어 밥먹었니 밥먹었냐 밥은먹었어 밥은먹었니 밥들먹었어 점심먹었어 점심은먹었어 저녁먹었어 저녁은먹었어 아침먹었어 아침은먹었어
  식사했어 식사들했어 식사하셨어요 잘잤어 잘잤니 잘잤냐 잘잤어요 잘들잤어 잘지냈어 잘지냈니 잘지내 잘지내니 잘지내지 잘있었어 잘있었니
  잘있지 잘있니 별일없지 별일없어 별일없었어 별일없니 뭐해 뭐하니 뭐하냐 뭐하세요 기분어때 기분은어때 컨디션어때 어떻게지내
  어떻게지냈어 자니 자냐 일어났니 심심하지
  howareyou howareyoudoing howsitgoing whatsup sup howdy didyousleepwell haveyoueaten
  ㅋ ㅎ ㅠ ㅜ 하하 하하하 호호 haha hahaha lol 히히 헤헤
`);

/** A nod or a cry: it says yes or wow to something, and needs what that needed. */
const REPLIES = list(`
  응 응응 어 ㅇㅇ ㅇㅋ 오케이 오케 오키 오키도키 네 넵 넹 네네 예 예스 그래 그렇지 그렇구나 그러네 그렇네 그렇군 그러게 알았어 알았다
  알겠어 알겠다 알겠어요 알겠습니다 아하 아항 오호 오 와 우와 와우 헐 대박 굿 좋아 좋아요 좋네 좋다 좋았어 좋군 좋습니다 최고 최고야
  최고다 최고네 짱 짱이야 짱이다 멋지다 멋져 멋지네 훌륭해 훌륭하다 훌륭하네 잘했어 잘했다 잘했네 재밌네 재밌다 웃기네 웃기다 맞아
  맞네 맞아요 맞다 괜찮아 괜찮네 다행이다 다행이네 든든하다 든든하네 ㄷㄷ
  ok okay yes yep yeah yup sure alright gotit isee cool great nice perfect awesome wow good
`);

/** Said around the others, they say nothing by themselves. */
const FILLERS = list(`
  오늘 오늘도 오늘은 오늘하루 오늘하루도 하루 하루도 하루종일 이제 그럼 그러면 나 난 나는 나도 다 다들 모두 모두들 우리 우리들 너 너도
  너희 너희들 너희도 정말 진짜 진짜로 정말로 너무 참 완전 엄청 많이 아주 항상 언제나 또 좀 자 야 아 음 휴 에고 아이고 역시 덕분에
  먼저 이만 집에 밤 밤새 아침 저녁 점심 새벽 도와줘서 알려줘서 답해줘서 챙겨줘서 와줘서 만나서 다시만나서
  얘들아 애들아 얘들 애들 여러분 여러분들 친구들 친구들아 식구들 팀원들 형제들
  so very much really again too there dear my and a lot all everyone everybody guys team folks for today your help
`);

const WORDS: ReadonlyMap<string, 'greeting' | 'reply' | 'filler'> = new Map([
  ...FILLERS.map((word) => [word, 'filler'] as const),
  ...REPLIES.map((word) => [word, 'reply'] as const),
  ...GREETINGS.map((word) => [word, 'greeting'] as const),
]);
/** What hangs on a name: 클로드야, 팀장님, 자비스도. */
const AFTER_NAME = ['', '아', '야', '여', '님', '님도', '씨', '도', '이', '랑', '이랑', '하고'];

const LONGEST = 60;
/** Nods lead back to what they answer, not for ever. */
const LOOKS_BACK = 6;

const SMILE = /\p{Extended_Pictographic}|\^[_.o]?\^|[:;]-?[)d(]/u;
const LAUGHTER = /[ㅋㅎㅠㅜ]/u;
const NOD = /[\u{1f44d}\u{1f44c}\u{1f646}\u2705\u2714\u{1f197}\u{1f4af}]/u;
const NO_OR_WHAT = /[\u{1f44e}\u274c\u2753\u2754\u{1f645}\u26d4\u{1f6d1}\u270b\u{1f914}]/u;

/**
 * What an answer to the last of these needs; `said` is what one person has said here, oldest first, and `names` by which
 * the house's agents are called. Pure, and no model is asked. What is not known for small talk needs the whole.
 */
export function contextNeed(said: readonly string[], names: readonly string[]): ContextNeed {
  for (const text of said.slice(-LOOKS_BACK).toReversed()) {
    const kind = kindOf(text, names);
    if (kind !== 'reply') return kind;
  }
  return 'whole';
}

function kindOf(text: string, names: readonly string[]): ContextNeed | 'reply' {
  const plain = halfWidth(text.normalize('NFC')).toLowerCase();
  if (NO_OR_WHAT.test(plain)) return 'whole';
  const words = wordsOf(plain);
  if (words.join('').length > LONGEST) return 'whole';
  const found = words.length === 0 ? {} : readIn(words, new Set(names.map(plainName)));
  if (found.greeting === true || (words.length === 0 && SMILE.test(plain)))
    return NOD.test(plain) ? 'reply' : 'small-talk';
  // "응?" asks what was meant.
  return found.reply === true && !plain.includes('?') ? 'reply' : 'whole';
}

/** Letters and digits alone; of the same letter in a row three. */
const wordsOf = (text: string): readonly string[] =>
  text
    .split(/[^\p{L}\p{N}]/u)
    .filter((word) => word !== '')
    .map((word) => {
      let letters = '';
      for (const letter of word) if (!letters.endsWith(letter.repeat(3))) letters += letter;
      return letters;
    });

type Found = Partial<Record<'greeting' | 'reply' | 'filler', boolean>>;

/** Every turn of a message to all asks for the names of all: each is read once. */
const plainNames = new Map<string, string>();
const MOST_NAMES = 2_000;

function plainName(name: string): string {
  const known = plainNames.get(name);
  if (known !== undefined) return known;
  if (plainNames.size >= MOST_NAMES) plainNames.clear();
  const plain = wordsOf(name.normalize('NFC').toLowerCase()).join('');
  plainNames.set(name, plain);
  return plain;
}

const isName = (piece: string, names: ReadonlySet<string>): boolean =>
  AFTER_NAME.some((tail) => piece.endsWith(tail) && names.has(piece.slice(0, piece.length - tail.length)));

/** Whether the lists and the names make up all of the text, whatever spaces are there or missing, and which of them do. */
function readIn(words: readonly string[], names: ReadonlySet<string>): Found {
  const letters = words.join('');
  const borders = new Set([0]);
  let at = 0;
  for (const word of words) borders.add((at += word.length));
  const reached: (Found | undefined)[] = [{}];
  for (let from = 0; from < letters.length; from += 1) {
    const before = reached[from];
    if (before === undefined) continue;
    for (let to = from + 1; to <= letters.length; to += 1) {
      // One letter alone is a word where it stands alone: "오늘" holds no "오".
      const alone = to > from + 1 || LAUGHTER.test(letters.slice(from, to)) || (borders.has(from) && borders.has(to));
      const piece = letters.slice(from, to);
      const kind = WORDS.get(piece) ?? (isName(piece, names) ? 'filler' : undefined);
      if (alone && kind !== undefined) reached[to] = { ...reached[to], ...before, [kind]: true };
    }
  }
  return reached[letters.length] ?? {};
}

const OF_PICTURES = /사진|그림|이미지|스크린샷|스샷|캡처|캡쳐|\b(?:photo|picture|image|screenshot|pic)s?\b/iu;

/** What was posted and is meant now: what is replied to, and the latest pictures where the words speak of some. */
export function filesAskedFor(source: Entry, entries: readonly Entry[]): ReadonlySet<EventId> {
  const { replyTo } = source.event;
  const asked = new Set(replyTo === undefined ? [] : [replyTo]);
  if (!OF_PICTURES.test(source.body)) return asked;
  const people = entries.filter(({ event }) => event.chavion === undefined);
  const last = people.findLastIndex(isPicture);
  for (const entry of people.slice(0, last + 1).toReversed()) {
    if (!isPicture(entry) || asked.size > MOST_PICTURES) break;
    asked.add(entry.event.eventId);
  }
  return asked;
}

const MOST_PICTURES = 4;
const isPicture = ({ event: { attachment } }: Entry): boolean =>
  attachment !== undefined && classifyAttachment(attachment).kind === 'image';
