import type { AgentId } from '../../bridge/protocol/ids.ts';
import type { Callable } from '../addressing/callable.ts';
import { callsignsOf, sentencesOf, type Token } from '../addressing/sentences.ts';
import { possession } from '../addressing/korean-words.ts';
import { directiveOf, hasCondition, hasOwnSubject, hasStyle, isMannerOnly } from './grammar/directives.ts';
import { setsRuleInEnglish } from './grammar/english-rules.ts';
import { coreOf, englishOf, nameTester, saidPieces, type SaidPiece } from './grammar/said-pieces.ts';
import { rememberedBefore, rememberedBehind } from './grammar/remember-words.ts';
import { isNaming } from './grammar/naming.ts';
import { setsRule } from './grammar/standing-rules.ts';
import type { LineReader } from './memory-lines.ts';
import { isOnlyWishToRemember } from './said-to-remember.ts';
import { personalNumbersIn } from './personal-numbers.ts';

export interface ReadLine {
  readonly kind: 'order' | 'fact';
  /** The only one whom the order binds. Where several are named, all are told: each then knows what the others were asked. */
  readonly agent?: AgentId;
  /** Without the prefix. */
  readonly text: string;
}

/** Longer ones are documents: their beginning says what they are. */
const LONGEST_READ = 2_000;

const PREFIX = /^\s*(?:(지시|명령|규칙|order|rule|instruction)|(사실|정보|fact|info))\s?[:：]\s*/iu;

/** What a master's line in the memory room is, by its words. A fact tells how things are; an order says what is to be done. */
export function readLine(line: string, agents: readonly Callable[]): ReadLine {
  const said = line.normalize('NFC').trim();
  const prefix = PREFIX.exec(said);
  const text = prefix === null ? said : said.slice(prefix[0].length).trim();
  const order = prefix === null ? isOrder(text.slice(0, LONGEST_READ), agents) : prefix[1] !== undefined;
  if (!order) return { kind: 'fact', text };
  const agent = boundBy(text.slice(0, LONGEST_READ), agents);
  return { kind: 'order', ...(agent === undefined ? {} : { agent }), text };
}

function isOrder(text: string, agents: readonly Callable[]): boolean {
  const isName = nameTester(agents);
  return saidPieces(text, agents).some((piece) => !piece.question && orders(piece, isName));
}

function orders(piece: SaidPiece, isName: (word: string) => boolean): boolean {
  const core = coreOf(piece.words, isName);
  const wish = rememberedBefore(core, false) ?? rememberedBehind(core);
  // "저장해줘", "적어줘" are orders as well.
  const remembered =
    wish?.strong === true ||
    /기억|기역|외워|참고|알/u.test(
      core
        .slice(-3)
        .map(({ text }) => text)
        .join(''),
    )
      ? wish
      : null;
  const content = remembered === null || remembered.content.length === 0 ? core : coreOf(remembered.content, isName);
  const words = content.map(({ text }) => text);
  const joined = words.join('');
  if (!/[가-힣]/u.test(joined)) return ordersInEnglish(englishOf(content));
  if (isNaming(words, isName) || setsRule(words, isName)) return true;
  const directive = directiveOf(joined);
  switch (directive) {
    case 'asked':
      return !isOwnDuty(words, joined);
    case 'bare':
    case 'plain':
      return (
        !hasOwnSubject(words, isName) ||
        /(?:추천|언급|사용|실행|결제|주문|인용|표시|삭제)하지않(?:는다|습니다)$/u.test(joined)
      );
    case 'manner':
      return isMannerOnly(joined) && !hasOwnSubject(words, isName);
    case null:
      return isNote(
        words,
        joined,
        piece.words.some(({ text }) => isName(text) && /[는은가이]$/u.test(text)),
        isName,
      );
  }
  return directive satisfies never;
}

/** "출처 필수", "이모지 X", "파일 지우기 전에 확인", "클로드는 분석만": an order as it is jotted down. `named`: an agent is. */
const isNote = (words: readonly string[], joined: string, named: boolean, isName: (word: string) => boolean): boolean =>
  !hasOwnSubject(words, isName) &&
  ((NOTED.test(joined) && (hasStyle(joined) || hasCondition(words))) ||
    (named && /(?:만|먼저|담당|요약|정리|분석|보고)$/u.test(joined)));
