import type { SaidWord } from './said-pieces.ts';

/** "기억해줘", "잊지 마", "메모해 둬": somebody says outright that a thing is to be remembered. Pure. */

const ONE = '(?:기억|기역)(?:을|들)?(?:좀|꼭|잘|단단히|똑똑히)?';
const GIVE =
  '(?:해줘|해줘요|해줘라|해줘용|해줭|해주세요|해주삼|해주라|해주렴|해주십시오|해줄래|해줄래요|해줄수있어|해줄수있을까|해주겠니|해주길|해주길바래|해주면돼|해주면좋겠어|해줬으면해|해줬으면좋겠어|해죠|해조|해져|헤줘|해둬|해둬요|해둬라|해두렴|해두세요|해두라|해두라고|해두자|해둬줘|해두도록|해두도록해|헤둬|해놔|해놔요|해놔라|해놓아|해놔줘|해놓으세요|해노|해놓고|해라|헤라|하세요|하십시오|하삼|하셈|하고있어줘|하고있어라|하고있으라고|하고있으렴|하도록|하도록해|하도록하세요|해야돼|해야해|해야된다|해야한다|해야됨|할것|하기|부탁|부탁해|부탁해요|부탁드려요|부탁드립니다|바람|바랍니다|시켜둬)';
const NOT =
  '(?:지마|지마라|지마요|지마세요|지마십시오|지마삼|지마셈|지말아|지말아줘|지말아줘요|지말아주세요|지말아라|지말아요|지말것|지말기|지말고|지말도록|지말자|지않기|지않도록|지않도록해|으면안돼|으면안돼요|으면안된다|으면안됨|으면안됩니다|먹으면안돼|지않게|지말라고|지좀마|지를마|지는마|지들마)';
const FORGET = `(?:잊|잊어먹|잊어버리|까먹|까묵|깜빡하|까먹어버리)(?:절대|꼭)?${NOT}`;
const WRITE =
  '(?:외워|외어|메모해|메모|적어|새겨|알아|입력해|기록해|머리에새겨|머릿속에넣어)(?:둬|둬요|둬라|두세요|두렴|둬줘|놔|놔요|놔라|놔줘|놓아|놓으세요|두도록|두도록해|두라고|두자)';
const STORE =
  '(?:메모리|기억)(?:에|에다|에다가|장에)?(?:좀|꼭)?(?:(?:저장|추가|등록|기록|입력)(?:해|해줘|해둬|해놔|해라|해주세요|해줄래|부탁해|하세요)|(?:넣어|담아|적어|남겨)(?:줘|둬|놔|주세요))';
const WRITE_OUT =
  '(?:외워줘|외워주세요|외워라|외우세요|외우고있어|메모해줘|메모해주세요|메모해라|메모좀해줘|메모좀해|메모좀|메모부탁|메모부탁해|메모해|명심해|명심해라|명심해줘|명심하세요|명심하도록|명심하도록해|명심할것|명심하고|알고있어라|알고있어줘|알고있으세요|알고있으라고|알고들있어|참고해둬)';

/** Whatever stands before it is to be remembered. */
const STRONG = new RegExp(`(?:${ONE}${GIVE}|${STORE}|${FORGET}|${WRITE}|${WRITE_OUT})$`, 'u');
const WHOLE_STRONG = new RegExp(`^(?:${ONE}${GIVE}|${STORE}|${FORGET}|${WRITE}|${WRITE_OUT})$`, 'u');
/** Also said of oneself or asked; so it counts behind a whole sentence only. */
const WEAK =
  /(?:기억해|기역해|기억해요|기억헤|기억햐|기억하고있어|기억좀|기억들해|기억좀해|외워|기억|참고해|참고해줘|참고해라|참고하세요|참고해주세요|참고바람|참고하고|알아줘|알아줬으면해|새겨들어|기록해줘|기록해|저장해둬|저장해줘|저장해놔|적어줘|알고있어)$/u;
/** Where it goes is a file's or a list's, not the memory's. */
const ELSEWHERE =
  /(?:파일|문서|표|엑셀|시트|보고서|장부|캘린더|달력|일정표|게시판|메일|폴더|일지|목록|사진|코드|스프레드시트|노트북|서버)(?:에|에다|에다가|로|안에)$/u;

export interface Remembering {
  /** How many words before the wish; behind it, if it stands first. */
  readonly content: readonly SaidWord[];
  readonly where: 'behind' | 'before';
  readonly strong: boolean;
}

const MOST_WORDS = 5;

