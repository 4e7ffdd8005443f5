import { isNaming } from './naming.ts';

/** What an order wants, as far as two orders can want opposite things. Pure. */
export interface StyleWish {
  readonly about: string;
  readonly value: string;
  /** Not this one, whatever else. */
  readonly not: boolean;
}

interface Topic {
  readonly about: string;
  readonly values: readonly (readonly [value: string, said: RegExp])[];
  /** Two values and no third: who does not want the one wants the other. */
  readonly either: boolean;
}

const yes = (about: string, said: RegExp): Topic => ({ about, values: [['yes', said]], either: false });
const TOPICS: readonly Topic[] = [
  {
    about: 'speech',
    either: true,
    values: [
      ['formal', /^(?:존댓말|존대|존대말|높임말|경어|공손|정중|politely?|formal)/u],
      ['casual', /^(?:반말|말놓|말놔|낮춤말|casual)/u],
    ],
  },
  {
    about: 'length',
    either: true,
    values: [
      ['short', /^(?:짧|간단|간략|간결|요점만|핵심만|한줄로|두줄로|세줄로|[1-5]줄|short|brief|concise)/u],
      ['long', /^(?:길게|긴|자세|상세|구체적|꼼꼼|풀어서|long|detail|thorough)/u],
    ],
  },
  {
    about: 'language',
    either: false,
    values: [
      ['ko', /^(?:한국어|한국말|우리말|한글|korean)/u],
      ['en', /^(?:영어|english)/u],
      ['ja', /^(?:일본어|일본말|japanese)/u],
      ['zh', /^(?:중국어|중국말|chinese)/u],
    ],
  },
  {
    about: 'money',
    either: false,
    values: [
      ['won', /^(?:원화|원으로|원단위)/u],
      ['dollars', /^(?:달러|불로|dollars?|usd)/u],
    ],
  },
  {
    about: 'clock',
    either: true,
    values: [
      ['24', /^(?:24시간|24시)/u],
      ['12', /^(?:오전오후|오전|12시간)/u],
    ],
  },
  {
    about: 'conclusion',
    either: true,
    values: [
      ['first', /^(?:결론부터|결론먼저|결론을먼저)/u],
      ['last', /^(?:결론은나중|결론은마지막|결론은끝|결론나중|결론마지막|이유부터|배경부터)/u],
    ],
  },
  yes('table', /^(?:표$|표로|표를|표는|표도|표만|표형식|도표|tables?$)/u),
  yes('emoji', /^(?:이모지|이모티콘|emojis?)/u),
  yes('bullets', /^(?:글머리|불릿|목록으로|번호|bullets?)/u),
  yes('sources', /^(?:출처|sources?|citations?)/u),
  yes('links', /^(?:링크|links?)/u),
  yes('greeting', /^(?:인사|greet)/u),
  yes('jokes', /^(?:농담|개그|jokes?)/u),
  yes('praise', /^(?:칭찬|아부|praise)/u),
  yes('apology', /^(?:사과|apolog)/u),
  yes('asking', /^(?:물어보|물어봐|물어|묻지|묻고|허락|확인받|ask)/u),
  yes('dialect', /^사투리/u),
];

const NOT_KOREAN =
  /(?:지마|지말|말고|말아|금지|없이|빼고|빼줘|빼$|빼라|싫|그만|안써|안해|안하|지않|필요없|사절|생략|됐어|넣지|쓰지|치우|없애)/u;
const NOT_ENGLISH = /^(?:don't|dont|no|not|never|without|stop|avoid|skip|leave)$/u;
/** Where one thing is said and another begins. */
const ENDS_CLAUSE = /(?:고|며|면서|되|지만|는데|라|줘|해|마)$/u;

/** `words`: small letters, no cues. */
export function styleWishes(words: readonly string[]): readonly StyleWish[] {
  const wishes: StyleWish[] = [];
  for (const [i] of words.entries()) {
    const ahead = words.slice(i, i + 3);
    const joined = ahead.join('');
    for (const topic of TOPICS) {
      const found = topic.values.find(
        ([, said]) => said.test(words[i] ?? '') || (said.test(joined) && !said.test(ahead.slice(1).join(''))),
      );
      if (found !== undefined) wishes.push(wish(topic, found[0], isDenied(words, i)));
    }
  }
  const called = nameIn(words);
  return called === null ? wishes : [...wishes, called];
}

function wish({ about, values, either }: Topic, value: string, not: boolean): StyleWish {
  const other = values.find(([one]) => one !== value)?.[0];
  return not && either && other !== undefined ? { about, value: other, not: false } : { about, value, not };
}

function isDenied(words: readonly string[], at: number): boolean {
  if (words.slice(Math.max(0, at - 3), at).some((word) => NOT_ENGLISH.test(word))) return true;
  let clause = '';
  for (const word of words.slice(at, at + 5)) {
    clause += word;
    if (ENDS_CLAUSE.test(word) && !/(?:말고|빼고)$/u.test(word) && word !== words[at]) break;
    if (/(?:말고|빼고|없이)$/u.test(word)) break;
  }
  return NOT_KOREAN.test(clause);
}

const NAME = /^(.{1,20}?)(?:이라고|라고|이라구|라구|이라$)/u;

/** What the owner, or an agent, is to be called. */
function nameIn(words: readonly string[]): StyleWish | null {
  const joined = words.join(' ');
  const english = /^(?:please )?(?:(?:don't|dont|do not|never|stop) )?call(?:ing)? me ([^ ,]{1,30})/u.exec(joined);
  if (english !== null)
    return {
      about: 'name',
      value: english[1] ?? '',
      not: /^(?:please )?(?:don't|dont|do not|never|stop)/u.test(joined),
    };
  if (!isNaming(words, () => false)) return null;
  const at = words.findIndex((word) => NAME.test(word));
  const value = NAME.exec(words[at] ?? '')?.[1] ?? '';
  const other = words
    .slice(0, Math.max(0, at))
    .find((word) => /(?:를|을)$/u.test(word) && !/^(?:나를|저를|마스터를)$/u.test(word));
  return value === ''
    ? null
    : {
        about: other === undefined ? 'name' : `name of ${other}`,
        value,
        not: /부르지(?:마|말)|하지(?:마|말)/u.test(words.join('')),
      };
}