const NOTED =
  /(?:필수|사용|금지|생략|우선|엄수|x|ok|조용히|[보주두달]기|확인|요약|정리|보고|대답|답변|쉼표|한국어|한글|영어|원화|포함|제외|먼저|나중에)$/u;

/** "나는 아침에 약을 먹어야 해", "펫샵은 9시까지 가면 돼": nobody is told to do anything. */
const isOwnDuty = (words: readonly string[], joined: string): boolean =>
  /(?:면돼|면돼요|면됨|면된다|면됩니다|야돼|야해|기|것|자|금지|세요|바래|바람|부탁해|면안돼|면안됨|면안된다)$/u.test(
    joined,
  ) &&
  words
    .slice(0, -1)
    .some((word) =>
      /^(?:나|난|나는|저는|내가|제가|우리|우리는|우린|내|우리집|우리집은|엄마|와이프|와이프는|아내는|아들|아들은|딸|딸은|가게는|펫샵은|가게|펫샵)$/u.test(
        word,
      ),
    );

const ordersInEnglish = (sentence: string): boolean =>
  setsRuleInEnglish(sentence) ||
  setsRuleInEnglish(`from now on ${sentence.replace(/^(?:please |and |also )+/, '')}`) ||
  /^(?:(?:in|with) (?:tables?|korean|english|short|bullet)|short answers|no (?:emoji|emojis|tables?|bullets?|greetings?|small talk))/.test(
    sentence,
  );

/** Who is spoken to, or whose doing the sentence orders: 클로드야, 클로드는, 클로드만, "Claude, …". */
function boundBy(text: string, agents: readonly Callable[]): AgentId | undefined {
  const bound = new Set<Callable>();
  for (const { tokens } of sentencesOf(text.normalize('NFC').toLowerCase(), callsignsOf(agents))) {
    const [lone, ...more] = namesThatBind(tokens);
    if (tokens.some((token) => token.kind === 'plural' && token.form !== 'quantity' && token.form !== 'turns'))
      return undefined;
    if (lone !== undefined) bound.add(lone);
    for (const one of more) bound.add(one);
  }
  const [only, ...others] = bound;
  return only === undefined || others.length > 0 ? undefined : only.id;
}

function namesThatBind(tokens: readonly Token[]): readonly Callable[] {
  const found: Callable[] = [];
  // In "클로드랑 자비스는" both are meant.
  let joined: Callable[] = [];
  for (const [i, token] of tokens.entries()) {
    if (token.kind !== 'name') {
      if (token.kind === 'word' && !/^(?:그리고|하고|랑|와|과|and)$/u.test(token.text)) joined = [];
      continue;
    }
    const next = tokens[i + 1];
    const starts = i === 0 || tokens[i - 1]?.kind === 'pause' || isLead(tokens[i - 1]);
    switch (token.form) {
      case 'vocative':
      case 'topic':
        found.push(token.who, ...joined);
        joined = [];
        break;
      case 'and':
        joined.push(token.who);
        break;
      case 'bare':
        if (token.explicit || (starts && isSpokenTo(next)) || (next === undefined && i > 0))
          found.push(token.who, ...joined);
        else joined.push(token.who);
        break;
      case 'except':
        return [];
      case 'from':
      case 'subject':
      case 'to':
      case 'object':
      case 'about':
        break;
    }
  }
  return found;
}

const isLead = (token: Token | undefined): boolean =>
  token?.kind === 'word' &&
  /^(?:야|자|그리고|그럼|앞으로|앞으로는|이제부터|다음부터|항상|지금부터|hey|and|from|on)$/u.test(token.text);

/** "클로드 앞으로 …", "Claude, …", "Claude should …"; not "클로드 의견은 …", "Claude is …". */
const isSpokenTo = (next: Token | undefined): boolean =>
  next !== undefined &&
  next.kind !== 'name' &&
  (next.kind === 'pause'
    ? !/[&+·/]/u.test(next.text)
    : possession(next.text) === null && !/^(?:is|was|has|had|will|would|and|or|'s)$/u.test(next.text));

/** How the memory room's messages are read, by whoever lives in the house at that moment. */
export const lineReader = (agents: () => readonly Callable[]): LineReader => ({
  read: (text) => (isOnlyWishToRemember(text, agents()) ? { kind: 'fact', text: '' } : readLine(text, agents())),
  isPersonal: (text) => personalNumbersIn(text).length > 0,
});
