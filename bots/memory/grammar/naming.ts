import { asksWhat, isOfNow } from './directives.ts';

/** What somebody is to be called. Pure. */

const ME =
  /^(?:나|날|난|나는|나를|저|저를|절|전|저는|내|내가|우리|우리를|마스터를|나한테|나보고|나더러|너희|너희는|너희들은|다들|너|너는|널|너를|네|니|앞으로|앞으로는|앞으론|이제|이제부터|이제부터는|지금부터|오늘부터|다음부터|다음부터는|그냥|편하게|항상|꼭|절대|더이상|다시는|서로|모두|호칭은|이름은|제|님|말고|대신|다음부턴|담부터|이제는|이젠|혹시|저기|부탁인데|여기서는|여기선|방에서는)$/u;
const CALLED = /(?:이라|라고|라구)(?:만|는|좀|편하게|항상|꼭|앞으로|계속)?(불러|부르|불려)/u;
const CALLED_AS = /[으님장]로(?:만|는|좀)?(불러|부르)/u;
const ASKED_CALL =
  /(?:불러줘|불러줘요|불러줘라|불러라|불러주세요|불러주라|불러줄래|불러줬으면해|불러줬으면좋겠어|불러주면돼|불러주면좋겠어|불러죠|불러조|부르세요|부르도록|부르도록해|부르면돼|부르면돼요|부르면됨|부르면된다|부르기|부를것|부르자|부르지마|부르지마라|부르지마세요|부르지마요|부르지말고|부르지말아줘|부르지말아|부르지말아주세요|부르지말라|안불렀으면해|불렀으면해|불렀으면좋겠어|불러야돼|불러야해|부르는거금지)$/u;
const BARE_CALL = /(?:불러|불러요|부른다|불러용)$/u;

/** "나 부를 때 형님이라고 해", "나한테 형님이라고 해줘". */
const isCalledSo = (joined: string): boolean =>
  /[가-힣○]라고(?:해|해줘|해라|하세요|해주세요|말해|말해줘)$/u.test(joined) &&
  (/부를때/u.test(joined) ||
    /^(?:앞으로는?|이제부터는?|이제)?(?:나한테|나에게|나보고|저한테|저보고)[^ ]{1,12}라고(?:해|해줘|해라|하세요|해주세요)$/u.test(
      joined,
    )) &&
  !/(?:하|이|다|자|으|느)라고/u.test(joined.replace(/이라고/gu, ''));

/** "나를 형님이라고 불러": a name to be called by holds from now on. */
export function isNaming(words: readonly string[], isName: (word: string) => boolean): boolean {
  const joined = words.join('');
  if (isCalledSo(joined)) return !asksWhat(joined);
  const asked = ASKED_CALL.test(joined.replace(/(?:앞으로|이제부터|이제)는?$/u, ''));
  if (!asked && !BARE_CALL.test(joined)) return false;
  const named = CALLED.exec(joined);
  if (
    named === null &&
    !(
      CALLED_AS.test(joined) &&
      words.some((word) => /^(?:나|나를|날|저|저를|절|내|앞으로|앞으로는|이제|이제부터)$/u.test(word))
    )
  )
    return false;
  if (asksWhat(joined) || /노래|택시|대리|구급차|경찰/u.test(joined)) return false;
  const at = words.findIndex((word) => /라고|라구|불러|부르/u.test(word));
  const before = words.slice(0, Math.max(0, at));
  if (before.some((word) => isOfNow(word) && !/^지금은?$/u.test(word))) return false;
  if (asked) return true;
  const others = before.some(
    (word) => !ME.test(word) && !isName(word) && /(?:은|는|이|가|을|를|들|도|걸|선|서)$/u.test(word),
  );
  return !others && (before.some((word) => ME.test(word) || isName(word)) || before.length === 0);
}
