import { isForbidden } from './grammar/directives.ts';
import type { MemoryLine } from './memory-line.ts';
import { saidPieces } from './grammar/said-pieces.ts';
import { styleWishes, type StyleWish } from './grammar/style-wishes.ts';

/** A line, or one that is about to become one. */
export type ComparedLine = Pick<MemoryLine, 'kind' | 'text' | 'agent'>;

/**
 * The older orders that cannot be followed together with this one, in their order. Only what is sure: opposite wishes
 * about one thing, another number of the same unit, the same words denied. Which holds is no question: the newest.
 */
export function conflictsWith(line: ComparedLine, orders: readonly MemoryLine[]): readonly MemoryLine[] {
  if (line.kind !== 'order') return [];
  const mine = readingOf(line.text);
  return orders.filter(
    (order) =>
      order.kind === 'order' &&
      (line.agent === undefined || order.agent === undefined || line.agent === order.agent) &&
      contradict(mine, readingOf(order.text)),
  );
}

interface Reading {
  readonly clauses: readonly Clause[];
}
interface Clause {
  readonly wishes: readonly StyleWish[];
  readonly numbers: readonly Counted[];
  readonly scope: ReadonlySet<string>;
  readonly forbidden: boolean;
  readonly pairs: ReadonlySet<string>;
}
interface Counted {
  readonly unit: string;
  readonly count: number;
}

const contradict = (one: Reading, other: Reading): boolean =>
  one.clauses.some((mine) => other.clauses.some((theirs) => opposes(mine, theirs)));

function opposes(mine: Clause, theirs: Clause): boolean {
  if (!sharesScope(mine.scope, theirs.scope)) return false;
  if (mine.wishes.some((wish) => theirs.wishes.some((other) => wishesOpposite(wish, other)))) return true;
  const alike = likeness(mine.pairs, theirs.pairs);
  if (
    mine.numbers.some(({ unit, count }) =>
      theirs.numbers.some(
        (other) => other.unit === unit && other.count !== count && (LENGTHS.has(unit) || alike >= ALIKE_NUMBERS),
      ),
    )
  )
    return true;
  return mine.forbidden !== theirs.forbidden && alike >= ALIKE;
}

function wishesOpposite(one: StyleWish, other: StyleWish): boolean {
  if (one.about !== other.about) return false;
  if (one.not || other.not) return one.value === other.value && one.not !== other.not;
  return one.value !== other.value;
}

/** Said of different things, two wishes stand side by side: 보고는 표로, 메일은 표 없이. */
const sharesScope = (one: ReadonlySet<string>, other: ReadonlySet<string>): boolean =>
  one.size === 0 || other.size === 0 || [...one].some((word) => other.has(word));

const SCOPES =
  /^(보고서|보고|메일|이메일|편지|문자|글|매출|일정|회의|요약|번역|설명|가격|금액|숫자|날짜|코드|뉴스|주문|재고|견적|계약|광고|사진|그림|파일|결제|계획|토론|분석|조사|검색|제목|밤|낮|아침|점심|저녁|새벽|주말|평일|급할|급한|일할|운전|손님|고객|펫샵|트럭|reports?|mails?|emails?|summar|translations?|code|prices?)/u;
/** The manner itself is no scope: "요약해서 짧게", "번역체". */
const IS_SCOPE =
  /(?:은|는|을|를|에|에는|엔|때|때는|땐|할때|쓸때|할땐|쓸땐|때에는|때마다|하면|할|쓸|에서|에서는|에선|s)$/u;

const CUE =
  /^(?:앞으로는?|앞으론|이제부터는?|지금부터는?|오늘부터는?|다음부터는?|다음부턴|담부터는?|담부턴|항상|무조건|절대로?|꼭|반드시|언제나|매번|제발|좀|기억해|기억해줘|from|now|on|please|always|나한테|나에게|내게|너는|너희는?|너희들은?|다들|모두)$/u;
