import { withoutCode, withoutQuotes } from '../addressing/plain-text.ts';

/** Such an order is short; a longer one holds the texts themselves, which anybody may work on. */
const LONGEST = 200;

const COUNT =
  '(?:두|세|네|다섯|여섯|모든|각자|다들|너희|우리|둘 ?다|[2-9]) ?(?:개|가지|사람|명|에이전트)?(?:의|이|가)? ?(?:낸 |말한 |한 )?';
const WORDS =
  '(?:안|의견|제안|계획|답변|대답|답|초안|방안|방식|아이디어|생각|버전|기획안|분석|글|내용|말|것|거|결과|보고서)(?:들)?';
const WHAT = `(?:(?:${COUNT})?[A-Za-z0-9]?${WORDS}|둘|셋|두 ?개|세 ?개|둘 ?다|전부|모두|다)(?:을|를|만|도|은|는)?`;
const PLEASE = '(?:해 ?줘라?|해 ?줘요|해 ?주세요|해 ?주라|해 ?줄래|해라|해 ?봐|해|하자|합시다|부탁해)';
const MERGE = `(?:(?:합쳐|합해|섞어|묶어|모아|버무려|엮어)(?:서)?(?: ?하나로)? ?(?:정리|작성|요약)?(?:해|만들어|써|내)? ?(?:줘|줘라|줘요|주세요|주라|줄래|봐|봐줘|놔|라)|합치자|합칩시다|(?:통합|취합|종합|병합|결합)${PLEASE}|하나로 ?(?:(?:정리|통합|요약|결론)${PLEASE}|만들어 ?(?:줘|주세요|봐|라)|묶어 ?(?:줘|주세요|봐|라)|모아 ?(?:줘|주세요|봐|라)|줄여 ?(?:줘|주세요|봐|라)))`;
const IN_KOREAN = new RegExp(
  `(?:^|\\s)${WHAT} ?(?:좀 |서로 |잘 |다 )?(?:하나로 |한 ?개로 |한데 )?${MERGE}(?:요)?(?: ?(?:좀|부탁해))?$`,
  'u',
);
const IN_ENGLISH =
  /^(?:(?:ok|okay|so|now|please|everyone|guys|can you|could you)[,:]? )*(?:merge|combine|unite|unify|consolidate) (?:the |all |both |your |these |those |our )*(?:two |three |four |five |six )?(?:of (?:the |your )?)?(?:proposals?|ideas?|opinions?|plans?|answers?|drafts?|versions?|suggestions?|analyses|of them|them)\b.{0,40}$/iu;

/** Whether what several have said is to become one: that takes one agent, not everybody once more. Pure. */
export function asksToMerge(body: string): boolean {
  if (body.length > LONGEST * 4) return false;
  const text = withoutQuotes(withoutCode(body)).trim();
  if (text === '' || text.length > LONGEST) return false;
  return text.split(/(?<=[.!?~…])(?=\s|$)|\n/u).some((part) => {
    const asks = /\?\s*$/u.test(part);
    const said = part.replace(/[.!~…?,\s]+/gu, ' ').trim();
    if (asks && !/줄래$|^(?:can|could) you/iu.test(said)) return false;
    return IN_KOREAN.test(said) || IN_ENGLISH.test(said);
  });
}
