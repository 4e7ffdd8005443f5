import { halfWidth } from '../../bridge/protocol/orders/order-words.ts';

/**
 * Words with which people say yes or no to what stands there. They approve nothing: who says them under a request is told
 * where to tap. The whole message has to be made of them, so that nothing is taken for them that says more. Pure.
 */
const WORDS: ReadonlySet<string> = new Set(
  [
    '응,응응,웅,엉,어,어어,그래,그래요,그러자,그렇게,네,네네,넵,넹,넴,예,옙,옛,ㅇ,ㅇㅇ,ㅇㅇㅇ,ㅇㅋ,ㅇㅋㅇㅋ,오케이,오케,오키,오키오키,옼,좋아,좋아요,좋습니다,좋네,굿,콜,물론,물론이지,당연하지,맞아,맞아요,확인,확인했어',
    '허락,허락해,허락할게,허락합니다,허락한다,허가,허가해,허가합니다,허용,허용해,허용합니다,승인,승인해,승인해줘,승인함,승인할게,승인합니다,승인한다,동의,동의해,동의합니다,수락,수락해,찬성',
    '진행,진행해,진행해줘,진행해주세요,진행시켜,진행합시다,진행하자,진행하세요,실행,실행해,실행해줘,실행해주세요,실행하세요,실행해라,실행시켜,시작,시작해,시작해줘,해,해줘,해라,해주세요,해요,하세요,하자,해봐,해도,돼,되,된다,됩니다,괜찮아,괜찮아요,가자,고,고고,고고씽,ㄱ,ㄱㄱ,ㄱㄱㄱ,ㄱㄱㄱㄱ,부탁,부탁해,부탁해요,부탁합니다,부탁드려요,다,모두,전부,빨리,얼른,그냥',
    '아니,아니야,아니요,아니오,아뇨,ㄴ,ㄴㄴ,ㄴㄴㄴ,노,안돼,안돼요,안,안됩니다,싫어,하지마,하지마세요,하지,마,마라,말아,말아줘,거절,거절해,거절할게,거절합니다,거부,반대,취소,취소해,취소해줘,관둬',
    'ok,okay,okey,oki,k,kk,yes,y,ya,yea,yeah,yep,yup,sure,go,ahead,do,it,them,all,proceed,approve,approved,approving,i,accept,accepted,agree,agreed,confirm,confirmed,lgtm,fine,good,great,run,please,pls,now,sounds,lets,let,us,of,course,allow,allowed,no,nope,nah,n,not,dont,reject,rejected,refuse,refused,deny,denied,decline,cancel',
  ]
    .join(',')
    .split(','),
);

/** What follows a callsign in front of it. */
const AFTER_CALL = /^(?:야|아|님)?[\s,]+/u;
const MAX_LETTERS = 60;
const MAX_WORDS = 6;

/** Signs of hands and faces that say yes or no, without the tone of the skin. */
const APPROVING =
  /^(?:👍|👎|👌|🙆|🙅|✅|✔|☑|❌|✖|🆗|💯|🙏|👏|🤝|🫡|👊|✊|💪|❤|♥|⭕|🙌|🤙|👉|🟢|🚀|🔥|🎉|😊|🙂|😄|😀|🥰|yes|ok|no|\+1|-1|o|x|네|응|ㅇㅇ)[\u200D♂♀]*$/iu;

/** Whether a reaction with this key means yes or no, and is none of the signs that count. */
export function isApprovingSign(key: string): boolean {
  return APPROVING.test(key.replace(/[\uFE0E\uFE0F]|\p{Emoji_Modifier}/gu, ''));
}

/** `callsigns`: of whoever asked for it, the executor, who may be called in front. */
export function isApprovalTalk(body: string, callsigns: readonly string[]): boolean {
  const text = plain(body);
  // An order made of such words, `!취소` above all, is an order.
  if (text.length > MAX_LETTERS || text.startsWith('!') || text.startsWith('/')) return false;
  const words = withoutCall(text, callsigns)
    .replace(/['’]/gu, '')
    .split(/[\s,.!?~^;:…ㅋㅎㅠㅜ"“”()]+/u)
    .filter((word) => word !== '');
  return words.length > 0 && words.length <= MAX_WORDS && words.every((word) => WORDS.has(word) || splitSigns(word));
}

const plain = (text: string): string => halfWidth(text.normalize('NFC')).toLowerCase().trim();

function withoutCall(text: string, callsigns: readonly string[]): string {
  const rests = callsigns.map(plain).flatMap((name) => (text.startsWith(name) ? [text.slice(name.length)] : []));
  return rests.find((rest) => AFTER_CALL.test(rest))?.replace(AFTER_CALL, '') ?? text;
}

/** 👍👍, 응👍 */
function splitSigns(word: string): boolean {
  const bare = word.replace(/[\uFE0E\uFE0F]|\p{Emoji_Modifier}/gu, '');
  const letters = bare.replace(/\p{Extended_Pictographic}/gu, '');
  const signs = bare.match(/\p{Extended_Pictographic}/gu) ?? [];
  return signs.length > 0 && signs.every((sign) => APPROVING.test(sign)) && (letters === '' || WORDS.has(letters));
}