/** Verb endings, wish and denial alike: what is left says what it is about. */
const ENDING =
  /(?:하지마|하지마라|하지마세요|하지말아줘|하지말고|하지말것|하지않는다|지마|지마라|지마세요|지말아줘|지말아|지말고|지말것|해주세요|해줘|해라|하세요|해도돼|하자|할것|해|한다|줘|주세요|라|세요|도돼|어|아|여)$/u;

const LENGTHS: ReadonlySet<string> = new Set([
  '줄',
  '문장',
  '글자',
  '단어',
  '쪽',
  '페이지',
  'sentence',
  'line',
  'word',
  'page',
  'bullet',
]);
const COUNTED =
  /(\d{1,6}|한|두|세|네|다섯|여섯|일곱|여덟|아홉|열) ?(줄|문장|글자|단어|페이지|쪽|개|가지|번|시간|시|분|명|퍼센트|%|만원|원|건|장)/gu;
const COUNTED_ENGLISH =
  /(\d{1,6}|one|two|three|four|five|six|ten) (sentence|line|word|page|bullet|item|time|minute|hour)s?/gu;
const COUNTS: ReadonlyMap<string, number> = new Map(
  '한 두 세 네 다섯 여섯 일곱 여덟 아홉 열'.split(' ').map((word, i) => [word, i + 1] as const),
);
const ENGLISH_COUNTS: ReadonlyMap<string, number> = new Map([
  ['one', 1],
  ['two', 2],
  ['three', 3],
  ['four', 4],
  ['five', 5],
  ['six', 6],
  ['ten', 10],
]);
const countOf = (said: string): number => COUNTS.get(said) ?? ENGLISH_COUNTS.get(said) ?? Number(said);

const ALIKE = 0.7;
const ALIKE_NUMBERS = 0.5;
/** A line is a sentence or two. */
const LONGEST = 1_000;

function readingOf(text: string): Reading {
  return {
    clauses: saidPieces(text.slice(0, LONGEST), []).map(({ words }) => {
      const said = words.map((word) => word.text).filter((word) => !CUE.test(word));
      const joined = said.join(' ');
      return {
        wishes: styleWishes(said),
        numbers: [...joined.matchAll(COUNTED), ...joined.matchAll(COUNTED_ENGLISH)].map((match) => ({
          unit: match[2] ?? '',
          count: countOf(match[1] ?? ''),
        })),
        scope: scopeOf(said),
        forbidden: isForbidden(said.join('')) || said.some((word) => /^(?:don't|dont|never|no)$/u.test(word)),
        pairs: pairsOf(joined.replace(COUNTED, '').replace(COUNTED_ENGLISH, '').split(' ')),
      };
    }),
  };
}

const scopeOf = (words: readonly string[]): ReadonlySet<string> =>
  new Set(
    words.flatMap((word, i) => {
      const found = SCOPES.exec(word)?.[1];
      return found !== undefined && (IS_SCOPE.test(word) || /^(?:할|쓸|볼)(?:때|땐)|^때|^땐/u.test(words[i + 1] ?? ''))
        ? [found]
        : [];
    }),
  );

/** The letters of what it is about, two by two. */
function pairsOf(words: readonly string[]): ReadonlySet<string> {
  const about = words
    .filter((word) => !/^(?:don't|dont|never|no|not|마|마라|말고|말아줘)$/u.test(word))
    .map((word, i, all) =>
      i === all.length - 1 ? word.replace(ENDING, '') : word.replace(/(?:은|는|이|가|을|를|도|만)$/u, ''),
    )
    .join('');
  return new Set(Array.from({ length: Math.max(0, about.length - 1) }, (_, i) => about.slice(i, i + 2)));
}

/** Sørensen and Dice. */
function likeness(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  if (one.size === 0 || other.size === 0) return 0;
  return (2 * [...one].filter((pair) => other.has(pair)).length) / (one.size + other.size);
}