/** The wish at the end of a sentence; null where there is none. */
export function rememberedBefore(words: readonly SaidWord[], question: boolean): Remembering | null {
  for (const taken of lengths(words.length)) {
    const joined = joinedOf(words.slice(words.length - taken));
    const strong = WHOLE_STRONG.test(joined);
    if (!strong && !(WEAK.test(joined) && WEAK.exec(joined)?.index === 0)) continue;
    if (question && !/(?:줄래|줄래요|줄수있어|줄수있을까|주겠니)$/u.test(joined)) return null;
    const content = withoutStress(words.slice(0, words.length - taken));
    if (
      /^(?:적어|기록해|입력해|저장해|메모)/u.test(joined) &&
      (content.some(({ text }) => ELSEWHERE.test(text)) || /^(?:받아|옮겨|베껴)$/u.test(content.at(-1)?.text ?? ''))
    )
      return null;
    if (/^(?:안|못|왜|다|누가|뭘|뭐|그렇게)$/u.test(words[words.length - taken - 1]?.text ?? '') && !strong)
      return null;
    return { content, where: 'behind', strong };
  }
  // Written on to the word before it: "멍냥마을이야기억해".
  const last = words.at(-1)?.text ?? '';
  const glued = STRONG.exec(last) ?? /(?<=[야다요임음])기억해$/u.exec(last);
  if (glued === null || glued.index === 0 || question) return null;
  const content = words.slice(0, -1);
  const lastWord = words.at(-1);
  return lastWord === undefined
    ? null
    : { content: [...content, { ...lastWord, text: last.slice(0, glued.index) }], where: 'behind', strong: true };
}

/** "…이야 꼭 기억해" */
function withoutStress(words: readonly SaidWord[]): readonly SaidWord[] {
  let to = words.length;
  while (
    to > 1 &&
    /^(?:꼭|좀|잘|반드시|절대|절대로|제발|이거|이건|이것|그거|그건|다들|모두)$/u.test(words[to - 1]?.text ?? '')
  )
    to--;
  return words.slice(0, to);
}

const lengths = (words: number): readonly number[] =>
  Array.from({ length: Math.min(MOST_WORDS, words) }, (_, i) => Math.min(MOST_WORDS, words) - i);

const joinedOf = (words: readonly SaidWord[]): string => words.map(({ text }) => text).join('');

const LEADS_TO =
  /^(?:이거|이건|이것|이것도|이것만|이거만|이거는|요거|다음|다음거|아래|아래거|하나만|하나|이|내용|꼭|좀|잘|반드시|절대|지금부터|앞으로|항상|너희도|내가|하는|말|말을|지금|할|한가지만|한가지|한|가지만|두|가지|것)$/u;

/** The wish at the beginning: "기억해: …", "이거 꼭 기억해줘 …". */
export function rememberedBehind(words: readonly SaidWord[]): Remembering | null {
  let from = 0;
  while (from < words.length && LEADS_TO.test(words[from]?.text ?? '')) from++;
  for (const taken of lengths(words.length - from)) {
    const said = words.slice(from, from + taken);
    const joined = joinedOf(said);
    const colon = said.at(-1)?.colon === true;
    const strong = WHOLE_STRONG.test(joined);
    if (
      !strong &&
      !(
        colon &&
        /^(?:기억|기억할것|기억할거|기억해둘것|기억해둘거|기억해야할것|알아둘것|메모할것|기억사항|메모|기억해|기억해요|외워|참고|외울것|잊지말것)$/u.test(
          joined,
        )
      ) &&
      !/^(?:기억해|기억해요)$/u.test(joined)
    )
      continue;
    const content = words.slice(from + taken);
    if (content.length === 0) return null;
    if (!colon && /(?:말고|하기|하도록|할것|않게|않도록|않기)$/u.test(joined)) return null;
    return { content, where: 'before', strong: strong || colon };
  }
  return null;
}

/** Does nothing stand here but the wish: "꼭 기억해", "이거 잊지 마"? */
export function isBareRemembering(words: readonly SaidWord[], question: boolean): boolean {
  if (question) return false;
  let from = 0;
  while (
    from < words.length &&
    /^(?:이거|이건|이것|이것도|이것만|이거만|요거|그거|그건|위에|위에거|방금|방금거|꼭|좀|잘|반드시|절대|제발|다|이|두|세|가지|가지는|가지도|내용|내용은|점|점은|하나|하나만|한가지만|가지만|사실|말|말은|지금|한|거|것|것만은|것만|다들|모두|전부|너희|너희도)$/u.test(
      words[from]?.text ?? '',
    )
  )
    from++;
  const joined = joinedOf(words.slice(from));
  return (
    WHOLE_STRONG.test(joined) ||
    /^(?:기억해|기억해요|기억하고있어|외워|기억좀|기억좀해|기억들해|기억헤|참고해|참고해줘|참고하세요)$/u.test(joined)
  );
}
